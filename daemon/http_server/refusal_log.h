// Counts what a server refuses, and tells of it without letting whoever is refused fill the log: each reason at once
// when it is new, and then at most every ten seconds. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/ip_address.h"

namespace dialerd::daemon::http_server {

class RefusalLog {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds interval{10};

  // `write` gets one line at a time, without the server's name.
  explicit RefusalLog(std::function<void(const std::string&)> write) : write_(std::move(write)) {}

  // `reason`: a few fixed words, never what somebody sent. `client`: nobody's when there is none.
  void count(Clock::time_point now, std::string_view reason, const std::optional<config::IpAddress>& client);
  // Tells what has been counted and not told, where its time has come. Once a second or so.
  void flush(Clock::time_point now);

 private:
  struct Count {
    std::int64_t untold = 0;
    Clock::time_point told{};
    bool ever_told = false;
    std::string client;  // the last one
  };

  void tell(Clock::time_point now, const std::string& reason, Count& count);

  std::function<void(const std::string&)> write_;
  std::map<std::string, Count, std::less<>> counts_;
};

}  // namespace dialerd::daemon::http_server
