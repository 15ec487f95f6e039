// The engine's events: what happened, and what the engine then knows. Decisions on the next steps are in
// engine_tick.cpp, the ends of attempts in engine_settle.cpp, gaining and losing an account in engine_ownership.cpp.
#include "campaign/engine.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dialerd::campaign {
namespace {

ratelimit::NodeLimits node_limits(const config::Limits& limits) {
  return {limits.concurrency, limits.per_second, limits.per_minute, limits.per_hour, limits.per_day};
}

bool is_running(const CallNews& news) {
  return news.disconnection_reason.empty() && news.status != "ended" && news.status != "error" &&
         news.status != "canceled" && news.status != "not_connected";
}

}  // namespace

Engine::Account::Account(const AccountSettings& from)
    : settings(from), limits(node_limits(from.limits)), follower(FollowSettings{}) {}

Engine::Campaign::Campaign(const CampaignSettings& from)
    : id(from.id),
      account(static_cast<std::size_t>(from.account)),
      call_template(from.config),
      calendar(from.config.timezone, from.config.calling_windows, from.config.window_margin),
      retry_policy(from.config.retry),
      caller_numbers(from.config.caller_numbers),
      node_limits(dialerd::campaign::node_limits(from.config.limits)),
      limits(node_limits) {}

Engine::Engine(EngineSettings settings) : settings_(std::move(settings)) {
  for (const AccountSettings& account : settings_.accounts) {
    accounts_.emplace_back(account).follower = Follower(settings_.follow);
  }
  for (const CampaignSettings& campaign : settings_.campaigns) {
    std::size_t index = campaigns_.size();
    campaigns_.emplace_back(campaign);
    campaign_index_.emplace(static_cast<std::int64_t>(campaign.id), index);
    accounts_.at(static_cast<std::size_t>(campaign.account)).campaigns.push_back(index);
  }
}

Engine::Campaign* Engine::campaign_of(CampaignId id) {
  auto found = campaign_index_.find(static_cast<std::int64_t>(id));
  return found == campaign_index_.end() ? nullptr : &campaigns_[found->second];
}

Engine::Account& Engine::account_of(const Attempt& attempt) { return accounts_[campaigns_[attempt.campaign].account]; }

void Engine::clock_stepped(std::chrono::milliseconds by) {
  for (Account& account : accounts_) account.follower.clock_stepped(by);
}

void Engine::set_paused(CampaignId id, bool paused) {
  if (Campaign* campaign = campaign_of(id)) campaign->paused = paused;
}

void Engine::claimed(Now now, CampaignId id, std::uint64_t number, ClaimAnswer answer) {
  Campaign* campaign = campaign_of(id);
  // The answer to a claim of an ownership that was lost since: its attempts are in the history that was read
  // afterwards.
  if (campaign == nullptr || !campaign->claim || campaign->claim->number != number) return;
  Account& account = accounts_[campaign->account];
  Claim asked = *std::exchange(campaign->claim, std::nullopt);
  MonoTime send_by = campaign->claim_asked + settings_.send_deadline;

  auto brought = static_cast<std::int64_t>(answer.leads.size());
  assert(brought <= asked.leads);
  campaign->limits.cancel(asked.leads - brought);
  account.limits.cancel(asked.leads - brought);
  // Only ever on: the controls, read beside the claims, may know of a later pause.
  if (answer.paused) campaign->paused = true;
  account.claiming -= asked.leads;
  // A settlement that made a lead ready while the claim was under way may have been too late for it to see.
  campaign->nothing_ready = brought < asked.leads && !answer.paused && !answer.next_due && !campaign->ready_since_claim;
  if (brought < asked.leads) {
    auto wait = answer.next_due.value_or(settings_.idle_claim_interval);
    wait = std::clamp(wait, std::chrono::milliseconds{10}, settings_.idle_claim_interval);
    campaign->next_claim = now.mono + wait;
  }

  for (ClaimedLead& lead : answer.leads) {
    Attempt& attempt = attempts_[lead.attempt];
    attempt.campaign = campaign_index_.at(static_cast<std::int64_t>(id));
    attempt.lead = lead.lead;
    attempt.attempts_before = lead.attempts;
    attempt.reason_counts = std::move(lead.reason_counts);
    attempt.from_number = campaign->caller_numbers[campaign->next_caller++ % campaign->caller_numbers.size()];
    attempt.send_by = send_by;
    ++campaign->open;

    auto rendered = campaign->call_template.render(lead, attempt.from_number);
    if (auto* missing = std::get_if<MissingField>(&rendered)) {
      campaign->limits.refund();
      account.limits.refund();
      settle_held(now, lead.attempt, attempt, AttemptState::not_placed, "missing_field:" + missing->field, nullptr,
                  false);
      continue;
    }
    attempt.request = std::move(std::get<CallRequest>(rendered));
    campaign->queue.push_back(lead.attempt);
    ++account.queued;
  }
}

