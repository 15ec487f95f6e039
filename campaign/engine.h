// The dialler's decisions: who may be called now, what an answer means, what becomes of a lead.
//
// A state machine without I/O. The shell (daemon/, or a simulation) tells it what happened, each time with the time,
// and carries out what tick() returns. It never reads a clock, sleeps, or draws a random number.
//
//   permit -> claim -> dial -> record -> follow -> settle
//
// An attempt's way in here:
//
//   queued --tick--> dialing --accepted--> open --news of the end--> settling --stored--> gone
//      |                |-----unknown----> doubt --seen in a list--> open
//      |                |                    '------absent twice--> settling
//      '--gate closed---'--no call made---------------------------> settling
//
// Promises that rest here: an attempt is handed out in Commands::calls at most once; permits of the whole path
// (account, campaign, caller number) are taken before, and a call's slots are freed only when its settlement is stored;
// the gate is asked when a lead is claimed and again when it is dialled; what cannot be decided is held.
//
// Not thread-safe: one thread, the event loop's, owns it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "campaign/attempt.h"
#include "campaign/binding.h"
#include "campaign/call.h"
#include "campaign/call_template.h"
#include "campaign/caller_numbers.h"
#include "campaign/campaign_wish.h"
#include "campaign/condition.h"
#include "campaign/ended_calls.h"
#include "campaign/engine_commands.h"
#include "campaign/even_pace.h"
#include "campaign/follower.h"
#include "campaign/gate.h"
#include "campaign/history.h"
#include "campaign/hold_off.h"
#include "campaign/lead.h"
#include "campaign/limit_use.h"
#include "campaign/limited_node.h"
#include "campaign/post_rate.h"
#include "campaign/retry_policy.h"
#include "config/campaign_config.h"
#include "config/daemon_config.h"
#include "ratelimit/fair_share.h"
#include "ratelimit/request_budget.h"

namespace dialerd::campaign {

struct AccountSettings {
  std::string name;
  config::Limits limits;
  // POSTs that may wait for a connection or an answer: enough to keep every connection busy, few enough that each
  // leaves well before its send deadline. More, while the provider answers more within a moment (PostRate).
  std::int64_t dialing_max = 256;
  // No more than this many POSTs are handed out at once, so that none waits for a connection and leaves later: past
  // what the gate said of it, or close behind another.
  std::int64_t connections = 64;
  std::int64_t reserve_percent = 0;
  config::Requests requests;
  std::map<std::string, config::CallerNumber> caller_numbers;
};

struct CampaignSettings {
  CampaignId id{};
  AccountIndex account{};
  config::CampaignConfig config;
};

// An account's part of the configuration.
struct AccountConfiguration {
  AccountSettings account;
  std::vector<CampaignSettings> campaigns;  // all of them; each of this account
  FollowSettings follow;
};

struct EngineSettings {
  std::vector<AccountSettings> accounts;
  std::vector<CampaignSettings> campaigns;
  FollowSettings follow;
  std::int64_t claim_max = 1000;           // leads in one claim
  std::chrono::seconds send_deadline{10};  // from the claim's request to the first byte of the POST
  // A claimed lead that has waited longer than this since the database last allowed it is asked for once more before it
  // is dialled: an opt-out holds from then on.
  std::chrono::milliseconds verdict_age_max{250};
  // A database that answers that question more slowly than verdict_age_max, but within this, is believed at the moment
  // when the answer arrives; else nothing would be dialled while it is slow.
  std::chrono::milliseconds recheck_answer_max{1000};
  std::chrono::milliseconds claim_lookahead{100};       // leads are claimed this long before their slot of `per_second`
  std::chrono::seconds blocked_claim_interval{10};      // between two claims of a campaign whose lists are not in order
  std::chrono::milliseconds idle_claim_interval{1000};  // between two claims of a campaign that has nothing due
  std::int64_t unwritten_max = 20000;                   // records and settlements not stored: no claim above this
};

// A picture for logs and status.
struct AccountSnapshot {
  std::string name;
  bool owned = false;
  std::int64_t dialing = 0;
  std::int64_t open = 0;
  std::int64_t doubts = 0;
  std::optional<WallTime> oldest_doubt;  // when that attempt was claimed
  std::int64_t unwritten = 0;
  std::optional<Trouble> trouble;
};

class Engine {
 public:
  explicit Engine(EngineSettings settings);

