#include "daemon/metrics/metrics.h"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "daemon/metrics/families.h"
#include "daemon/metrics/words.h"

namespace dialerd::daemon::metrics {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

// A claim or a write takes milliseconds; seconds say that the database is slow, and how slow.
const std::vector<double> database_buckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                              0.25,  0.5,    1,     2.5,  5,     10,   30};
// A POST may take as long as http.response_timeout allows.
const std::vector<double> post_buckets = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60};
const std::vector<double> lag_buckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

template <std::size_t N>
std::array<Counter*, N> counters(Family<Counter>& family, const prometheus::Labels& labels, const std::string& label,
                                 const std::array<std::string_view, N>& words) {
  std::array<Counter*, N> made{};
  for (std::size_t i = 0; i < N; ++i) {
    prometheus::Labels all = labels;
    all.emplace(label, words[i]);
    made[i] = &family.Add(all);
  }
  return made;
}

struct CampaignSeries {
  std::array<Counter*, answer_words.size()> answers{};
  std::array<Counter*, disposition_words.size()> settled{};
  Counter* claimed = nullptr;
  Counter* deferred = nullptr;
  Counter* suppressed = nullptr;
};

struct AccountSeries {
  Histogram* claim = nullptr;
  Histogram* post = nullptr;
  Histogram* write = nullptr;
  Counter* rows = nullptr;
  std::array<Counter*, claim_failure_words.size()> claim_failures{};
  std::array<std::array<Counter*, 2>, 2> follow{};  // [request][answered]
  Counter* late_news = nullptr;
  Counter* webhooks = nullptr;
  Counter* gained = nullptr;
  Counter* lost = nullptr;
};

}  // namespace

class Metrics::Impl {
 public:
  explicit Impl(std::string_view version)
      : storage_failures(counters(storage_failures_, {}, "use", storage_use_words)),
        webhook_rejections(counters(webhook_rejections_, {}, "reason", webhook_reason_words)),
        invariants(counters(invariants_, {}, "invariant", invariant_words)),
        reload_failures(reloads_.Add({{"result", "failure"}})),
        reload_successes(reloads_.Add({{"result", "success"}})),
        reload_successful(reload_successful_.Add({})),
        reload_success_time(reload_success_time_.Add({})),
        lag(lag_.Add({}, lag_buckets)) {
    build_info_.Add({{"version", std::string(version)}}).Set(1);
  }

  CampaignSeries& of_campaign(std::string_view account, std::string_view campaign) {
    if (auto found = campaigns_.find(campaign); found != campaigns_.end()) return found->second;
    const prometheus::Labels labels = {{"account", std::string(account)}, {"campaign", std::string(campaign)}};
    auto passed_over = [&](const char* why) {
      prometheus::Labels all = labels;
      all.emplace("reason", why);
      return &passed_over_.Add(all);
    };
    CampaignSeries made;
    made.answers = counters(answers_, labels, "result", answer_words);
    made.settled = counters(settled_, labels, "disposition", disposition_words);
    made.claimed = &claimed_.Add(labels);
    made.deferred = passed_over("deferred");
    made.suppressed = passed_over("suppressed");
    return campaigns_.emplace(campaign, made).first->second;
  }

  AccountSeries& of_account(std::string_view account) {
    if (auto found = accounts_.find(account); found != accounts_.end()) return found->second;
    const prometheus::Labels labels = {{"account", std::string(account)}};
    auto follow = [&](const char* request, const char* result) {
      return &follow_.Add({{"account", std::string(account)}, {"request", request}, {"result", result}});
    };
    AccountSeries made;
    made.claim = &claim_.Add(labels, database_buckets);
    made.post = &post_.Add(labels, post_buckets);
    made.write = &write_.Add(labels, database_buckets);
    made.rows = &rows_.Add(labels);
    made.claim_failures = counters(claim_failures_, labels, "reason", claim_failure_words);
    made.follow = {{{follow("list", "failed"), follow("list", "answered")},
                    {follow("look_up", "failed"), follow("look_up", "answered")}}};
    made.late_news = &late_news_.Add(labels);
    made.webhooks = &webhooks_.Add(labels);
    made.gained = &gained_.Add(labels);
    made.lost = &lost_.Add(labels);
    return accounts_.emplace(account, made).first->second;
  }

