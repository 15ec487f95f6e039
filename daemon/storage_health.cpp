#include "daemon/storage_health.h"

namespace dialerd::daemon {

bool StorageHealth::failed(StorageUse use, campaign::MonoTime now, const std::string& message) {
  return failures_.insert_or_assign(use, Failure{message, now}).second;
}

bool StorageHealth::worked(StorageUse use) { return failures_.erase(use) > 0 && failures_.empty(); }

bool StorageHealth::forget_old(campaign::MonoTime now) {
  const auto forgotten =
      std::erase_if(failures_, [&](const auto& entry) { return now - entry.second.last > forget_after_; });
  return forgotten > 0 && failures_.empty();
}

std::set<StorageUse> StorageHealth::failing() const {
  std::set<StorageUse> uses;
  for (const auto& [use, failure] : failures_) uses.insert(use);
  return uses;
}

std::string StorageHealth::failure() const { return failures_.empty() ? "" : failures_.begin()->second.message; }

}  // namespace dialerd::daemon
