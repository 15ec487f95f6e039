#include "certificates.h"

#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace dialerd::daemon::voxapi::testing {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

KeyPtr make_key() {
  KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free);
  require(key != nullptr, "making a key");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(extension != nullptr, "making an extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

CertificatePtr make_certificate(const std::string& name, long serial, EVP_PKEY* key, Validity validity) {
  CertificatePtr certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), validity.from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity.to);
  X509_set_pubkey(certificate.get(), key);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  return certificate;
}

template <typename Write>
std::string pem(Write write) {
  std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  require(write(memory.get()) == 1, "writing PEM");
  std::string text(BIO_ctrl_pending(memory.get()), '\0');
  BIO_read(memory.get(), text.data(), static_cast<int>(text.size()));
  return text;
}

Certificate as_pem(X509* certificate, EVP_PKEY* key) {
  return {pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); }),
          pem([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); })};
}

}  // namespace

Authority::Authority(const std::string& name)
    : key_(make_key()), certificate_(make_certificate(name, 1, key_.get(), {})) {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate_.get(), certificate_.get(), NID_key_usage, "critical,keyCertSign");
  require(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0, "signing the authority");
}

Certificate Authority::issue(const std::string& names, Validity validity) const {
  const KeyPtr key = make_key();
  const CertificatePtr certificate = make_certificate("server", 2, key.get(), validity);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
  require(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0, "signing a certificate");
  return as_pem(certificate.get(), key.get());
}

std::string Authority::certificate_pem() const {
  return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate_.get()); });
}

Certificate self_signed(const std::string& names) {
  const KeyPtr key = make_key();
  const CertificatePtr certificate = make_certificate("server", 3, key.get(), {});
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  add_extension(certificate.get(), certificate.get(), NID_subject_alt_name, names);
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signing a certificate");
  return as_pem(certificate.get(), key.get());
}

}  // namespace dialerd::daemon::voxapi::testing
