#include "daemon/plan/plan_text.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "daemon/plan/words.h"

namespace dialerd::daemon::plan {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t stretches_shown = 3;

std::string left(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string leads_text(std::int64_t n) { return grouped(n) + (n == 1 ? " lead" : " leads"); }
std::string calls_text(std::int64_t n) { return grouped(n) + (n == 1 ? " call" : " calls"); }

// The largest first.
std::vector<std::pair<std::string, std::int64_t>> by_count(const std::map<std::string, std::int64_t>& counts) {
  std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::ranges::greater(), &std::pair<std::string, std::int64_t>::second);
  return sorted;
}

std::int64_t sum(const std::map<std::string, std::int64_t>& counts) {
  std::int64_t total = 0;
  for (const auto& [name, count] : counts) total += count;
  return total;
}

std::string assumption_label(const std::string& name) {
  if (name == "answer_rate") return "calls that become a conversation";
  if (name == "ring") return "until a person answers";
  if (name == "talk") return "a conversation";
  if (name == "other_calls") return "a call without one";
  if (name == "answer_time") return "the voice API's answer";
  if (name == "list_interval") return "an ended call is known after at most";
  return name;
}

std::string leads_section(const Forecast& forecast, const PlanContext& context) {
  std::string text = "Leads\n";
  auto line = [&](std::int64_t leads, const std::string& words) {
    text += right(grouped(leads), 12) + "  " + words + '\n';
  };
  auto details = [&](const std::map<std::string, std::int64_t>& counts) {
    for (const auto& [name, leads] : by_count(counts)) text += right(grouped(leads), 20) + "  " + name + '\n';
  };
  if (std::int64_t done = sum(context.done); done > 0) line(done, "done already");
  if (std::int64_t held = sum(context.held); held > 0) {
    line(held, "held already, by reason");
    details(context.held);
  }
  if (context.active > 0) line(context.active, "with an open call");
  line(context.ready, "ready");
  if (std::int64_t skipped = sum(context.skipped); skipped > 0) {
    line(skipped, "of them never called, by rule");
    details(context.skipped);
  }
  line(forecast.leads, "in this forecast");
  return text;
}

std::string assumptions_section(const PlanContext& context) {
  std::string text = "Assumptions\n";
  for (const Assumption& assumption : context.assumptions) {
    text += "  " + left(assumption_label(assumption.name), 38) + right(assumption.value, 8) + "  " + assumption.source +
            '\n';
  }
  return text;
}

std::string finish_of(const Forecast& forecast, const std::string& zone) {
  if (forecast.finished) return moment_text(zone, forecast.end);
  if (!forecast.never.empty()) return "never: " + forecast.never;
  return "not before " + moment_text(zone, forecast.end);
}

std::string finish_section(const Forecast& forecast, const std::string& zone) {
  std::string text = "Finish\n  " + finish_of(forecast, zone);
  if (forecast.finished) {
    text += ", " + duration_text(forecast.end - forecast.start) + " after the start";
  } else {
    text += "; " + leads_text(forecast.unfinished) + " still to be called then";
  }
  if (forecast.most_done) {
    text += "\n  " + moment_text(zone, *forecast.most_done) + " with 90 % of the leads done";
  }
  return text + "\n  " + calls_text(forecast.calls) + ", " + grouped(forecast.conversations) +
         (forecast.conversations == 1 ? " conversation\n" : " conversations\n");
}

std::string bar(std::int64_t n, std::int64_t most, std::size_t width) {
  auto length = static_cast<std::size_t>((n * static_cast<std::int64_t>(width) + most - 1) / most);
  return left(std::string(length, '#'), width) + "  " + grouped(n) + '\n';
}

std::string chart_section(const Forecast& forecast, const std::string& zone, const TextSettings& settings) {
  std::vector<std::pair<WallTime, std::int64_t>> hours;
  std::vector<std::pair<WallTime, std::int64_t>> days;
  for (const Hour& hour : forecast.hours) {
    if (hour.calls == 0) continue;
    hours.emplace_back(hour.from, hour.calls);
    if (days.empty() || date_text(zone, days.back().first) != date_text(zone, hour.from)) {
      days.emplace_back(hour.from, 0);
    }
    days.back().second += hour.calls;
  }
  if (hours.empty()) return "";
  auto most = [](const auto& bars) {
    return std::ranges::max_element(bars, {}, &std::pair<WallTime, std::int64_t>::second)->second;
  };

  if (hours.size() + days.size() > settings.lines_max) {
    std::string text = "Calls per day\n";
    // Even by day there may be more than fits: a stretch of the middle is left out.
    std::size_t shown_at_an_end = settings.lines_max / 2;
    bool all = days.size() <= settings.lines_max;
    for (std::size_t i = 0; i < days.size(); ++i) {
      if (!all && i == shown_at_an_end) {
        std::size_t left_out = days.size() - 2 * shown_at_an_end;
        text += "  ... " + std::to_string(left_out) + " more days ...\n";
        i += left_out;
      }
      text += "  " + date_text(zone, days[i].first) + "  " + bar(days[i].second, most(days), settings.width);
    }
    return text;
  }
  std::string text = "Calls per hour\n";
  std::string day;
  for (const auto& [from, calls] : hours) {
    if (std::string date = date_text(zone, from); date != day) text += "  " + (day = std::move(date)) + '\n';
    text += "    " + time_text(zone, from) + "  " + bar(calls, most(hours), settings.width);
  }
  return text;
}

std::string outcomes_section(const Forecast& forecast) {
  std::string text = "Outcomes of the leads\n";
  auto add = [&](const std::string& heading, const std::map<std::string, std::int64_t>& counts) {
    for (const auto& [name, leads] : by_count(counts)) {
      double share = forecast.leads == 0 ? 0 : static_cast<double>(leads) / static_cast<double>(forecast.leads);
      text += right(grouped(leads), 12) + right(percent_text(share), 9) + "  " + heading + name + '\n';
    }
  };
  add("done: ", forecast.done);
  add("held: ", forecast.held);
  add("not called any more: ", forecast.dropped);
  if (forecast.unfinished > 0) add("", {{"still to be called", forecast.unfinished}});
  return text;
}

std::string named_with_value(const std::string& hold, const std::map<std::string, std::int64_t>& values) {
  auto found = values.find(hold);
  return hold_text(hold) + (found == values.end() ? "" : " " + grouped(found->second));
}

std::string stretches_text(const Forecast& forecast, std::size_t hold, const std::string& zone) {
  std::vector<HeldStretch> stretches = held_stretches(forecast, hold);
  std::string text;
  for (std::size_t i = 0; i < std::min(stretches.size(), stretches_shown); ++i) {
    text += (i == 0 ? "" : ", ") + date_text(zone, stretches[i].from).substr(0, 4) +
            date_text(zone, stretches[i].from).substr(9) + ' ' + time_text(zone, stretches[i].from) + '-' +
            time_text(zone, stretches[i].to);
  }
  if (stretches.size() > stretches_shown) {
    text += ", and " + std::to_string(stretches.size() - stretches_shown) + " more";
  }
  return text;
}

std::string holds_section(const Plan& plan, const std::string& zone) {
  const Forecast& forecast = plan.forecast;
  std::string text = "What holds calls back, of " + duration_text(forecast.open_time) + " of open calling windows\n";
  std::vector<std::size_t> order(forecast.holds.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return forecast.held_time[i]; });
  for (std::size_t i : order) {
    double share = forecast.open_time.count() == 0 ? 0
                                                   : static_cast<double>(forecast.held_time[i].count()) /
                                                         static_cast<double>(forecast.open_time.count());
    if (share < 0.0005) continue;
    std::string when = stretches_text(forecast, i, zone);
    std::string name = named_with_value(forecast.holds[i], plan.limits);
    text += right(percent_text(share), 9) + "  " + (when.empty() ? name : left(name, 42) + "  " + when) + '\n';
  }
  return text;
}

