// The secret part of a webhook's URL. Compared by digest, every live one each time, so that the time an answer takes
// tells neither how much of a guess was right nor which secret it was.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/webhook/digest.h"

namespace dialerd::daemon::webhook {

class PathSecrets {
 public:
  // Two at most: of one that comes and one that goes.
  explicit PathSecrets(const std::vector<std::string>& secrets);

  bool match(std::string_view given) const;

 private:
  std::vector<Digest> digests_;
};

// What makes a text unfit to be such a secret: too short to be unguessable, or characters that a URL would encode.
// Nullopt: it is fit. Never repeats a part of it.
std::optional<std::string> path_secret_fault(std::string_view secret);

// /webhooks/ACCOUNT/SECRET, taken apart; a query behind it is passed over.
struct WebhookPath {
  std::string_view account;
  std::string_view secret;
};
std::optional<WebhookPath> parse_webhook_path(std::string_view target);

}  // namespace dialerd::daemon::webhook
