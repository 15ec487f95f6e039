// The report views: what they say, and that their readers see no full number.
#include "storage/report_views.h"

#include "storage_fixture.h"

#include "storage/rollups.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

class ReportViews : public StorageTest {
 protected:
  ReportViews() {
    add_leads(12);
    const auto leads = claim(8);
    auto talked = ended(leads[0]);
    talked.conversation = true;
    talked.decision = "done";
    talked.outcome = "user_hangup";
    talked.from_number = "07011112222";
    talked.lead_attempts = 1;
    talked.call_started = wall_now() - 60s;
    talked.call_ended = wall_now() - 30s;
    auto busy = ended(leads[1]);
    busy.disposition = "dial_busy";
    busy.conversation = false;
    busy.decision = "retry";
    busy.from_number = "07011112222";
    busy.lead_state = campaign::LeadState::ready;
    busy.lead_attempts = 1;
    busy.next_at = wall_now() + 1h;
    auto refused = ended(leads[2]);
    refused.disposition = "concurrency_limit_reached";
    refused.conversation = false;
    refused.counted = false;
    refused.decision = "retry";
    refused.from_number = "07011113333";
    refused.lead_state = campaign::LeadState::ready;
    refused.lead_attempts = 0;
    refused.next_at = wall_now();
    auto held = ended(leads[3]);
    held.lead_state = campaign::LeadState::held;
    held.from_number = "07011113333";
    held.outcome = "missing_field:name";
    held.conversation = false;
    held.disposition = "missing_field:name";
    held.state = campaign::AttemptState::not_placed;
    held.counted = false;
    held.lead_attempts = 0;
    campaign::Record doubt = accepted(leads[4]);
    doubt.state = campaign::AttemptState::unknown;
    campaign::Record open = accepted(leads[5]);
    open.from_number = doubt.from_number = "07011112222";
    must(session_.write({owner_, {open, doubt}, {talked, busy, refused, held}, {}, {}}));
    must(session_.write({owner_, {}, {}, {{leads[0].attempt, {"12.5", "they said 01012345678", "", "", ""}}}, {}}));
    must(session_.set_conditions(owner_, {{std::nullopt, "07011112222", "rested:answer_rate", wall_now(), std::nullopt},
                                          {std::nullopt, "", "learned_concurrency:7", wall_now(), std::nullopt},
                                          {campaign_, "", "rejections", wall_now(), wall_now() + 60s}}));
    database_.rows("update dialerd.attempt set from_number = '07011112222' where from_number is null");
  }

  storage::Table report(const std::string& name, const storage::ReportFilter& filter = {}) {
    return must(storage::read_report(session_, *storage::find_report_view(name), filter));
  }
  static std::string cell(const storage::Table& table, std::size_t row, const std::string& column) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i] == column) return table.rows.at(row).at(i);
    }
    throw std::runtime_error("no column " + column);
  }
};

TEST_F(ReportViews, SayHowThingsStand) {
  const auto progress = report("progress");
  ASSERT_EQ(progress.rows.size(), 1U);
  const auto expect = [&](const std::string& column, const std::string& value) {
    EXPECT_EQ(cell(progress, 0, column), value) << column;
  };
  expect("campaign", "spring");
  expect("state", "running");
  expect("leads", "12");
  expect("fresh", "5");  // four not claimed, and the refused one
  expect("retrying", "1");
  expect("active", "4");
  expect("done", "1");
  expect("held", "1");
  expect("attempts", "4");
  expect("calls", "2");
  expect("conversations", "1");
  expect("contact_percent", "50.0");
  expect("cost_krw", "12.5");

  const auto funnel = report("retry-funnel");
  EXPECT_EQ(cell(funnel, 0, "attempt_number"), "1");
  EXPECT_EQ(cell(funnel, 0, "leads"), "2");
  EXPECT_EQ(cell(funnel, 0, "conversations"), "1");
  EXPECT_EQ(cell(funnel, 0, "waiting"), "1");
  EXPECT_EQ(cell(funnel, 0, "under_way"), "4");

  EXPECT_EQ(report("dispositions").rows.size(), 4U);
  const auto cost = report("cost");
  EXPECT_EQ(cell(cost, 0, "disposition"), "user_hangup");
  EXPECT_EQ(cell(cost, 0, "cost_krw"), "12.5");
  EXPECT_EQ(cell(cost, 0, "minutes"), "0.5");
  const auto hours = report("contact-hours");
  ASSERT_GE(hours.rows.size(), 1U);
  EXPECT_EQ(
      cell(hours, 0, "local_hour"),
      database_.value("select extract(hour from min(claimed_at) at time zone 'Asia/Seoul') from dialerd.attempt"));

  const auto callers = report("caller-numbers");
  EXPECT_EQ(cell(callers, 0, "caller_number"), "070****2222");
  EXPECT_EQ(cell(callers, 0, "condition"), "rested:answer_rate");
  EXPECT_EQ(cell(callers, 0, "answer_percent_24h"), "50.0");
  EXPECT_EQ(cell(callers, 1, "refused_24h"), "1");

  const auto limits = report("limits");
  EXPECT_EQ(cell(limits, 0, "scope"), "account");
  EXPECT_EQ(cell(limits, 0, "open_now"), "4");
  EXPECT_EQ(cell(limits, 0, "refused_1h"), "1");
  EXPECT_EQ(cell(limits, 0, "learned"), "learned_concurrency:7");
  EXPECT_EQ(cell(limits, 1, "waits_for"), "rested:answer_rate");

  const auto unknowns = report("unknowns");
  ASSERT_EQ(unknowns.rows.size(), 1U);
  EXPECT_NE(cell(unknowns, 0, "what_to_do").find("dialerd resolve " + cell(unknowns, 0, "attempt_id")),
            std::string::npos);
  const auto held = report("held");
  EXPECT_EQ(cell(held, 0, "reason"), "missing_field:name");
  EXPECT_EQ(cell(report("daily"), 0, "finished_leads"), "1");
}

