// The voice API as the engine sees it, with a ledger of its own by which the checker judges.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/call.h"
#include "campaign/engine.h"
#include "tests/simulation/clock.h"

namespace dialerd::simulation {

struct ProviderCall {
  std::size_t account = 0;
  campaign::AttemptId attempt;
  std::string from_number;
  std::string to_number;
  std::string call_id;
  MonoTime counted{};  // when the provider counted it: between the POST and its answer
  MonoTime listed_from{};
  MonoTime connected{};  // or would be
  MonoTime ended{};
  std::string reason;
  std::string status;
  // Some time after the end the provider says something else.
  std::string second_reason;  // empty: it does not
  MonoTime second_from{};
  MonoTime details_from{};  // cost and analysis are known from then on; of connected calls alone
};

// What the list's filter by numbers does, whatever it ought to do.
enum class NumberFilter { any_of_them, first_alone, last_alone, first_three, last_three, nothing_found, ignored };

// An HTTP request of whatever kind, when the provider counted it.
struct ProviderRequest {
  std::size_t account = 0;
  MonoTime at{};
  bool orphan = false;  // whoever sent it did not own the account any more when it arrived
};

struct ProviderPage {
  std::vector<campaign::CallNews> calls;
  std::string next_cursor;  // empty: the last
};

class Provider {
 public:
  Provider(Random& random, Clock& clock, double answer_rate, std::int64_t page_size, NumberFilter filter)
      : random_(random), clock_(clock), answer_rate_(answer_rate), page_size_(page_size), filter_(filter) {}

  void count_request(std::size_t account, bool orphan) { requests.push_back({account, clock_.mono(), orphan}); }

  // A POST arrives now: a call is made.
  std::string create(std::size_t account, const campaign::AttemptId& attempt, const std::string& from_number,
                     const std::string& to_number);
  // Calls that a listing shows now, whose start is not before `from` by the provider's clock, in order.
  ProviderPage list(const campaign::ListPage& page) const;
  std::optional<campaign::CallNews> get(const std::string& call_id) const;

  std::vector<ProviderCall> calls;  // by `counted`
  std::vector<ProviderRequest> requests;

 private:
  campaign::CallNews news(const ProviderCall& call) const;
  bool passes(const std::vector<std::string>& numbers, const std::string& number) const;

  Random& random_;
  Clock& clock_;
  double answer_rate_;
  std::int64_t page_size_;
  NumberFilter filter_;
};

// Whether a call that ended so was one in which the person spoke with the agent.
bool is_conversation(const std::string& reason);

}  // namespace dialerd::simulation