  // --- the account is ours now (its history read after the ownership was gained), or no longer
  void gained(Now now, AccountIndex account, const AccountHistory& history);
  void lost(AccountIndex account);
  // The lease may have run out, and whether it did is not known yet: nothing is claimed, dialled or asked meanwhile.
  void suspend(AccountIndex account, bool suspended);
  // The account is to be handed to another daemon: nothing is claimed or dialled any more, answers are recorded.
  void yield(AccountIndex account, bool yields);
  // Nothing of it is queued, dialling, being claimed or unwritten: it may be released.
  bool yielded(AccountIndex account) const;
  // And no HTTP request of it is under way: what it has spent of its budget is known to the last one.
  bool quiet(AccountIndex account) const;
  // Another configuration of an account that is not ours at the moment (lost() was called): the next gained() rebuilds
  // every window, whatever its new size, from the attempts. The account after the last one is new. A campaign that is
  // missing is retiring: nothing of it is claimed any more, and calls of it that the history brings are followed and
  // settled by what it was last. Pauses of campaigns are kept.
  void configure(AccountIndex account, const AccountConfiguration& configuration);

  // --- control
  // The wall clock that `now` tells was set by that much.
  void clock_stepped(Now now, std::chrono::milliseconds by);
  // It was set while nobody looked: found when this account was gained, and no news for the others.
  void clock_stepped(Now now, AccountIndex account, std::chrono::milliseconds by);
  // Which clocks the campaign's ready leads have, as read no earlier than `asked`.
  void set_clocks(MonoTime asked, CampaignId campaign, std::vector<std::string> clocks);
  void set_wish(CampaignId campaign, CampaignWish wish);
  // From now on no claim and no call; what is under way is brought to its record.
  void drain() { draining_ = true; }

  // --- answers to commands
  void claimed(Now now, CampaignId campaign, std::uint64_t number, ClaimAnswer answer);
  void claim_failed(Now now, CampaignId campaign, std::uint64_t number);
  void rechecked(Now now, MonoTime asked, CampaignId campaign, const std::vector<Refusal>& refusals);
  void recheck_failed(Now now, CampaignId campaign);
  // False: no such attempt waits for an answer, and nothing changes.
  bool answered(Now now, const AttemptId& attempt, const CreateAnswer& answer);
  void news(Now now, AccountIndex account, const CallNews& news);
  void list_page_answered(Now now, AccountIndex account, const ListPageAnswer& answer);
  void looked_up(Now now, AccountIndex account, const AttemptId& attempt, const std::optional<CallNews>& news);
  // A webhook's word; see Hint. May come before the POST's own answer, twice, late, or of nobody's call.
  void hinted(Now now, AccountIndex account, const Hint& hint);
  // An operator settled a doubt: a call was placed, or none was. Of any other attempt: a no-op.
  void resolved(Now now, AccountIndex account, const AttemptId& attempt, bool placed);
  // A whole Write of that account is committed.
  void stored(Now now, AccountIndex account, const Write& write);

  Commands tick(Now now);

  // After drain(): nothing queued, dialling or unwritten.
  bool drained() const;
  // Every campaign of every owned account has nothing open, and nothing ready that is to be called, now or later: of a
  // draft, a stopped campaign and one that is past its end_date no ready lead is waited for.
  bool exhausted() const;
  // The same of one account alone; an account that is not owned is not exhausted, unless it has no campaign.
  bool exhausted(AccountIndex account) const;
  AccountSnapshot snapshot(AccountIndex account) const;
  // Attempts of the campaign that are claimed and whose settlement is not stored.
  std::int64_t attempts_of(CampaignId campaign) const;
  // Whose such an attempt is; nothing of any other.
  std::optional<CampaignId> campaign_of(const AttemptId& attempt) const;
  // For the account's next owner. `sent_until` is now: it grows by as long as this owner may go on.
  RequestHistory requests_spent(Now now, AccountIndex account);
  // Why an account or campaign waits or probes, if it does.
  std::optional<Trouble> trouble(AccountIndex account) const;
  std::optional<Trouble> trouble(CampaignId campaign) const;
  std::vector<Condition> conditions(Now now, AccountIndex account) const;
  // What keeps the campaign from another call now, were a lead due: every limit on its path that has nothing left.
  // Takes nothing; not const, because windows move on with `now`.
  std::vector<Binding> binding(Now now, CampaignId campaign);
  // Of the account, its campaigns and its caller numbers, those with limits. Likewise.
  std::vector<LimitUse> limit_use(Now now, AccountIndex account);

 private:
  using Allowance = HoldOff::Allowance;
  enum class Phase : std::uint8_t { queued, dialing, open, doubt, settling };

