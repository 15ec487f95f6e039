// The engine's events: what happened, and what the engine then knows. Decisions on the next steps are in
// engine_tick.cpp, what is learnt of calls after their POST in engine_news.cpp, the ends of attempts in
// engine_settle.cpp, gaining and losing an account in engine_ownership.cpp.
#include "campaign/engine.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dialerd::campaign {
namespace {

ratelimit::RequestBudget::Limits request_limits(const config::Requests& requests) {
  return {requests.per_second, requests.per_minute, requests.follow_percent};
}

}  // namespace

Engine::Account::Account(const AccountSettings& from, const FollowSettings& following)
    : settings(from),
      follow(following),
      node(from.limits, from.reserve_percent),
      callers(from.caller_numbers),
      requests(request_limits(from.requests)),
      follower(following),
      ended(following.details_for) {}

Engine::Campaign::Campaign(const CampaignSettings& from)
    : id(from.id),
      account(static_cast<std::size_t>(from.account)),
      share(from.config.share),
      caller_numbers(from.config.caller_numbers),
      call_template(from.config),
      gate(from.config),
      retry_policy(from.config.retry),
      limits_config(from.config.limits),
      node(from.config.limits),
      rotation(from.config.rotation),
      answer_rate_rest(from.config.answer_rate_rest) {
  if (from.config.pacing == config::Pacing::even) pace.emplace();
}

Engine::Engine(EngineSettings settings) : settings_(std::move(settings)) {
  for (const AccountSettings& account : settings_.accounts) accounts_.emplace_back(account, settings_.follow);
  for (const CampaignSettings& from : settings_.campaigns) {
    std::size_t index = campaigns_.size();
    campaigns_.emplace_back(from);
    campaign_index_.emplace(static_cast<std::int64_t>(from.id), index);
    add_campaign(accounts_.at(static_cast<std::size_t>(from.account)), index);
  }
  for (Account& account : accounts_) make_pools(account);
}

void Engine::add_campaign(Account& account, std::size_t index) {
  Campaign& campaign = campaigns_[index];
  account.campaigns.push_back(index);
  campaign.member = account.shares.add(campaign.share.weight, campaign.share.priority);
  campaign.pool.reset();
  campaign.callers.clear();
  for (const std::string& number : campaign.caller_numbers) campaign.callers.push_back(account.callers.add(number));
}

// Campaigns belong together that share a limited number, directly or by way of others.
void Engine::make_pools(Account& account) {
  std::vector<NumberPool> pools;
  for (std::size_t place = 0; place < account.campaigns.size(); ++place) {
    if (campaigns_[account.campaigns[place]].retiring) continue;
    NumberPool joined;
    joined.numbers = campaigns_[account.campaigns[place]].callers;
    joined.campaigns = {place};
    auto shares_limited = [&](const NumberPool& other) {
      return std::any_of(joined.numbers.begin(), joined.numbers.end(), [&](std::size_t number) {
        return account.callers.limited(number) &&
               std::find(other.numbers.begin(), other.numbers.end(), number) != other.numbers.end();
      });
    };
    for (auto other = pools.begin(); other != pools.end();) {
      if (!shares_limited(*other)) {
        ++other;
        continue;
      }
      joined.numbers.insert(joined.numbers.end(), other->numbers.begin(), other->numbers.end());
      joined.campaigns.insert(joined.campaigns.end(), other->campaigns.begin(), other->campaigns.end());
      other = pools.erase(other);
    }
    pools.push_back(std::move(joined));
  }
  std::erase_if(pools, [](const NumberPool& pool) { return pool.campaigns.size() < 2; });
  for (NumberPool& pool : pools) {
    std::sort(pool.numbers.begin(), pool.numbers.end());
    pool.numbers.erase(std::unique(pool.numbers.begin(), pool.numbers.end()), pool.numbers.end());
    std::sort(pool.campaigns.begin(), pool.campaigns.end());
    for (std::size_t place : pool.campaigns) {
      Campaign& campaign = campaigns_[account.campaigns[place]];
      campaign.pool = account.pools.size();
      campaign.pool_member = pool.shares.add(campaign.share.weight, campaign.share.priority);
    }
    account.pools.push_back(std::move(pool));
  }
}

Engine::Campaign* Engine::campaign_of(CampaignId id) {
  auto found = campaign_index_.find(static_cast<std::int64_t>(id));
  return found == campaign_index_.end() ? nullptr : &campaigns_[found->second];
}

