// The monotonic clock that counts suspend (CLOCK_BOOTTIME), in which the core and every send deadline are told the
// time. std::chrono::steady_clock stands still while the machine sleeps. Thread-safe.
#pragma once

#include <string>

#include "campaign/time.h"

namespace dialerd::daemon {

campaign::MonoTime boot_time();

// Which boot of which machine boot_time() counts from: equal texts mean the same clock. When the system does not tell,
// a text of this process alone. Thread-safe.
std::string boot_id();

}  // namespace dialerd::daemon
