#pragma once

#include <cstdint>
#include <memory>

#include "tests/voxsim/options.h"

namespace dialerd::voxsim {

// The whole simulated provider: the service and its event loops. The constructor listens, so clients can connect from
// then on and are served once run() or start() is called.
class Server {
 public:
  // Throws std::exception with a reason: bad outcomes or faults, files that cannot be read, an address that is taken.
  explicit Server(const Options& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;

  // Serves on `options.threads` threads, of which the caller is one, until SIGTERM or SIGINT.
  void run_until_signal();

  // For tests: serves on threads of its own until stop().
  void start();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dialerd::voxsim
