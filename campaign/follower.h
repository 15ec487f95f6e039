// Which calls of one account are open or in doubt, and what to ask the voice API about them.
//
// One listing of a hundred calls tells more than a hundred look-ups, so calls are followed by passes over the list; a
// call that no pass has shown for a while (it is too old for the passes, or the clocks differ) is looked up by itself.
//
// An attempt in doubt counts as never placed only when two complete passes did not show it. The first may start no
// earlier than `list_lag` after the doubt arose, because a created call may be missing from the list that long; the
// second no earlier than `list_lag` after the first. Not thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "campaign/call.h"
#include "campaign/ids.h"
#include "campaign/time.h"

namespace dialerd::campaign {

struct FollowSettings {
  std::chrono::milliseconds list_interval{2000};  // from the end of one pass to the start of the next
  std::chrono::seconds horizon{20 * 60};          // passes reach back this far, and as far as any doubt
  std::chrono::seconds list_lag{30};
  std::chrono::seconds abandon_after{2 * 60 * 60};  // open for longer: given up
  std::chrono::milliseconds answer_max{35000};      // from a POST's first byte to the end of waiting for its answer
};

class Follower {
 public:
  static constexpr int look_ups_max = 4;                    // under way at once
  static constexpr std::chrono::seconds pause_max{5 * 60};  // between passes, whatever the provider wishes
  // Passes start this much before the oldest call, for clocks that differ.
  static constexpr std::chrono::seconds skew{5};
  static constexpr std::chrono::minutes doubt_skew{5};

  explicit Follower(FollowSettings settings) : settings_(settings) {}

  void open(Now now, const AttemptId& attempt, const std::string& call_id);
  // `since`: the end of waiting for the POST's answer; in the future if an earlier process may just have sent it.
  void doubt(MonoTime since, const AttemptId& attempt);
  // The wall clock was set. How far attempt ids and the provider's times lie apart is then less sure: passes for doubts
  // reach further back by as much.
  void clock_stepped(std::chrono::milliseconds by) { steps_ += std::chrono::abs(by); }
  void close(const AttemptId& attempt);
  std::size_t size() const { return open_.size() + doubts_.size(); }
  std::size_t doubts() const { return doubts_.size(); }

  // Whose news this is: by the attempt id in the metadata, else by the call id. nullopt: nobody's that is followed.
  std::optional<AttemptId> match(const CallNews& news) const;
  // The call was shown, still running.
  void seen(Now now, const AttemptId& attempt);

  // The start of a pass that is due now: list calls from then on. A pass runs until pass_ended.
  std::optional<WallTime> pass_due(Now now);
  // Returns the attempts that are now proved to have made no call. `pause`: wait longer before the next pass.
  std::vector<AttemptId> pass_ended(Now now, bool complete, std::optional<std::chrono::seconds> pause);

  struct LookUp {
    AttemptId attempt;
    std::string call_id;
  };
  // Whether a call is to be looked up now; next_look_up names it, and it is under way until look_up_ended.
  bool look_up_waits();
  LookUp next_look_up(Now now);
  void look_up_ended(const AttemptId& attempt);

  // Attempts that this process has followed for longer than abandon_after. Looks at every one: for the end of a pass.
  std::vector<AttemptId> abandoned(Now now) const;

  // When pass_due may next have something to say; nullopt: nothing is followed, or a pass is under way.
  std::optional<MonoTime> next_pass() const;

 private:
  struct Open {
    std::string call_id;
    MonoTime since;
    MonoTime last_news;
    bool looked_up = false;  // a look-up of it is under way
  };
  struct Doubt {
    MonoTime since;
    std::optional<MonoTime> absent_since;  // the start of the pass that first did not show it
  };

  FollowSettings settings_;
  std::map<AttemptId, Open> open_;  // ordered by id, and so by time
  std::map<AttemptId, Doubt> doubts_;
  std::unordered_map<std::string, AttemptId> by_call_id_;
  std::chrono::milliseconds steps_{0};  // of the wall clock, added up
  std::optional<MonoTime> pass_started_;
  MonoTime next_pass_{MonoTime::min()};
  int look_ups_ = 0;
  std::vector<AttemptId> look_up_queue_;
};

}  // namespace dialerd::campaign
