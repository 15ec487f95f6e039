#include "daemon/webhook/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace dialerd::daemon::webhook {

Digest sha256(std::string_view bytes) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

bool equal(const Digest& a, const Digest& b) { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace dialerd::daemon::webhook
