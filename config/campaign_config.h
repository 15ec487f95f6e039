// One campaign as its YAML file says it, as plain validated values. Made by load_campaign_config (config/load.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/limits_config.h"

namespace dialerd::config {

struct Agent {
  std::string id;       // UUID, lower case
  std::string version;  // "production", "current" or "v1", "v2", ...; always sent, default "production"
};

// One stretch of a weekday's local time in which calls may start. Minutes from local midnight; 0 <= from < to <= 1440.
// A window across midnight in the file ("22:00" to "02:00") arrives here as two.
struct CallingWindow {
  std::uint8_t weekday = 0;  // ISO 8601: 1 = Monday ... 7 = Sunday
  std::uint16_t from_minute = 0;
  std::uint16_t to_minute = 0;

  friend bool operator==(const CallingWindow&, const CallingWindow&) = default;
};

enum class AfterCall {
  retry,  // the lead is due again after the next delay of the ladder
  done,   // the lead is finished with this disposition as its outcome
  hold    // a person must decide
};

// What to do after one disconnection reason. Fields that the file leaves out keep the built-in default of that reason
// (campaign/retry_policy.h), so all are optional here.
struct ReasonPolicy {
  std::optional<AfterCall> then;
  std::vector<std::chrono::seconds>
      delays;                       // nth retry for this reason waits delays[n]; past the end, the last. Empty: default
  std::optional<std::int64_t> max;  // retries after this reason per lead; then done
};

struct Retry {
  std::int64_t max_attempts = 5;                // attempts per lead over all reasons, the first included
  std::map<std::string, ReasonPolicy> reasons;  // by reason name (config/disconnection_reason.h) or "other"
};

// Where the value of a dynamic variable or metadata key comes from.
struct ValueSource {
  enum class Kind {
    field,   // a field of the lead; a lead without it cannot be dialled
    literal  // the same text for every lead
  };
  Kind kind = Kind::field;
  std::string value;  // the field's name, or the text

  friend bool operator==(const ValueSource&, const ValueSource&) = default;
};

// How a CSV file's columns become a lead. Keys and values are matched exactly, after a BOM and outer blanks are
// removed.
struct LeadColumns {
  std::string number = "number";              // the column that holds the number to call
  std::map<std::string, std::string> fields;  // lead field -> column, where the names differ
};

struct CampaignConfig {
  std::string name;     // [a-z0-9][a-z0-9_-]{0,62}
  std::string account;  // an account's name in dialerd.yaml
  Agent agent;
  std::vector<std::string> caller_numbers;         // from_number: domestic digits, at least one
  std::optional<std::string> presentation_number;  // domestic digits
  std::string region = "KR";                       // CLDR region for reading the leads' numbers
  std::string timezone = "Asia/Seoul";             // IANA name; the calling windows' clock
  std::vector<CallingWindow> calling_windows;      // sorted, not overlapping, at least one
  std::chrono::seconds window_margin{60};          // no call starts this shortly before a window closes
  Limits limits;
  Retry retry;
  std::map<std::string, ValueSource> dynamic_variables;
  std::map<std::string, ValueSource> metadata;
  LeadColumns leads;
  std::string source;  // the file's text, kept as the campaign's revision
};

}  // namespace dialerd::config
