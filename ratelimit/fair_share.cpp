#include "ratelimit/fair_share.h"

#include <algorithm>
#include <cassert>

namespace dialerd::ratelimit {
namespace {

// A stride is this divided by the weight: below 0.01 % off, and enough room in 64 bits for 10 million permits a day to
// a member of weight 1 for a hundred years.
constexpr std::int64_t virtual_second = std::int64_t{1} << 24;

// With more permits than this for each member, giving them out together is cheaper than one by one.
constexpr std::int64_t many_each = 8;

constexpr auto later = [](const auto& a, const auto& b) {
  return a.next != b.next ? a.next > b.next : a.member > b.member;
};

}  // namespace

std::size_t FairShare::add(std::int64_t weight, std::int64_t priority) {
  assert(weight >= 1 && weight <= weight_max && priority >= 0 && priority <= priority_max);
  members_.push_back({virtual_second / weight, 0, static_cast<std::size_t>(priority), false});
  return members_.size() - 1;
}

void FairShare::note_wants(std::span<const std::int64_t> wants, std::int64_t permits) {
  std::array<bool, levels> waits{};
  for (Level& level : levels_) {
    level.due.clear();
    level.wanted = 0;
  }
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    Level& level = levels_[member.level];
    if (wants[i] == 0) {
      member.wanting = false;
      continue;
    }
    std::int64_t lag = member.wanting ? lag_max * member.stride : 0;
    member.next = std::max(member.next, level.time - lag);
    member.wanting = true;
    waits[member.level] = true;
    if (wants[i] == busy) continue;
    level.due.push_back({member.next, i});
    level.wanted += std::min(wants[i], permits);
  }
  for (std::size_t i = 0; i < levels; ++i) {
    if (!waits[i]) levels_[i].passed_over = 0;
    std::make_heap(levels_[i].due.begin(), levels_[i].due.end(), later);
  }
}

std::vector<std::int64_t> FairShare::grant(std::int64_t permits, std::span<const std::int64_t> wants) {
  assert(wants.size() == members_.size());
  permits = std::clamp<std::int64_t>(permits, 0, permits_max);
  std::vector<std::int64_t> granted(members_.size());
  note_wants(wants, permits);
  while (permits > 0) {
    Level* highest = nullptr;
    Level* longest_waiting = nullptr;  // of the lower ones
    for (std::size_t i = levels; i-- > 0;) {
      Level& level = levels_[i];
      if (level.wanted == 0) continue;
      if (highest == nullptr) {
        highest = &level;
      } else if (longest_waiting == nullptr || level.passed_over > longest_waiting->passed_over) {
        longest_waiting = &level;
      }
    }
    if (highest == nullptr) break;

    Level* served = highest;
    std::int64_t n = std::min(permits, highest->wanted);
    if (longest_waiting != nullptr) {
      if (longest_waiting->passed_over >= overdue) {
        served = longest_waiting;
        n = 1;
      } else {
        n = std::min(n, overdue - longest_waiting->passed_over);
      }
    }
    serve(*served, n, wants, granted);
    permits -= n;
    for (Level& level : levels_) {
      if (level.wanted > 0) level.passed_over += n;
    }
    served->passed_over = 0;
  }
  return granted;
}

void FairShare::give(Level& level, std::size_t member, std::int64_t n, std::vector<std::int64_t>& granted) {
  Member& to = members_[member];
  granted[member] += n;
  level.wanted -= n;
  level.time = std::max(level.time, to.next + (n - 1) * to.stride);
  to.next += n * to.stride;
}

// Precondition: permits <= level.wanted.
void FairShare::serve(Level& level, std::int64_t permits, std::span<const std::int64_t> wants,
                      std::vector<std::int64_t>& granted) {
  if (permits > many_each * static_cast<std::int64_t>(level.due.size())) {
    permits -= serve_together(level, permits, wants, granted);
  }
  for (; permits > 0; --permits) {
    std::pop_heap(level.due.begin(), level.due.end(), later);
    std::size_t member = level.due.back().member;
    level.due.pop_back();
    give(level, member, 1, granted);
    if (granted[member] == wants[member]) continue;
    level.due.push_back({members_[member].next, member});
    std::push_heap(level.due.begin(), level.due.end(), later);
  }
}

// The permits that are due until a common virtual time, as late a one as `permits` allows: just those that would have
// been given one by one. How many they are; fewer than one per member are left over.
std::int64_t FairShare::serve_together(Level& level, std::int64_t permits, std::span<const std::int64_t> wants,
                                       std::vector<std::int64_t>& granted) {
  auto due_until = [&](const Due& due, std::int64_t time) -> std::int64_t {
    if (time < due.next) return 0;
    return std::min(wants[due.member] - granted[due.member], (time - due.next) / members_[due.member].stride + 1);
  };
  auto all_due_until = [&](std::int64_t time) {
    std::int64_t n = 0;
    for (const Due& due : level.due) n += due_until(due, time);
    return n;
  };

  std::int64_t low = level.due.front().next - 1;  // nothing is due
  std::int64_t high = low;                        // more than enough is, or all that is wanted
  for (const Due& due : level.due) high = std::max(high, due.next + permits * members_[due.member].stride);
  while (high - low > 1) {
    std::int64_t middle = low + (high - low) / 2;
    (all_due_until(middle) <= permits ? low : high) = middle;
  }

  std::int64_t given = 0;
  for (Due& due : level.due) {
    std::int64_t n = due_until(due, low);
    if (n == 0) continue;
    give(level, due.member, n, granted);
    given += n;
    due.next = members_[due.member].next;
  }
  std::erase_if(level.due, [&](const Due& due) { return granted[due.member] == wants[due.member]; });
  std::make_heap(level.due.begin(), level.due.end(), later);
  return given;
}

void FairShare::give_back(std::size_t member, std::int64_t n) { members_[member].next -= n * members_[member].stride; }

}  // namespace dialerd::ratelimit