// What holds calls back most, if it does so for a good part of the time.
std::string most_held(const Forecast& forecast) {
  auto most = std::ranges::max_element(forecast.held_time);
  if (most == forecast.held_time.end() || most->count() * 5 < forecast.open_time.count()) return "";
  return hold_text(forecast.holds[static_cast<std::size_t>(most - forecast.held_time.begin())]);
}

std::string what_ifs_section(const Plan& plan, const std::string& zone) {
  if (plan.what_ifs.empty()) return "";
  std::string text = "If a limit were twice as high\n";
  for (const WhatIf& what_if : plan.what_ifs) {
    const Forecast& forecast = what_if.forecast;
    std::string limit = hold_text(what_if.limit) + ' ' + grouped(what_if.value) + " -> " + grouped(what_if.doubled);
    text += "  " + left(std::move(limit), 42) + "  " + finish_of(forecast, zone);
    if (forecast.finished && plan.forecast.finished) {
      // The last retries of the last leads are a matter of chance: less than this tells nothing.
      milliseconds noise = std::max<milliseconds>(std::chrono::minutes{1}, (plan.forecast.end - forecast.start) / 50);
      milliseconds gained = plan.forecast.end - forecast.end;
      text += gained >= noise    ? ", " + duration_text(gained) + " earlier"
              : gained <= -noise ? ", " + duration_text(-gained) + " later"
                                 : ", about the same";
    }
    std::string next = most_held(forecast);
    text += next.empty() || next == hold_text(what_if.limit) ? "\n" : "; then " + next + '\n';
  }
  return text;
}