Engine::Account& Engine::account_of(const Attempt& attempt) { return accounts_[campaigns_[attempt.campaign].account]; }

void Engine::clock_stepped(Now now, std::chrono::milliseconds by) {
  for (std::size_t i = 0; i < accounts_.size(); ++i) clock_stepped(now, AccountIndex{i}, by);
}

void Engine::clock_stepped(Now now, AccountIndex index, std::chrono::milliseconds by) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  account.follower.clock_stepped(by);
  account.node.clock_stepped(now);
  account.callers.clock_stepped(now);
  for (std::size_t i : account.campaigns) campaigns_[i].node.clock_stepped(now);
}

void Engine::set_wish(CampaignId id, CampaignWish wish) {
  if (Campaign* campaign = campaign_of(id)) campaign->wish = wish;
}

void Engine::set_clocks(MonoTime asked, CampaignId id, std::vector<std::string> clocks) {
  Campaign* campaign = campaign_of(id);
  // What was read before the latest settlement may not know the lead that became ready with it.
  if (campaign == nullptr || asked < campaign->clocks_grew) return;
  campaign->clocks = std::move(clocks);
}

void Engine::became_ready(Now now, Campaign& campaign, const std::string& clock, WallTime next_at) {
  campaign.nothing_ready = false;
  campaign.ready_since_claim = true;
  campaign.next_claim =
      std::min(campaign.next_claim, now.mono + std::max(next_at - now.wall, WallTime::duration::zero()));
  campaign.clocks_grew = now.mono;
  if (std::find(campaign.clocks.begin(), campaign.clocks.end(), clock) == campaign.clocks.end()) {
    campaign.clocks.push_back(clock);
  }
}

void Engine::rechecked(Now now, MonoTime asked, CampaignId id, const std::vector<Refusal>& refusals) {
  Campaign* campaign = campaign_of(id);
  if (campaign == nullptr || !campaign->rechecking) return;
  campaign->rechecking = false;
  Account& account = accounts_[campaign->account];
  MonoTime verdict_at = asked;
  if (now.mono - asked <= settings_.recheck_answer_max) {
    verdict_at = std::max(asked, now.mono - settings_.verdict_age_max);
  }
  for (const AttemptId& queued : campaign->queue) {
    Attempt& attempt = attempts_.at(queued);
    // What was claimed meanwhile was not asked about.
    if (std::exchange(attempt.rechecking, false)) attempt.verdict_at = verdict_at;
  }
  for (const Refusal& refusal : refusals) {
    auto place = std::find(campaign->queue.begin(), campaign->queue.end(), refusal.attempt);
    if (place == campaign->queue.end()) continue;
    campaign->queue.erase(place);
    --account.queued;
    Attempt& attempt = attempts_.at(refusal.attempt);
    refund_permits(attempt);
    if (refusal.code == "suppressed") {
      settle_finally(now, refusal.attempt, attempt, AttemptState::not_placed, LeadState::done, "suppressed", nullptr,
                     false);
    } else {
      settle_without_call(now, refusal.attempt, attempt, AttemptState::not_placed, "not_sent:" + refusal.code, nullptr,
                          refusal.until.value_or(now.wall));
    }
  }
}

void Engine::recheck_failed(Now now, CampaignId id) {
  Campaign* campaign = campaign_of(id);
  if (campaign == nullptr) return;
  campaign->rechecking = false;
  campaign->next_recheck = now.mono + settings_.idle_claim_interval;
}

