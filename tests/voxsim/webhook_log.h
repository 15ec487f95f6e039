#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/voxsim/line_file.h"

namespace dialerd::voxsim {

// One attempt to deliver an event, or an event that was never sent. Empty texts are written as null.
struct WebhookLogEntry {
  std::int64_t at_us = 0;   // when it was sent, by the provider's clock
  std::size_t account = 0;  // number of the API key in order of the command line, from 0
  std::string_view kind{};  // see README.md
  std::string_view forgery{};
  std::string_view event{};
  std::string_view call_id{};
  std::string_view attempt_id{};
  std::uint32_t number = 1;  // of the attempts to deliver this, from 1
  std::string body_sha256{};
  std::optional<int> status{};  // of the answer; none when there was none
  std::int64_t latency_us = 0;  // until the answer, or until it was given up
};

// A file of JSON Lines. A line is written when its attempt is over. The URL is not in it, as its path may be a secret.
// Not thread-safe.
class WebhookLog {
 public:
  explicit WebhookLog(const std::string& path) : file_(path, "webhook log") {}

  bool is_open() const { return file_.is_open(); }
  void append(const WebhookLogEntry& entry);

 private:
  LineFile file_;
};

}  // namespace dialerd::voxsim
