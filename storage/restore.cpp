// What a new owner of an account needs to know of the time before it: the open attempts, and the calls that still fill
// the provider's rolling windows.
#include "storage/lead_facts.h"
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
order by a.attempt_id
)sql";

// A call is counted by the provider at the latest when its answer arrived. Where that is not known (the daemon died
// between the POST and the record), five minutes after the claim are later than any POST can have arrived. Each slice
// counts from its end: ten seconds' precision for the windows that move fast, five minutes' for the rest of the day,
// never too early.
const std::string counts_sql = R"sql(
with counted as (
  select campaign_id, coalesce(from_number, '') as from_number,
         least(coalesce(answered_at, least(claimed_at + interval '5 minutes', settled_at)), now()) as at
  from dialerd.attempt
  where account = $1 and attempt_id >= dialerd.uuid7_floor(now() - interval '26 hours')
    -- a doubt that turned out to be no call keeps its token, as it did while its daemon ran
    and (state in ('ended', 'abandoned') or (state = 'not_placed' and disposition = 'not_placed'))
)
select campaign_id, from_number, (extract(epoch from until) * 1000)::bigint, count(*)
from (
  select campaign_id, from_number,
         case when at > now() - interval '1 hour'
              then date_bin('10 seconds', at, timestamptz 'epoch') + interval '10 seconds'
              else date_bin('5 minutes', at, timestamptz 'epoch') + interval '5 minutes' end as until
  from counted
  where at > now() - interval '25 hours'
) as sliced
group by campaign_id, from_number, until
order by until, campaign_id, from_number
)sql";

}  // namespace

Result<AccountHistory> Session::history(const std::string& account) {
  AccountHistory history;
  Result<void> done = run("reading an account's history", [&](Transaction& transaction) -> Result<void> {
    history = {};
    for (const auto& row : transaction.exec(open_sql, account)) {
      OpenAttempt open;
      open.attempt = campaign::parse_attempt_id(text_at(row, 0)).value();
      open.campaign = campaign::CampaignId{number_at(row, 1)};
      open.lead = campaign::LeadId{number_at(row, 2)};
      open.state = campaign::parse_attempt_state(text_at(row, 3)).value();
      open.call_id = text_at(row, 4);
      open.claimed = time_at(row, 5);
      if (!null_at(row, 6)) open.answered = time_at(row, 6);
      open.from_number = text_at(row, 7);
      open.to_number = text_at(row, 8);
      open.facts = facts_at(row, 9);
      history.open.push_back(std::move(open));
    }
    for (const auto& row : transaction.exec(counts_sql, account)) {
      history.counts.push_back(
          {campaign::CampaignId{number_at(row, 0)}, text_at(row, 1), time_at(row, 2), number_at(row, 3)});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return history;
}

}  // namespace dialerd::storage
