#include "daemon/storage_thread.h"

#include <utility>

#include "failpoint/failpoint.h"

namespace dialerd::daemon {

StorageThread::StorageThread(storage::SessionSettings settings)
    : session_(std::move(settings)), thread_([this] { run(); }) {}

StorageThread::~StorageThread() {
  stop();
  thread_.join();
}

void StorageThread::post(Job job) {
  std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  changed_.notify_all();
}

bool StorageThread::wait(storage::Backoff& backoff) {
  auto pause = backoff.next(std::uniform_real_distribution<>()(random_));
  std::unique_lock lock(mutex_);
  ++steps_;
  waiting_ = true;
  const bool stopped = changed_.wait_for(lock, pause, [this] { return stopping_; });
  waiting_ = false;
  ++steps_;
  return !stopped;
}

StorageProgress StorageThread::progress() {
  using Doing = StorageProgress::Doing;
  std::lock_guard lock(mutex_);
  const std::uint64_t turns = session_.turns();
  const Doing doing = waiting_         ? Doing::waiting_to_try_again
                      : turns % 2 == 1 ? Doing::a_transaction
                      : at_a_job_      ? Doing::a_job
                                       : Doing::nothing;
  return {doing, !jobs_.empty(), steps_ + turns};
}

void StorageThread::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  jobs_.clear();
  changed_.notify_all();
}

void StorageThread::run() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      at_a_job_ = true;
      ++steps_;
    }
    failpoint::hit("storage.job");
    job(*this, session_);
    std::lock_guard lock(mutex_);
    at_a_job_ = false;
    ++steps_;
  }
}

}  // namespace dialerd::daemon
