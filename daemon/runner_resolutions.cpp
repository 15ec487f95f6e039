// What people decided about calls in doubt (`dialerd resolve`), told to the engine of the account's owner.
#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/log.h"
#include "daemon/runner.h"
#include "daemon/voxapi/detail.h"
#include "storage/resolution.h"

namespace dialerd::daemon {

// Told again each time until it is carried out: the doubt may arise only later, when the answer to a POST is waited for
// no longer.
void Runner::read_resolutions() {
  std::vector<std::string> owned = owned_accounts();
  if (owned.empty() || std::exchange(resolutions_under_way_, true)) return;
  claim_thread_.post([this, owned = std::move(owned)](StorageThread&, storage::Session& session) {
    auto pending = storage::pending_resolutions(session, owned);
    boost::asio::post(io_, [this, pending = std::move(pending)] {
      resolutions_under_way_ = false;
      if (!pending) return storage_failed(pending.error(), StorageUse::resolutions);
      storage_worked(StorageUse::resolutions);
      std::set<campaign::AttemptId> told;
      for (const storage::PendingResolution& resolution : *pending) {
        const AccountLink* account = account_called(resolution.account);
        if (account == nullptr || !account->ownership()) continue;  // lost meanwhile
        if (!resolutions_told_.contains(resolution.attempt)) {
          // People write numbers into reasons.
          log::info("attempt " + to_string(resolution.attempt) + ": resolved as " +
                        (resolution.placed ? "placed" : "not placed") + " by " +
                        voxapi::make_detail(resolution.decided_by + ": " + resolution.reason, ""),
                    about_attempt(*account, resolution.attempt, engine_.campaign_of(resolution.attempt)));
        }
        told.insert(resolution.attempt);
        engine_.resolved(clock_.now(), account->index(), resolution.attempt, resolution.placed);
      }
      if (told.empty() && resolutions_told_.empty()) return;
      resolutions_told_ = std::move(told);
      schedule_tick();
    });
  });
}

}  // namespace dialerd::daemon
