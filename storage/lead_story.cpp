#include "storage/lead_story.h"

#include "storage/array_text.h"
#include "storage/contact_sql.h"
#include "storage/lead_facts.h"
#include "storage/rule_arguments.h"
#include "storage/suppression_row.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

template <typename Row>
std::optional<campaign::WallTime> time_or_none(const Row& row, int column) {
  return null_at(row, column) ? std::nullopt : std::optional(time_at(row, column));
}

const std::string reference_sql =
    "select l.lead_id, l.campaign_id, c.name, c.account "
    "from dialerd.lead l join dialerd.campaign c on c.campaign_id = l.campaign_id ";

template <typename Row>
LeadReference reference_at(const Row& row) {
  return {campaign::LeadId{number_at(row, 0)}, campaign::CampaignId{number_at(row, 1)}, text_at(row, 2),
          text_at(row, 3)};
}

// $1 lead, $2 and $3 required lists
std::string lead_sql() {
  return "with blocked as materialized (" + blocked_sql("$2", "$3") + R"sql()
select l.lead_id, l.campaign_id, c.name, c.account, c.region, coalesce(k.wish, 'draft'), coalesce(k.reason, ''),
       coalesce((select code from blocked), ''), l.to_number, l.alternates,
       dialerd.number_at(l.to_number, l.alternates, s.number_index), coalesce(l.timezone, ''), s.state,
       dialerd.unix_ms(s.next_at), coalesce(s.outcome, ''), s.attempt_id, dialerd.unix_ms(s.updated_at),
       dialerd.unix_ms(clock_timestamp()), )sql" +
         facts_sql("l", "s") + R"sql(
from dialerd.lead l
join dialerd.lead_state s on s.lead_id = l.lead_id
join dialerd.campaign c on c.campaign_id = l.campaign_id
left join dialerd.campaign_control k on k.campaign_id = l.campaign_id
where l.lead_id = $1
)sql";
}

std::optional<LeadStory> read_lead(Transaction& transaction, campaign::LeadId lead, const RuleArguments& rules) {
  const pqxx::result rows =
      transaction.exec(lead_sql(), static_cast<std::int64_t>(lead), rules.list_names, rules.list_ages);
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  LeadStory story;
  story.reference = reference_at(row);
  story.region = text_at(row, 4);
  story.wish = campaign::parse_campaign_wish(text_at(row, 5)).value();
  story.wish_reason = text_at(row, 6);
  story.blocked = text_at(row, 7);
  story.to_number = text_at(row, 8);
  for (const auto& number : parse_array_text(text_at(row, 9))) story.alternates.push_back(number.value_or(""));
  story.next_number = text_at(row, 10);
  story.timezone = text_at(row, 11);
  for (const auto state : {campaign::LeadState::ready, campaign::LeadState::active, campaign::LeadState::done,
                           campaign::LeadState::held}) {
    if (to_string(state) == text_at(row, 12)) story.state = state;
  }
  story.next_at = time_at(row, 13);
  story.outcome = text_at(row, 14);
  if (!null_at(row, 15)) story.open_attempt = campaign::parse_attempt_id(text_at(row, 15));
  story.updated = time_at(row, 16);
  story.now = time_at(row, 17);
  story.facts = facts_at(row, 18);
  return story;
}

void read_conditions(Transaction& transaction, LeadStory& story) {
  const pqxx::result rows = transaction.exec(
      "select campaign_id, coalesce(caller_number, ''), state, dialerd.unix_ms(k.since), "
      "  dialerd.unix_ms(until) from dialerd.condition k join dialerd.ownership using (account) "
      "where lease_until > clock_timestamp() and account = $1 and (campaign_id is null or campaign_id = $2) order by "
      "k.since",
      story.reference.account, static_cast<std::int64_t>(story.reference.campaign));
  for (const auto& row : rows) {
    const auto campaign = null_at(row, 0) ? std::nullopt : std::optional(campaign::CampaignId{number_at(row, 0)});
    story.conditions.push_back({campaign, text_at(row, 1), text_at(row, 2), time_at(row, 3), time_or_none(row, 4)});
  }
}

