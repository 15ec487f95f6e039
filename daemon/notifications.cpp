#include "daemon/notifications.h"

#include <chrono>
#include <utility>

#include "storage/backoff.h"

namespace dialerd::daemon {
namespace {

using std::chrono::milliseconds;

// No time of its own matters here: the wait ends with what is told, with the connection, or with interrupt().
constexpr milliseconds wait_at_most{60'000};
// Where LISTEN cannot work it is no use asking every few seconds.
constexpr milliseconds pause_least{500};

}  // namespace

Notifications::Notifications(storage::SessionSettings settings, const std::string& channel, Callbacks callbacks)
    : listener_(std::move(settings), channel), callbacks_(std::move(callbacks)), thread_([this] { run(); }) {}

Notifications::~Notifications() {
  listener_.interrupt();
  thread_.join();
}

void Notifications::run() {
  storage::Backoff backoff;
  while (!listener_.interrupted()) {
    auto listening = listener_.listen();
    if (listening) {
      backoff.reset();
      tell(true, "");
      hear();
    } else {
      tell(false, listening.error().message);
    }
    listener_.rest(pause_least + backoff.next(std::uniform_real_distribution<>()(random_)));
  }
}

void Notifications::hear() {
  while (!listener_.interrupted()) {
    auto payloads = listener_.wait(wait_at_most);
    if (!payloads) return tell(false, payloads.error().message);
    for (const std::string& payload : *payloads) callbacks_.heard(payload);
  }
}

void Notifications::tell(bool listening, const std::string& why) {
  if (listening == told_listening_ && (listening || why == told_)) return;
  told_listening_ = listening;
  told_ = why;
  callbacks_.listening(listening, why);
}

}  // namespace dialerd::daemon
