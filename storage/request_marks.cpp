#include "storage/request_marks.h"

#include <algorithm>

#include "storage/array_text.h"

namespace dialerd::storage {

void tell_requests(Transaction& transaction, const Ownership& ownership, const campaign::RequestHistory& requests) {
  ArrayText until, count;
  for (const campaign::RequestHistory::Spent& one : requests.spent) {
    until.add_number(milliseconds_of(one.until));
    count.add_number(one.requests);
  }
  transaction.exec(
      "update dialerd.ownership set requests_until_ms = $3::bigint[], requests_spent = $4::bigint[], "
      "  requests_told_at = timestamptz 'epoch' + $5::bigint * interval '1 millisecond' "
      "where account = $1 and epoch = $2",
      ownership.account, ownership.epoch, until.text(), count.text(), milliseconds_of(requests.told_at));
}

std::optional<campaign::RequestHistory> told_requests(Transaction& transaction, const std::string& account,
                                                      const std::vector<ClockStep>& steps) {
  const pqxx::result rows = transaction.exec(
      "select epoch, dialerd.unix_ms(requests_told_at), dialerd.unix_ms(requests_sent_until), "
      "       dialerd.unix_ms(clock_timestamp()) from dialerd.ownership where account = $1",
      account);
  if (rows.empty()) return std::nullopt;
  campaign::RequestHistory told;
  // Its first owner: nobody was there to send any.
  if (null_at(rows[0], 1) && number_at(rows[0], 0) == 1) {
    told.told_at = told.sent_until = time_at(rows[0], 3);
    return told;
  }
  if (null_at(rows[0], 1) || null_at(rows[0], 2)) return std::nullopt;
  told.told_at = time_at(rows[0], 1);
  told.sent_until = time_at(rows[0], 2);
  // The clock was set since: how long ago the last of a minute's requests were is not known well enough.
  const bool stepped = std::any_of(steps.begin(), steps.end(), [&](const ClockStep& step) {
    return step.at >= told.told_at - std::chrono::minutes{2};
  });
  if (stepped || told.told_at > time_at(rows[0], 3)) return std::nullopt;
  const ClockHistory clock(steps, time_at(rows[0], 3));
  for (const auto& row : transaction.exec("select t.until_ms, t.spent from dialerd.ownership o, "
                                          "  unnest(o.requests_until_ms, o.requests_spent) as t (until_ms, spent) "
                                          "where o.account = $1",
                                          account)) {
    const campaign::WallTime until = time_at(row, 0);
    told.spent.push_back({clock.counted_until(until, until), number_at(row, 1)});
  }
  return told;
}

}  // namespace dialerd::storage
