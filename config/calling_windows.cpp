#include "config/calling_windows.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "config/map_reader.h"
#include "config/time_of_day.h"
#include "config/units.h"

namespace dialerd::config {
namespace {

constexpr std::array<std::string_view, 7> weekdays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::uint16_t midnight = 24 * 60;

// A window together with the place of the list item that it came from.
struct Placed {
  CallingWindow window;
  Position at;
};

std::optional<std::size_t> weekday(std::string_view text, const Node& node, Diagnostics& diagnostics) {
  const auto day = std::ranges::find(weekdays, text);
  if (day != weekdays.end()) return static_cast<std::size_t>(day - weekdays.begin());
  diagnostics.add(node.at, "unknown day " + quote(text),
                  suggest(text, weekdays, "use " + join(weekdays) + ", a range such as mon-fri, or daily"));
  return std::nullopt;
}

// The days that one text names, in ISO numbers; nothing if it was reported.
std::vector<std::uint8_t> days_of(const Node& node, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    const std::string day = "(mon|tue|wed|thu|fri|sat|sun)";
    node.schema->quoted_text("^(daily|" + day + "(-" + day + ")?)$");
    return {};
  }
  const auto text = read_text(node, "days", diagnostics);
  if (!text) return {};
  std::vector<std::uint8_t> days;
  if (*text == "daily") return {1, 2, 3, 4, 5, 6, 7};
  if (text->find(',') != std::string::npos) {
    diagnostics.add(node.at, quote("days") + " names several days in one text", "write a list: [mon, wed-fri]");
    return {};
  }
  const std::size_t dash = text->find('-');
  const std::string_view whole = *text;
  const auto first = weekday(whole.substr(0, dash), node, diagnostics);
  const auto last = dash == std::string::npos ? first : weekday(whole.substr(dash + 1), node, diagnostics);
  if (!first || !last) return {};
  for (std::size_t day = *first;; day = (day + 1) % weekdays.size()) {
    days.push_back(static_cast<std::uint8_t>(day + 1));
    if (day == *last) return days;
  }
}

std::vector<std::uint8_t> read_days(const Node& node, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    days_of(node.schema->either().place(), diagnostics);
    days_of(node.schema->either().list(1).place(), diagnostics);
    return {};
  }
  if (node.kind != Node::Kind::sequence) return days_of(node, diagnostics);
  std::vector<std::uint8_t> days;
  if (!is_list(node, "days", "[mon, wed-fri]", diagnostics)) return days;
  for (const Node& item : node.items) {
    for (const std::uint8_t day : days_of(item, diagnostics)) {
      if (std::ranges::find(days, day) != days.end()) {
        diagnostics.add(item.at, quote(weekdays[day - 1U]) + " is named twice in 'days'", "name each day once");
      } else {
        days.push_back(day);
      }
    }
  }
  return days;
}

void read_window(const Node& node, std::chrono::seconds margin, std::vector<Placed>& windows,
                 Diagnostics& diagnostics) {
  MapReader map(node, "calling_windows", diagnostics);
  const Node* days_node = map.required("days", "days: mon-fri");
  const Node* from_node = map.required("from", R"(from: "09:00")");
  const Node* to_node = map.required("to", R"(to: "20:00")");
  map.finish();

  const auto days = days_node == nullptr ? std::vector<std::uint8_t>{} : read_days(*days_node, diagnostics);
  const auto from = read_from_time(from_node, diagnostics);
  const auto to = read_to_time(to_node, diagnostics);
  if (!from || !to) return;
  if (*from == *to) {
    diagnostics.add(from_node->at, "the window is empty: 'from' and 'to' are both " + time_text(*from),
                    R"(for a whole day write from: "00:00", to: "24:00")");
    return;
  }
  const std::chrono::minutes length((*to - *from + midnight) % midnight);
  if (length.count() > 0 && length <= margin) {
    diagnostics.add(from_node->at, "the window is not longer than 'window_margin' (" + format_duration(margin) + ")",
                    "widen the window or lower the margin; no call could ever start");
    return;
  }
  for (const std::uint8_t day : days) {
    if (*from < *to) {
      windows.push_back({{day, *from, *to}, node.at});
      continue;
    }
    windows.push_back({{day, *from, midnight}, node.at});
    const auto next_day = static_cast<std::uint8_t>(day % weekdays.size() + 1);
    if (*to > 0) windows.push_back({{next_day, 0, *to}, node.at});
  }
}

// `windows` is sorted. Each pair of list items is reported once, on the first day they meet.
void report_overlaps(const std::vector<Placed>& windows, Diagnostics& diagnostics) {
  std::set<std::pair<Position, Position>> reported;
  const Placed* longest = nullptr;  // of the windows before this one on its day, the one that ends last
  for (const Placed& placed : windows) {
    const CallingWindow& later = placed.window;
    if (longest != nullptr && longest->window.weekday == later.weekday &&
        longest->window.to_minute > later.from_minute) {
      const CallingWindow& earlier = longest->window;
      const auto [first, second] = std::minmax(longest->at, placed.at);
      if (reported.emplace(first, second).second) {
        diagnostics.add(second,
                        "calling windows overlap on " + std::string(weekdays[later.weekday - 1U]) + ": " +
                            time_text(earlier.from_minute) + "-" + time_text(earlier.to_minute) + " and " +
                            time_text(later.from_minute) + "-" + time_text(later.to_minute),
                        "join them or move one; the other is on line " + std::to_string(first.line));
      }
    }
    if (longest == nullptr || longest->window.weekday != later.weekday || longest->window.to_minute < later.to_minute) {
      longest = &placed;
    }
  }
}

}  // namespace

std::vector<CallingWindow> read_calling_windows(const Node& node, std::chrono::seconds margin,
                                                Diagnostics& diagnostics) {
  std::vector<Placed> placed;
  if (!is_list(node, "calling_windows", R"([{days: mon-fri, from: "09:00", to: "20:00"}])", diagnostics)) return {};
  for (const Node& item : node.items) read_window(item, margin, placed, diagnostics);
  std::ranges::stable_sort(placed, {},
                           [](const Placed& p) { return std::pair(p.window.weekday, p.window.from_minute); });
  report_overlaps(placed, diagnostics);

  std::vector<CallingWindow> windows;
  std::ranges::transform(placed, std::back_inserter(windows), &Placed::window);
  return windows;
}

}  // namespace dialerd::config
