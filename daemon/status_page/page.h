// The status page over HTTP: the page, its files, and what it shows as JSON. Read-only.
//
//   GET /              the page
//   GET /assets/NAME   its script, style, icon and licences; named by content, so browsers keep them for ever
//   GET /api/status    what it shows (docs/status-page.md)
//
// The page needs nothing from anywhere else, and the headers allow nothing else (CSP level 3, Fetch). Without a login
// it answers those alone who ask for an address or localhost, not for some name that leads here. One thread: the
// loop's.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "daemon/http_server/message.h"
#include "daemon/status_page/basic_auth.h"

namespace dialerd::daemon::status_page {

class Page {
 public:
  // `status` is asked for the JSON and answers on the loop's thread, at once or later.
  using Status = std::function<void(std::function<void(std::string json)>)>;

  // `login`: absent: whoever reaches the address.
  Page(std::optional<BasicLogin> login, Status status) : login_(std::move(login)), status_(std::move(status)) {}

  // GET and HEAD.
  void handle(const http_server::Request& request, std::function<void(http_server::Response)> respond) const;

 private:
  std::optional<BasicLogin> login_;
  Status status_;
};

}  // namespace dialerd::daemon::status_page
