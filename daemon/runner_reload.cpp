// Another configuration while the daemon runs (docs/operations.md#reload).
//
//   read and check all files -> make the clients -> record it -> account by account: at rest -> configured -> taken
//   again
//
// Up to the record, any fault leaves everything as it is. What follows is the path of a restart, for those accounts
// alone that something changed for: nothing is claimed or dialled any more, what is under way is brought to its record,
// the engine forgets the account and learns its new configuration, and the account is acquired once more under the
// lease that it has, with its history read anew. So each window, whatever its size is now, is counted from the
// attempts.
#include <algorithm>
#include <cinttypes>
#include <ctime>
#include <exception>
#include <iterator>
#include <utility>

#include <boost/asio/post.hpp>
#include <systemd/sd-daemon.h>

#include "daemon/boot_time.h"
#include "daemon/configuration.h"
#include "daemon/file_watch.h"
#include "daemon/log.h"
#include "daemon/metrics/metrics.h"
#include "daemon/revision_notes.h"
#include "daemon/runner.h"
#include "storage/reload.h"

namespace dialerd::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A POST is answered within its timeouts, and a record is written as soon as the database takes it. What is still not
// at rest then is forced: as after a lost lease, the new owner, which is this daemon again, finds out about it.
constexpr seconds rest_max{60};
constexpr seconds watch_interval{3};

// sd_notify(3): by CLOCK_MONOTONIC, from before the configuration is read.
void tell_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto usec =
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, usec);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

}  // namespace

void Runner::ask_reload(ReloadAsked asked) {
  if (draining_) return;
  if (reload_wanted_) {
    auto& requests = reload_wanted_->requests;
    requests.insert(requests.end(), asked.requests.begin(), asked.requests.end());
  } else {
    reload_wanted_ = std::move(asked);
  }
  if (!reload_) begin_reload();
}

void Runner::begin_reload() {
  reload_.emplace();
  reload_->asked = *std::exchange(reload_wanted_, std::nullopt);
  log::info("reading the configuration again, asked by " + reload_->asked.by);
  if (told_ready_) tell_reloading();
  takeover_thread_.post([this, daemon = settings_.daemon](StorageThread&, storage::Session&) {
    std::string seen = files_seen(daemon);
    LoadedConfiguration loaded = load_configuration(daemon.file);
    if (loaded.value) {
      // Which files there are is known now. Read again after the look at them: so what is written meanwhile is seen as
      // a change at the next look.
      seen = files_seen(loaded.value->daemon);
      loaded = load_configuration(daemon.file);
    }
    boost::asio::post(io_, [this, seen = std::move(seen), loaded = std::move(loaded)]() mutable {
      reload_->files_seen = std::move(seen);
      check_loaded(std::move(loaded));
    });
  });
}

// Everything that can still fail is done before anything changes.
void Runner::check_loaded(LoadedConfiguration loaded) {
  files_seen_ = reload_->files_seen;
  reload_->faults = std::move(loaded.faults);
  if (draining_) return stop_reload();
  if (!loaded.value) return end_reload(false);
  for (const std::string& warning : loaded.warnings) log::warning(warning);
  reload_->loaded = std::make_unique<Configuration>(std::move(*loaded.value));
  const Configuration& configuration = *reload_->loaded;
  for (std::size_t i = 0; i < configuration.daemon.accounts.size(); ++i) {
    auto& client = reload_->clients.emplace_back();
    if (!talks_otherwise(i, configuration)) continue;
    const config::Account& account = configuration.daemon.accounts[i];
    if (auto holder = other_account_with_key(account.name, configuration.api_keys[i])) {
      reload_->faults.push_back(
          "account " + account.name + ": has the API key that account " + *holder +
          " has now. For the provider it is the same account, and its limits would begin anew: keep "
          "the name, or restart when no call of " +
          *holder + " is open and its windows are over");
      return end_reload(false);
    }
    try {
      client = std::make_unique<voxapi::Client>(
          io_, voxapi::ClientSettings{account.base_url, configuration.api_keys[i], configuration.daemon.http});
    } catch (const std::exception& error) {
      // An unreadable CA file, an API key that no header can carry.
      reload_->faults.push_back("account " + account.name + ": " + error.what());
      return end_reload(false);
    }
  }
  reload_->changes = changes_to(configuration);
  record_loaded();
}

