#include "daemon/boot_time.h"

#include <ctime>

namespace dialerd::daemon {

campaign::MonoTime boot_time() {
  timespec at{};
  clock_gettime(CLOCK_BOOTTIME, &at);
  return campaign::MonoTime{std::chrono::seconds{at.tv_sec} + std::chrono::nanoseconds{at.tv_nsec}};
}

}  // namespace dialerd::daemon
