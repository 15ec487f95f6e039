#include "daemon/status_page/page.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "config/ip_address.h"
#include "daemon/status_page/assets.h"

namespace dialerd::daemon::status_page {
namespace {

using http_server::Response;

constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

Response with_headers(Response response, std::string_view cache) {
  response.headers = {{"Content-Security-Policy", std::string(content_security_policy)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Resource-Policy", "same-origin"},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cache-Control", std::string(cache)}};
  return response;
}

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/plain; charset=utf-8";
}

Response file(std::string_view name, std::string_view cache) {
  const auto assets = embedded_assets();
  const auto found = std::find_if(assets.begin(), assets.end(), [&](const Asset& asset) { return asset.name == name; });
  if (found == assets.end()) return with_headers(Response{404}, "no-store");
  return with_headers({200, std::string(type_of(name)), std::string(found->content)}, cache);
}

// Without a password nothing keeps a web page of somebody else from reading what its own host name, pointed to this
// address, serves (DNS rebinding). It cannot take on a name that is none: an address, or localhost.
bool is_named_by_address(const std::vector<std::string_view>& hosts) {
  if (hosts.size() != 1) return false;
  std::string_view host = hosts.front();
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos && host.back() != ']') {
    host = host.substr(0, colon);
  }
  if (host == "localhost") return true;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return config::parse_ip_address(host).has_value();
}

}  // namespace

void Page::handle(const http_server::Request& request, std::function<void(Response)> respond) const {
  if (login_ && !login_->admits(request.header("authorization"))) {
    Response denied =
        with_headers({401, "text/plain; charset=utf-8", "a user and a password are needed\n"}, "no-store");
    denied.headers.emplace_back("WWW-Authenticate", R"(Basic realm="dialerd", charset="UTF-8")");
    return respond(std::move(denied));
  }
  if (!login_ && !is_named_by_address(request.header("host"))) {
    return respond(with_headers({421, "text/plain; charset=utf-8",
                                 "Without monitoring.basic_auth this page is shown to those who ask for an IP address "
                                 "or localhost; a proxy must send such a Host.\n"},
                                "no-store"));
  }
  constexpr std::string_view page = "index.html";
  constexpr std::string_view assets = "/assets/";
  const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == "/") return respond(file(page, "no-cache"));
  if (path == "/api/status") {
    return status_([respond = std::move(respond)](std::string json) {
      respond(with_headers({200, "application/json", std::move(json)}, "no-store"));
    });
  }
  if (path.starts_with(assets) && path.substr(assets.size()) != page) {
    return respond(file(path.substr(assets.size()), "public, max-age=31536000, immutable"));
  }
  respond(with_headers(Response{404}, "no-store"));
}

}  // namespace dialerd::daemon::status_page
