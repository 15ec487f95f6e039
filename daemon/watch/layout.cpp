#include "daemon/watch/layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace dialerd::daemon::watch {
namespace {

constexpr std::size_t no_end = 100000;  // rows

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string decimal(double number, int places) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", places, number);
  return text;
}

std::string percent(double share) {
  // 99.96 % is not all.
  const double shown = share < 1 ? std::min(share * 100, 99.9) : 100;
  return decimal(shown, shown >= 100 ? 0 : 1) + "%";
}

std::string percent(const std::optional<double>& share) { return share ? decimal(*share * 100, 0) + "%" : "-"; }

Style style_of_state(std::string_view state) {
  if (state == "running") return Style::green;
  if (state == "paused" || state == "stopping") return Style::yellow;
  return Style::dim;
}

// A column of the campaigns' table. What is wide enough for it is shown in the order of importance.
struct Column {
  std::string_view title;
  std::size_t columns;
  int importance;  // 1: first
  bool right;
};

enum Of { name, state, progress, percent_done, left, calls, answered, end };
constexpr std::size_t columns_count = 8;
constexpr std::array<Column, columns_count> table = {{
    {"CAMPAIGN", 12, 1, false},
    {"STATE", 9, 3, false},
    {"PROGRESS", 8, 4, false},
    {"DONE", 5, 2, true},
    {"LEFT", 9, 5, true},
    {"CALLS/H", 7, 7, true},
    {"ANSWERED", 8, 8, true},
    {"END", 11, 6, false},
}};

struct Widths {
  std::array<std::size_t, columns_count> of{};  // 0: not shown
};

Widths widths_for(std::size_t columns) {
  Widths widths;
  std::size_t taken = 0;
  for (int importance = 1; importance <= static_cast<int>(columns_count); ++importance) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Column& column) { return column.importance == importance; });
    const std::size_t needed = found->columns + (taken == 0 ? 0 : 1);
    if (taken + needed > columns) break;
    widths.of[static_cast<std::size_t>(found - table.begin())] = found->columns;
    taken += needed;
  }
  if (widths.of[name] == 0) widths.of[name] = columns;
  // The rest goes to names first, then to bars.
  std::size_t rest = columns > taken ? columns - taken : 0;
  const std::size_t to_name = std::min<std::size_t>(rest, 24);
  widths.of[name] += to_name;
  rest -= to_name;
  if (widths.of[progress] != 0) widths.of[progress] += std::min<std::size_t>(rest, 52);
  return widths;
}

class Layout {
 public:
  Layout(const View& view, std::size_t columns) : view_(view), columns_(columns) {}

  std::vector<Line> whole(std::size_t rows, bool with_keys) {
    std::vector<Line> lines;
    if (rows == 0) return lines;
    lines.push_back(header());
    const std::size_t footer = with_keys && rows >= 3 ? 1 : 0;
    std::size_t room = rows - 1 - footer;
    if (!view_.failure.empty() && room > 0) {
      lines.push_back(line().add("the database does not answer: " + view_.failure, Style::red));
      --room;
    }
    if (view_.snapshot != nullptr) add_sections(lines, room);
    if (footer != 0) {
      while (lines.size() < rows - 1) lines.push_back(line());
      lines.push_back(keys());
    }
    return lines;
  }

 private:
  Line line() const { return Line(columns_); }

  Line header() const {
    Line made = line();
    if (view_.snapshot == nullptr) {
      made.add(" dialerd  waiting for the database", Style::reverse);
    } else {
      const Snapshot& now = *view_.snapshot;
      made.add(" dialerd  " + std::to_string(now.daemons) + (now.daemons == 1 ? " daemon" : " daemons") + ", " +
                   grouped(now.open) + " calls open, " + grouped(static_cast<std::int64_t>(now.calls_per_minute)) +
                   " calls/min, " + percent(now.answered) + " answered",
               Style::reverse);
      const std::string clock = view_.clock(now.at) + " ";
      if (made.columns() + clock.size() + 1 < columns_) {
        made.fill_to(columns_ - clock.size(), Style::reverse);
        made.add(clock, Style::reverse);
      }
    }
    made.fill_to(columns_, Style::reverse);
    return made;
  }

  Line keys() const {
    std::string text = " q quit";
    if (view_.snapshot != nullptr) {
      text += "   every " + decimal(static_cast<double>(view_.interval.count()) / 1000, 1) + " s";
      if (view_.age >= std::chrono::seconds{5}) text += "   as of " + std::to_string(view_.age.count()) + " s ago";
    }
    return line().add(text, Style::dim);
  }

  // Alarms above all, but neither they nor limits may crowd the campaigns out.
  void add_sections(std::vector<Line>& lines, std::size_t room) {
    std::vector<Line> alarms = alarm_lines();
    std::vector<Line> campaigns = campaign_lines();
    std::vector<Line> limits = limit_lines();
    const std::size_t third = room / 3;
    std::size_t for_alarms = std::min(alarms.size(), third);
    std::size_t for_limits = std::min(limits.size(), third);
    const std::size_t for_campaigns = std::min(campaigns.size(), room - for_alarms - for_limits);
    for_alarms = std::min(alarms.size(), room - for_campaigns - for_limits);
    for_limits = std::min(limits.size(), room - for_campaigns - for_alarms);
    append(lines, alarms, for_alarms, "alarms");
    append(lines, campaigns, for_campaigns, "campaigns");
    append(lines, limits, for_limits, "limits");
  }

