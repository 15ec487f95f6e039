#include "daemon/voxapi/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace dialerd::daemon::voxapi {
namespace {

constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes a date apart from the left. Once something did not fit, every later step fails too.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  bool finished() const { return ok_ && rest_.empty(); }

  void literal(std::string_view text) {
    ok_ = ok_ && rest_.starts_with(text);
    if (ok_) rest_.remove_prefix(text.size());
  }

  int number(std::size_t digits) {
    ok_ = ok_ && rest_.size() >= digits &&
          std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(digits), is_digit);
    if (!ok_) return 0;
    int value = 0;
    std::from_chars(rest_.data(), rest_.data() + digits, value);
    rest_.remove_prefix(digits);
    return value;
  }

  // asctime pads the day with a space (RFC 9110, 5.6.7: date3).
  int padded_day() {
    if (ok_ && rest_.starts_with(' ')) {
      rest_.remove_prefix(1);
      return number(1);
    }
    return number(2);
  }

  unsigned month() {
    const auto found = std::find(month_names.begin(), month_names.end(), rest_.substr(0, 3));
    ok_ = ok_ && found != month_names.end();
    if (!ok_) return 0;
    rest_.remove_prefix(3);
    return static_cast<unsigned>(found - month_names.begin()) + 1;
  }

  std::chrono::seconds time_of_day() {
    const int hours = number(2);
    literal(":");
    const int minutes = number(2);
    literal(":");
    const int seconds = number(2);
    ok_ = ok_ && hours < 24 && minutes < 60 && seconds <= 60;  // 60: a leap second
    return std::chrono::hours(hours) + std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<HttpTime> date(const DateReader& reader, int year, unsigned month, int day, std::chrono::seconds time) {
  const std::chrono::year_month_day civil{std::chrono::year(year), std::chrono::month(month),
                                          std::chrono::day(static_cast<unsigned>(day))};
  if (!reader.finished() || !civil.ok()) return std::nullopt;
  return HttpTime(std::chrono::sys_days(civil)) + time;
}

// "06 Nov 1994 08:49:37 GMT", what follows "Sun, "
std::optional<HttpTime> imf_fixdate(std::string_view text) {
  DateReader reader(text);
  const int day = reader.number(2);
  reader.literal(" ");
  const unsigned month = reader.month();
  reader.literal(" ");
  const int year = reader.number(4);
  reader.literal(" ");
  const auto time = reader.time_of_day();
  reader.literal(" GMT");
  return date(reader, year, month, day, time);
}

// "06-Nov-94 08:49:37 GMT", what follows "Sunday, "
std::optional<HttpTime> rfc850_date(std::string_view text, HttpTime now) {
  DateReader reader(text);
  const int day = reader.number(2);
  reader.literal("-");
  const unsigned month = reader.month();
  reader.literal("-");
  const int two_digits = reader.number(2);
  reader.literal(" ");
  const auto time = reader.time_of_day();
  reader.literal(" GMT");

  const int year_now = static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
  int year = year_now - year_now % 100 + two_digits;
  if (year > year_now + 50) {  // RFC 9110, 5.6.7: more than 50 years ahead means the past
    year -= 100;
  } else if (year <= year_now - 50) {
    year += 100;
  }
  return date(reader, year, month, day, time);
}

// "Nov  6 08:49:37 1994", what follows "Sun "
std::optional<HttpTime> asctime_date(std::string_view text) {
  DateReader reader(text);
  const unsigned month = reader.month();
  reader.literal(" ");
  const int day = reader.padded_day();
  reader.literal(" ");
  const auto time = reader.time_of_day();
  reader.literal(" ");
  const int year = reader.number(4);
  return date(reader, year, month, day, time);
}

std::string_view without_surrounding_space(std::string_view text) {
  constexpr std::string_view space = " \t";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace

std::optional<HttpTime> parse_http_date(std::string_view text, HttpTime now) {
  // The day's name says nothing that the date does not; a wrong one is no reason to wait for the wrong time.
  if (const auto comma = text.find(", "); comma != std::string_view::npos) {
    const std::string_view rest = text.substr(comma + 2);
    const auto found = imf_fixdate(rest);
    return found ? found : rfc850_date(rest, now);
  }
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  return asctime_date(text.substr(space + 1));
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, HttpTime now) {
  text = without_surrounding_space(text);
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), is_digit)) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc::result_out_of_range) return retry_after_max;
    return std::min(std::chrono::seconds(seconds), retry_after_max);
  }
  const auto moment = parse_http_date(text, now);
  if (!moment) return std::nullopt;
  return std::clamp<std::chrono::seconds>(*moment - now, std::chrono::seconds(0), retry_after_max);
}

}  // namespace dialerd::daemon::voxapi
