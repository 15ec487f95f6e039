#include "storage/revisions.h"

#include "storage/array_text.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

std::string array_of(const std::vector<std::string>& texts) {
  ArrayText array;
  for (const std::string& text : texts) array.add(text);
  return array.text();
}

// Two daemons that apply the same files at once add one revision: the campaign's row is locked.
const std::string campaign_revision_sql = R"sql(
with latest as (
  select revision, source, closed_dates, hash from dialerd.campaign_revision
  where campaign_id = $1 order by revision desc limit 1
)
insert into dialerd.campaign_revision
  (campaign_id, revision, source, applied_by, applied_on, closed_dates, hash, diff, changes, loosened)
select $1, coalesce((select revision from latest), 0) + 1, $2, $3, $4, $5,
       encode(sha256(convert_to($2 || E'\n' || $5, 'UTF8')), 'hex'),
       $6, $7::text[], $8::text[]
where coalesce((select source <> $2 or (hash is not null and closed_dates <> $5) from latest), true)
)sql";

const std::string daemon_revision_sql = R"sql(
with latest as (
  select revision, source from dialerd.daemon_revision where host = $1 and file = $2 order by revision desc limit 1
)
insert into dialerd.daemon_revision
  (host, file, revision, source, applied_by, applied_on, hash, diff, changes, loosened)
select $1, $2, coalesce((select revision from latest), 0) + 1, $3, $4, $5,
       encode(sha256(convert_to($3, 'UTF8')), 'hex'), $6, $7::text[], $8::text[]
where coalesce((select source <> $3 from latest), true)
on conflict do nothing
)sql";

void add_campaign_revision(Transaction& transaction, campaign::CampaignId id, const CampaignRegistration& campaign) {
  const RevisionNote& note = campaign.note;
  transaction.exec(campaign_revision_sql, static_cast<std::int64_t>(id), storable_text(campaign.source),
                   storable_text(note.applied_by), storable_text(note.applied_on), storable_text(note.closed_dates),
                   storable_text(note.diff), array_of(note.changes), array_of(note.loosened));
}

}  // namespace

Result<std::map<std::string, LastRevision>> last_campaign_revisions(Session& session,
                                                                    const std::vector<std::string>& names) {
  std::map<std::string, LastRevision> revisions;
  Result<void> done = session.run("reading revisions", [&](Transaction& transaction) -> Result<void> {
    revisions.clear();
    const pqxx::result rows = transaction.exec(
        "select c.name, r.revision, r.source, case when r.hash is not null then r.closed_dates end, "
        "       dialerd.unix_ms(r.applied_at), r.applied_by "
        "from dialerd.campaign c "
        "cross join lateral (select * from dialerd.campaign_revision r where r.campaign_id = c.campaign_id "
        "                    order by r.revision desc limit 1) r "
        "where c.name = any ($1::text[])",
        array_of(names));
    for (const auto& row : rows) {
      LastRevision& last = revisions[text_at(row, 0)];
      last.revision = number_at<int>(row, 1);
      last.source = text_at(row, 2);
      if (!null_at(row, 3)) last.closed_dates = text_at(row, 3);
      last.applied_at = time_at(row, 4);
      last.applied_by = text_at(row, 5);
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return revisions;
}

Result<std::optional<LastRevision>> last_daemon_revision(Session& session, const std::string& host,
                                                         const std::string& file) {
  std::optional<LastRevision> last;
  Result<void> done = session.run("reading a revision", [&](Transaction& transaction) -> Result<void> {
    last.reset();
    const pqxx::result rows = transaction.exec(
        "select revision, source, dialerd.unix_ms(applied_at), applied_by from dialerd.daemon_revision "
        "where host = $1 and file = $2 order by revision desc limit 1",
        storable_text(host), storable_text(file));
    if (rows.empty()) return {};
    last.emplace();
    last->revision = number_at<int>(rows[0], 0);
    last->source = text_at(rows[0], 1);
    last->applied_at = time_at(rows[0], 2);
    last->applied_by = text_at(rows[0], 3);
    return {};
  });
  if (done.has_error()) return done.error();
  return last;
}

Result<std::vector<campaign::CampaignId>> apply_revisions(Session& session, const DaemonRegistration& daemon,
                                                          const std::vector<CampaignRegistration>& campaigns) {
  std::vector<campaign::CampaignId> ids;
  Result<void> done = session.run("recording a configuration", [&](Transaction& transaction) -> Result<void> {
    ids.clear();
    for (const CampaignRegistration& campaign : campaigns) {
      auto id = register_campaign(transaction, campaign.name, campaign.account, campaign.region, campaign.terms);
      if (!id) return id.error();
      add_campaign_revision(transaction, *id, campaign);
      ids.push_back(*id);
    }
    const RevisionNote& note = daemon.note;
    transaction.exec(daemon_revision_sql, storable_text(daemon.host), storable_text(daemon.file),
                     storable_text(daemon.source), storable_text(note.applied_by), storable_text(note.applied_on),
                     storable_text(note.diff), array_of(note.changes), array_of(note.loosened));
    return {};
  });
  if (done.has_error()) return done.error();
  return ids;
}

Result<std::vector<LeftCampaign>> left_campaigns(Session& session, const std::vector<std::string>& accounts,
                                                 const std::vector<std::string>& named) {
  std::vector<LeftCampaign> left;
  Result<void> done =
      session.run("looking for campaigns without a file", [&](Transaction& transaction) -> Result<void> {
        left.clear();
        const pqxx::result rows = transaction.exec(
            "select c.name, ready.leads from dialerd.campaign c "
            "join dialerd.campaign_control w using (campaign_id) "
            "cross join lateral (select count(*) leads from dialerd.lead_state s "
            "                    where s.campaign_id = c.campaign_id and s.state = 'ready') ready "
            "where c.account = any ($1::text[]) and c.name <> all ($2::text[]) and w.wish <> 'stopped' "
            "and exists (select from dialerd.campaign_revision r where r.campaign_id = c.campaign_id) and ready.leads "
            "> 0 "
            "order by c.name",
            array_of(accounts), array_of(named));
        for (const auto& row : rows) left.push_back({text_at(row, 0), number_at(row, 1)});
        return {};
      });
  if (done.has_error()) return done.error();
  return left;
}

Result<std::int64_t> ready_leads(Session& session, campaign::CampaignId campaign) {
  std::int64_t leads = 0;
  Result<void> done = session.run("counting ready leads", [&](Transaction& transaction) -> Result<void> {
    leads =
        number_at(transaction.exec("select count(*) from dialerd.lead_state where campaign_id = $1 and state = 'ready'",
                                   static_cast<std::int64_t>(campaign))[0],
                  0);
    return {};
  });
  if (done.has_error()) return done.error();
  return leads;
}

}  // namespace dialerd::storage
