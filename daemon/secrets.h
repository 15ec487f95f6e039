// Reading secrets from where the configuration says they are.
#pragma once

#include <string>

#include <boost/system/result.hpp>

#include "config/daemon_config.h"

namespace dialerd::daemon {

struct SecretError {
  std::string message;  // what is wrong and what to do; never a part of the secret
};
[[noreturn]] void throw_exception_from_error(const SecretError& error, const boost::source_location& where);

// The file's content without the line's end. A file that others can read is refused. Throws what
// config::throw_on_shortage throws.
boost::system::result<std::string, SecretError> read_secret(const config::SecretReference& reference);

}  // namespace dialerd::daemon
