// Which calls of one account are open or in doubt, and what to ask the voice API about them.
//
// One listing of a hundred calls tells more than a hundred look-ups, so calls are followed by passes over the list. A
// pass begins where it costs the fewest requests: a call that has been open for much longer than the others is looked
// up by itself, and so is one that no pass has shown for a while. What a webhook hints at is looked up at once, or when
// there are more hints than pages, by a pass at once.
//
// An attempt in doubt counts as never placed only when `confirmations` complete passes did not show it. The first may
// start no earlier than `list_lag` after the doubt arose, because a created call may be missing from the list that
// long; each further one no earlier than `list_lag` after the last. Such a pass lists all calls since before the doubt;
// or, because that may be many, only those to certain numbers. Then it proves absence only if it also shows its
// controls: calls, known to be in the list, whose numbers are asked for among the doubts' own, the second and the last
// but one. A filter that reads numbers in another form, or takes only the first or the last few of several, does not
// show them both. With a single control one doubt at a time is asked for. Not thread-safe.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "campaign/call.h"
#include "campaign/ids.h"
#include "campaign/time.h"

namespace dialerd::campaign {

struct FollowSettings {
  std::chrono::milliseconds list_interval{2000};  // from the end of one pass to the start of the next
  std::chrono::seconds horizon{20 * 60};          // passes for open calls reach back this far
  std::chrono::seconds list_lag{30};
  std::chrono::seconds abandon_after{2 * 60 * 60};  // open for longer: given up
  std::chrono::milliseconds answer_max{35000};      // from a POST's first byte to the end of waiting for its answer
  int confirmations = 2;                            // complete passes without it prove that a call was not placed
  std::chrono::seconds details_for{15 * 60};        // so long after its end a call's cost and analysis are looked for
};

class Follower {
 public:
  static constexpr int look_ups_max = 4;                    // under way at once
  static constexpr std::size_t numbers_max = 20;            // doubts in one pass by numbers
  static constexpr std::chrono::seconds pause_max{5 * 60};  // between passes, whatever the provider wishes
  // Passes start this much before the oldest call, for clocks that differ; less when the latest pass showed how far the
  // provider's is behind, and then a second more than that, for what its answers do not tell.
  static constexpr std::chrono::seconds skew_max{5};
  static constexpr std::chrono::seconds skew_min{1};
  static constexpr std::chrono::minutes doubt_skew{5};
  // A filter by numbers that hid a control, or failed twice in a row, is not asked again for this long.
  static constexpr std::chrono::minutes numbers_distrusted{10};

  explicit Follower(FollowSettings settings) : settings_(settings) {}

  void open(Now now, const AttemptId& attempt, const std::string& call_id, const std::string& to_number);
  // `since`: the end of waiting for the POST's answer; in the future if an earlier process may just have sent it.
  void doubt(MonoTime since, const AttemptId& attempt, const std::string& to_number);
  // The wall clock was set. How far attempt ids and the provider's times lie apart is then less sure: passes for doubts
  // reach further back by as much.
  void clock_stepped(std::chrono::milliseconds by) {
    steps_ += std::chrono::abs(by);
    skew_ = skew_max;
  }
  void close(const AttemptId& attempt);
  std::size_t size() const { return open_.size() + doubts_.size(); }
  std::size_t doubts() const { return doubts_.size(); }
  // When the oldest attempt in doubt was claimed; nullopt: none is.
  std::optional<WallTime> oldest_doubt() const;

  // Whose news this is: by the attempt id in the metadata, else by the call id. nullopt: nobody's that is followed.
  std::optional<AttemptId> match(const CallNews& news) const;
  // The call was shown, still running.
  void seen(Now now, const AttemptId& attempt);
  // A webhook says that there is news of this attempt's call.
  void hint(Now now, const AttemptId& attempt, const std::string& call_id);

