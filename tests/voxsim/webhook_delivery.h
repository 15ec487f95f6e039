#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/voxsim/webhook_body.h"
#include "tests/voxsim/webhook_plan.h"

namespace dialerd::voxsim {

enum class WebhookKind { kGenuine, kDuplicate, kForged, kUnknown, kDropped };

// One event on its way to a receiver.
struct WebhookDelivery {
  std::shared_ptr<const EventCall> call;
  std::string attempt_id;
  WebhookEvent event = WebhookEvent::kStarted;
  WebhookKind kind = WebhookKind::kGenuine;
  Forgery forgery = Forgery::kNone;
  std::size_t account = 0;
  std::uint32_t tries = 0;  // attempts so far
  // What may be sent so many milliseconds after the first attempt to send this.
  std::vector<std::pair<std::uint32_t, std::shared_ptr<WebhookDelivery>>> afterwards{};
};

// A delivery that waits for nothing but its time, on the provider's clock.
struct DueDelivery {
  std::int64_t due_ms = 0;
  std::shared_ptr<WebhookDelivery> delivery;
};

// What the plan of one call comes to. Those that wait for another one are within that one's `afterwards`. `seed` is the
// call's own. Pure.
std::vector<DueDelivery> deliveries_of(EventCall call, const WebhookPlan& plan, std::size_t account,
                                       std::string attempt_id, std::uint64_t seed);

// How many deliveries those are in all.
std::size_t count_deliveries(const std::vector<DueDelivery>& due);

// The `kind` of the log.
std::string_view kind_name(const WebhookDelivery& delivery);

}  // namespace dialerd::voxsim
