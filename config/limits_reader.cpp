#include "config/limits_reader.h"

#include "config/map_reader.h"

namespace dialerd::config {

Limits read_limits(const Node& node, Diagnostics& diagnostics) {
  Limits limits;
  MapReader map(node, "limits", diagnostics);
  map.integer("concurrency", limits.concurrency, {1, 1'000'000});
  map.integer("per_second", limits.per_second, {1, 100'000});
  map.integer("per_minute", limits.per_minute, {1, 100'000'000});
  map.integer("per_hour", limits.per_hour, {1, 100'000'000});
  map.integer("per_day", limits.per_day, {1, 100'000'000});
  map.finish();
  return limits;
}

}  // namespace dialerd::config
