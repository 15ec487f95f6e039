// Decides about each request whether it is a webhook, and of whom; and answers it once it is kept.
//
// Nothing of a body is read before the sender has shown that it knows an account's path secret and comes from where it
// may, and nothing of it is parsed before its signature, where one is asked for, was verified. Whether an account
// exists shows in no answer. One thread: the loop's.
//
//   204  kept durably, now or before          401  no valid signature
//   400  no JSON, or no call in it            403  not from there
//   404  no such URL                          405  not POST
//   503  not kept; to be sent again           (413, 431 and no answer at all: http_server/server.h)
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "config/ip_address.h"
#include "daemon/http_server/message.h"
#include "daemon/webhook/endpoint.h"
#include "storage/inbox.h"

namespace dialerd::daemon::webhook {

namespace reason {
inline constexpr std::string_view method = "not POST";
inline constexpr std::string_view path = "wrong path or path secret";
inline constexpr std::string_view address = "not in allow_from";
inline constexpr std::string_view unsigned_body = "no signature";
inline constexpr std::string_view signature = "wrong signature";
inline constexpr std::string_view unreadable = "no JSON with a call";
inline constexpr std::string_view too_late = "not kept, the database did not commit in time";
inline constexpr std::string_view too_many = "not kept, too many wait for the database";
inline constexpr std::string_view not_taken = "not kept, the database refuses it";
}  // namespace reason

enum class Keeping : std::uint8_t {
  kept,  // durably; a duplicate is, too
  too_late,
  too_many,
  refused
};

class Receiver : public http_server::Handler {
 public:
  using KeepDone = std::function<void(Keeping)>;
  // Keeps a webhook durably, then says whether it is kept. Called on the loop's thread, as is `done`.
  using Keep = std::function<void(storage::Webhook webhook, KeepDone done)>;
  using Refused = std::function<void(std::string_view reason, const std::optional<config::IpAddress>& client)>;

  Receiver(std::vector<Endpoint> endpoints, std::vector<config::IpRange> trusted_proxies, Keep keep, Refused refused);

  http_server::Admission admit(const http_server::Request& head) override;
  void handle(http_server::Request request, std::size_t route,
              std::function<void(http_server::Response)> respond) override;

 private:
  // Nullopt when a proxy that is trusted does not say it.
  std::optional<config::IpAddress> client_of(const http_server::Request& request) const;
  std::optional<std::size_t> route_of(std::string_view target) const;
  http_server::Response refuse(const http_server::Request& request, std::string_view reason, int status);

  std::vector<Endpoint> endpoints_;
  std::vector<config::IpRange> trusted_proxies_;
  PathSecrets nobodys_;  // compared with where there is no account, so that an answer takes the same time
  Keep keep_;
  Refused refused_;
};

}  // namespace dialerd::daemon::webhook
