#include "campaign/caller_numbers.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "campaign/reason_counts.h"

namespace dialerd::campaign {
namespace {

using config::Rotation;
using ratelimit::LimitNode;
using ratelimit::MonoClock;

// A lead's own number is waited for this long before sticky takes the next one.
constexpr std::chrono::seconds sticky_patience{2};

std::int64_t hour_of(MonoTime at) { return std::chrono::floor<std::chrono::hours>(at).time_since_epoch().count(); }

// The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of the result depends on every bit given.
std::uint64_t mixed(std::uint64_t bits) {
  bits += 0x9E3779B97F4A7C15;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

}  // namespace

std::optional<bool> answered_by_person(DispositionClass disposition_class) {
  switch (disposition_class) {
    case DispositionClass::conversation:
    case DispositionClass::silent_answer:
      return true;
    case DispositionClass::machine:
    case DispositionClass::no_contact:
      return false;
    case DispositionClass::bad_number:
    case DispositionClass::agent_fault:
    case DispositionClass::provider_fault:
    case DispositionClass::provider_refusal:
    case DispositionClass::other:
      break;
  }
  return std::nullopt;
}

void CallerNumbers::DayCount::add(MonoTime at, std::int64_t calls) {
  std::int64_t number = hour_of(at);
  Hour& hour = hours_[static_cast<std::size_t>((number % size + size) % size)];
  if (hour.number > number) return;  // older than the hours that are kept
  if (hour.number < number) hour = {number, 0};
  hour.calls += calls;
}

std::int64_t CallerNumbers::DayCount::sum(MonoTime now) const {
  std::int64_t oldest = hour_of(now) - size + 1;
  std::int64_t calls = 0;
  for (const Hour& hour : hours_) {
    if (hour.number >= oldest) calls += hour.calls;
  }
  return calls;
}

void CallerNumbers::AnswerRecord::add(bool answered, std::size_t capacity) {
  capacity_ = std::max(capacity_, capacity);
  if (capacity_ == 0) return;
  latest_.push_back(answered);
  if (latest_.size() > capacity_) latest_.pop_front();
}

std::int64_t CallerNumbers::AnswerRecord::answered_of_latest(std::size_t n) const {
  return std::count(latest_.end() - static_cast<std::ptrdiff_t>(n), latest_.end(), true);
}

CallerNumbers::Number::Number(std::string number, const config::CallerNumber& said)
    : text(std::move(number)),
      mark(caller_mark(text)),
      rested_by_hand(said.rested),
      limited(said.limits != config::Limits{}),
      node(said.limits) {
  if (said.limits.per_second) interval = std::chrono::nanoseconds{std::chrono::seconds{1}} / *said.limits.per_second;
}

CallerNumbers::CallerNumbers(std::map<std::string, config::CallerNumber> said) : said_(std::move(said)) {}

std::size_t CallerNumbers::add(const std::string& number) {
  auto [entry, added] = index_.emplace(number, numbers_.size());
  if (added) numbers_.emplace_back(number, said_[number]);
  return entry->second;
}

std::optional<std::size_t> CallerNumbers::index_of(std::string_view number) const {
  auto found = index_.find(number);
  return found == index_.end() ? std::nullopt : std::optional{found->second};
}

bool CallerNumbers::rests(const Number& number, MonoTime now) {
  return number.rested_by_hand || (number.rests_since && now < number.rests_until);
}

bool CallerNumbers::rests(std::size_t index, MonoTime now) const { return rests(numbers_[index], now); }

bool CallerNumbers::can_be_had(Number& number, Now now) {
  if (rests(number, now.mono)) return false;
  number.node.advance(now);
  return number.node.limits.available(now.mono) >= 1;
}

// When a call that is given the number now could start.
MonoTime CallerNumbers::soonest_start(const Number& number, MonoTime now) {
  return std::max({now, number.node.limits.next_start(), number.planned});
}

std::int64_t CallerNumbers::available(Now now, std::span<const std::size_t> numbers) {
  std::int64_t sum = 0;
  for (std::size_t index : numbers) {
    Number& number = numbers_[index];
    if (!can_be_had(number, now)) continue;
    std::int64_t more = number.node.limits.available(now.mono);
    if (more > LimitNode::unlimited - sum) return LimitNode::unlimited;
    sum += more;
  }
  return sum;
}

std::int64_t CallerNumbers::starts_until(Now now, MonoTime until, std::span<const std::size_t> numbers) {
  std::int64_t sum = 0;
  for (std::size_t index : numbers) {
    Number& number = numbers_[index];
    if (!can_be_had(number, now)) continue;
    if (number.interval == MonoClock::duration::zero()) return LimitNode::unlimited;
    MonoTime first = soonest_start(number, now.mono);
    if (first <= until) sum += (until - first) / number.interval + 1;
  }
  return sum;
}

std::optional<MonoTime> CallerNumbers::next_start(Now now, std::span<const std::size_t> numbers) {
  std::optional<MonoTime> earliest;
  for (std::size_t index : numbers) {
    Number& number = numbers_[index];
    if (!can_be_had(number, now)) continue;
    MonoTime start = soonest_start(number, now.mono);
    earliest = std::min(earliest.value_or(start), start);
  }
  return earliest;
}

std::optional<MonoTime> CallerNumbers::next_available(Now now, std::span<const std::size_t> numbers) {
  std::optional<MonoTime> earliest;
  for (std::size_t index : numbers) {
    Number& number = numbers_[index];
    if (number.rested_by_hand || can_be_had(number, now)) continue;
    std::optional<MonoTime> back = rests(number, now.mono) ? number.rests_until : number.node.next_return(now);
    if (back) earliest = std::min(earliest.value_or(*back), *back);
  }
  return earliest;
}

std::optional<std::size_t> CallerNumbers::choose(Now now, std::span<const std::size_t> numbers, Rotation rotation,
                                                 LeadId lead, int shift, std::size_t& cursor, int avoid) {
  // Places in `numbers` that can be had.
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    if (can_be_had(numbers_[numbers[place]], now)) places.push_back(place);
  }
  auto keep = [&](auto&& wanted) {
    auto unwanted = [&](std::size_t place) { return !wanted(numbers_[numbers[place]]); };
    if (!std::ranges::all_of(places, unwanted)) std::erase_if(places, unwanted);
  };
  keep([&](const Number& number) { return number.mark != avoid; });
  MonoTime soon = now.mono;
  if (rotation == Rotation::sticky) soon += sticky_patience;
  if (places.empty()) return std::nullopt;
  MonoTime soonest = MonoTime::max();
  for (std::size_t place : places) soonest = std::min(soonest, soonest_start(numbers_[numbers[place]], now.mono));
  keep([&](const Number& number) { return soonest_start(number, now.mono) <= std::max(soon, soonest); });

