// The line on a terminal that shows how far an import is.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "daemon/import/importer.h"

namespace dialerd::daemon::import {

// "1204000" -> "1,204,000"
std::string grouped(std::int64_t number);

// "[#########-----------]  45 %  1,204,000 rows  52,310 rows/s  24 s left  320 rejected". Without a total (a pipe), no
// bar and no time left.
std::string progress_line(const Progress& progress, std::optional<std::uint64_t> bytes_total,
                          std::chrono::duration<double> elapsed);

class ProgressBar {
 public:
  // Draws on `out` when that is a terminal, and nothing otherwise.
  ProgressBar(std::FILE* out, std::optional<std::uint64_t> bytes_total);
  ~ProgressBar();  // wipes the line
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(const Progress& progress);  // at most five times a second

 private:
  using Clock = std::chrono::steady_clock;

  std::FILE* out_;
  bool terminal_;
  std::optional<std::uint64_t> bytes_total_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point drawn_{};
};

}  // namespace dialerd::daemon::import
