// One connection to PostgreSQL and the transactions that dialerd makes on it. Blocking; a session belongs to one
// thread.
//
// Connects when first used and again after a lost connection; a lost connection is never reused. Every transaction is
// one function here. Session settings (statement and lock timeouts, force_custom_plan, UTC) travel in the connection
// string, because a silent reconnect would lose a SET; behind a pooler, which cannot pass them on, each transaction
// begins with them.
//
// Every function but claim may be repeated as it is after any error: a COMMIT in doubt is reported as `unavailable`,
// and the second time finds what the first one did. A claim is read back instead.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/attempt.h"
#include "campaign/campaign_wish.h"
#include "campaign/condition.h"
#include "campaign/history.h"
#include "campaign/ids.h"
#include "campaign/lead.h"
#include "config/daemon_config.h"
#include "config/rules_config.h"
#include "storage/clock_steps.h"
#include "storage/error.h"
#include "storage/fleet.h"
#include "storage/inbox.h"

namespace dialerd::storage {

class Transaction;

struct SessionSettings {
  std::string conninfo;  // libpq connection string or URI
  std::optional<std::string> password;
  std::string application_name = "dialerd";
  std::chrono::milliseconds statement_timeout{15000};
  std::chrono::milliseconds lock_timeout{5000};
  // Only a server that forgets no commit will do: each new connection is asked (storage/durability.h), and one to
  // another server is `unavailable`.
  bool must_be_durable = false;
  bool server_defaults = false;  // without this folder's own session settings: to see what the server's are
};

// The right to dial for an account: see dialerd.ownership.
struct Ownership {
  std::string account;
  std::int64_t epoch = 0;
};

// What an owner leaves for the next one: see storage/clock_steps.h.
struct ClockRecord {
  ClockMark mark;                // no boot_id: leave the one that is there
  std::vector<ClockStep> steps;  // found since the last record
  std::string found_by;
};

// What the database decides of a campaign's rules, because it alone knows all campaigns and all lists.
struct ClaimRules {
  std::vector<config::FrequencyCap> frequency_caps;
  std::vector<config::LockOut> lock_outs;
  std::vector<config::RequiredList> required_lists;
  std::chrono::seconds callback_tolerance{15 * 60};
};

struct ClaimRequest {
  Ownership owner;
  campaign::CampaignId campaign{};
  std::vector<std::string> clocks;  // leads of these clocks (lead_state.clock) may be called now, and no others
  ClaimRules rules;
  std::vector<campaign::AttemptId>
      attempts;                          // as many leads at most; made by the caller, so that a claim can be read back
  std::vector<std::string> lead_fields;  // which of the lead's fields to bring, in this order
};

struct ClaimResult {
  std::vector<campaign::ClaimedLead> leads;  // callbacks inside their tolerance first, then in due order
  // Fewer leads than asked for: how long until the next ready lead of the request's clocks is due (a day at most, then
  // ask again). nullopt: none is ready, or the campaign is not wished running or is blocked, or as many leads as asked
  // for.
  std::optional<std::chrono::milliseconds> next_due;
  bool any_ready = false;  // fewer leads than asked for: a lead of whatever clock is ready, now or later
  // Of the campaign. When it is another than running, nothing was claimed.
  campaign::CampaignWish wish = campaign::CampaignWish::running;
  // Not empty: a required suppression list is missing or too old, and nothing was claimed. "list_missing:NAME" or
  // "list_stale:NAME".
  std::string blocked;
  // Due leads that were not claimed: put off until a frequency cap or lock-out ends, or done because suppressed. Each
  // is in decision_log.
  std::int64_t deferred = 0;
  std::int64_t suppressed = 0;
};

// What the database is asked once more of claimed attempts that have waited before their dispatch.
struct RecheckRequest {
  Ownership owner;
  campaign::CampaignId campaign{};
  std::vector<campaign::AttemptId> attempts;
  ClaimRules rules;  // caps are not asked again: the attempts themselves hold their places
};

struct WriteBatch {
  Ownership owner;
  std::vector<campaign::Record> records;
  std::vector<campaign::Settlement> settlements;  // may follow a record of the same attempt in the same batch
  std::vector<campaign::DetailRecord> details{};
  std::vector<campaign::LateNews> late_news{};
};

using campaign::AccountHistory;
using campaign::CallCount;
using campaign::Condition;
using campaign::OpenAttempt;
using campaign::Refusal;

struct CampaignControl {
  campaign::CampaignId campaign{};
  campaign::CampaignWish wish = campaign::CampaignWish::draft;
  std::string reason;
  std::string changed_by;
};

// What the database is told of a campaign's file, beside the text: what dialerd.campaign_state needs.
struct CampaignTerms {
  bool starts_as_draft = false;  // when the campaign is new: else it runs at once
  std::string timezone{};
  std::optional<campaign::WallTime> starts_at{};  // on the campaign's own clock, the beginning of its first day
  std::optional<campaign::WallTime> ends_at{};    // and the end of its last
};

class Session {
 public:
  explicit Session(SessionSettings settings);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Fails with `schema` unless the database's schema is exactly the one this binary was built with
  // (storage/migrate.cpp).
  Result<void> check_schema();

