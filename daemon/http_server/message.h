// What a server of this process is asked and answers, without Beast's types.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/ip_address.h"

namespace dialerd::daemon::http_server {

struct Request {
  config::IpAddress peer;  // the other end of the connection
  std::string method;
  std::string target;                                        // as sent
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in the order sent
  std::string body;

  // The values of every header of that (lower-case) name.
  std::vector<std::string_view> header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type{};
  std::string body{};  // with 204 and for HEAD it is not sent
  std::optional<std::chrono::seconds> retry_after{};
  std::string allow{};                                         // with 405
  std::vector<std::pair<std::string, std::string>> headers{};  // further ones, as they are sent
};

// What is to be done with a request whose head alone is known.
struct Admission {
  std::optional<Response> refusal;  // set: answered so, and the body is not read
  std::size_t route = 0;            // handed back to handle(): who was found to be meant
};

// Decides and answers. Called on the loop's thread; must outlive the server.
class Handler {
 public:
  virtual ~Handler() = default;

  virtual Admission admit(const Request& head) = 0;
  // `respond` is to be called once, on the loop's thread, at once or later.
  virtual void handle(Request request, std::size_t route, std::function<void(Response)> respond) = 0;
};

}  // namespace dialerd::daemon::http_server
