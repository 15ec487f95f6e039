// One campaign as its YAML file says it, as plain validated values. Made by load_campaign_config (config/load.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/limits_config.h"
#include "config/rules_config.h"

namespace dialerd::config {

struct Agent {
  std::string id;       // UUID, lower case
  std::string version;  // "production", "current" or "v1", "v2", ...; always sent, default "production"

  friend bool operator==(const Agent&, const Agent&) = default;
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

// How long to wait before a retry: a time, or until the lead's next local day.
struct Delay {
  std::chrono::seconds time{0};
  bool next_day = false;  // not before the first opening of the next local day; `time` is zero then

  friend bool operator==(const Delay&, const Delay&) = default;
};

// What to do after one disconnection reason. Fields that the file leaves out keep the built-in default of that reason
// (campaign/retry_policy.h), so all are optional here.
// "short_conversation" has no default: it always says `under` and either `then` (done or hold) or delays.
struct ReasonPolicy {
  std::optional<AfterCall> then;
  std::vector<Delay> delays;        // nth retry for this reason waits delays[n]; past the end, the last. Empty: default
  std::optional<std::int64_t> max;  // retries after this reason per lead; then done
  bool different_daypart = false;   // not in the part of the day (morning, afternoon, evening) of this call
  bool next_caller_number = false;  // from another caller number than this call
  bool next_number = false;         // to the lead's next alternate number; without one, the same again
  std::optional<std::chrono::seconds> under;  // of "short_conversation" alone: shorter conversations than this

  friend bool operator==(const ReasonPolicy&, const ReasonPolicy&) = default;
};

struct Retry {
  std::int64_t max_attempts = 5;            // attempts per lead over all reasons, the first included
  std::optional<std::int64_t> max_per_day;  // attempts per lead on one local day
  std::int64_t jitter_percent = 10;         // of the delay, added at random; 0-100
  // By reason name (config/disconnection_reason.h), "short_conversation" (any conversation shorter than its `under`) or
  // "other".
  std::map<std::string, ReasonPolicy> reasons;

  friend bool operator==(const Retry&, const Retry&) = default;
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
  // Columns with a meaning of their own; empty: the file has none.
  std::vector<std::string> alternates;  // further numbers of the same person, in the order to try them
  std::string timezone;                 // IANA name
  std::string consent_at;               // date, or date and time (ISO 8601); without a zone, in the lead's timezone
  std::string consent_expires_at;
  std::string night_consent;  // yes/no, true/false, 1/0, Y/N
  std::string call_at;        // a callback was promised for then
  std::string expires_at;     // not called from then on

  friend bool operator==(const LeadColumns&, const LeadColumns&) = default;
};

// Which caller number places a call.
enum class Rotation {
  round_robin,
  least_used,  // the one with the fewest calls in the last 24 hours
  sticky       // the same number for each call to a lead, as long as it can be had
};

// A caller number that is answered this rarely is left alone for a while: people or carriers take it for spam.
struct AnswerRateRest {
  std::int64_t below_percent = 0;  // 1-99
  std::int64_t over_calls = 100;   // judged over so many of its latest calls, at least
  std::chrono::seconds rest{6 * 60 * 60};

  friend bool operator==(const AnswerRateRest&, const AnswerRateRest&) = default;
};

enum class Pacing {
  asap,  // as fast as the limits allow
  even   // the day's budget spread over what is left of the day's calling windows; needs limits.per_day
};

// Between the campaigns of an account.
struct Share {
  std::int64_t weight = 1;    // 1-1000: of two with the same priority, permits in proportion to it
  std::int64_t priority = 0;  // 0-9: a higher one is served first

  friend bool operator==(const Share&, const Share&) = default;
};

// Where a lead's timezone comes from; the first that knows it.
enum class ZoneSource {
  column,   // the lead's own column
  number,   // the country of its number, where that has one timezone
  campaign  // the campaign's
};

// What becomes of the campaign when the database sees it for the first time.
enum class Start {
  automatic,  // it runs
  manual      // it is a draft, until somebody starts it
};

// One local date on which nobody is called.
struct ClosedDate {
  std::chrono::sys_days date;  // a civil date; read in the lead's timezone
  std::string name;            // "Chuseok"

  friend bool operator==(const ClosedDate&, const ClosedDate&) = default;
};

// A holiday list that a campaign includes.
struct HolidaysIncluded {
  std::string name;  // as the file has it: "kr", "holidays/ours.yaml"
  std::vector<std::chrono::sys_days> dates;

  friend bool operator==(const HolidaysIncluded&, const HolidaysIncluded&) = default;
};

struct CampaignConfig {
  std::string name;     // [a-z0-9][a-z0-9_-]{0,62}
  std::string account;  // an account's name in dialerd.yaml
  Agent agent;
  std::vector<std::string> caller_numbers;                      // from_number: domestic digits, at least one
  std::optional<std::string> presentation_number;               // domestic digits
  std::string region = "KR";                                    // CLDR region for reading the leads' numbers
  std::string timezone = "Asia/Seoul";                          // IANA name; the calling windows' clock
  std::vector<CallingWindow> calling_windows;                   // sorted, not overlapping, at least one
  std::chrono::seconds window_margin{60};                       // no call starts this shortly before a window closes
  std::vector<ZoneSource> lead_timezone{ZoneSource::campaign};  // in this order; none knows it: the lead is held
  std::vector<ClosedDate> closed_dates;    // holidays and blackout dates, sorted by date, each once
  std::vector<HolidaysIncluded> holidays;  // whose dates are among closed_dates
  // The last date that every included holiday list speaks of. After it nobody knows what is a holiday: calls are held.
  std::optional<std::chrono::sys_days> holidays_until;
  std::optional<std::chrono::sys_days> start_date;  // the first and the last local date on which calls start
  std::optional<std::chrono::sys_days> end_date;
  Start start = Start::automatic;
  Limits limits;
  Pacing pacing = Pacing::asap;
  Share share;
  Rotation rotation = Rotation::round_robin;
  std::optional<AnswerRateRest> answer_rate_rest;
  Retry retry;
  std::chrono::seconds callback_tolerance{15 * 60};   // a callback is served first until so long after its time
  std::optional<std::chrono::seconds> lead_lifetime;  // leads are not called when older than this
  std::vector<Rules> rules;  // the campaign's own, then those of the policy packs that it includes: all hold
  std::map<std::string, ValueSource> dynamic_variables;
  std::map<std::string, ValueSource> metadata;
  LeadColumns leads;
  std::string source;  // the file's text, kept as the campaign's revision

  friend bool operator==(const CampaignConfig&, const CampaignConfig&) = default;
};

}  // namespace dialerd::config
