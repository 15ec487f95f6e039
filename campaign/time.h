// The two clocks that the core is told about, always together.
#pragma once

#include <chrono>

#include "ratelimit/mono_time.h"

namespace dialerd::campaign {

using ratelimit::MonoTime;

// Civil time in UTC by the database's clock (the shell reads it and carries it on by `mono`). Decides calling windows
// and due times.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

struct Now {
  MonoTime mono;  // decides limits, deadlines and pauses: never jumps
  WallTime wall;  // decides what a person's clock shows: may jump
};

}  // namespace dialerd::campaign