bool Engine::answered(Now now, const AttemptId& id, const CreateAnswer& answer) {
  auto found = attempts_.find(id);
  if (found == attempts_.end() || found->second.phase != Phase::dialing) return false;
  Attempt& attempt = found->second;
  Campaign& campaign = campaigns_[attempt.campaign];
  Account& account = accounts_[campaign.account];
  --account.dialing;
  account.post_rate.answered(now.mono);

  account.requests.ended(now.mono, ratelimit::RequestBudget::Kind::create);
  bool may_be_a_call = answer.kind == AnswerKind::accepted || answer.kind == AnswerKind::unknown;
  if (may_be_a_call) {
    count_permits(now.mono, attempt);
  } else {
    refund_permits(attempt);
  }

  switch (answer.kind) {
    case AnswerKind::accepted:
      attempt.phase = Phase::open;
      attempt.call_id = answer.call_id;
      record(now, id, attempt, AttemptState::in_progress, answer);
      account.follower.open(now, id, answer.call_id, attempt.to_number);
      if (!attempt.hinted_call.empty()) account.follower.hint(now, id, answer.call_id);
      campaign.hold_off.success(now.mono);
      if (std::exchange(attempt.campaign_probe, false)) campaign.probing = false;
      if (!account.hold_off.cause() || account.hold_off.ends_when_accepted()) {
        account.hold_off.success(now.mono);
        end_probe(now.mono, attempt, true);
      }
      return true;
    case AnswerKind::unknown:
      attempt.phase = Phase::doubt;
      record(now, id, attempt, AttemptState::unknown, answer);
      account.follower.doubt(now.mono, id, attempt.to_number);
      if (!attempt.hinted_call.empty()) account.follower.hint(now, id, attempt.hinted_call);
      account.hold_off.line_failed(now.mono);
      end_probe(now.mono, attempt, false);
      return true;
    case AnswerKind::not_sent:
      account.hold_off.line_failed(now.mono);
      settle_without_call(now, id, attempt, AttemptState::not_placed, "not_sent", &answer, now.wall);
      return true;
    case AnswerKind::throttled:
      account.hold_off.line_works();
      account.hold_off.trouble(now.mono, Trouble::throttled, answer.retry_after);
      settle_without_call(now, id, attempt, AttemptState::not_placed, "throttled", &answer, now.wall);
      return true;
    case AnswerKind::account_fault:
      account.hold_off.line_works();
      account.hold_off.trouble(now.mono, Trouble::account_fault, answer.retry_after);
      settle_without_call(now, id, attempt, AttemptState::not_placed, "account_fault", &answer, now.wall);
      return true;
    case AnswerKind::rejected:
      // The API works, so the account is well; but a campaign with a wrong agent id must not use up its whole list.
      account.hold_off.line_works();
      campaign.hold_off.rejected(now.mono);
      settle_held(now, id, attempt, AttemptState::rejected, "rejected", &answer, false);
      return true;
  }
  return true;
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
    finish_permits(found->second);
    --campaign.open;
    remember_end(now, account, settlement);
    if (settlement.lead_state == LeadState::ready) {
      became_ready(now, campaign, found->second.facts.clock, settlement.next_at);
    }
    attempts_.erase(found);
  }
}

bool Engine::at_rest(const Account& account) const {
  bool claiming = std::any_of(account.campaigns.begin(), account.campaigns.end(),
                              [&](std::size_t i) { return campaigns_[i].claim.has_value(); });
  return !account.owned || (!claiming && account.queued == 0 && account.dialing == 0 && account.unwritten == 0);
}

bool Engine::drained() const {
  return std::all_of(accounts_.begin(), accounts_.end(), [&](const Account& account) { return at_rest(account); });
}

bool Engine::exhausted() const {
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    if (!exhausted(AccountIndex{i})) return false;
  }
  return true;
}

bool Engine::exhausted(AccountIndex index) const {
  const Account& account = accounts_[static_cast<std::size_t>(index)];
  return std::all_of(account.campaigns.begin(), account.campaigns.end(), [&](std::size_t i) {
    const Campaign& campaign = campaigns_[i];
    bool nothing_to_call = campaign.retiring || !is_to_go_on(campaign.wish) || campaign.over ||
                           campaign.nothing_ready || campaign.clocks.empty();
    return account.owned && nothing_to_call && campaign.open == 0 && !campaign.claim;
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
  snapshot.oldest_doubt = account.follower.oldest_doubt();
  snapshot.unwritten = account.unwritten;
  snapshot.trouble = trouble(index);
  return snapshot;
}

std::int64_t Engine::attempts_of(CampaignId campaign) const {
  return campaigns_[campaign_index_.at(static_cast<std::int64_t>(campaign))].open;
}

std::optional<CampaignId> Engine::campaign_of(const AttemptId& attempt) const {
  const auto found = attempts_.find(attempt);
  if (found == attempts_.end()) return std::nullopt;
  return campaigns_[found->second.campaign].id;
}

std::optional<Trouble> Engine::trouble(AccountIndex account) const {
  return accounts_[static_cast<std::size_t>(account)].hold_off.cause();
}

std::optional<Trouble> Engine::trouble(CampaignId campaign) const {
  return campaigns_[campaign_index_.at(static_cast<std::int64_t>(campaign))].hold_off.cause();
}

}  // namespace dialerd::campaign
