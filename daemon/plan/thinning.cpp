#include "daemon/plan/thinning.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/binding.h"

namespace dialerd::daemon::plan {
namespace {

using campaign::BindingNode;
using Value = std::optional<std::int64_t>;

// A limit is divided only as long as this much of it is left, and rounding is an error of a percent at most.
constexpr std::int64_t divided_limit_min = 5;
constexpr std::int64_t rounding_percent = 1;
// The planned campaign keeps at least this part of leads_max for itself.
constexpr std::int64_t own_part = 25;

std::int64_t divided(std::int64_t limit, std::int64_t n) { return (limit + n / 2) / n; }

bool divides_well(std::int64_t limit, std::int64_t n) {
  std::int64_t part = divided(limit, n);
  return part >= divided_limit_min && std::abs(part * n - limit) * 100 <= limit * rounding_percent;
}

// A rate that is too small to be divided as calls per second is divided as calls per minute instead.
bool becomes_per_minute(const Value& per_second, const Value& per_minute, std::int64_t n) {
  return per_second && !divides_well(*per_second, n) && !per_minute && divides_well(60 * *per_second, n);
}

bool rates_divide(const Value& per_second, const Value& per_minute, std::int64_t n) {
  return (!per_second || divides_well(*per_second, n) || becomes_per_minute(per_second, per_minute, n)) &&
         (!per_minute || divides_well(*per_minute, n));
}

void divide(Value& limit, std::int64_t n) {
  if (limit) limit = divided(*limit, n);
}

void divide_rates(Value& per_second, Value& per_minute, std::int64_t n) {
  if (becomes_per_minute(per_second, per_minute, n)) {
    per_minute = divided(60 * *per_second, n);
    per_second.reset();
    return;
  }
  divide(per_second, n);
  divide(per_minute, n);
}

bool divide_well(const config::Limits& limits, std::int64_t n) {
  auto well = [&](const Value& limit) { return !limit || divides_well(*limit, n); };
  return well(limits.concurrency) && rates_divide(limits.per_second, limits.per_minute, n) && well(limits.per_hour) &&
         well(limits.per_day);
}

void divide(config::Limits& limits, std::int64_t n) {
  divide(limits.concurrency, n);
  divide_rates(limits.per_second, limits.per_minute, n);
  divide(limits.per_hour, n);
  divide(limits.per_day, n);
}

bool divides_well(const ForecastInput& input, std::int64_t n) {
  const campaign::AccountSettings& account = input.account;
  return divide_well(account.limits, n) && rates_divide(account.requests.per_second, account.requests.per_minute, n) &&
         std::ranges::all_of(account.caller_numbers,
                             [&](const auto& number) { return divide_well(number.second.limits, n); }) &&
         std::ranges::all_of(input.campaigns,
                             [&](const CampaignInput& campaign) { return divide_well(campaign.config.limits, n); });
}

// A limit that was divided as another one is called by its own name again.
void name_as_configured(Forecast& forecast, const ForecastInput& input, std::int64_t n) {
  auto renamed = [&](BindingNode node, const config::Limits& limits) {
    if (!becomes_per_minute(limits.per_second, limits.per_minute, n)) return;
    const std::string prefix = std::string(to_string(node)) + '.';
    std::ranges::replace(forecast.holds, prefix + "per_minute", prefix + "per_second");
  };
  const config::CampaignConfig& campaign = input.campaigns[input.planned].config;
  renamed(BindingNode::account, input.account.limits);
  renamed(BindingNode::campaign, campaign.limits);
  for (const std::string& number : campaign.caller_numbers) {
    auto found = input.account.caller_numbers.find(number);
    if (found != input.account.caller_numbers.end()) renamed(BindingNode::caller_numbers, found->second.limits);
  }
}

void multiply(Forecast& forecast, std::int64_t n) {
  auto all = [&](std::map<std::string, std::int64_t>& counts) {
    for (auto& [name, count] : counts) count *= n;
  };
  for (std::int64_t* count : {&forecast.leads, &forecast.unfinished, &forecast.calls, &forecast.conversations}) {
    *count *= n;
  }
  for (auto* counts :
       {&forecast.calls_by_reason, &forecast.done, &forecast.held, &forecast.dropped, &forecast.calls_of_others}) {
    all(*counts);
  }
  for (Hour& hour : forecast.hours) {
    hour.calls *= n;
    hour.conversations *= n;
  }
}

}  // namespace

std::int64_t thinning(const ForecastInput& input, std::int64_t leads_max) {
  std::int64_t leads = 0;
  for (const CampaignInput& campaign : input.campaigns)
    leads += static_cast<std::int64_t>(campaign.leads->leads.size());
  std::int64_t n = (leads + leads_max - 1) / leads_max;
  // Beside a large campaign a small one is asked about: enough of its own leads must be left.
  const auto own = static_cast<std::int64_t>(input.campaigns[input.planned].leads->leads.size());
  n = std::min(n, own / (leads_max / own_part + 1));
  while (n > 1 && !divides_well(input, n)) --n;
  return std::max<std::int64_t>(1, n);
}

Thinning::Thinning(const ForecastInput& input, std::int64_t n) : n_(n) {
  for (const CampaignInput& campaign : input.campaigns) {
    leads_.push_back(n == 1 ? campaign.leads : std::make_shared<LeadPool>(campaign.leads->thinned(n)));
  }
}

ForecastInput Thinning::part(const ForecastInput& input) const {
  ForecastInput thin = input;
  for (std::size_t i = 0; i < leads_.size(); ++i) thin.campaigns[i].leads = leads_[i];
  divide(thin.account.limits, n_);
  divide_rates(thin.account.requests.per_second, thin.account.requests.per_minute, n_);
  for (auto& [number, said] : thin.account.caller_numbers) divide(said.limits, n_);
  for (CampaignInput& campaign : thin.campaigns) divide(campaign.config.limits, n_);
  for (campaign::CallCount& count : thin.history.counts) count.calls = (count.calls + n_ / 2) / n_;
  std::vector<campaign::OpenAttempt> open;
  for (std::size_t i = 0; i < thin.history.open.size(); i += static_cast<std::size_t>(n_)) {
    open.push_back(thin.history.open[i]);
  }
  thin.history.open = std::move(open);
  return thin;
}

Forecast Thinning::run(const ForecastInput& input) const {
  if (n_ == 1) return run_forecast(input);
  Forecast forecast = run_forecast(part(input));
  multiply(forecast, n_);
  name_as_configured(forecast, input, n_);
  return forecast;
}

}  // namespace dialerd::daemon::plan
