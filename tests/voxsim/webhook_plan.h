#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/voxsim/webhook_body.h"
#include "tests/voxsim/webhook_options.h"

namespace dialerd::voxsim {

// What is wrong with a forged delivery, beside what it says.
enum class Forgery {
  kNone,            // not forged
  kNoSignature,     // right path, no signature header
  kWrongSignature,  // right path, a signature by another secret
  kWrongPath,       // another path of the same length, rightly signed where anything is
};

std::string_view forgery_name(Forgery forgery);

// One event of a call, and what goes wrong with it.
struct PlannedEvent {
  WebhookEvent event = WebhookEvent::kStarted;
  std::int64_t due_ms = 0;                            // the provider's clock
  bool dropped = false;                               // never sent
  bool held = false;                                  // sent only after the next one of its call was
  bool with_unknown = false;                          // beside it, an event of a call that nobody placed
  Forgery forgery = Forgery::kNone;                   // not kNone: beside it, a forged one that tells of another end
  std::optional<std::uint32_t> duplicate_after_ms{};  // it is sent again so much later
};

struct WebhookPlan {
  std::vector<PlannedEvent> events;  // in order of due_ms
  std::uint32_t hold_answer_ms = 0;  // how much later than its creation the POST may be answered
};

// The part of a call's fate that the plan needs.
struct CallTimes {
  std::int64_t created_ms = 0;
  std::int64_t answer_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t analysis_ms = 0;  // when cost and analysis are known
  bool connects = false;
  bool ends = true;
};

// A pure function of its arguments; `seed` is the call's own. `options.signing` decides which forgeries there are.
WebhookPlan plan_webhooks(const WebhookOptions& options, const CallTimes& call, std::uint64_t seed);

}  // namespace dialerd::voxsim
