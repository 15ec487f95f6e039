#include "daemon/progress_watch.h"

namespace dialerd::daemon {

void ProgressWatch::look(campaign::MonoTime now, const std::vector<StorageProgress>& threads) {
  using Doing = StorageProgress::Doing;
  if (seen_.empty()) {
    for (const StorageProgress& thread : threads) seen_.push_back({thread.steps, now});
  }
  stalled_ = false;
  database_silent_ = false;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    const StorageProgress& thread = threads[i];
    const bool idle = thread.doing == Doing::nothing && !thread.jobs_waiting;
    if (idle || thread.steps != seen_[i].steps) seen_[i] = {thread.steps, now};
    const auto unchanged = now - seen_[i].since;
    const bool ours = thread.doing == Doing::a_job || thread.doing == Doing::nothing;
    stalled_ = stalled_ || (ours && unchanged >= stall_after_);
    const bool unanswered = thread.doing == Doing::a_transaction && !thread.takes_long;
    database_silent_ = database_silent_ || (unanswered && unchanged >= silence_after_);
  }
}

}  // namespace dialerd::daemon
