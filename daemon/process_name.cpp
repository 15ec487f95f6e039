#include "daemon/process_name.h"

#include <random>

#include <unistd.h>

namespace dialerd::daemon {

std::string host_name() {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return host;
}

std::string new_process_name() {
  return host_name() + ":" + std::to_string(getpid()) + ":" + std::to_string(std::random_device{}());
}

}  // namespace dialerd::daemon