  struct Pass {
    WallTime start_at_after{};
    std::vector<std::string> numbers;  // list calls to these alone; empty: all
  };
  // A pass that is due now. It runs until pass_ended. `ended_since`: list the calls that ended since then as well.
  std::optional<Pass> pass_due(Now now, std::optional<WallTime> ended_since = std::nullopt);
  // A page of the pass under way shows this call.
  void listed(const CallNews& news);
  // By a page of the pass under way: the provider's clock is behind ours by no more than this. nullopt: it does not
  // tell.
  void clock_behind(std::optional<std::chrono::milliseconds> by);
  // Returns the attempts that are now proved to have made no call. `pause`: wait longer before the next pass.
  std::vector<AttemptId> pass_ended(Now now, bool complete, std::optional<std::chrono::seconds> pause);

  struct LookUp {
    AttemptId attempt;
    std::string call_id;
  };
  // Whether a call is to be looked up now; next_look_up names it, and it is under way until look_up_ended.
  bool look_up_waits();
  LookUp next_look_up(Now now);
  void look_up_ended(const AttemptId& attempt) { looking_up_.erase(attempt); }

  // Attempts that this process has followed for longer than abandon_after. Looks at every one: for the end of a pass.
  std::vector<AttemptId> abandoned(Now now) const;

  // When pass_due may next have something to say of what is followed; nullopt: nothing is, or a pass is under way.
  std::optional<MonoTime> next_pass(Now now) const;

 private:
  struct Open {
    std::string call_id;
    std::string to_number;
    MonoTime since;
    MonoTime last_news;
    bool listed = false;  // a pass has shown it: it may be a control
    bool hinted = false;
  };
  struct Doubt {
    std::string to_number;
    MonoTime since;
    int absences = 0;  // complete passes that did not show it
    MonoTime absent_at{};
    MonoTime asked{MonoTime::min()};  // the start of the last pass that covered it
    std::string hinted_call;          // the latest
    bool hinted = false;
  };
  struct RunningPass {
    MonoTime started;
    WallTime from{};
    std::vector<AttemptId> doubts;   // it covers these
    bool by_numbers = false;         // and not all calls
    std::set<std::string> controls;  // call ids that it has not shown yet
    std::int64_t listed = 0;
    std::optional<std::chrono::milliseconds> behind;  // the provider's clock, at most
  };

  Pass begin_whole_pass(Now now, WallTime from);
  std::optional<Pass> begin_pass_by_numbers(Now now);
  WallTime open_start(Now now) const;
  WallTime doubt_start(const AttemptId& attempt) const { return created_at(attempt) - doubt_skew - steps_; }
  double pages_since(Now now, WallTime from) const;
  std::vector<const Open*> controls_for(WallTime from, const std::vector<AttemptId>& doubts) const;
  bool numbers_usable(Now now) const;
  std::chrono::milliseconds doubt_interval() const;
  void queue_look_ups(Now now, const RunningPass& pass);
  bool find_due(std::deque<LookUp>& queue) const;

  FollowSettings settings_;
  std::map<AttemptId, Open> open_;  // ordered by id, and so by time
  std::map<AttemptId, Doubt> doubts_;
  std::unordered_map<std::string, AttemptId> by_call_id_;
  std::chrono::milliseconds steps_{0};  // of the wall clock, added up
  std::chrono::milliseconds skew_{skew_max};
  std::optional<RunningPass> pass_;
  MonoTime next_pass_{MonoTime::min()};
  MonoTime next_by_numbers_{MonoTime::min()};
  MonoTime paused_until_{MonoTime::min()};
  MonoTime numbers_trusted_from_{MonoTime::min()};
  int numbers_failed_ = 0;        // passes by numbers in a row
  double listed_per_second_ = 0;  // calls in the account's list, whoever made them
  std::set<AttemptId> looking_up_;
  std::deque<LookUp> hinted_;
  std::deque<LookUp> look_up_queue_;
};

}  // namespace dialerd::campaign
