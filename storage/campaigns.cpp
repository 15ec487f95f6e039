// Campaigns as the database knows them, and what is wished of each.
#include <algorithm>

#include "storage/array_text.h"
#include "storage/revisions.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

using campaign::CampaignWish;

// What the campaign's file says of it.
const std::string terms_sql = R"sql(
update dialerd.campaign c
set region = t.region, timezone = t.timezone, starts_at = t.starts_at, ends_at = t.ends_at
from (select $2 as region, nullif($3, '') as timezone, to_timestamp($4::bigint / 1000.0) as starts_at,
             to_timestamp($5::bigint / 1000.0) as ends_at) as t
where c.campaign_id = $1
  and (c.region, c.timezone, c.starts_at, c.ends_at) is distinct from (t.region, t.timezone, t.starts_at, t.ends_at)
)sql";

std::optional<std::int64_t> milliseconds_of(const std::optional<campaign::WallTime>& time) {
  return time ? std::optional(storage::milliseconds_of(*time)) : std::nullopt;
}

CampaignWish wish_at(const pqxx::row& row, int column) {
  return campaign::parse_campaign_wish(text_at(row, column)).value();
}

}  // namespace

Result<campaign::CampaignId> register_campaign(Transaction& transaction, const std::string& name,
                                               const std::string& account, const std::string& region,
                                               const CampaignTerms& terms) {
  transaction.exec(
      "insert into dialerd.campaign (name, account, region) values ($1, $2, $3) on conflict (name) do nothing", name,
      account, region);
  // Locked, so that two daemons that register at once do not both add a revision.
  const pqxx::result found = transaction.exec(
      "select campaign_id, account, region, exists (select from dialerd.lead l where l.campaign_id = "
      "c.campaign_id) from dialerd.campaign c where name = $1 for no key update",
      name);
  const std::int64_t id = number_at(found[0], 0);
  if (const std::string holder = text_at(found[0], 1); holder != account) {
    return Error{ErrorKind::refused, "campaign " + name + " belongs to account " + holder + ", not to " + account};
  }
  // Opt-outs, caps and lock-outs are by the number with its region: for another one the same people would be unknown.
  if (const std::string holder = text_at(found[0], 2); holder != region && flag_at(found[0], 3)) {
    return Error{ErrorKind::refused, "campaign " + name + " has leads with numbers of region " + holder + ", not of " +
                                         region + ": give the campaign of another region another name"};
  }
  transaction.exec(terms_sql, id, region, terms.timezone, milliseconds_of(terms.starts_at),
                   milliseconds_of(terms.ends_at));
  // The row that a claim locks to see a pause in time: see claim_sql. Looked for first, so that the triggers and the
  // sequence are left alone at every further start.
  transaction.exec(
      "insert into dialerd.campaign_control (campaign_id, wish, changed_by) "
      "select $1, $2::dialerd.campaign_wish, 'dialerd' "
      "where not exists (select from dialerd.campaign_control where campaign_id = $1)",
      id, std::string(to_string(terms.starts_as_draft ? CampaignWish::draft : CampaignWish::running)));
  return campaign::CampaignId{id};
}

Result<campaign::CampaignId> Session::register_campaign(const std::string& name, const std::string& account,
                                                        const std::string& region, const CampaignTerms& terms) {
  campaign::CampaignId id{};
  Result<void> done = run("registering a campaign", [&](Transaction& transaction) -> Result<void> {
    auto registered = storage::register_campaign(transaction, name, account, region, terms);
    if (!registered) return registered.error();
    id = *registered;
    return {};
  });
  if (done.has_error()) return done.error();
  return id;
}

Result<std::optional<campaign::CampaignId>> Session::find_campaign(const std::string& name) {
  std::optional<campaign::CampaignId> id;
  Result<void> done = run("looking up a campaign", [&](Transaction& transaction) -> Result<void> {
    const pqxx::result found = transaction.exec("select campaign_id from dialerd.campaign where name = $1", name);
    id = found.empty() ? std::nullopt : std::optional(campaign::CampaignId{number_at(found[0], 0)});
    return {};
  });
  if (done.has_error()) return done.error();
  return id;
}

