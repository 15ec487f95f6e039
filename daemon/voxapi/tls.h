// TLS as a client: at least 1.2, the peer's certificate and host name always verified (RFC 9110, 4.3.4; RFC 9525).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include "daemon/voxapi/endpoint.h"

namespace dialerd::daemon::voxapi {

// Trusts the file's authorities only, or the system's when there is no file. Throws std::runtime_error when the file
// cannot be read.
boost::asio::ssl::context make_tls_context(const std::optional<std::filesystem::path>& ca_file);

// Before the handshake: whom the certificate must name, and SNI for a host that is a name.
void expect_host(SSL* tls, const Endpoint& endpoint);

// After a failed handshake: the reason, with the certificate's fault when that was it.
std::string handshake_failure(SSL* tls, const boost::system::error_code& error);

}  // namespace dialerd::daemon::voxapi
