// Secrets never stand in a configuration file, only where to find them. Nothing here repeats a value in a message: it
// might be the secret.
#pragma once

#include <optional>
#include <string_view>

#include "config/daemon_config.h"
#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// `{credential: NAME}` or `{file: /absolute/path}`.
std::optional<SecretReference> read_secret_reference(const Node& node, std::string_view name, Diagnostics& diagnostics);

enum class ConninfoFault {
  none,
  malformed,  // libpq would not read it
  password    // a password stands in it
};

// Examines a libpq connection string: keyword/value pairs or a URI (PostgreSQL manual, 34.1.1 "Connection Strings").
ConninfoFault examine_conninfo(std::string_view conninfo);

}  // namespace dialerd::config
