// Named places around every commit and every POST, where tests/chaos lets a running process die, freeze or stall.
//
// Compiled in only with the CMake option DIALERD_FAILPOINTS (presets dev, asan, tsan). Without it `hit` is empty and
// the names are in no binary. With it a process acts only if its environment says so (failpoint/rules.h):
//
//   DIALERD_FAILPOINTS       the rules
//   DIALERD_FAILPOINTS_SEED  a number; which hits act follows from it, the name and how many hits there were before
//   DIALERD_FAILPOINTS_LOG   a file to which each act adds a line `NAME ACTION` before it acts
//
// Rules that cannot be read end the process with a message: a test that injects nothing must not pass.
// Any thread. The names are listed in tests/chaos/README.md.
#pragma once

#include <string_view>

namespace dialerd::failpoint {

#ifdef DIALERD_FAILPOINTS
void hit(std::string_view name);
// The place is `subject.moment`, such as "claiming leads.committed".
void hit(std::string_view subject, std::string_view moment);
#else
inline void hit(std::string_view) {}
inline void hit(std::string_view, std::string_view) {}
#endif

}  // namespace dialerd::failpoint
