#include "daemon/clock.h"

#include <cassert>

#include "daemon/boot_time.h"

namespace dialerd::daemon {
namespace {

constexpr std::chrono::milliseconds slow{500};

campaign::WallTime carried(campaign::WallTime wall, std::chrono::nanoseconds by) {
  return wall + std::chrono::duration_cast<std::chrono::milliseconds>(by);
}

}  // namespace

std::chrono::milliseconds Clock::sync(campaign::WallTime database_time, campaign::MonoTime asked,
                                      campaign::MonoTime answered) {
  std::chrono::nanoseconds uncertain = (answered - asked) / 2;
  campaign::MonoTime middle = asked + uncertain;
  auto moved = synced_ ? database_time - carried(wall_, middle - mono_) : std::chrono::milliseconds{0};
  if (synced_ && uncertain > slow && std::chrono::abs(moved) <= uncertain + slow) return std::chrono::milliseconds{0};
  wall_ = database_time;
  mono_ = middle;
  synced_ = true;
  return moved;
}

campaign::Now Clock::now() const {
  assert(synced_);
  campaign::MonoTime mono = boot_time();
  return {mono, carried(wall_, mono - mono_)};
}

}  // namespace dialerd::daemon
