#include "daemon/webhook/endpoint.h"

namespace dialerd::daemon::webhook {

Endpoint make_endpoint(const config::Account& account, const EndpointSecrets& secrets) {
  const config::AccountWebhook& webhook = *account.webhook;
  Endpoint endpoint{account.name, PathSecrets(secrets.path), std::nullopt, false, webhook.allow_from};
  if (webhook.signature) {
    endpoint.signature.emplace(*webhook.signature, secrets.signature);
    endpoint.trusted = webhook.signature->trusted;
  }
  return endpoint;
}

}  // namespace dialerd::daemon::webhook
