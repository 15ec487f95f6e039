#include "storage/rule_arguments.h"

#include <algorithm>
#include <array>

#include "storage/array_text.h"

namespace dialerd::storage {
namespace {

using std::chrono::seconds;

// Beyond this no window reaches: a hundred years. Keeps the arithmetic of intervals in bounds.
constexpr seconds forever{std::chrono::hours{24 * 36525}};

std::int64_t bounded(seconds time) { return std::clamp(time, seconds{0}, forever).count(); }

std::string duration_text(seconds time) {
  struct Unit {
    seconds length;
    char letter;
  };
  constexpr std::array<Unit, 3> units = {{{seconds{86400}, 'd'}, {seconds{3600}, 'h'}, {seconds{60}, 'm'}}};
  for (const Unit& unit : units) {
    if (time >= unit.length && time % unit.length == seconds{0})
      return std::to_string(time / unit.length) + unit.letter;
  }
  return std::to_string(time.count()) + "s";
}

}  // namespace

std::string code_of(const config::FrequencyCap& cap) {
  const bool conversations = cap.counts == config::FrequencyCap::Counts::conversations;
  return "frequency_cap:" + std::to_string(cap.max) + (conversations ? "_conversations_in_" : "_attempts_in_") +
         duration_text(cap.window);
}

std::string code_of(const config::LockOut& lock_out) { return "lock_out:" + lock_out.after; }

RuleArguments::RuleArguments(const ClaimRules& rules) {
  ArrayText names, ages;
  for (const config::RequiredList& list : rules.required_lists) {
    names.add(list.name);
    list.max_age ? ages.add_number(bounded(*list.max_age)) : ages.add_null();
  }
  list_names = names.text();
  list_ages = ages.text();

  std::int64_t longest = 0;
  ArrayText codes, conversations, maxima, windows;
  for (const config::FrequencyCap& cap : rules.frequency_caps) {
    const bool counts_conversations = cap.counts == config::FrequencyCap::Counts::conversations;
    codes.add(code_of(cap));
    conversations.add_token(counts_conversations ? "true" : "false");
    maxima.add_number(cap.max);
    windows.add_number(bounded(cap.window));
    longest = std::max(longest, bounded(cap.window));
    outcomes_matter = outcomes_matter || counts_conversations;
  }
  cap_codes = codes.text();
  cap_conversations = conversations.text();
  cap_maxima = maxima.text();
  cap_windows = windows.text();

  ArrayText locks, afters, periods;
  for (const config::LockOut& lock_out : rules.lock_outs) {
    locks.add(code_of(lock_out));
    afters.add(lock_out.after);
    periods.add_number(bounded(lock_out.period));
    longest = std::max(longest, bounded(lock_out.period));
    outcomes_matter = true;
  }
  lock_codes = locks.text();
  lock_afters = afters.text();
  lock_periods = periods.text();

  // A window starts at a call's last possible moment, a lock-out at its end: both lie after the claim, by a day at
  // most, the clocks' difference included (attempt ids are made by the daemon's clock).
  look_back = longest + 86400;
}

}  // namespace dialerd::storage