  void append(std::vector<Line>& lines, const std::vector<Line>& section, std::size_t rows, const char* what) const {
    if (rows >= section.size()) {
      lines.insert(lines.end(), section.begin(), section.end());
      return;
    }
    if (rows < 3) return;  // a title and a line about the rest say nothing
    lines.insert(lines.end(), section.begin(), section.begin() + static_cast<std::ptrdiff_t>(rows - 1));
    // Its last line is blank, its first the title.
    const std::size_t hidden = section.size() - 1 - (rows - 1);
    lines.push_back(line().add("  and " + std::to_string(hidden) + " more " + what, Style::dim));
  }

  std::vector<Line> alarm_lines() const {
    std::vector<Line> lines;
    if (view_.snapshot->alarms.empty()) return lines;
    lines.push_back(line().add("ALARMS", Style::bold));
    for (const AlarmRow& alarm : view_.snapshot->alarms) {
      const bool critical = alarm.severity == AlarmRow::Severity::critical;
      const bool warning = alarm.severity == AlarmRow::Severity::warning;
      Line made = line();
      made.add(critical ? "! " : warning ? "* " : "- ", critical ? Style::red : warning ? Style::yellow : Style::dim);
      std::string when;
      if (alarm.since) when += ", since " + view_.clock(*alarm.since);
      if (alarm.until) when += ", until " + view_.clock(*alarm.until);
      made.add(alarm.text + when, critical ? Style::red : Style::plain);
      lines.push_back(made);
    }
    lines.push_back(line());
    return lines;
  }

  std::vector<Line> campaign_lines() const {
    std::vector<Line> lines;
    const Widths widths = widths_for(columns_);
    lines.push_back(table_line(widths, [](std::size_t column) {
      return Piece{std::string(table[column].title), Style::bold};
    }));
    for (const CampaignRow& row : view_.snapshot->campaigns) {
      lines.push_back(table_line(widths, [&](std::size_t column) { return cell(row, column, widths.of[column]); }));
    }
    if (view_.snapshot->campaigns.empty()) lines.push_back(line().add("no campaign yet", Style::dim));
    lines.push_back(line());
    return lines;
  }

  template <typename Cell>
  Line table_line(const Widths& widths, Cell cell) const {
    Line made = line();
    for (std::size_t column = 0; column < columns_count; ++column) {
      if (widths.of[column] == 0) continue;
      if (made.columns() > 0) made.add(" ");
      const Piece piece = cell(column);
      if (table[column].right) {
        made.add_right(piece.text, widths.of[column], piece.style);
      } else {
        made.add_left(piece.text, widths.of[column], piece.style);
      }
    }
    return made;
  }

  Piece cell(const CampaignRow& row, std::size_t column, std::size_t columns) const {
    const double share = row.leads == 0 ? 0 : static_cast<double>(row.finished) / static_cast<double>(row.leads);
    switch (column) {
      case name:
        return {row.name};
      case state:
        return {row.state, style_of_state(row.state)};
      case progress:
        return {bar(share, columns), style_of_state(row.state)};
      case percent_done:
        return {row.leads == 0 ? "-" : percent(share)};
      case left:
        return {grouped(row.left)};
      case calls:
        return {grouped(row.calls_per_hour)};
      case answered:
        return {percent(row.answered)};
      default:
        break;
    }
    if (row.end) return {view_.clock(*row.end)};
    return {row.reason.empty() ? "-" : row.reason, Style::dim};
  }

  std::vector<Line> limit_lines() const {
    std::vector<Line> lines;
    if (view_.snapshot->limits.empty()) return lines;
    lines.push_back(line().add("LIMITS", Style::bold).add(", the fullest first", Style::dim));
    const std::size_t subject = std::clamp<std::size_t>(columns_ / 3, 12, 32);
    const std::size_t bar_columns = std::clamp<std::size_t>(columns_ / 4, 4, 40);
    for (const LimitRow& row : view_.snapshot->limits) {
      const double share = row.used / static_cast<double>(row.most);
      const Style style = share >= 1 ? Style::yellow : Style::blue;
      const std::string used =
          row.limit == "per_second" ? decimal(row.used, 1) : grouped(static_cast<std::int64_t>(row.used));
      lines.push_back(line()
                          .add_left(row.subject, subject)
                          .add(" ")
                          .add_left(row.limit, 11)
                          .add(" ")
                          .add(bar(share, bar_columns), style)
                          .add(" " + used + " of " + grouped(row.most)));
    }
    lines.push_back(line());
    return lines;
  }

  const View& view_;
  std::size_t columns_;
};

}  // namespace

std::vector<Line> layout(const View& view, Size size) { return Layout(view, size.columns).whole(size.rows, true); }

std::vector<Line> layout_whole(const View& view, std::size_t columns) {
  return Layout(view, columns).whole(no_end, false);
}

}  // namespace dialerd::daemon::watch
