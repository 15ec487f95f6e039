#include "daemon/http_server/response_text.h"

#include <string_view>

#include <boost/beast/http/status.hpp>

namespace dialerd::daemon::http_server {

std::string response_text(const Response& response, bool closes, bool is_head) {
  const auto phrase = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
  text.append(phrase.data(), phrase.size());
  const auto header = [&](std::string_view name, std::string_view value) {
    text.append("\r\n").append(name).append(": ").append(value);
  };
  if (!response.content_type.empty()) header("Content-Type", response.content_type);
  if (!response.allow.empty()) header("Allow", response.allow);
  if (response.retry_after) header("Retry-After", std::to_string(response.retry_after->count()));
  for (const auto& [name, value] : response.headers) header(name, value);
  if (closes) header("Connection", "close");
  // With 204 there is none (RFC 9110, 8.6).
  const bool has_body = response.status != 204;
  if (has_body) header("Content-Length", std::to_string(response.body.size()));
  text += "\r\n\r\n";
  if (has_body && !is_head) text += response.body;
  return text;
}

}  // namespace dialerd::daemon::http_server
