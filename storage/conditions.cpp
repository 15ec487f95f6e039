// What an account's owner says of what waits, for everybody who asks the database.
#include "storage/array_text.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {

Result<void> Session::set_conditions(const Ownership& owner, const std::vector<Condition>& conditions) {
  ArrayText campaign, caller_number, state, since, until;
  for (const Condition& condition : conditions) {
    condition.campaign ? campaign.add_number(static_cast<std::int64_t>(*condition.campaign)) : campaign.add_null();
    condition.caller_number.empty() ? caller_number.add_null() : caller_number.add(condition.caller_number);
    state.add(condition.state);
    since.add_number(milliseconds_of(condition.since));
    condition.until ? until.add_number(milliseconds_of(*condition.until)) : until.add_null();
  }
  return run("telling conditions", [&](Transaction& transaction) -> Result<void> {
    const pqxx::result owned = transaction.exec(
        "select from dialerd.ownership where account = $1 and epoch = $2 for key share", owner.account, owner.epoch);
    if (owned.empty()) {
      return Error{ErrorKind::not_owner,
                   "account " + owner.account + " is no longer owned under epoch " + std::to_string(owner.epoch)};
    }
    transaction.exec("delete from dialerd.condition where account = $1", owner.account);
    transaction.exec(
        "insert into dialerd.condition (account, campaign_id, caller_number, state, since, until) "
        "select $1, campaign_id, caller_number, state, timestamptz 'epoch' + since_ms * interval '1 millisecond', "
        "       timestamptz 'epoch' + until_ms * interval '1 millisecond' "
        "from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) "
        "  as c (campaign_id, caller_number, state, since_ms, until_ms)",
        owner.account, campaign.text(), caller_number.text(), state.text(), since.text(), until.text());
    return {};
  });
}

}  // namespace dialerd::storage
