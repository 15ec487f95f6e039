#include "campaign/hold_off.h"

#include <algorithm>

namespace dialerd::campaign {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct Waits {
  seconds first;
  seconds longest;
};

Waits waits(Trouble trouble) {
  switch (trouble) {
    case Trouble::throttled:
      return {seconds{1}, seconds{60}};
    case Trouble::account_fault:
      return {seconds{60}, minutes{15}};
    case Trouble::line:
      return {seconds{1}, seconds{30}};
    case Trouble::concurrency_limit:
      return {seconds{2}, seconds{60}};
    case Trouble::hourly_limit:
      return {minutes{1}, minutes{10}};
    case Trouble::daily_limit:
      return {minutes{10}, minutes{60}};
    case Trouble::insufficient_balance:
    case Trouble::rejections:
      return {minutes{1}, minutes{15}};
  }
  return {minutes{1}, minutes{15}};
}

}  // namespace

std::string_view to_string(Trouble trouble) {
  switch (trouble) {
    case Trouble::throttled:
      return "throttled";
    case Trouble::account_fault:
      return "account_fault";
    case Trouble::line:
      return "line";
    case Trouble::concurrency_limit:
      return "concurrency_limit_reached";
    case Trouble::hourly_limit:
      return "hourly_call_limit_reached";
    case Trouble::daily_limit:
      return "daily_call_limit_reached";
    case Trouble::insufficient_balance:
      return "insufficient_balance";
    case Trouble::rejections:
      return "rejections";
  }
  return "?";
}

void HoldOff::trouble(MonoTime now, Trouble cause, std::optional<seconds> retry_after) {
  // A limit that only a call's end shows is not forgotten because the probe met something else.
  if (cause_ && !ends_when_accepted(*cause_) && ends_when_accepted(cause)) cause = *cause_;
  bool already_waiting = cause_ && now < until_;
  // Answers to calls that were under way together tell of one trouble, not of many in a row.
  if (!already_waiting) ++in_a_row_;
  Waits wait = waits(cause);
  seconds own = std::min(wait.longest, wait.first * (1 << std::min(in_a_row_ - 1, 10)));
  seconds asked = std::clamp(retry_after.value_or(seconds{0}), seconds{0}, retry_after_max);
  MonoTime until = now + std::max(own, asked);
  if (!cause_) since_ = now;
  if (already_waiting && until <= until_) return;
  cause_ = cause;
  until_ = until;
}

void HoldOff::failed(MonoTime now, Trouble cause, int failures_max) {
  ++failures_;
  bool probing = cause_ && now >= until_;
  if (probing || failures_ >= failures_max) trouble(now, cause);
}

bool HoldOff::ends_when_accepted(Trouble cause) {
  return cause == Trouble::throttled || cause == Trouble::account_fault || cause == Trouble::line ||
         cause == Trouble::rejections;
}

void HoldOff::success(MonoTime now) {
  failures_ = 0;
  // While waiting, an accepted answer is one that was under way when the trouble came: no proof that it is over.
  if (cause_ && now < until_) return;
  cause_.reset();
  in_a_row_ = 0;
}

HoldOff::Allowance HoldOff::allowance(MonoTime now) const {
  if (!cause_) return Allowance::any;
  return now < until_ ? Allowance::none : Allowance::one;
}

}  // namespace dialerd::campaign
