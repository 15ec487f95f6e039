// What is learnt of calls after their POST: from listings, look-ups, webhooks and operators; and after their end.
#include <utility>

#include "campaign/engine.h"

namespace dialerd::campaign {
namespace {

constexpr int pages_max = 20000;  // two million calls in one pass

}  // namespace

void Engine::news(Now now, AccountIndex index, const CallNews& news) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  if (!account.owned) return;
  auto matched = account.follower.match(news);
  if (!matched) {
    remember_early(news.attempt, news.call_id);
    return news_of_ended(now, account, news);
  }
  auto found = attempts_.find(*matched);
  if (found == attempts_.end()) return;
  Attempt& attempt = found->second;

  if (attempt.phase == Phase::doubt) {
    // Found: the POST did make a call.
    count_late(now.mono, attempt);
    attempt.call_id = news.call_id;
    // Which caller number an earlier process chose, it may not have lived to record.
    if (attempt.from_number.empty()) attempt.from_number = news.from_number;
    attempt.phase = Phase::open;
    CreateAnswer answer;
    answer.call_id = news.call_id;
    answer.detail = "found at the provider";
    record(now, *matched, attempt, AttemptState::in_progress, answer);
    account.follower.open(now, *matched, news.call_id, attempt.to_number);
  }
  if (is_running(news)) {
    account.follower.seen(now, *matched);
    if (attempt.probe && news.status == "ongoing") {
      account.hold_off.success(now.mono);
      end_probe(now.mono, attempt, true);
    }
    return;
  }
  settle_ended(now, *matched, attempt, news);
}

void Engine::news_of_ended(Now now, Account& account, const CallNews& news) {
  EndedCalls::Found found = account.ended.news(now, news);
  if (found.details) account.write.details.push_back(std::move(*found.details));
  if (found.late_news) account.write.late_news.push_back(std::move(*found.late_news));
}

void Engine::hinted(Now now, AccountIndex index, const Hint& hint) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  if (!account.owned) return;
  CallNews news;
  news.attempt = hint.attempt;
  news.call_id = hint.call_id;
  if (auto followed = account.follower.match(news)) {
    const Attempt& attempt = attempts_.at(*followed);
    bool nothing_new = hint.begun && attempt.phase == Phase::open && !attempt.probe;
    if (!nothing_new) account.follower.hint(now, *followed, hint.call_id);
    return;
  }
  remember_early(hint.attempt, hint.call_id);
}

// Sooner than the POST's own answer: if that gets lost, this is where to look.
void Engine::remember_early(const std::optional<AttemptId>& attempt, const std::string& call_id) {
  auto found = attempt ? attempts_.find(*attempt) : attempts_.end();
  if (found != attempts_.end() && found->second.phase == Phase::dialing) found->second.hinted_call = call_id;
}

void Engine::resolved(Now now, AccountIndex index, const AttemptId& id, bool placed) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  auto found = attempts_.find(id);
  if (!account.owned || found == attempts_.end() || found->second.phase != Phase::doubt) return;
  Attempt& attempt = found->second;
  count_late(now.mono, attempt);
  if (placed) {
    // A person has been called, and nobody knows how it went: not to be called again by itself.
    settle_finally(now, id, attempt, AttemptState::abandoned, LeadState::done, "resolved_placed", nullptr, true);
  } else {
    settle_without_call(now, id, attempt, AttemptState::not_placed, "resolved_not_placed", nullptr, now.wall);
  }
}

void Engine::list_page_answered(Now now, AccountIndex index, const ListPageAnswer& answer) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  if (!account.owned || !account.pass || !account.pass->asked) return;
  account.requests.ended(now.mono, ratelimit::RequestBudget::Kind::follow);
  account.follower.clock_behind(answer.clock_behind);
  for (const CallNews& one : answer.calls) {
    account.follower.listed(one);
    news(now, index, one);
  }
  Pass& pass = *account.pass;
  pass.asked = false;
  pass.proves_absence = pass.proves_absence && answer.proves_absence;
  if (!answer.listed) return end_pass(now, account, false, answer.retry_after);
  if (answer.next_cursor.empty()) return end_pass(now, account, pass.proves_absence, std::nullopt);
  // A list that does not end: something is wrong with the cursor.
  if (++pass.pages >= pages_max || answer.next_cursor == pass.cursor)
    return end_pass(now, account, false, std::nullopt);
  pass.cursor = answer.next_cursor;
}

void Engine::end_pass(Now now, Account& account, bool complete, std::optional<std::chrono::seconds> pause) {
  account.pass.reset();
  for (const AttemptId& id : account.follower.pass_ended(now, complete, pause)) {
    Attempt& attempt = attempts_.at(id);
    count_late(now.mono, attempt);
    settle_not_placed(now, id, attempt);
  }
  for (const AttemptId& id : account.follower.abandoned(now)) {
    // Whether and how the person was reached is not known: for a person to decide.
    Attempt& attempt = attempts_.at(id);
    count_late(now.mono, attempt);
    settle_held(now, id, attempt, AttemptState::abandoned, "abandoned", nullptr, true);
  }
}

void Engine::looked_up(Now now, AccountIndex index, const AttemptId& attempt, const std::optional<CallNews>& call) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  if (!account.owned) return;
  account.requests.ended(now.mono, ratelimit::RequestBudget::Kind::follow);
  account.follower.look_up_ended(attempt);
  if (call) news(now, index, *call);
}

// For what the provider may still say of it.
void Engine::remember_end(Now now, Account& account, const Settlement& settlement) {
  using Kind = EndedCalls::Kind;
  std::optional<Kind> kind;
  if (settlement.state == AttemptState::ended) {
    kind = settlement.call_started ? Kind::connected : Kind::not_connected;
  } else if (settlement.state == AttemptState::abandoned) {
    kind = Kind::not_connected;
  } else if (settlement.disposition == "not_placed" || settlement.disposition == "resolved_not_placed") {
    kind = Kind::no_call;
  }
  if (kind) account.ended.add(now.mono, settlement.attempt, settlement.call_status, settlement.disposition, *kind);
}

}  // namespace dialerd::campaign
