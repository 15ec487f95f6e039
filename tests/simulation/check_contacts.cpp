// Never out of bounds: frequency caps and lock-outs of persons, over all campaigns of the database.
//
// By elapsed time, so only while the database's clock, which decides these, is not set.
#include <algorithm>
#include <set>

#include "tests/simulation/checker.h"
#include "tests/simulation/oracle.h"

namespace dialerd::simulation {
namespace {

// A call that a cap counts: a refusal of the provider is none.
// As the daemon was told it; the provider may say something else later.
const std::string& reason_of(const Case& one) {
  return one.row->state == campaign::AttemptState::ended ? one.row->settlement.disposition : one.call->reason;
}

bool counts(const Case& one) { return one.call != nullptr && !oracle::is_refusal(reason_of(one)); }

// Calls to the persons that `one` concerns, of attempts that were claimed before it.
std::vector<std::vector<const Case*>> earlier(const Books& books, const Case& one) {
  std::vector<std::vector<const Case*>> of_each;
  for (const std::string& number : std::set<std::string>{one.row->person, one.row->dialled}) {
    std::vector<const Case*>& found = of_each.emplace_back();
    for (const Case* other : books.of_number.at(number)) {
      if (other->number < one.number && counts(*other)) found.push_back(other);
    }
  }
  return of_each;
}

// Its end became known; a call that nobody waited for any longer may have ended in any way, at any time.
bool told(const Case& other) { return other.row->state == campaign::AttemptState::ended; }

}  // namespace

void check_contacts(const Books& books, Verdict& verdict) {
  if (books.stepped()) return;
  for (const Case& one : books.cases) {
    if (one.call == nullptr) continue;
    for (const config::Rules& rules : books.config(one).rules) {
      if (rules.frequency_caps.empty() && rules.lock_outs.empty()) continue;
      for (const auto& others : earlier(books, one)) {
        for (const config::FrequencyCap& cap : rules.frequency_caps) {
          bool conversations = cap.counts == config::FrequencyCap::Counts::conversations;
          auto within = std::count_if(others.begin(), others.end(), [&](const Case* other) {
            if (!conversations) return other->call->counted > one.call->counted - cap.window;
            return told(*other) && is_conversation(reason_of(*other)) &&
                   other->call->ended > one.call->counted - cap.window;
          });
          if (within >= cap.max)
            verdict.add(one, conversations ? "called a person who had talked enough" : "called a person too often");
        }
        for (const config::LockOut& lock_out : rules.lock_outs) {
          bool locked_out = std::any_of(others.begin(), others.end(), [&](const Case* other) {
            bool applies = reason_of(*other) == lock_out.after ||
                           (lock_out.after == "conversation" && is_conversation(reason_of(*other)));
            return applies && told(*other) && other->call->ended > one.post->handed - lock_out.period;
          });
          if (locked_out) verdict.add(one, "called a person who was locked out after " + lock_out.after);
        }
      }
    }
  }
}

}  // namespace dialerd::simulation
