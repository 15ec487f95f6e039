// Divides permits among the campaigns of one account: strict priorities, and weights among equals.
//
// Within a priority: start-time fair queueing (Goyal, Vin, Cheng 1996) with one permit as the packet. Each member has a
// virtual time that a permit moves on by 2^24/weight, and the one that is furthest behind is next (equals: the one that
// was added first). Members that want all along get permits in proportion to their weights, to within one permit per
// member, and two permits of a member have at most
//     sum over the other members j of its priority (weight_j / weight + 2)
// permits of that priority between them (rounded weights: 0.01 %). A member that wants nothing banks nothing: when it
// comes back it starts where the others are.
//
// Between priorities: a higher one is served first, but none starves. Of any `starvation_bound` consecutive permits
// that are granted while members of a priority want some, at least one goes to that priority; this holds for all ten
// priorities at once. So of k members with equal weights that only a higher priority keeps waiting, each gets at least
// one of any k * starvation_bound permits, in turn.
//
// Work-conserving: every permit is granted while somebody wants it. A grant costs O(members) to look at the wants, and
// for the permits min(O(log members) each, O(members) for all of a priority's turn).
// Integer arithmetic, no time. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dialerd::ratelimit {

class FairShare {
 public:
  static constexpr std::int64_t weight_max = 1000;
  static constexpr std::int64_t priority_max = 9;
  static constexpr std::int64_t starvation_bound = 64;
  // A member's want: it has demand but cannot take permits at the moment (a claim of its is under way). It gets none
  // and keeps its place, so that it catches up afterwards, by up to lag_max permits.
  static constexpr std::int64_t busy = -1;
  static constexpr std::int64_t lag_max = 256;
  // Of one grant; what is more is not granted.
  static constexpr std::int64_t permits_max = 1'000'000'000;

  // A new member: weight 1-1000, priority 0-9 (higher first). Its index: 0, 1, 2 ...
  std::size_t add(std::int64_t weight, std::int64_t priority);

  // wants: for each member how many permits it could use now; 0: none, or `busy`. The result says how many it gets;
  // their sum is min(permits, sum of the wants).
  std::vector<std::int64_t> grant(std::int64_t permits, std::span<const std::int64_t> wants);

  // n permits of the member were of no use: as if they had not been granted to it.
  void give_back(std::size_t member, std::int64_t n);

 private:
  static constexpr std::size_t levels = priority_max + 1;
  // A lower priority's turn comes when it has been passed over so often: all of them can be due at once, and each has
  // still been served within the bound.
  static constexpr std::int64_t overdue = starvation_bound - static_cast<std::int64_t>(levels);

  struct Member {
    std::int64_t stride = 0;
    std::int64_t next = 0;  // the virtual time at which its next permit is due
    std::size_t level = 0;
    bool wanting = false;
  };
  struct Due {
    std::int64_t next = 0;
    std::size_t member = 0;
  };
  struct Level {
    std::int64_t time = 0;         // the virtual time of its latest permit
    std::int64_t passed_over = 0;  // permits of others since its own last, while it wanted
    std::int64_t wanted = 0;       // within a grant: what its members still want
    std::vector<Due> due;          // within a grant: a heap of those that want
  };

  void note_wants(std::span<const std::int64_t> wants, std::int64_t permits);
  void serve(Level& level, std::int64_t permits, std::span<const std::int64_t> wants,
             std::vector<std::int64_t>& granted);
  std::int64_t serve_together(Level& level, std::int64_t permits, std::span<const std::int64_t> wants,
                              std::vector<std::int64_t>& granted);
  void give(Level& level, std::size_t member, std::int64_t n, std::vector<std::int64_t>& granted);

  std::vector<Member> members_;
  std::array<Level, levels> levels_;  // by priority
};

}  // namespace dialerd::ratelimit
