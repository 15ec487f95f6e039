// Never twice: one POST per attempt, one call of a lead at a time. Never lost: every attempt ends with one outcome, the
// one that the provider told, and every lead in a state that explains itself.
#include <map>
#include <set>

#include "tests/simulation/checker.h"
#include "tests/simulation/oracle.h"

namespace dialerd::simulation {
namespace {

using campaign::AttemptState;
using campaign::LeadState;

void never_twice(const Books& books, Verdict& verdict) {
  std::set<campaign::AttemptId> posted;
  for (const Post& post : books.world.posts) {
    if (!posted.insert(post.attempt).second) verdict.add("attempt " + to_string(post.attempt) + " was POSTed twice");
    auto row = books.world.store.attempts.find(post.attempt);
    if (row == books.world.store.attempts.end()) {
      verdict.add("a POST without an intent in the store");
    } else if (row->second.dialled != post.to_number) {
      verdict.add("attempt " + to_string(post.attempt) + " dialled another number than was claimed");
    }
  }
  for (const auto& [lead, cases] : books.of_lead) {
    const Case* before = nullptr;
    for (const Case* one : cases) {
      if (one->call == nullptr) continue;
      // A call that outlived the daemon's patience is given up as abandoned, and its lead held.
      if (before != nullptr && one->call->counted < before->call->ended)
        verdict.add(*one, "was its lead's second call at once");
      before = one;
    }
  }
}

void one_outcome(const Case& one, Verdict& verdict) {
  const AttemptRow& row = *one.row;
  if (!is_terminal(row.state)) return verdict.add(one, "has no outcome");
  if (row.outcomes > 1) verdict.add(one, "has two outcomes");
  if (row.settlement.decision.empty()) verdict.add(one, "ended without a decision");
  if (row.settlement.lead_state != LeadState::ready && row.settlement.outcome.empty())
    verdict.add(one, "left its lead without a reason");
  if (row.state == AttemptState::ended) {
    const std::string& said = row.settlement.disposition;
    if (one.call == nullptr || (one.call->reason != said && one.call->second_reason != said))
      verdict.add(one, "ended with " + row.settlement.disposition + ", which the provider did not say");
  } else if (one.call != nullptr && row.state != AttemptState::abandoned) {
    verdict.add(one, "made a call but is recorded as " + row.settlement.disposition);
  }
  if (one.call != nullptr && !row.from_number.empty() && row.from_number != one.call->from_number)
    verdict.add(one, "is recorded with another caller number");
  bool counts = row.state == AttemptState::abandoned ||
                (row.state == AttemptState::ended && !oracle::is_refusal(row.settlement.disposition));
  if (row.settlement.counted != counts) verdict.add(one, counts ? "is not counted" : "is counted");
  // Of a reason that nobody knows it may be one.
  bool conversation = row.state == AttemptState::ended &&
                      (is_conversation(row.settlement.disposition) || !oracle::is_known(row.settlement.disposition));
  if (row.settlement.conversation != conversation)
    verdict.add(one, conversation ? "was a conversation and is not recorded as one" : "is recorded as a conversation");
}

// What comes after the end is kept beside it, and with the right call.
void after_the_end(const Books& books, Verdict& verdict) {
  const Store& store = books.world.store;
  std::map<campaign::AttemptId, const Case*> cases;
  for (const Case& one : books.cases) cases[one.id] = &one;
  for (const auto& [attempt, details] : store.details) {
    const Case& one = *cases.at(attempt);
    if (one.call == nullptr || details.summary != "of " + one.call->call_id || one.row->state != AttemptState::ended)
      verdict.add(one, "has details of another call");
  }
  std::set<campaign::AttemptId> contradicted;
  for (const campaign::LateNews& late : store.late_news) {
    const Case& one = *cases.at(late.attempt);
    // Another word than the end's; or that one again, after another: by an answer that was on its way for long.
    const std::string& settled = one.row->settlement.disposition;
    bool contradicts = late.disposition != settled || contradicted.contains(late.attempt);
    if (one.call == nullptr || !contradicts) verdict.add(one, "has late news that contradicts nothing");
    contradicted.insert(late.attempt);
  }
}

void every_lead(const Books& books, Verdict& verdict) {
  const World& world = books.world;
  for (const auto& [id, lead] : world.store.leads) {
    std::string name = "lead " + std::to_string(static_cast<std::int64_t>(id));
    int counted = 0;
    if (auto found = books.of_lead.find(id); found != books.of_lead.end()) {
      for (const Case* one : found->second) counted += one->row->settlement.counted && one->row->outcomes > 0 ? 1 : 0;
    }
    const config::CampaignConfig& config = world.scenario.campaign(lead.lead.campaign).config;
    if (lead.attempts != counted) verdict.add(name + " has a wrong count of attempts");
    if (counted > config.retry.max_attempts) verdict.add(name + " was called too often");
    if (lead.state == LeadState::active) verdict.add(name + " is active for ever");
    if (lead.state == LeadState::ready && !world.never_called(lead)) verdict.add(name + " was never finished");
    bool finished = lead.state == LeadState::done || lead.state == LeadState::held;
    if (finished && lead.outcome.empty()) verdict.add(name + " is finished without a reason");
  }
}

}  // namespace

void check_calls(const Books& books, Verdict& verdict) {
  never_twice(books, verdict);
  for (const Case& one : books.cases) one_outcome(one, verdict);
  after_the_end(books, verdict);
  every_lead(books, verdict);
}

}  // namespace dialerd::simulation
