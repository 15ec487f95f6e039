// A forecast of a part that stands for the whole: every nth lead, within limits that are divided by n. Many leads that
// share large limits make a crowd, and a crowd of a quarter the size behaves the same.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "daemon/plan/forecast.h"

namespace dialerd::daemon::plan {

// For so many leads at most, if the limits can be divided without becoming so small, or being rounded so much, that it
// matters: 1 for all leads, n for every nth.
std::int64_t thinning(const ForecastInput& input, std::int64_t leads_max);

// Runs forecasts of the same leads, every nth of them, within whatever limits.
class Thinning {
 public:
  // n == 1: of all leads.
  Thinning(const ForecastInput& input, std::int64_t n);

  // The part that stands for `input`, which has the constructor's campaigns and leads.
  ForecastInput part(const ForecastInput& input) const;
  // run_forecast of that part, its numbers multiplied by n.
  Forecast run(const ForecastInput& input) const;

 private:
  std::int64_t n_;
  std::vector<std::shared_ptr<const LeadPool>> leads_;  // by campaign
};

}  // namespace dialerd::daemon::plan