void Engine::claim_failed(Now now, CampaignId id, std::uint64_t number) {
  Campaign* campaign = campaign_of(id);
  if (campaign == nullptr || !campaign->claim || campaign->claim->number != number) return;
  Claim asked = *std::exchange(campaign->claim, std::nullopt);
  Account& account = accounts_[campaign->account];
  campaign->limits.cancel(asked.leads);
  account.limits.cancel(asked.leads);
  account.claiming -= asked.leads;
  campaign->next_claim = now.mono + settings_.idle_claim_interval;
}

void Engine::answered(Now now, const AttemptId& id, const CreateAnswer& answer) {
  auto found = attempts_.find(id);
  if (found == attempts_.end() || found->second.phase != Phase::dialing) return;
  Attempt& attempt = found->second;
  Campaign& campaign = campaigns_[attempt.campaign];
  Account& account = accounts_[campaign.account];
  --account.dialing;

  bool may_be_a_call = answer.kind == AnswerKind::accepted || answer.kind == AnswerKind::unknown;
  if (may_be_a_call) {
    campaign.limits.answered(now.mono);
    account.limits.answered(now.mono);
  } else {
    campaign.limits.refund();
    account.limits.refund();
  }

  switch (answer.kind) {
    case AnswerKind::accepted:
      attempt.phase = Phase::open;
      attempt.call_id = answer.call_id;
      record(now, id, attempt, AttemptState::in_progress, answer);
      account.follower.open(now, id, answer.call_id);
      campaign.hold_off.success(now.mono);
      if (std::exchange(attempt.campaign_probe, false)) campaign.probing = false;
      if (!account.hold_off.cause() || account.hold_off.ends_when_accepted()) {
        account.hold_off.success(now.mono);
        end_probe(now.mono, attempt, true);
      }
      return;
    case AnswerKind::unknown:
      attempt.phase = Phase::doubt;
      record(now, id, attempt, AttemptState::unknown, answer);
      account.follower.doubt(now.mono, id);
      account.hold_off.line_failed(now.mono);
      end_probe(now.mono, attempt, false);
      return;
    case AnswerKind::not_sent:
      account.hold_off.line_failed(now.mono);
      settle_without_call(now, id, attempt, AttemptState::not_placed, "not_sent", &answer, now.wall);
      return;
    case AnswerKind::throttled:
      account.hold_off.line_works();
      account.hold_off.trouble(now.mono, Trouble::throttled, answer.retry_after);
      settle_without_call(now, id, attempt, AttemptState::not_placed, "throttled", &answer, now.wall);
      return;
    case AnswerKind::account_fault:
      account.hold_off.line_works();
      account.hold_off.trouble(now.mono, Trouble::account_fault, answer.retry_after);
      settle_without_call(now, id, attempt, AttemptState::not_placed, "account_fault", &answer, now.wall);
      return;
    case AnswerKind::rejected:
      // The API works, so the account is well; but a campaign with a wrong agent id must not use up its whole list.
      account.hold_off.line_works();
      campaign.hold_off.rejected(now.mono);
      settle_held(now, id, attempt, AttemptState::rejected, "rejected", &answer, false);
      return;
  }
}

