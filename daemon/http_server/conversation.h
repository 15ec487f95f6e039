// What is said on one connection: requests are read within bounds, shown to the handler, and answered in order.
#pragma once

#include <functional>
#include <string_view>

#include "daemon/http_server/message.h"
#include "daemon/http_server/net.h"
#include "daemon/http_server/server.h"

namespace dialerd::daemon::http_server {

// What a conversation needs to know of the server that it is held in.
class Host {
 public:
  virtual const Limits& limits() const = 0;
  virtual Handler& handler() = 0;
  virtual bool draining() const = 0;
  // Of the connection: no request is under way, so it may be ended for another one's sake.
  virtual void set_idle(bool idle) = 0;
  virtual const config::IpAddress& peer() const = 0;
  virtual void refused(std::string_view reason) = 0;

 protected:
  ~Host() = default;
};

// Ends when the connection is to be closed, which the caller does. `host` and `stream` must outlive it.
Awaitable<void> converse(PlainStream& stream, Host& host);
Awaitable<void> converse(TlsStream& stream, Host& host);

}  // namespace dialerd::daemon::http_server