  struct Attempt {
    std::size_t campaign = 0;
    Phase phase = Phase::queued;
    LeadId lead{};
    LeadFacts facts;
    std::string to_number;
    std::string call_id;
    std::string hinted_call;  // while dialling: a webhook says that this is its call
    std::string from_number;
    std::optional<std::size_t> caller;  // into the account's caller numbers
    bool any_caller = false;            // of an earlier process that did not record which: each may be the one
    MonoTime send_by;
    MonoTime verdict_at;                 // the database allowed it no earlier than then
    bool rechecking = false;             // it is being asked about once more
    std::optional<CallRequest> request;  // while queued
    // Of an earlier process: the provider may still be about to count it, so its window tokens stay held while in
    // doubt.
    bool uncounted = false;
    bool probe = false;
    bool campaign_probe = false;
  };

  // A pass over the account's calls, page by page.
  struct Pass {
    Follower::Pass of;
    std::string cursor;
    int pages = 0;
    bool asked = false;  // a page is under way
    bool proves_absence = true;
  };

  // Campaigns that share a caller number with limits of its own: its permits are divided among them before the
  // account's are, by the same weights and priorities.
  struct NumberPool {
    std::vector<std::size_t> numbers;    // of all members
    std::vector<std::size_t> campaigns;  // places in Account::campaigns
    ratelimit::FairShare shares;         // its members are `campaigns`, in that order
    std::int64_t claiming = 0;           // leads that claims of members ask for
  };

  struct Account {
    Account(const AccountSettings& from, const FollowSettings& follow);

    AccountSettings settings;
    FollowSettings follow;
    LimitedNode node;
    CallerNumbers callers;
    ratelimit::FairShare shares;  // its members are `campaigns`, in that order
    ratelimit::RequestBudget requests;
    HoldOff hold_off;
    PostRate post_rate;
    Follower follower;
    EndedCalls ended;
    std::optional<Pass> pass;
    bool owned = false;
    bool suspended = false;
    bool yields = false;   // it is being handed to another daemon, or configured anew
    bool probing = false;  // a probe is under way
    std::int64_t queued = 0;
    std::int64_t dialing = 0;
    std::int64_t claiming = 0;  // leads that claims under way ask for
    std::int64_t unwritten = 0;
    bool requests_short = false;  // more would be claimed if more requests could be made
    std::vector<std::size_t> campaigns;
    std::vector<NumberPool> pools;
    std::size_t turn = 0;  // whose turn it is among `campaigns`
    Write write;           // collected until the next tick
  };

  struct Campaign {
    explicit Campaign(const CampaignSettings& from);

    CampaignId id;
    std::size_t account;
    config::Share share;
    std::vector<std::string> caller_numbers;
    bool retiring = false;            // not configured any more: only its open calls are brought to their end
    std::size_t member = 0;           // of the account's shares
    std::optional<std::size_t> pool;  // into the account's pools
    std::size_t pool_member = 0;
    CallTemplate call_template;
    Gate gate;
    RetryPolicy retry_policy;
    config::Limits limits_config;
    LimitedNode node;
    std::optional<EvenPace> pace;
    config::Rotation rotation;
    std::optional<config::AnswerRateRest> answer_rate_rest;
    std::vector<std::size_t> callers;  // of `caller_numbers`, into the account's
    std::size_t next_caller = 0;
    HoldOff hold_off;
    bool probing = false;
    CampaignWish wish = CampaignWish::running;
    bool over = false;    // its last day is past: no window opens any more for any of its ready leads
    std::string blocked;  // a suppression list that is not in order; empty: none
    WallTime blocked_since{};
    std::vector<std::string> clocks{std::string()};  // of its ready leads, as far as known
    MonoTime clocks_grew{MonoTime::min()};
    bool nothing_ready = false;      // the last claim found no ready lead, due or not
    std::optional<Claim> claim;      // under way
    bool ready_since_claim = false;  // a lead became ready while it was
    MonoTime claim_asked{};
    MonoTime next_claim{MonoTime::min()};
    std::deque<AttemptId> queue;  // claimed, waiting for their slot
    bool rechecking = false;      // a recheck of queued attempts is under way
    MonoTime next_recheck{MonoTime::min()};
    std::int64_t open = 0;  // attempts in attempts_
  };

  using Attempts = std::unordered_map<AttemptId, Attempt>;

