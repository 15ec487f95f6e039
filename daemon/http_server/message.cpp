#include "daemon/http_server/message.h"

namespace dialerd::daemon::http_server {

std::vector<std::string_view> Request::header(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [one, value] : headers) {
    if (one == name) values.emplace_back(value);
  }
  return values;
}

}  // namespace dialerd::daemon::http_server
