// What a person decides about calls in doubt: when it is taken, what it changes, and that the provider's word goes
// before it.
#include "storage/resolution.h"

#include <algorithm>
#include <thread>

#include "storage_fixture.h"

#include "storage/lead_story.h"
#include "storage/report.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using campaign::AttemptState;
using campaign::LeadState;
using Kind = storage::ResolveOutcome::Kind;
using Progress = storage::ResolutionProgress::Kind;

class Resolution : public StorageTest {
 protected:
  Resolution() { add_leads(5); }

  storage::ResolveOutcome resolve(const campaign::ClaimedLead& lead, bool placed) {
    return must(storage::resolve(session_, {lead.attempt, placed, "the customer says so", "kim"}));
  }

  campaign::ClaimedLead in_doubt() {
    auto lead = claim(1).at(0);
    campaign::Record unknown;
    unknown.attempt = lead.attempt;
    unknown.state = AttemptState::unknown;
    unknown.answered = wall_now();
    must(record(unknown));
    return lead;
  }

  // Given up by the engine: counted, and its lead held.
  campaign::ClaimedLead abandoned() {
    auto lead = in_doubt();
    auto settlement = ended(lead);
    settlement.state = AttemptState::abandoned;
    settlement.disposition = settlement.decision = settlement.outcome = "abandoned";
    settlement.call_id.clear();
    settlement.lead_state = LeadState::held;
    must(settle(settlement));
    return lead;
  }

  // As the engine writes it.
  static campaign::Settlement resolved(const campaign::ClaimedLead& lead, bool placed) {
    auto settlement = ended(lead);
    settlement.state = placed ? AttemptState::abandoned : AttemptState::not_placed;
    settlement.disposition = settlement.decision = placed ? "resolved_placed" : "resolved_not_placed";
    settlement.outcome = placed ? "resolved_placed" : "";
    settlement.lead_state = placed ? LeadState::done : LeadState::ready;
    settlement.next_at = wall_now();
    settlement.counted = placed;
    settlement.lead_attempts = placed ? 1 : 0;
    return settlement;
  }

  std::vector<storage::PendingResolution> pending() {
    return must(storage::pending_resolutions(session_, {"main", "other"}));
  }
  Progress progress(std::int64_t resolution) { return must(storage::resolution_progress(session_, resolution)).kind; }
  std::vector<std::string> lead_row(campaign::LeadId id) const {
    return database_
        .rows(
            "select state, outcome, attempts, next_at <= now(), attempt_id is null from "
            "dialerd.lead_state where lead_id = " +
            std::to_string(static_cast<std::int64_t>(id)))
        .at(0);
  }
};

TEST_F(Resolution, OfADoubtWaitsForTheOwnerAndIsAppliedWithTheSettlement) {
  const auto first = in_doubt();
  const auto second = in_doubt();
  const auto placed = resolve(first, true);
  const auto not_placed = resolve(second, false);
  EXPECT_EQ(placed.kind, Kind::recorded);
  EXPECT_TRUE(placed.owned);
  EXPECT_EQ(placed.account, "main");
  EXPECT_EQ(placed.campaign, "spring");
  EXPECT_EQ(placed.lead, first.lead);
  EXPECT_EQ(attempt_state(first.attempt), "unknown") << "nothing but the owner settles it";

  const auto told = pending();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].attempt, first.attempt);
  EXPECT_TRUE(told[0].placed);
  EXPECT_EQ(told[0].account, "main");
  EXPECT_EQ(told[0].decided_by, "kim");
  EXPECT_EQ(told[0].reason, "the customer says so");
  EXPECT_FALSE(told[1].placed);
  EXPECT_EQ(progress(placed.resolution), Progress::pending);

  const storage::WriteBatch batch{owner_, {}, {resolved(first, true), resolved(second, false)}, {}, {}};
  must(session_.write(batch));
  EXPECT_EQ(progress(placed.resolution), Progress::applied);
  EXPECT_EQ(progress(not_placed.resolution), Progress::applied);
  EXPECT_TRUE(pending().empty());
  const auto applied = database_.rows("select * from dialerd.resolution order by resolution_id");
  must(session_.write(batch));
  EXPECT_EQ(database_.rows("select * from dialerd.resolution order by resolution_id"), applied);
  EXPECT_EQ(lead_state(first.lead), "done");
  EXPECT_EQ(lead_state(second.lead), "ready");
}

