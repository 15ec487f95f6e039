#include "storage/calls_of_day.h"

#include "storage/transaction.h"

namespace dialerd::storage {

Result<CallsOfDay> calls_of_day(Session& session) {
  CallsOfDay calls;
  Result<void> done = session.run("counting the calls of a day", [&](Transaction& transaction) -> Result<void> {
    calls.clear();
    for (const auto& row :
         transaction.exec("select campaign_id, sum(calls)::bigint from dialerd.rollup_caller "
                          "where hour >= clock_timestamp() - interval '24 hours' group by campaign_id")) {
      calls[campaign::CampaignId{number_at(row, 0)}] = number_at(row, 1);
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return calls;
}

}  // namespace dialerd::storage
