#include "config/limits_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "config/map_reader.h"
#include "config/timezone.h"

namespace dialerd::config {
namespace {

void check_burst(const Limits& limits, std::int64_t burst, const Node& node, Diagnostics& diagnostics) {
  if (!limits.per_second) {
    diagnostics.add(node.at, "'burst' without 'per_second'", "add per_second, or remove burst: it is a part of it");
  } else if (burst > *limits.per_second) {
    diagnostics.add(node.at,
                    "'burst' (" + std::to_string(burst) + ") is more than 'per_second' (" +
                        std::to_string(*limits.per_second) + ")",
                    "lower it: no second may have more than per_second calls");
  }
}

// "0.5" a second is 30 a minute.
void report_slow_rate(const Node& node, Diagnostics& diagnostics) {
  double rate = 0;
  std::from_chars(node.text.data(), node.text.data() + node.text.size(), rate);
  const std::int64_t per_minute = std::llround(std::clamp(rate, 0.0, 1.0) * 60);
  report_kind(node, "per_second", "a whole number",
              "write per_minute: " + std::to_string(std::max<std::int64_t>(per_minute, 1)) + " instead", diagnostics);
}

}  // namespace

Limits read_limits(const Node& node, Diagnostics& diagnostics) {
  constexpr std::array<Choice<WindowKind>, 2> kinds = {
      {{"rolling", WindowKind::rolling}, {"calendar", WindowKind::calendar}}};
  Limits limits;
  std::optional<std::int64_t> burst;
  MapReader map(node, "limits", diagnostics);
  map.integer("concurrency", limits.concurrency, {1, 1'000'000});
  const Entry* per_second = find(node, "per_second");
  if (per_second != nullptr && per_second->value.text.starts_with("0.")) {
    report_slow_rate(*map.optional("per_second"), diagnostics);
  } else {
    map.integer("per_second", limits.per_second, {1, 100'000});
  }
  map.integer("burst", burst, {1, 100'000});
  map.integer("per_minute", limits.per_minute, {1, 100'000'000});
  map.integer("per_hour", limits.per_hour, {1, 100'000'000});
  map.integer("per_day", limits.per_day, {1, 100'000'000});
  map.choice("window", limits.window, kinds);
  const Node* timezone = map.optional("timezone");
  map.finish();

  if (burst && find(node, "per_second") != nullptr && !limits.per_second) burst.reset();  // that was reported
  if (burst) {
    check_burst(limits, *burst, find(node, "burst")->value, diagnostics);
    limits.burst = *burst;
  }
  if (timezone != nullptr) {
    if (auto zone = read_timezone(*timezone, diagnostics)) limits.timezone = std::move(*zone);
  }
  const Entry* window = find(node, "window");
  if (limits.window == WindowKind::calendar && timezone == nullptr) {
    diagnostics.add(window->value.at, "'window: calendar' without 'timezone'",
                    "add the clock that the provider counts by, for example 'timezone: Asia/Seoul'");
  } else if (limits.window == WindowKind::rolling && timezone != nullptr &&
             (window == nullptr || window->value.text == "rolling")) {
    diagnostics.add(timezone->at, "'timezone' without 'window: calendar'",
                    "add window: calendar, or remove it: a rolling window has no clock");
  }
  return limits;
}

}  // namespace dialerd::config
