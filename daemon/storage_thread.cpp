#include "daemon/storage_thread.h"

#include <utility>

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
  return !changed_.wait_for(lock, pause, [this] { return stopping_; });
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
    }
    job(*this, session_);
  }
}

}  // namespace dialerd::daemon
