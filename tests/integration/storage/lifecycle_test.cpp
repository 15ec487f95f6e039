// Migration 0006_lifecycle and what is built on it: the wish, its record, the state that follows, and who is told.
#include <chrono>

#include "storage_fixture.h"

#include "storage/listener.h"
#include "storage/migrate.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using campaign::CampaignWish;
using storage::CampaignTerms;
using storage::ErrorKind;
using Rows = std::vector<std::vector<std::string>>;

class LifecycleTest : public StorageTest {
 protected:
  std::string state() const {
    return database_.value("select state from dialerd.campaign_state where campaign = 'spring'");
  }
  std::string completed_by() const {
    return database_.value("select completed_by from dialerd.campaign_state where campaign = 'spring'");
  }
  void wish(CampaignWish to) { must(session_.set_wish(campaign_, to, "why", "ops")); }
  void dates(std::optional<campaign::WallTime> from, std::optional<campaign::WallTime> to) {
    must(session_.register_campaign("spring", "main", "KR", {false, "Asia/Seoul", from, to}));
  }
};

TEST_F(LifecycleTest, ANewCampaignRunsOrIsADraftAsItsFileSays) {
  EXPECT_EQ(state(), "running");
  CampaignTerms manual;
  manual.starts_as_draft = true;
  const auto autumn = must(session_.register_campaign("autumn", "main", "KR", manual));
  EXPECT_EQ(must(session_.controls({autumn}))[0].wish, CampaignWish::draft);
  EXPECT_EQ(database_.value("select state from dialerd.campaign_state where campaign = 'autumn'"), "draft");

  // Only the first time: what an operator wishes is not taken back by a start of the daemon.
  must(session_.set_wish(autumn, CampaignWish::running, "", "ops"));
  must(session_.register_campaign("autumn", "main", "KR", manual));
  EXPECT_EQ(must(session_.controls({autumn}))[0].wish, CampaignWish::running);
  must(session_.register_campaign("spring", "main", "KR", manual));
  EXPECT_EQ(state(), "running");
}

TEST_F(LifecycleTest, TheStateFollowsFromWishDatesAndLeads) {
  const auto now = wall_now();
  EXPECT_EQ(state(), "running") << "it waits for its first leads";
  dates(now + 1h, now + 2h);
  EXPECT_EQ(state(), "scheduled");
  dates(now - 2h, now + 1h);
  add_leads(2);
  EXPECT_EQ(state(), "running");

  const auto lead = claim(2).front();
  EXPECT_EQ(state(), "running");
  wish(CampaignWish::paused);
  EXPECT_EQ(state(), "paused");
  wish(CampaignWish::stopped);
  EXPECT_EQ(state(), "stopping");
  EXPECT_EQ(completed_by(), "");
  database_.rows("update dialerd.lead_state set state = 'ready', attempt_id = null, outcome = null");
  EXPECT_EQ(state(), "completed");
  EXPECT_EQ(completed_by(), "stopped");

  wish(CampaignWish::running);
  EXPECT_EQ(state(), "running");
  dates(now - 2h, now - 1h);
  EXPECT_EQ(state(), "completed");
  EXPECT_EQ(completed_by(), "end_date");
  dates(std::nullopt, std::nullopt);
  database_.rows("update dialerd.lead_state set state = 'done', outcome = 'user_hangup'");
  EXPECT_EQ(state(), "completed");
  EXPECT_EQ(completed_by(), "no_leads_left");
  database_.rows("insert into dialerd.lead (campaign_id, to_number) values (1, '0109999999')");
  EXPECT_EQ(state(), "running") << "leads that come later are dialled";
  wish(CampaignWish::draft);
  EXPECT_EQ(state(), "draft");
}

TEST_F(LifecycleTest, ATransitionIsMadeOnlyFromWhereItIsAllowed) {
  const auto refused =
      must(session_.set_wish(campaign_, CampaignWish::running, "go on", "ops", {CampaignWish::paused}));
  EXPECT_EQ(refused.wish, CampaignWish::running);
  wish(CampaignWish::stopped);
  const auto stopped =
      must(session_.set_wish(campaign_, CampaignWish::running, "go on", "kim", {CampaignWish::paused}));
  EXPECT_EQ(stopped.wish, CampaignWish::stopped);
  EXPECT_EQ(stopped.reason, "why");
  EXPECT_EQ(stopped.changed_by, "ops");
  EXPECT_EQ(must(session_.controls({campaign_}))[0].wish, CampaignWish::stopped);

  // The same once more changes nothing: who decided it, and why, is kept.
  must(session_.set_wish(campaign_, CampaignWish::stopped, "again", "kim"));
  EXPECT_EQ(must(session_.controls({campaign_}))[0].reason, "why");
}

