#include "tests/simulation/checker.h"

#include <algorithm>
#include <map>
#include <set>

#include <date/tz.h>

namespace dialerd::simulation {
namespace {

using campaign::AttemptState;
using campaign::LeadState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Verdict {
 public:
  explicit Verdict(const World& world) : world_(world) {}

  std::vector<std::string> broken;

  void never_twice() {
    std::set<campaign::AttemptId> posted;
    for (const Post& post : world_.posts) {
      if (!posted.insert(post.attempt).second)
        broken.push_back("attempt " + to_string(post.attempt) + " was POSTed twice");
      if (!world_.store.attempts.contains(post.attempt)) broken.push_back("a POST without an intent in the store");
    }
    // A call that outlived the daemon's patience is given up as abandoned, and its lead held.
    std::map<std::string, const ProviderCall*> last;
    for (const ProviderCall& call : world_.provider.calls) {
      const ProviderCall*& before = last[call.to_number];
      if (before != nullptr && call.counted < before->ended)
        broken.push_back("lead " + call.to_number + " had two calls at once");
      before = &call;
    }
  }

  void never_over() {
    const config::Limits& account = world_.settings.accounts[0].limits;
    const config::Limits& campaign = world_.settings.campaigns[0].config.limits;
    for (const config::Limits* limits : {&account, &campaign}) {
      window(limits->per_minute, minutes{1}, "per_minute");
      window(limits->per_hour, hours{1}, "per_hour");
      window(limits->per_day, hours{24}, "per_day");
      if (limits->concurrency) concurrency(*limits->concurrency);
      if (limits->per_second) {
        for (std::size_t i = 0; i + static_cast<std::size_t>(*limits->per_second) < world_.posts.size(); ++i) {
          auto n = static_cast<std::size_t>(*limits->per_second);
          if (dialled_[i + n] - dialled_[i] < seconds{1}) broken.push_back("per_second exceeded");
        }
      }
    }
  }

  void never_out_of_bounds() {
    const config::CampaignConfig& config = world_.settings.campaigns[0].config;
    const auto* zone = date::locate_zone(config.timezone);
    for (const Post& post : world_.posts) {
      auto local = zone->to_local(post.dialled_wall + config.window_margin);
      auto day = date::floor<date::days>(local);
      auto minute = std::chrono::duration_cast<minutes>(local - day).count();
      auto weekday = date::weekday{day}.iso_encoding();
      bool inside = std::any_of(
          config.calling_windows.begin(), config.calling_windows.end(), [&](const config::CallingWindow& window) {
            return window.weekday == weekday && minute >= window.from_minute && minute < window.to_minute;
          });
      if (!inside) broken.push_back("attempt " + to_string(post.attempt) + " was dialled outside the calling windows");
    }
  }

  void never_lost() {
    std::map<campaign::AttemptId, const ProviderCall*> calls;
    for (const ProviderCall& call : world_.provider.calls) calls[call.attempt] = &call;
    std::map<campaign::LeadId, int> counted;
    for (const auto& [id, row] : world_.store.attempts) {
      std::string name = "attempt " + to_string(id);
      if (!is_terminal(row.state)) broken.push_back(name + " has no outcome");
      if (row.outcomes > 1) broken.push_back(name + " has two outcomes");
      if (row.counted) ++counted[row.lead];
      auto call = calls.find(id);
      bool made = call != calls.end();
      if (row.state == AttemptState::ended && (!made || call->second->reason != row.disposition)) {
        broken.push_back(name + " ended with " + row.disposition + ", which the provider did not say");
      }
      if (made && row.state != AttemptState::ended && row.state != AttemptState::abandoned) {
        broken.push_back(name + " made a call but is recorded as " + row.disposition);
      }
    }
    for (const auto& [id, lead] : world_.store.leads) {
      std::string name = "lead " + std::to_string(static_cast<std::int64_t>(id));
      if (lead.state != LeadState::done && lead.state != LeadState::held)
        broken.push_back(name + " is neither done nor held");
      if (lead.attempts != counted[id]) broken.push_back(name + " has a wrong count of attempts");
      if (lead.attempts > world_.settings.campaigns[0].config.retry.max_attempts)
        broken.push_back(name + " was called too often");
    }
  }

  void prepare() {
    for (const ProviderCall& call : world_.provider.calls) counted_.push_back(call.counted);
    std::sort(counted_.begin(), counted_.end());
    for (const Post& post : world_.posts) dialled_.push_back(post.dialled);
    std::sort(dialled_.begin(), dialled_.end());
  }

 private:
  void window(std::optional<std::int64_t> limit, nanoseconds length, const std::string& name) {
    if (!limit) return;
    auto n = static_cast<std::size_t>(*limit);
    for (std::size_t i = 0; i + n < counted_.size(); ++i) {
      if (counted_[i + n] - counted_[i] < length) {
        broken.push_back(name + " exceeded");
        return;
      }
    }
  }

  void concurrency(std::int64_t limit) {
    std::vector<std::pair<MonoTime, int>> changes;
    for (const ProviderCall& call : world_.provider.calls) {
      changes.emplace_back(call.counted, 1);
      // Beyond the daemon's patience a call holds no slot any more: said in docs/configuration.md at abandon_after.
      changes.emplace_back(std::min(call.ended, call.counted + world_.settings.follow.abandon_after), -1);
    }
    std::sort(changes.begin(), changes.end());
    std::int64_t open = 0;
    for (const auto& [at, change] : changes) {
      open += change;
      if (open > limit) {
        broken.push_back("concurrency exceeded");
        return;
      }
    }
  }

  const World& world_;
  std::vector<MonoTime> counted_;
  std::vector<MonoTime> dialled_;
};

}  // namespace

std::vector<std::string> check(const World& world) {
  Verdict verdict(world);
  verdict.prepare();
  verdict.never_twice();
  verdict.never_over();
  verdict.never_out_of_bounds();
  verdict.never_lost();
  return std::move(verdict.broken);
}

}  // namespace dialerd::simulation
