#include "campaign/attempt.h"

#include <array>
#include <utility>

namespace dialerd::campaign {
namespace {

constexpr std::array<std::pair<AttemptState, std::string_view>, 7> attempt_states = {{
    {AttemptState::dialing, "dialing"},
    {AttemptState::in_progress, "in_progress"},
    {AttemptState::unknown, "unknown"},
    {AttemptState::ended, "ended"},
    {AttemptState::rejected, "rejected"},
    {AttemptState::not_placed, "not_placed"},
    {AttemptState::abandoned, "abandoned"},
}};

}  // namespace

std::string_view to_string(AttemptState state) {
  for (const auto& [value, name] : attempt_states) {
    if (value == state) return name;
  }
  return "?";
}

std::optional<AttemptState> parse_attempt_state(std::string_view text) {
  for (const auto& [value, name] : attempt_states) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(LeadState state) {
  switch (state) {
    case LeadState::ready:
      return "ready";
    case LeadState::active:
      return "active";
    case LeadState::done:
      return "done";
    case LeadState::held:
      return "held";
  }
  return "?";
}

}  // namespace dialerd::campaign
