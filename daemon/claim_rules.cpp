#include "daemon/claim_rules.h"

namespace dialerd::daemon {

storage::ClaimRules claim_rules(const config::CampaignConfig& config) {
  auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  storage::ClaimRules joined;
  joined.callback_tolerance = config.callback_tolerance;
  for (const config::Rules& rules : config.rules) {
    append(joined.frequency_caps, rules.frequency_caps);
    append(joined.lock_outs, rules.lock_outs);
    append(joined.required_lists, rules.required_lists);
  }
  return joined;
}

}  // namespace dialerd::daemon
