#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "tests/voxsim/call_store.h"

namespace dialerd::voxsim {

// A place in the order of a listing: the time a call is compared by, then its index.
struct ListKey {
  std::int64_t time_ms = 0;
  CallIndex index = 0;

  auto operator<=>(const ListKey&) const = default;
};

// Both ends inclusive.
struct KeyRange {
  ListKey first{std::numeric_limits<std::int64_t>::min(), 0};
  ListKey last{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<CallIndex>::max()};
};

// Calls in the order of a listing: by the connection's start, or by creation for a call that never connected (or has
// not yet).
//
// A call's key changes once, when it connects. But both kinds of key are only ever added in ascending order, so two
// plain vectors that are searched by halving, and a small set of the calls that are ringing now, are the whole index:
// four bytes a call, no tree. Not thread-safe. `store` must outlive it.
class TimeIndex {
 public:
  explicit TimeIndex(const CallStore& store) : store_(store) {}

  // In order of index, at its creation.
  void add(CallIndex index);

  // Carries the index on to `now_ms`, which never goes back: what has connected by then moves to its start.
  void advance(std::int64_t now_ms);

  // By what a call is ordered since the last advance.
  ListKey key_of(CallIndex index) const;

  // Costs two searches and one step for each call of the range that is ringing now.
  std::size_t count(const KeyRange& range) const;

  // Visits the calls of a range, in ascending or descending order, until the visitor returns false.
  void visit(const KeyRange& range, bool ascending, const std::function<bool(ListKey)>& visitor) const;

  // Visits all calls of a range in no particular order.
  template <typename Visitor>
  void visit_all(const KeyRange& range, const Visitor& visitor) const {
    for (const CallIndex index : within(unconnected_, By::kCreation, range)) visitor(index);
    for (const CallIndex index : within(connected_, By::kAnswer, range)) visitor(index);
    const auto [first, last] = ringing_within(range);
    std::for_each(first, last, visitor);
  }

 private:
  enum class By { kCreation, kAnswer };
  using Ringing = std::set<CallIndex>;

  ListKey key(CallIndex index, By by) const;
  std::span<const CallIndex> within(std::span<const CallIndex> calls, By by, const KeyRange& range) const;
  std::pair<Ringing::const_iterator, Ringing::const_iterator> ringing_within(const KeyRange& range) const;

  const CallStore& store_;
  std::vector<CallIndex> unconnected_;  // will never connect; by creation
  std::vector<CallIndex> connected_;    // by start
  Ringing ringing_;                     // will connect; by creation until then
  std::priority_queue<ListKey, std::vector<ListKey>, std::greater<>> next_to_connect_;
};

}  // namespace dialerd::voxsim
