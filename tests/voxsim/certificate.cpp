#include "tests/voxsim/certificate.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tests/voxsim/files.h"

namespace dialerd::voxsim {

namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Memory = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

void check(bool good, const char* what) {
  if (!good) {
    const char* reason = ERR_reason_error_string(ERR_get_error());
    throw std::runtime_error(std::string("certificate: ") + what + ": " + (reason != nullptr ? reason : "failed"));
  }
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  check(extension != nullptr, value);
  check(X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

// A version 3 certificate for `key`, not yet signed: ten years, from a day ago for clocks that differ.
Certificate blank_certificate(EVP_PKEY* key, const char* name) {
  constexpr long kDay = 86'400;
  Certificate certificate(X509_new());
  check(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "version");
  std::uint64_t serial = 0;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial");
  check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U) == 1, "serial");
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3650 * kDay);
  check(X509_set_pubkey(certificate.get(), key) == 1, "public key");
  check(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name), -1, -1, 0) == 1,
        "name");
  return certificate;
}

template <typename Write>
std::string pem(const Write& write) {
  const Memory memory(BIO_new(BIO_s_mem()));
  check(memory != nullptr && write(memory.get()) == 1, "PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

TlsOptions make_self_signed(const std::string& directory) {
  const std::filesystem::path folder(directory);
  const std::string authority_file = folder / "ca.pem";
  TlsOptions files{
      .certificate_file = folder / "server.pem", .key_file = folder / "server.key.pem", .self_signed_directory = {}};
  std::filesystem::create_directories(folder);
  if (std::filesystem::exists(authority_file) && std::filesystem::exists(files.certificate_file) &&
      std::filesystem::exists(files.key_file)) {
    return files;
  }

  const Key authority_key(EVP_EC_gen("P-256"));
  const Key server_key(EVP_EC_gen("P-256"));
  check(authority_key != nullptr && server_key != nullptr, "key");

  const Certificate authority = blank_certificate(authority_key.get(), "voxsim test authority");
  check(X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get())) == 1, "issuer");
  add_extension(authority.get(), authority.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(authority.get(), authority.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(authority.get(), authority.get(), NID_subject_key_identifier, "hash");
  check(X509_sign(authority.get(), authority_key.get(), EVP_sha256()) > 0, "signature");

  const Certificate server = blank_certificate(server_key.get(), "localhost");
  check(X509_set_issuer_name(server.get(), X509_get_subject_name(authority.get())) == 1, "issuer");
  add_extension(server.get(), authority.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(server.get(), authority.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(server.get(), authority.get(), NID_ext_key_usage, "serverAuth");
  add_extension(server.get(), authority.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  add_extension(server.get(), authority.get(), NID_authority_key_identifier, "keyid:always");
  check(X509_sign(server.get(), authority_key.get(), EVP_sha256()) > 0, "signature");

  write_file_atomically(files.key_file, pem([&](BIO* out) {
                          return PEM_write_bio_PrivateKey(out, server_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
                        }),
                        true);
  write_file_atomically(files.certificate_file, pem([&](BIO* out) { return PEM_write_bio_X509(out, server.get()); }));
  write_file_atomically(authority_file, pem([&](BIO* out) { return PEM_write_bio_X509(out, authority.get()); }));
  return files;
}

}  // namespace dialerd::voxsim