// The persons that a claim of the lead would ask about, as text[].
std::string persons_of(const LeadStory& story) {
  ArrayText persons;
  persons.add(story.region + story.to_number);
  if (story.next_number != story.to_number) persons.add(story.region + story.next_number);
  return persons.text();
}

void read_suppressions(Transaction& transaction, LeadStory& story) {
  const pqxx::result rows = transaction.exec(
      "select " + suppression_columns + " " + suppressed_by_sql({"($1::text[])[1]", "($1::text[])[2]"}, "$2", "$3") +
          " order by s.created_at",
      persons_of(story), story.reference.account, static_cast<std::int64_t>(story.reference.campaign));
  for (const auto& row : rows) story.suppressed_by.push_back(suppression_at(row));
}

// One row a rule: which (0 a cap, 1 a lock-out, 2 calls under way), its place among its kind, how many, until when.
// $1 persons, $2 look back, $3 to $6 caps, $7 to $9 lock-outs
std::string uses_sql() {
  const std::string caps = "unnest($3::text[], $4::boolean[], $5::bigint[], $6::bigint[])";
  const std::string lock_outs = "unnest($7::text[], $8::text[], $9::bigint[])";
  return R"sql(
with contact as materialized (
  select 1 as n, k.key, c.*
  from unnest($1::text[]) as k (key)
  cross join lateral ()sql" +
         contacts_sql("k.key", "$2") + R"sql() as c
), cap_end as (select code, max(until) as until from ()sql" +
         cap_ends_sql(caps) + R"sql() as ends group by code),
lock_out_end as (select code, period_s, max(until) as until from ()sql" +
         lock_out_ends_sql(lock_outs) + R"sql() as ends group by code, period_s)
select 0, cap.i, coalesce(max(used.used), 0), dialerd.unix_ms(max(cap_end.until))
from )sql" +
         caps + R"sql( with ordinality as cap (code, conversations, max, window_s, i)
left join lateral (
  select count(*) as used from contact c
  where (not cap.conversations or c.conversation)
    and case when cap.conversations then c.ended_at else c.at end > now() - cap.window_s * interval '1 second'
  group by c.key
) as used on true
left join cap_end on cap_end.code = cap.code
group by cap.i
union all
select 1, lock_out.i, 0, dialerd.unix_ms(lock_out_end.until)
from )sql" +
         lock_outs + R"sql( with ordinality as lock_out (code, after, period_s, i)
left join lock_out_end on lock_out_end.code = lock_out.code and lock_out_end.period_s = lock_out.period_s
union all
select 2, 1, count(*), null from contact where open
order by 1, 2
)sql";
}

void read_uses(Transaction& transaction, const ClaimRules& rules, const RuleArguments& arguments, LeadStory& story) {
  const pqxx::result rows = transaction.exec(uses_sql(), persons_of(story), arguments.look_back, arguments.cap_codes,
                                             arguments.cap_conversations, arguments.cap_maxima, arguments.cap_windows,
                                             arguments.lock_codes, arguments.lock_afters, arguments.lock_periods);
  for (const auto& row : rows) {
    const auto place = number_at<std::size_t>(row, 1) - 1;
    switch (number_at(row, 0)) {
      case 0: {
        const config::FrequencyCap& cap = rules.frequency_caps.at(place);
        story.caps.push_back({cap, code_of(cap), number_at(row, 2), time_or_none(row, 3)});
        break;
      }
      case 1: {
        const config::LockOut& lock_out = rules.lock_outs.at(place);
        story.lock_outs.push_back({lock_out, code_of(lock_out), time_or_none(row, 3)});
        break;
      }
      default:
        story.call_under_way = number_at(row, 2) > 0;
    }
  }
}

