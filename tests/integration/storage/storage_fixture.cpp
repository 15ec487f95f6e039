#include "storage_fixture.h"

#include <algorithm>
#include <random>

namespace dialerd::test {

using namespace std::chrono_literals;

campaign::WallTime wall_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::vector<campaign::AttemptId> new_attempts(std::size_t count, std::optional<campaign::WallTime> at) {
  static std::mt19937_64 generator{std::random_device{}()};
  std::vector<campaign::AttemptId> ids;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<std::uint8_t, 10> random{};
    std::generate(random.begin(), random.end(), [] { return static_cast<std::uint8_t>(generator()); });
    ids.push_back(campaign::make_attempt_id(at.value_or(wall_now()), random));
  }
  return ids;
}

StorageTest::StorageTest() {
  campaign_ = must(session_.register_campaign("spring", "main", "KR"));
  owner_ = must(session_.acquire("main", "test", 60s));
}

void StorageTest::add_leads(int count) const {
  database_.rows(
      "insert into dialerd.lead (campaign_id, to_number, fields) "
      "select " +
      std::to_string(static_cast<std::int64_t>(campaign_)) +
      ", '010' || lpad(n::text, 7, '0'), jsonb_build_object('name', 'Person ' || n) "
      "from generate_series(1, " +
      std::to_string(count) + ") as n");
  database_.rows(
      "update dialerd.lead_state set next_at = now() - interval '1 hour' + lead_id * interval '1 microsecond' "
      "where state = 'ready'");
}

storage::ClaimRequest StorageTest::request(std::size_t count) const {
  return {owner_, campaign_, {""}, {}, new_attempts(count), {}};
}

std::vector<campaign::ClaimedLead> StorageTest::claim(std::size_t count) {
  storage::ClaimResult result = must(session_.claim(request(count)));
  if (result.leads.empty()) throw std::runtime_error("no lead was claimed");
  return result.leads;
}

storage::Result<void> StorageTest::record(const campaign::Record& record) {
  return session_.write({owner_, {record}, {}});
}

storage::Result<void> StorageTest::settle(const campaign::Settlement& settlement) {
  return session_.write({owner_, {}, {settlement}});
}

std::string StorageTest::attempt_state(const campaign::AttemptId& id) const {
  return database_.value("select state from dialerd.attempt where attempt_id = '" + to_string(id) + "'");
}

std::string StorageTest::lead_state(campaign::LeadId id) const {
  return database_.value("select state from dialerd.lead_state where lead_id = " +
                         std::to_string(static_cast<std::int64_t>(id)));
}

campaign::Settlement ended(const campaign::ClaimedLead& lead) {
  campaign::Settlement settlement;
  settlement.attempt = lead.attempt;
  settlement.lead = lead.lead;
  settlement.state = campaign::AttemptState::ended;
  settlement.disposition = "user_hangup";
  settlement.call_status = "completed";
  settlement.call_id = "call-" + to_string(lead.attempt);
  settlement.http_status = 200;
  settlement.answered = wall_now();
  settlement.lead_state = campaign::LeadState::done;
  settlement.outcome = "completed";
  settlement.lead_attempts = lead.facts.attempts + 1;
  return settlement;
}

campaign::Record accepted(const campaign::ClaimedLead& lead) {
  campaign::Record record;
  record.attempt = lead.attempt;
  record.state = campaign::AttemptState::in_progress;
  record.call_id = "call-" + to_string(lead.attempt);
  record.from_number = "0212345678";
  record.http_status = 201;
  record.answered = wall_now();
  return record;
}

}  // namespace dialerd::test