  std::size_t place = by_rotation(now.mono, places, numbers, rotation, lead, shift, cursor);
  Number& chosen = numbers_[numbers[place]];
  chosen.uses.add(now.mono, 1);
  if (chosen.interval > MonoClock::duration::zero()) {
    chosen.planned = soonest_start(chosen, now.mono) + chosen.interval;
  }
  return numbers[place];
}

// One of `places` in `numbers`; there is at least one, and they are in order.
std::size_t CallerNumbers::by_rotation(MonoTime now, std::span<const std::size_t> places,
                                       std::span<const std::size_t> numbers, Rotation rotation, LeadId lead, int shift,
                                       std::size_t& cursor) const {
  switch (rotation) {
    case Rotation::round_robin: {
      auto next = std::ranges::lower_bound(places, cursor % numbers.size());
      std::size_t place = next == places.end() ? places.front() : *next;
      cursor = place + 1;
      return place;
    }
    case Rotation::least_used:
      return *std::ranges::min_element(places, {},
                                       [&](std::size_t place) { return numbers_[numbers[place]].uses.sum(now); });
    case Rotation::sticky:
      break;
  }
  // Rendezvous hashing (Thaler, Ravishankar 1998): each lead ranks all numbers in an order of its own, which a number
  // that comes or goes leaves as it is.
  std::vector<std::pair<std::uint64_t, std::size_t>> ranked;
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    auto mark = static_cast<std::uint64_t>(numbers_[numbers[place]].mark);
    ranked.emplace_back(mixed(mixed(static_cast<std::uint64_t>(lead)) ^ mark), place);
  }
  std::ranges::sort(ranked, std::ranges::greater{});
  auto first = ranked.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(shift) % ranked.size());
  std::rotate(ranked.begin(), first, ranked.end());
  return std::ranges::find_if(ranked,
                              [&](const auto& entry) { return std::ranges::binary_search(places, entry.second); })
      ->second;
}

std::int64_t CallerNumbers::uses(std::size_t index, MonoTime now) const { return numbers_[index].uses.sum(now); }

void CallerNumbers::restore_uses(std::size_t index, MonoTime at, std::int64_t calls) {
  numbers_[index].uses.add(at, calls);
}

void CallerNumbers::call_ended(std::size_t index, bool answered, MonoTime now,
                               const std::optional<config::AnswerRateRest>& rule) {
  Number& number = numbers_[index];
  if (rests(number, now)) return;  // of the calls that it is judged by already
  auto over = static_cast<std::size_t>(rule ? rule->over_calls : 0);
  number.answers.add(answered, over);
  if (!rule || number.answers.size() < over) return;
  if (number.answers.answered_of_latest(over) * 100 >= rule->below_percent * rule->over_calls) return;
  number.rests_since = now;
  number.rests_until = now + rule->rest;
  number.answers = AnswerRecord();
}

std::vector<CallerRest> CallerNumbers::resting(Now now) const {
  std::vector<CallerRest> resting;
  for (const Number& number : numbers_) {
    if (number.rested_by_hand) {
      resting.push_back({number.text, "by_hand", owned_since_, std::nullopt});
    } else if (rests(number, now.mono)) {
      resting.push_back({number.text, "answer_rate", *number.rests_since, number.rests_until});
    }
  }
  return resting;
}

void CallerNumbers::started_all(MonoTime now) {
  owned_since_ = now;
  for (Number& number : numbers_) number.node.limits.restore_started(now);
}

void CallerNumbers::clock_stepped(Now now) {
  for (Number& number : numbers_) number.node.clock_stepped(now);
}

void CallerNumbers::reset() {
  for (Number& number : numbers_) number = Number(number.text, said_[number.text]);
}

}  // namespace dialerd::campaign
