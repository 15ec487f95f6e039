// The rollups say what a full scan says, whatever has happened in between and whenever they were refreshed.
#include "storage/rollups.h"

#include <algorithm>
#include <random>

#include "storage_fixture.h"
#include <pqxx/pqxx>

#include "storage/report_views.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

// The outcomes of attempts as the table has them, and as the rollup has them: the same texts, or something is wrong.
const std::string scanned_sql = R"sql(
select dialerd.uuid7_hour(a.attempt_id)::text, a.campaign_id, a.state, coalesce(a.disposition, a.state::text), count(*),
       count(*) filter (where a.counted), count(*) filter (where a.conversation), coalesce(sum(d.total_cost), 0)::float8,
       count(*) filter (where a.decision = 'done'), sum(extract(hour from a.claimed_at at time zone 'Asia/Seoul'))
from dialerd.attempt a left join dialerd.call_detail d using (attempt_id)
where a.state not in ('dialing', 'in_progress', 'unknown')
group by 1, 2, 3, 4 order by 1, 2, 3, 4)sql";
const std::string rolled_up_sql = R"sql(
select hour::text, campaign_id, state, disposition, sum(attempts), sum(counted), sum(conversations), sum(cost_krw)::float8,
       sum(finished), sum(attempts * local_hour)
from dialerd.rollup_attempt group by 1, 2, 3, 4 order by 1, 2, 3, 4)sql";
const std::string scanned_callers_sql = R"sql(
select account, campaign_id, coalesce(from_number, ''), count(*) from dialerd.attempt
where state not in ('dialing', 'in_progress', 'unknown') group by 1, 2, 3 order by 1, 2, 3)sql";
const std::string rolled_up_callers_sql = R"sql(
select account, campaign_id, from_number, sum(attempts) from dialerd.rollup_caller group by 1, 2, 3 order by 1, 2, 3)sql";
const std::string scanned_leads_sql = R"sql(
select campaign_id, state, coalesce(outcome, ''), attempts, count(*) from dialerd.lead_state
group by 1, 2, 3, 4 order by 1, 2, 3, 4)sql";
const std::string rolled_up_leads_sql = R"sql(
select campaign_id, state, outcome, attempts, leads from dialerd.rollup_lead order by 1, 2, 3, 4)sql";

class Rollups : public StorageTest {
 protected:
  // `recount` false: only what the rules foresee is counted, not what turns up when everything is counted anew.
  void foresee_only() const { database_.rows("update dialerd.rollup_progress set recount = 0"); }
  void refresh() { must(storage::refresh_all_rollups(session_)); }
  void expect_right(const std::string& when) const {
    EXPECT_EQ(database_.rows(rolled_up_sql), database_.rows(scanned_sql)) << when;
    EXPECT_EQ(database_.rows(rolled_up_callers_sql), database_.rows(scanned_callers_sql)) << when;
  }
  // Attempts of the past, as claims of then would have left them, and the hours as refreshes of then would have noted
  // them.
  std::vector<campaign::ClaimedLead> claim_in_the_past(std::size_t count, std::chrono::hours reach,
                                                       std::mt19937& random) {
    std::vector<campaign::AttemptId> ids;
    for (std::size_t i = 0; i < count; ++i) {
      const auto ago = std::chrono::minutes(std::uniform_int_distribution<long>(61, reach.count() * 60)(random));
      ids.push_back(new_attempts(1, wall_now() - ago)[0]);
    }
    auto claim = request(0);
    claim.attempts = ids;
    auto leads = must(session_.claim(claim)).leads;
    database_.rows(
        "select dialerd.note_rollup_hours(timestamptz 'epoch'); update dialerd.rollup_hour set stale = true");
    return leads;
  }
};

campaign::Settlement random_end(const campaign::ClaimedLead& lead, std::mt19937& random) {
  auto end = ended(lead);
  const std::array dispositions = {"user_hangup", "dial_no_answer", "concurrency_limit_reached", "voicemail_reached"};
  end.disposition = dispositions[random() % dispositions.size()];
  end.conversation = end.disposition == "user_hangup";
  end.counted = end.disposition != "concurrency_limit_reached";
  end.from_number = "0701111000" + std::to_string(random() % 3);
  end.decision = end.conversation ? "done" : "retry";
  if (random() % 8 == 0) end.state = campaign::AttemptState::abandoned;
  return end;
}

TEST_F(Rollups, EqualAFullScanAfterRandomHistories) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    if (seed == 1) add_leads(2000);
    foresee_only();
    std::vector<campaign::ClaimedLead> open = claim_in_the_past(60, 40h, random);
    refresh();
    expect_right("with open attempts");
    std::vector<campaign::ClaimedLead> settled;
    for (int step = 0; step < 40; ++step) {
      switch (random() % 5) {
        case 0: {
          if (random() % 2 == 0) break;
          const auto more = claim(1 + random() % 5);
          open.insert(open.end(), more.begin(), more.end());
          break;
        }
        case 1:
        case 2: {
          std::shuffle(open.begin(), open.end(), random);
          storage::WriteBatch batch{owner_, {}, {}};
          for (std::size_t n = random() % 8; n > 0 && !open.empty(); --n) {
            batch.settlements.push_back(random_end(open.back(), random));
            settled.push_back(open.back());
            open.pop_back();
          }
          must(session_.write(batch));
          break;
        }
        case 3: {
          storage::WriteBatch batch{owner_, {}, {}, {}, {}};
          for (std::size_t n = random() % 5; n > 0 && !settled.empty(); --n) {
            batch.details.push_back(
                {settled[random() % settled.size()].attempt, {std::to_string(1 + random() % 50), "", "", "", ""}});
          }
          must(session_.write(batch));
          break;
        }
        default:
          refresh();
          expect_right("after step " + std::to_string(step));
          if (HasFailure()) return;
      }
    }
    refresh();
    expect_right("at the end");
    EXPECT_EQ(database_.rows(rolled_up_leads_sql), database_.rows(scanned_leads_sql));
    refresh();
    expect_right("refreshed twice");
    if (HasFailure()) return;
  }
}

