#include "campaign/retry_policy.h"

#include <algorithm>
#include <array>

#include "config/disconnection_reason.h"

namespace dialerd::campaign {
namespace {

using config::AfterCall;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

using config::is_refusal;
using config::short_conversation;

constexpr std::string_view other = config::other_reason;
// When a window opens, what became due while it was closed is spread over so much of it.
constexpr minutes spread_max{30};
constexpr int spread_share = 4;
// The search for another part of the day goes through so many parts: more than a week.
constexpr int dayparts_ahead = 24;

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
const std::vector<config::Delay> fallback_delays = {{minutes{30}}, {hours{2}}, {hours{24}}};

ReasonRule changed_by(ReasonRule rule, const config::ReasonPolicy& file) {
  if (file.then) rule.then = *file.then;
  if (!file.delays.empty()) rule.delays = file.delays;
  if (file.max) rule.max = file.max;
  rule.different_daypart = file.different_daypart;
  rule.next_caller_number = file.next_caller_number;
  rule.next_number = file.next_number;
  return rule;
}

// Random numbers out of given bits, read as the digits of a number of mixed radix.
class Draw {
 public:
  explicit Draw(std::uint64_t bits) : bits_(bits) {}

  // 0 to `max`, both included.
  milliseconds up_to(milliseconds max) {
    auto radix = static_cast<std::uint64_t>(max.count()) + 1;
    auto digit = bits_ % radix;
    bits_ /= radix;
    return milliseconds{digit};
  }

