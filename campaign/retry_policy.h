// What follows from the way a call ended: is the lead due again and when, finished, or for a person to decide.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

struct ReasonRule {
  config::AfterCall then = config::AfterCall::hold;
  std::vector<std::chrono::seconds> delays;  // used when then == retry; at least one
  std::optional<std::int64_t> max;           // retries for this reason; nullopt: only max_attempts bounds them
};

// The built-in rule of a reason; unknown reasons get the rule of "other". docs/campaigns.md shows this table.
ReasonRule default_rule(std::string_view reason);

struct RetryDecision {
  config::AfterCall then = config::AfterCall::hold;
  std::chrono::seconds delay{0};  // retry: wait at least this long
  bool counted = true;            // whether this attempt spends one of the lead's
};

class RetryPolicy {
 public:
  explicit RetryPolicy(const config::Retry& config);

  // `attempts`: the lead's counted attempts before this one. `retried`: its retries after each reason so far; a retry
  // that is decided here is added.
  RetryDecision decide(std::string_view reason, int attempts, ReasonCounts& retried) const;

 private:
  const ReasonRule& rule(std::string_view reason) const;

  std::int64_t max_attempts_;
  std::map<std::string, ReasonRule, std::less<>> rules_;  // every known reason, and "other"
};

}  // namespace dialerd::campaign
