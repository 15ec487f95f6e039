// Any text as Retry-After and as an HTTP date, at any time of the reader's clock: its last four bytes.
#include <cstring>
#include <string>

#include "promise.h"

#include "daemon/voxapi/retry_after.h"

namespace dialerd::fuzz {
namespace {

using daemon::voxapi::HttpTime;

// IMF-fixdate (RFC 9110, 5.6.7). The day's name is not read.
std::string written(HttpTime time) {
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[64];
  std::snprintf(text, sizeof(text), "Sun, %02u %s %04d %02d:%02d:%02d GMT", static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

}  // namespace
}  // namespace dialerd::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dialerd::fuzz;
  using namespace dialerd::daemon::voxapi;
  std::uint32_t seconds = 0;
  if (size < sizeof(seconds)) return 0;
  size -= sizeof(seconds);
  std::memcpy(&seconds, data + size, sizeof(seconds));
  const HttpTime now{std::chrono::seconds(seconds)};
  const std::string_view text = text_of(data, size);

  if (const auto wait = parse_retry_after(text, now)) {
    promise(*wait >= std::chrono::seconds(0) && *wait <= retry_after_max, "a wait is never negative, nor endless");
  }
  if (const auto date = parse_http_date(text, now)) {
    // A date may name the year 10000 only by a leap second on the last day of 9999.
    if (*date < HttpTime(std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1))) {
      promise(parse_http_date(written(*date), now) == date, "a date that was read can be written and read again");
    }
  }
  return 0;
}
