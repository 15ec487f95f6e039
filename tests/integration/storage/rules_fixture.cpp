#include "rules_fixture.h"

namespace dialerd::test {

using namespace std::chrono_literals;

namespace {

std::string text(campaign::LeadId lead) { return std::to_string(static_cast<std::int64_t>(lead)); }

}  // namespace

RulesTest::Other RulesTest::other_campaign(const std::string& account, const std::string& region) {
  return {must(session_.acquire(account, "test", 60s)),
          must(session_.register_campaign("of-" + account, account, region))};
}

campaign::LeadId RulesTest::add_lead(const std::string& number, const std::string& more_columns,
                                     const std::string& more_values) const {
  return add_lead_of(campaign_, number, more_columns, more_values);
}

campaign::LeadId RulesTest::add_lead_of(campaign::CampaignId campaign, const std::string& number,
                                        const std::string& more_columns, const std::string& more_values) const {
  const std::string id = database_.value("insert into dialerd.lead (campaign_id, to_number" +
                                         (more_columns.empty() ? "" : ", " + more_columns) + ") values (" +
                                         std::to_string(static_cast<std::int64_t>(campaign)) + ", '" + number + "'" +
                                         (more_values.empty() ? "" : ", " + more_values) + ") returning lead_id");
  const campaign::LeadId lead{std::stoll(id)};
  database_.rows("update dialerd.lead_state set next_at = now() - interval '1 hour' where not callback and lead_id = " +
                 id);
  return lead;
}

storage::ClaimResult RulesTest::claim_with(const storage::ClaimRules& rules, std::size_t count) {
  auto asked = request(count);
  asked.rules = rules;
  return must(session_.claim(asked));
}

storage::ClaimResult RulesTest::claim_of(const Other& other, const storage::ClaimRules& rules, std::size_t count) {
  auto asked = request(count);
  asked.owner = other.owner;
  asked.campaign = other.campaign;
  asked.rules = rules;
  return must(session_.claim(asked));
}

void RulesTest::past_call(const std::string& number, std::chrono::seconds ended_ago, const std::string& disposition,
                          bool conversation) const {
  const auto id = new_attempts(1, wall_now() - ended_ago - 60s).at(0);
  const std::string ended = "now() - interval '" + std::to_string(ended_ago.count()) + " s'";
  const std::string began = ended + " - interval '60 s'";
  database_.rows(
      "insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, state, claimed_at, answered_at, "
      "settled_at, call_started_at, call_ended_at, disposition, counted, conversation, person, dialled) values ('" +
      to_string(id) + "', 'main', 1, 0, 1, 'ended', " + began + ", " + began + ", " + ended + ", " + began + ", " +
      ended + ", '" + disposition + "', true, " + (conversation ? "true" : "false") + ", 'KR" + number + "', 'KR" +
      number + "')");
}

void RulesTest::make_due(campaign::LeadId lead) const {
  database_.rows("update dialerd.lead_state set next_at = now() - interval '1 hour' where lead_id = " + text(lead));
}

std::string RulesTest::state_of(campaign::LeadId lead) const {
  return database_.value("select state || coalesce(' ' || outcome, '') from dialerd.lead_state where lead_id = " +
                         text(lead));
}

std::chrono::seconds RulesTest::due_in(campaign::LeadId lead) const {
  return std::chrono::seconds{std::stoll(database_.value(
      "select round(extract(epoch from next_at - now()))::bigint from dialerd.lead_state where lead_id = " +
      text(lead)))};
}

std::vector<std::string> RulesTest::decisions_of(campaign::LeadId lead) const {
  std::vector<std::string> codes;
  for (const auto& row : database_.rows("select code from dialerd.gate_decision where lead_id = " + text(lead) +
                                        " order by decision_id")) {
    codes.push_back(row[0]);
  }
  return codes;
}

storage::ClaimRules with_cap(config::FrequencyCap::Counts counts, std::int64_t max, std::chrono::seconds window) {
  storage::ClaimRules rules;
  rules.frequency_caps.push_back({counts, max, window});
  return rules;
}

storage::ClaimRules with_lock_out(const std::string& after, std::chrono::seconds period) {
  storage::ClaimRules rules;
  rules.lock_outs.push_back({after, period});
  return rules;
}

storage::ClaimRules with_list(const std::string& name, std::optional<std::chrono::seconds> max_age) {
  storage::ClaimRules rules;
  rules.required_lists.push_back({name, max_age});
  return rules;
}

}  // namespace dialerd::test
