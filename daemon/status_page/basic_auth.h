// Who may see the status page: one user and one password, as browsers ask for them (RFC 7617, Basic). Compared by
// digest, so that the time an answer takes tells nothing of how much of a guess was right.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/webhook/digest.h"

namespace dialerd::daemon::status_page {

class BasicLogin {
 public:
  // `user` without ':'.
  BasicLogin(std::string_view user, std::string_view password);

  // `authorization`: every header of that name; exactly one is expected.
  bool admits(const std::vector<std::string_view>& authorization) const;

 private:
  webhook::Digest digest_;  // of what must stand behind "Basic "
};

// What makes a text unfit to be the password: guesses are not counted, so it must be beyond guessing. Nullopt: it is
// fit. Never repeats a part of it.
std::optional<std::string> password_fault(std::string_view password);

}  // namespace dialerd::daemon::status_page
