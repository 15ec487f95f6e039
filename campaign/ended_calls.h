// The calls of one account that ended lately: for what becomes known of them afterwards.
//
// The provider computes cost and analysis some time after the end, and never for a call that did not connect (docs:
// calls/get). Nothing waits for them: a call is asked about a few times, by passes over the list as long as it is
// young, and then no more. News that contradicts what was settled is noted once. Bounded: of very many calls the oldest
// are forgotten. Not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "campaign/attempt.h"
#include "campaign/call.h"
#include "campaign/ids.h"
#include "campaign/time.h"

namespace dialerd::campaign {

class EndedCalls {
 public:
  static constexpr std::size_t calls_max = 100'000;
  // The first pass for details begins so long after the end (there are none before), and each further one so long after
  // the last.
  static constexpr std::chrono::seconds first_ask_after{10};
  static constexpr std::chrono::seconds ask_interval{60};
  static constexpr int asks_max = 6;  // shown so often, that far apart, without: there are none

  // Two calls of one attempt would contradict each other with every page.
  static constexpr int late_news_max = 5;

  explicit EndedCalls(std::chrono::seconds details_for) : details_for_(details_for) {}

  enum class Kind : std::uint8_t {
    connected,      // the provider will have details of it
    not_connected,  // none; or nobody knows, because it was given up
    no_call         // a doubt that turned out to be none: that there is one after all would be news
  };
  void add(MonoTime now, const AttemptId& attempt, const std::string& call_status, const std::string& disposition,
           Kind kind);

  struct Found {
    std::optional<DetailRecord> details;
    std::optional<LateNews> late_news;
  };
  // What the news of a call tells that is not known yet; news of no call here tells nothing.
  Found news(Now now, const CallNews& news);
  // Whether details of the call would be news.
  bool awaits(const AttemptId& attempt) const { return awaiting_.contains(attempt); }

  // A pass over the list should ask for details now: of calls made since then. asked: it does.
  std::optional<WallTime> ask_since(MonoTime now);
  void asked(MonoTime now) { next_ask_ = now + ask_interval; }

 private:
  struct Ended {
    MonoTime at;
    Kind kind;
    std::string call_status;
    std::string disposition;
    int asks_left = 0;     // 0: nothing is awaited
    MonoTime counts_from;  // shown without details earlier, it is no further ask
    CallDetails told{};    // while more is awaited: what was told last
    int late_news_left = late_news_max;
  };
  void forget(MonoTime now);

  std::chrono::seconds details_for_;
  std::unordered_map<AttemptId, Ended> calls_;
  std::deque<AttemptId> order_;   // of calls_, as they ended
  std::set<AttemptId> awaiting_;  // those with asks left, as they were made
  MonoTime next_ask_{MonoTime::min()};
};

}  // namespace dialerd::campaign
