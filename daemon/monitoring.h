// What a supervisor asks: GET /livez (the process answers) and GET /readyz (it can make calls: daemon/readiness.h).
// Without authentication: it tells account names and whether things work, and belongs on a loopback address.
#pragma once

#include <functional>
#include <string_view>

#include "daemon/http_server/message.h"
#include "daemon/readiness.h"

namespace dialerd::daemon {

class Monitoring : public http_server::Handler {
 public:
  explicit Monitoring(std::function<Readiness()> readiness) : readiness_(std::move(readiness)) {}

  http_server::Admission admit(const http_server::Request& head) override;
  void handle(http_server::Request request, std::size_t route,
              std::function<void(http_server::Response)> respond) override;

 private:
  std::function<Readiness()> readiness_;
};

}  // namespace dialerd::daemon