// An attempt is found by its lead's number. $1 lead, $2 the lead's person, $3 how many. What the gate and what people
// decided has no attempt here: it is told as code and detail.
const std::string entries_sql = R"sql(
select * from (
  (select dialerd.unix_ms(coalesce(settled_at, claimed_at)) as at_ms, coalesce(decision, '') as code, '' as detail,
          null::bigint as until_ms, attempt_id, state::text as state, coalesce(disposition, '') as disposition,
          coalesce(from_number, '') as from_number, substr(dialled, 3) as to_number, conversation,
          dialerd.unix_ms(claimed_at) as claimed_ms, dialerd.unix_ms(call_started_at) as started_ms,
          dialerd.unix_ms(call_ended_at) as ended_ms, 0::bigint as decision_id
   from dialerd.attempt where person = $2 and lead_id = $1
   order by attempt_id desc limit $3)
  union all
  (select dialerd.unix_ms(at), code, detail, dialerd.unix_ms(until), null, '', '', '', '', null, null, null, null,
          decision_id
   from dialerd.gate_decision where lead_id = $1
   order by decision_id desc limit $3)
  union all
  (select dialerd.unix_ms(decided_at), 'resolved_' || verdict,
          'by ' || decided_by || ': ' || reason
          || case when overtaken_at is not null then ' (the provider''s own word came first)'
                  when applied_at is null then ' (not carried out yet)' else '' end,
          null, null, '', '', '', '', null, null, null, null, resolution_id
   from dialerd.resolution where lead_id = $1
   order by resolution_id desc limit $3)
) as entries
order by at_ms desc, decision_id desc, attempt_id desc
limit $3
)sql";

void read_entries(Transaction& transaction, std::size_t how_many, LeadStory& story) {
  const pqxx::result rows = transaction.exec(entries_sql, static_cast<std::int64_t>(story.reference.lead),
                                             story.region + story.to_number, static_cast<std::int64_t>(how_many));
  for (const auto& row : rows) {
    StoryEntry entry;
    entry.at = time_at(row, 0);
    entry.code = text_at(row, 1);
    entry.detail = text_at(row, 2);
    entry.until = time_or_none(row, 3);
    if (!null_at(row, 4)) {
      entry.attempt = campaign::parse_attempt_id(text_at(row, 4));
      entry.state = text_at(row, 5);
      entry.disposition = text_at(row, 6);
      entry.from_number = text_at(row, 7);
      entry.to_number = text_at(row, 8);
      if (!null_at(row, 9)) entry.conversation = flag_at(row, 9);
      entry.claimed = time_at(row, 10);
      entry.call_started = time_or_none(row, 11);
      entry.call_ended = time_or_none(row, 12);
    }
    story.entries.push_back(std::move(entry));
  }
}

}  // namespace

Result<std::optional<LeadReference>> find_lead(Session& session, campaign::LeadId lead) {
  std::optional<LeadReference> found;
  Result<void> done = session.run("looking up a lead", [&](Transaction& transaction) -> Result<void> {
    const pqxx::result rows = transaction.exec(reference_sql + "where l.lead_id = $1", static_cast<std::int64_t>(lead));
    found = rows.empty() ? std::nullopt : std::optional(reference_at(rows[0]));
    return {};
  });
  if (done.has_error()) return done.error();
  return found;
}

Result<std::vector<LeadReference>> find_leads(Session& session, const std::string& to_number,
                                              std::optional<campaign::CampaignId> campaign) {
  std::vector<LeadReference> found;
  const auto id = campaign ? std::optional(static_cast<std::int64_t>(*campaign)) : std::nullopt;
  Result<void> done = session.run("looking up leads", [&](Transaction& transaction) -> Result<void> {
    found.clear();
    const pqxx::result rows = transaction.exec(
        reference_sql + "where l.to_number = $1 and ($2::bigint is null or l.campaign_id = $2) order by l.lead_id",
        to_number, id);
    for (const auto& row : rows) found.push_back(reference_at(row));
    return {};
  });
  if (done.has_error()) return done.error();
  return found;
}

Result<std::optional<LeadStory>> lead_story(Session& session, campaign::LeadId lead, const ClaimRules& rules,
                                            std::size_t entries) {
  std::optional<LeadStory> story;
  const RuleArguments arguments(rules);
  Result<void> done = session.run("reading a lead's story", [&](Transaction& transaction) -> Result<void> {
    story = read_lead(transaction, lead, arguments);
    if (!story) return {};
    read_conditions(transaction, *story);
    read_suppressions(transaction, *story);
    read_uses(transaction, rules, arguments, *story);
    read_entries(transaction, entries, *story);
    return {};
  });
  if (done.has_error()) return done.error();
  return story;
}

}  // namespace dialerd::storage
