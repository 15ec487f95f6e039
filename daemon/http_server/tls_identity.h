// The certificate and key that a server shows. Read again when the files have changed, so that a renewed certificate
// needs no restart; what cannot be read then leaves the old one in use. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "config/webhook_config.h"

namespace boost::asio::ssl {
class context;
}

namespace dialerd::daemon::http_server {

class TlsIdentity {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds check_interval{10};

  // Throws TemporaryFailure when the files are no certificate and its key, for they may just be being replaced; other
  // std::runtime_errors when others may read the key, or it asks for a pass phrase. `warn` is told what is wrong with
  // changed files.
  TlsIdentity(config::TlsFiles files, std::function<void(const std::string&)> warn);

  // For one more connection. The context lives as long as whoever holds it.
  std::shared_ptr<boost::asio::ssl::context> context(Clock::time_point now);

 private:
  using FileTimes = std::pair<std::filesystem::file_time_type, std::filesystem::file_time_type>;

  FileTimes changes() const;

  config::TlsFiles files_;
  std::function<void(const std::string&)> warn_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  FileTimes read_of_{};  // the files that were last read, whether they were any good or not
  Clock::time_point checked_{};
};

}  // namespace dialerd::daemon::http_server
