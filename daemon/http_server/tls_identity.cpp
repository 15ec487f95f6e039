#include "daemon/http_server/tls_identity.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include "daemon/http_server/temporary_failure.h"

namespace dialerd::daemon::http_server {
namespace {

namespace ssl = boost::asio::ssl;

void refuse_open_key(const std::filesystem::path& key) {
  struct stat status {};
  if (::stat(key.c_str(), &status) != 0) throw TemporaryFailure(key.string() + ": the TLS key cannot be reached");
  if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
    throw std::runtime_error(key.string() + ": others may read this TLS key; chmod 0600 (or 0640) it");
  }
}

std::shared_ptr<ssl::context> read(const config::TlsFiles& files) {
  refuse_open_key(files.key);
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  if (SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION) != 1) {
    throw std::runtime_error("TLS: setting the lowest version failed");
  }
  // No second handshake within a connection (TLS 1.2): it costs us more than whoever asks for it.
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  boost::system::error_code error;
  // Without a callback OpenSSL asks whoever sits at the terminal, and the event loop waits for the answer.
  auto asked_for_password = std::make_shared<bool>(false);
  context->set_password_callback(
      [asked_for_password](std::size_t, ssl::context::password_purpose) {
        *asked_for_password = true;
        return std::string();
      },
      error);
  context->use_certificate_chain_file(files.certificate.string(), error);
  if (error) {
    throw TemporaryFailure(files.certificate.string() + ": cannot be read as a certificate: " + error.message());
  }
  context->use_private_key_file(files.key.string(), ssl::context::pem, error);
  if (*asked_for_password) {
    throw std::runtime_error(files.key.string() + ": this TLS key is encrypted; give one without a pass phrase");
  }
  if (error) throw TemporaryFailure(files.key.string() + ": cannot be read as a TLS key: " + error.message());
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    throw TemporaryFailure(files.key.string() + ": is not the key of " + files.certificate.string());
  }
  return context;
}

}  // namespace

TlsIdentity::TlsIdentity(config::TlsFiles files, std::function<void(const std::string&)> warn)
    : files_(std::move(files)), warn_(std::move(warn)), context_(read(files_)), read_of_(changes()) {}

std::shared_ptr<ssl::context> TlsIdentity::context(Clock::time_point now) {
  if (now - checked_ < check_interval) return context_;
  checked_ = now;
  const FileTimes changed = changes();
  if (changed == read_of_) return context_;
  read_of_ = changed;
  try {
    context_ = read(files_);
  } catch (const std::runtime_error& error) {
    warn_(std::string("the changed certificate is not used: ") + error.what());
  }
  return context_;
}

TlsIdentity::FileTimes TlsIdentity::changes() const {
  std::error_code ignored;
  return {std::filesystem::last_write_time(files_.certificate, ignored),
          std::filesystem::last_write_time(files_.key, ignored)};
}

}  // namespace dialerd::daemon::http_server
