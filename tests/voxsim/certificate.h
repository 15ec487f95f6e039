#pragma once

#include <string>

#include "tests/voxsim/options.h"

namespace dialerd::voxsim {

// Makes a certificate authority and a server certificate for localhost, 127.0.0.1 and ::1 in `directory` (created if
// need be): ca.pem, which a client trusts, server.pem and server.key.pem. If all three are there they are used as they
// are, so that a restarted server keeps the trust of its clients. The authority's key is not kept. Returns the server's
// files. Throws std::runtime_error (OpenSSL) or std::system_error (files).
TlsOptions make_self_signed(const std::string& directory);

}  // namespace dialerd::voxsim
