#include "tests/voxsim/webhook_signature.h"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace dialerd::voxsim {

namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const EVP_MD* hash_of(std::string_view algorithm) {
  if (algorithm == "hmac-sha256") return EVP_sha256();
  if (algorithm == "hmac-sha1") return EVP_sha1();
  if (algorithm == "hmac-sha512") return EVP_sha512();
  return nullptr;
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string hex(const Digest& digest, unsigned size) {
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4U];
    text += "0123456789abcdef"[digest[i] & 15U];
  }
  return text;
}

std::string base64(const Digest& digest, unsigned size) {
  std::array<unsigned char, 4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1> text{};
  const int written = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(written)};
}

std::string read_secret(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string secret((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (secret.ends_with('\n')) secret.pop_back();
  if (!file || secret.empty()) throw std::runtime_error("webhook signing: cannot read a secret from " + path);
  return secret;
}

}  // namespace

WebhookSigner::WebhookSigner(const WebhookSigningOptions& options) : options_(options) {
  if (options_.secret_file.empty()) return;
  if (hash_of(options_.algorithm) == nullptr) {
    throw std::invalid_argument("webhook signing: unknown algorithm '" + options_.algorithm + "'");
  }
  if (options_.encoding != "hex" && options_.encoding != "base64") {
    throw std::invalid_argument("webhook signing: unknown encoding '" + options_.encoding + "'");
  }
  secret_ = read_secret(options_.secret_file);
}

std::string WebhookSigner::sign(std::string_view body) const { return value_with(secret_, body); }

std::string WebhookSigner::forge(std::string_view body) const { return value_with("guessed", body); }

std::string WebhookSigner::value_with(std::string_view secret, std::string_view body) const {
  Digest digest{};
  unsigned size = 0;
  if (HMAC(hash_of(options_.algorithm), secret.data(), static_cast<int>(secret.size()), bytes(body), body.size(),
           digest.data(), &size) == nullptr) {
    throw std::runtime_error("webhook signing: HMAC failed");
  }
  return options_.prefix + (options_.encoding == "hex" ? hex(digest, size) : base64(digest, size));
}

std::string sha256_hex(std::string_view text) {
  Digest digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 failed");
  }
  return hex(digest, size);
}

}  // namespace dialerd::voxsim
