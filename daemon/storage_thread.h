// A thread with a database session of its own that runs blocking jobs one after the other.
//
// post() and stop() may be called from any thread. Jobs run on the storage thread and hand their results to whoever
// they like (the daemon posts them to its event loop).
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <thread>

#include "daemon/progress_watch.h"
#include "storage/backoff.h"
#include "storage/session.h"

namespace dialerd::daemon {

class StorageThread {
 public:
  using Job = std::function<void(StorageThread&, storage::Session&)>;

  explicit StorageThread(storage::SessionSettings settings);
  ~StorageThread();  // stop(), and waits for the job that runs
  StorageThread(const StorageThread&) = delete;
  StorageThread& operator=(const StorageThread&) = delete;

  void post(Job job);

  // For a job that must try again: sleeps. False: the thread is stopping, give up.
  bool wait(storage::Backoff& backoff);

  // For the watchdog. Any thread.
  StorageProgress progress();

  // Jobs that have not begun are dropped, and waits end.
  void stop();

 private:
  void run();

  storage::Session session_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  bool at_a_job_ = false;
  bool waiting_ = false;
  std::uint64_t steps_ = 0;  // jobs and waits, begun and ended
  std::minstd_rand random_{std::random_device{}()};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace dialerd::daemon