  void make_pools(Account& account);
  void add_campaign(Account& account, std::size_t index);
  Campaign* campaign_of(CampaignId id);
  Account& account_of(const Attempt& attempt);
  // Which caller numbers the attempt is charged to.
  std::span<const std::size_t> callers_of(const Attempt& attempt) const;
  std::vector<std::size_t> callers_of(const Account& account, const Campaign* campaign,
                                      const std::string& number) const;
  // Every node on the attempt's path: account, campaign, caller number.
  template <typename Act>
  void each_node(const Attempt& attempt, Act act);
  // The attempt's permits, on that whole path (engine_permits.cpp).
  void start_permits(MonoTime now, const Attempt& attempt);
  void count_permits(MonoTime now, const Attempt& attempt);
  void refund_permits(const Attempt& attempt);
  void finish_permits(const Attempt& attempt);
  void restore_permits(Now now, Account& account, const OpenAttempt& open, bool uncounted,
                       std::span<const std::size_t> callers);
  void restore_counts(Now now, Account& account, const std::vector<CallCount>& counts);
  static void restore_ended(Now now, Account& account, std::vector<EndedCall> calls);
  void restore_requests(Now now, Account& account, const std::optional<RequestHistory>& history);
  std::optional<std::string> never_opens(Now now, const Campaign& campaign) const;
  // When the pace of every node lets the attempt start.
  MonoTime next_start(const Attempt& attempt);
  void count_late(MonoTime now, Attempt& attempt);
  void remember_early(const std::optional<AttemptId>& attempt, const std::string& call_id);
  void remember_end(Now now, Account& account, const Settlement& settlement);
  void news_of_ended(Now now, Account& account, const CallNews& news);
  void became_ready(Now now, Campaign& campaign, const std::string& clock, WallTime next_at);

  // engine_claims.cpp
  void take_claimed(Now now, Campaign& campaign, ClaimedLead& lead, MonoTime send_by);
  void ask_claims(Now now, Account& account);
  void ask_claim(Now now, Account& account, Campaign& campaign, std::int64_t leads);
  void divide_numbers(Now now, Account& account, std::vector<std::int64_t>& wishes);
  void give_back_shares(Account& account, const Campaign& campaign, std::int64_t leads);
  void claim_ended(Account& account, Campaign& campaign, const Claim& claim, std::int64_t unused);
  std::int64_t claim_wish(Now now, Account& account, Campaign& campaign);
  std::int64_t claims_possible(Now now, Account& account);
  std::vector<std::string> open_clocks(Now now, const Campaign& campaign) const;
  std::int64_t paced(Now now, Campaign& campaign, std::int64_t in_hand);

  // engine_tick.cpp
  void dispatch(Now now, Account& account);
  bool dispatch_next(Now now, Account& account, Campaign& campaign);
  struct Refused {
    std::string disposition;
    WallTime next_at{};
  };
  std::optional<Refused> refused_now(Now now, const Account& account, Campaign& campaign, const Attempt& attempt) const;
  void ask_recheck(Now now, Campaign& campaign);
  void take_from_queue(Account& account, Campaign& campaign);
  void follow(Now now, Account& account, AccountIndex index);
  void end_pass(Now now, Account& account, bool complete, std::optional<std::chrono::seconds> pause);
  void wake(MonoTime at);

  // engine_settle.cpp
  bool at_rest(const Account& account) const;
  void settle_ended(Now now, const AttemptId& id, Attempt& attempt, const CallNews& news);
  void settle_without_call(Now now, const AttemptId& id, Attempt& attempt, AttemptState state, std::string disposition,
                           const CreateAnswer* answer, WallTime next_at);
  // A doubt that turned out to be no call: the lead is due again, later each time, and held when it goes on.
  void settle_not_placed(Now now, const AttemptId& id, Attempt& attempt);
  // The lead is done or held without (or after) a call, for this reason.
  void settle_finally(Now now, const AttemptId& id, Attempt& attempt, AttemptState state, LeadState lead_state,
                      std::string disposition, const CreateAnswer* answer, bool counted);
  void settle_held(Now now, const AttemptId& id, Attempt& attempt, AttemptState state, std::string disposition,
                   const CreateAnswer* answer, bool counted) {
    settle_finally(now, id, attempt, state, LeadState::held, std::move(disposition), answer, counted);
  }
  Settlement settlement_of(const AttemptId& id, const Attempt& attempt, AttemptState state, std::string disposition);
  void settle(Attempt& attempt, Settlement settlement);
  void record(Now now, const AttemptId& id, const Attempt& attempt, AttemptState state, const CreateAnswer& answer);
  void end_probe(MonoTime now, Attempt& attempt, bool success);

  EngineSettings settings_;
  std::vector<Account> accounts_;
  std::vector<Campaign> campaigns_;
  std::unordered_map<std::int64_t, std::size_t> campaign_index_;
  Attempts attempts_;
  std::uint64_t claim_number_ = 0;
  bool draining_ = false;
  Commands commands_;  // collected until the next tick returns them
};

}  // namespace dialerd::campaign