  // --- ownership (storage/ownership.cpp)
  // Takes the account when it is free, expired, or already `owner`'s; grows the epoch then. not_owner: somebody else
  // holds it. Waits for claims and writes of the former owner that are under way, so whatever they wrote is there to be
  // read. `silent`: takes it, too, if its lease is still this very one (epoch and stamp), whatever the database's clock
  // says of it: the caller saw it unchanged for longer than the lease is.
  Result<Ownership> acquire(const std::string& account, const std::string& owner, std::chrono::milliseconds lease,
                            const std::optional<SeenLease>& silent = std::nullopt);
  // Prolongs the lease from now on, an expired one too as long as nobody has taken the account. With `clock`, what the
  // owner knows of the database's clock is kept in the same transaction.
  // `requests`: what the owner has sent lately, for the next one (storage/request_marks.h).
  Result<void> renew(const Ownership& ownership, std::chrono::milliseconds lease, const ClockRecord& clock = {},
                     const std::optional<campaign::RequestHistory>& requests = std::nullopt);
  // Ends the lease at once: no more claims; writes still go through until somebody acquires. The owner sends no request
  // after those that it tells of.
  Result<void> release(const Ownership& ownership,
                       const std::optional<campaign::RequestHistory>& requests = std::nullopt);
  // The mark that the account's owners left; no mark: an empty boot_id.
  Result<ClockMark> clock_mark(const std::string& account);
  Result<std::vector<ClockStep>> clock_steps(const std::string& account);

  // --- the fleet (storage/fleet.cpp)
  // Says that this daemon is alive, for `valid_for`, and reads who else is and who owns what.
  Result<Fleet> heartbeat(const DaemonCard& card, std::chrono::milliseconds valid_for);
  // Forgets this daemon.
  Result<void> leave(const std::string& owner);

  // --- the way of a lead (storage/claim.cpp, storage/write.cpp)
  // Picks due leads, writes their attempts as `dialing`, commits. Leads get the request's attempt ids in due order.
  //
  // When the COMMIT's answer is lost, the claim is read back before this returns; what was committed is the answer.
  // Only when the server cannot be reached for that either it fails with `in_doubt`: the caller then calls read_back
  // with the same request until that answers, and asks for nothing else under these ids. Repeating claim itself is
  // harmless once the first one is known to have ended: ids that are in the database already are read back, never used
  // twice.
  Result<ClaimResult> claim(const ClaimRequest& request);
  // What was committed under the request's attempt ids; no lead if nothing was. Waits until a claim of this account
  // that the server is still busy with has ended, so the answer is final. next_due is zero when fewer than asked for:
  // claim anew.
  Result<ClaimResult> read_back(const ClaimRequest& request);
  // Which of these claimed attempts must not be dialled any more. One snapshot, taken after the call.
  Result<std::vector<Refusal>> recheck(const RecheckRequest& request);
  // Applies all of it in one transaction, or none. Safe to repeat with the same batch: what was applied already, or
  // belongs to an attempt that is terminal already, is left as it is. After success every attempt in the batch is at
  // least as far as the batch says.
  Result<void> write(const WriteBatch& batch);

