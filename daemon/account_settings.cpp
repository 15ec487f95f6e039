#include "daemon/account_settings.h"

#include <algorithm>

namespace dialerd::daemon {

campaign::AccountSettings account_settings(const config::Account& account, const config::Http& http) {
  campaign::AccountSettings settings;
  settings.name = account.name;
  settings.limits = account.limits;
  // Several times the connections keeps each of them busy while answers are on their way back through the engine.
  settings.dialing_max = std::max<std::int64_t>(64, 4 * http.connections);
  // A pass over the list and the look-ups use the same connections.
  settings.connections = std::max<std::int64_t>(1, http.connections - 1 - campaign::Follower::look_ups_max);
  settings.reserve_percent = account.reserve_percent;
  settings.requests = account.requests;
  settings.caller_numbers = account.caller_numbers;
  return settings;
}

campaign::FollowSettings follow_settings(const config::DaemonConfig& daemon) {
  const config::Follow& follow = daemon.follow;
  return {follow.list_interval,
          follow.horizon,
          follow.list_lag,
          follow.abandon_after,
          daemon.http.write_timeout + daemon.http.response_timeout,
          static_cast<int>(follow.confirmations),
          follow.details_for};
}

}  // namespace dialerd::daemon
