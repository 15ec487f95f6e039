#include "daemon/monitoring.h"

#include <string>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "daemon/metrics/metrics.h"
#include "daemon/status_page/page.h"

namespace dialerd::daemon {
namespace {

using http_server::Admission;
using http_server::Request;
using http_server::Response;

Response json_response(int status, const boost::json::object& body) {
  return {status, "application/json", boost::json::serialize(body) + "\n"};
}

}  // namespace

Admission Monitoring::admit(const Request& head) {
  if (head.method == "GET" || head.method == "HEAD") return {};
  Response response{405};
  response.allow = "GET, HEAD";
  return {response};
}

void Monitoring::handle(Request request, std::size_t, std::function<void(Response)> respond) {
  const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == "/livez") return respond(json_response(200, {{"live", true}}));
  if (path == "/metrics") return respond({200, std::string(metrics::Metrics::content_type), metrics_()});
  if (path != "/readyz") {
    return page_ != nullptr ? page_->handle(request, std::move(respond)) : respond(Response{404});
  }
  const Readiness readiness = readiness_();
  respond(json_response(readiness.ready ? 200 : 503, {{"ready", readiness.ready}, {"reason", readiness.reason}}));
}

}  // namespace dialerd::daemon
