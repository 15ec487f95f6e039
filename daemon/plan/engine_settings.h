// The engine of a forecast: the daemon's settings, less what only talks to the outside.
#pragma once

#include "campaign/engine.h"
#include "daemon/plan/forecast.h"

namespace dialerd::daemon::plan {

inline constexpr campaign::AccountIndex the_account{0};

campaign::EngineSettings engine_settings(const ForecastInput& input);

}  // namespace dialerd::daemon::plan
