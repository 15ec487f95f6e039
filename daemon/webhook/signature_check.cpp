#include "daemon/webhook/signature_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace dialerd::daemon::webhook {
namespace {

using Bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const EVP_MD* function_of(config::SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case config::SignatureAlgorithm::hmac_sha1:
      return EVP_sha1();
    case config::SignatureAlgorithm::hmac_sha512:
      return EVP_sha512();
    case config::SignatureAlgorithm::hmac_sha256:
      break;
  }
  return EVP_sha256();
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string hex(const Bytes& bytes, std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[bytes[i] >> 4U];
    text += digits[bytes[i] & 15U];
  }
  return text;
}

std::string base64(const Bytes& bytes, std::size_t size) {
  std::array<unsigned char, (EVP_MAX_MD_SIZE + 2) / 3 * 4 + 1> text{};
  const int length = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

}  // namespace

SignatureCheck::SignatureCheck(const config::WebhookSignature& settings, std::vector<std::string> secrets)
    : header_(lower_case(settings.header)),
      algorithm_(settings.algorithm),
      encoding_(settings.encoding),
      prefix_(settings.prefix),
      secrets_(std::move(secrets)) {}

bool SignatureCheck::matches(std::string_view value, std::string_view body) const {
  if (!value.starts_with(prefix_)) return false;
  value.remove_prefix(prefix_.size());
  const std::string given = encoding_ == config::SignatureEncoding::hex ? lower_case(value) : std::string(value);
  bool matches = false;
  for (const std::string& secret : secrets_) {
    const std::string right = signature(secret, body);
    // How long a signature is, is no secret.
    matches |= given.size() == right.size() && CRYPTO_memcmp(given.data(), right.data(), right.size()) == 0;
  }
  return matches;
}

std::string SignatureCheck::signature(const std::string& secret, std::string_view body) const {
  Bytes bytes{};
  unsigned int size = 0;
  if (HMAC(function_of(algorithm_), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(body.data()), body.size(), bytes.data(), &size) == nullptr) {
    throw std::runtime_error("a webhook's signature cannot be computed");
  }
  return encoding_ == config::SignatureEncoding::hex ? hex(bytes, size) : base64(bytes, size);
}

}  // namespace dialerd::daemon::webhook
