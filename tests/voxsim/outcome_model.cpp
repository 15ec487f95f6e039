#include "tests/voxsim/outcome_model.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>

#include "tests/voxsim/random.h"

namespace dialerd::voxsim {

namespace {

// The 17 documented reasons with the status they are seen with, then two that only later material of the provider
// mentions.
const std::vector<Outcome>& known_outcomes() {
  static const std::vector<Outcome> known{
      {"user_hangup", "ended", true},
      {"agent_hangup", "ended", true},
      {"call_transfer", "ended", true},
      {"max_duration_reached", "ended", true},
      {"inactivity", "ended", true},
      {"voicemail_reached", "ended", true},
      {"dial_no_answer", "not_connected", false},
      {"dial_busy", "not_connected", false},
      {"dial_declined", "not_connected", false},
      {"dial_failed", "not_connected", false},
      {"flow_error", "error", true},
      {"error_voxai", "error", false},
      {"orphaned_no_agent_pickup", "error", true},
      {"concurrency_limit_reached", "error", false},
      {"hourly_call_limit_reached", "error", false},
      {"daily_call_limit_reached", "error", false},
      {"insufficient_balance", "error", false},
      {"blocked_number", "not_connected", false},
      {"operator_hangup", "ended", true},
  };
  return known;
}

constexpr std::uint16_t kFirstRefusal =
    13;  // index of concurrency_limit_reached above; the others follow in Refusal's order

std::string_view next_part(std::string_view& rest) {
  const std::size_t comma = rest.find(',');
  const std::string_view part = rest.substr(0, comma);
  rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  return part;
}

}  // namespace

OutcomeModel::OutcomeModel(const Options& options)
    : outcomes_(known_outcomes()),
      seed_(options.seed),
      ring_ms_(options.ring_ms),
      talk_ms_(options.talk_ms),
      analysis_ms_(options.analysis_ms),
      list_lag_ms_(options.list_lag_ms),
      refusal_ms_(options.limits.refusal_ms),
      never_end_(options.never_end),
      contradict_(options.contradict),
      contradict_ms_(options.contradict_ms) {
  configure(options.outcomes.empty() ? "user_hangup=1" : options.outcomes);
}

void OutcomeModel::configure(std::string_view spec) {
  double total = 0;
  while (!spec.empty()) {
    const std::string_view part = next_part(spec);
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    double weight = -1;
    if (equals != std::string_view::npos) {
      const char* last = part.data() + part.size();
      const auto [end, error] = std::from_chars(part.data() + equals + 1, last, weight);
      if (error != std::errc{} || end != last) weight = -1;
    }
    const std::size_t colon = name.find(':');
    const std::string_view reason = name.substr(0, colon);
    const std::string_view status = colon == std::string_view::npos ? std::string_view{} : name.substr(colon + 1);
    if (reason.empty() || !(weight >= 0)) {
      throw std::invalid_argument("outcomes: expected reason[:status]=weight, got '" + std::string(part) + "'");
    }
    total += weight;
    cumulative_.emplace_back(total, index_of(reason, status));
  }
  if (!(total > 0)) throw std::invalid_argument("outcomes: the weights add up to nothing");
}

std::uint16_t OutcomeModel::index_of(std::string_view reason, std::string_view status) {
  const auto found = std::find_if(outcomes_.begin(), outcomes_.end(), [&](const Outcome& outcome) {
    return outcome.reason == reason && (status.empty() || outcome.status == status);
  });
  if (found == outcomes_.end()) {
    // A value nobody has documented: a conversation unless a status says otherwise.
    const std::string_view with_status = status.empty() ? std::string_view{"ended"} : status;
    outcomes_.push_back({std::string(reason), std::string(with_status), with_status == "ended"});
    return static_cast<std::uint16_t>(outcomes_.size() - 1);
  }
  return static_cast<std::uint16_t>(found - outcomes_.begin());
}

Fate OutcomeModel::draw(PackedNumber to, std::uint32_t nth_call_to_number) const {
  Draws draws(mix(mix(seed_, to), nth_call_to_number));
  const double at = draws.fraction() * cumulative_.back().first;
  const auto chosen = std::upper_bound(cumulative_.begin(), cumulative_.end(), at,
                                       [](double value, const auto& entry) { return value < entry.first; });
  Fate fate{.outcome = (chosen == cumulative_.end() ? cumulative_.back() : *chosen).second};
  fate.ring_ms = draws.in(ring_ms_);
  fate.connects = outcomes_[fate.outcome].connects;
  fate.talk_ms = fate.connects ? draws.in(talk_ms_) : 0;
  fate.analysis_ms = draws.in(analysis_ms_);
  fate.list_lag_ms = draws.in(list_lag_ms_);
  fate.never_ends = draws.fraction() < never_end_;
  if (fate.never_ends) {
    fate.outcome = 0;  // would be user_hangup
    fate.connects = true;
    fate.talk_ms = std::numeric_limits<std::uint32_t>::max();  // 49 days
  } else if (draws.fraction() < contradict_) {
    fate.contradict_ms = std::max(1U, draws.in(contradict_ms_));
    fate.later_outcome = contradiction_of(fate.outcome, draws.next());
  }
  return fate;
}

// Another known reason for a call that connected, or did not, as this one.
std::uint16_t OutcomeModel::contradiction_of(std::uint16_t outcome, std::uint64_t drawn) const {
  std::vector<std::uint16_t> others;
  for (std::uint16_t i = 0; i < known_outcomes().size(); ++i) {
    const bool is_refusal = i >= kFirstRefusal && i < kFirstRefusal + 4;
    const Outcome& other = outcomes_[i];
    if (!is_refusal && other.connects == outcomes_[outcome].connects && other.reason != outcomes_[outcome].reason) {
      others.push_back(i);
    }
  }
  return others[drawn % others.size()];
}

Fate OutcomeModel::refused(Refusal refusal, PackedNumber to, std::uint32_t nth_call_to_number) const {
  Draws draws(mix(mix(seed_, to), ~std::uint64_t{nth_call_to_number}));
  const auto offset = static_cast<std::uint16_t>(static_cast<int>(refusal) - static_cast<int>(Refusal::kConcurrency));
  Fate fate{.outcome = static_cast<std::uint16_t>(kFirstRefusal + offset)};
  fate.ring_ms = draws.in(refusal_ms_);
  fate.list_lag_ms = draws.in(list_lag_ms_);
  return fate;
}

std::vector<std::string> OutcomeModel::reasons() const {
  std::vector<std::string> reasons;
  for (const Outcome& outcome : outcomes_) {
    if (std::find(reasons.begin(), reasons.end(), outcome.reason) == reasons.end()) reasons.push_back(outcome.reason);
  }
  return reasons;
}

}  // namespace dialerd::voxsim
