// One account of a running daemon: its line to the voice API, its ownership, and its writes under way.
//
// Carries out the engine's commands for that account and turns what comes back into plain callbacks. Everything is
// called on the event loop's thread. Lives as long as the Runner that owns it; callbacks of requests under way find it
// alive because the Runner is destroyed only after the loop has ended.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "campaign/engine.h"
#include "daemon/clock.h"
#include "daemon/voxapi/client.h"
#include "storage/session.h"

namespace dialerd::daemon {

// A batch of one account's writes: at most this many rows each, so that a transaction stays short.
inline constexpr std::size_t write_rows_max = 1000;

class AccountLink {
 public:
  AccountLink(const Clock& clock, campaign::AccountIndex index, std::string name,
              std::unique_ptr<voxapi::Client> client);

  const std::string& name() const { return name_; }
  campaign::AccountIndex index() const { return index_; }

  // --- ownership
  const std::optional<storage::Ownership>& ownership() const { return ownership_; }
  campaign::MonoTime lease_until() const { return lease_until_; }
  void gained(storage::Ownership ownership, campaign::MonoTime lease_until);
  void renewed(campaign::MonoTime lease_until) { lease_until_ = lease_until; }
  void lost();
  // Grows with every gain and loss: an answer that carries an older one is of a past ownership.
  std::uint64_t generation() const { return generation_; }
  storage::ClockRecord
      clock_record;      // the mark that steps are measured from, and steps that the database does not know yet
  std::string owned_by;  // who owns it instead of us, as far as is known
  bool ownership_request_under_way = false;
  campaign::MonoTime next_ownership_request{campaign::MonoTime::min()};
  std::optional<campaign::Trouble> trouble;  // as last logged
  bool configured = true;  // false: no longer; what is open is brought to its end, and it is not taken again

  // --- writes: collected while one is under way, then taken in batches, records before settlements
  void add(campaign::Write write);
  bool write_due() const { return !write_under_way_ && !pending_.empty(); }
  std::shared_ptr<storage::WriteBatch> take_batch();
  void batch_ended() { write_under_way_ = false; }
  bool writes_pending() const { return write_under_way_ || !pending_.empty(); }

  // --- the voice API
  voxapi::Client& client() { return *client_; }
  // From now on by this one. What is under way ends by the one before, which lives until then.
  void talk_by(std::unique_ptr<voxapi::Client> client);
  // Reads one page of the list. `answered` is not called any more once the ownership has ended that it was asked under.
  void list(const campaign::ListPage& page, std::function<void(const campaign::ListPageAnswer&)> answered);

  std::optional<std::vector<campaign::Condition>> conditions;  // as last written to the database

 private:
  // The provider's times are compared with ours when a list is asked for; beyond this difference it proves no absence.
  static constexpr std::chrono::minutes clock_difference_max{2};

  bool readable(const voxapi::ListPage& page) const;
  bool clocks_agree(const voxapi::ListPage& page);

  const Clock& clock_;
  campaign::AccountIndex index_;
  std::string name_;
  std::unique_ptr<voxapi::Client> client_;
  std::vector<std::unique_ptr<voxapi::Client>> former_clients_;
  std::optional<storage::Ownership> ownership_;
  campaign::MonoTime lease_until_{};
  std::uint64_t generation_ = 0;
  campaign::Write pending_;
  bool write_under_way_ = false;
  bool clocks_agreed_ = true;  // as last logged
};

}  // namespace dialerd::daemon
