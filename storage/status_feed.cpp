#include "storage/status_feed.h"

#include <algorithm>
#include <utility>

#include "campaign/attempt.h"
#include "campaign/retry_policy.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

using campaign::WallTime;
using std::chrono::minutes;

// A table of so few pages is counted in some hundredths of a second; from there on the rollup, which the daemons bring
// up to date once a minute, is near enough.
const std::string few_leads_sql = "select pg_relation_size('dialerd.lead_state') < 32 * 1024 * 1024";
const std::string leads_now =
    "(select campaign_id, state, coalesce(outcome, '') as outcome, attempts, count(*) as leads from dialerd.lead_state "
    "group by 1, 2, 3, 4)";
const std::string leads_of_rollup = "dialerd.rollup_lead";

std::string campaigns_sql(const std::string& leads) {
  return R"sql(
select c.campaign_id, c.campaign, c.account, c.state, coalesce(c.completed_by, ''), dialerd.unix_ms(c.starts_at),
       c.reason, coalesce(c.changed_by, ''), dialerd.unix_ms(c.changed_at),
       coalesce(l.ready, 0)::bigint, coalesce(l.active, 0)::bigint, coalesce(l.done, 0)::bigint, coalesce(l.held, 0)::bigint,
       coalesce(l.attempts, 0)::bigint
from dialerd.campaign_state c
left join (
  select campaign_id,
         sum(leads) filter (where state = 'ready') as ready,
         sum(leads) filter (where state = 'active') as active,
         sum(leads) filter (where state = 'done') as done,
         sum(leads) filter (where state = 'held') as held,
         sum(leads * attempts) as attempts
  from )sql" +
         leads +
         R"sql( as l group by campaign_id
) l using (campaign_id)
order by c.campaign
)sql";
}

std::string held_sql(const std::string& leads) {
  return "select campaign_id, outcome, sum(leads)::bigint from " + leads + " as l where state = 'held' group by 1, 2";
}

// As many probes as calls are open.
const std::string doubts_sql = R"sql(
select s.campaign_id, count(*), dialerd.unix_ms(min(a.claimed_at))
from dialerd.lead_state s
join dialerd.attempt a on a.attempt_id = s.attempt_id
where s.state = 'active' and a.state = 'unknown'
group by s.campaign_id
)sql";

const std::string accounts_sql = R"sql(
select a.account,
       case when o.lease_until > clock_timestamp() then o.owner else '' end,
       case when o.lease_until > clock_timestamp() then dialerd.unix_ms(o.since) end
from (select account from dialerd.campaign union select account from dialerd.ownership) a
left join dialerd.ownership o using (account)
order by a.account
)sql";

const std::string daemons_sql = R"sql(
select owner, host, version, accepting, dialerd.unix_ms(started_at)
from dialerd.daemon where seen_until > clock_timestamp() order by started_at, owner
)sql";

// Of accounts that somebody owns: nobody else's word is of today. And campaigns that should run, but that no daemon
// of such an account knows.
const std::string conditions_sql = R"sql(
select c.account, coalesce(k.name, ''), coalesce(c.caller_number, ''), c.state, dialerd.unix_ms(c.since),
       dialerd.unix_ms(c.until)
from dialerd.condition c
join dialerd.ownership o on o.account = c.account and o.lease_until > clock_timestamp()
left join dialerd.campaign k using (campaign_id)
union all
select s.account, s.campaign, '', 'not_configured', null, null
from dialerd.campaign_undialled u join dialerd.campaign_state s using (campaign_id)
where u.why <> 'no daemon' and s.state in ('running', 'scheduled')
order by 5, 1, 2, 3, 4
)sql";

// An attempt's id is made a little before the attempt, so the range of ids begins earlier. Of an hour there can be some
// hundred thousand: what is the same of many is worked out once, behind the grouping.
const std::string minutes_sql = R"sql(
select campaign_id, (extract(epoch from minute) / 60)::bigint, state::text, coalesce(disposition, ''), attempts
from (
  select campaign_id, date_bin('1 minute', claimed_at, timestamptz 'epoch') as minute, state, disposition, count(*) as attempts
  from dialerd.attempt
  where attempt_id >= dialerd.uuid7_floor(to_timestamp($1::bigint * 60) - interval '1 minute')
    and claimed_at >= to_timestamp($1::bigint * 60)
  group by 1, 2, 3, 4
) counted
)sql";

template <typename Row>
std::optional<WallTime> moment_at(const Row& row, int column) {
  if (null_at(row, column)) return std::nullopt;
  return time_at(row, column);
}

AttemptKind kind_of(campaign::AttemptState state, std::string_view disposition) {
  using campaign::AttemptState;
  using campaign::DispositionClass;
  switch (state) {
    case AttemptState::dialing:
    case AttemptState::in_progress:
      return AttemptKind::open;
    case AttemptState::unknown:
      return AttemptKind::unknown;
    case AttemptState::rejected:
    case AttemptState::not_placed:
      return AttemptKind::no_call;
    case AttemptState::abandoned:
      return AttemptKind::failed;
    case AttemptState::ended:
      break;
  }
  switch (campaign::classify(disposition)) {
    case DispositionClass::conversation:
      return AttemptKind::conversation;
    case DispositionClass::machine:
      return AttemptKind::voicemail;
    case DispositionClass::no_contact:
      return AttemptKind::no_answer;
    case DispositionClass::provider_refusal:
      return AttemptKind::no_call;
    case DispositionClass::bad_number:
    case DispositionClass::agent_fault:
    case DispositionClass::provider_fault:
    case DispositionClass::silent_answer:
    case DispositionClass::other:
      break;
  }
  return AttemptKind::failed;
}

