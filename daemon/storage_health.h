// What of the database works: each use of it by itself, because one may fail while others work (a full disk refuses
// rows, but answers). For the log, and for the daemon's readiness. Belongs to the loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "campaign/time.h"

namespace dialerd::daemon {

enum class StorageUse : std::uint8_t {
  claims,
  writes,
  ownership,
  controls,
  resolutions,
  webhook_writes,
  webhook_reads
};

class StorageHealth {
 public:
  // A failure that is not told again for so long is over: a use that nobody needs any more is not tried again, such as
  // claims after the calling windows have closed.
  explicit StorageHealth(std::chrono::milliseconds forget_after) : forget_after_(forget_after) {}

  // True: this use has not been failing, so the log should hear of it.
  bool failed(StorageUse use, campaign::MonoTime now, const std::string& message);
  // True: with this, nothing fails any more.
  bool worked(StorageUse use);
  // True: with what is forgotten now, nothing is known to fail any more.
  bool forget_old(campaign::MonoTime now);

  // Why the database cannot be used as it should; empty when nothing is known to fail.
  std::string failure() const;
  std::set<StorageUse> failing() const;

 private:
  struct Failure {
    std::string message;
    campaign::MonoTime last{};
  };

  std::chrono::milliseconds forget_after_;
  std::map<StorageUse, Failure> failures_;
};

}  // namespace dialerd::daemon
