// What a supervisor asks: GET /livez (the process answers) and GET /readyz (it can make calls: daemon/readiness.h); and
// what Prometheus reads, GET /metrics (daemon/metrics/metrics.h). Without authentication: it tells account names and
// whether things work, and belongs on a loopback address.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/http_server/message.h"
#include "daemon/readiness.h"

namespace dialerd::daemon {

namespace status_page {
class Page;
}

class Monitoring : public http_server::Handler {
 public:
  // `metrics`: their text, made anew each time.
  Monitoring(std::function<Readiness()> readiness, std::function<std::string()> metrics)
      : readiness_(std::move(readiness)), metrics_(std::move(metrics)) {}

  // What is asked for otherwise. Must outlive this.
  void serve(const status_page::Page& page) { page_ = &page; }

  http_server::Admission admit(const http_server::Request& head) override;
  void handle(http_server::Request request, std::size_t route,
              std::function<void(http_server::Response)> respond) override;

 private:
  std::function<Readiness()> readiness_;
  std::function<std::string()> metrics_;
  const status_page::Page* page_ = nullptr;
};

}  // namespace dialerd::daemon