  // --- start-up and control (storage/restore.cpp, storage/campaigns.cpp)
  // `details_for`: so long after their end, calls that lack details are among it; with zero, none.
  Result<AccountHistory> history(const std::string& account, std::chrono::seconds details_for = {});
  // Makes the campaign if it is new. refused: the name belongs to another account, or the campaign has leads of another
  // region. `region`: in which its leads' numbers are domestic; with the number it is the person. For which file was
  // applied when see storage/revisions.h.
  Result<campaign::CampaignId> register_campaign(const std::string& name, const std::string& account,
                                                 const std::string& region, const CampaignTerms& terms = {});
  Result<std::optional<campaign::CampaignId>> find_campaign(const std::string& name);
  // For each campaign, which clocks its ready leads have.
  Result<std::vector<std::vector<std::string>>> clocks(const std::vector<campaign::CampaignId>& campaigns);
  // Replaces what the account's owner last said.
  // Why no daemon dials for the campaign now, whatever is wished of it: "no daemon", "not configured by any daemon"
  // ...; empty: one does (view dialerd.campaign_undialled).
  Result<std::string> why_undialled(campaign::CampaignId campaign);
  Result<void> set_conditions(const Ownership& owner, const std::vector<Condition>& conditions);
  Result<std::vector<CampaignControl>> controls(const std::vector<campaign::CampaignId>& campaigns);
  // Changes what is wished of the campaign if that is one of `from` now; returns what it was before. Returns when no
  // claim that was under way can add an attempt any more: from then on a pause or a stop holds. Whatever is wished
  // already stays as it is, with its reason and its author. The change is recorded, and all daemons are told
  // (migration 0006_lifecycle).
  Result<CampaignControl> set_wish(campaign::CampaignId campaign, campaign::CampaignWish to, const std::string& reason,
                                   const std::string& who, const std::vector<campaign::CampaignWish>& from);
  Result<CampaignControl> set_wish(campaign::CampaignId campaign, campaign::CampaignWish to, const std::string& reason,
                                   const std::string& who);  // whatever it is now
  // The database's clock, for the daemon to carry on.
  Result<campaign::WallTime> database_time();
  // Makes the partitions that attempts of this and the next two months go to. At start-up, before the first claim, and
  // once an hour.
  Result<void> ensure_partitions();

  // --- webhooks (storage/inbox.cpp)
  // Keeps those that are not there yet. Runs parallel to `webhooks`: the new event's id, or nullopt for one that was
  // there, or that is equal to an earlier one of the same batch.
  Result<std::vector<std::optional<std::int64_t>>> keep_webhooks(const std::vector<Webhook>& webhooks);
  // Of these accounts, the oldest first, at most so many: those that no owner has handled.
  Result<std::vector<PendingWebhook>> pending_webhooks(const std::vector<std::string>& accounts, std::int64_t most);
  Result<void> webhooks_handled(const std::vector<HandledWebhook>& handled);

  // How often a transaction was begun or ended, connecting included: odd while the session is at one. Any thread.
  std::uint64_t turns() const { return turns_; }

  // Whether the caller could make the transaction twice: decides what a COMMIT in doubt is called.
  enum class Repeat { harmless, harmful };

  // Runs `work` in a transaction, connecting first if needed, and commits unless `work` answers with an error. What
  // libpqxx throws becomes an Error; `doing` names the work in its message. `work` may be run a second time (when an
  // idle connection proved dead), so it sets its results and does not add to them. For this folder's other files.
  Result<void> run(std::string_view doing, const std::function<Result<void>(Transaction&)>& work,
                   Repeat repeat = Repeat::harmless);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
  std::atomic<std::uint64_t> turns_{0};
};

}  // namespace dialerd::storage
