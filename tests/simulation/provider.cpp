#include "tests/simulation/provider.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace dialerd::simulation {
namespace {

using std::chrono::seconds;

using Ends = std::vector<std::pair<const char*, const char*>>;

const Ends conversations = {
    {"user_hangup", "ended"},   {"user_hangup", "ended"},          {"agent_hangup", "ended"},
    {"call_transfer", "ended"}, {"max_duration_reached", "ended"}, {"inactivity", "ended"},
};
const Ends others = {
    {"voicemail_reached", "ended"},
    {"dial_no_answer", "not_connected"},
    {"dial_no_answer", "not_connected"},
    {"dial_busy", "not_connected"},
    {"dial_declined", "not_connected"},
    {"dial_failed", "not_connected"},
    {"flow_error", "error"},
    {"error_voxai", "error"},
    {"orphaned_no_agent_pickup", "error"},
    {"a_reason_of_next_year", "ended"},
};
const Ends refusals = {
    {"concurrency_limit_reached", "error"},
    {"hourly_call_limit_reached", "error"},
    {"daily_call_limit_reached", "error"},
    {"insufficient_balance", "error"},
};

}  // namespace

bool is_conversation(const std::string& reason) {
  for (const auto& [name, status] : conversations) {
    if (reason == name) return true;
  }
  return false;
}

std::string Provider::create(std::size_t account, const campaign::AttemptId& attempt, const std::string& from_number,
                             const std::string& to_number) {
  ProviderCall call;
  call.account = account;
  call.attempt = attempt;
  call.from_number = from_number;
  call.to_number = to_number;
  call.call_id = "call-" + std::to_string(calls.size());
  call.counted = clock_.mono();
  call.listed_from = call.counted + random_.between(milliseconds{0}, seconds{20});
  call.connected = call.counted + random_.between(seconds{1}, seconds{30});
  // A few calls outlive every patience; some conversations are short.
  auto lasts =
      random_.chance(0.25) ? random_.between(seconds{1}, seconds{12}) : random_.between(seconds{1}, seconds{300});
  if (random_.chance(0.002)) lasts = std::chrono::hours{24 * 1000};
  call.ended = call.connected + lasts;
  // Refusals are rare, or the account would wait most of the time.
  const Ends& ends = random_.chance(0.005) ? refusals : random_.chance(answer_rate_) ? conversations : others;
  const auto& end = random_.one_of(ends);
  call.reason = end.first;
  call.status = end.second;
  call.details_from = call.ended + random_.between(seconds{5}, std::chrono::minutes{3});
  if (random_.chance(0.01)) {
    call.second_reason = random_.one_of(conversations).first;
    call.second_from = call.ended + random_.between(seconds{1}, std::chrono::minutes{10});
  }
  calls.push_back(call);
  return call.call_id;
}

campaign::CallNews Provider::news(const ProviderCall& call) const {
  campaign::CallNews news;
  news.call_id = call.call_id;
  news.attempt = call.attempt;
  news.from_number = call.from_number;
  bool connects = call.status == "ended";
  if (clock_.mono() < call.connected) {
    news.status = "queued";
    return news;
  }
  if (connects) news.start_at = clock_.provider_at(call.connected);
  if (clock_.mono() < call.ended) {
    news.status = "ongoing";
    return news;
  }
  news.status = call.status;
  bool second = !call.second_reason.empty() && clock_.mono() >= call.second_from;
  news.disconnection_reason = second ? call.second_reason : call.reason;
  news.end_at = clock_.provider_at(call.ended);
  if (connects && clock_.mono() >= call.details_from) {
    news.details = campaign::CallDetails{"12.5", "of " + call.call_id, "neutral", "[]", ""};
  }
  return news;
}

bool Provider::passes(const std::vector<std::string>& numbers, const std::string& number) const {
  if (numbers.empty()) return true;
  auto few = static_cast<std::ptrdiff_t>(std::min<std::size_t>(3, numbers.size()));
  switch (filter_) {
    case NumberFilter::any_of_them:
      return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
    case NumberFilter::first_alone:
      return number == numbers.front();
    case NumberFilter::last_alone:
      return number == numbers.back();
    case NumberFilter::first_three:
      return std::find(numbers.begin(), numbers.begin() + few, number) != numbers.begin() + few;
    case NumberFilter::last_three:
      return std::find(numbers.end() - few, numbers.end(), number) != numbers.end();
    case NumberFilter::nothing_found:
      return false;
    case NumberFilter::ignored:
      return true;
  }
  return false;
}

ProviderPage Provider::list(const campaign::ListPage& asked) const {
  auto account = static_cast<std::size_t>(asked.account);
  const std::string& cursor = asked.cursor;
  std::size_t next = 0;
  std::from_chars(cursor.data(), cursor.data() + cursor.size(), next);
  // Most of what is listed is recent.
  if (cursor.empty()) {
    next = calls.size();
    while (next > 0 && clock_.provider_at(calls[next - 1].counted) >= asked.start_at_after) --next;
  }
  ProviderPage page;
  for (; next < calls.size(); ++next) {
    const ProviderCall& call = calls[next];
    if (call.account != account || clock_.mono() < call.listed_from) continue;
    if (!passes(asked.numbers, call.to_number)) continue;
    if (static_cast<std::int64_t>(page.calls.size()) == page_size_) {
      page.next_cursor = std::to_string(next);
      break;
    }
    page.calls.push_back(news(call));
  }
  return page;
}

std::optional<campaign::CallNews> Provider::get(const std::string& call_id) const {
  std::size_t number = calls.size();
  std::from_chars(call_id.data() + 5, call_id.data() + call_id.size(), number);  // "call-17"
  return number < calls.size() ? std::optional(news(calls[number])) : std::nullopt;
}

}  // namespace dialerd::simulation