void Runner::record_loaded() {
  takeover_thread_.post(
      [this, loaded = *reload_->loaded, by = reload_->asked.by](StorageThread&, storage::Session& session) {
        auto recorded = record_configuration(session, loaded.daemon, loaded.campaigns, by, owner_);
        boost::asio::post(io_, [this, recorded = std::move(recorded)] {
          if (recorded) return apply_loaded(*recorded);
          reload_->faults.push_back(recorded.error().message);
          end_reload(false);
        });
      });
}

void Runner::apply_loaded(const Recorded& recorded) {
  if (draining_) return stop_reload();
  const Configuration& loaded = *reload_->loaded;
  for (const auto& account : accounts_) {
    const auto& now = loaded.daemon.accounts;
    const bool stays =
        std::any_of(now.begin(), now.end(), [&](const config::Account& one) { return one.name == account->name(); });
    if (stays || !account->configured) continue;
    account->configured = false;
    changes_[static_cast<std::size_t>(account->index())] =
        change_of(account->index(), account->name(), loaded, recorded);
  }
  for (std::size_t i = 0; i < loaded.daemon.accounts.size(); ++i) {
    const std::string& name = loaded.daemon.accounts[i].name;
    AccountLink* account = account_called(name);
    if (account == nullptr) {
      const campaign::AccountIndex index{accounts_.size()};
      accounts_.push_back(std::make_unique<AccountLink>(clock_, index, name, std::move(reload_->clients[i])));
      AccountChange change = change_of(index, name, loaded, recorded);
      apply_change(*accounts_.back(), change);
      continue;
    }
    if (account->configured && !differs(name, loaded)) continue;
    account->configured = true;
    AccountChange change = change_of(account->index(), name, loaded, recorded);
    change.client = std::move(reload_->clients[i]);
    changes_[static_cast<std::size_t>(account->index())] = std::move(change);
  }
  for (auto& [index, change] : changes_) {
    change.begun = change.patient_since = boot_time();
    if (accounts_[index]->ownership()) engine_.yield(campaign::AccountIndex{index}, true);
  }

  // What takes effect at the next start stays as it is; other threads read some of it.
  config::DaemonConfig& daemon = settings_.daemon;
  std::vector<std::string> names;
  for (const config::Account& account : loaded.daemon.accounts) names.push_back(account.name);
  spread_.set_accounts(std::move(names));
  std::vector<config::Account> accounts = loaded.daemon.accounts;
  for (config::Account& account : accounts) {
    const auto before = std::find_if(daemon.accounts.begin(), daemon.accounts.end(),
                                     [&](const config::Account& one) { return one.name == account.name; });
    account.webhook = before == daemon.accounts.end() ? std::nullopt : before->webhook;
  }
  daemon.accounts = std::move(accounts);
  daemon.campaigns = loaded.daemon.campaigns;
  daemon.campaign_patterns = loaded.daemon.campaign_patterns;
  daemon.http = loaded.daemon.http;
  daemon.follow = loaded.daemon.follow;
  daemon.drain_timeout = loaded.daemon.drain_timeout;
  daemon.reload = loaded.daemon.reload;
  daemon.source = loaded.daemon.source;
  settings_.api_keys = loaded.api_keys;
  settings_.campaigns = loaded.campaigns;
  settings_.campaign_ids = recorded.ids;
  reload_->applied = true;
  schedule_tick();
}

// Asked with every tick, because each may have brought an account to rest.
void Runner::continue_reload() {
  if (!reload_ || !reload_->applied) return;
  if (draining_) return stop_reload();
  for (auto entry = changes_.begin(); entry != changes_.end();) {
    entry = continue_change(*accounts_[entry->first], entry->second) ? changes_.erase(entry) : std::next(entry);
  }
  if (changes_.empty()) end_reload(true);
}

void Runner::stop_reload() {
  changes_.clear();
  reload_->faults.emplace_back("the daemon is stopping");
  end_reload(false);
}

