// A name service of the tests' own: for the names that a test has put down, getaddrinfo(3) answers what it was told to,
// in this program only. Everything above it is the real thing. Thread-safe.
#pragma once

#include <string>
#include <vector>

namespace dialerd::daemon::voxapi::testing {

// What one question is answered.
struct NameAnswer {
  int error = 0;                         // EAI_...
  std::vector<std::string> addresses{};  // numeric, in the order to try
  bool hangs = false;                    // no answer before the name is forgotten
};

// One answer after the other; the last one stays. Forgets the name at its end.
class KnownName {
 public:
  KnownName(std::string name, std::vector<NameAnswer> answers);
  ~KnownName();
  KnownName(const KnownName&) = delete;
  KnownName& operator=(const KnownName&) = delete;

  void answer_from_now_on(std::vector<NameAnswer> answers);
  int times_asked() const;

 private:
  std::string name_;
};

}  // namespace dialerd::daemon::voxapi::testing
