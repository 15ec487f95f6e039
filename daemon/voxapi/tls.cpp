#include "daemon/voxapi/tls.h"

#include <stdexcept>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "config/shortage.h"

namespace dialerd::daemon::voxapi {
namespace {

namespace ssl = boost::asio::ssl;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("TLS: ") + what + " failed");
}

}  // namespace

ssl::context make_tls_context(const std::optional<std::filesystem::path>& ca_file) {
  ssl::context context(ssl::context::tls_client);
  require(SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) == 1, "setting the lowest version");
  // What was verified stays what we speak with: no second handshake within a connection (TLS 1.2).
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
  context.set_verify_mode(ssl::verify_peer);
  boost::system::error_code error;
  if (ca_file) {
    context.load_verify_file(ca_file->string(), error);
    config::throw_on_shortage(error, *ca_file);
    if (error) throw std::runtime_error("cannot read the CA file " + ca_file->string() + ": " + error.message());
  } else {
    context.set_default_verify_paths(error);
    if (error) throw std::runtime_error("cannot read the system's trust store: " + error.message());
  }
  return context;
}

void expect_host(SSL* tls, const Endpoint& endpoint) {
  if (endpoint.is_address) {
    require(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), endpoint.host.c_str()) == 1,
            "setting the peer's address");
    return;
  }
  SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  require(SSL_set1_host(tls, endpoint.host.c_str()) == 1, "setting the peer's name");
  // SSL_set_tlsext_host_name, whose macro holds an old-style cast.
  std::string name = endpoint.host;
  require(SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1, "setting SNI");
}

std::string handshake_failure(SSL* tls, const boost::system::error_code& error) {
  std::string text = "TLS handshake: " + error.message();
  if (const long fault = SSL_get_verify_result(tls); fault != X509_V_OK) {
    text += std::string(": ") + X509_verify_cert_error_string(fault);
  }
  return text;
}

}  // namespace dialerd::daemon::voxapi
