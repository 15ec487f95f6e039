// Virtual time: nothing passes until an event is taken from the queue.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <utility>

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

 private:
  std::mt19937_64 engine_;
};

class Clock {
 public:
  explicit Clock(WallTime wall)
      : mono_(std::chrono::hours{1}), offset_(wall.time_since_epoch() - milliseconds{std::chrono::hours{1}}) {}

  MonoTime mono() const { return mono_; }
  WallTime wall() const {
    return WallTime{std::chrono::duration_cast<milliseconds>(mono_.time_since_epoch()) + offset_};
  }
  Now now() const { return {mono_, wall()}; }
  void step_wall(milliseconds by) { offset_ += by; }

  void at(MonoTime when, std::function<void()> event) { events_.emplace(std::max(when, mono_), std::move(event)); }
  void after(nanoseconds delay, std::function<void()> event) { at(mono_ + delay, std::move(event)); }

  // Takes the next event; false when there is none.
  bool step() {
    if (events_.empty()) return false;
    auto next = events_.extract(events_.begin());
    mono_ = next.key();
    next.mapped()();
    return true;
  }

 private:
  MonoTime mono_;
  milliseconds offset_;
  std::multimap<MonoTime, std::function<void()>> events_;  // equal times in the order of insertion
};

}  // namespace dialerd::simulation
