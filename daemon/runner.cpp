#include "daemon/runner.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "failpoint/failpoint.h"
#include <boost/asio/post.hpp>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon/account_settings.h"
#include "daemon/boot_time.h"
#include "daemon/configuration.h"
#include "daemon/http_server/server.h"
#include "daemon/log.h"
#include "daemon/metrics/loop_lag.h"
#include "daemon/metrics/metrics.h"
#include "daemon/monitoring.h"
#include "daemon/notifications.h"
#include "daemon/status_page/live_status.h"
#include "daemon/status_page/page.h"
#include "daemon/webhook_reception.h"

namespace dialerd::daemon {
namespace {

using std::chrono::seconds;

constexpr seconds report_interval{10};

std::size_t account_index(const config::DaemonConfig& daemon, const std::string& name) {
  auto found = std::find_if(daemon.accounts.begin(), daemon.accounts.end(),
                            [&](const config::Account& a) { return a.name == name; });
  return static_cast<std::size_t>(found - daemon.accounts.begin());
}

campaign::EngineSettings engine_settings(const RunnerSettings& settings) {
  campaign::EngineSettings made;
  for (const config::Account& account : settings.daemon.accounts) {
    made.accounts.push_back(account_settings(account, settings.daemon.http));
  }
  for (std::size_t i = 0; i < settings.campaigns.size(); ++i) {
    const config::CampaignConfig& config = settings.campaigns[i];
    made.campaigns.push_back(
        {settings.campaign_ids[i], campaign::AccountIndex{account_index(settings.daemon, config.account)}, config});
  }
  made.follow = follow_settings(settings.daemon);
  return made;
}

SpreadSettings spread_settings(const std::string& owner, const config::DaemonConfig& daemon) {
  SpreadSettings made;
  made.self = owner;
  for (const config::Account& account : daemon.accounts) made.accounts.push_back(account.name);
  const std::chrono::milliseconds lease{daemon.lease};
  made.patience = lease / 3;
  // A dead owner is known to be dead before its leases have run out, the last of which it renewed a third ago.
  made.alive_for = std::max<std::chrono::milliseconds>(seconds{2}, lease / 2);
  return made;
}

storage::SessionSettings named(storage::SessionSettings settings, const std::string& name) {
  settings.application_name = "dialerd " + name;
  return settings;
}

}  // namespace

Runner::Runner(RunnerSettings settings)
    : settings_(std::move(settings)),
      owner_(settings_.owner),
      io_(1),
      tick_timer_(io_),
      house_timer_(io_),
      drain_timer_(io_),
      controls_timer_(io_),
      watchdog_timer_(io_),
      signals_(io_, SIGTERM, SIGINT, SIGHUP),
      engine_(engine_settings(settings_)),
      claim_thread_(named(settings_.session, "claim")),
      write_thread_(named(settings_.session, "write")),
      ownership_thread_(named(settings_.session, "ownership")),
      rollup_thread_(named(settings_.session, "rollups")),
      takeover_thread_(named(settings_.session, "takeover")),
      spread_(spread_settings(owner_, settings_.daemon)),
      files_seen_(settings_.files_seen),
      storage_health_(2 * settings_.daemon.database.statement_timeout + seconds{10}),
      progress_(std::chrono::hours{1}, silence_after()) {
  clock_.sync(settings_.database_time, settings_.database_time_asked, settings_.database_time_answered);
  for (std::size_t i = 0; i < settings_.daemon.accounts.size(); ++i) {
    const config::Account& account = settings_.daemon.accounts[i];
    auto client = std::make_unique<voxapi::Client>(
        io_, voxapi::ClientSettings{account.base_url, settings_.api_keys[i], settings_.daemon.http});
    accounts_.push_back(
        std::make_unique<AccountLink>(clock_, campaign::AccountIndex{i}, account.name, std::move(client)));
  }
  for (std::size_t i = 0; i < settings_.campaigns.size(); ++i) {
    const config::CampaignConfig& config = settings_.campaigns[i];
    add_campaign(make_link(settings_.campaign_ids[i], config, account_index(settings_.daemon, config.account)));
  }
  start_metrics();
  start_servers();
  start_listening();
}

Runner::~Runner() = default;

ExitCode Runner::run() {
  log::info("started as " + owner_ + ": " + std::to_string(accounts_.size()) + " account(s), " +
                std::to_string(settings_.campaigns.size()) + " campaign(s)",
            {.message = &log::message::started});
  wait_for_signal();
  next_report_ = boot_time() + report_interval;
  keep_house();
  start_watchdog();
  schedule_tick();
  io_.run();
  log::info("stopped: " + std::to_string(counters_.dialled) + " calls dialled, " + std::to_string(counters_.accepted) +
                " accepted, " + std::to_string(counters_.unknown) + " unknown, " + std::to_string(counters_.settled) +
                " attempts settled",
            {.message = &log::message::stopped});
  return exit_code_;
}

void Runner::schedule_tick() {
  if (std::exchange(tick_scheduled_, true)) return;
  boost::asio::post(io_, [this] {
    tick_scheduled_ = false;
    failpoint::hit("loop.hang");
    tick();
    give_sign_of_life();
  });
}

void Runner::tick() {
  if (finishing_) return;
  campaign::Now now = clock_.now();
  for (auto& account : accounts_) {
    if (!account->ownership()) continue;
    bool suspended = now.mono >= account->lease_until() - lease_margin();
    engine_.suspend(account->index(), suspended);
  }
  campaign::Commands commands = engine_.tick(now);
  carry_out(commands);
  report_troubles();
  continue_hand_over();
  continue_reload();

  if (draining_ && engine_.drained() && !writes_pending() && (!webhooks_ || webhooks_->quiet())) {
    finish(ExitCode::ok);
  } else if (settings_.until_done && !draining_ && nothing_left() && !writes_pending()) {
    begin_drain("nothing is left to do");
  }
  if (commands.wake_at) {
    auto wait = std::max(*commands.wake_at - boot_time(), campaign::MonoTime::duration::zero());
    tick_timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(wait));
    tick_timer_.async_wait([this](boost::system::error_code error) {
      if (!error) schedule_tick();
    });
  }
}

