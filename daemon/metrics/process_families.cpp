// proc_pid_stat(5), proc_pid_fd(5). Names: https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

#include "daemon/metrics/families.h"

namespace dialerd::daemon::metrics {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

void add(std::vector<MetricFamily>& families, MetricType type, const char* name, const char* help, double value) {
  prometheus::ClientMetric metric;
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  families.push_back({name, help, type, {metric}});
}

struct Stat {
  std::uint64_t cpu_ticks = 0;
  std::uint64_t start_ticks = 0;  // after boot
  std::uint64_t threads = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};

std::optional<Stat> read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The second field is the program's name in parentheses, which may hold anything.
  const std::size_t end = line.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream rest(line.substr(end + 1));
  std::string state;
  rest >> state;                         // field 3
  std::array<std::int64_t, 21> field{};  // 4 to 24
  for (std::int64_t& value : field) rest >> value;
  if (!rest) return std::nullopt;
  auto at = [&](std::size_t number) { return static_cast<std::uint64_t>(field.at(number - 4)); };
  return Stat{at(14) + at(15), at(22), at(20), at(23), at(24)};
}

// When the machine was started, in Unix time.
std::optional<double> boot_seconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  while (file >> word) {
    double value = 0;
    if (word == "btime" && file >> value) return value;
    file.ignore(1 << 20, '\n');
  }
  return std::nullopt;
}

std::optional<double> open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator folder("/proc/self/fd", error);
  if (error) return std::nullopt;
  return static_cast<double>(std::distance(begin(folder), end(folder))) - 1;  // less that of the folder itself
}

}  // namespace

void add_process(std::vector<MetricFamily>& families) {
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  if (auto stat = read_stat()) {
    add(families, MetricType::Counter, "process_cpu_seconds_total", "User and system CPU time of this process.",
        static_cast<double>(stat->cpu_ticks) / ticks);
    add(families, MetricType::Gauge, "process_resident_memory_bytes", "Resident memory of this process.",
        static_cast<double>(stat->resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE)));
    add(families, MetricType::Gauge, "process_virtual_memory_bytes", "Virtual memory of this process.",
        static_cast<double>(stat->virtual_bytes));
    add(families, MetricType::Gauge, "process_threads", "Threads of this process.", static_cast<double>(stat->threads));
    if (auto boot = boot_seconds()) {
      add(families, MetricType::Gauge, "process_start_time_seconds", "When this process started, in Unix time.",
          *boot + static_cast<double>(stat->start_ticks) / ticks);
    }
  }
  if (auto open = open_descriptors()) {
    add(families, MetricType::Gauge, "process_open_fds", "File descriptors of this process that are open.", *open);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    add(families, MetricType::Gauge, "process_max_fds", "File descriptors that this process may have open.",
        static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace dialerd::daemon::metrics
