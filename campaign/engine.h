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
// Promises that rest here: an attempt is handed out in Commands::calls at most once; permits are taken before the claim
// is asked for, and a call's slot is freed only when its settlement is stored; what cannot be decided is held.
//
// Not thread-safe: one thread, the event loop's, owns it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "campaign/attempt.h"
#include "campaign/call.h"
#include "campaign/call_template.h"
#include "campaign/calling_calendar.h"
#include "campaign/follower.h"
#include "campaign/history.h"
#include "campaign/hold_off.h"
#include "campaign/lead.h"
#include "campaign/retry_policy.h"
#include "config/campaign_config.h"
#include "config/limits_config.h"
#include "ratelimit/limit_node.h"

namespace dialerd::campaign {

// An account's place in EngineSettings::accounts.
enum class AccountIndex : std::size_t {};

struct AccountSettings {
  std::string name;
  config::Limits limits;
  // POSTs that may wait for a connection or an answer: enough to keep every connection busy, few enough that each
  // leaves well before its send deadline.
  std::int64_t dialing_max = 256;
  // Under `per_second` no more than this many POSTs are handed out at once, so that none waits for a connection and
  // leaves later, close behind another.
  std::int64_t connections = 64;
};

struct CampaignSettings {
  CampaignId id{};
  AccountIndex account{};
  config::CampaignConfig config;
};

struct EngineSettings {
  std::vector<AccountSettings> accounts;
  std::vector<CampaignSettings> campaigns;
  FollowSettings follow;
  std::int64_t claim_max = 500;                         // leads in one claim
  std::chrono::seconds send_deadline{10};               // from the claim's request to the first byte of the POST
  std::chrono::milliseconds claim_lookahead{100};       // leads are claimed this long before their slot of `per_second`
  std::chrono::milliseconds idle_claim_interval{1000};  // between two claims of a campaign that has nothing due
  std::int64_t unwritten_max = 20000;                   // records and settlements not stored: no claim above this
};

struct Claim {
  std::uint64_t number = 0;  // names the claim in its answer
  CampaignId campaign{};
  std::int64_t leads = 0;
};

struct Call {
  AttemptId attempt;
  AccountIndex account{};
  CallRequest request;
  MonoTime send_by;  // the first byte leaves before this, or none
};

struct ListPass {
  AccountIndex account{};
  WallTime start_at_after{};
};

struct LookUp {
  AccountIndex account{};
  AttemptId attempt;
  std::string call_id;
};

// What is to be written for one account, in this order: records, then settlements.
struct Write {
  AccountIndex account{};
  std::vector<Record> records;
  std::vector<Settlement> settlements;
};

struct Commands {
  std::vector<Claim> claims;
  std::vector<Call> calls;
  std::vector<Write> writes;  // at most one per account
  std::vector<ListPass> list_passes;
  std::vector<LookUp> look_ups;
  std::optional<MonoTime> wake_at;  // call tick() again no later than this
};

struct ClaimAnswer {
  std::vector<ClaimedLead> leads;
  std::optional<std::chrono::milliseconds> next_due;  // see storage::ClaimResult
  bool paused = false;
};

// A picture for logs and status.
struct AccountSnapshot {
  std::string name;
  bool owned = false;
  std::int64_t dialing = 0;
  std::int64_t open = 0;
  std::int64_t doubts = 0;
  std::int64_t unwritten = 0;
  std::optional<Trouble> trouble;
};

class Engine {
 public:
  explicit Engine(EngineSettings settings);

  // --- the account is ours now (its history read after the ownership was gained), or no longer
  void gained(Now now, AccountIndex account, const AccountHistory& history);
  void lost(AccountIndex account);
  // The lease may have run out, and whether it did is not known yet: nothing is claimed or dialled meanwhile.
  void suspend(AccountIndex account, bool suspended);

  // --- control
  // The wall clock that `now` tells was set by that much.
  void clock_stepped(std::chrono::milliseconds by);
  void set_paused(CampaignId campaign, bool paused);
  // From now on no claim and no call; what is under way is brought to its record.
  void drain() { draining_ = true; }

