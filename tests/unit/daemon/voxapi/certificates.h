// A certificate authority of a test's own, and certificates for its servers. Elliptic keys: making one takes a
// millisecond.
#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace dialerd::daemon::voxapi::testing {

struct Certificate {
  std::string certificate_pem;
  std::string private_key_pem;
};

// When a certificate is valid, in seconds from now.
struct Validity {
  long from = -3600;
  long to = 24 * 3600;
};

class Authority {
 public:
  explicit Authority(const std::string& name);

  // `names` as OpenSSL writes a subjectAltName: "DNS:localhost,IP:127.0.0.1".
  Certificate issue(const std::string& names, Validity validity = {}) const;

  std::string certificate_pem() const;

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

// One that has signed itself.
Certificate self_signed(const std::string& names);

}  // namespace dialerd::daemon::voxapi::testing
