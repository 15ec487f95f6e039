// Campaigns as the database knows them, and the switch that pauses one.
#include "storage/array_text.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {

Result<campaign::CampaignId> Session::register_campaign(const std::string& name, const std::string& account,
                                                        const std::string& region, const std::string& source) {
  campaign::CampaignId id{};
  Result<void> done = run("registering a campaign", [&](Transaction& transaction) -> Result<void> {
    transaction.exec(
        "insert into dialerd.campaign (name, account, region) values ($1, $2, $3) on conflict (name) do nothing", name,
        account, region);
    // Locked, so that two daemons that register at once do not both add a revision.
    const pqxx::result found =
        transaction.exec("select campaign_id, account from dialerd.campaign where name = $1 for no key update", name);
    id = campaign::CampaignId{number_at(found[0], 0)};
    if (const std::string holder = text_at(found[0], 1); holder != account) {
      return Error{ErrorKind::refused, "campaign " + name + " belongs to account " + holder + ", not to " + account};
    }
    transaction.exec("update dialerd.campaign set region = $2 where campaign_id = $1 and region <> $2",
                     number_at(found[0], 0), region);
    // The row that a claim locks to see a pause in time: see claim_sql.
    transaction.exec(
        "insert into dialerd.campaign_control (campaign_id, paused, changed_by) values ($1, false, 'dialerd') "
        "on conflict (campaign_id) do nothing",
        number_at(found[0], 0));
    transaction.exec(
        "insert into dialerd.campaign_revision (campaign_id, revision, source) "
        "select $1, coalesce(max(revision), 0) + 1, $2 from dialerd.campaign_revision where campaign_id = $1 "
        "having coalesce((select source from dialerd.campaign_revision where campaign_id = $1 "
        "                 order by revision desc limit 1) <> $2, true)",
        number_at(found[0], 0), storable_text(source));
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
        "select a.campaign_id, coalesce(c.paused, false), coalesce(c.reason, '') "
        "from unnest($1::bigint[]) with ordinality as a (campaign_id, n) "
        "left join dialerd.campaign_control c using (campaign_id) order by a.n",
        ids.text());
    for (const auto& row : rows) {
      controls.push_back({campaign::CampaignId{number_at(row, 0)}, flag_at(row, 1), text_at(row, 2)});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return controls;
}

Result<void> Session::set_paused(campaign::CampaignId campaign, bool paused, const std::string& reason,
                                 const std::string& who) {
  return run("changing a campaign's control", [&](Transaction& transaction) -> Result<void> {
    transaction.exec(
        "insert into dialerd.campaign_control (campaign_id, paused, reason, changed_by) values ($1, $2, $3, $4) "
        "on conflict (campaign_id) do update set paused = excluded.paused, reason = excluded.reason, "
        "  changed_by = excluded.changed_by, changed_at = now()",
        static_cast<std::int64_t>(campaign), paused, storable_text(reason), storable_text(who));
    return {};
  });
}

}  // namespace dialerd::storage