  std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }

 private:
  Family<Counter>& counter(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
  }
  Family<Gauge>& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
  }
  Family<Histogram>& histogram(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
  }

  prometheus::Registry registry_;
  Family<Counter>& answers_ =
      counter("dialerd_attempts_answered_total", "Attempts whose POST was answered or given up, by what that proves.");
  Family<Counter>& settled_ = counter("dialerd_attempts_settled_total",
                                      "Attempts whose end is recorded in the database, by disposition class.");
  Family<Counter>& claimed_ = counter("dialerd_leads_claimed_total", "Leads that were claimed to be dialled.");
  Family<Counter>& passed_over_ =
      counter("dialerd_leads_passed_over_total", "Due leads that a claim put off (deferred) or ended (suppressed).");
  Family<Histogram>& claim_ =
      histogram("dialerd_claim_duration_seconds", "Time from asking for leads to having them, successful or not.");
  Family<Counter>& claim_failures_ =
      counter("dialerd_claim_failures_total", "Claims that the database did not carry out.");
  Family<Histogram>& post_ = histogram("dialerd_post_duration_seconds",
                                       "Time from handing a call to the HTTPS client to its answer, of any result.");
  Family<Histogram>& write_ = histogram("dialerd_write_duration_seconds",
                                        "Time from handing over a batch of outcomes to its commit, retries included.");
  Family<Counter>& rows_ = counter("dialerd_written_rows_total", "Records of attempts and calls that are committed.");
  Family<Counter>& follow_ =
      counter("dialerd_follow_requests_total", "Requests that find out about calls: pages of the list and look-ups.");
  Family<Counter>& late_news_ =
      counter("dialerd_late_news_total", "Times that the provider said something else of a call than was settled.");
  Family<Counter>& webhooks_ =
      counter("dialerd_webhooks_received_total", "Webhooks that were kept, duplicates included.");
  Family<Counter>& webhook_rejections_ =
      counter("dialerd_webhooks_rejected_total", "Requests at the webhook listener that were refused.");
  Family<Counter>& storage_failures_ =
      counter("dialerd_storage_failures_total", "Failed uses of the database, repetitions included.");
  Family<Counter>& gained_ =
      counter("dialerd_account_gains_total", "Times that this process became an account's owner.");
  Family<Counter>& lost_ =
      counter("dialerd_account_losses_total", "Times that this process lost an account that it had not given away.");
  Family<Counter>& reloads_ =
      counter("dialerd_config_reloads_total", "Configurations that were loaded, the start's included, or refused.");
  Family<Gauge>& reload_successful_ = gauge("dialerd_config_last_reload_successful",
                                            "Whether the configuration was good when it was last to be loaded.");
  Family<Gauge>& reload_success_time_ = gauge("dialerd_config_last_reload_success_timestamp_seconds",
                                              "When the configuration in force was loaded, in Unix time.");
  Family<Counter>& invariants_ =
      counter("dialerd_invariant_violations_total", "Things that must never happen. Anything but zero is a fault.");
  Family<Histogram>& lag_ = histogram("dialerd_event_loop_lag_seconds",
                                      "How much later than due the event loop came to a timer of every 200 ms.");
  Family<Gauge>& build_info_ = gauge("dialerd_build_info", "Always 1; the version of this process is in the label.");

  std::map<std::string, CampaignSeries, std::less<>> campaigns_;
  std::map<std::string, AccountSeries, std::less<>> accounts_;

 public:
  std::array<Counter*, storage_use_words.size()> storage_failures;
  std::array<Counter*, webhook_reason_words.size()> webhook_rejections;
  std::array<Counter*, invariant_words.size()> invariants;
  Counter& reload_failures;
  Counter& reload_successes;
  Gauge& reload_successful;
  Gauge& reload_success_time;
  Histogram& lag;
};

