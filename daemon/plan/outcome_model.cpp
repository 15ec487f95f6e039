#include "daemon/plan/outcome_model.h"

#include <algorithm>
#include <utility>

#include "campaign/retry_policy.h"
#include "config/disconnection_reason.h"
#include "daemon/plan/words.h"

namespace dialerd::daemon::plan {
namespace {

using campaign::DispositionClass;
using std::chrono::milliseconds;
using std::chrono::seconds;

// What a cold list in a mobile network is like, when nothing better is known. docs/planning.md tells these.
std::vector<Outcome> default_outcomes() {
  return {
      {"agent_hangup", true, 0.25, seconds{8}, seconds{90}},
      {"user_hangup", true, 0.10, seconds{8}, seconds{90}},
      {"dial_no_answer", false, 0.30, seconds{30}, {}},
      {"dial_busy", false, 0.10, seconds{4}, {}},
      {"dial_declined", false, 0.10, seconds{10}, {}},
      {"voicemail_reached", false, 0.10, seconds{20}, seconds{5}},
      {"dial_failed", false, 0.05, seconds{4}, {}},
  };
}

using config::is_refusal;

bool is_conversation(const std::string& reason) { return campaign::classify(reason) == DispositionClass::conversation; }

milliseconds scaled(milliseconds mean, double factor) {
  return milliseconds{static_cast<std::int64_t>(static_cast<double>(mean.count()) * factor)};
}

// The mean of a field over the outcomes for which `which` holds, by their shares.
template <typename Which>
milliseconds mean_of(const std::vector<Outcome>& outcomes, milliseconds Outcome::*field, Which which) {
  double sum = 0;
  double weight = 0;
  for (const Outcome& outcome : outcomes) {
    if (!which(outcome)) continue;
    sum += outcome.share * static_cast<double>((outcome.*field).count());
    weight += outcome.share;
  }
  return milliseconds{weight > 0 ? static_cast<std::int64_t>(sum / weight) : 0};
}

double conversation_share(const std::vector<Outcome>& outcomes) {
  double share = 0;
  for (const Outcome& outcome : outcomes) share += outcome.conversation ? outcome.share : 0;
  return share;
}

Outcome default_of(const std::string& reason) {
  std::vector<Outcome> defaults = default_outcomes();
  auto found = std::ranges::find(defaults, reason, &Outcome::reason);
  if (found != defaults.end()) return *found;
  bool conversation = is_conversation(reason);
  return {reason, conversation, 0, seconds{conversation ? 8 : 20}, conversation ? seconds{90} : seconds{0}};
}

std::vector<Outcome> outcomes_of(const std::vector<SeenOutcome>& seen, std::int64_t calls) {
  std::vector<Outcome> outcomes;
  for (const SeenOutcome& one : seen) {
    if (one.calls <= 0 || is_refusal(one.reason)) continue;
    Outcome outcome = default_of(one.reason);
    outcome.share = static_cast<double>(one.calls) / static_cast<double>(calls);
    if (one.talk) outcome.talk = *one.talk;
    if (one.open) outcome.before = std::max(milliseconds{0}, *one.open - outcome.talk);
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

void set_answer_rate(std::vector<Outcome>& outcomes, double rate) {
  auto add_missing = [&](bool conversation) {
    for (const Outcome& outcome : default_outcomes()) {
      if (outcome.conversation == conversation) outcomes.push_back(outcome);
    }
  };
  // With only one kind seen there is nothing to give the rest of the calls to.
  if (conversation_share(outcomes) <= 0 && rate > 0) add_missing(true);
  if (std::ranges::all_of(outcomes, &Outcome::conversation) && rate < 1) add_missing(false);
  double conversations = 0;
  double others = 0;
  for (const Outcome& outcome : outcomes) (outcome.conversation ? conversations : others) += outcome.share;
  for (Outcome& outcome : outcomes) {
    double whole = outcome.conversation ? conversations : others;
    double wanted = outcome.conversation ? rate : 1 - rate;
    outcome.share = whole > 0 ? outcome.share * wanted / whole : 0;
  }
}

void set_talk(std::vector<Outcome>& outcomes, milliseconds talk) {
  auto mean = mean_of(outcomes, &Outcome::talk, [](const Outcome& outcome) { return outcome.conversation; });
  for (Outcome& outcome : outcomes) {
    if (!outcome.conversation) continue;
    double factor = mean.count() > 0 ? static_cast<double>(talk.count()) / static_cast<double>(mean.count()) : 0;
    outcome.talk = mean.count() > 0 ? scaled(outcome.talk, factor) : talk;
  }
}

}  // namespace

std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

OutcomeModel::OutcomeModel(const std::vector<SeenOutcome>& seen, const ModelWishes& wishes, const std::string& of) {
  std::int64_t calls = 0;
  for (const SeenOutcome& one : seen) calls += is_refusal(one.reason) ? 0 : std::max<std::int64_t>(0, one.calls);
  bool known = calls >= seen_min;
  outcomes_ = known ? outcomes_of(seen, calls) : default_outcomes();
  const std::string source = known        ? "history: " + grouped(calls) + " calls" + (of.empty() ? "" : " " + of)
                             : calls == 0 ? "default, there is no history"
                                          : "default, " + grouped(calls) + " earlier calls tell too little";
  if (wishes.answer_rate) set_answer_rate(outcomes_, *wishes.answer_rate);
  if (wishes.talk) set_talk(outcomes_, *wishes.talk);

  auto conversation = [](const Outcome& outcome) { return outcome.conversation; };
  auto no_conversation = [](const Outcome& outcome) { return !outcome.conversation; };
  assumptions_.push_back(
      {"answer_rate", percent_text(conversation_share(outcomes_)), wishes.answer_rate ? "--answer-rate" : source});
  assumptions_.push_back({"ring", seconds_text(mean_of(outcomes_, &Outcome::before, conversation)), source});
  assumptions_.push_back(
      {"talk", seconds_text(mean_of(outcomes_, &Outcome::talk, conversation)), wishes.talk ? "--talk" : source});
  milliseconds other =
      mean_of(outcomes_, &Outcome::before, no_conversation) + mean_of(outcomes_, &Outcome::talk, no_conversation);
  assumptions_.push_back({"other_calls", seconds_text(other), source});
}

OutcomeModel OutcomeModel::fixed(std::vector<Outcome> outcomes) {
  OutcomeModel model;
  model.outcomes_ = std::move(outcomes);
  model.assumptions_.clear();
  model.spread_ = 0;
  return model;
}

OutcomeModel::Draw OutcomeModel::draw(std::uint64_t seed, campaign::LeadId lead, int call) const {
  std::uint64_t state = mixed(seed ^ mixed(static_cast<std::uint64_t>(lead))) + static_cast<std::uint64_t>(call);
  auto fraction = [&] {  // evenly from [0, 1)
    state = mixed(state);
    return static_cast<double>(state >> 11) * 0x1p-53;
  };
  double place = fraction();
  const Outcome* outcome = &outcomes_.back();
  for (const Outcome& one : outcomes_) {
    if (place < one.share) {
      outcome = &one;
      break;
    }
    place -= one.share;
  }
  auto drawn = [&](milliseconds mean) { return scaled(mean, 1 - spread_ + 2 * spread_ * fraction()); };
  milliseconds before = drawn(outcome->before);
  return {outcome, before, drawn(outcome->talk)};
}

milliseconds OutcomeModel::mean_duration() const {
  double sum = 0;
  for (const Outcome& outcome : outcomes_) {
    sum += outcome.share * static_cast<double>((outcome.before + outcome.talk).count());
  }
  return milliseconds{static_cast<std::int64_t>(sum)};
}

}  // namespace dialerd::daemon::plan
