// `dialerd reload` and the daemons that answer it, by dialerd.reload_request and dialerd.reload_answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/error.h"
#include "storage/session.h"

namespace dialerd::storage {

struct ReloadRequest {
  std::int64_t id = 0;
  std::string requested_by;
};

struct ReloadAnswer {
  std::string owner;  // the daemon
  bool ok = false;
  std::string text;
};

// Asks every daemon to read its configuration again, and tells those that listen (channel `dialerd`). Requests older
// than a month are forgotten with it. The daemons that live now are those that may be expected to answer.
struct AskedReload {
  std::int64_t id = 0;
  std::vector<std::string> daemons;
};
Result<AskedReload> ask_reload(Session& session, const std::string& who);
Result<std::vector<ReloadAnswer>> reload_answers(Session& session, std::int64_t request);
// Those of the daemons whose heartbeat is over: they have ended, or the database does not hear of them any more.
Result<std::vector<std::string>> silent_daemons(Session& session, const std::vector<std::string>& owners);

// For a daemon that read its files so long ago: what was asked before that is done.
Result<std::int64_t> last_reload_request(Session& session, std::chrono::milliseconds ago);
// Later ones than that, which `owner` has not answered.
Result<std::vector<ReloadRequest>> reload_requests(Session& session, std::int64_t after, const std::string& owner);
Result<void> answer_reload(Session& session, std::int64_t request, const ReloadAnswer& answer);

}  // namespace dialerd::storage
