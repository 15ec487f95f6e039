// What becomes of an attempt, as it is written to the database.
//
//   dialing -> in_progress -> ended
//   dialing -> rejected | not_placed            the answer proves that there is no call
//   dialing -> unknown -> in_progress | ended | not_placed | abandoned
//   in_progress -> abandoned                    the provider never told an end
//
// ended, rejected, not_placed and abandoned are terminal: such a row never changes again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "campaign/call.h"
#include "campaign/ids.h"

namespace dialerd::campaign {

enum class AttemptState : std::uint8_t { dialing, in_progress, unknown, ended, rejected, not_placed, abandoned };
enum class LeadState : std::uint8_t { ready, active, done, held };

std::string_view to_string(AttemptState state);
std::string_view to_string(LeadState state);
std::optional<AttemptState> parse_attempt_state(std::string_view text);

// The POST's answer, when the call goes on from there. Written before anything else is done with the call.
struct Record {
  AttemptId attempt;
  AttemptState state = AttemptState::in_progress;  // in_progress, or unknown
  std::string call_id;                             // empty when unknown
  std::string from_number;
  int http_status = 0;  // 0: none was read
  std::string detail;   // for unknown: what happened, in words; never a number or a key
  WallTime answered{};  // when the answer, or the end of waiting for it, arrived
};

// The end of an attempt and the lead's next state: written in one transaction.
struct Settlement {
  AttemptId attempt;
  CampaignId campaign{};
  LeadId lead{};
  AttemptState state = AttemptState::ended;  // a terminal one
  std::string disposition;                   // the provider's disconnection reason, or ours (docs/states.md lists them)
  std::string call_status;                   // the provider's `status`, empty without a call
  std::string call_id;                       // empty without a call
  std::string from_number;
  int http_status = 0;
  std::string detail;
  std::optional<WallTime> answered;      // set when this settles an attempt whose POST was answered without a Record
  std::optional<WallTime> call_started;  // the provider's start_at and end_at
  std::optional<WallTime> call_ended;
  bool counted = true;        // spends one of the lead's attempts
  bool conversation = false;  // the person spoke with the agent: counts for frequency caps and lock-outs

  LeadState lead_state = LeadState::done;  // ready, done or held
  WallTime next_at{};                      // ready: when the lead is due again
  std::string outcome;                     // done: the outcome; held: the reason; ready: empty
  std::string decision;                    // the code of what decided so ("retry", "max_attempts", "expired" ...)
  bool callback = false;                   // ready: still due at a promised time
  int number_index = 0;                    // ready: which of the lead's numbers is dialled next
  int lead_attempts = 0;                   // the lead's counted attempts, this one included if it counts
  std::string reason_counts;
};

// What became known of an ended call after its settlement. Changes neither attempt nor lead.
struct DetailRecord {
  AttemptId attempt;
  CallDetails details;
};

// The provider says something else of a call than what was settled. Kept for audit; the settlement stands.
struct LateNews {
  AttemptId attempt;
  std::string call_id;
  std::string call_status;
  std::string disposition;  // the disconnection reason as told now
  std::optional<WallTime> call_started;
  std::optional<WallTime> call_ended;
  WallTime seen{};
  bool after_no_call = false;  // what was settled is that there was no call
};

// A claimed attempt that the database does not let be dialled any more.
struct Refusal {
  AttemptId attempt;
  // "suppressed", "lock_out:REASON", "list_missing:NAME", "list_stale:NAME", or the campaign's wish: "paused",
  // "stopped"
  std::string code;
  std::optional<WallTime> until;  // lock_out: when the lead may be called again
};

}  // namespace dialerd::campaign
