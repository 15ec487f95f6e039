#include "config/holidays.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "config/date_reader.h"
#include "config/file_text.h"
#include "config/map_reader.h"
#include "config/names.h"

namespace dialerd::config {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr days longest_blackout{366};

HolidayList read_list(const Node& root, Diagnostics& diagnostics) {
  HolidayList list;
  std::string text;
  MapReader map(root, "", diagnostics);
  map.required_text("holidays", list.name, "holidays: company");
  map.text("title", text);
  map.text("source", text);
  const Node* until_node = map.required("valid_until", "valid_until: 2028-12-31");
  const Node* dates_node = map.required("dates", R"(dates: [{date: 2027-01-01, name: "New Year's Day"}])");
  map.finish();
  if (!list.name.empty()) check_name(list.name, find(root, "holidays")->value.at, "a holiday list", diagnostics);

  const auto until = until_node == nullptr ? std::nullopt : read_date(*until_node, "valid_until", diagnostics);
  if (until) list.valid_until = *until;
  if (dates_node == nullptr ||
      !is_list(*dates_node, "dates", R"([{date: 2027-01-01, name: "New Year's Day"}])", diagnostics)) {
    return list;
  }
  for (const Node& item : dates_node->items) {
    ClosedDate closed;
    MapReader entry(item, "dates", diagnostics);
    const Node* date_node = entry.required("date", "date: 2027-01-01");
    entry.required_text("name", closed.name, R"(name: "New Year's Day")");
    entry.finish();
    const auto date = date_node == nullptr ? std::nullopt : read_date(*date_node, "date", diagnostics);
    if (!date) continue;
    closed.date = *date;
    if (until && *date > *until) {
      diagnostics.add(date_node->at, "a date after 'valid_until' (" + date_text(*until) + ")",
                      "raise valid_until once all dates until then are in the list");
    } else if (std::ranges::find(list.dates, *date, &ClosedDate::date) != list.dates.end()) {
      diagnostics.add(date_node->at, date_text(*date) + " stands here twice", "keep one, with both names");
    } else {
      list.dates.push_back(std::move(closed));
    }
  }
  return list;
}

// Absent if it was reported.
std::optional<HolidayList> read_file(const Node& item, const std::string& path, Diagnostics& diagnostics) {
  const std::filesystem::path file = (diagnostics.file().parent_path() / path).lexically_normal();
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    diagnostics.add(item.at, "no holiday list " + quote(path),
                    "check the path; it is looked for in the folder of this file");
    return std::nullopt;
  }
  Diagnostics of_file(file);
  const auto text = read_file_text(of_file);
  Loaded<HolidayList> list = text ? read_holiday_list(*text, file) : Loaded<HolidayList>{};
  diagnostics.append(text ? std::move(list.diagnostics) : of_file.take());
  return std::move(list.value);
}

std::optional<HolidayList> read_shipped(const Node& item, const std::string& name, Diagnostics& diagnostics) {
  const auto shipped = std::ranges::find(shipped_holidays(), name, &ShippedHolidays::name);
  if (shipped == shipped_holidays().end()) {
    std::vector<std::string_view> names;
    std::ranges::transform(shipped_holidays(), std::back_inserter(names), &ShippedHolidays::name);
    diagnostics.add(
        item.at, "unknown holiday list " + quote(name),
        suggest(name, names,
                "the lists are: " + join(names) + "; a list of your own is named by its path, ./" + name + ".yaml"));
    return std::nullopt;
  }
  auto list = read_holiday_list(shipped->text, std::filesystem::path(name + ".yaml"));
  diagnostics.append(std::move(list.diagnostics));
  return std::move(list.value);
}

bool is_path(std::string_view text) {
  return text.find('/') != std::string_view::npos || text.ends_with(".yaml") || text.ends_with(".yml");
}

}  // namespace

Loaded<HolidayList> read_holiday_list(std::string_view text, const std::filesystem::path& file) {
  Diagnostics diagnostics(file);
  Loaded<HolidayList> loaded;
  if (const auto root = parse_document(text, diagnostics)) loaded.value = read_list(*root, diagnostics);
  if (!diagnostics.empty()) loaded.value.reset();
  loaded.diagnostics = diagnostics.take();
  return loaded;
}

std::vector<HolidayList> read_holidays(const Node& node, Diagnostics& diagnostics) {
  std::vector<HolidayList> lists;
  std::vector<std::string> named;
  if (node.schema != nullptr) {
    Schema& item = node.schema->list(1);
    std::vector<std::string_view> names;
    std::ranges::transform(shipped_holidays(), std::back_inserter(names), &ShippedHolidays::name);
    item.either().words(names);
    item.either().quoted_text(R"(/|\.ya?ml$)");
    return lists;
  }
  if (!is_list(node, "holidays", "[kr]", diagnostics)) return lists;
  for (const Node& item : node.items) {
    const auto text = read_text(item, "holidays", diagnostics);
    if (!text) continue;
    if (std::ranges::find(named, *text) != named.end()) {
      diagnostics.add(item.at, "the holiday list " + quote(*text) + " is named twice", "keep one");
      continue;
    }
    named.push_back(*text);
    auto list = is_path(*text) ? read_file(item, *text, diagnostics) : read_shipped(item, *text, diagnostics);
    if (list) lists.push_back(std::move(*list));
  }
  return lists;
}

std::vector<ClosedDate> read_blackout_dates(const Node& node, Diagnostics& diagnostics) {
  std::vector<ClosedDate> dates;
  if (!is_list(node, "blackout_dates", "[2026-12-31, {from: 2026-12-24, to: 2026-12-26, name: year end}]",
               diagnostics)) {
    return dates;
  }
  const bool described = node.schema != nullptr;
  if (described) read_date(node.items.front().schema->either().place(), "blackout_dates", diagnostics);
  for (const Node& listed : node.items) {
    const Node& item = described ? listed.schema->either().place() : listed;
    if (item.kind != Node::Kind::map && !described) {
      if (const auto date = read_date(item, "blackout_dates", diagnostics)) dates.push_back({*date, "blackout date"});
      continue;
    }
    std::string name = "blackout date";
    MapReader map(item, "blackout_dates", diagnostics);
    const Node* from_node = map.required("from", "from: 2026-12-24");
    const Node* to_node = map.required("to", "to: 2026-12-26");
    map.text("name", name);
    map.finish();
    const auto from = from_node == nullptr ? std::nullopt : read_date(*from_node, "from", diagnostics);
    const auto to = to_node == nullptr ? std::nullopt : read_date(*to_node, "to", diagnostics);
    if (!from || !to) continue;
    if (*to < *from) {
      diagnostics.add(to_node->at, "the blackout ends before it begins", "write the first date in 'from'");
    } else if (*to - *from >= longest_blackout) {
      diagnostics.add(to_node->at, "the blackout is longer than a year", "use end_date to end a campaign");
    } else {
      for (sys_days date = *from; date <= *to; date += days(1)) dates.push_back({date, name});
    }
  }
  return dates;
}

std::vector<ClosedDate> merge(std::vector<ClosedDate> dates) {
  std::ranges::stable_sort(dates, {}, &ClosedDate::date);
  std::vector<ClosedDate> merged;
  for (ClosedDate& closed : dates) {
    if (merged.empty() || merged.back().date != closed.date) {
      merged.push_back(std::move(closed));
    } else if (merged.back().name != closed.name) {
      merged.back().name += ", " + closed.name;
    }
  }
  return merged;
}

}  // namespace dialerd::config
