#include "tests/simulation/checker.h"

#include <algorithm>
#include <unordered_map>

namespace dialerd::simulation {

Books::Books(const World& from) : world(from) {
  cases.reserve(world.store.attempts.size());
  std::unordered_map<campaign::AttemptId, std::size_t> places;
  for (const auto& [id, row] : world.store.attempts) cases.push_back({id, 0, &row, nullptr, nullptr});
  std::stable_sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) {
    return std::pair(a.row->claim, a.row->place) < std::pair(b.row->claim, b.row->place);
  });
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].number = i;
    places[cases[i].id] = i;
  }
  for (const Post& post : world.posts) {
    if (auto found = places.find(post.attempt); found != places.end()) cases[found->second].post = &post;
  }
  for (const ProviderCall& call : world.provider.calls) {
    if (auto found = places.find(call.attempt); found != places.end()) cases[found->second].call = &call;
  }
  for (const Case& one : cases) {
    of_lead[one.row->lead].push_back(&one);
    of_number[one.row->person].push_back(&one);
    if (one.row->dialled != one.row->person) of_number[one.row->dialled].push_back(&one);
  }
}

WallTime Books::daemon_wall(MonoTime at) const {
  milliseconds off{0};
  for (const ClockStep& step : world.steps) {
    if (step.at <= at) off += step.by;
  }
  return world.clock.provider_at(at) + off;
}

void Verdict::add(const Case& one, const std::string& what) {
  broken.push_back("attempt " + to_string(one.id) + " (campaign " +
                   std::to_string(static_cast<std::int64_t>(one.row->campaign)) + ", lead " +
                   std::to_string(static_cast<std::int64_t>(one.row->lead)) + ") " + what);
}

std::vector<std::string> check(const World& world) {
  Books books(world);
  Verdict verdict;
  for (const std::string& what : world.broken) verdict.add(what);
  check_calls(books, verdict);
  check_limits(books, verdict);
  check_gate(books, verdict);
  check_contacts(books, verdict);
  check_retries(books, verdict);
  check_shares(books, verdict);
  return std::move(verdict.broken);
}

}  // namespace dialerd::simulation
