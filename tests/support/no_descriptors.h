// A process that has no descriptor left, as long as one of these lives: no file and no socket can be opened by any of
// its threads.
#pragma once

#include <sys/resource.h>

namespace dialerd::testing {

// UndefinedBehaviorSanitizer's vptr check opens a pipe to see whether memory can be read, and takes a failure for a bad
// object: such a test is skipped there.
#ifdef __SANITIZE_ADDRESS__
constexpr bool sanitizer_needs_descriptors = true;
#else
constexpr bool sanitizer_needs_descriptors = false;
#endif

class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace dialerd::testing
