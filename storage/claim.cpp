// The claim: permits become leads, and each lead's attempt is on disk before anybody may be called.
#include <algorithm>
#include <set>

#include "storage/array_text.h"
#include "storage/claim_sql.h"
#include "storage/lead_facts.h"
#include "storage/rule_arguments.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// A transaction holds a lock in PostgreSQL's shared memory for each person of a claim with caps or lock-outs (two when
// an alternate is dialled). That memory has room for max_locks_per_transaction (64) times max_connections (100) of
// them, for all transactions together.
constexpr std::size_t locked_leads_max = 250;

// In milliseconds, over $2 clocks. Leads that were passed over because somebody else had them locked are due: zero.
const std::string next_due_sql = R"sql(
select case when next_at <= now() then 0
            when next_at > now() + interval '1 day' then 86400000
            else ceil(extract(epoch from next_at - now()) * 1000) end::bigint
from (
  select min(first.next_at) as next_at
  from unnest($2::text[]) as c (clock)
  cross join (values (false), (true)) as k (callback)
  cross join lateral (
    select next_at from dialerd.lead_state
    where campaign_id = $1 and clock = c.clock and callback = k.callback and state = 'ready'
    order by next_at limit 1
  ) as first
) as soonest
where next_at is not null
)sql";

const std::string any_ready_sql =
    "select exists (select from dialerd.lead_state where campaign_id = $1 and state = 'ready')";

// Waits for the in-doubt claim, which holds this row FOR KEY SHARE until it has ended.
const std::string wait_for_claims_sql = R"sql(
select from dialerd.ownership where account = $1 and epoch = $2 for update
)sql";

std::string ids_text(const std::vector<campaign::AttemptId>& ids) {
  ArrayText text;
  for (const campaign::AttemptId& id : ids) text.add_token(to_string(id));
  return text.text();
}

std::string texts(const std::vector<std::string>& values) {
  ArrayText text;
  for (const std::string& value : values) text.add(value);
  return text.text();
}

// Each once: a lead must not be walked over twice in one statement.
std::vector<std::string> distinct(const std::vector<std::string>& clocks) {
  const std::set<std::string> once(clocks.begin(), clocks.end());
  return {once.begin(), once.end()};
}

template <typename Row>
campaign::ClaimedLead lead_at(const Row& row, int first_column) {
  campaign::ClaimedLead lead;
  lead.lead = campaign::LeadId{number_at(row, first_column)};
  lead.attempt = campaign::parse_attempt_id(text_at(row, first_column + 1)).value();
  lead.to_number = text_at(row, first_column + 2);
  lead.facts = facts_at(row, first_column + 3);
  lead.field_values = parse_array_text(text_at(row, first_column + 3 + fact_columns));
  return lead;
}

void read_leads(ClaimResult& result, const pqxx::result& rows, int first_column) {
  if (rows.empty() || null_at(rows[0], first_column)) return;
  for (const auto& row : rows) result.leads.push_back(lead_at(row, first_column));
}

Error not_owner(const Ownership& owner) {
  return {ErrorKind::not_owner, "account " + owner.account + " is not owned under epoch " +
                                    std::to_string(owner.epoch) + ", or the campaign belongs to another account"};
}

bool attempts_exist_already(const Error& error) {
  return error.kind == ErrorKind::refused && error.sqlstate == "23505";  // unique_violation: the attempt's primary key
}

// One claim in its transaction.
class Claim {
 public:
  Claim(const ClaimRequest& request, ClaimResult& result)
      : request_(request),
        result_(result),
        campaign_(static_cast<std::int64_t>(request.campaign)),
        clocks_(distinct(request.clocks)),
        rules_(request.rules) {}

  Result<void> carry_out(Transaction& transaction) {
    const bool counts_calls = !request_.rules.frequency_caps.empty() || !request_.rules.lock_outs.empty();
    Result<void> done = clocks_.empty() ? ask_gate(transaction)
                        : counts_calls  ? claim_counted(transaction)
                                        : claim_uncounted(transaction);
    if (done.has_error()) return done;
    if (result_.leads.size() < request_.attempts.size()) look_ahead(transaction);
    return {};
  }

 private:
  // The first columns of all statements.
  Result<void> read_gate(const pqxx::row& row) {
    if (!flag_at(row, 0)) return not_owner(request_.owner);
    result_.wish = campaign::parse_campaign_wish(text_at(row, 1)).value();
    result_.blocked = text_at(row, 2);
    result_.suppressed = number_at(row, 3);
    return {};
  }