void Engine::news(Now now, AccountIndex index, const CallNews& news) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  if (!account.owned) return;
  auto matched = account.follower.match(news);
  if (!matched) return;
  auto found = attempts_.find(*matched);
  if (found == attempts_.end()) return;
  Attempt& attempt = found->second;

  if (attempt.phase == Phase::doubt) {
    // Found: the POST did make a call.
    count_late(now.mono, attempt);
    attempt.call_id = news.call_id;
    // Which caller number an earlier process chose, it may not have lived to record.
    if (attempt.from_number.empty()) attempt.from_number = news.from_number;
    attempt.phase = Phase::open;
    CreateAnswer answer;
    answer.call_id = news.call_id;
    answer.detail = "found in the provider's list";
    record(now, *matched, attempt, AttemptState::in_progress, answer);
    account.follower.open(now, *matched, news.call_id);
  }
  if (is_running(news)) {
    account.follower.seen(now, *matched);
    if (attempt.probe && news.status == "ongoing") {
      account.hold_off.success(now.mono);
      end_probe(now.mono, attempt, true);
    }
    return;
  }
  settle_ended(now, *matched, attempt, news);
}

void Engine::list_pass_ended(Now now, AccountIndex index, bool complete,
                             std::optional<std::chrono::seconds> retry_after) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  if (!account.owned) return;
  for (const AttemptId& id : account.follower.pass_ended(now, complete, retry_after)) {
    Attempt& attempt = attempts_.at(id);
    count_late(now.mono, attempt);
    settle_not_placed(now, id, attempt);
  }
  for (const AttemptId& id : account.follower.abandoned(now)) {
    // Whether and how the person was reached is not known: for a person to decide.
    Attempt& attempt = attempts_.at(id);
    count_late(now.mono, attempt);
    settle_held(now, id, attempt, AttemptState::abandoned, "abandoned", nullptr, true);
  }
}

void Engine::looked_up(Now now, AccountIndex index, const AttemptId& attempt, const std::optional<CallNews>& call) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  if (!account.owned) return;
  account.follower.look_up_ended(attempt);
  if (call) news(now, index, *call);
}

void Engine::stored(Now now, AccountIndex index, const Write& write) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  if (!account.owned) return;
  for (const Record& record : write.records) {
    if (attempts_.contains(record.attempt)) --account.unwritten;
  }
  for (const Settlement& settlement : write.settlements) {
    auto found = attempts_.find(settlement.attempt);
    if (found == attempts_.end()) continue;
    Campaign& campaign = campaigns_[found->second.campaign];
    --account.unwritten;
    account.limits.finish();
    campaign.limits.finish();
    --campaign.open;
    if (settlement.lead_state == LeadState::ready) {
      campaign.nothing_ready = false;
      campaign.ready_since_claim = true;
      campaign.next_claim =
          std::min(campaign.next_claim, now.mono + std::max(settlement.next_at - now.wall, WallTime::duration::zero()));
    }
    attempts_.erase(found);
  }
}

bool Engine::drained() const {
  return std::all_of(accounts_.begin(), accounts_.end(), [&](const Account& account) {
    bool claiming = std::any_of(account.campaigns.begin(), account.campaigns.end(),
                                [&](std::size_t i) { return campaigns_[i].claim.has_value(); });
    return !account.owned || (!claiming && account.queued == 0 && account.dialing == 0 && account.unwritten == 0);
  });
}

bool Engine::exhausted() const {
  return std::all_of(campaigns_.begin(), campaigns_.end(), [&](const Campaign& campaign) {
    return accounts_[campaign.account].owned && campaign.nothing_ready && campaign.open == 0 && !campaign.claim;
  });
}

AccountSnapshot Engine::snapshot(AccountIndex index) const {
  const Account& account = accounts_[static_cast<std::size_t>(index)];
  AccountSnapshot snapshot;
  snapshot.name = account.settings.name;
  snapshot.owned = account.owned;
  snapshot.dialing = account.dialing;
  snapshot.doubts = static_cast<std::int64_t>(account.follower.doubts());
  snapshot.open = static_cast<std::int64_t>(account.follower.size()) - snapshot.doubts;
  snapshot.unwritten = account.unwritten;
  snapshot.trouble = trouble(index);
  return snapshot;
}

std::optional<Trouble> Engine::trouble(AccountIndex account) const {
  return accounts_[static_cast<std::size_t>(account)].hold_off.cause();
}

std::optional<Trouble> Engine::trouble(CampaignId campaign) const {
  return campaigns_[campaign_index_.at(static_cast<std::int64_t>(campaign))].hold_off.cause();
}

}  // namespace dialerd::campaign
