#include "campaign/retry_policy.h"

#include <algorithm>
#include <array>

#include "config/disconnection_reason.h"

namespace dialerd::campaign {
namespace {

using config::AfterCall;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view other = "other";

struct Row {
  std::string_view reason;
  DispositionClass disposition_class;
  AfterCall then;
  std::array<seconds, 3> delays;  // zero: not there
  int max;                        // 0: bounded by max_attempts alone
};

constexpr std::array<Row, 18> table = {{
    {"user_hangup", DispositionClass::conversation, AfterCall::done, {}, 0},
    {"agent_hangup", DispositionClass::conversation, AfterCall::done, {}, 0},
    {"call_transfer", DispositionClass::conversation, AfterCall::done, {}, 0},
    {"max_duration_reached", DispositionClass::conversation, AfterCall::done, {}, 0},
    {"inactivity", DispositionClass::conversation, AfterCall::done, {}, 0},
    {"voicemail_reached", DispositionClass::machine, AfterCall::retry, {hours{4}, hours{24}}, 2},
    {"dial_no_answer", DispositionClass::no_contact, AfterCall::retry, {minutes{30}, hours{2}, hours{24}}, 3},
    {"dial_busy", DispositionClass::no_contact, AfterCall::retry, {minutes{10}, minutes{30}, hours{2}}, 3},
    {"dial_declined", DispositionClass::no_contact, AfterCall::retry, {hours{24}}, 1},
    {"dial_failed", DispositionClass::bad_number, AfterCall::retry, {hours{1}}, 1},
    {"flow_error", DispositionClass::agent_fault, AfterCall::retry, {hours{1}, hours{4}}, 2},
    {"error_voxai", DispositionClass::provider_fault, AfterCall::retry, {minutes{10}, hours{1}}, 3},
    {"orphaned_no_agent_pickup", DispositionClass::silent_answer, AfterCall::retry, {hours{24}}, 1},
    {"concurrency_limit_reached", DispositionClass::provider_refusal, AfterCall::retry, {seconds{30}}, 0},
    {"hourly_call_limit_reached", DispositionClass::provider_refusal, AfterCall::retry, {minutes{5}}, 0},
    {"daily_call_limit_reached", DispositionClass::provider_refusal, AfterCall::retry, {minutes{30}}, 0},
    {"insufficient_balance", DispositionClass::provider_refusal, AfterCall::retry, {minutes{10}}, 0},
    {other, DispositionClass::other, AfterCall::hold, {}, 0},
}};

const Row& row(std::string_view reason) {
  for (const Row& candidate : table) {
    if (candidate.reason == reason) return candidate;
  }
  return table.back();
}

// A file may turn "done" into "retry" without saying when: the ladder of a call that nobody answered serves.
const std::vector<seconds> fallback_delays = {minutes{30}, hours{2}, hours{24}};

}  // namespace

DispositionClass classify(std::string_view reason) { return row(reason).disposition_class; }

ReasonRule default_rule(std::string_view reason) {
  const Row& found = row(reason);
  ReasonRule rule;
  rule.then = found.then;
  for (seconds delay : found.delays) {
    if (delay > seconds{0}) rule.delays.push_back(delay);
  }
  if (found.max > 0) rule.max = found.max;
  return rule;
}

RetryPolicy::RetryPolicy(const config::Retry& config) : max_attempts_(config.max_attempts) {
  for (const Row& known : table) {
    ReasonRule rule = default_rule(known.reason);
    if (auto found = config.reasons.find(std::string(known.reason)); found != config.reasons.end()) {
      const config::ReasonPolicy& changed = found->second;
      if (changed.then) rule.then = *changed.then;
      if (!changed.delays.empty()) rule.delays = changed.delays;
      if (changed.max) rule.max = changed.max;
    }
    if (rule.then == AfterCall::retry && rule.delays.empty()) rule.delays = fallback_delays;
    rules_.emplace(known.reason, std::move(rule));
  }
}

const ReasonRule& RetryPolicy::rule(std::string_view reason) const {
  auto found = rules_.find(reason);
  return found != rules_.end() ? found->second : rules_.find(other)->second;
}

RetryDecision RetryPolicy::decide(std::string_view reason, int attempts, ReasonCounts& retried) const {
  const ReasonRule& applied = rule(reason);
  RetryDecision decision;
  decision.then = applied.then;
  decision.counted = classify(reason) != DispositionClass::provider_refusal;
  if (decision.then != AfterCall::retry) return decision;

  std::string_view key = rules_.contains(reason) ? reason : other;
  auto found = retried.find(key);
  std::int64_t before = found == retried.end() ? 0 : found->second;
  bool attempts_spent = decision.counted && attempts + 1 >= max_attempts_;
  if (attempts_spent || (applied.max && before >= *applied.max)) {
    decision.then = AfterCall::done;
    return decision;
  }
  auto step = std::min<std::size_t>(static_cast<std::size_t>(before), applied.delays.size() - 1);
  decision.delay = applied.delays[step];
  ++retried[std::string(key)];
  return decision;
}

}  // namespace dialerd::campaign
