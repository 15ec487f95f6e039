// Never out of bounds: where and when the lead is, what it consented to, who opted out, which lists are in order, and
// what an operator paused; at the moment when a call is handed out.
#include <algorithm>
#include <map>

#include "tests/simulation/checker.h"
#include "tests/simulation/oracle.h"

namespace dialerd::simulation {
namespace {

// A POST leaves at most this long after its hand-out (EngineSettings::send_deadline bounds it).
constexpr std::chrono::seconds way_out{10};

void clock_and_data(const Books& books, const Case& one, Verdict& verdict) {
  const config::CampaignConfig& config = books.config(one);
  const campaign::LeadFacts& facts = one.row->facts;
  WallTime handed = one.post->handed_wall;
  if (oracle::zone_of(config, facts.clock).empty()) return verdict.add(one, "was dialled in an unknown timezone");
  if (!oracle::may_be_called_at(config, facts.clock, handed))
    verdict.add(one, "was dialled when its lead may not be called");
  if (!oracle::may_be_called_at(config, facts.clock, handed + config.window_margin))
    verdict.add(one, "was dialled too close to the end of its lead's hours");
  if (std::string why = oracle::forbidden(config, facts, handed); !why.empty()) verdict.add(one, "was dialled: " + why);
  if (one.post->left && *one.post->left >= one.post->send_by) verdict.add(one, "left after its deadline");
  if (one.post->handed > one.row->claimed_mono + way_out) verdict.add(one, "was handed out long after its claim");
}

bool concerns(const World& world, const OptOut& entry, const AttemptRow& row) {
  if (entry.number != row.person && entry.number != row.dialled) return false;
  if (entry.account && *entry.account != static_cast<std::size_t>(world.scenario.campaign(row.campaign).account))
    return false;
  return !entry.campaign || *entry.campaign == row.campaign;
}

void opt_outs(const Books& books, const Case& one, Verdict& verdict) {
  for (const OptOut& entry : books.world.store.opt_outs) {
    if (!concerns(books.world, entry, *one.row)) continue;
    if (entry.committed < one.row->claimed_mono) verdict.add(one, "was dialled after an opt-out that its claim knew");
    // A slow answer counts at the moment when it arrives, for what the database knew when it was asked.
    const campaign::EngineSettings& settings = books.world.scenario.settings;
    bool just_answered = one.post->rechecked == one.post->handed;
    if (entry.committed + (just_answered ? settings.recheck_answer_max : settings.verdict_age_max) < one.post->handed)
      verdict.add(one, "was dialled in spite of an opt-out");
  }
}

void required_lists(const Books& books, const Case& one, Verdict& verdict) {
  for (const config::Rules& rules : books.config(one).rules) {
    for (const config::RequiredList& list : rules.required_lists) {
      auto loads = books.world.store.list_loads.find(list.name);
      // By the order in which they were loaded: the clock may have been set between them.
      const ListLoad* latest = nullptr;
      if (loads != books.world.store.list_loads.end()) {
        for (const ListLoad& load : loads->second) {
          if (load.at_mono <= one.row->claimed_mono) latest = &load;
        }
      }
      bool fresh = latest != nullptr && (!list.max_age || one.row->claimed - latest->at <= *list.max_age);
      if (!fresh) verdict.add(one, "was claimed without the list " + list.name);
    }
  }
}

void paused(const Books& books, Verdict& verdict) {
  for (const Case& one : books.cases) {
    if (one.post == nullptr) continue;
    bool paused = false;
    for (const PauseTold& told : books.world.pauses) {
      if (told.campaign != one.row->campaign || told.process != one.post->process) continue;
      if (told.at < one.post->handed) paused = told.paused;
    }
    if (paused) verdict.add(one, "was dialled while its campaign was paused");
  }
}

// Of what one claim brought, callbacks leave first.
void callbacks_first(const Books& books, Verdict& verdict) {
  auto promised = [&](const Case& one) {
    return one.row->facts.callback && one.row->claimed < one.row->due_at + books.config(one).callback_tolerance;
  };
  std::map<std::uint64_t, MonoTime> first_other;  // by claim
  for (const Case& one : books.cases) {
    if (one.post == nullptr || promised(one)) continue;
    auto [found, is_first] = first_other.try_emplace(one.row->claim, one.post->handed);
    if (!is_first) found->second = std::min(found->second, one.post->handed);
  }
  for (const Case& one : books.cases) {
    if (one.post == nullptr || !promised(one)) continue;
    auto other = first_other.find(one.row->claim);
    if (other != first_other.end() && other->second < one.post->handed)
      verdict.add(one, "was promised a callback, and others of its claim were dialled before");
  }
}

}  // namespace

void check_gate(const Books& books, Verdict& verdict) {
  for (const Case& one : books.cases) {
    required_lists(books, one, verdict);
    if (one.post == nullptr) continue;
    clock_and_data(books, one, verdict);
    opt_outs(books, one, verdict);
  }
  paused(books, verdict);
  callbacks_first(books, verdict);
}

}  // namespace dialerd::simulation
