// A webhook as it is kept in dialerd.webhook_event: see Session::keep_webhooks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "campaign/ids.h"

namespace dialerd::storage {

struct Webhook {
  std::string account;
  std::array<std::uint8_t, 32> digest{};  // SHA-256 of the body as it came
  std::string event;
  std::string version;
  std::string call_id;
  std::optional<campaign::AttemptId> attempt;
  bool trusted = false;
  std::string body;
};

struct PendingWebhook {
  std::int64_t id = 0;
  Webhook webhook;  // without the digest, and with a body only if it is trusted
};

// What the owner did with an event.
struct HandledWebhook {
  enum class Verdict { hint, news };

  std::int64_t id = 0;
  Verdict verdict = Verdict::hint;
};

}  // namespace dialerd::storage
