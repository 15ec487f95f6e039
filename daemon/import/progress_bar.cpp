#include "daemon/import/progress_bar.h"

#include <algorithm>
#include <cmath>

#include <sys/ioctl.h>
#include <unistd.h>

namespace dialerd::daemon::import {
namespace {

constexpr std::chrono::milliseconds redraw_interval{200};
constexpr int bar_width = 20;
// Carriage return and "erase to the end of the line" (ECMA-48, EL).
constexpr const char* line_start = "\r\x1b[K";

// A line that is wider than the terminal would wrap, and could no longer be drawn over.
std::size_t terminal_width(std::FILE* out) {
  winsize size{};
  return ::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3 + (number < 0 ? 1U : 0U);) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string progress_line(const Progress& progress, std::optional<std::uint64_t> bytes_total,
                          std::chrono::duration<double> elapsed) {
  std::string line;
  const bool known = bytes_total && *bytes_total > 0;
  // A file that is still being written to may give more bytes than it had.
  const double share =
      known ? std::min(1.0, static_cast<double>(progress.bytes_read) / static_cast<double>(*bytes_total)) : 0;
  if (known) {
    const int filled = static_cast<int>(share * bar_width);
    const std::string percent = std::to_string(static_cast<int>(share * 100));
    line += '[' + std::string(static_cast<std::size_t>(filled), '#') +
            std::string(static_cast<std::size_t>(bar_width - filled), '-') + "] " +
            std::string(3 - percent.size(), ' ') + percent + " %  ";
  }
  line += grouped(progress.rows_read) + " rows";
  if (elapsed.count() > 0) {
    line += "  " + grouped(std::llround(static_cast<double>(progress.rows_read) / elapsed.count())) + " rows/s";
    if (known && share > 0 && share < 1) {
      line += "  " + grouped(std::llround(std::ceil(elapsed.count() * (1 - share) / share))) + " s left";
    }
  }
  if (progress.rejected > 0) line += "  " + grouped(progress.rejected) + " rejected";
  return line;
}

ProgressBar::ProgressBar(std::FILE* out, std::optional<std::uint64_t> bytes_total)
    : out_(out), terminal_(::isatty(::fileno(out)) == 1), bytes_total_(bytes_total) {}

ProgressBar::~ProgressBar() {
  if (terminal_) std::fputs(line_start, out_);
}

void ProgressBar::show(const Progress& progress) {
  const auto now = Clock::now();
  if (!terminal_ || now - drawn_ < redraw_interval) return;
  drawn_ = now;
  const std::string line = progress_line(progress, bytes_total_, now - started_).substr(0, terminal_width(out_) - 1);
  std::fputs((line_start + line).c_str(), out_);
  std::fflush(out_);
}

}  // namespace dialerd::daemon::import
