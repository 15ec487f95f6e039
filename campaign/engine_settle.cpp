// How attempts end in the engine: the settlement to write, and the lead's next state.
#include <algorithm>
#include <utility>

#include "campaign/engine.h"

namespace dialerd::campaign {
namespace {

// For jitter and spreading: different for every attempt, and the same in every replay.
std::uint64_t random_of(const AttemptId& id) { return std::hash<AttemptId>{}(id); }

std::optional<Trouble> refusal(std::string_view reason) {
  if (reason == "concurrency_limit_reached") return Trouble::concurrency_limit;
  if (reason == "hourly_call_limit_reached") return Trouble::hourly_limit;
  if (reason == "daily_call_limit_reached") return Trouble::daily_limit;
  if (reason == "insufficient_balance") return Trouble::insufficient_balance;
  return std::nullopt;
}

LeadState lead_state_after(config::AfterCall then) {
  switch (then) {
    case config::AfterCall::retry:
      return LeadState::ready;
    case config::AfterCall::done:
      return LeadState::done;
    case config::AfterCall::hold:
      return LeadState::held;
  }
  return LeadState::held;
}

}  // namespace

void Engine::record(Now now, const AttemptId& id, const Attempt& attempt, AttemptState state,
                    const CreateAnswer& answer) {
  Record record;
  record.attempt = id;
  record.state = state;
  record.call_id = answer.call_id;
  record.from_number = attempt.from_number;
  record.http_status = answer.http_status;
  record.detail = answer.detail;
  record.answered = now.wall;
  Account& account = account_of(attempt);
  account.write.records.push_back(std::move(record));
  ++account.unwritten;
}

Settlement Engine::settlement_of(const AttemptId& id, const Attempt& attempt, AttemptState state,
                                 std::string disposition) {
  Settlement settlement;
  settlement.attempt = id;
  settlement.campaign = campaigns_[attempt.campaign].id;
  settlement.lead = attempt.lead;
  settlement.state = state;
  settlement.disposition = std::move(disposition);
  settlement.call_id = attempt.call_id;
  settlement.from_number = attempt.from_number;
  settlement.number_index = attempt.facts.number_index;
  settlement.lead_attempts = attempt.facts.attempts;
  settlement.reason_counts = attempt.facts.reason_counts;
  return settlement;
}

void Engine::settle(Attempt& attempt, Settlement settlement) {
  Account& account = account_of(attempt);
  attempt.phase = Phase::settling;
  attempt.request.reset();
  account.follower.close(settlement.attempt);
  if (settlement.counted) ++settlement.lead_attempts;
  account.write.settlements.push_back(std::move(settlement));
  ++account.unwritten;
}

void Engine::end_probe(MonoTime now, Attempt& attempt, bool success) {
  Campaign& campaign = campaigns_[attempt.campaign];
  Account& account = accounts_[campaign.account];
  if (std::exchange(attempt.probe, false)) {
    account.probing = false;
    if (success) account.hold_off.success(now);
  }
  if (std::exchange(attempt.campaign_probe, false)) campaign.probing = false;
}

void Engine::settle_ended(Now now, const AttemptId& id, Attempt& attempt, const CallNews& news) {
  Campaign& campaign = campaigns_[attempt.campaign];
  Account& account = accounts_[campaign.account];

  // Some ends may come without a reason; the status is then the best that is known.
  const std::string& reason = news.disconnection_reason.empty() ? news.status : news.disconnection_reason;
  if (auto trouble = refusal(reason)) {
    account.hold_off.trouble(now.mono, *trouble);
    if (*trouble == Trouble::concurrency_limit)
      account.node.limits.concurrency_refused(now.mono, account.node.limits.open() - 1);
    end_probe(now.mono, attempt, false);
  } else {
    end_probe(now.mono, attempt, true);
  }

  Settlement settlement = settlement_of(id, attempt, AttemptState::ended, reason);
  settlement.call_status = news.status;
  settlement.call_started = news.start_at;
  settlement.call_ended = news.end_at;

  std::optional<std::chrono::milliseconds> talk;
  if (news.start_at && news.end_at && *news.end_at >= *news.start_at) talk = *news.end_at - *news.start_at;
  ReasonCounts counts = parse_reason_counts(attempt.facts.reason_counts);
  counts.erase("not_placed");  // in a row no more
  RetryDecision decision = campaign.retry_policy.decide({reason, talk, now.wall, attempt.from_number}, attempt.facts,
                                                        campaign.gate, random_of(id), counts);
  settlement.counted = decision.counted;
  // A reason that is not known may be a conversation: not so only where the call did not connect.
  bool may_have_talked = classify(reason) == DispositionClass::other && news.status != "not_connected" &&
                         news.status != "canceled" && news.status != "error";
  settlement.conversation = decision.conversation || may_have_talked;
  settlement.reason_counts = to_string(counts);
  settlement.decision = std::move(decision.decision);
  settlement.outcome = std::move(decision.outcome);
  settlement.number_index = decision.number_index;
  // A refusal was no call: the promise stands.
  settlement.callback = attempt.facts.callback && !decision.counted;
  settlement.next_at = decision.next_at;
  settlement.lead_state = lead_state_after(decision.then);
  if (auto answered = answered_by_person(classify(reason)); answered && attempt.caller) {
    account.callers.call_ended(*attempt.caller, *answered, now.mono, campaign.answer_rate_rest);
  }
  settle(attempt, std::move(settlement));
}

void Engine::settle_without_call(Now now, const AttemptId& id, Attempt& attempt, AttemptState state,
                                 std::string disposition, const CreateAnswer* answer, WallTime next_at) {
  Settlement settlement = settlement_of(id, attempt, state, std::move(disposition));
  if (answer != nullptr) {
    settlement.http_status = answer->http_status;
    settlement.detail = answer->detail;
    settlement.answered = now.wall;
  }
  settlement.counted = false;
  settlement.lead_state = LeadState::ready;
  settlement.decision = settlement.disposition;
  settlement.callback = attempt.facts.callback;  // no call was made: the promise stands
  settlement.next_at = next_at;
  end_probe(now.mono, attempt, false);
  settle(attempt, std::move(settlement));
}

void Engine::settle_not_placed(Now now, const AttemptId& id, Attempt& attempt) {
  // Not the lead's attempt, so max_attempts does not bound it; but something about it goes wrong again and again.
  constexpr int not_placed_max = 5;
  ReasonCounts counts = parse_reason_counts(attempt.facts.reason_counts);
  int times = ++counts["not_placed"];
  attempt.facts.reason_counts = to_string(counts);
  if (times > not_placed_max)
    return settle_held(now, id, attempt, AttemptState::not_placed, "not_placed", nullptr, false);
  settle_without_call(now, id, attempt, AttemptState::not_placed, "not_placed", nullptr,
                      now.wall + account_of(attempt).follow.list_lag * (times - 1));
}

void Engine::settle_finally(Now now, const AttemptId& id, Attempt& attempt, AttemptState state, LeadState lead_state,
                            std::string disposition, const CreateAnswer* answer, bool counted) {
  Settlement settlement = settlement_of(id, attempt, state, disposition);
  if (answer != nullptr) {
    settlement.http_status = answer->http_status;
    settlement.detail = answer->detail;
    settlement.answered = now.wall;
  }
  settlement.counted = counted;
  settlement.lead_state = lead_state;
  settlement.decision = disposition;
  settlement.outcome = std::move(disposition);
  end_probe(now.mono, attempt, false);
  settle(attempt, std::move(settlement));
}

}  // namespace dialerd::campaign
