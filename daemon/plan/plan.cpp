#include "daemon/plan/plan.h"

#include <algorithm>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include "daemon/plan/limit.h"
#include "daemon/plan/thinning.h"

namespace dialerd::daemon::plan {
namespace {

using campaign::Binding;

constexpr std::size_t what_ifs_max = 3;
// A limit that holds calls back for less than this part of the open time is not worth doubling.
constexpr std::int64_t binds_rarely_percent = 2;

// The limits that bind, those that do so most first.
std::vector<std::string> most_binding(const ForecastInput& input, const Forecast& forecast) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < forecast.holds.size(); ++i) {
    auto limit = parse_limit(forecast.holds[i]);
    if (!limit || !limit_value(input, *limit)) continue;
    if (forecast.held_time[i].count() * 100 < forecast.open_time.count() * binds_rarely_percent) continue;
    order.push_back(i);
  }
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return forecast.held_time[i]; });
  std::vector<std::string> names;
  for (std::size_t i : order) names.push_back(forecast.holds[i]);
  names.resize(std::min(names.size(), what_ifs_max));
  return names;
}

WhatIf what_if(const ForecastInput& input, const std::string& name, const Thinning& leads) {
  Binding limit = *parse_limit(name);
  WhatIf made;
  made.limit = name;
  made.value = *limit_value(input, limit);
  ForecastInput changed = input;
  double_limit(changed, limit);
  made.doubled = *limit_value(changed, limit);
  made.forecast = leads.run(changed);
  return made;
}

}  // namespace

Plan make_plan(const ForecastInput& input, const PlanWishes& wishes) {
  Plan plan;
  plan.thinned = thinning(input, wishes.leads_max);
  const Thinning leads(input, plan.thinned);
  plan.forecast = leads.run(input);

  for (const std::string& hold : plan.forecast.holds) {
    auto limit = parse_limit(hold);
    if (auto value = limit ? limit_value(input, *limit) : std::nullopt) plan.limits.emplace(hold, *value);
  }

  std::vector<std::string> names = wishes.doubles.empty() ? most_binding(input, plan.forecast) : wishes.doubles;
  // One run at a time on each core; all of them share nothing but the input.
  const std::size_t at_once = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t first = 0; first < names.size(); first += at_once) {
    std::vector<std::future<WhatIf>> running;
    for (std::size_t i = first; i < std::min(names.size(), first + at_once); ++i) {
      running.push_back(std::async(std::launch::async, what_if, std::cref(input), names[i], std::cref(leads)));
    }
    for (std::future<WhatIf>& one : running) plan.what_ifs.push_back(one.get());
  }
  return plan;
}

}  // namespace dialerd::daemon::plan
