// What is removed is gone everywhere, and what must stay stays.
#include "storage/retention.h"

#include "rules_fixture.h"

#include "storage/rollups.h"
#include "storage/suppression.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

class Retention : public RulesTest {
 protected:
  storage::Forgotten forget(const std::string& person) {
    return must(storage::forget(session_, person, "ops", "asked for it"));
  }
  // Everything in the schema, as text.
  std::string everything() const {
    std::string text;
    for (const auto& row : database_.rows("select relname from pg_class where relnamespace = 'dialerd'::regnamespace "
                                          "and relkind in ('r', 'p')")) {
      text += database_.value("select coalesce(string_agg(t::text, ' '), '') from dialerd." + row[0] + " t");
    }
    return text;
  }
  std::vector<std::string> prune(const storage::RetentionPolicy& policy, bool dry_run = false) {
    std::vector<std::string> told;
    must(storage::prune(session_, policy, dry_run, "ops", [&](const storage::Removed& removed) {
      if (!removed.kept.empty()) told.push_back(removed.what + " stays: " + removed.kept);
      if (removed.kept.empty() && (removed.rows > 0 || removed.what.starts_with("partition")))
        told.push_back(removed.what);
    }));
    return told;
  }
  // A partition with an ended attempt, so many months ago; its name.
  std::string old_month(int months, const std::string& state = "ended") const {
    const std::string at =
        "(date_trunc('month', now()) - interval '" + std::to_string(months) + " months' + interval '5 days')";
    database_.rows("select dialerd.ensure_attempt_partitions(" + at + ")");
    database_.rows(
        "insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, state, disposition, "
        "claimed_at, "
        "settled_at, person, dialled) select dialerd.uuid7_floor(" +
        at + "), 'main', 1, 1, 1, '" + state + "', 'user_hangup', " + at + ", " + at + ", 'KR0109999', 'KR0109999'");
    database_.rows(
        "insert into dialerd.call_detail (attempt_id, account, campaign_id, total_cost, summary) "
        "select dialerd.uuid7_floor(" +
        at + "), 'main', 1, 10, 'words'");
    database_.rows("select dialerd.note_rollup_hours(timestamptz 'epoch')");
    return database_.value("select 'attempt_' || to_char(" + at + ", 'YYYY_MM')");
  }
};

TEST_F(Retention, AForgottenPersonIsNowhere) {
  const auto lead = add_lead("01012345678", "alternates, fields",
                             "'{01099998888}', '{\"name\": \"Kim Haneul\", \"mobile\": \"010-1234-5678\"}'");
  const auto others = add_lead("01055556666", "alternates", "'{01012345678,01077778888}'");
  const auto claimed = claim(1);
  ASSERT_EQ(claimed[0].lead, lead);
  auto end = ended(claimed[0]);
  end.detail = "010-1234-5678 was busy";
  must(session_.write({owner_, {}, {end}, {{claimed[0].attempt, {"9", "Kim said 01012345678", "", "", ""}}}, {}}));
  database_.rows(
      "insert into dialerd.webhook_event (account, digest, event, version, call_id, trusted, body) values "
      "('main', sha256('a'), 'call_ended', 'v2', 'c', false, '{\"to\": \"+82 10-1234-5678\", \"name\": \"Kim "
      "Haneul\"}'), "
      "('main', sha256('b'), 'call_ended', 'v2', 'd', false, '{\"to\": \"+821055556666\"}');"
      "insert into dialerd.import (campaign_id, file_name) values (1, 'leads.csv');"
      "insert into dialerd.import_reject (import_id, row_number, reason, content) values "
      "(1, 2, 'bad', 'Kim Haneul,010-1234-5678,x'), (1, 3, 'bad', 'Lee,010-5555-6666,x');"
      "select dialerd.suppress('KR', '010-1234-5678', reason => 'Kim Haneul asked')");

  const auto forgotten = forget("KR01012345678");
  EXPECT_FALSE(forgotten.open_call);
  EXPECT_EQ(forgotten.removed.at("lead"), 1);
  EXPECT_EQ(forgotten.removed.at("numbers"), 2);
  EXPECT_EQ(forgotten.removed.at("attempt"), 1);
  EXPECT_EQ(forgotten.removed.at("webhook_event"), 1);
  EXPECT_EQ(forgotten.removed.at("import_reject"), 1);
  EXPECT_EQ(forgotten.removed.at("suppression"), 1);
  const std::string all = everything();
  for (const std::string trace : {"1012345678", "1234-5678", "1099998888", "Kim"}) {
    EXPECT_EQ(all.find(trace), std::string::npos) << trace;
  }
  // Others keep theirs, counts and costs stay, and it is on record.
  EXPECT_EQ(database_.value("select alternates from dialerd.lead where lead_id = " +
                            std::to_string(static_cast<std::int64_t>(others))),
            "{01077778888}");
  EXPECT_EQ(database_.value("select count(*) from dialerd.webhook_event"), "1");
  EXPECT_EQ(database_.value("select count(*) from dialerd.import_reject"), "1");
  EXPECT_EQ(database_.value("select count(*) from dialerd.attempt where state = 'ended'"), "1");
  EXPECT_EQ(database_.value("select sum(total_cost) from dialerd.call_detail"), "9");
  EXPECT_EQ(database_.value("select action || ' ' || done_by || ' ' || reason from dialerd.retention_log"),
            "forget ops asked for it");
}

