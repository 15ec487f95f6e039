// The running daemon: the imperative shell around campaign::Engine.
//
// One event-loop thread (the caller of run()) owns the engine, the sockets and the timers. Four storage threads carry
// out claims and controls, writes, leases and heartbeats, and takeovers; a webhook receiver has a fifth. Their results
// are posted back to the loop. Each event is told to the engine, and a tick of the engine follows soon after, whose
// commands are carried out here.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "campaign/engine.h"
#include "config/campaign_config.h"
#include "config/daemon_config.h"
#include "daemon/account_link.h"
#include "daemon/account_spread.h"
#include "daemon/clock.h"
#include "daemon/exit_code.h"
#include "daemon/readiness.h"
#include "daemon/storage_health.h"
#include "daemon/storage_thread.h"
#include "daemon/webhook/endpoint.h"

namespace dialerd::daemon {

class Monitoring;
class WebhookReception;
namespace http_server {
class Server;
}

struct RunnerSettings {
  config::DaemonConfig daemon;
  std::vector<config::CampaignConfig> campaigns;          // each of an account of `daemon`
  std::vector<campaign::CampaignId> campaign_ids;         // runs parallel to `campaigns`
  std::vector<std::string> api_keys;                      // runs parallel to `daemon.accounts`
  std::vector<webhook::EndpointSecrets> webhook_secrets;  // likewise; empty for an account without a webhook
  storage::SessionSettings session;
  campaign::WallTime database_time{};  // read between these two moments
  campaign::MonoTime database_time_asked{};
  campaign::MonoTime database_time_answered{};
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
    bool paused = false;                       // as last logged
    std::optional<campaign::Trouble> trouble;  // likewise
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

  // runner_resolutions.cpp: what people decided about calls in doubt
  void read_resolutions();

  // runner_spread.cpp: who owns which account
  void beat();
  void apply(const storage::Fleet& fleet);
  void take(AccountLink& account, const std::optional<storage::SeenLease>& silent);
  void begin_hand_over(const SpreadPlan::Give& give);
  void continue_hand_over();
  void end_hand_over(bool released);
  // Every account has nothing left to do, or is another daemon's to finish.
  bool nothing_left() const;

  // runner_ownership.cpp: leases, controls, the database's clock
  void keep_house();
  void renew_lease(AccountLink& account);
  void lost(AccountLink& account, const std::string& why);
  void read_controls();
  void sync_clock(campaign::WallTime database_time, campaign::MonoTime asked, campaign::MonoTime answered);
  void apply(const std::vector<storage::CampaignControl>& controls);
  void write_conditions(AccountLink& account);
  void report_conditions(const AccountLink& account, const std::vector<campaign::Condition>& now) const;
  void release_all();
  void tell_readiness();

  // runner_webhooks.cpp: what the provider, and who watches this process, come with
  void start_servers();
  std::vector<storage::HandledWebhook> tell_webhooks(const std::vector<storage::PendingWebhook>& webhooks);
  void keep_house_of_webhooks();

  const CampaignLink& campaign_of(campaign::CampaignId id) const;
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
  boost::asio::signal_set signals_;
  Clock clock_;
  campaign::Engine engine_;
  std::vector<std::unique_ptr<AccountLink>> accounts_;  // in the order of settings_.daemon.accounts
  std::vector<CampaignLink> campaigns_;                 // in the order of settings_.campaigns
  StorageThread claim_thread_;
  StorageThread write_thread_;
  StorageThread ownership_thread_;
  StorageThread takeover_thread_;  // reading a long history must not keep other accounts' leases from being renewed
  AccountSpread spread_;
  std::optional<HandOver> hand_over_;

  std::unique_ptr<WebhookReception> webhooks_;
  std::unique_ptr<Monitoring> monitoring_;
  std::unique_ptr<http_server::Server> monitoring_server_;

  bool tick_scheduled_ = false;
  bool draining_ = false;
  bool asked_to_stop_ = false;  // by a signal; a drain may also begin by itself
  bool finishing_ = false;
  StorageHealth storage_health_;
  bool heartbeat_under_way_ = false;
  std::string told_readiness_;
  storage::ClockMark clock_mark_;               // as AccountLink::clock_record, of this process
  std::vector<storage::ClockStep> seen_steps_;  // for accounts that it will own
  bool controls_under_way_ = false;
  bool resolutions_under_way_ = false;
  std::set<campaign::AttemptId> resolutions_told_;  // and not carried out yet, as logged
  int releases_under_way_ = 0;
  campaign::MonoTime next_report_{};
  campaign::MonoTime next_partitions_{};
  Counters counters_;
  Counters reported_;
  ExitCode exit_code_ = ExitCode::ok;
};

}  // namespace dialerd::daemon
