#include "tests/voxsim/webhook_plan.h"

#include <algorithm>
#include <array>

#include "tests/voxsim/random.h"

namespace dialerd::voxsim {

namespace {

constexpr MillisecondRange kDuplicateAfter{0, 500};

std::vector<PlannedEvent> events_of(const WebhookOptions& options, const CallTimes& call) {
  std::vector<PlannedEvent> events;
  if (!call.connects) {
    if (call.ends && options.unconnected == UnconnectedWebhooks::kEnded) {
      events.push_back({.event = WebhookEvent::kEnded, .due_ms = call.end_ms});
    }
    return events;
  }
  events.push_back({.event = WebhookEvent::kStarted, .due_ms = call.answer_ms});
  if (!call.ends) return events;
  if (options.version == WebhookVersion::kV1) {
    events.push_back({.event = WebhookEvent::kEnded, .due_ms = call.analysis_ms});  // it has cost and analysis in it
  } else {
    events.push_back({.event = WebhookEvent::kEnded, .due_ms = call.end_ms});
    events.push_back({.event = WebhookEvent::kAnalyzed, .due_ms = call.analysis_ms});
  }
  return events;
}

Forgery draw_forgery(const WebhookOptions& options, Draws& draws) {
  constexpr std::array<Forgery, 3> kForgeries{Forgery::kWrongPath, Forgery::kNoSignature, Forgery::kWrongSignature};
  const bool is_signed = !options.signing.secret_file.empty();
  return kForgeries.at(draws.next() % (is_signed ? 3 : 2));
}

}  // namespace

std::string_view forgery_name(Forgery forgery) {
  switch (forgery) {
    case Forgery::kNone:
      return {};
    case Forgery::kNoSignature:
      return "no-signature";
    case Forgery::kWrongSignature:
      return "wrong-signature";
    case Forgery::kWrongPath:
      break;
  }
  return "wrong-path";
}

WebhookPlan plan_webhooks(const WebhookOptions& options, const CallTimes& call, std::uint64_t seed) {
  WebhookPlan plan{.events = events_of(options, call)};
  Draws draws(seed);
  const bool early = call.connects && draws.fraction() < options.early;
  if (early) {
    plan.hold_answer_ms = static_cast<std::uint32_t>(call.answer_ms - call.created_ms) + options.early_hold_ms;
  }
  std::int64_t after_ms = 0;
  for (PlannedEvent& planned : plan.events) {
    const std::uint32_t delay_ms = draws.in(options.delay_ms);
    const bool as_it_should = early && planned.event == WebhookEvent::kStarted;  // or it would not be early
    planned.dropped = draws.fraction() < options.drop && !as_it_should;
    const bool is_last = &planned == &plan.events.back();
    planned.held = draws.fraction() < options.reorder && !planned.dropped && !is_last && !as_it_should;
    if (draws.fraction() < options.duplicate && !planned.dropped)
      planned.duplicate_after_ms = draws.in(kDuplicateAfter);
    if (draws.fraction() < options.forge) planned.forgery = draw_forgery(options, draws);
    planned.with_unknown = draws.fraction() < options.unknown;
    // A delay alone does not turn the order around; that is what `reorder` is for.
    planned.due_ms = std::max(planned.due_ms + (as_it_should ? 0 : delay_ms), after_ms);
    after_ms = planned.due_ms;
  }
  return plan;
}

}  // namespace dialerd::voxsim
