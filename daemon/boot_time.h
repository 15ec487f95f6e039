// The monotonic clock that counts suspend (CLOCK_BOOTTIME), in which the core and every send deadline are told the
// time. std::chrono::steady_clock stands still while the machine sleeps. Thread-safe.
#pragma once

#include "campaign/time.h"

namespace dialerd::daemon {

campaign::MonoTime boot_time();

}  // namespace dialerd::daemon