// A transaction that was under way during a refresh is seen by the next one, whenever it began: nothing is marked as
// seen by a time that passed before it committed.
TEST_F(Rollups, SeeWhatCommitsLate) {
  foresee_only();
  add_leads(20);
  std::mt19937 random(1);
  const auto leads = claim_in_the_past(4, 30h, random);
  const auto id = [&](std::size_t i) { return "'" + to_string(leads[i].attempt) + "'"; };
  must(settle(ended(leads[2])));
  refresh();

  pqxx::connection late_connection(database_.conninfo());
  {
    pqxx::work late(late_connection);
    late.exec(
        "update dialerd.attempt set state = 'ended', disposition = 'dial_busy', counted = true, conversation = false, "
        "settled_at = now() where attempt_id = " +
        id(0));
    late.exec(
        "insert into dialerd.call_detail (attempt_id, account, campaign_id, total_cost) select attempt_id, account, "
        "campaign_id, 7 from dialerd.attempt where attempt_id = " +
        id(2));
    must(settle(ended(leads[1])));
    refresh();
    expect_right("with a transaction under way");
    must(settle(ended(leads[3])));
    refresh();
    expect_right("and once more");
    late.commit();
  }
  refresh();
  expect_right("after its commit");
  EXPECT_EQ(database_.value("select sum(cost_krw)::int from dialerd.rollup_attempt"), "7");
}

TEST_F(Rollups, AreAsBeforeWhenARefreshIsBrokenOff) {
  add_leads(10);
  const auto leads = claim(4);
  must(settle(ended(leads[0])));
  refresh();
  must(settle(ended(leads[1])));
  {
    pqxx::connection connection(database_.conninfo());
    pqxx::work broken_off(connection);
    broken_off.exec("select dialerd.refresh_rollups()");
  }  // rolled back, as a killed session's
  EXPECT_EQ(database_.value("select sum(attempts) from dialerd.rollup_attempt"), "1");
  refresh();
  expect_right("afterwards");
}

TEST_F(Rollups, AreRefreshedByOneAtATime) {
  pqxx::connection connection(database_.conninfo());
  pqxx::work other(connection);
  other.exec("select dialerd.refresh_rollups()");
  EXPECT_EQ(must(storage::refresh_rollups(session_, 1000, storage::Refresh::or_leave)), std::nullopt);
}

TEST_F(Rollups, FindInTimeWhatNoRuleForesees) {
  add_leads(10);
  refresh();
  // Ids of six hours ago: a clock that was wrong.
  auto strange = request(0);
  strange.attempts = new_attempts(3, wall_now() - 6h);
  const auto leads = must(session_.claim(strange)).leads;
  for (const auto& lead : leads) must(settle(ended(lead)));
  database_.rows("select dialerd.note_rollup_hours(now() - interval '1 day')");
  database_.rows("select dialerd.refresh_rollups()");
  expect_right("counted");
  // Changed by hand, where nobody looks.
  database_.rows("delete from dialerd.attempt where attempt_id = '" + to_string(leads[0].attempt) + "'");
  refresh();
  EXPECT_NE(database_.rows(rolled_up_sql), database_.rows(scanned_sql)) << "nobody who reads waits for that";
  database_.rows("select dialerd.refresh_rollups()");
  expect_right("counted anew");
}

TEST_F(Rollups, GoByTheLeadsClock) {
  add_leads(2);
  database_.rows("update dialerd.lead set timezone = 'America/New_York' where to_number = '0100000001'");
  database_.rows("update dialerd.lead set timezone = 'Europe/Atlantis' where to_number = '0100000002'");
  auto asked = request(2);
  asked.clocks = {"America/New_York", "Europe/Atlantis"};
  for (const auto& lead : must(session_.claim(asked)).leads) must(settle(ended(lead)));
  refresh();
  EXPECT_EQ(database_.value("select count(*) from dialerd.rollup_attempt r, dialerd.attempt a, dialerd.lead l "
                            "where l.lead_id = a.lead_id and l.timezone = 'America/New_York' "
                            "and (r.local_day, r.local_hour) = ((a.claimed_at at time zone 'America/New_York')::date, "
                            "extract(hour from a.claimed_at at time zone 'America/New_York'))"),
            "1");
  // Where the lead's is no timezone of this server, the campaign's.
  EXPECT_EQ(database_.value("select count(*) from dialerd.rollup_attempt r, dialerd.attempt a, dialerd.lead l "
                            "where l.lead_id = a.lead_id and l.timezone = 'Europe/Atlantis' "
                            "and (r.local_day, r.local_hour) = ((a.claimed_at at time zone 'Asia/Seoul')::date, "
                            "extract(hour from a.claimed_at at time zone 'Asia/Seoul'))"),
            "1");
}

}  // namespace
}  // namespace dialerd::test
