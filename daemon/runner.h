// The running daemon: the imperative shell around campaign::Engine.
//
// One event-loop thread (the caller of run()) owns the engine, the sockets and the timers. Five storage threads carry
// out claims and controls, writes, leases and heartbeats, takeovers, and counts; a webhook receiver has one more, and
// so has the status page while somebody looks. Their results are posted back to the loop. Each event is told to the
// engine, and a tick of the engine follows soon after, whose commands are carried out here.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "campaign/engine.h"
#include "config/campaign_config.h"
#include "config/compare.h"
#include "config/daemon_config.h"
#include "daemon/account_link.h"
#include "daemon/account_spread.h"
#include "daemon/clock.h"
#include "daemon/exit_code.h"
#include "daemon/log.h"
#include "daemon/progress_watch.h"
#include "daemon/readiness.h"
#include "daemon/storage_health.h"
#include "daemon/storage_thread.h"
#include "daemon/webhook/endpoint.h"

namespace dialerd::daemon {

class Monitoring;
class Notifications;
namespace metrics {
class LoopLag;
class Metrics;
}  // namespace metrics
namespace status_page {
class LiveStatus;
class Page;
struct EnginePicture;
}  // namespace status_page
class WebhookReception;
namespace http_server {
class Server;
}

struct Configuration;
struct LoadedConfiguration;
struct Recorded;

struct RunnerSettings {
  std::string owner;  // this process, for dialerd.ownership: process_name.h
  config::DaemonConfig daemon;
  std::vector<config::CampaignConfig> campaigns;          // each of an account of `daemon`
  std::vector<campaign::CampaignId> campaign_ids;         // runs parallel to `campaigns`
  std::vector<std::string> api_keys;                      // runs parallel to `daemon.accounts`
  std::vector<webhook::EndpointSecrets> webhook_secrets;  // likewise; empty for an account without a webhook
  std::string files_seen;                                 // when they were read: file_watch.h
  std::string status_page_password;                       // with `daemon.monitoring.basic_auth`
  storage::SessionSettings session;
  campaign::WallTime database_time{};  // read between these two moments
  campaign::MonoTime database_time_asked{};
  campaign::MonoTime database_time_answered{};
  std::int64_t last_reload_request = 0;  // what was asked before the files were read
  bool until_done = false;
};

class Runner {
 public:
  explicit Runner(RunnerSettings settings);
  ~Runner();

  // Until SIGTERM or SIGINT has been followed by a drain, or with `until_done` nothing is left to do.
  ExitCode run();

  // Whether calls can be made as far as this process is concerned. On the loop's thread.
  Readiness readiness() const;

 private:
  // What the shell needs to know of a campaign beside the engine.
  struct CampaignLink {
    campaign::CampaignId id{};
    std::string name;
    std::size_t account = 0;  // into accounts_
    std::vector<std::string> lead_fields;
    storage::ClaimRules rules;
    // As last logged.
    campaign::CampaignWish wish = campaign::CampaignWish::running;
    std::optional<campaign::Trouble> trouble;
  };

  // The HTTP requests of an account's last minute, as this daemon knows them; nullopt: perhaps all that it may.
  struct SpentRequests {
    std::optional<campaign::RequestHistory> known;
  };

  // Who wants the configuration to be read again.
  struct ReloadAsked {
    std::string by;  // "SIGHUP", "file change", or who typed the command
    std::vector<std::int64_t> requests;
  };

  // An account's new configuration, on its way to the engine.
  struct AccountChange {
    campaign::AccountConfiguration engine;
    std::vector<CampaignLink> campaigns;
    std::unique_ptr<voxapi::Client> client;  // null: it goes on with the one it has
    bool counts_requests = false;            // by the minute, before: what it has spent can be told
    campaign::MonoTime begun{};
    campaign::MonoTime patient_since{};  // what is not at rest so long after is forced
    bool applied = false;
    bool taken_again = false;  // it was owned
  };

  struct ReloadUnderWay {
    ReloadAsked asked;
    std::vector<config::Change> changes;
    std::vector<std::string> faults;
    std::unique_ptr<Configuration> loaded;
    std::vector<std::unique_ptr<voxapi::Client>> clients;  // by account of `loaded`; null: as before
    std::string files_seen;
    bool applied = false;  // settings_ are the new ones, and `changes_` what remains to be done
  };

  struct Counters {
    std::int64_t dialled = 0;  // handed to the voice API's client
    std::int64_t accepted = 0;
    std::int64_t unknown = 0;
    std::int64_t settled = 0;
  };

