// Virtual time: nothing passes until an event is taken from the queue. And the three civil clocks of a world: the
// database's, which may be set; the daemon's picture of it, which learns of that a little later; and the provider's,
// which is never wrong.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "campaign/time.h"

namespace dialerd::simulation {

using campaign::MonoTime;
using campaign::Now;
using campaign::WallTime;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  bool chance(double probability) { return std::uniform_real_distribution<>()(engine_) < probability; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  milliseconds between(milliseconds low, milliseconds high) { return milliseconds{between(low.count(), high.count())}; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(between(0, 255)); }
  template <typename T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(choices.size()) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

class Clock {
 public:
  explicit Clock(WallTime begin)
      : mono_(std::chrono::hours{1}), begin_(begin.time_since_epoch() - milliseconds{std::chrono::hours{1}}) {}

  MonoTime mono() const { return mono_; }
  WallTime provider() const { return provider_at(mono_); }
  WallTime provider_at(MonoTime at) const {
    return WallTime{std::chrono::duration_cast<milliseconds>(at.time_since_epoch()) + begin_};
  }
  WallTime database() const { return provider() + database_off_; }
  Now daemon() const { return {mono_, provider() + daemon_off_}; }

  void set_database(milliseconds off) { database_off_ = off; }
  milliseconds database_off() const { return database_off_; }
  // The daemon reads the database's clock. Returns by how much its picture moved.
  milliseconds sync() { return database_off_ - std::exchange(daemon_off_, database_off_); }

  // Equal times in the order of insertion.
  void at(MonoTime when, std::function<void()> event) {
    events_.push_back({std::max(when, mono_), ++inserted_, std::move(event)});
    std::push_heap(events_.begin(), events_.end(), later);
  }
  void after(nanoseconds delay, std::function<void()> event) { at(mono_ + delay, std::move(event)); }

  // Takes the next event; false when there is none.
  bool step() {
    if (events_.empty()) return false;
    std::pop_heap(events_.begin(), events_.end(), later);
    Event next = std::move(events_.back());
    events_.pop_back();
    mono_ = next.when;
    next.act();
    return true;
  }

 private:
  struct Event {
    MonoTime when;
    std::uint64_t number;
    std::function<void()> act;
  };
  static bool later(const Event& a, const Event& b) { return a.when != b.when ? a.when > b.when : a.number > b.number; }

  MonoTime mono_;
  milliseconds begin_;
  milliseconds database_off_{0};
  milliseconds daemon_off_{0};
  std::uint64_t inserted_ = 0;
  std::vector<Event> events_;  // a heap
};

}  // namespace dialerd::simulation
