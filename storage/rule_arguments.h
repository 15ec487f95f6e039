// ClaimRules as the arguments of a statement: arrays as text, to be unnested side by side.
#pragma once

#include <string>

#include "storage/session.h"

namespace dialerd::storage {

struct RuleArguments {
  explicit RuleArguments(const ClaimRules& rules);

  std::string list_names;  // text[]
  std::string list_ages;   // bigint[], seconds; null: of any age

  std::string cap_codes;          // text[]: "frequency_cap:7_attempts_in_7d"
  std::string cap_conversations;  // boolean[]: counts conversations, not attempts
  std::string cap_maxima;         // bigint[]
  std::string cap_windows;        // bigint[], seconds

  std::string lock_codes;    // text[]: "lock_out:conversation"
  std::string lock_afters;   // text[]
  std::string lock_periods;  // bigint[], seconds

  // Whether a call that is still open may yet end so that the next one is forbidden.
  bool outcomes_matter = false;
  // Attempts that were claimed longer ago, in seconds, concern no cap and no lock-out any more.
  std::int64_t look_back = 0;
};

// "frequency_cap:7_attempts_in_7d", "lock_out:conversation"
std::string code_of(const config::FrequencyCap& cap);
std::string code_of(const config::LockOut& lock_out);

}  // namespace dialerd::storage
