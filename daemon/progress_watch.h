// Whether the storage threads get on, so that systemd's watchdog is fed by real progress only. Pure; belongs to the
// loop's thread.
//
// A thread that waits for the database is not stalled, however long that takes: statement_timeout, TCP and the server
// decide how long a statement may run, and killing this process would not bring the database back. Nor is one that
// waits to try again, or has nothing to do. What is left is our own code, which never takes long: a job that neither
// ends nor enters or leaves a transaction hangs, and so does a queue that nobody takes jobs from.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "campaign/time.h"

namespace dialerd::daemon {

struct StorageProgress {
  enum class Doing : std::uint8_t { nothing, a_job, waiting_to_try_again, a_transaction };

  Doing doing = Doing::nothing;
  bool jobs_waiting = false;
  std::uint64_t steps = 0;  // grows whenever `doing` changes
  bool takes_long = false;  // its transactions may: how long they take says nothing of the database
};

class ProgressWatch {
 public:
  // `stall_after`: so long without a step is a stall. `silence_after`: a transaction that takes so long does not
  // answer.
  ProgressWatch(std::chrono::milliseconds stall_after, std::chrono::milliseconds silence_after)
      : stall_after_(stall_after), silence_after_(silence_after) {}

  // How the threads are now, always the same ones in the same order.
  void look(campaign::MonoTime now, const std::vector<StorageProgress>& threads);

  bool stalled() const { return stalled_; }
  bool database_silent() const { return database_silent_; }

 private:
  struct Seen {
    std::uint64_t steps = 0;
    campaign::MonoTime since{};
  };

  std::chrono::milliseconds stall_after_;
  std::chrono::milliseconds silence_after_;
  std::vector<Seen> seen_;
  bool stalled_ = false;
  bool database_silent_ = false;
};

}  // namespace dialerd::daemon
