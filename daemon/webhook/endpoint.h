// An account's webhook, ready to be received: its secrets read, its rules as the configuration says them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/daemon_config.h"
#include "daemon/webhook/path_secrets.h"
#include "daemon/webhook/signature_check.h"

namespace dialerd::daemon::webhook {

// The secrets of one account's webhook, in the order of the configuration.
struct EndpointSecrets {
  std::vector<std::string> path;
  std::vector<std::string> signature;
};

struct Endpoint {
  std::string account;
  PathSecrets path_secrets;
  std::optional<SignatureCheck> signature;
  bool trusted = false;                     // a verified signature makes a webhook the provider's own word
  std::vector<config::IpRange> allow_from;  // empty: from everywhere
};

// `account` has a webhook.
Endpoint make_endpoint(const config::Account& account, const EndpointSecrets& secrets);

}  // namespace dialerd::daemon::webhook
