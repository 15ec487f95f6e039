// Retries: what follows a call, and never earlier than the policy says.
#include <algorithm>
#include <map>

#include "tests/simulation/checker.h"
#include "tests/simulation/oracle.h"

namespace dialerd::simulation {
namespace {

using campaign::AttemptState;
using campaign::LeadState;
using config::AfterCall;

// In which timezone the lead's days are counted.
std::string zone_of(const config::CampaignConfig& config, const std::string& clock) {
  std::string zone = oracle::zone_of(config, clock);
  return zone.empty() ? config.timezone : zone;
}

bool opens_in_another_daypart(const config::CampaignConfig& config, const std::string& clock, WallTime from,
                              oracle::Daypart called) {
  std::string zone = zone_of(config, clock);
  for (WallTime at = from; at < from + std::chrono::hours{24 * 10}; at += std::chrono::minutes{5}) {
    if (oracle::may_be_called_at(config, clock, at) &&
        oracle::may_be_called_at(config, clock, at + config.window_margin) && oracle::daypart(zone, at) != called)
      return true;
  }
  return false;
}

bool opens_before(const config::CampaignConfig& config, const std::string& clock, WallTime from, WallTime end_date) {
  for (WallTime at = from; at < end_date + std::chrono::hours{48}; at += std::chrono::minutes{1}) {
    if (oracle::may_be_called_at(config, clock, at) &&
        oracle::may_be_called_at(config, clock, at + config.window_margin))
      return true;
  }
  return false;
}

// Whether each of the campaign's numbers, of which there are several, can place a call at any time, and always could.
bool others_can_be_had(const Books& books, const config::CampaignConfig& config) {
  if (config.caller_numbers.size() < 2) return false;
  for (const campaign::CampaignSettings& campaign : books.world.scenario.settings.campaigns) {
    if (campaign.config.answer_rate_rest) return false;
  }
  for (const auto& revisions : books.world.revisions) {
    for (const Revision& revision : revisions) {
      if (&revision != &revisions.front()) return false;
      for (const std::string& number : config.caller_numbers) {
        auto said = revision.account.caller_numbers.find(number);
        if (said != revision.account.caller_numbers.end() && !(said->second == config::CallerNumber{})) return false;
      }
    }
  }
  return true;
}

class Lead {
 public:
  Lead(const Books& books, Verdict& verdict) : books_(books), verdict_(verdict) {}

  void walk(const std::vector<const Case*>& cases) {
    const Case* before = nullptr;
    for (const Case* one : cases) {
      if (before != nullptr) follows(*before, *one);
      ended(*one);
      before = one;
    }
  }

 private:
  void follows(const Case& before, const Case& next) {
    const campaign::Settlement& settled = before.row->settlement;
    if (next.post != nullptr && next.post->from_number == avoided_)
      verdict_.add(next, "was placed from the caller number that it should not have been");
    // A callback that a person promised meanwhile goes before.
    if (!next.row->promised && next.row->claimed < settled.next_at) verdict_.add(next, "was claimed before it was due");
    if (next.row->facts.number_index != settled.number_index)
      verdict_.add(next, "dials another of its lead's numbers than was decided");
    if (!is_terminal(before.row->state)) verdict_.add(next, "was claimed while the attempt before was open");
  }

