// One account of a running daemon: its line to the voice API, its ownership, and its writes under way.
//
// Carries out the engine's commands for that account and turns what comes back into plain callbacks. Everything is
// called on the event loop's thread. Lives as long as the Runner that owns it; callbacks of requests under way find it
// alive because the Runner is destroyed only after the loop has ended.
#pragma once

#include <cstdint>
#include <deque>
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

  // --- writes: collected while one is under way, then taken in batches, records before settlements. One thread carries
  // them out in the order in which they were taken. While there is more than a batch holds, the next one waits there
  // already, so that the thread never waits for the loop.
  void add(campaign::Write write);
  bool write_due() const;
  std::shared_ptr<storage::WriteBatch> take_batch();
  void batch_ended() { --writes_under_way_; }
  bool writes_pending() const { return writes_under_way_ > 0 || !pending_.empty(); }

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

  // Deques, because they are taken from the front while many more may wait.
  struct Pending {
    std::deque<campaign::Record> records;
    std::deque<campaign::Settlement> settlements;
    std::deque<campaign::DetailRecord> details;
    std::deque<campaign::LateNews> late_news;
    std::size_t size() const { return records.size() + settlements.size() + details.size() + late_news.size(); }
    bool empty() const { return size() == 0; }
  };

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
  Pending pending_;
  int writes_under_way_ = 0;
  bool clocks_agreed_ = true;  // as last logged
};

}  // namespace dialerd::daemon
