#include "storage/preflight.h"

#include "storage/array_text.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// The statements of a daemon, and of `dialerd reload`, by table. A row that is locked (FOR UPDATE, FOR SHARE, FOR KEY
// SHARE) needs `update`.
const std::string missing_rights_sql = R"sql(
select need.privilege || ' of dialerd.' || need.name
from (
  select t.name, p.privilege, t.n, p.i
  from (values
    (1, 'attempt', 'select,insert,update'), (2, 'call_detail', 'select,insert,update'),
    (3, 'campaign', 'select,insert,update'), (4, 'campaign_control', 'select,insert,update'),
    (5, 'campaign_revision', 'select,insert'), (6, 'clock_step', 'select,insert'),
    (7, 'condition', 'select,insert,delete'), (8, 'daemon', 'select,insert,update,delete'),
    (9, 'daemon_revision', 'select,insert'), (10, 'forget_key', 'select'), (11, 'gate_decision', 'insert'),
    (12, 'late_news', 'select,insert'), (13, 'lead', 'select'), (14, 'lead_state', 'select,update'),
    (15, 'ownership', 'select,insert,update'), (16, 'reload_answer', 'select,insert'),
    (17, 'reload_request', 'select,insert,delete'), (18, 'resolution', 'select,update'), (19, 'suppression', 'select'),
    (20, 'suppression_list', 'select'), (21, 'webhook_event', 'select,insert,update')
  ) as t (n, name, privileges)
  cross join lateral unnest(string_to_array(t.privileges, ',')) with ordinality as p (privilege, i)
) as need
where not has_table_privilege('dialerd.' || need.name, need.privilege)
order by need.n, need.i
)sql";

}  // namespace

Result<std::map<std::string, KnownCampaign>> known_campaigns(Session& session, const std::vector<std::string>& names) {
  ArrayText text;
  for (const std::string& name : names) text.add(name);
  std::map<std::string, KnownCampaign> known;
  Result<void> done = session.run("looking up campaigns", [&](Transaction& transaction) -> Result<void> {
    known.clear();
    for (const auto& row : transaction.exec(
             "select name, campaign_id, account from dialerd.campaign where name = any($1::text[])", text.text())) {
      known[text_at(row, 0)] = {campaign::CampaignId{number_at(row, 1)}, text_at(row, 2)};
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return known;
}

Result<std::vector<std::string>> missing_rights(Session& session) {
  std::vector<std::string> missing;
  Result<void> done = session.run("asking what the role may do", [&](Transaction& transaction) -> Result<void> {
    missing.clear();
    for (const auto& row : transaction.exec(missing_rights_sql)) missing.push_back(text_at(row, 0));
    return {};
  });
  if (done.has_error()) return done.error();
  return missing;
}

}  // namespace dialerd::storage
