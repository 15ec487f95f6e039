// The caller numbers of one account, shared by its campaigns: limits of their own, rests, and which one places a call.
//
// A call's way through a number's limits is that of ratelimit/limit_node.h; the engine walks it by node(). What is
// learned here (uses, answer rates) is of this process; a restart begins anew, but for restore_uses(). Memory per
// number does not grow with its calls. Not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/ids.h"
#include "campaign/limited_node.h"
#include "campaign/retry_policy.h"
#include "campaign/time.h"
#include "config/campaign_config.h"
#include "config/daemon_config.h"

namespace dialerd::campaign {

// What a call's end tells of its caller number: a person answered, nobody did, or nothing (it did not get that far, or
// failed on our side).
std::optional<bool> answered_by_person(DispositionClass disposition_class);

// A number that places no calls for a while.
struct CallerRest {
  std::string number;
  std::string why;  // "by_hand" (in the configuration) or "answer_rate"
  MonoTime since;
  std::optional<MonoTime> until;  // absent: until the configuration changes
};

class CallerNumbers {
 public:
  // `said`: what the account says of some of its numbers.
  explicit CallerNumbers(std::map<std::string, config::CallerNumber> said);

  // The number's index; the same for the same number.
  std::size_t add(const std::string& number);
  std::optional<std::size_t> index_of(std::string_view number) const;
  const std::string& number(std::size_t index) const { return numbers_[index].text; }
  ratelimit::LimitNode& node(std::size_t index) { return numbers_[index].node.limits; }
  LimitedNode& limited_node(std::size_t index) { return numbers_[index].node; }
  std::size_t size() const { return numbers_.size(); }

  // How many more reservations the numbers admit together; LimitNode::unlimited when there is no bound.
  std::int64_t available(Now now, std::span<const std::size_t> numbers);
  // How many calls may start until `until` by the paces of the numbers that can be had, those chosen already taken off.
  std::int64_t starts_until(Now now, MonoTime until, std::span<const std::size_t> numbers);
  // When the first of them may start another call; now, or later because of its pace. nullopt: none can be had.
  std::optional<MonoTime> next_start(Now now, std::span<const std::size_t> numbers);
  // Whether the number has a limit of its own, so that its permits can run short.
  bool limited(std::size_t index) const { return numbers_[index].limited; }
  // When one that cannot be had now may be had again, because a rest ends or a window has a token: the earliest such
  // moment. nullopt: there is none; the end of a call or another configuration may help.
  std::optional<MonoTime> next_available(Now now, std::span<const std::size_t> numbers);

  // Which of them places a call to the lead: one that does not rest and admits a reservation, of these one that can
  // start now (or else soonest), and of these by the rotation. nullopt: none. The choice counts as a use and plans a
  // slot of the number's per_second, so it should be followed by node().reserve(1).
  //
  // `numbers`: the campaign's; `cursor`: its place in its round robin. `shift`: counts["caller"]; sticky takes the
  // lead's so manyth next number. `avoid`: counts["avoid"]; that number is taken only if no other can be had.
  std::optional<std::size_t> choose(Now now, std::span<const std::size_t> numbers, config::Rotation rotation,
                                    LeadId lead, int shift, std::size_t& cursor, int avoid = 0);

  // Uses in the last 24 hours, by hours of the clock (so of up to 25 hours): what least_used goes by.
  std::int64_t uses(std::size_t index, MonoTime now) const;
  // Calls of an earlier process, `at` not after now.
  void restore_uses(std::size_t index, MonoTime at, std::int64_t calls);

  // A call ended, and a person had answered it or not. Rests the number when its latest `over_calls` calls were
  // answered too rarely; after the rest it is judged by new calls alone. `rule`: of the call's campaign; absent: the
  // call is remembered, nothing is judged.
  void call_ended(std::size_t index, bool answered, MonoTime now, const std::optional<config::AnswerRateRest>& rule);
  bool rests(std::size_t index, MonoTime now) const;
  std::vector<CallerRest> resting(Now now) const;

  // The account became ours at `now`; when a number's last call started is not known: perhaps just now.
  void started_all(MonoTime now);
  void clock_stepped(Now now);
  // As new, with the same numbers.
  void reset();

 private:
  // Calls by hour of the monotonic clock.
  class DayCount {
   public:
    void add(MonoTime at, std::int64_t calls);
    std::int64_t sum(MonoTime now) const;

   private:
    static constexpr std::int64_t size = 25;  // 24 whole hours and the one that has begun
    struct Hour {
      std::int64_t number = 0;
      std::int64_t calls = 0;
    };
    std::array<Hour, size> hours_{};
  };

  // Whether each of the latest calls was answered.
  class AnswerRecord {
   public:
    // Keeps the latest `capacity` calls, or what an earlier call of this asked for if that is more.
    void add(bool answered, std::size_t capacity);
    std::size_t size() const { return latest_.size(); }
    // Precondition: n <= size().
    std::int64_t answered_of_latest(std::size_t n) const;

   private:
    std::size_t capacity_ = 0;
    std::deque<bool> latest_;
  };

  struct Number {
    Number(std::string number, const config::CallerNumber& said);

    std::string text;
    int mark;  // caller_mark(text)
    bool rested_by_hand;
    bool limited;
    ratelimit::MonoClock::duration interval{0};  // of its per_second; zero: none
    LimitedNode node;
    MonoTime planned{MonoTime::min()};  // the slot after those that are planned for the calls chosen so far
    DayCount uses;
    AnswerRecord answers;
    std::optional<MonoTime> rests_since;  // for its answer rate
    MonoTime rests_until{};
  };

  static bool can_be_had(Number& number, Now now);
  static bool rests(const Number& number, MonoTime now);
  static MonoTime soonest_start(const Number& number, MonoTime now);
  std::size_t by_rotation(MonoTime now, std::span<const std::size_t> places, std::span<const std::size_t> numbers,
                          config::Rotation rotation, LeadId lead, int shift, std::size_t& cursor) const;

  std::map<std::string, config::CallerNumber> said_;
  std::vector<Number> numbers_;
  std::map<std::string, std::size_t, std::less<>> index_;
  MonoTime owned_since_{};
};

}  // namespace dialerd::campaign