 private:
  std::uint64_t bits_;
};

}  // namespace

DispositionClass classify(std::string_view reason) { return row(reason).disposition_class; }

ReasonRule default_rule(std::string_view reason) {
  const Row& found = row(reason);
  ReasonRule rule;
  rule.then = found.then;
  for (seconds delay : found.delays) {
    if (delay > seconds{0}) rule.delays.push_back({.time = delay, .next_day = false});
  }
  if (found.max > 0) rule.max = found.max;
  return rule;
}

RetryPolicy::RetryPolicy(const config::Retry& config)
    : max_attempts_(config.max_attempts), max_per_day_(config.max_per_day), jitter_percent_(config.jitter_percent) {
  auto add = [&](std::string_view reason, ReasonRule rule) {
    if (auto found = config.reasons.find(std::string(reason)); found != config.reasons.end()) {
      rule = changed_by(std::move(rule), found->second);
    }
    if (is_refusal(reason)) {
      // Not a call: whatever the file says, it never finishes a lead.
      rule.max.reset();
      if (rule.then == AfterCall::done) rule.then = AfterCall::retry;
    }
    if (rule.then == AfterCall::retry && rule.delays.empty()) rule.delays = fallback_delays;
    rules_.emplace(reason, std::move(rule));
  };
  for (const Row& known : table) add(known.reason, default_rule(known.reason));
  if (auto found = config.reasons.find(std::string(short_conversation)); found != config.reasons.end()) {
    short_under_ = found->second.under;
    add(short_conversation, {.then = AfterCall::retry, .delays = {}, .max = std::nullopt});
  }
}

RetryPolicy::Applied RetryPolicy::applied_to(std::string_view reason, std::optional<milliseconds> talk) const {
  bool is_short = short_under_ && talk && *talk < *short_under_ && classify(reason) == DispositionClass::conversation;
  auto found = rules_.find(is_short ? short_conversation : reason);
  if (found == rules_.end()) found = rules_.find(other);
  return {found->first, found->second};
}

RetryDecision RetryPolicy::decide(const CallEnd& end, const LeadFacts& facts, const Gate& gate, std::uint64_t random,
                                  ReasonCounts& counts) const {
  const auto [key, rule] = applied_to(end.reason, end.talk);
  RetryDecision decision;
  decision.then = rule.then;
  decision.counted = !is_refusal(end.reason);
  decision.conversation = classify(end.reason) == DispositionClass::conversation;
  decision.number_index = facts.number_index;
  decision.outcome = end.reason;
  if (decision.counted) count_attempt_on(counts, gate.local_day_number(facts.clock, end.at));

  auto finish = [&](const char* why) {
    decision.then = AfterCall::done;
    decision.decision = why;
    return decision;
  };
  if (rule.then == AfterCall::done) return finish("done");
  if (rule.then == AfterCall::hold) {
    decision.decision = "hold";
    return decision;
  }
  if (decision.counted && facts.attempts + 1 >= max_attempts_) return finish("max_attempts");
  int before = count_of(counts, key);
  if (rule.max && before >= *rule.max) return finish("reason_max");

  auto step = std::min(static_cast<std::size_t>(before), rule.delays.size() - 1);
  auto next_at = due(rule, rule.delays[step], end, facts, gate, random, counts);
  if (!next_at) {
    decision.then = AfterCall::hold;
    decision.decision = decision.outcome = "no_calling_window";
    return decision;
  }
  // A refusal is never the lead's end; the gate finishes the lead when its time has come.
  auto expiry = gate.expiry(facts);
  if (decision.counted && expiry && *next_at >= *expiry) return finish("expired");

  ++counts[std::string(key)];
  counts.erase(std::string(count_key::avoid));
  if (rule.next_caller_number) {
    ++counts[std::string(count_key::caller)];
    if (!end.from_number.empty()) counts[std::string(count_key::avoid)] = caller_mark(end.from_number);
  }
  // Past the last alternate, the lead's own number is next again.
  if (rule.next_number) decision.number_index = (facts.number_index + 1) % std::max(facts.number_count, 1);
  decision.next_at = *next_at;
  decision.decision = "retry";
  decision.outcome.clear();
  return decision;
}

// When a retry comes. nullopt: the lead's clock never opens.
std::optional<WallTime> RetryPolicy::due(const ReasonRule& rule, const config::Delay& delay, const CallEnd& end,
                                         const LeadFacts& facts, const Gate& gate, std::uint64_t random,
                                         const ReasonCounts& counts) const {
  const std::string& clock = facts.clock;
  WallTime next_day = gate.start_of_next_local_day(clock, end.at);
  Draw draw(random);

  WallTime earliest = next_day;
  if (!delay.next_day) earliest = end.at + delay.time + draw.up_to(milliseconds{delay.time} * jitter_percent_ / 100);
  auto opening = gate.next_opening(clock, earliest);

  int today = gate.local_day_number(clock, end.at);
  bool day_spent = max_per_day_ && attempts_on(counts, today) >= *max_per_day_;
  bool to_next_day = delay.next_day;
  if (day_spent && earliest < next_day) {
    to_next_day = true;
    opening = gate.next_opening(clock, next_day);
  }

  if (opening && rule.different_daypart) {
    Daypart called = gate.daypart(clock, end.at - end.talk.value_or(milliseconds{0}));
    auto other_part = opening;
    for (int i = 0; i < dayparts_ahead && other_part && gate.daypart(clock, *other_part) == called; ++i) {
      other_part = gate.next_opening(clock, gate.end_of_daypart(clock, *other_part));
    }
    // Windows that all lie in one part of the day: any time is better than none.
    if (other_part && gate.daypart(clock, *other_part) != called) opening = other_part;
  }

  if (!opening) {
    // The campaign's dates end before it comes: the lead stays due, for the campaign may be prolonged.
    if (gate.never_opens_rule(clock) == "no_calling_window") return std::nullopt;
    return to_next_day ? std::max(earliest, next_day) : earliest;
  }
  // At an opening (or midnight, or noon) many leads are due at once.
  if (!to_next_day && *opening == earliest) return opening;
  auto stretch = gate.stretch_at(clock, *opening);
  if (!stretch) return opening;
  WallTime until = stretch->to;
  if (rule.different_daypart) until = std::min(until, gate.end_of_daypart(clock, *opening));
  auto room = std::max(until - *opening, milliseconds{0}) / spread_share;
  return *opening + draw.up_to(std::min<milliseconds>(room, spread_max));
}

}  // namespace dialerd::campaign