  Result<void> ask_gate(Transaction& transaction) {
    return read_gate(transaction.exec(gate_sql(), request_.owner.account, request_.owner.epoch, campaign_,
                                      rules_.list_names, rules_.list_ages)[0]);
  }

  Result<void> claim_uncounted(Transaction& transaction) {
    const pqxx::result rows =
        transaction.exec(claim_sql(clocks_.size()), request_.owner.account, request_.owner.epoch, campaign_,
                         rules_.list_names, rules_.list_ages, static_cast<std::int64_t>(request_.attempts.size()),
                         texts(clocks_), tolerance(), ids_text(request_.attempts), texts(request_.lead_fields));
    if (Result<void> open = read_gate(rows[0]); open.has_error()) return open;
    read_leads(result_, rows, 5);
    return {};
  }

  Result<void> claim_counted(Transaction& transaction) {
    const auto asked = static_cast<std::int64_t>(std::min(request_.attempts.size(), locked_leads_max));
    const pqxx::result locked =
        transaction.exec(lock_sql(clocks_.size()), request_.owner.account, request_.owner.epoch, campaign_,
                         rules_.list_names, rules_.list_ages, asked, texts(clocks_), tolerance());
    if (Result<void> open = read_gate(locked[0]); open.has_error()) return open;
    if (null_at(locked[0], 4)) return {};
    const pqxx::result rows = transaction.exec(
        claim_locked_sql(), request_.owner.account, request_.owner.epoch, campaign_, text_at(locked[0], 4),
        ids_text(request_.attempts), texts(request_.lead_fields), rules_.cap_codes, rules_.cap_conversations,
        rules_.cap_maxima, rules_.cap_windows, rules_.lock_codes, rules_.lock_afters, rules_.lock_periods,
        rules_.look_back, rules_.outcomes_matter, text_at(locked[0], 5), text_at(locked[0], 6));
    result_.deferred = number_at(rows[0], 0);
    read_leads(result_, rows, 1);
    return {};
  }

  // Fewer leads than asked for: what the next claim may expect.
  void look_ahead(Transaction& transaction) {
    result_.any_ready = flag_at(transaction.exec(any_ready_sql, campaign_)[0], 0);
    if (!result_.any_ready || result_.wish != campaign::CampaignWish::running || !result_.blocked.empty() ||
        clocks_.empty())
      return;
    const pqxx::result next = transaction.exec(next_due_sql, campaign_, texts(clocks_));
    if (!next.empty()) result_.next_due = std::chrono::milliseconds{number_at(next[0], 0)};
  }

  std::int64_t tolerance() const { return request_.rules.callback_tolerance.count(); }

  const ClaimRequest& request_;
  ClaimResult& result_;
  std::int64_t campaign_;
  std::vector<std::string> clocks_;
  RuleArguments rules_;
};

}  // namespace

Result<ClaimResult> Session::claim(const ClaimRequest& request) {
  ClaimResult result;
  Result<void> done = run(
      "claiming leads",
      [&](Transaction& transaction) -> Result<void> {
        result = {};
        return Claim(request, result).carry_out(transaction);
      },
      Repeat::harmful);
  if (!done.has_error()) return result;
  if (attempts_exist_already(done.error())) return read_back(request);
  if (done.error().kind != ErrorKind::in_doubt) return done.error();

  Result<ClaimResult> found = read_back(request);
  if (found.has_error() && found.error().kind == ErrorKind::unavailable) {
    return Error{ErrorKind::in_doubt, done.error().message + "; " + found.error().message};
  }
  return found;
}

Result<ClaimResult> Session::read_back(const ClaimRequest& request) {
  ClaimResult result;
  Result<void> done = run("reading a claim back", [&](Transaction& transaction) -> Result<void> {
    result = {};
    // Two statements: the second one's snapshot is taken after the wait.
    const pqxx::result held = transaction.exec(wait_for_claims_sql, request.owner.account, request.owner.epoch);
    if (held.empty()) return not_owner(request.owner);
    read_leads(
        result,
        transaction.exec(read_back_sql(), ids_text(request.attempts), texts(request.lead_fields), request.owner.epoch),
        0);
    if (result.leads.size() < request.attempts.size()) {
      result.any_ready = true;  // not known; claiming anew tells
      result.next_due = std::chrono::milliseconds{0};
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return result;
}

}  // namespace dialerd::storage