TEST_F(ReportViews, WhatToDoWithHeldLeadsDoesIt) {
  std::string advice = cell(report("held"), 0, "what_to_do");
  const std::string lead = cell(report("held"), 0, "a_lead_id");
  const std::size_t fill = advice.find("update dialerd.lead set");
  const std::string then = "; then put them back: ";
  const std::size_t back = advice.find(then);
  ASSERT_NE(fill, std::string::npos) << advice;
  ASSERT_NE(back, std::string::npos) << advice;
  std::string sql = advice.substr(fill, back - fill);
  ASSERT_TRUE(sql.ends_with("LEAD")) << sql;
  sql.replace(sql.size() - 4, 4, lead);
  database_.rows(sql);
  database_.rows(advice.substr(back + then.size()));
  EXPECT_EQ(database_.value("select fields ->> 'name' from dialerd.lead where lead_id = " + lead), "VALUE");
  EXPECT_EQ(database_.value("select state || coalesce(outcome, '') from dialerd.lead_state where lead_id = " + lead),
            "ready");
}

TEST_F(ReportViews, NoneOfSomeIsZeroAndNoRowIsForNothing) {
  database_.rows("update dialerd.lead_state set attempts = 3, outcome = 'max_attempts' where state = 'done'");
  const auto funnel = report("retry-funnel");
  ASSERT_EQ(funnel.rows.size(), 3U) << "open calls are first attempts: there is no fourth";
  EXPECT_EQ(cell(funnel, 2, "leads"), "1");
  EXPECT_EQ(cell(funnel, 2, "contact_percent"), "0.0");
  EXPECT_EQ(cell(funnel, 0, "contact_percent"), "0.0");
  database_.rows("delete from dialerd.lead_state where state = 'done'");
  EXPECT_EQ(cell(report("progress"), 0, "done_percent"), "0.0");
}

TEST_F(ReportViews, SayForWhatNobodyDials) {
  const auto why = [&] { return cell(report("progress"), 0, "not_dialled") + must(session_.why_undialled(campaign_)); };
  EXPECT_EQ(why(), "no daemonno daemon");
  storage::DaemonCard mine{"test", {"main"}, true, "host", 1, "1.0"};
  storage::DaemonCard other{"other", {"main"}, true, "host", 2, "1.0"};
  must(session_.heartbeat(mine, 60s));
  EXPECT_EQ(why(), "not configured by any daemonnot configured by any daemon");
  other.campaigns = {campaign_};
  must(session_.heartbeat(other, 60s));
  EXPECT_EQ(must(session_.why_undialled(campaign_)), "not configured by the daemon that owns its account");
  mine.campaigns = {campaign_};
  must(session_.heartbeat(mine, 60s));
  EXPECT_EQ(why(), "");
  // An older version does not tell which campaigns it has.
  database_.rows("update dialerd.daemon set campaigns = null");
  EXPECT_EQ(why(), "");
  mine.accepting = other.accepting = false;
  must(session_.heartbeat(mine, 60s));
  must(session_.heartbeat(other, 60s));
  EXPECT_EQ(must(session_.why_undialled(campaign_)), "no daemon");
}

