#include "daemon/webhook/receiver.h"

#include <chrono>
#include <utility>

#include "daemon/webhook/digest.h"
#include "daemon/webhook/envelope.h"

namespace dialerd::daemon::webhook {
namespace {

using http_server::Admission;
using http_server::Request;
using http_server::Response;

constexpr std::chrono::seconds retry_after{5};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The signature's header, when it is there exactly once: of two, another reader might take the other.
std::optional<std::string_view> signature_in(const Request& request, const SignatureCheck& check) {
  const auto values = request.header(check.header());
  return values.size() == 1 ? std::optional(values.front()) : std::nullopt;
}

std::string_view why_not(Keeping keeping) {
  switch (keeping) {
    case Keeping::too_many:
      return reason::too_many;
    case Keeping::refused:
      return reason::not_taken;
    default:
      return reason::too_late;
  }
}

}  // namespace

Receiver::Receiver(std::vector<Endpoint> endpoints, std::vector<config::IpRange> trusted_proxies, Keep keep,
                   Refused refused)
    : endpoints_(std::move(endpoints)),
      trusted_proxies_(std::move(trusted_proxies)),
      nobodys_({"nobody's"}),
      keep_(std::move(keep)),
      refused_(std::move(refused)) {}

Admission Receiver::admit(const Request& head) {
  if (head.method != "POST") {
    Response response = refuse(head, reason::method, 405);
    response.allow = "POST";
    return {response};
  }
  const auto route = route_of(head.target);
  if (!route) return {refuse(head, reason::path, 404)};
  const Endpoint& endpoint = endpoints_[*route];
  if (!endpoint.allow_from.empty()) {
    const auto client = client_of(head);
    if (!client || !any_contains(endpoint.allow_from, *client)) return {refuse(head, reason::address, 403)};
  }
  if (endpoint.signature && !signature_in(head, *endpoint.signature)) {
    return {refuse(head, reason::unsigned_body, 401)};
  }
  return {std::nullopt, *route};
}

void Receiver::handle(Request request, std::size_t route, std::function<void(Response)> respond) {
  const Endpoint& endpoint = endpoints_[route];
  if (endpoint.signature) {
    const auto signature = signature_in(request, *endpoint.signature);
    if (!signature || !endpoint.signature->matches(*signature, request.body)) {
      return respond(refuse(request, reason::signature, 401));
    }
  }
  auto envelope = read_envelope(request.body);
  if (!envelope) return respond(refuse(request, reason::unreadable, 400));

  storage::Webhook webhook;
  webhook.account = endpoint.account;
  webhook.digest = sha256(request.body);
  webhook.event = std::move(envelope->event);
  webhook.version = std::move(envelope->version);
  webhook.call_id = std::move(envelope->call.call_id);
  webhook.attempt = envelope->call.attempt;
  webhook.trusted = endpoint.signature && endpoint.trusted;
  webhook.body = std::move(request.body);
  request.body.clear();
  keep_(std::move(webhook), [this, request = std::move(request), respond = std::move(respond)](Keeping keeping) {
    if (keeping == Keeping::kept) return respond(Response{204});
    Response response = refuse(request, why_not(keeping), 503);
    response.retry_after = retry_after;
    respond(response);
  });
}

std::optional<config::IpAddress> Receiver::client_of(const Request& request) const {
  if (!any_contains(trusted_proxies_, request.peer)) return request.peer;
  // The last hop is what our own proxy saw; what stands before it, anybody can have written.
  const auto forwarded = request.header("x-forwarded-for");
  if (forwarded.empty()) return std::nullopt;
  const std::string_view hops = forwarded.back();
  const std::size_t comma = hops.rfind(',');
  return config::parse_ip_address(trimmed(comma == std::string_view::npos ? hops : hops.substr(comma + 1)));
}

std::optional<std::size_t> Receiver::route_of(std::string_view target) const {
  const auto path = parse_webhook_path(target);
  if (!path) return std::nullopt;
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    if (endpoints_[i].account != path->account) continue;
    return endpoints_[i].path_secrets.match(path->secret) ? std::optional(i) : std::nullopt;
  }
  (void)nobodys_.match(path->secret);
  return std::nullopt;
}

Response Receiver::refuse(const Request& request, std::string_view reason, int status) {
  refused_(reason, client_of(request));
  return Response{status};
}

}  // namespace dialerd::daemon::webhook
