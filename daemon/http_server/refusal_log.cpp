#include "daemon/http_server/refusal_log.h"

namespace dialerd::daemon::http_server {

void RefusalLog::count(Clock::time_point now, std::string_view reason, const std::optional<config::IpAddress>& client) {
  auto at = counts_.find(reason);
  if (at == counts_.end()) at = counts_.emplace(reason, Count{}).first;
  Count& count = at->second;
  ++count.untold;
  if (client) count.client = to_string(*client);
  if (!count.ever_told || now - count.told >= interval) tell(now, at->first, count);
}

void RefusalLog::flush(Clock::time_point now) {
  for (auto& [reason, count] : counts_) {
    if (count.untold > 0 && now - count.told >= interval) tell(now, reason, count);
  }
}

void RefusalLog::tell(Clock::time_point now, const std::string& reason, Count& count) {
  std::string line = reason;
  if (count.untold > 1) line += ", " + std::to_string(count.untold) + " times";
  if (!count.client.empty()) line += (count.untold > 1 ? ", last from " : ", from ") + count.client;
  count.untold = 0;
  count.told = now;
  count.ever_told = true;
  write_(line);
}

}  // namespace dialerd::daemon::http_server
