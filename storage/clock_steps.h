// What the database's clock did when it was set, and how old a recorded call is in spite of it. Pure.
//
// Rolling windows are rebuilt after a restart from times that the database's clock told. If that clock was set forward
// since, a call looks older than it is, and its token would come back too early. So each owner of an account leaves a
// ClockMark in dialerd.ownership; whoever compares it with another mark of the same boot sees what nobody was there to
// see, and records it in dialerd.clock_step. Marks of two boots, or of two machines, say nothing about each other.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/time.h"

namespace dialerd::storage {

// One moment by two clocks.
struct ClockMark {
  std::string boot_id;                     // of the machine's boot that `since_boot` counts from; empty: no mark
  std::chrono::milliseconds since_boot{};  // CLOCK_BOOTTIME
  campaign::WallTime database{};           // the database's clock
};

struct ClockStep {
  campaign::WallTime at{};         // by the database's clock, just before the step or somewhat later
  std::chrono::milliseconds by{};  // forward: positive
};

// Marks that differ by less tell no step: both were read over a network. What is not told stays in the older mark, so
// it cannot add up.
inline constexpr std::chrono::milliseconds clock_step_min{1000};
// What the clock may have done untold between the recording of a call and now: so much at either end, and the error of
// a reading.
inline constexpr std::chrono::milliseconds clock_step_untold_max{3000};
// How long the database's own times (of a claim, say) may show a step before a daemon reads the clock and tells it.
inline constexpr std::chrono::minutes clock_unread_max{5};

// By how much the database's clock was set between two marks; nullopt: by nothing that could be told, or the marks are
// of different boots.
std::optional<ClockStep> step_between(const ClockMark& earlier, const ClockMark& later);

// Of the steps that a daemon saw itself, those that are not among the recorded ones. Two are the same when they are
// about as large and told within a minute of each other; each recorded one stands for one.
std::vector<ClockStep> not_recorded(const std::vector<ClockStep>& seen, std::vector<ClockStep> recorded);

// The database's clock as it was set again and again: stretches of even time, each of which is read on the clock as it
// is now. After a step backward the same times come a second time; a call that may be of either stretch is taken for
// the younger one, so none is forgotten too early, and some are counted for longer than they need to.
class ClockHistory {
 public:
  // `steps` in the order in which they were told; `now`: by the database's clock.
  ClockHistory(const std::vector<ClockStep>& steps, campaign::WallTime now);

  // By when calls were counted, on the clock as it is now, that were recorded between these two.
  campaign::WallTime counted_until(campaign::WallTime recorded_from, campaign::WallTime recorded_until) const;

  // How far before now a call may have been recorded that is no older than `window`.
  std::chrono::milliseconds reach_back(std::chrono::milliseconds window) const;

 private:
  struct Stretch {
    campaign::WallTime from{}, until{};  // by the clock as it was then, margins included
    std::chrono::milliseconds since{};   // by how much the clock was set since: forward: positive
  };
  std::vector<Stretch> stretches_;
  campaign::WallTime now_;
};

}  // namespace dialerd::storage