std::vector<StatusCampaign> read_campaigns(Transaction& transaction) {
  std::vector<StatusCampaign> campaigns;
  transaction.exec(
      "set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_mergejoin = on; "
      "set local enable_sort = on; set local max_parallel_workers_per_gather = 0");
  const std::string& leads = flag_at(transaction.exec(few_leads_sql)[0], 0) ? leads_now : leads_of_rollup;
  for (const auto& row : transaction.exec(campaigns_sql(leads))) {
    StatusCampaign& one = campaigns.emplace_back();
    one.id = campaign::CampaignId{number_at(row, 0)};
    one.name = text_at(row, 1);
    one.account = text_at(row, 2);
    one.state = text_at(row, 3);
    one.completed_by = text_at(row, 4);
    one.starts_at = moment_at(row, 5);
    one.reason = text_at(row, 6);
    one.changed_by = text_at(row, 7);
    one.changed_at = moment_at(row, 8);
    one.ready = number_at(row, 9);
    one.active = number_at(row, 10);
    one.done = number_at(row, 11);
    one.held = number_at(row, 12);
    one.attempts = number_at(row, 13);
  }
  const auto with_id = [&](std::int64_t id) {
    return std::find_if(campaigns.begin(), campaigns.end(),
                        [&](const StatusCampaign& one) { return one.id == campaign::CampaignId{id}; });
  };
  for (const auto& row : transaction.exec(held_sql(leads))) {
    if (auto one = with_id(number_at(row, 0)); one != campaigns.end()) {
      one->held_reasons[text_at(row, 1)] = number_at(row, 2);
    }
  }
  // From here on indices lead to all that is asked for.
  transaction.exec(
      "set local enable_seqscan to default; set local enable_hashjoin to default; "
      "set local enable_mergejoin to default; set local enable_sort to default");
  for (const auto& row : transaction.exec(doubts_sql)) {
    if (auto one = with_id(number_at(row, 0)); one != campaigns.end()) {
      one->doubts = number_at(row, 1);
      one->oldest_doubt = moment_at(row, 2);
    }
  }
  return campaigns;
}

}  // namespace

Result<StatusPicture> StatusFeed::read(Session& session) {
  StatusPicture picture;
  Result<void> done = session.run("reading the status page's data", [&](Transaction& transaction) -> Result<void> {
    picture = {};
    picture.at = time_at(transaction.exec("select dialerd.unix_ms(clock_timestamp())")[0], 0);
    picture.campaigns = read_campaigns(transaction);
    for (const auto& row : transaction.exec(accounts_sql)) {
      picture.accounts.push_back({text_at(row, 0), text_at(row, 1), moment_at(row, 2)});
    }
    for (const auto& row : transaction.exec(daemons_sql)) {
      picture.daemons.push_back({text_at(row, 0), text_at(row, 1), text_at(row, 2), flag_at(row, 3), time_at(row, 4)});
    }
    for (const auto& row : transaction.exec(conditions_sql)) {
      picture.conditions.push_back({text_at(row, 0), text_at(row, 1), text_at(row, 2), text_at(row, 3),
                                    moment_at(row, 4).value_or(picture.at), moment_at(row, 5)});
    }

    const std::int64_t running = std::chrono::floor<minutes>(picture.at).time_since_epoch().count();
    picture.first_minute = running - minutes_shown + 1;
    const bool all = picture.at - read_all_ >= reread || picture.at < read_all_;
    const std::int64_t from = all ? picture.first_minute : running - minutes_each_time + 1;
    const pqxx::result rows = transaction.exec(minutes_sql, from);
    counts_.erase(counts_.begin(), counts_.lower_bound(Key{picture.first_minute, 0, AttemptKind{}}));
    counts_.erase(counts_.lower_bound(Key{from, 0, AttemptKind{}}), counts_.end());
    for (const auto& row : rows) {
      const auto state = campaign::parse_attempt_state(text_at(row, 2));
      if (!state) continue;
      counts_[{number_at(row, 1), number_at(row, 0), kind_of(*state, text_at(row, 3))}] += number_at(row, 4);
    }
    if (all) read_all_ = picture.at;
    return {};
  });
  if (done.has_error()) return done.error();
  std::map<std::int64_t, StatusCampaign*> campaigns;
  for (StatusCampaign& one : picture.campaigns) campaigns[static_cast<std::int64_t>(one.id)] = &one;
  for (const auto& [key, attempts] : counts_) {
    const auto& [minute, campaign, kind] = key;
    picture.minutes.push_back({campaign::CampaignId{campaign}, minute, kind, attempts});
    const auto one = campaigns.find(campaign);
    if (one == campaigns.end() || kind == AttemptKind::no_call) continue;
    one->second->calls[static_cast<std::size_t>(minute - picture.first_minute)] += attempts;
  }
  return picture;
}

}  // namespace dialerd::storage
