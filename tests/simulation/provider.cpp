#include "tests/simulation/provider.h"

#include <array>
#include <utility>

namespace dialerd::simulation {
namespace {

using std::chrono::seconds;

constexpr std::array<std::pair<const char*, const char*>, 18> ends = {{
    {"user_hangup", "ended"},
    {"agent_hangup", "ended"},
    {"call_transfer", "ended"},
    {"max_duration_reached", "ended"},
    {"inactivity", "ended"},
    {"voicemail_reached", "ended"},
    {"dial_no_answer", "not_connected"},
    {"dial_busy", "not_connected"},
    {"dial_declined", "not_connected"},
    {"dial_failed", "not_connected"},
    {"flow_error", "error"},
    {"error_voxai", "error"},
    {"orphaned_no_agent_pickup", "error"},
    {"concurrency_limit_reached", "error"},
    {"hourly_call_limit_reached", "error"},
    {"daily_call_limit_reached", "error"},
    {"insufficient_balance", "error"},
    {"a_reason_of_next_year", "ended"},
}};

}  // namespace

std::string Provider::create(const campaign::AttemptId& attempt, const std::string& to_number) {
  ProviderCall call;
  call.attempt = attempt;
  call.to_number = to_number;
  call.call_id = "call-" + std::to_string(calls.size());
  call.counted = clock_.mono();
  call.counted_wall = clock_.wall();
  call.listed_from = call.counted + random_.between(milliseconds{0}, seconds{20});
  call.connected = call.counted + random_.between(seconds{1}, seconds{30});
  // A few calls outlive every patience.
  bool endless = random_.chance(0.002);
  call.ended = call.connected +
               (endless ? milliseconds{std::chrono::hours{24 * 1000}} : random_.between(seconds{1}, seconds{300}));
  // Refusals are rare, or the account would wait most of the time.
  auto end = random_.between(0, random_.chance(0.02) ? 17 : 12);
  call.reason = ends[static_cast<std::size_t>(end)].first;
  call.status = ends[static_cast<std::size_t>(end)].second;
  calls.push_back(call);
  return call.call_id;
}

campaign::CallNews Provider::news(const ProviderCall& call) const {
  campaign::CallNews news;
  news.call_id = call.call_id;
  news.attempt = call.attempt;
  if (clock_.mono() < call.connected) {
    news.status = "queued";
  } else if (clock_.mono() < call.ended) {
    news.status = "ongoing";
  } else {
    news.status = call.status;
    news.disconnection_reason = call.reason;
  }
  return news;
}

std::vector<campaign::CallNews> Provider::list(WallTime from) const {
  std::vector<campaign::CallNews> shown;
  for (const ProviderCall& call : calls) {
    if (clock_.mono() >= call.listed_from && call.counted_wall >= from) shown.push_back(news(call));
  }
  return shown;
}

std::optional<campaign::CallNews> Provider::get(const std::string& call_id) const {
  for (const ProviderCall& call : calls) {
    if (call.call_id == call_id) return news(call);
  }
  return std::nullopt;
}

}  // namespace dialerd::simulation