  // An account on its way to another daemon.
  struct HandOver {
    AccountLink* account = nullptr;
    std::uint64_t generation = 0;
    SpreadPlan::Give give;
    campaign::MonoTime give_up{};
    bool releasing = false;
  };

  // runner.cpp
  void schedule_tick();
  void tick();
  void carry_out(campaign::Commands& commands);
  void report_progress();
  void report_troubles();
  void wait_for_signal();
  void begin_drain(const std::string& why);
  void finish(ExitCode code);
  bool writes_pending() const;
  std::chrono::milliseconds renewal_interval() const { return std::chrono::milliseconds{settings_.daemon.lease} / 3; }
  // So long before the lease's end nothing is dialled any more: the database's clock may run a little faster, and a
  // POST takes its time to leave.
  std::chrono::milliseconds lease_margin() const { return std::chrono::milliseconds{settings_.daemon.lease} / 5; }

  // runner_calls.cpp: the way of a lead
  void claim(const campaign::Claim& claim);
  void dial(campaign::Call call);
  void write(AccountLink& account);
  void recheck(const campaign::Recheck& recheck);
  void list(const campaign::ListPage& page);
  void look_up(const campaign::LookUp& look_up);

  // runner_rollups.cpp: what reports read
  void keep_rollups();
  void tell_rollups_age(std::chrono::seconds age);

  // runner_resolutions.cpp: what people decided about calls in doubt
  void read_resolutions();

  // runner_spread.cpp: who owns which account
  void beat();
  void apply(const storage::Fleet& fleet);
  void take(AccountLink& account, const std::optional<storage::SeenLease>& silent,
            const std::optional<SpentRequests>& spent = std::nullopt);
  void begin_hand_over(const SpreadPlan::Give& give);  // `give.to` is empty: to whom it may concern
  void release_unconfigured(const storage::Fleet& fleet);
  void continue_hand_over();
  void end_hand_over(bool released);
  // Every account has nothing left to do, or is another daemon's to finish.
  bool nothing_left() const;

  // runner_reload.cpp: another configuration while the daemon runs
  void ask_reload(ReloadAsked asked);
  void begin_reload();
  void check_loaded(LoadedConfiguration loaded);
  void record_loaded();
  void apply_loaded(const Recorded& recorded);
  std::vector<config::Change> changes_to(const Configuration& loaded) const;
  bool differs(const std::string& account, const Configuration& loaded) const;
  bool talks_otherwise(std::size_t account, const Configuration& loaded) const;
  std::optional<std::string> other_account_with_key(const std::string& account, const std::string& key) const;
  AccountChange change_of(campaign::AccountIndex index, const std::string& account, const Configuration& loaded,
                          const Recorded& recorded) const;
  void continue_reload();
  void stop_reload();
  // False: it has to wait.
  bool continue_change(AccountLink& account, AccountChange& change);
  void apply_change(AccountLink& account, AccountChange& change);
  void end_reload(bool ok);
  void read_reload_requests();
  void watch_files();
  static CampaignLink make_link(campaign::CampaignId id, const config::CampaignConfig& config, std::size_t account);
  std::vector<campaign::CampaignId> campaign_ids() const;

  // runner_ownership.cpp: leases, controls, the database's clock
  void keep_house();
  void renew_lease(AccountLink& account);
  void lost(AccountLink& account, const std::string& why);
  void read_controls();
  void sync_clock(campaign::WallTime database_time, campaign::MonoTime asked, campaign::MonoTime answered);
  void write_conditions(AccountLink& account);
  void report_conditions(const AccountLink& account, const std::vector<campaign::Condition>& now) const;
  void release_all();
  void release_ended();
  void stop_when_released();

  // runner_controls.cpp: what is wished of campaigns, and what the database tells unasked
  void start_listening();
  void heard(const std::string& payload);
  void listening_changed(bool listening, const std::string& why);
  void read_controls_between();
  void apply(const std::vector<storage::CampaignControl>& controls);

  // runner_metrics.cpp: what Prometheus is told
  void start_metrics();
  std::string metrics_text();

  // runner_status.cpp
  status_page::EnginePicture engine_picture();

  // runner_supervision.cpp: what the service manager is told
  void tell_ready();
  void tell_readiness();
  void start_watchdog();
  void keep_watch();
  void look_at_storage_threads();
  void give_sign_of_life();
  // A statement that takes longer has no answer: the server would have ended it.
  std::chrono::milliseconds silence_after() const {
    return settings_.daemon.database.statement_timeout + std::chrono::seconds{10};
  }

  // runner_webhooks.cpp: what the provider, and who watches this process, come with
  void start_servers();
  std::vector<storage::HandledWebhook> tell_webhooks(const std::vector<storage::PendingWebhook>& webhooks);
  void keep_house_of_webhooks();

