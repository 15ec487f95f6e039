#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using campaign::AttemptState;
using campaign::LeadState;

class Write : public StorageTest {
 protected:
  Write() { add_leads(5); }

  // Every column of every attempt and lead state, to see that nothing changed.
  std::vector<std::vector<std::string>> everything() const {
    auto all = database_.rows("select * from dialerd.attempt order by attempt_id");
    for (auto& row : database_.rows("select * from dialerd.lead_state order by lead_id")) all.push_back(std::move(row));
    return all;
  }
};

TEST_F(Write, RecordsAndSettlesOneAttemptInOneBatch) {
  const auto lead = claim(1).at(0);
  auto settlement = ended(lead);
  settlement.call_started = campaign::WallTime{1'700'000'000'123ms};
  settlement.call_ended = campaign::WallTime{1'700'000'065'999ms};
  must(session_.write({owner_, {accepted(lead)}, {settlement}}));
  const auto row =
      database_
          .rows(
              "select state, call_id, from_number, http_status, call_status, disposition, counted, call_started_at, "
              "call_ended_at, "
              "       settled_at is not null, answered_at is not null, detail is null from dialerd.attempt")
          .at(0);
  const std::vector<std::string> expected = {"ended",
                                             "call-" + to_string(lead.attempt),
                                             "0212345678",
                                             "200",
                                             "completed",
                                             "user_hangup",
                                             "t",
                                             "2023-11-14 22:13:20.123+00",
                                             "2023-11-14 22:14:25.999+00",
                                             "t",
                                             "t",
                                             "t"};
  EXPECT_EQ(row, expected);
  const auto state =
      database_.rows("select state, attempt_id is null, attempts, outcome from dialerd.lead_state where lead_id = 1")
          .at(0);
  EXPECT_EQ(state, (std::vector<std::string>{"done", "t", "1", "completed"}));
}

TEST_F(Write, ARetryMakesTheLeadReadyAtItsTime) {
  const auto lead = claim(1).at(0);
  auto settlement = ended(lead);
  settlement.lead_state = LeadState::ready;
  settlement.next_at = wall_now() + 1h;
  settlement.outcome.clear();
  settlement.reason_counts = "busy=1,no_answer=2";
  must(settle(settlement));
  EXPECT_EQ(must(session_.claim(request(5))).leads.size(), 4U) << "not due yet";
  database_.rows("update dialerd.lead_state set next_at = now() where lead_id = 1");
  const auto again = claim(1).at(0);
  EXPECT_EQ(again.lead, lead.lead);
  EXPECT_EQ(again.facts.attempts, 1);
  EXPECT_EQ(again.facts.reason_counts, "busy=1,no_answer=2");
}

TEST_F(Write, KeepsWhatWasDecidedAndHowTheLeadGoesOn) {
  const auto leads = claim(3);
  auto retry = ended(leads[0]);
  retry.conversation = true;
  retry.decision = "retry:short_conversation";
  retry.lead_state = LeadState::ready;
  retry.next_at = wall_now() + 1h;
  retry.callback = true;
  retry.number_index = 2;
  auto done = ended(leads[1]);
  done.callback = true;  // of no meaning when done
  auto held = ended(leads[2]);
  held.lead_state = LeadState::held;
  held.decision = "unknown_timezone";
  must(session_.write({owner_, {}, {retry, done, held}}));
  const std::vector<std::vector<std::string>> attempts = {
      {"t", "retry:short_conversation"}, {"f", ""}, {"f", "unknown_timezone"}};
  EXPECT_EQ(database_.rows("select conversation, decision from dialerd.attempt order by lead_id"), attempts);
  const std::vector<std::vector<std::string>> states = {{"t", "2"}, {"f", "0"}, {"f", "0"}};
  EXPECT_EQ(database_.rows("select callback, number_index from dialerd.lead_state where lead_id <= 3 order by lead_id"),
            states);
  EXPECT_EQ(database_.value("select string_agg(code, ' ' order by lead_id) from dialerd.decision_log"),
            "retry:short_conversation ended unknown_timezone");
}

TEST_F(Write, DoingItAgainIsANoOp) {
  const auto leads = claim(3);
  const storage::WriteBatch batch{owner_, {accepted(leads[0]), accepted(leads[1])}, {ended(leads[0]), ended(leads[2])}};
  must(session_.write(batch));
  const auto before = everything();
  must(session_.write(batch));
  EXPECT_EQ(everything(), before);
}

