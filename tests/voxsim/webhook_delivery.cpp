#include "tests/voxsim/webhook_delivery.h"

#include <array>
#include <cstdio>

#include "tests/voxsim/random.h"

namespace dialerd::voxsim {

namespace {

// In the form of a UUID of the given version (RFC 9562).
std::string uuid(Draws& draws, unsigned version) {
  std::array<char, 37> text{};
  const std::uint64_t high = draws.next();
  const std::uint64_t low = draws.next();
  std::snprintf(text.data(), text.size(), "%08x-%04x-%x%03x-%x%03x-%012llx", static_cast<unsigned>(high >> 32U),
                static_cast<unsigned>(high >> 16U & 0xffffU), version, static_cast<unsigned>(high & 0xfffU),
                static_cast<unsigned>(8U | low >> 62U), static_cast<unsigned>(low >> 48U & 0xfffU),
                static_cast<unsigned long long>(low & 0xffff'ffff'ffffU));
  return text.data();
}

// A call that nobody placed, on which nothing can be looked up.
EventCall stranger(const EventCall& model, std::uint64_t seed) {
  Draws draws(seed);
  EventCall call = model;
  call.id = uuid(draws, 4);
  call.metadata = draws.fraction() < 0.5 ? R"({"attempt_id":")" + uuid(draws, 7) + R"("})" : "{}";
  return call;
}

// The same call, with another end than it will have: whoever was reached was not, and the reverse.
EventCall lie_about(const EventCall& truth, std::int64_t now_ms) {
  EventCall call = truth;
  if (truth.connects()) {
    call.start_at = 0;
    call.status = "not_connected";
    call.reason = "dial_no_answer";
  } else {
    call.start_at = now_ms;
    call.status = "ended";
    call.reason = "user_hangup";
  }
  call.end_at = now_ms;
  return call;
}

std::size_t count_with_followers(const WebhookDelivery& delivery) {
  std::size_t count = 1;
  for (const auto& [delay_ms, follower] : delivery.afterwards) count += count_with_followers(*follower);
  return count;
}

}  // namespace

std::vector<DueDelivery> deliveries_of(EventCall call, const WebhookPlan& plan, std::size_t account,
                                       std::string attempt_id, std::uint64_t seed) {
  const auto truth = std::make_shared<const EventCall>(std::move(call));
  const auto make = [&](std::shared_ptr<const EventCall> about, WebhookEvent event, WebhookKind kind) {
    return std::make_shared<WebhookDelivery>(WebhookDelivery{
        .call = std::move(about), .attempt_id = attempt_id, .event = event, .kind = kind, .account = account});
  };
  std::vector<DueDelivery> due;
  std::shared_ptr<WebhookDelivery> held;  // by the next event
  for (const PlannedEvent& planned : plan.events) {
    if (planned.forgery != Forgery::kNone) {
      // A call_started is never more harmful than an end, so that is what it is about.
      const WebhookEvent event = planned.event == WebhookEvent::kStarted ? WebhookEvent::kEnded : planned.event;
      auto forged =
          make(std::make_shared<const EventCall>(lie_about(*truth, planned.due_ms)), event, WebhookKind::kForged);
      forged->forgery = planned.forgery;
      due.push_back({planned.due_ms, std::move(forged)});
    }
    if (planned.with_unknown) {
      const std::uint64_t place = mix(seed, static_cast<std::uint64_t>(planned.event));
      auto unknown =
          make(std::make_shared<const EventCall>(stranger(*truth, place)), planned.event, WebhookKind::kUnknown);
      unknown->attempt_id.clear();
      due.push_back({planned.due_ms, std::move(unknown)});
    }
    auto main = make(truth, planned.event, planned.dropped ? WebhookKind::kDropped : WebhookKind::kGenuine);
    if (planned.duplicate_after_ms) {
      main->afterwards.emplace_back(*planned.duplicate_after_ms, make(truth, planned.event, WebhookKind::kDuplicate));
    }
    if (held) main->afterwards.emplace_back(0, std::move(held));
    held = nullptr;
    if (planned.held) {
      held = std::move(main);
    } else {
      due.push_back({planned.due_ms, std::move(main)});
    }
  }
  return due;
}

std::size_t count_deliveries(const std::vector<DueDelivery>& due) {
  std::size_t count = 0;
  for (const DueDelivery& one : due) count += count_with_followers(*one.delivery);
  return count;
}

std::string_view kind_name(const WebhookDelivery& delivery) {
  if (delivery.tries > 1) return "retry";
  switch (delivery.kind) {
    case WebhookKind::kGenuine:
      return "genuine";
    case WebhookKind::kDuplicate:
      return "duplicate";
    case WebhookKind::kForged:
      return "forged";
    case WebhookKind::kUnknown:
      return "unknown";
    case WebhookKind::kDropped:
      break;
  }
  return "dropped";
}

}  // namespace dialerd::voxsim
