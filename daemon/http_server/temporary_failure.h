// Why a server cannot begin now, although it may at the next try without anybody changing the configuration: an address
// that another process still holds or that this host does not have yet, a certificate that is just being replaced.
#pragma once

#include <stdexcept>

namespace dialerd::daemon::http_server {

class TemporaryFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace dialerd::daemon::http_server
