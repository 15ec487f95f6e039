#include "daemon/readiness.h"

namespace dialerd::daemon {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

Readiness readiness_of(const ReadinessFacts& facts) {
  if (facts.draining) return {false, "draining: no more calls, waiting for answers and their records"};
  if (!facts.storage_failure.empty()) return {false, "database: " + facts.storage_failure};
  if (!facts.suspended.empty()) {
    return {false, "database: the lease could not be renewed in time of: " + listed(facts.suspended)};
  }
  std::string reason = facts.owned.empty() ? "no account owned" : "owns " + listed(facts.owned);
  if (!facts.elsewhere.empty()) reason += "; standing by for " + listed(facts.elsewhere);
  if (!facts.unowned.empty()) reason += "; without an owner yet: " + listed(facts.unowned);
  return {true, reason};
}

}  // namespace dialerd::daemon
