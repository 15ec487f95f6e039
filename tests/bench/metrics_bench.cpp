// What counting costs the way of a lead, and what a scrape costs the event loop.
#include <benchmark/benchmark.h>

#include "daemon/metrics/metrics.h"

namespace {

using namespace std::chrono_literals;
namespace metrics = dialerd::daemon::metrics;

// 10 accounts with 10 campaigns each, and limits of each kind.
metrics::Picture large_picture() {
  metrics::Picture picture;
  for (int a = 0; a < 10; ++a) {
    metrics::AccountPicture account;
    account.name = "account-" + std::to_string(a);
    account.epoch = 1;
    picture.accounts.push_back(account);
    for (const char* limit : {"concurrency", "per_minute", "per_hour", "per_day"}) {
      picture.limits.push_back({account.name, "", limit, 10, 100});
    }
    for (int c = 0; c < 10; ++c) {
      metrics::CampaignPicture campaign;
      campaign.account = account.name;
      campaign.name = account.name + "-campaign-" + std::to_string(c);
      picture.campaigns.push_back(campaign);
      picture.limits.push_back({account.name, campaign.name, "per_day", 10, 100});
    }
  }
  return picture;
}

void post_answered(benchmark::State& state) {
  metrics::Metrics all("0");
  const metrics::Picture picture = large_picture();
  (void)all.text(picture);
  for (auto _ : state) {
    all.post_answered("account-5", "account-5-campaign-5", dialerd::campaign::AnswerKind::accepted, 120ms);
  }
}
BENCHMARK(post_answered);

void settled(benchmark::State& state) {
  metrics::Metrics all("0");
  const metrics::Picture picture = large_picture();
  (void)all.text(picture);
  dialerd::campaign::Settlement settlement;
  settlement.disposition = "user_hangup";
  for (auto _ : state) all.settled("account-5", "account-5-campaign-5", settlement);
}
BENCHMARK(settled);

void scrape(benchmark::State& state) {
  metrics::Metrics all("0");
  const metrics::Picture picture = large_picture();
  std::size_t bytes = 0;
  for (auto _ : state) bytes = all.text(picture).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(scrape)->Unit(benchmark::kMillisecond);

}  // namespace
