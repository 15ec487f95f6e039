// What the engine asks its shell to do, and what the shell answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/attempt.h"
#include "campaign/call.h"
#include "campaign/campaign_wish.h"
#include "campaign/ids.h"
#include "campaign/lead.h"
#include "campaign/time.h"

namespace dialerd::campaign {

// An account's place in EngineSettings::accounts.
enum class AccountIndex : std::size_t {};

struct Claim {
  std::uint64_t number = 0;  // names the claim in its answer
  CampaignId campaign{};
  std::int64_t leads = 0;
  std::vector<std::string> clocks;  // leads of these clocks may be called now (campaign/lead_clock.h)
};

// Claimed attempts that wait for their dispatch: may they still be dialled?
struct Recheck {
  CampaignId campaign{};
  std::vector<AttemptId> attempts;
};

struct Call {
  AttemptId attempt;
  AccountIndex account{};
  CallRequest request;
  MonoTime send_by;  // the first byte leaves before this, or none
  CampaignId campaign{};
};

// One page of a pass over the account's calls.
struct ListPage {
  AccountIndex account{};
  WallTime start_at_after{};
  std::string cursor;                // empty: the first page
  std::vector<std::string> numbers;  // only calls to these; empty: all
};

struct LookUp {
  AccountIndex account{};
  AttemptId attempt;
  std::string call_id;
};

// What is to be written for one account, in this order.
struct Write {
  AccountIndex account{};
  std::vector<Record> records;
  std::vector<Settlement> settlements;
  std::vector<DetailRecord> details;
  std::vector<LateNews> late_news;

  bool empty() const { return records.empty() && settlements.empty() && details.empty() && late_news.empty(); }
};

struct Commands {
  std::vector<Claim> claims;
  std::vector<Call> calls;
  std::vector<Write> writes;  // at most one per account
  std::vector<Recheck> rechecks;
  std::vector<ListPage> list_pages;
  std::vector<LookUp> look_ups;
  std::optional<MonoTime> wake_at;  // call tick() again no later than this
};

// See storage::ClaimResult, which says the same.
struct ClaimAnswer {
  std::vector<ClaimedLead> leads;
  std::optional<std::chrono::milliseconds> next_due;
  bool any_ready = false;
  CampaignWish wish = CampaignWish::running;  // when it is another, nothing was claimed
  std::string blocked;
};

struct ListPageAnswer {
  std::vector<CallNews> calls;
  bool listed = false;         // the page was read
  bool proves_absence = true;  // nothing on it was unreadable, and the clocks agree
  std::optional<std::chrono::milliseconds>
      clock_behind;         // the provider's, no more than this; nullopt: it does not tell
  std::string next_cursor;  // empty: it was the last
  std::optional<std::chrono::seconds> retry_after;
};

}  // namespace dialerd::campaign