bool Runner::continue_change(AccountLink& account, AccountChange& change) {
  if (!change.applied) {
    SpentRequests spent;
    if (account.ownership()) {
      // What the database does not take now it takes when it is back: until then, patience.
      if (storage_health_.failing().contains(StorageUse::writes)) change.patient_since = boot_time();
      const bool forced = boot_time() >= change.patient_since + rest_max;
      const bool at_rest = engine_.quiet(account.index()) && !account.writes_pending();
      // A renewal that is under way must not end in the middle of the taking.
      if ((!at_rest && !forced) || account.ownership_request_under_way) return false;
      if (hand_over_ && hand_over_->account == &account) return false;
      change.taken_again = true;
      if (at_rest) {
        if (change.counts_requests) spent.known = engine_.requests_spent(clock_.now(), account.index());
        engine_.lost(account.index());
        account.lost();
      } else {
        lost(account, "it did not come to rest for its new configuration; what is under way is found out about");
      }
    }
    apply_change(account, change);
    if (change.taken_again) take(account, std::nullopt, spent);
  }
  if (change.taken_again && account.ownership_request_under_way) return false;
  if (account.ownership()) {
    engine_.yield(account.index(), false);
    const auto paused = std::chrono::duration_cast<milliseconds>(boot_time() - change.begun);
    log::info("account " + account.name() + ": goes on with its new configuration, after " +
                  std::to_string(paused.count()) + " ms",
              {.account = account.name()});
  }
  return true;
}

void Runner::apply_change(AccountLink& account, AccountChange& change) {
  engine_.configure(account.index(), change.engine);
  if (change.client) account.talk_by(std::move(change.client));
  for (CampaignLink& link : change.campaigns) {
    auto known = campaign_places_.find(link.id);
    if (known == campaign_places_.end()) {
      add_campaign(std::move(link));
    } else {
      campaigns_[known->second].lead_fields = std::move(link.lead_fields);
      campaigns_[known->second].rules = std::move(link.rules);
    }
  }
  change.applied = true;
}

void Runner::end_reload(bool ok) {
  const ReloadUnderWay ended = std::move(*std::exchange(reload_, std::nullopt));
  metrics_->reloaded(ok);
  std::vector<std::string> lines;
  if (!ok) {
    lines = ended.faults;
    lines.emplace_back("nothing was changed: the daemon goes on with the configuration that it has");
    for (const std::string& line : lines) {
      log::error("the configuration was not applied: " + line, {.message = &log::message::reload_failed});
    }
  } else {
    if (ended.changes.empty()) lines.emplace_back("nothing has changed");
    for (const config::Change& change : ended.changes) {
      lines.push_back((change.loosened ? "loosened: " : "") + to_string(change) +
                      (change.at_restart ? " (takes effect at the next restart)" : ""));
    }
    for (const std::string& line : lines) {
      const log::Fields fields{.message = &log::message::reload_applied};
      const std::string text = "configuration applied, asked by " + ended.asked.by + ": " + line;
      line.starts_with("loosened: ") ? log::warning(text, fields) : log::info(text, fields);
    }
  }
  if (told_ready_) sd_notify(0, "READY=1");
  for (const std::int64_t request : ended.asked.requests) {
    claim_thread_.post([this, request, ok, text = joined(lines)](StorageThread&, storage::Session& session) {
      if (storage::answer_reload(session, request, {owner_, ok, text})) return;
      // Found again, and answered then.
      boost::asio::post(io_, [this, request] { reload_requests_taken_.erase(request); });
    });
  }
  if (reload_wanted_ && !draining_) begin_reload();
}

void Runner::read_reload_requests() {
  if (draining_ || std::exchange(reload_requests_under_way_, true)) return;
  claim_thread_.post([this](StorageThread&, storage::Session& session) {
    auto requests = storage::reload_requests(session, settings_.last_reload_request, owner_);
    boost::asio::post(io_, [this, requests = std::move(requests)] {
      reload_requests_under_way_ = false;
      if (!requests) return storage_failed(requests.error(), StorageUse::controls);
      for (const storage::ReloadRequest& request : *requests) {
        if (!reload_requests_taken_.insert(request.id).second) continue;
        ask_reload({request.requested_by, {request.id}});
      }
    });
  });
}

// Twice the same is no longer being written.
void Runner::watch_files() {
  if (!settings_.daemon.reload.on_change || draining_ || reload_ || boot_time() < next_watch_) return;
  if (std::exchange(watching_files_, true)) return;
  next_watch_ = boot_time() + watch_interval;
  takeover_thread_.post([this, daemon = settings_.daemon](StorageThread&, storage::Session&) {
    boost::asio::post(io_, [this, seen = files_seen(daemon)] {
      watching_files_ = false;
      const bool same = std::exchange(files_glimpsed_, seen) == seen;
      if (reload_ || seen == files_seen_ || !same) return;
      files_seen_ = seen;
      ask_reload({"file change", {}});
    });
  });
}

}  // namespace dialerd::daemon