  void ended(const Case& one) {
    const AttemptRow& row = *one.row;
    const campaign::Settlement& settled = row.settlement;
    if (row.outcomes == 0) return;
    if (row.state == AttemptState::ended) avoided_.clear();
    if (row.state != AttemptState::ended) {
      bool no_call = row.state == AttemptState::not_placed;
      if (settled.lead_state == LeadState::ready && no_call && settled.callback != row.facts.callback)
        verdict_.add(one, "made no call, and the promised callback was forgotten");
      if (settled.lead_state == LeadState::ready && settled.number_index != row.facts.number_index)
        verdict_.add(one, "made no call, and another number is next");
      return;
    }
    const config::CampaignConfig& config = books_.config_of_end(one);
    // As the provider told it: in milliseconds, and only for calls that were connected.
    std::optional<milliseconds> talk;
    if (one.call->status == "ended") {
      auto& clock = books_.world.clock;
      talk = clock.provider_at(one.call->ended) - clock.provider_at(one.call->connected);
    }
    oracle::Policy policy = oracle::policy_of(config.retry, settled.disposition, talk);
    bool refusal = oracle::is_refusal(settled.disposition);
    if (!refusal) ++attempts_;
    int retried = retries_[policy.key];

    AfterCall then = policy.then;
    if (then == AfterCall::retry && !refusal && attempts_ >= config.retry.max_attempts) then = AfterCall::done;
    if (then == AfterCall::retry && policy.max && retried >= *policy.max) then = AfterCall::done;
    if (then == AfterCall::retry) {
      if (settled.decision == "expired" && (row.facts.expires_at || config.lead_lifetime)) return;
      if (settled.decision == "no_calling_window" && !oracle::ever_opens(config, row.facts.clock)) return;
    }
    LeadState expected = then == AfterCall::retry  ? LeadState::ready
                         : then == AfterCall::done ? LeadState::done
                                                   : LeadState::held;
    if (settled.lead_state != expected)
      return verdict_.add(one, "ended with " + settled.disposition + ", and its lead is " +
                                   std::string(to_string(settled.lead_state)) + " instead of " +
                                   std::string(to_string(expected)));
    if (then != AfterCall::retry) return;
    ++retries_[policy.key];
    retry(one, policy, talk, policy.delays[std::min(static_cast<std::size_t>(retried), policy.delays.size() - 1)]);
  }

  void retry(const Case& one, const oracle::Policy& policy, std::optional<milliseconds> talk,
             const config::Delay& delay) {
    const config::CampaignConfig& config = books_.config_of_end(one);
    const AttemptRow& row = *one.row;
    const campaign::Settlement& settled = row.settlement;
    std::string zone = zone_of(config, row.facts.clock);
    WallTime end = row.decided.wall;
    auto day = [&](WallTime at) { return oracle::local_time(zone, at).date; };

    if (policy.next_caller_number && others_can_be_had(books_, config)) avoided_ = one.call->from_number;
    // A refusal was no call: the promise stands.
    if (settled.callback && !oracle::is_refusal(settled.disposition))
      verdict_.add(one, "was answered, and still counts as a promised callback");
    if (settled.next_at < end + delay.time) verdict_.add(one, "is retried earlier than its delay");
    if (delay.next_day && day(settled.next_at) <= day(end)) verdict_.add(one, "is retried on the same day");
    // Unless the campaign is over before it opens again.
    bool over = config.end_date && !opens_before(config, row.facts.clock, settled.next_at, *config.end_date);
    if (!over && !oracle::may_be_called_at(config, row.facts.clock, settled.next_at))
      verdict_.add(one, "is retried at a time when its lead may not be called");
    int next_number = row.facts.number_index;
    if (policy.next_number) next_number = (row.facts.number_index + 1) % row.facts.number_count;
    if (settled.number_index != next_number) verdict_.add(one, "goes on with the wrong number of its lead");
    if (policy.different_daypart && !over) {
      oracle::Daypart called = oracle::daypart(zone, end - talk.value_or(milliseconds{0}));
      if (oracle::daypart(zone, settled.next_at) == called &&
          opens_in_another_daypart(config, row.facts.clock, settled.next_at, called))
        verdict_.add(one, "is retried in the same part of the day");
    }
  }

  const Books& books_;
  Verdict& verdict_;
  int attempts_ = 0;
  std::map<std::string, int> retries_;
  std::string avoided_;  // the next call comes from another caller number than this
};

void max_per_day(const Books& books, const std::vector<const Case*>& cases, Verdict& verdict) {
  const config::CampaignConfig& config = books.config(*cases.front());
  if (!config.retry.max_per_day) return;
  std::map<std::chrono::sys_days, std::int64_t> calls;
  std::string zone = zone_of(config, cases.front()->row->facts.clock);
  for (const Case* one : cases) {
    if (one->post == nullptr || one->row->state != AttemptState::ended || !one->row->settlement.counted) continue;
    if (++calls[oracle::local_time(zone, one->post->handed_wall).date] > *config.retry.max_per_day)
      return verdict.add(*one, "was one call too many on its day");
  }
}

}  // namespace

void check_retries(const Books& books, Verdict& verdict) {
  for (const auto& [lead, cases] : books.of_lead) {
    Lead(books, verdict).walk(cases);
    // The days that a clock pretended are not the person's.
    if (!books.stepped()) max_per_day(books, cases, verdict);
  }
}

}  // namespace dialerd::simulation
