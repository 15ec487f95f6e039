#include "daemon/webhook/path_secrets.h"

#include <algorithm>

namespace dialerd::daemon::webhook {
namespace {

constexpr std::size_t secret_least = 24;  // 96 bits even if it is written in hexadecimal digits
constexpr std::size_t secret_most = 256;
constexpr std::size_t live_secrets = 2;

// Of RFC 3986's unreserved characters, those that no console and no proxy rewrites.
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

PathSecrets::PathSecrets(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) digests_.push_back(sha256(secret));
  // As many comparisons for everybody.
  while (!digests_.empty() && digests_.size() < live_secrets) digests_.push_back(digests_.front());
}

bool PathSecrets::match(std::string_view given) const {
  const Digest digest = sha256(given);
  bool matches = false;
  for (const Digest& live : digests_) matches |= equal(live, digest);
  return matches;
}

std::optional<std::string> path_secret_fault(std::string_view secret) {
  const std::string remedy = "; make one with `openssl rand -hex 24`";
  if (!std::all_of(secret.begin(), secret.end(), is_plain)) {
    return "has characters other than letters, digits, '-' and '_'" + remedy;
  }
  if (secret.size() < secret_least) return "is shorter than " + std::to_string(secret_least) + " characters" + remedy;
  if (secret.size() > secret_most) return "is longer than " + std::to_string(secret_most) + " characters" + remedy;
  return std::nullopt;
}

std::optional<WebhookPath> parse_webhook_path(std::string_view target) {
  constexpr std::string_view prefix = "/webhooks/";
  target = target.substr(0, target.find('?'));
  if (!target.starts_with(prefix)) return std::nullopt;
  target.remove_prefix(prefix.size());
  const std::size_t slash = target.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const WebhookPath path{target.substr(0, slash), target.substr(slash + 1)};
  if (path.account.empty() || path.secret.empty() || path.secret.find('/') != std::string_view::npos) {
    return std::nullopt;
  }
  return path;
}

}  // namespace dialerd::daemon::webhook
