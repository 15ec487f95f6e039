// What the runner tells the status page of itself.
#include "daemon/runner.h"
#include "daemon/status_page/picture.h"

namespace dialerd::daemon {

status_page::EnginePicture Runner::engine_picture() {
  status_page::EnginePicture picture;
  picture.owner = owner_;
  picture.version = DIALERD_VERSION;
  picture.readiness = readiness();
  picture.database_failure = storage_health_.failure();
  const campaign::Now now = clock_.now();
  for (const auto& account : accounts_) {
    if (!account->ownership()) continue;
    const campaign::AccountSnapshot snapshot = engine_.snapshot(account->index());
    picture.accounts.push_back({account->name(), snapshot.dialing, snapshot.open, snapshot.doubts, snapshot.unwritten,
                                engine_.limit_use(now, account->index())});
  }
  for (const CampaignLink& campaign : campaigns_) {
    if (!accounts_[campaign.account]->ownership()) continue;
    picture.campaigns.push_back({campaign.name, engine_.binding(now, campaign.id)});
  }
  return picture;
}

}  // namespace dialerd::daemon