void Runner::carry_out(campaign::Commands& commands) {
  for (const campaign::Claim& one : commands.claims) claim(one);
  for (campaign::Call& call : commands.calls) dial(std::move(call));
  for (campaign::Write& write : commands.writes) {
    AccountLink& account = *accounts_[static_cast<std::size_t>(write.account)];
    for (const campaign::LateNews& late : write.late_news) {
      metrics_->late_news(account.name());
      if (late.after_no_call) metrics_->violated(metrics::Invariant::call_after_no_call);
      log::warning("attempt " + to_string(late.attempt) + ": the provider now says '" + late.disposition +
                       "', which is not what was settled; kept in dialerd.late_news",
                   about_attempt(account, late.attempt, std::nullopt, &log::message::late_news));
    }
    for (const campaign::Settlement& settlement : write.settlements) {
      if (settlement.state != campaign::AttemptState::abandoned) continue;
      log::warning("attempt " + to_string(settlement.attempt) + ": given up, and nobody knows whether it was a call: " +
                       "lead " + std::to_string(static_cast<std::int64_t>(settlement.lead)) +
                       " is held until a person decides (dialerd resolve)",
                   about_attempt(account, settlement.attempt, settlement.campaign, &log::message::doubt_held));
    }
    account.add(std::move(write));
  }
  for (auto& account : accounts_) {
    while (account->ownership() && account->write_due()) write(*account);
  }
  for (const campaign::Recheck& one : commands.rechecks) recheck(one);
  for (const campaign::ListPage& page : commands.list_pages) list(page);
  for (const campaign::LookUp& one : commands.look_ups) look_up(one);
}

bool Runner::writes_pending() const {
  return std::any_of(accounts_.begin(), accounts_.end(),
                     [](const auto& account) { return account->ownership() && account->writes_pending(); });
}

