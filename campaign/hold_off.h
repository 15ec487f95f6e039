// When an account or campaign must wait before it calls again: the provider refused, or the line to it fails.
//
//   clear --trouble--> waiting --time--> probing --success--> clear
//                         ^----------trouble---------'
//
// While waiting nothing is dialled; while probing one call at a time, so that a lasting trouble meets one lead per wait
// and not a burst of them. Each trouble in a row doubles the wait, up to the cause's longest.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "campaign/time.h"

namespace dialerd::campaign {

enum class Trouble : std::uint8_t {
  throttled,          // 429, or 503 with Retry-After
  account_fault,      // 401, 402, 403
  line,               // several answers in a row that were not_sent or unknown
  concurrency_limit,  // calls that ended with the provider's ..._limit_reached
  hourly_limit,
  daily_limit,
  insufficient_balance,
  rejections,  // a campaign whose calls are rejected one after the other: its settings are wrong, not its leads
};

std::string_view to_string(Trouble trouble);

class HoldOff {
 public:
  // This many not_sent or unknown answers in a row are a trouble of the line.
  static constexpr int line_failures_max = 5;
  // This many rejected calls in a row are a trouble of the campaign.
  static constexpr int rejections_max = 10;
  static constexpr std::chrono::seconds retry_after_max{15 * 60};

  // `retry_after`: the provider's wish; honoured up to retry_after_max, and never shorter than our own wait.
  void trouble(MonoTime now, Trouble cause, std::optional<std::chrono::seconds> retry_after = std::nullopt);
  // An answer that was not_sent or unknown (account), rejected (campaign).
  void line_failed(MonoTime now) { failed(now, Trouble::line, line_failures_max); }
  void rejected(MonoTime now) { failed(now, Trouble::rejections, rejections_max); }
  // An answer that is none of these three: the line works, whatever else is wrong.
  void line_works() { failures_ = 0; }
  // The answer that shows the trouble to be over, or that there is none.
  void success(MonoTime now);

  // Whether calls may be dialled: none, one to probe with, or any number.
  enum class Allowance : std::uint8_t { none, one, any };
  Allowance allowance(MonoTime now) const;

  std::optional<Trouble> cause() const { return cause_; }
  MonoTime since() const { return since_; }  // while there is a cause: when the trouble began
  MonoTime until() const { return until_; }
  // Whether an accepted POST ends the trouble. A refusal that came as an ended call is over only when a call gets
  // further.
  bool ends_when_accepted() const { return cause_ && ends_when_accepted(*cause_); }

 private:
  static bool ends_when_accepted(Trouble cause);
  void failed(MonoTime now, Trouble cause, int failures_max);

  std::optional<Trouble> cause_;
  MonoTime since_{};
  MonoTime until_{};
  int in_a_row_ = 0;
  int failures_ = 0;  // in a row
};

}  // namespace dialerd::campaign
