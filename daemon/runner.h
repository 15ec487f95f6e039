// The running daemon: the imperative shell around campaign::Engine.
//
// One event-loop thread (the caller of run()) owns the engine, the sockets and the timers. Three storage threads carry
// out claims and controls, writes, and ownership; their results are posted back to the loop. Each event is told to the
// engine, and a tick of the engine follows soon after, whose commands are carried out here.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "campaign/engine.h"
#include "config/campaign_config.h"
#include "config/daemon_config.h"
#include "daemon/account_link.h"
#include "daemon/clock.h"
#include "daemon/exit_code.h"
#include "daemon/storage_thread.h"

namespace dialerd::daemon {

struct RunnerSettings {
  config::DaemonConfig daemon;
  std::vector<config::CampaignConfig> campaigns;   // each of an account of `daemon`
  std::vector<campaign::CampaignId> campaign_ids;  // runs parallel to `campaigns`
  std::vector<std::string> api_keys;               // runs parallel to `daemon.accounts`
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

  // runner_ownership.cpp: leases, controls, the database's clock
  void keep_house();
  void ask_ownership(AccountLink& account);
  void renew_lease(AccountLink& account);
  void lost(AccountLink& account, const std::string& why);
  void read_controls();
  void sync_clock(campaign::WallTime database_time, campaign::MonoTime asked, campaign::MonoTime answered);
  void apply(const std::vector<storage::CampaignControl>& controls);
  void write_conditions(AccountLink& account);
  void report_conditions(const AccountLink& account, const std::vector<campaign::Condition>& now) const;
  void release_all();

  const CampaignLink& campaign_of(campaign::CampaignId id) const;
  void storage_failed(const storage::Error& error);
  void storage_worked();

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

  bool tick_scheduled_ = false;
  bool draining_ = false;
  bool asked_to_stop_ = false;  // by a signal; a drain may also begin by itself
  bool finishing_ = false;
  bool storage_is_failing_ = false;
  bool controls_under_way_ = false;
  int releases_under_way_ = 0;
  campaign::MonoTime next_report_{};
  campaign::MonoTime next_partitions_{};
  Counters counters_;
  Counters reported_;
  ExitCode exit_code_ = ExitCode::ok;
};

}  // namespace dialerd::daemon