TEST_F(Retention, AForgottenPersonIsNotCalledWhenImportedAnew) {
  add_lead("01012345678", "alternates", "'{01099998888}'");
  EXPECT_EQ(must(session_.claim(request(0))).leads.size(), 0U);
  forget("KR01012345678");
  const auto again = add_lead("01012345678");
  const auto alternate = add_lead("01099998888");
  const auto stranger = add_lead("01012345679");
  for (const auto& rules : {storage::ClaimRules{}, with_cap(config::FrequencyCap::Counts::attempts, 3, 24h)}) {
    const auto result = claim_with(rules);
    for (const auto& lead : result.leads) EXPECT_EQ(lead.lead, stranger);
  }
  EXPECT_EQ(state_of(again), "done suppressed");
  EXPECT_EQ(state_of(alternate), "done suppressed");
  EXPECT_NE(state_of(stranger), "done suppressed");
  // Who asks why is told, and no one can lift it by the number.
  EXPECT_EQ(must(storage::suppressions_of(session_, "KR01012345678")).size(), 1U);
  EXPECT_EQ(must(storage::lift_suppression(session_, "KR01012345678", {})).lifted, 0);
  EXPECT_EQ(must(storage::lift_suppression(session_, "KR01012345678", {})).remaining.size(), 1U);
}

TEST_F(Retention, AForgottenPersonIsNotDialledAfterTheClaim) {
  add_lead("01012345678");
  const auto claimed = claim(1);
  EXPECT_TRUE(forget("KR01012345678").open_call);
  const auto refusals = must(session_.recheck({owner_, campaign_, {claimed[0].attempt}, {}}));
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].code, "suppressed");
}

TEST_F(Retention, AnOpenCallIsWaitedFor) {
  const auto lead = add_lead("01012345678");
  const auto claimed = claim(1);
  EXPECT_TRUE(forget("KR01012345678").open_call);
  EXPECT_EQ(lead_state(lead).substr(0, 6), "active") << "nothing was removed";
  must(settle(ended(claimed[0])));
  EXPECT_FALSE(forget("KR01012345678").open_call);
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead"), "0");
}

TEST_F(Retention, WhoWasNeverKnownIsForgottenToo) {
  forget("KR01000000000");
  const auto lead = add_lead("01000000000");
  claim_with({});
  EXPECT_EQ(state_of(lead), "done suppressed");
  EXPECT_THROW(forget("KR' or true"), std::exception);
}

TEST_F(Retention, WhatWouldBeForgottenIsToldAndStays) {
  add_lead("01012345678");
  database_.rows(
      "insert into dialerd.suppression (person, scope, reason, source, account) values "
      "('KR01012345678', 'account', 'asked', 'ops', 'main')");
  const std::string before = everything();
  const auto foreseen = must(storage::forget(session_, "KR01012345678", "ops", "asked for it", true));
  EXPECT_EQ(everything(), before);
  EXPECT_EQ(foreseen.removed.at("lead"), 1);
  EXPECT_EQ(foreseen.removed.at("suppression for the account main"), 1);
  EXPECT_EQ(forget("KR01012345678").removed, foreseen.removed);
}

