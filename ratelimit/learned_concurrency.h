// How many calls at once the provider really takes, learned from its refusals: additive increase, multiplicative
// decrease (as TCP's congestion window, RFC 5681), so that several users of one provider account settle on fair parts.
//
// A refusal while `open` calls were open lowers the cap to 70 % of that, at least 1. The refusals of one burst are one
// sign, so there is at most one decrease in 5 s, and none that would raise the cap. From then on the cap grows by 2 %
// of the refused level (at least 1) every 30 s: back at that level after 8 minutes, whatever its size, and beyond it in
// the same small steps. The growth goes by time and not by successful calls, because a call's success says nothing of
// those beside it, because it then ends by itself even when nothing is dialled, and because its end can be told.
// The cap is forgotten when it reaches the configured concurrency, or without one twice the refused level.
//
// Pure: time is an argument, and may not go back. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "ratelimit/mono_time.h"

namespace dialerd::ratelimit {

class LearnedConcurrency {
 public:
  static constexpr std::int64_t keep_percent = 70;
  static constexpr std::int64_t step_percent = 2;
  static constexpr MonoClock::duration step_interval = std::chrono::seconds{30};
  static constexpr MonoClock::duration decrease_interval = std::chrono::seconds{5};

  // Without a configured concurrency: nullopt.
  explicit LearnedConcurrency(std::optional<std::int64_t> configured) : configured_(configured) {}

  // The provider refused a call because too many were open; `open`: those that it may have had, without the refused.
  void refused(MonoTime now, std::int64_t open);

  struct State {
    std::int64_t cap = 0;
    MonoTime since;          // the decrease
    MonoTime next_increase;  // when the cap grows next
    MonoTime until;          // when it is forgotten if nothing more is refused
  };
  // nullopt: nothing is learned, or it is forgotten.
  std::optional<State> state(MonoTime now) const;

 private:
  std::optional<std::int64_t> configured_;
  bool learned_ = false;
  std::int64_t cap_ = 0;  // right after the decrease
  std::int64_t step_ = 0;
  std::int64_t target_ = 0;  // the cap at which it is forgotten
  MonoTime since_;
};

}  // namespace dialerd::ratelimit