TEST_F(Write, ATerminalAttemptNeverChanges) {
  const auto lead = claim(1).at(0);
  must(settle(ended(lead)));
  const auto before = everything();
  must(record(accepted(lead)));
  auto other = ended(lead);
  other.state = AttemptState::abandoned;
  other.lead_state = LeadState::ready;
  other.next_at = wall_now();
  must(settle(other));
  EXPECT_EQ(everything(), before);
  EXPECT_ANY_THROW(database_.rows("update dialerd.attempt set disposition = 'changed'")) << "not even by hand";
}

TEST_F(Write, ALateSettlementLeavesTheLeadsNextAttemptAlone) {
  const auto first = claim(1).at(0);
  auto retry = ended(first);
  retry.lead_state = LeadState::ready;
  retry.next_at = wall_now() - 2h;
  must(settle(retry));
  const auto second = claim(1).at(0);
  ASSERT_EQ(second.lead, first.lead);
  must(settle(ended(first)));
  EXPECT_EQ(lead_state(first.lead), "active");
  EXPECT_EQ(attempt_state(second.attempt), "dialing");
}

TEST_F(Write, DoubtGivesWayToTheCallAndNotBack) {
  const auto lead = claim(1).at(0);
  campaign::Record unknown;
  unknown.attempt = lead.attempt;
  unknown.state = AttemptState::unknown;
  unknown.detail = "timeout";
  unknown.answered = wall_now() - 10s;
  must(record(unknown));
  EXPECT_EQ(attempt_state(lead.attempt), "unknown");
  const std::string answered = database_.value("select answered_at from dialerd.attempt");
  must(record(accepted(lead)));
  EXPECT_EQ(attempt_state(lead.attempt), "in_progress");
  EXPECT_EQ(database_.value("select answered_at from dialerd.attempt"), answered)
      << "the window starts where the wait ended";
  must(record(unknown));
  EXPECT_EQ(attempt_state(lead.attempt), "in_progress");
}

TEST_F(Write, TwoRecordsOfOneAttemptInABatchAreTheFurther) {
  const auto leads = claim(2);
  campaign::Record unknown;
  unknown.state = AttemptState::unknown;
  unknown.answered = wall_now();
  campaign::Record unknown_first = unknown;
  unknown_first.attempt = leads[0].attempt;
  campaign::Record unknown_last = unknown;
  unknown_last.attempt = leads[1].attempt;
  must(session_.write({owner_, {unknown_first, accepted(leads[0]), accepted(leads[1]), unknown_last}, {}}));
  EXPECT_EQ(attempt_state(leads[0].attempt), "in_progress");
  EXPECT_EQ(attempt_state(leads[1].attempt), "in_progress");
}

TEST_F(Write, ASettlementKeepsWhatTheRecordKnew) {
  const auto lead = claim(1).at(0);
  must(record(accepted(lead)));
  auto settlement = ended(lead);
  settlement.call_id.clear();
  settlement.from_number.clear();
  settlement.http_status = 0;
  settlement.answered.reset();
  must(settle(settlement));
  const auto row =
      database_.rows("select call_id, from_number, http_status, answered_at is not null from dialerd.attempt").at(0);
  EXPECT_EQ(row, (std::vector<std::string>{"call-" + to_string(lead.attempt), "0212345678", "201", "t"}));
}

TEST_F(Write, AnyWordsOfTheProviderAreKept) {
  using namespace std::string_literals;
  const auto lead = claim(1).at(0);
  auto settlement = ended(lead);
  settlement.lead_state = LeadState::held;
  settlement.detail = "{\"a\": 'b', c\\d}, NULL \"\" \n 한국어 😀"s;
  settlement.outcome = "odd \0 \xff, NULL"s;
  must(settle(settlement));
  EXPECT_EQ(database_.value("select detail from dialerd.attempt"), settlement.detail);
  EXPECT_EQ(database_.value("select outcome from dialerd.lead_state where lead_id = 1"), "odd \uFFFD \uFFFD, NULL");
}

TEST_F(Write, OneBadRowAndNothingIsWritten) {
  const auto leads = claim(2);
  auto bad = ended(leads[1]);
  bad.lead_attempts = 1'000'000;  // beyond smallint
  const auto result = session_.write({owner_, {accepted(leads[0])}, {ended(leads[0]), bad}});
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().kind, storage::ErrorKind::refused);
  EXPECT_EQ(attempt_state(leads[0].attempt), "dialing");
  must(settle(ended(leads[0])));
}

TEST_F(Write, AnEmptyBatchIsNothing) { must(session_.write({owner_, {}, {}})); }

}  // namespace
}  // namespace dialerd::test
