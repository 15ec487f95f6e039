// What DIALERD_FAILPOINTS says: rules `NAME=ACTION@PROBABILITY`, separated by commas.
//
//   post.written=kill@0.01,claiming leads.committed=stop@0.5,*.before_commit=pause:300ms@0.05
//
// NAME           the place, or `*` and the end of its name, for all such places
// ACTION         kill (SIGKILL to this process), stop (SIGSTOP), pause:DURATION (blocks the thread; ms or s)
// PROBABILITY    above 0, at most 1; left out it is 1
//
// Pure. Any thread may ask `decide`; each asks with a number of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dialerd::failpoint {

enum class Action { kill, stop, pause };

struct Rule {
  std::string name;
  Action action = Action::kill;
  std::chrono::milliseconds pause{};  // of Action::pause
  double probability = 1;

  bool matches(std::string_view place) const;
  bool operator==(const Rule&) const = default;
};

// nullopt: not readable, and `mistake` is the rule that is wrong.
std::optional<std::vector<Rule>> parse_rules(std::string_view text, std::string& mistake);

// As the log writes it: "kill", "stop", "pause".
std::string_view to_string(Action action);

// Whether the rule acts at its n-th hit. The same for the same seed, name and n.
bool decide(const Rule& rule, std::uint64_t seed, std::uint64_t n);

}  // namespace dialerd::failpoint