TEST_F(ReportViews, AReaderCannotHoldTheCountsBackForLong) {
  EXPECT_EQ(database_.value("with done as materialized (select dialerd.refresh_rollups()) "
                            "select current_setting('idle_in_transaction_session_timeout') from done"),
            "1min");
}

TEST_F(ReportViews, CanBeNarrowed) {
  EXPECT_TRUE(report("daily", {std::nullopt, "2100-01-01", std::nullopt}).rows.empty());
  EXPECT_TRUE(report("daily", {std::nullopt, std::nullopt, "2000-01-01"}).rows.empty());
  EXPECT_FALSE(report("daily", {"spring", "2000-01-01", "2100-01-01"}).rows.empty());
  EXPECT_TRUE(report("progress", {"spring", std::nullopt, std::nullopt}).rows.size() == 1);
  const auto none = storage::read_report(session_, *storage::find_report_view("daily"), {"autumn", {}, {}});
  ASSERT_TRUE(none.has_error());
  EXPECT_EQ(none.error().kind, storage::ErrorKind::refused);
  EXPECT_NE(must(storage::read_report_as_json(session_, *storage::find_report_view("held"), {})).find("\"leads\":1"),
            std::string::npos);
}

TEST_F(ReportViews, AreAllThereIsAndAllDocumented) {
  std::vector<std::string> names;
  for (const auto& report : storage::report_views()) names.emplace_back(report.view);
  std::sort(names.begin(), names.end());
  std::vector<std::string> views;
  for (const auto& row : database_.rows("select viewname from pg_views where schemaname = 'dialerd' "
                                        "and viewname like 'report\\_%' order by viewname collate \"C\"")) {
    views.push_back(row[0]);
  }
  EXPECT_EQ(names, views);
  EXPECT_EQ(database_.value("select string_agg(attrelid::regclass || '.' || attname, ' ') from pg_attribute "
                            "join pg_class c on c.oid = attrelid where relnamespace = 'dialerd'::regnamespace "
                            "and relkind = 'v' and relname like 'report\\_%' and attnum > 0 "
                            "and col_description(attrelid, attnum) is null"),
            "");
}

// Every table and view of the schema is tried as the role: what can be read at all has no full number.
TEST_F(ReportViews, ShowTheirReadersNoFullNumber) {
  database_.rows("select dialerd.refresh_rollups()");
  int readable = 0;
  for (const auto& row :
       database_.rows("select relname, relname like 'report\\_%' from pg_class "
                      "where relnamespace = 'dialerd'::regnamespace and relkind in ('r', 'p', 'v', 'm')")) {
    std::string everything;
    try {
      everything = database_.value(
          "set role dialerd_report; select coalesce(string_agg(t::text, ' '), '') from dialerd." + row[0] + " t");
    } catch (const std::exception&) {
      EXPECT_NE(row[1], "t") << row[0] << " cannot be read";
      continue;
    }
    ++readable;
    EXPECT_EQ(row[1], "t") << row[0] << " can be read";
    for (const std::string number : {"0100000", "01012345678", "07011112222", "07011113333"}) {
      EXPECT_EQ(everything.find(number), std::string::npos) << row[0] << " has " << number;
    }
  }
  EXPECT_EQ(readable, static_cast<int>(storage::report_views().size()));
  EXPECT_THROW(database_.rows("set role dialerd_report; update dialerd.campaign set name = name"), std::exception);
  EXPECT_NO_THROW(database_.rows("set role dialerd_report; select dialerd.refresh_rollups()"));
}

TEST_F(ReportViews, AuditorsReadDecisionsAndNoLeads) {
  for (const std::string table :
       {"campaign_change", "campaign_revision", "campaign_control", "resolution", "gate_decision"}) {
    EXPECT_NO_THROW(database_.rows("set role dialerd_audit; select * from dialerd." + table)) << table;
  }
  for (const std::string table : {"lead", "attempt", "suppression", "webhook_event", "import_reject", "call_detail"}) {
    EXPECT_THROW(database_.rows("set role dialerd_audit; select * from dialerd." + table), std::exception) << table;
  }
  EXPECT_THROW(database_.rows("set role dialerd_audit; delete from dialerd.resolution"), std::exception);
}

}  // namespace
}  // namespace dialerd::test
