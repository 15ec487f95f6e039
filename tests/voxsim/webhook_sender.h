#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "tests/voxsim/clock.h"
#include "tests/voxsim/options.h"
#include "tests/voxsim/webhook_body.h"
#include "tests/voxsim/webhook_plan.h"

namespace dialerd::voxsim {

// Sends the events of calls when they are due, on a thread of its own: whoever announces a call never waits for a
// receiver. Events of one call go over one connection, so they arrive in order unless the plan says otherwise; a
// receiver that is too slow delays later events, and beyond `waiting_most` of them loses some.
class WebhookSender {
 public:
  // Throws std::exception with a reason: a bad URL, signing that is not understood, files that cannot be read.
  // `options` and `clock` must outlive it.
  WebhookSender(const Options& options, const Clock& clock);
  // What is under way ends without an answer; what waits is not sent.
  ~WebhookSender();
  WebhookSender(const WebhookSender&) = delete;
  WebhookSender& operator=(const WebhookSender&) = delete;

  // Whether the calls made under this key, by its number in Options::api_keys, have anywhere to send events to.
  bool has_target(std::size_t account) const;

  // Thread-safe. `account` must have a target.
  void announce(EventCall call, const WebhookPlan& plan, std::size_t account, std::string attempt_id,
                std::uint64_t seed);

  // Thread-safe. By the kinds of the log, and "waiting": what is still to be sent, retries included.
  std::map<std::string, std::uint64_t, std::less<>> counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dialerd::voxsim
