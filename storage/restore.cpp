// What a new owner of an account needs to know of the time before it: the open attempts, and the calls that still fill
// the provider's rolling windows.
#include <algorithm>

#include "storage/call_detail.h"
#include "storage/clock_steps.h"
#include "storage/lead_facts.h"
#include "storage/request_marks.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

const std::string open_sql = R"sql(
select a.attempt_id, a.campaign_id, a.lead_id, a.state, coalesce(a.call_id, ''),
       floor(extract(epoch from a.claimed_at) * 1000)::bigint,
       floor(extract(epoch from a.answered_at) * 1000)::bigint,
       coalesce(a.from_number, ''), coalesce(substr(a.dialled, 3), l.to_number), )sql" +
                             facts_sql("l", "s") + R"sql(
from dialerd.campaign c
join dialerd.lead_state s on s.campaign_id = c.campaign_id and s.state = 'active'
join dialerd.attempt a on a.attempt_id = s.attempt_id
join dialerd.lead l on l.lead_id = s.lead_id
where c.account = $1
)sql";

// A call is counted by the provider at the latest when its answer arrived. Where that is not known (the daemon died
// between the POST and the record), five minutes after the claim are later than any POST can have arrived. Each slice
// counts from its end: ten seconds' precision for the windows that move fast, five minutes' for the rest of the day,
// never too early. $2: how far back by the database's clock, in milliseconds: steps forward of that clock make it more
// than the 25 hours of the longest day.
const std::string counts_sql = R"sql(
with counted as (
  select campaign_id, coalesce(from_number, '') as from_number,
         coalesce(answered_at, least(claimed_at + interval '5 minutes', settled_at)) as at
  from dialerd.attempt
  where account = $1
    and attempt_id >= dialerd.uuid7_floor(now() - $2::bigint * interval '1 millisecond' - interval '1 hour')
    -- a doubt that turned out to be no call keeps its token, as it did while its daemon ran
    and (state in ('ended', 'abandoned')
         or (state = 'not_placed' and disposition in ('not_placed', 'resolved_not_placed')))
)
-- from five minutes earlier: an answer that was not recorded may have come that long before it is counted
select campaign_id, from_number, (extract(epoch from slice - interval '5 minutes') * 1000)::bigint,
       (extract(epoch from slice + length) * 1000)::bigint, count(*)
from (
  select campaign_id, from_number, length, date_bin(length, at, timestamptz 'epoch') as slice
  from (
    select campaign_id, from_number, at,
           case when at > now() - interval '1 hour' then interval '10 seconds' else interval '5 minutes' end as length
    from counted
    where at > now() - $2::bigint * interval '1 millisecond'
  ) as timed
) as sliced
group by campaign_id, from_number, slice, length
order by slice, campaign_id, from_number
)sql";

constexpr std::chrono::hours window_max{25};

struct Steps {
  std::vector<ClockStep> all;
  std::chrono::milliseconds moved{0};  // in whatever direction, while an attempt that is open now can have been claimed
};

Steps steps_of(Transaction& transaction, const std::string& account) {
  Steps steps;
  // Nothing stays open for longer than abandon_after: a week at most.
  const pqxx::result rows = transaction.exec(
      "select dialerd.unix_ms(at), by_ms, greatest(at, found_at) > clock_timestamp() - interval '8 days' "
      "from dialerd.clock_step where account = $1 order by step_id",
      account);
  for (const auto& row : rows) {
    const ClockStep step{time_at(row, 0), std::chrono::milliseconds{number_at(row, 1)}};
    steps.all.push_back(step);
    if (flag_at(row, 2)) steps.moved += std::chrono::abs(step.by);
  }
  return steps;
}

}  // namespace

Result<AccountHistory> Session::history(const std::string& account, std::chrono::seconds details_for) {
  AccountHistory history;
  Result<void> done = run("reading an account's history", [&](Transaction& transaction) -> Result<void> {
    history = {};
    const Steps steps = steps_of(transaction, account);
    const ClockHistory clock(steps.all, time_at(transaction.exec("select dialerd.unix_ms(now())")[0], 0));
    history.clock_moved = steps.moved;
    for (const auto& row : transaction.exec(open_sql, account)) {
      OpenAttempt open;
      open.attempt = campaign::parse_attempt_id(text_at(row, 0)).value();
      open.campaign = campaign::CampaignId{number_at(row, 1)};
      open.lead = campaign::LeadId{number_at(row, 2)};
      open.state = campaign::parse_attempt_state(text_at(row, 3)).value();
      open.call_id = text_at(row, 4);
      open.claimed = time_at(row, 5);
      if (!null_at(row, 6)) open.answered = clock.counted_until(time_at(row, 6), time_at(row, 6));
      open.from_number = text_at(row, 7);
      open.to_number = text_at(row, 8);
      open.facts = facts_at(row, 9);
      history.open.push_back(std::move(open));
    }
    const std::int64_t reach = clock.reach_back(window_max).count();
    for (const auto& row : transaction.exec(counts_sql, account, reach)) {
      history.counts.push_back({campaign::CampaignId{number_at(row, 0)}, text_at(row, 1),
                                clock.counted_until(time_at(row, 2), time_at(row, 3)), number_at(row, 4)});
    }
    history.ended = calls_without_details(transaction, account, details_for);
    history.requests = told_requests(transaction, account, steps.all);
    return {};
  });
  if (done.has_error()) return done.error();
  return history;
}

}  // namespace dialerd::storage