TEST_F(Retention, OldMonthsGoAndTheirCountsStay) {
  const std::string old = old_month(15);
  const std::string open = old_month(14, "in_progress");
  const std::string young = old_month(6);
  storage::RetentionPolicy policy;
  policy.attempts = 400 * 24h;
  const auto foreseen = prune(policy, true);
  EXPECT_EQ(database_.value("select to_regclass('dialerd." + old + "') is not null"), "t");
  const auto told = prune(policy);
  EXPECT_EQ(told, (std::vector<std::string>{"partition " + old,
                                            "partition " + open + " stays: it has attempts that are not settled",
                                            "call details"}));
  EXPECT_EQ(foreseen, (std::vector<std::string>{told[0], told[1]}));
  EXPECT_EQ(database_.value("select to_regclass('dialerd." + old + "') is null"), "t");
  EXPECT_EQ(database_.value("select to_regclass('dialerd." + young + "') is not null"), "t");
  EXPECT_EQ(database_.value("select count(*) from dialerd.call_detail"), "2");
  // Counting anew does not forget what was counted.
  database_.rows("update dialerd.rollup_hour set stale = true where not sealed");
  must(storage::refresh_all_rollups(session_));
  EXPECT_EQ(database_.value("select sum(attempts) || ' ' || sum(cost_krw) from dialerd.rollup_attempt"), "2 20");
  EXPECT_EQ(database_.value("select count(*) from dialerd.retention_log where action = 'prune'"), "2");
}

TEST_F(Retention, NoMonthGoesThatCapsMayNeed) {
  const std::string recent = old_month(6);
  storage::RetentionPolicy policy;
  policy.attempts = 100 * 24h;
  EXPECT_TRUE(storage::prune(session_, policy, false, "ops", [](const storage::Removed&) {}).has_error());
  EXPECT_THROW(database_.rows("select dialerd.drop_attempt_partition('" + recent + "', 'ops')"), std::exception);
}

TEST_F(Retention, TheRestGoesByItsAge) {
  add_lead("01012345678");
  must(settle(ended(claim(1)[0])));
  old_month(3);
  database_.rows(
      "update dialerd.lead_state set updated_at = now() - interval '50 days';"
      "insert into dialerd.webhook_event (account, digest, event, version, call_id, trusted, body, received_at, "
      "handled_at, "
      "verdict) values ('main', sha256('a'), '', 'v2', 'c', false, '', now() - interval '40 days', now(), 'hint'), "
      "('main', sha256('b'), '', 'v2', 'c', false, '', now() - interval '40 days', null, null), "
      "('main', sha256('c'), '', 'v2', 'c', false, '', now(), now(), 'hint')");
  storage::RetentionPolicy policy;
  policy.attempts = 400 * 24h;
  EXPECT_TRUE(prune(policy).empty()) << "nothing that nobody asked for";
  policy.words = 60 * 24h;
  policy.webhooks = 30 * 24h;
  policy.leads = 45 * 24h;
  must(session_.set_wish(campaign_, campaign::CampaignWish::stopped, "over", "ops"));
  EXPECT_EQ(prune(policy), (std::vector<std::string>{"words of calls", "webhooks", "finished leads"}));
  EXPECT_EQ(database_.value("select count(*) from dialerd.webhook_event"), "2");
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead"), "0");
  EXPECT_EQ(database_.value("select total_cost || coalesce(summary, '') from dialerd.call_detail"), "10");
}

// An import that brings a finished lead again must find it, or the person is called again.
TEST_F(Retention, FinishedLeadsOfACampaignThatGoesOnStay) {
  add_lead("01012345678");
  must(settle(ended(claim(1)[0])));
  database_.rows("update dialerd.lead_state set updated_at = now() - interval '50 days'");
  storage::RetentionPolicy policy;
  policy.attempts = 400 * 24h;
  policy.leads = 45 * 24h;
  const auto told = prune(policy);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].find("finished leads stays: their campaigns are neither stopped"), 0U) << told[0];
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead"), "1");
  database_.rows("update dialerd.campaign set ends_at = now() - interval '1 day'");
  EXPECT_EQ(prune(policy), std::vector<std::string>{"finished leads"});
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead"), "0");
}

}  // namespace
}  // namespace dialerd::test
