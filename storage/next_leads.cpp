#include "storage/next_leads.h"

#include "storage/array_text.h"
#include "storage/contact_sql.h"
#include "storage/lead_facts.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// Of each clock the leads due first, by the claim's index alone, and of these the first of all.
// $1 campaign, $2 how many, $3 the fields a call needs
std::string next_leads_sql() {
  return R"sql(
with recursive found as (
  (select clock from dialerd.lead_state where campaign_id = $1 and state = 'ready' order by clock limit 1)
  union all
  select (select s.clock from dialerd.lead_state s
          where s.campaign_id = $1 and s.state = 'ready' and s.clock > found.clock order by s.clock limit 1)
  from found where found.clock is not null
), due as materialized (
  select walk.lead_id, walk.next_at
  from found
  cross join (values (false), (true)) as kind (callback)
  cross join lateral (
    select lead_id, next_at from dialerd.lead_state
    where campaign_id = $1 and clock = found.clock and callback = kind.callback and state = 'ready'
    order by next_at, lead_id limit $2
  ) as walk
  order by walk.next_at, walk.lead_id
  limit $2
), lead as (
  select d.next_at, s.lead_id, s.clock, s.callback, s.number_index, s.attempts, s.reason_counts,
         c.account, c.region || l.to_number as person,
         c.region || dialerd.number_at(l.to_number, l.alternates, s.number_index) as dialled,
         l.alternates, l.consent_at, l.consent_expires_at, l.expires_at, l.created_at, l.fields,
         array(select f.name from unnest($3::text[]) with ordinality as f (name, n)
               where l.fields ->> f.name is null order by f.n) as missing
  from due d
  join dialerd.lead_state s on s.lead_id = d.lead_id
  join dialerd.lead l on l.lead_id = d.lead_id
  join dialerd.campaign c on c.campaign_id = l.campaign_id
)
select l.lead_id, exists (select )sql" +
         suppressed_by_sql({"l.person", "l.dialled"}, "l.account", "$1") +
         R"sql(), l.missing,
       case when l.missing = '{}' then '{}'
            else array(select f.name from jsonb_each_text(l.fields) as f (name, value)
                       where f.value is not null order by f.name limit 12) end,
       )sql" +
         facts_sql("l", "l") + " from lead l order by l.next_at, l.lead_id";
}

std::vector<std::string> texts_at(const pqxx::row& row, int column) {
  std::vector<std::string> texts;
  for (auto& text : parse_array_text(text_at(row, column))) texts.push_back(text.value_or(""));
  return texts;
}

}  // namespace

Result<std::vector<NextLead>> next_leads(Session& session, campaign::CampaignId campaign, std::int64_t most,
                                         const std::vector<std::string>& lead_fields) {
  ArrayText fields;
  for (const std::string& name : lead_fields) fields.add(name);
  std::vector<NextLead> leads;
  Result<void> done = session.run("reading the next leads", [&](Transaction& transaction) -> Result<void> {
    leads.clear();
    const pqxx::result rows =
        transaction.exec(next_leads_sql(), static_cast<std::int64_t>(campaign), most, fields.text());
    for (const auto& row : rows) {
      NextLead lead;
      lead.lead = campaign::LeadId{number_at(row, 0)};
      lead.suppressed = flag_at(row, 1);
      lead.missing_fields = texts_at(row, 2);
      lead.field_names = texts_at(row, 3);
      lead.facts = facts_at(row, 4);
      leads.push_back(std::move(lead));
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return leads;
}

}  // namespace dialerd::storage
