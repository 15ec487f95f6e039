// One request and what came of it, between the client (which knows the API) and the pool (which knows connections).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "campaign/time.h"

namespace dialerd::daemon::voxapi {

// The views are valid during the call of Job::done only.
struct Exchange {
  enum class Result : std::uint8_t {
    not_sent,   // no byte of the request was written
    no_answer,  // the request was written, in part at least, and no whole answer was read
    answered
  };
  Result result = Result::no_answer;
  std::string_view failure;  // not_sent, no_answer: what failed
  int status = 0;            // answered; no_answer: 0, or the status of the answer that broke off
  std::string_view body;
  std::string_view retry_after;  // header values, empty when absent
  std::string_view content_encoding;
  std::string_view date;
};

struct Job {
  std::string request;                        // as it goes over the wire
  std::optional<campaign::MonoTime> send_by;  // by daemon/boot_time.h
  std::function<void(const Exchange&)> done;  // called exactly once, from the loop
};

}  // namespace dialerd::daemon::voxapi