void Runner::report_progress() {
  if (boot_time() < next_report_) return;
  next_report_ = boot_time() + report_interval;
  for (const auto& account : accounts_) {
    campaign::AccountSnapshot snapshot = engine_.snapshot(account->index());
    std::string line = "account " + snapshot.name + ": " + (snapshot.owned ? "" : "not owned, ") +
                       std::to_string(snapshot.open) + " calls open, " + std::to_string(snapshot.dialing) +
                       " dialling, " + std::to_string(snapshot.doubts) + " in doubt, " +
                       std::to_string(snapshot.unwritten) + " unwritten";
    if (snapshot.trouble) line += ", waiting or probing after: " + std::string(to_string(*snapshot.trouble));
    log::info(line, {.account = snapshot.name});
  }
  auto per_second = [&](std::int64_t now, std::int64_t before) {
    return std::to_string((now - before) / report_interval.count());
  };
  log::info("calls: " + std::to_string(counters_.dialled) + " dialled (" +
            per_second(counters_.dialled, reported_.dialled) + "/s), " + std::to_string(counters_.settled) +
            " settled (" + per_second(counters_.settled, reported_.settled) + "/s)");
  reported_ = counters_;
}

void Runner::report_troubles() {
  auto report = [](const std::string& who, std::optional<campaign::Trouble>& last, std::optional<campaign::Trouble> now,
                   log::Fields fields) {
    if (last == now) return;
    last = now;
    if (now) {
      fields.message = &log::message::waits;
      log::warning(who + ": waits, then probes, because of: " + std::string(to_string(*now)), fields);
    } else {
      fields.message = &log::message::dials_again;
      log::info(who + ": dials again", fields);
    }
  };
  for (auto& account : accounts_)
    report("account " + account->name(), account->trouble, engine_.trouble(account->index()),
           {.account = account->name()});
  for (CampaignLink& campaign : campaigns_)
    report("campaign " + campaign.name, campaign.trouble, engine_.trouble(campaign.id),
           {.campaign = campaign.name, .account = accounts_[campaign.account]->name()});
}

void Runner::wait_for_signal() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      ask_reload({"SIGHUP", {}});
      wait_for_signal();
    } else if (std::exchange(asked_to_stop_, true)) {
      log::warning("asked to stop again: not waiting for the records that are still outstanding");
      finish(ExitCode::drain_timeout);
    } else {
      begin_drain("asked to stop");
      wait_for_signal();
    }
  });
}

void Runner::begin_drain(const std::string& why) {
  if (std::exchange(draining_, true)) return;
  log::info(why + ": no more calls; waiting for answers and their records", {.message = &log::message::drain});
  sd_notify(0, "STOPPING=1");
  engine_.drain();
  if (webhooks_) webhooks_->drain();
  tell_readiness();
  drain_timer_.expires_after(settings_.daemon.drain_timeout);
  drain_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    log::error("answers or records are still outstanding after drain_timeout; the next start finds out about them",
               {.message = &log::message::drain_timeout});
    finish(ExitCode::drain_timeout);
  });
  schedule_tick();
}

void Runner::finish(ExitCode code) {
  if (std::exchange(finishing_, true)) return;
  exit_code_ = code;
  release_all();
}

log::Fields Runner::about_attempt(const AccountLink& account, const campaign::AttemptId& attempt,
                                  std::optional<campaign::CampaignId> of, const log::Message* message) const {
  return {.message = message,
          .campaign = of ? campaign_of(*of).name : std::string(),
          .account = account.name(),
          .attempt = to_string(attempt)};
}

const Runner::CampaignLink& Runner::campaign_of(campaign::CampaignId id) const {
  return campaigns_[campaign_places_.at(id)];
}

void Runner::add_campaign(CampaignLink campaign) {
  campaign_places_.emplace(campaign.id, campaigns_.size());
  campaigns_.push_back(std::move(campaign));
}

std::vector<std::string> Runner::owned_accounts() const {
  std::vector<std::string> owned;
  for (const auto& account : accounts_) {
    if (account->ownership()) owned.push_back(account->name());
  }
  return owned;
}

AccountLink* Runner::account_called(const std::string& name) const {
  const auto found =
      std::find_if(accounts_.begin(), accounts_.end(), [&](const auto& account) { return account->name() == name; });
  return found == accounts_.end() ? nullptr : found->get();
}

void Runner::storage_failed(const storage::Error& error, StorageUse use) {
  metrics_->storage_failed(use);
  if (storage_health_.failed(use, boot_time(), error.message)) {
    log::error("database: " + error.message, {.message = &log::message::database_away});
  }
}

void Runner::storage_worked(StorageUse use) {
  worked_.insert(use);
  tell_ready();
  if (storage_health_.worked(use)) log::info("database: works again", {.message = &log::message::database_back});
}

}  // namespace dialerd::daemon