TEST_F(Resolution, IsTakenOnce) {
  const auto lead = in_doubt();
  resolve(lead, true);
  const auto again = resolve(lead, false);
  EXPECT_EQ(again.kind, Kind::resolved_already);
  ASSERT_TRUE(again.earlier);
  EXPECT_TRUE(again.earlier->placed);
  EXPECT_EQ(again.earlier->decided_by, "kim");
  EXPECT_FALSE(again.earlier->applied);
  must(settle(resolved(lead, true)));
  EXPECT_TRUE(resolve(lead, false).earlier->applied);
  EXPECT_EQ(database_.value("select count(*) from dialerd.resolution"), "1");
}

TEST_F(Resolution, OfACallThatWasGivenUpAndWasPlacedEndsTheLead) {
  const auto lead = abandoned();
  const auto before = database_.rows("select * from dialerd.attempt");
  const auto outcome = resolve(lead, true);
  EXPECT_EQ(outcome.kind, Kind::applied);
  EXPECT_EQ(outcome.lead_state, "done");
  EXPECT_EQ(progress(outcome.resolution), Progress::applied);
  EXPECT_EQ(lead_row(lead.lead), (std::vector<std::string>{"done", "resolved_placed", "1", "t", "t"}));
  EXPECT_EQ(database_.rows("select * from dialerd.attempt"), before) << "a terminal row stays as it is";
  EXPECT_TRUE(pending().empty());
}

TEST_F(Resolution, OfACallThatWasGivenUpAndWasNotPlacedLetsTheLeadGoOn) {
  const auto lead = abandoned();
  const auto before = database_.rows("select * from dialerd.attempt");
  EXPECT_EQ(resolve(lead, false).kind, Kind::applied);
  EXPECT_EQ(lead_row(lead.lead), (std::vector<std::string>{"ready", "", "0", "t", "t"}));
  EXPECT_EQ(database_.rows("select * from dialerd.attempt"), before);
  EXPECT_EQ(resolve(lead, true).kind, Kind::resolved_already);

  const auto leads = claim(5);
  const auto again = std::find_if(leads.begin(), leads.end(), [&](const auto& one) { return one.lead == lead.lead; });
  ASSERT_NE(again, leads.end());
  EXPECT_EQ(again->facts.attempts, 0);
}

TEST_F(Resolution, IsRefusedWhereThereIsNoDoubt) {
  const auto open = claim(1).at(0);
  must(record(accepted(open)));
  EXPECT_EQ(resolve(open, false).kind, Kind::in_progress);

  const auto over = claim(1).at(0);
  must(settle(ended(over)));
  const auto settled = resolve(over, false);
  EXPECT_EQ(settled.kind, Kind::settled);
  EXPECT_EQ(settled.attempt_state, "ended");
  EXPECT_EQ(settled.disposition, "user_hangup");

  EXPECT_EQ(must(storage::resolve(session_, {new_attempts(1).at(0), true, "r", "w"})).kind, Kind::no_such_attempt);

  // The lead was put back by hand; and it was called again and held again.
  const auto put_back = abandoned();
  const std::string id = std::to_string(static_cast<std::int64_t>(put_back.lead));
  database_.rows("update dialerd.lead_state set state = 'ready', outcome = null where lead_id = " + id);
  const auto went_on = resolve(put_back, true);
  EXPECT_EQ(went_on.kind, Kind::lead_went_on);
  EXPECT_EQ(went_on.lead_state, "ready");
  std::this_thread::sleep_for(2ms);  // attempt ids of one millisecond have no order
  database_.rows("update dialerd.lead_state set next_at = now() - interval '1 day' where lead_id = " + id);
  const auto second = abandoned();
  ASSERT_EQ(second.lead, put_back.lead);
  EXPECT_EQ(resolve(put_back, true).kind, Kind::lead_went_on) << "it is held for another attempt";
  EXPECT_EQ(resolve(second, true).kind, Kind::applied);

  const auto deleted = abandoned();
  database_.rows("delete from dialerd.lead where lead_id = " + std::to_string(static_cast<std::int64_t>(deleted.lead)));
  const auto gone = resolve(deleted, false);
  EXPECT_EQ(gone.kind, Kind::lead_went_on);
  EXPECT_EQ(gone.lead_state, "");
  EXPECT_EQ(database_.value("select count(*) from dialerd.resolution"), "1");
}

TEST_F(Resolution, OfAnAttemptThatIsBeingDialledWaitsUntilItsOwnerIsDead) {
  const auto lead = claim(1).at(0);
  EXPECT_EQ(resolve(lead, false).kind, Kind::being_dialled);
  must(session_.release(owner_));
  EXPECT_EQ(resolve(lead, false).kind, Kind::recorded);
  EXPECT_FALSE(must(storage::resolution_progress(session_, 1)).owned);

  EXPECT_EQ(pending().size(), 1U);

  // A new owner has it as a doubt, although the row does not say so yet.
  owner_ = must(session_.acquire("main", "test", 60s));
  const auto other = claim(1).at(0);
  EXPECT_EQ(resolve(other, true).kind, Kind::being_dialled);
  owner_ = must(session_.acquire("main", "test", 60s));
  EXPECT_EQ(resolve(other, true).kind, Kind::recorded);
}

