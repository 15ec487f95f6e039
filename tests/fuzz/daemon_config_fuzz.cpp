// Any text as dialerd.yaml.
#include "config_promises.h"
#include <glob.h>

// `campaigns: ["/*/*/*"]` is to be read, and not to be searched for on the machine that the target runs on.
extern "C" int glob(const char* /*pattern*/, int /*flags*/, int (* /*error*/)(const char*, int), glob_t* found) {
  *found = {};
  return GLOB_NOMATCH;
}
extern "C" void globfree(glob_t* /*found*/) {}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dialerd;
  const auto daemon = fuzz::load_checked(&config::load_daemon_config, fuzz::text_of(data, size));
  if (!daemon) return 0;
  fuzz::promise(!daemon->accounts.empty(), "a daemon has an account");
  fuzz::promise(daemon->http.connections > 0 && daemon->http.response_size_max > 0, "numbers are within their ranges");
  fuzz::promise(daemon->follow.abandon_after > daemon->follow.horizon, "rules over several keys hold");
  fuzz::promise(config::check_together(*daemon, {}, {}).empty() || !daemon->accounts.empty(), "files are compared");
  return 0;
}
