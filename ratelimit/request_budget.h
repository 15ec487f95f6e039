// The HTTP requests of one provider account, per rolling second and per rolling minute, shared by those that create
// calls and those that follow them (listing, looking up).
//
//   may_create / may_follow --> begin --> ended
//
// Creating comes first, with a floor for following, so that open calls are never without news:
//   - While something is followed, creating leaves the floor's unused part of each window free. While nothing is,
//     creating may have everything; following that begins then waits for its part at most one window.
//   - Following may always use the floor; more than that only while no creation waits.
// The floor is follow_percent of a limit, at least one request and at most all but one. A limit of a single request
// cannot be parted like that: there the floor is one request in every two windows.
//
// A request is held while it is in flight and counted when it ended, so the provider's own window never sees more,
// whenever it counts. So latency eats budget: with 10 per second and answers after 500 ms a token is away for 1.5 s.
// That is the price of the promise; there is no telling when in between the provider counted.
//
// Pure: time is an argument. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "ratelimit/mono_time.h"
#include "ratelimit/rolling_window.h"

namespace dialerd::ratelimit {

class RequestBudget {
 public:
  enum class Kind : std::uint8_t { create, follow };
  static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

  struct Limits {
    std::optional<std::int64_t> per_second;  // >= 1
    std::optional<std::int64_t> per_minute;  // >= 1
    std::int64_t follow_percent = 20;        // 0-100
  };

  explicit RequestBudget(const Limits& limits);

  // How many requests that create calls may begin now; `unlimited` without limits. `following`: something is followed.
  std::int64_t creations(MonoTime now, bool following);
  bool may_create(MonoTime now, bool following) { return creations(now, following) > 0; }
  bool may_follow(MonoTime now, bool creation_waiting);

  // Precondition: may_create or may_follow.
  void begin(Kind kind);
  // It has an answer, or never will have one.
  void ended(MonoTime now, Kind kind);
  // Begun and not ended.
  std::int64_t under_way() const { return under_way_; }

  // When to ask again after a no, if time alone changes the answer; an ended request may do so before.
  std::optional<MonoTime> next_create(MonoTime now, bool following);
  std::optional<MonoTime> next_follow(MonoTime now, bool creation_waiting);

  struct Spent {
    MonoTime until;  // counted no later than then
    std::int64_t requests = 0;
  };
  // The requests of the last minute, for another process to go on with: in steps of five seconds, the last of which may
  // end after `now`; those in flight come a step later. Empty without per_minute: a second is over before anybody asks.
  std::vector<Spent> spent(MonoTime now);

  // An earlier process may have used all of it, up to `now`.
  void restore(MonoTime now);
  // An earlier process told what it had spent at `told_at`, and may have gone on until `sent_until` (not after `now`).
  void restore(MonoTime now, const std::vector<Spent>& spent, MonoTime told_at, MonoTime sent_until);

 private:
  struct Window {
    RollingWindow all;
    RollingWindow follow;  // the floor's part: what is available of it is kept free
  };
  void add_window(std::int64_t limit, MonoClock::duration length, std::int64_t follow_percent);

  Limits limits_;
  std::int64_t under_way_ = 0;
  std::vector<Window> windows_;  // the longer one last
};

}  // namespace dialerd::ratelimit
