// The daemon's two clocks: monotonic with suspend (CLOCK_BOOTTIME), and the database's civil time.
//
// Between two readings of the database's clock its time is carried on by the monotonic one, so a step of this machine's
// own wall clock changes nothing. Belongs to the event loop's thread; boot_time() may be called from any.
#pragma once

#include <chrono>

#include "campaign/time.h"

namespace dialerd::daemon {

class Clock {
 public:
  // The database said `database_time` between these two moments. Returns by how much its clock moved against the last
  // reading: about zero, unless one of the clocks was set. When in between the database read its clock is not known,
  // so a slow answer counts only when no moment between the two explains it: else a hiccup would look like a step.
  std::chrono::milliseconds sync(campaign::WallTime database_time, campaign::MonoTime asked,
                                 campaign::MonoTime answered);

  // Precondition: sync was called.
  campaign::Now now() const;
  // The moment of the last reading that counted, by both clocks. Precondition: sync was called.
  campaign::Now synced() const { return {mono_, wall_}; }

 private:
  bool synced_ = false;
  campaign::WallTime wall_{};
  campaign::MonoTime mono_{};
};

}  // namespace dialerd::daemon