std::string notes_section(const PlanContext& context) {
  if (context.notes.empty()) return "";
  std::string text = "Notes\n";
  for (const std::string& note : context.notes) text += "  " + note + '\n';
  return text;
}

}  // namespace

std::vector<HeldStretch> held_stretches(const Forecast& forecast, std::size_t hold) {
  std::vector<HeldStretch> stretches;
  for (const Hour& hour : forecast.hours) {
    // An hour that a window only just touches is none of its own.
    if (hour.open < std::chrono::minutes{1}) continue;
    if (hold >= hour.held.size() || hour.held[hold] * 2 <= hour.open) continue;
    WallTime to = std::min(hour.to, forecast.end);
    if (!stretches.empty() && stretches.back().to == hour.from) {
      stretches.back().to = to;
    } else {
      stretches.push_back({std::max(hour.from, forecast.start), to});
    }
  }
  return stretches;
}

std::string hold_text(const std::string& hold) {
  if (hold == "not_due") return "no lead is due: retries, promised times";
  if (hold == "last_calls") return "every lead is in its last call";
  if (hold == "connections") return "connections: calls are being placed";
  if (hold == "campaign.pacing") return "campaign: even pacing, per_day";
  if (hold == "caller_numbers.rested") return "caller numbers: all of them rest";
  std::string text = hold;
  auto point = text.find('.');
  if (point != std::string::npos) text.replace(point, 1, ": ");
  std::ranges::replace(text, '_', ' ');
  return text.ends_with("per second") || text.ends_with("per minute") || text.ends_with("per hour") ||
                 text.ends_with("per day")
             ? text.replace(text.rfind(' '), 1, "_")
             : text;
}

std::string plan_text(const Plan& plan, const PlanContext& context, const TextSettings& settings) {
  const std::string& zone = context.timezone;
  std::string text = "Forecast of " + context.campaign + " on account " + context.account + ", from " +
                     moment_text(zone, plan.forecast.start) + "\n";
  for (const std::string& section :
       {leads_section(plan.forecast, context), assumptions_section(context), finish_section(plan.forecast, zone),
        chart_section(plan.forecast, zone, settings), outcomes_section(plan.forecast), holds_section(plan, zone),
        what_ifs_section(plan, zone), notes_section(context)}) {
    if (!section.empty()) text += '\n' + section;
  }
  return text;
}

}  // namespace dialerd::daemon::plan
