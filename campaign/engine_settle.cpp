// How attempts end in the engine: the settlement to write, and the lead's next state.
#include <algorithm>
#include <utility>

#include "campaign/engine.h"

namespace dialerd::campaign {
namespace {

// Retries of leads that failed together should not come back together. Up to a tenth of the delay is added, never taken
// away, by the attempt id's random bits: no random device, and the same in every replay.
std::chrono::milliseconds jitter(const AttemptId& id, std::chrono::seconds delay) {
  auto share = static_cast<std::int64_t>(std::hash<AttemptId>{}(id) >> 11 & 0xFF);
  return std::chrono::milliseconds{delay} * share / (10 * 0x100);
}

std::optional<Trouble> refusal(std::string_view reason) {
  if (reason == "concurrency_limit_reached") return Trouble::concurrency_limit;
  if (reason == "hourly_call_limit_reached") return Trouble::hourly_limit;
  if (reason == "daily_call_limit_reached") return Trouble::daily_limit;
  if (reason == "insufficient_balance") return Trouble::insufficient_balance;
  return std::nullopt;
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
  settlement.lead = attempt.lead;
  settlement.state = state;
  settlement.disposition = std::move(disposition);
  settlement.call_id = attempt.call_id;
  settlement.from_number = attempt.from_number;
  settlement.lead_attempts = attempt.attempts_before;
  settlement.reason_counts = attempt.reason_counts;
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
    end_probe(now.mono, attempt, false);
  } else {
    end_probe(now.mono, attempt, true);
  }

  Settlement settlement = settlement_of(id, attempt, AttemptState::ended, reason);
  settlement.call_status = news.status;
  settlement.call_started = news.start_at;
  settlement.call_ended = news.end_at;

  ReasonCounts retried = parse_reason_counts(attempt.reason_counts);
  RetryDecision decision = campaign.retry_policy.decide(reason, attempt.attempts_before, retried);
  settlement.counted = decision.counted;
  settlement.reason_counts = to_string(retried);
  settlement.outcome = reason;
  switch (decision.then) {
    case config::AfterCall::done:
      settlement.lead_state = LeadState::done;
      break;
    case config::AfterCall::hold:
      settlement.lead_state = LeadState::held;
      break;
    case config::AfterCall::retry: {
      auto due = campaign.calendar.next_opening(now.wall + decision.delay + jitter(id, decision.delay));
      settlement.lead_state = due ? LeadState::ready : LeadState::held;
      settlement.next_at = due.value_or(WallTime{});
      settlement.outcome = due ? "" : "no_calling_window";
      break;
    }
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
  settlement.next_at = next_at;
  end_probe(now.mono, attempt, false);
  settle(attempt, std::move(settlement));
}

void Engine::settle_not_placed(Now now, const AttemptId& id, Attempt& attempt) {
  // Not the lead's attempt, so max_attempts does not bound it; but something about it goes wrong again and again.
  constexpr int not_placed_max = 5;
  ReasonCounts counts = parse_reason_counts(attempt.reason_counts);
  int times = ++counts["not_placed"];
  attempt.reason_counts = to_string(counts);
  if (times > not_placed_max)
    return settle_held(now, id, attempt, AttemptState::not_placed, "not_placed", nullptr, false);
  settle_without_call(now, id, attempt, AttemptState::not_placed, "not_placed", nullptr,
                      now.wall + settings_.follow.list_lag * (times - 1));
}

void Engine::settle_held(Now now, const AttemptId& id, Attempt& attempt, AttemptState state, std::string disposition,
                         const CreateAnswer* answer, bool counted) {
  Settlement settlement = settlement_of(id, attempt, state, disposition);
  if (answer != nullptr) {
    settlement.http_status = answer->http_status;
    settlement.detail = answer->detail;
    settlement.answered = now.wall;
  }
  settlement.counted = counted;
  settlement.lead_state = LeadState::held;
  settlement.outcome = std::move(disposition);
  end_probe(now.mono, attempt, false);
  settle(attempt, std::move(settlement));
}

}  // namespace dialerd::campaign