TEST_F(LifecycleTest, EveryChangeIsOnRecordForGood) {
  wish(CampaignWish::paused);
  wish(CampaignWish::paused);
  must(session_.set_wish(campaign_, CampaignWish::running, "", "kim"));
  database_.rows("update dialerd.campaign_control set wish = 'stopped', reason = 'by SQL', changed_by = 'lee'");
  EXPECT_EQ(
      database_.rows("select from_wish, to_wish, reason, changed_by from dialerd.campaign_change order by change_id"),
      (Rows{{"", "running", "", "dialerd"},
            {"running", "paused", "why", "ops"},
            {"paused", "running", "", "kim"},
            {"running", "stopped", "by SQL", "lee"}}));
  EXPECT_EQ(database_.value(
                "select bool_and(db_user = session_user and at <= clock_timestamp()) from dialerd.campaign_change"),
            "t");
  for (const char* sql : {"update dialerd.campaign_change set reason = ''", "delete from dialerd.campaign_change",
                          "truncate dialerd.campaign_change"}) {
    EXPECT_ANY_THROW(database_.rows(sql)) << sql;
  }
  EXPECT_EQ(database_.value("select count(*) from dialerd.campaign_change"), "4");
}

TEST_F(LifecycleTest, WhatIsWishedIsNotDeleted) {
  EXPECT_ANY_THROW(database_.rows("delete from dialerd.campaign_control"));
  EXPECT_EQ(database_.value("select count(*) from dialerd.campaign_control"), "1");
}

TEST_F(LifecycleTest, NothingIsClaimedOfADraftOrAStoppedCampaign) {
  add_leads(3);
  for (const CampaignWish to : {CampaignWish::draft, CampaignWish::stopped}) {
    wish(to);
    const auto result = must(session_.claim(request(2)));
    EXPECT_EQ(result.wish, to);
    EXPECT_TRUE(result.leads.empty());
    EXPECT_TRUE(result.any_ready);
  }
  EXPECT_EQ(database_.value("select count(*) from dialerd.attempt"), "0");
  wish(CampaignWish::running);
  EXPECT_EQ(must(session_.claim(request(2))).leads.size(), 2U);
}

TEST_F(LifecycleTest, AClaimedLeadOfAStoppedCampaignIsRefusedBeforeItsCall) {
  add_leads(1);
  const auto lead = claim(1).front();
  wish(CampaignWish::stopped);
  const auto refusals = must(session_.recheck({owner_, campaign_, {lead.attempt}, {}}));
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].code, "stopped");
}

// A role as docs/database.md makes it: its changes are recorded, and it can write nothing else into the record.
TEST_F(LifecycleTest, TheDaemonsRoleMayChangeAWishAndNotTheRecord) {
  TestDatabase database(TestDatabase::Schema::none);
  const std::string role = "r" + database.name();
  database.rows(std::string(storage::migrations()[0].sql));
  database.rows("create role " + role + " login; grant usage on schema dialerd to " + role +
                "; grant select, insert, update on all tables in schema dialerd to " + role +
                "; alter default privileges in schema dialerd grant select, insert, update on tables to " + role);
  database.rows(
      "insert into dialerd.campaign (name, account) values ('a', 'main'), ('b', 'main'), ('c', 'main');"
      "insert into dialerd.campaign_control (campaign_id, paused, reason, changed_by) values "
      "(1, false, '', 'ops'), (2, true, 'script', 'ops')");
  for (std::size_t i = 1; i < 6; ++i) database.rows(std::string(storage::migrations()[i].sql));
  EXPECT_EQ(database.rows("select campaign, wish, reason from dialerd.campaign_state order by campaign"),
            (Rows{{"a", "running", ""}, {"b", "paused", "script"}, {"c", "running", ""}}));
  database.rows("set role " + role + "; update dialerd.campaign_control set wish = 'stopped' where campaign_id = 1");
  EXPECT_EQ(database.value("select count(*) from dialerd.campaign_change where campaign_id = 1"), "2");
  EXPECT_ANY_THROW(
      database.rows("set role " + role +
                    "; insert into dialerd.campaign_change "
                    "(campaign_id, to_wish, reason, changed_by, db_user) values (1, 'draft', '', '', '')"));
  EXPECT_EQ(database.rows("set role " + role + "; select state from dialerd.campaign_state").size(), 3U);
  database.rows("drop owned by " + role + "; drop role " + role);
}

TEST_F(LifecycleTest, AChangeIsToldAtItsCommit) {
  storage::Listener listener(database_.settings(), "dialerd");
  must(listener.listen());
  EXPECT_TRUE(must(listener.wait(10ms)).empty());
  wish(CampaignWish::paused);
  EXPECT_EQ(must(listener.wait(5s)), std::vector<std::string>{"control 1"});
  wish(CampaignWish::paused);
  EXPECT_TRUE(must(listener.wait(50ms)).empty()) << "nothing has changed";
}

TEST_F(LifecycleTest, AListenerTellsThatItsConnectionIsLostAndConnectsAnew) {
  storage::Listener listener(database_.settings(), "dialerd");
  must(listener.listen());
  database_.rows(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> "
      "pg_backend_pid() and query like 'listen%'");
  auto told = listener.wait(5s);
  // The server says why before it closes: that is read first.
  if (!told.has_error()) told = listener.wait(5s);
  ASSERT_TRUE(told.has_error());
  EXPECT_EQ(told.error().kind, ErrorKind::unavailable);
  must(listener.listen());
  database_.rows("notify dialerd, 'reload x'");
  EXPECT_EQ(must(listener.wait(5s)), std::vector<std::string>{"reload x"});
}

TEST_F(LifecycleTest, AnInterruptedListenerWaitsNoMore) {
  storage::Listener listener(database_.settings(), "dialerd");
  must(listener.listen());
  listener.interrupt();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(must(listener.wait(60s)).empty());
  listener.rest(60s);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace dialerd::test