Result<std::string> Session::why_undialled(campaign::CampaignId campaign) {
  std::string why;
  Result<void> done = run("looking for a campaign's daemon", [&](Transaction& transaction) -> Result<void> {
    const pqxx::result found = transaction.exec("select why from dialerd.campaign_undialled where campaign_id = $1",
                                                static_cast<std::int64_t>(campaign));
    why = found.empty() ? std::string() : text_at(found[0], 0);
    return {};
  });
  if (done.has_error()) return done.error();
  return why;
}

Result<std::vector<std::vector<std::string>>> Session::clocks(const std::vector<campaign::CampaignId>& campaigns) {
  // From one clock to the next by the index of ready leads: as many probes as there are clocks, however many leads.
  static const std::string sql = R"sql(
select a.n, c.clock
from unnest($1::bigint[]) with ordinality as a (campaign_id, n)
cross join lateral (
  with recursive found as (
    (select clock from dialerd.lead_state
     where campaign_id = a.campaign_id and state = 'ready' order by clock limit 1)
    union all
    select (select s.clock from dialerd.lead_state s
            where s.campaign_id = a.campaign_id and s.state = 'ready' and s.clock > found.clock
            order by s.clock limit 1)
    from found where found.clock is not null
  )
  select clock from found where clock is not null
) as c
order by a.n, c.clock
)sql";
  ArrayText ids;
  for (campaign::CampaignId id : campaigns) ids.add_number(static_cast<std::int64_t>(id));
  std::vector<std::vector<std::string>> clocks;
  Result<void> done = run("reading the leads' clocks", [&](Transaction& transaction) -> Result<void> {
    clocks.assign(campaigns.size(), {});
    for (const auto& row : transaction.exec(sql, ids.text())) {
      clocks[number_at<std::size_t>(row, 0) - 1].push_back(text_at(row, 1));
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return clocks;
}

Result<std::vector<CampaignControl>> Session::controls(const std::vector<campaign::CampaignId>& campaigns) {
  ArrayText ids;
  for (campaign::CampaignId id : campaigns) ids.add_number(static_cast<std::int64_t>(id));
  std::vector<CampaignControl> controls;
  Result<void> done = run("reading campaign controls", [&](Transaction& transaction) -> Result<void> {
    controls.clear();
    const pqxx::result rows = transaction.exec(
        "select a.campaign_id, coalesce(c.wish, 'draft'), coalesce(c.reason, ''), coalesce(c.changed_by, '') "
        "from unnest($1::bigint[]) with ordinality as a (campaign_id, n) "
        "left join dialerd.campaign_control c using (campaign_id) order by a.n",
        ids.text());
    for (const auto& row : rows) {
      controls.push_back({campaign::CampaignId{number_at(row, 0)}, wish_at(row, 1), text_at(row, 2), text_at(row, 3)});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return controls;
}

Result<CampaignControl> Session::set_wish(campaign::CampaignId campaign, CampaignWish to, const std::string& reason,
                                          const std::string& who, const std::vector<CampaignWish>& from) {
  CampaignControl before;
  Result<void> done = run("changing a campaign's control", [&](Transaction& transaction) -> Result<void> {
    // Locked: a claim holds this row FOR SHARE until its attempts are committed.
    const pqxx::result found = transaction.exec(
        "select wish, reason, changed_by from dialerd.campaign_control where campaign_id = $1 for no key update",
        static_cast<std::int64_t>(campaign));
    if (found.empty()) return Error{ErrorKind::refused, "there is no such campaign in dialerd.campaign_control"};
    before = {campaign, wish_at(found[0], 0), text_at(found[0], 1), text_at(found[0], 2)};
    if (before.wish == to || std::find(from.begin(), from.end(), before.wish) == from.end()) return {};
    transaction.exec(
        "update dialerd.campaign_control set wish = $2::dialerd.campaign_wish, reason = $3, changed_by = $4 "
        "where campaign_id = $1",
        static_cast<std::int64_t>(campaign), std::string(to_string(to)), storable_text(reason), storable_text(who));
    return {};
  });
  if (done.has_error()) return done.error();
  return before;
}

Result<CampaignControl> Session::set_wish(campaign::CampaignId campaign, CampaignWish to, const std::string& reason,
                                          const std::string& who) {
  return set_wish(campaign, to, reason, who,
                  {CampaignWish::draft, CampaignWish::running, CampaignWish::paused, CampaignWish::stopped});
}

}  // namespace dialerd::storage
