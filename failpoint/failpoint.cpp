#include "failpoint/failpoint.h"

#ifdef DIALERD_FAILPOINTS

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <thread>
#include <utility>

#include "failpoint/rules.h"
#include <fcntl.h>
#include <unistd.h>

namespace dialerd::failpoint {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "failpoint: %s\n", why.c_str());
  std::_Exit(2);
}

struct Armed {
  explicit Armed(Rule one) : rule(std::move(one)) {}

  Rule rule;
  std::atomic<std::uint64_t> hits{0};
};

// Made by the first hit and never changed but for the counts.
class Failpoints {
 public:
  Failpoints() {
    std::string mistake;
    auto rules = parse_rules(environment("DIALERD_FAILPOINTS"), mistake);
    if (!rules) refuse("cannot read '" + mistake + "' in DIALERD_FAILPOINTS");
    for (Rule& rule : *rules) armed_.emplace_back(std::move(rule));
    if (armed_.empty()) return;
    seed_ = std::strtoull(environment("DIALERD_FAILPOINTS_SEED").c_str(), nullptr, 10);
    const std::string log = environment("DIALERD_FAILPOINTS_LOG");
    if (log.empty()) return;
    log_ = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log_ < 0) refuse("cannot write to " + log);
  }

  bool any() const { return !armed_.empty(); }

  void hit(std::string_view place) {
    for (Armed& one : armed_) {
      if (one.rule.matches(place) && decide(one.rule, seed_, one.hits++)) act(place, one.rule);
    }
  }

 private:
  void act(std::string_view place, const Rule& rule) const {
    if (log_ >= 0) {
      const std::string line = std::string(place) + " " + std::string(to_string(rule.action)) + "\n";
      if (::write(log_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) refuse("cannot write the log");
    }
    switch (rule.action) {
      case Action::kill:
        std::raise(SIGKILL);
        break;
      case Action::stop:
        // To the process, not to this thread alone: it may not go on before all of it goes on.
        ::kill(::getpid(), SIGSTOP);
        break;
      case Action::pause:
        std::this_thread::sleep_for(rule.pause);
        break;
    }
  }

  std::deque<Armed> armed_;  // atomics do not move
  std::uint64_t seed_ = 0;
  int log_ = -1;
};

Failpoints& failpoints() {
  static Failpoints one;
  return one;
}

}  // namespace

void hit(std::string_view name) {
  if (failpoints().any()) failpoints().hit(name);
}

void hit(std::string_view subject, std::string_view moment) {
  if (failpoints().any()) failpoints().hit(std::string(subject) + "." + std::string(moment));
}

}  // namespace dialerd::failpoint

#endif
