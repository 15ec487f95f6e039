#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/metrics/families.h"
#include "daemon/metrics/words.h"

namespace dialerd::daemon::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using Label = std::pair<std::string_view, std::string_view>;

template <typename Duration>
double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

// Collects the values of one gauge.
class Gauge {
 public:
  Gauge(std::string_view name, std::string_view help) {
    family_.name = name;
    family_.help = help;
    family_.type = prometheus::MetricType::Gauge;
  }

  void set(std::initializer_list<Label> labels, double value) {
    ClientMetric metric;
    for (const auto& [name, text] : labels) metric.label.push_back({std::string(name), std::string(text)});
    metric.gauge.value = value;
    family_.metric.push_back(std::move(metric));
  }
  void set(std::initializer_list<Label> labels, std::int64_t value) { set(labels, static_cast<double>(value)); }
  void set(std::initializer_list<Label> labels, bool value) { set(labels, value ? 1.0 : 0.0); }

  // A gauge of which nothing is known now is left out.
  void add_to(std::vector<MetricFamily>& families) && {
    if (!family_.metric.empty()) families.push_back(std::move(family_));
  }

 private:
  MetricFamily family_;
};

void add_accounts(const Picture& picture, std::vector<MetricFamily>& families) {
  Gauge owned("dialerd_account_owned", "Whether this process owns the account and dials for it.");
  Gauge epoch("dialerd_account_epoch", "Which ownership of the account this is, counted over all daemons.");
  Gauge lease("dialerd_account_lease_remaining_seconds", "Until the lease of the account runs out, unless renewed.");
  Gauge dialing("dialerd_calls_dialing", "POSTs that have no answer yet.");
  Gauge open("dialerd_calls_open", "Calls that the provider has accepted and that have not ended, as far as is known.");
  Gauge doubts("dialerd_attempts_in_doubt", "Attempts of which it is not known whether they made a call.");
  Gauge oldest("dialerd_attempts_oldest_doubt_timestamp_seconds", "When the oldest attempt in doubt was claimed.");
  Gauge unwritten("dialerd_unwritten_rows", "Records and settlements of attempts that are not committed yet.");
  Gauge resting("dialerd_caller_numbers_resting", "Caller numbers that rest, by hand or for their answer rate.");
  Gauge waiting("dialerd_account_waiting", "Whether the account waits or probes because of that trouble.");
  for (const AccountPicture& account : picture.accounts) {
    const Label label{"account", account.name};
    owned.set({label}, account.epoch.has_value());
    for (const campaign::Trouble trouble : account_troubles) {
      waiting.set({label, {"cause", to_string(trouble)}}, account.trouble == trouble);
    }
    dialing.set({label}, account.dialing);
    open.set({label}, account.open);
    doubts.set({label}, account.in_doubt);
    unwritten.set({label}, account.unwritten);
    resting.set({label}, account.resting_numbers);
    if (account.oldest_doubt) oldest.set({label}, seconds(account.oldest_doubt->time_since_epoch()));
    if (!account.epoch) continue;
    epoch.set({label}, *account.epoch);
    lease.set({label}, seconds(account.lease_left));
  }
  for (Gauge* gauge : {&owned, &epoch, &lease, &dialing, &open, &doubts, &oldest, &unwritten, &resting, &waiting}) {
    std::move(*gauge).add_to(families);
  }
}

void add_campaigns(const Picture& picture, std::vector<MetricFamily>& families) {
  Gauge wish("dialerd_campaign_wish", "1 for what is wished of the campaign (draft, running, ...), 0 for the rest.");
  Gauge attempts("dialerd_campaign_attempts", "Attempts of the campaign that are claimed and not settled.");
  Gauge waiting("dialerd_campaign_waiting", "Whether the campaign cannot call because of that.");
  for (const CampaignPicture& shown : picture.campaigns) {
    const Label account{"account", shown.account};
    const Label name{"campaign", shown.name};
    for (const campaign::CampaignWish one : campaign_wishes) {
      wish.set({account, name, {"wish", to_string(one)}}, one == shown.wish);
    }
    attempts.set({account, name}, shown.attempts);
    for (const std::string_view cause : campaign_wait_words) {
      const bool holds =
          shown.blocked.contains(std::string(cause)) || (shown.trouble && to_string(*shown.trouble) == cause);
      waiting.set({account, name, {"cause", cause}}, holds);
    }
  }
  for (Gauge* gauge : {&wish, &attempts, &waiting}) std::move(*gauge).add_to(families);
}

void add_limits(const Picture& picture, std::vector<MetricFamily>& families) {
  Gauge account_used("dialerd_account_limit_used", "Calls that count towards the account's limit now, or may yet.");
  Gauge account_capacity("dialerd_account_limit_capacity", "What the account's limit allows, less its reserve.");
  Gauge campaign_used("dialerd_campaign_limit_used", "Calls that count towards the campaign's limit now, or may yet.");
  Gauge campaign_capacity("dialerd_campaign_limit_capacity", "What the campaign's limit allows.");
  for (const LimitPicture& limit : picture.limits) {
    const Label account{"account", limit.account};
    const Label kind{"limit", limit.limit};
    if (limit.campaign.empty()) {
      account_used.set({account, kind}, limit.used);
      account_capacity.set({account, kind}, limit.capacity);
    } else {
      const Label campaign{"campaign", limit.campaign};
      campaign_used.set({account, campaign, kind}, limit.used);
      campaign_capacity.set({account, campaign, kind}, limit.capacity);
    }
  }
  for (Gauge* gauge : {&account_used, &account_capacity, &campaign_used, &campaign_capacity}) {
    std::move(*gauge).add_to(families);
  }
}

}  // namespace

void add_picture(const Picture& picture, std::vector<MetricFamily>& families) {
  add_accounts(picture, families);
  add_campaigns(picture, families);
  add_limits(picture, families);

  Gauge failing("dialerd_storage_failing", "Whether that use of the database has been failing lately.");
  for (std::size_t i = 0; i < storage_use_words.size(); ++i) {
    failing.set({{"use", storage_use_words.at(i)}}, picture.storage_failing.contains(static_cast<StorageUse>(i)));
  }
  Gauge ready("dialerd_ready", "Whether this process can make calls, as /readyz says it.");
  ready.set({}, picture.ready);
  Gauge draining("dialerd_draining", "Whether this process is stopping: no more calls, only their records.");
  draining.set({}, picture.draining);
  Gauge offset("dialerd_database_clock_offset_seconds", "The database's clock less that of this machine.");
  offset.set({}, seconds(picture.clock_offset));
  Gauge rollups("dialerd_rollups_refreshed_timestamp_seconds",
                "When the counts that reports read were brought up to date last, by any daemon.");
  if (picture.rollups_refreshed) rollups.set({}, seconds(picture.rollups_refreshed->time_since_epoch()));
  for (Gauge* gauge : {&failing, &ready, &draining, &offset, &rollups}) std::move(*gauge).add_to(families);
}

void sort(std::vector<MetricFamily>& families) {
  std::sort(families.begin(), families.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (MetricFamily& family : families) {
    std::sort(family.metric.begin(), family.metric.end(),
              [](const ClientMetric& a, const ClientMetric& b) { return a.label < b.label; });
  }
}

}  // namespace dialerd::daemon::metrics
