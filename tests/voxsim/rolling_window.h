#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace dialerd::voxsim {

// At most `limit` events in any window of `length_us`: an event counts from its own moment t until just before t +
// length_us. Remembers only the last `limit` events, so a check is one comparison. Not thread-safe.
class RollingWindow {
 public:
  RollingWindow(std::optional<std::uint32_t> limit, std::int64_t length_us) : length_us_(length_us) {
    if (limit) {
      limited_ = true;
      times_.assign(*limit, 0);
    }
  }

  bool has_room(std::int64_t now_us) const { return wait_us(now_us) == 0; }

  // Until there is room for one more; a whole window when the limit is zero.
  std::int64_t wait_us(std::int64_t now_us) const {
    if (!limited_ || count_ < times_.size()) return 0;
    if (times_.empty()) return length_us_;
    const std::int64_t free_at = times_[next_] + length_us_;
    return free_at > now_us ? free_at - now_us : 0;
  }

  // `now_us` may not be before an earlier one. Only when has_room.
  void count(std::int64_t now_us) {
    if (!limited_ || times_.empty()) return;
    times_[next_] = now_us;
    next_ = next_ + 1 == times_.size() ? 0 : next_ + 1;
    if (count_ < times_.size()) ++count_;
  }

 private:
  std::int64_t length_us_;
  bool limited_ = false;
  std::vector<std::int64_t> times_;  // a ring; next_ is the oldest once it is full
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace dialerd::voxsim
