// An answer as it goes over the wire (RFC 9110, RFC 9112).
#pragma once

#include <string>

#include "daemon/http_server/message.h"

namespace dialerd::daemon::http_server {

// `closes`: the connection ends with it. `is_head`: the question was HEAD, so the body is announced but not sent.
std::string response_text(const Response& response, bool closes, bool is_head);

}  // namespace dialerd::daemon::http_server