Metrics::Metrics(std::string_view version) : impl_(std::make_unique<Impl>(version)) { reloaded(true); }

Metrics::~Metrics() = default;

void Metrics::claimed(std::string_view account, std::string_view campaign, const ClaimCounts& counts, Duration took) {
  CampaignSeries& series = impl_->of_campaign(account, campaign);
  series.claimed->Increment(static_cast<double>(counts.claimed));
  series.deferred->Increment(static_cast<double>(counts.deferred));
  series.suppressed->Increment(static_cast<double>(counts.suppressed));
  impl_->of_account(account).claim->Observe(seconds(took));
}

void Metrics::claim_failed(std::string_view account, ClaimFailure why, Duration took) {
  AccountSeries& series = impl_->of_account(account);
  series.claim_failures.at(static_cast<std::size_t>(why))->Increment();
  series.claim->Observe(seconds(took));
}

void Metrics::post_answered(std::string_view account, std::string_view campaign, campaign::AnswerKind kind,
                            Duration took) {
  impl_->of_campaign(account, campaign).answers.at(static_cast<std::size_t>(kind))->Increment();
  impl_->of_account(account).post->Observe(seconds(took));
}

void Metrics::written(std::string_view account, std::int64_t rows, Duration took) {
  AccountSeries& series = impl_->of_account(account);
  series.rows->Increment(static_cast<double>(rows));
  series.write->Observe(seconds(took));
}

void Metrics::settled(std::string_view account, std::string_view campaign, const campaign::Settlement& settlement) {
  impl_->of_campaign(account, campaign).settled.at(disposition_group(settlement))->Increment();
}

void Metrics::follow_answered(std::string_view account, FollowRequest request, bool answered) {
  impl_->of_account(account).follow.at(static_cast<std::size_t>(request)).at(answered ? 1 : 0)->Increment();
}

void Metrics::late_news(std::string_view account) { impl_->of_account(account).late_news->Increment(); }

void Metrics::webhook_kept(std::string_view account) { impl_->of_account(account).webhooks->Increment(); }

void Metrics::webhook_rejected(std::string_view reason) {
  impl_->webhook_rejections.at(webhook_reason(reason))->Increment();
}

void Metrics::storage_failed(StorageUse use) { impl_->storage_failures.at(static_cast<std::size_t>(use))->Increment(); }

void Metrics::ownership_gained(std::string_view account) { impl_->of_account(account).gained->Increment(); }

void Metrics::ownership_lost(std::string_view account) { impl_->of_account(account).lost->Increment(); }

void Metrics::reloaded(bool success) {
  (success ? impl_->reload_successes : impl_->reload_failures).Increment();
  impl_->reload_successful.Set(success ? 1 : 0);
  if (success) impl_->reload_success_time.SetToCurrentTime();
}

void Metrics::violated(Invariant invariant) { impl_->invariants.at(static_cast<std::size_t>(invariant))->Increment(); }

void Metrics::loop_lagged(Duration lag) { impl_->lag.Observe(seconds(std::max(lag, Duration::zero()))); }

std::string Metrics::text(const Picture& picture) {
  // So that a series is there before its first event.
  for (const AccountPicture& account : picture.accounts) impl_->of_account(account.name);
  for (const CampaignPicture& campaign : picture.campaigns) impl_->of_campaign(campaign.account, campaign.name);
  std::vector<prometheus::MetricFamily> families = impl_->collect();
  add_picture(picture, families);
  add_process(families);
  sort(families);
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace dialerd::daemon::metrics