TEST_F(Resolution, IsOvertakenByTheProvidersOwnWord) {
  const auto found = in_doubt();
  const auto over = in_doubt();
  const auto given_up = in_doubt();
  const auto first = resolve(found, false).resolution;
  const auto second = resolve(over, false).resolution;
  const auto third = resolve(given_up, false).resolution;
  must(record(accepted(found)));
  must(settle(ended(over)));
  EXPECT_TRUE(database_.rows("select 1 from dialerd.resolution where applied_at is not null").empty());

  const auto told = pending();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].attempt, given_up.attempt);
  EXPECT_EQ(progress(first), Progress::overtaken);
  EXPECT_EQ(progress(second), Progress::overtaken);
  EXPECT_EQ(progress(third), Progress::pending);
  EXPECT_EQ(lead_state(over.lead), "done");

  // It was given up before anybody looked: that decision came too early, and a new one may be made.
  auto settlement = ended(given_up);
  settlement.state = AttemptState::abandoned;
  settlement.disposition = settlement.outcome = "abandoned";
  settlement.lead_state = LeadState::held;
  must(settle(settlement));
  EXPECT_EQ(resolve(given_up, true).kind, Kind::applied);
  EXPECT_EQ(progress(third), Progress::overtaken);
  EXPECT_EQ(database_.value("select count(*) from dialerd.resolution"), "4");
}

// A settlement that is under way is waited for, and then there is no doubt any more.
TEST_F(Resolution, WaitsForASettlementThatIsUnderWay) {
  const auto lead = in_doubt();
  const std::string id = std::to_string(static_cast<std::int64_t>(lead.lead));
  std::thread settling([&] {
    database_.rows(
        "begin; update dialerd.lead_state set state = 'done', attempt_id = null, outcome = 'user_hangup' "
        "where lead_id = " +
        id +
        "; update dialerd.attempt set state = 'ended', disposition = 'user_hangup'; "
        "select pg_sleep(0.5); commit");
  });
  while (database_.value("select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == "0") {
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(resolve(lead, false).kind, Kind::settled);
  settling.join();
}

TEST_F(Resolution, IsToldWithTheLeadsStory) {
  const auto lead = in_doubt();
  resolve(lead, false);
  auto story = must(storage::lead_story(session_, lead.lead, {}, 10)).value();
  ASSERT_EQ(story.entries.size(), 2U);
  EXPECT_EQ(story.entries[0].code, "resolved_not_placed");
  EXPECT_EQ(story.entries[0].detail, "by kim: the customer says so (not carried out yet)");
  EXPECT_FALSE(story.entries[0].attempt);
  must(settle(resolved(lead, false)));
  story = must(storage::lead_story(session_, lead.lead, {}, 10)).value();
  const std::vector<std::vector<std::string>> expected = {
      {"resolved_not_placed", "by kim: the customer says so", to_string(lead.attempt)},
      {"resolved_not_placed", "resolved_not_placed", to_string(lead.attempt)}};
  EXPECT_EQ(database_.rows("select code, detail, attempt_id from dialerd.decision_log order by at"), expected);
}

TEST_F(Resolution, TheReportNamesWhatCanBeResolved) {
  const auto doubt = in_doubt();
  const auto given_up = abandoned();
  const auto decided = in_doubt();
  resolve(decided, true);
  claim(1);
  const auto table = must(storage::campaign_report(session_, campaign_)).at(5);
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0].at(1), "in doubt");
  EXPECT_EQ(table.rows[0].at(4), "dialerd resolve " + to_string(doubt.attempt) + " placed|not-placed --reason ...");
  EXPECT_EQ(table.rows[1].at(0), std::to_string(static_cast<std::int64_t>(given_up.lead)));
  EXPECT_EQ(table.rows[1].at(1), "given up");
  EXPECT_EQ(table.rows[1].at(4), "dialerd resolve " + to_string(given_up.attempt) + " placed|not-placed --reason ...");
  EXPECT_EQ(table.rows[2].at(4), "decided by kim: placed");
}

// A doubt that a person settled keeps its token of the provider's windows, as one that the listings settled does.
TEST_F(Resolution, AResolvedDoubtIsCountedAfterARestart) {
  const auto lead = in_doubt();
  must(settle(resolved(lead, false)));
  const auto counts = must(session_.history("main")).counts;
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0].calls, 1);
}

}  // namespace
}  // namespace dialerd::test
