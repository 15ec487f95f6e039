// The database of a forecast: which leads are ready, in memory, and what a claim would bring. The order is that of
// storage/claim.cpp: callbacks inside their tolerance first, then by due time and id. Frequency caps and lock-outs are
// kept over the forecast's own calls to a lead, as if no two leads were the same person.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "campaign/engine.h"
#include "daemon/plan/lead_pool.h"

namespace dialerd::daemon::plan {

class VirtualStore {
 public:
  struct Campaign {
    LeadPool pool;
    std::chrono::seconds callback_tolerance{0};
    std::vector<config::FrequencyCap> frequency_caps;
    std::vector<config::LockOut> lock_outs;
  };

  VirtualStore(std::vector<Campaign> campaigns, std::uint64_t seed);

  // Campaigns by their place.
  std::vector<std::string> clocks(std::size_t campaign) const;
  campaign::ClaimAnswer claim(std::size_t campaign, const campaign::Claim& claim, WallTime now);
  // An attempt of before the forecast: its lead is taken in.
  void add_open(std::size_t campaign, const campaign::OpenAttempt& open);

  struct Lead {
    std::size_t campaign = 0;
    PackedLead* lead = nullptr;
  };
  Lead lead_of(const campaign::AttemptId& attempt);
  void settle(const campaign::Settlement& settlement);

  std::int64_t ready(std::size_t campaign) const { return campaigns_[campaign].ready; }
  std::int64_t open(std::size_t campaign) const { return campaigns_[campaign].open; }

  // The clocks of a campaign by number, and when the next lead of each is due; nullopt: it has no ready lead.
  std::span<const std::string> clock_names(std::size_t campaign) const;
  std::optional<WallTime> next_due(std::size_t campaign, std::size_t clock) const;

 private:
  struct Due {
    WallTime due{};
    std::uint32_t place = 0;  // in the pool; in the order of the ids
    friend auto operator<=>(const Due&, const Due&) = default;
  };
  // The ready leads of one clock.
  struct Queue {
    std::vector<Due> heap;  // the next one in front
    std::set<Due> callbacks;
  };
  // What caps and lock-outs remember of a lead.
  struct Contacts {
    std::vector<WallTime> attempts;
    std::vector<WallTime> conversations;
    WallTime locked_until{};
  };
  struct State {
    LeadPool pool;
    std::chrono::seconds callback_tolerance{0};
    std::vector<config::FrequencyCap> frequency_caps;
    std::vector<config::LockOut> lock_outs;
    std::unordered_map<std::uint32_t, Contacts> contacts;  // by place; of campaigns that have caps or lock-outs
    std::vector<Queue> queues;                             // by clock
    std::int64_t ready = 0;
    std::int64_t open = 0;
  };
  struct Open {
    std::size_t campaign = 0;
    std::uint32_t place = 0;
  };

  static bool remembers(const State& state) { return !state.frequency_caps.empty() || !state.lock_outs.empty(); }
  static WallTime allowed_from(const State& state, std::uint32_t place);
  static void remember(State& state, std::uint32_t place, const campaign::Settlement& settlement);
  void make_ready(State& state, std::uint32_t place);
  std::optional<std::uint32_t> take(State& state, std::span<const std::size_t> open_queues, WallTime now);
  campaign::AttemptId next_attempt(WallTime now);

  std::vector<State> campaigns_;
  std::unordered_map<campaign::AttemptId, Open> open_;
  std::uint64_t random_;
};

}  // namespace dialerd::daemon::plan