  const CampaignLink& campaign_of(campaign::CampaignId id) const;
  void add_campaign(CampaignLink campaign);
  // What an event of the log is about; without a campaign where it is not known any more.
  log::Fields about_attempt(const AccountLink& account, const campaign::AttemptId& attempt,
                            std::optional<campaign::CampaignId> of, const log::Message* message = nullptr) const;
  std::vector<std::string> owned_accounts() const;
  AccountLink* account_called(const std::string& name) const;  // null: not in the configuration
  void storage_failed(const storage::Error& error, StorageUse use);
  void storage_worked(StorageUse use);

  RunnerSettings settings_;
  std::string owner_;  // this process, for dialerd.ownership
  boost::asio::io_context io_;
  boost::asio::steady_timer tick_timer_;
  boost::asio::steady_timer house_timer_;
  boost::asio::steady_timer drain_timer_;
  boost::asio::steady_timer controls_timer_;
  boost::asio::steady_timer watchdog_timer_;
  boost::asio::signal_set signals_;
  Clock clock_;
  campaign::Engine engine_;
  // In the order of settings_.daemon.accounts and settings_.campaigns at the start. A reload adds to them at the end
  // and takes nothing away: what is under way holds their places.
  std::vector<std::unique_ptr<AccountLink>> accounts_;
  std::vector<CampaignLink> campaigns_;  // grows and never shrinks
  std::unordered_map<campaign::CampaignId, std::size_t> campaign_places_;
  StorageThread claim_thread_;
  StorageThread write_thread_;
  StorageThread ownership_thread_;
  StorageThread rollup_thread_;    // counting a large table takes seconds
  StorageThread takeover_thread_;  // reading a long history must not keep other accounts' leases from being renewed
  AccountSpread spread_;
  std::optional<HandOver> hand_over_;

  std::unique_ptr<metrics::Metrics> metrics_;
  std::unique_ptr<metrics::LoopLag> loop_lag_;
  std::unique_ptr<WebhookReception> webhooks_;
  std::unique_ptr<status_page::LiveStatus> live_status_;
  std::unique_ptr<status_page::Page> status_page_;
  std::unique_ptr<Monitoring> monitoring_;
  std::unique_ptr<http_server::Server> monitoring_server_;
  std::unique_ptr<Notifications> notifications_;

  std::optional<ReloadAsked> reload_wanted_;  // after the one under way
  std::optional<ReloadUnderWay> reload_;
  std::map<std::size_t, AccountChange> changes_;  // by account
  bool reload_requests_under_way_ = false;
  std::set<std::int64_t> reload_requests_taken_;  // and not answered for good
  bool watching_files_ = false;
  campaign::MonoTime next_watch_{};
  std::string files_seen_;      // when the configuration was last read,
  std::string files_glimpsed_;  // and at the last look

  bool tick_scheduled_ = false;
  bool draining_ = false;
  bool asked_to_stop_ = false;  // by a signal; a drain may also begin by itself
  bool finishing_ = false;
  StorageHealth storage_health_;
  bool heartbeat_under_way_ = false;
  std::set<StorageUse> worked_;  // at least once
  bool told_ready_ = false;
  std::string told_readiness_;
  campaign::MonoTime next_status_{};
  campaign::MonoTime status_since_{};  // the rate of calls is that since then
  std::int64_t status_dialled_ = 0;
  std::string calls_per_second_ = "0.0";
  ProgressWatch progress_;
  std::chrono::milliseconds watchdog_interval_{};
  bool sign_of_life_due_ = false;
  bool told_stall_ = false;
  storage::ClockMark clock_mark_;               // as AccountLink::clock_record, of this process
  std::vector<storage::ClockStep> seen_steps_;  // for accounts that it will own
  bool controls_under_way_ = false;
  bool controls_wanted_ = false;  // once more, when those under way have come
  bool listening_ = false;        // to the database's notifications
  bool resolutions_under_way_ = false;
  bool rollups_under_way_ = false;
  campaign::MonoTime next_rollups_{};
  std::optional<campaign::WallTime> rollups_refreshed_;  // by any daemon
  bool rollups_stale_ = false;
  std::set<campaign::AttemptId> resolutions_told_;  // and not carried out yet, as logged
  int releases_under_way_ = 0;
  int takings_under_way_ = 0;  // accounts that this daemon is about to own
  campaign::MonoTime next_report_{};
  campaign::MonoTime next_partitions_{};
  Counters counters_;
  Counters reported_;
  ExitCode exit_code_ = ExitCode::ok;
};

}  // namespace dialerd::daemon
