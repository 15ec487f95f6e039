// What follows from the way a call ended: is the lead due again and when, finished, or for a person to decide.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/gate.h"
#include "campaign/lead.h"
#include "campaign/reason_counts.h"
#include "config/campaign_config.h"

namespace dialerd::campaign {

// The provider's disconnection reasons by what they mean to us (API: calls/get, `disconnection_reason`).
enum class DispositionClass : std::uint8_t {
  conversation,      // a person spoke with the agent
  machine,           // voicemail
  no_contact,        // nobody was reached
  bad_number,        // the number or its carrier fails
  agent_fault,       // our agent's flow is broken
  provider_fault,    // the provider failed
  silent_answer,     // the person may have answered into silence: counts as a contact
  provider_refusal,  // a limit or the balance: not a call, never the lead's attempt
  other              // a reason that we do not know
};

DispositionClass classify(std::string_view reason);

// The effective policy of one reason.
struct ReasonRule {
  config::AfterCall then = config::AfterCall::hold;
  std::vector<config::Delay> delays;  // used when then == retry; at least one
  std::optional<std::int64_t> max;    // retries for this reason; nullopt: only max_attempts bounds them
  bool different_daypart = false;
  bool next_caller_number = false;
  bool next_number = false;
};

// The built-in rule of a reason; unknown reasons get the rule of "other". docs/campaigns.md shows this table.
ReasonRule default_rule(std::string_view reason);

// How a call ended.
struct CallEnd {
  std::string_view reason;
  std::optional<std::chrono::milliseconds> talk;  // from its start to its end; unknown: the call is not a short one
  WallTime at{};                                  // when it ended, or was known to have
  std::string_view from_number = {};              // for next_caller_number
};

struct RetryDecision {
  config::AfterCall then = config::AfterCall::hold;
  WallTime next_at{};         // retry: due then, in an open stretch of the lead's clock
  bool counted = true;        // spends one of the lead's attempts
  bool conversation = false;  // the person spoke with the agent, however shortly
  // What decided: retry; done and hold (the policy says so); max_attempts, reason_max, expired (done with `outcome`);
  // no_calling_window (held: the lead's clock never opens).
  std::string decision;
  std::string outcome;   // done: the reason; hold: the reason or no_calling_window; retry: empty
  int number_index = 0;  // retry: which of the lead's numbers comes next
};

class RetryPolicy {
 public:
  explicit RetryPolicy(const config::Retry& config);

  // `facts` as the claim handed them out, before this attempt. `counts`: the lead's (reason_counts.h), brought up to
  // date here. `random`: any bits; the same bits give the same decision.
  //
  // A retry comes no earlier than the delay after `end.at` says; jitter and the spread over an opening only add. Where
  // the campaign's dates end before it, the lead stays due at that time, for the campaign may be prolonged.
  RetryDecision decide(const CallEnd& end, const LeadFacts& facts, const Gate& gate, std::uint64_t random,
                       ReasonCounts& counts) const;

 private:
  struct Applied {
    std::string_view key;  // the name in `counts`
    const ReasonRule& rule;
  };
  Applied applied_to(std::string_view reason, std::optional<std::chrono::milliseconds> talk) const;

  std::optional<WallTime> due(const ReasonRule& rule, const config::Delay& delay, const CallEnd& end,
                              const LeadFacts& facts, const Gate& gate, std::uint64_t random,
                              const ReasonCounts& counts) const;

  std::int64_t max_attempts_;
  std::optional<std::int64_t> max_per_day_;
  std::int64_t jitter_percent_;
  std::optional<std::chrono::milliseconds> short_under_;
  std::map<std::string, ReasonRule, std::less<>> rules_;  // every known reason, "short_conversation" and "other"
};

}  // namespace dialerd::campaign
