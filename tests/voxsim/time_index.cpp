#include "tests/voxsim/time_index.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <ranges>

namespace dialerd::voxsim {

void TimeIndex::add(CallIndex index) {
  if (!store_.at(index).fate.connects) {
    unconnected_.push_back(index);
    return;
  }
  ringing_.insert(ringing_.end(), index);
  next_to_connect_.push(key(index, By::kAnswer));
}

void TimeIndex::advance(std::int64_t now_ms) {
  while (!next_to_connect_.empty() && next_to_connect_.top().time_ms <= now_ms) {
    const CallIndex index = next_to_connect_.top().index;
    next_to_connect_.pop();
    ringing_.erase(index);
    connected_.push_back(index);
  }
}

ListKey TimeIndex::key(CallIndex index, By by) const {
  const Call& call = store_.at(index);
  return {by == By::kAnswer ? call.answer_ms() : call.created_ms, index};
}

std::span<const CallIndex> TimeIndex::within(std::span<const CallIndex> calls, By by, const KeyRange& range) const {
  const auto first =
      std::partition_point(calls.begin(), calls.end(), [&](CallIndex index) { return key(index, by) < range.first; });
  const auto last =
      std::partition_point(first, calls.end(), [&](CallIndex index) { return key(index, by) <= range.last; });
  return {first, last};
}

// The order of creation is the order of the indexes, so a place in time is found among all calls.
std::pair<TimeIndex::Ringing::const_iterator, TimeIndex::Ringing::const_iterator> TimeIndex::ringing_within(
    const KeyRange& range) const {
  const auto all = std::views::iota(CallIndex{0}, static_cast<CallIndex>(store_.size()));
  const auto first =
      std::ranges::partition_point(all, [&](CallIndex index) { return key(index, By::kCreation) < range.first; });
  const auto last = std::ranges::partition_point(
      first, all.end(), [&](CallIndex index) { return key(index, By::kCreation) <= range.last; });
  const auto place = [&](auto position) {
    return position == all.end() ? ringing_.end() : ringing_.lower_bound(*position);
  };
  return {place(first), place(last)};
}

ListKey TimeIndex::key_of(CallIndex index) const {
  const bool connected = store_.at(index).fate.connects && !ringing_.contains(index);
  return key(index, connected ? By::kAnswer : By::kCreation);
}

std::size_t TimeIndex::count(const KeyRange& range) const {
  const auto [first, last] = ringing_within(range);
  return within(unconnected_, By::kCreation, range).size() + within(connected_, By::kAnswer, range).size() +
         static_cast<std::size_t>(std::distance(first, last));
}

void TimeIndex::visit(const KeyRange& range, bool ascending, const std::function<bool(ListKey)>& visitor) const {
  std::span<const CallIndex> unconnected = within(unconnected_, By::kCreation, range);
  std::span<const CallIndex> connected = within(connected_, By::kAnswer, range);
  auto [ringing_first, ringing_last] = ringing_within(range);
  const auto head = [&](std::span<const CallIndex> calls, By by) {
    return key(ascending ? calls.front() : calls.back(), by);
  };
  const auto drop_head = [&](std::span<const CallIndex>& calls) {
    calls = ascending ? calls.subspan(1) : calls.first(calls.size() - 1);
  };
  while (true) {
    // The next call is the nearest of the three heads.
    std::optional<ListKey> next;
    const auto offer = [&](ListKey candidate) {
      if (!next || (ascending ? candidate < *next : *next < candidate)) next = candidate;
    };
    if (!unconnected.empty()) offer(head(unconnected, By::kCreation));
    if (!connected.empty()) offer(head(connected, By::kAnswer));
    if (ringing_first != ringing_last) {
      offer(key(ascending ? *ringing_first : *std::prev(ringing_last), By::kCreation));
    }
    if (!next || !visitor(*next)) return;
    if (!unconnected.empty() && head(unconnected, By::kCreation) == *next) {
      drop_head(unconnected);
    } else if (!connected.empty() && head(connected, By::kAnswer) == *next) {
      drop_head(connected);
    } else if (ascending) {
      ++ringing_first;
    } else {
      --ringing_last;
    }
  }
}

}  // namespace dialerd::voxsim