  // --- answers to commands
  void claimed(Now now, CampaignId campaign, std::uint64_t number, ClaimAnswer answer);
  void claim_failed(Now now, CampaignId campaign, std::uint64_t number);
  void answered(Now now, const AttemptId& attempt, const CreateAnswer& answer);
  void news(Now now, AccountIndex account, const CallNews& news);
  void list_pass_ended(Now now, AccountIndex account, bool complete, std::optional<std::chrono::seconds> retry_after);
  void looked_up(Now now, AccountIndex account, const AttemptId& attempt, const std::optional<CallNews>& news);
  // A whole Write of that account is committed.
  void stored(Now now, AccountIndex account, const Write& write);

  Commands tick(Now now);

  // After drain(): nothing queued, dialling or unwritten.
  bool drained() const;
  // Every campaign of every owned account has nothing ready, now or later, and nothing open.
  bool exhausted() const;
  AccountSnapshot snapshot(AccountIndex account) const;
  // Why an account or campaign waits or probes, if it does.
  std::optional<Trouble> trouble(AccountIndex account) const;
  std::optional<Trouble> trouble(CampaignId campaign) const;

 private:
  enum class Phase : std::uint8_t { queued, dialing, open, doubt, settling };

  struct Attempt {
    std::size_t campaign = 0;
    Phase phase = Phase::queued;
    LeadId lead{};
    int attempts_before = 0;
    std::string reason_counts;
    std::string call_id;
    std::string from_number;
    MonoTime send_by;
    std::optional<CallRequest> request;  // while queued
    // Of an earlier process: the provider may still be about to count it, so its window tokens stay held while in
    // doubt.
    bool uncounted = false;
    bool probe = false;
    bool campaign_probe = false;
  };

  struct Account {
    explicit Account(const AccountSettings& from);

    AccountSettings settings;
    ratelimit::LimitNode limits;
    HoldOff hold_off;
    Follower follower;
    bool owned = false;
    bool suspended = false;
    bool probing = false;  // a probe is under way
    std::int64_t queued = 0;
    std::int64_t dialing = 0;
    std::int64_t claiming = 0;  // leads that claims under way ask for
    std::int64_t unwritten = 0;
    std::vector<std::size_t> campaigns;
    std::size_t turn = 0;  // whose turn it is among `campaigns`
    Write write;           // collected until the next tick
  };

  struct Campaign {
    explicit Campaign(const CampaignSettings& from);

    CampaignId id;
    std::size_t account;
    CallTemplate call_template;
    CallingCalendar calendar;
    RetryPolicy retry_policy;
    std::vector<std::string> caller_numbers;
    ratelimit::NodeLimits node_limits;  // for making `limits` anew
    ratelimit::LimitNode limits;
    HoldOff hold_off;
    bool probing = false;
    bool paused = false;
    bool nothing_ready = false;      // the last claim found no ready lead, due or not
    std::optional<Claim> claim;      // under way
    bool ready_since_claim = false;  // a lead became ready while it was
    MonoTime claim_asked{};
    MonoTime next_claim{MonoTime::min()};
    std::size_t next_caller = 0;
    std::deque<AttemptId> queue;  // claimed, waiting for their slot
    std::int64_t open = 0;        // attempts in attempts_
  };

  using Attempts = std::unordered_map<AttemptId, Attempt>;

  Campaign* campaign_of(CampaignId id);
  Account& account_of(const Attempt& attempt);
  void count_late(MonoTime now, Attempt& attempt);

  // engine_tick.cpp
  void dispatch(Now now, Account& account);
  bool dispatch_next(Now now, Account& account, Campaign& campaign);
  void ask_claims(Now now, Account& account);
  std::int64_t claim_size(Now now, Account& account, Campaign& campaign, std::int64_t share);
  void follow(Now now, Account& account, AccountIndex index);
  void wake(MonoTime at);

  // engine_settle.cpp
  void settle_ended(Now now, const AttemptId& id, Attempt& attempt, const CallNews& news);
  void settle_without_call(Now now, const AttemptId& id, Attempt& attempt, AttemptState state, std::string disposition,
                           const CreateAnswer* answer, WallTime next_at);
  // A doubt that turned out to be no call: the lead is due again, later each time, and held when it goes on.
  void settle_not_placed(Now now, const AttemptId& id, Attempt& attempt);
  void settle_held(Now now, const AttemptId& id, Attempt& attempt, AttemptState state, std::string disposition,
                   const CreateAnswer* answer, bool counted);
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
