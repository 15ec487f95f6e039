// The connections of one account and the requests that wait for one.
//
// A request goes to the connection that was used last, so that the others may age and close. When none is idle it
// waits, first come first served, and a new connection is started for it unless there are as many as allowed; whichever
// gets ready first takes the oldest request. A connection that could not be made answers the oldest waiting request
// not_sent, so a dead server costs each request one attempt and none is tried again.
//
// On the loop only. Held by the client and by every connection.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "daemon/voxapi/client.h"
#include "daemon/voxapi/connection.h"

namespace dialerd::daemon::voxapi {

class Pool final : public ConnectionOwner, public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(ConnectionSettings settings);

  void submit(Job job);
  void close();
  ClientStatistics statistics() const;

  void ready(Connection& connection) override;
  void ended(Connection& connection, const std::string& failure) override;

 private:
  bool give_to_idle(Job& job);
  void start_connections();
  void answer_not_sent(Job job, std::string failure);
  void watch_send_by();
  void answer_overdue();

  ConnectionSettings settings_;
  std::shared_ptr<AddressLookup> addresses_;
  Timer send_by_timer_;
  bool send_by_watched_ = false;
  bool closed_ = false;
  std::deque<Job> waiting_;
  std::unordered_set<Connection*> connecting_;
  std::vector<Connection*> idle_;  // the last is the one used last
  std::int64_t busy_ = 0;
  std::int64_t opened_ = 0;
};

}  // namespace dialerd::daemon::voxapi
