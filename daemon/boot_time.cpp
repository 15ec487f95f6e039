#include "daemon/boot_time.h"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>

namespace dialerd::daemon {

campaign::MonoTime boot_time() {
  timespec at{};
  clock_gettime(CLOCK_BOOTTIME, &at);
  return campaign::MonoTime{std::chrono::seconds{at.tv_sec} + std::chrono::nanoseconds{at.tv_nsec}};
}

std::string boot_id() {
  static const std::string id = [] {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string boot;
    if (!(file >> boot)) return "process " + std::to_string(std::random_device{}());
    // A time namespace shifts the clock (time_namespaces(7)).
    std::error_code error;
    return boot + " " + std::filesystem::read_symlink("/proc/self/ns/time", error).string();
  }();
  return id;
}

}  // namespace dialerd::daemon
