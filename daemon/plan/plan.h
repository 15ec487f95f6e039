// `dialerd plan`: the forecast of a campaign, which limits bind in it, and what doubling them would change.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/plan/forecast.h"

namespace dialerd::daemon::plan {

struct WhatIf {
  std::string limit;  // "account.concurrency"
  std::int64_t value = 0;
  std::int64_t doubled = 0;
  Forecast forecast;
};

struct Plan {
  Forecast forecast;
  std::vector<WhatIf> what_ifs;
  std::map<std::string, std::int64_t> limits;  // the values of the limits among Forecast::holds
  // Every nth lead was called, within limits that were divided by n, and the numbers multiplied; 1: all of them.
  std::int64_t thinned = 1;
};

struct PlanWishes {
  std::vector<std::string> doubles;  // limits to double; empty: those that bind most, three at most
  std::int64_t leads_max = 250'000;  // of all campaigns together: above, the forecast is of a part of them
};

// Precondition: the wishes' limits have values (daemon/plan/limit.h).
Plan make_plan(const ForecastInput& input, const PlanWishes& wishes);

}  // namespace dialerd::daemon::plan
