#include "daemon/plan/plan_text.h"

#include <algorithm>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/plan/json_writer.h"
#include "daemon/plan/words.h"
#include "tests/unit/daemon/plan/plan_fixture.h"

namespace dialerd::daemon::plan {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

PlanContext context_of() {
  PlanContext context;
  context.campaign = "spring";
  context.account = "main";
  context.timezone = "Asia/Seoul";
  context.ready = 110;
  context.skipped = {{"consent_missing", 7}, {"expired", 3}};
  context.held = {{"rejected", 2}};
  context.assumptions = {{"answer_rate", "100.0 %", "a \"quoted\" source"}};
  context.notes = {"A note."};
  return context;
}

Plan plan_of() {
  ForecastInput input = input_of(100);
  input.account.limits.concurrency = 1;
  return make_plan(input, {});
}

std::ptrdiff_t lines(const std::string& text) { return std::ranges::count(text, '\n'); }

TEST(PlanText, TellsAPerson) {
  std::string text = plan_text(plan_of(), context_of(), {10, 40});
  EXPECT_THAT(text, HasSubstr("Forecast of spring on account main, from Wed 2026-11-25 09:00 KST\n"));
  EXPECT_THAT(text, HasSubstr("         110  ready\n"
                              "          10  of them never called, by rule\n"
                              "                   7  consent_missing\n"
                              "                   3  expired\n"
                              "         100  in this forecast\n"));
  EXPECT_THAT(text,
              HasSubstr("Wed 2026-11-25 10:40 KST, 1 h 40 min after the start\n"
                        "  Wed 2026-11-25 10:30 KST with 90 % of the leads done\n  100 calls, 100 conversations\n"));
  EXPECT_THAT(text, HasSubstr("  Wed 2026-11-25\n"
                              "    09:00  ##########  60\n"
                              "    10:00  #######     40\n"));
  EXPECT_THAT(text, HasSubstr("   99.0 %  account: concurrency 1                      Wed 11-25 09:00-10:40\n"));
  EXPECT_THAT(text,
              HasSubstr("account: concurrency 1 -> 2                 Wed 2026-11-25 09:50 KST, 50 min earlier\n"));
  EXPECT_THAT(text, HasSubstr("Notes\n  A note.\n"));
}

TEST(PlanText, AChartOfManyHoursIsByDayAndOfManyDaysLeavesSomeOut) {
  ForecastInput input = input_of(60 * 30);
  input.account.limits.concurrency = 1;
  std::string by_day = plan_text(make_plan(input, {{"account.concurrency"}}), context_of(), {10, 20});
  EXPECT_THAT(by_day,
              HasSubstr("Calls per day\n  Wed 2026-11-25  ##########  900\n  Thu 2026-11-26  ##########  900\n"));

  open_daily(input.campaigns[0].config, 9, 10);
  std::string short_days = plan_text(make_plan(input, {{"account.concurrency"}}), context_of(), {10, 20});
  EXPECT_THAT(short_days, HasSubstr("... 10 more days ...\n"));
  EXPECT_THAT(short_days, HasSubstr("Wed 2026-11-25  ##########  60\n"));
  EXPECT_THAT(short_days, HasSubstr("Thu 2026-12-24  ##########  60\n"));
  EXPECT_LT(lines(short_days), 60);
}

TEST(PlanText, SaysWhyThereIsNoFinish) {
  ForecastInput input = input_of(10);
  input.campaigns[0].config.end_date = std::chrono::year{2026} / 11 / 24;
  std::string text = plan_text(make_plan(input, {}), context_of());
  EXPECT_THAT(text, HasSubstr("never: campaign_ended; 10 leads still to be called then\n"));
  EXPECT_THAT(text, Not(HasSubstr("If a limit")));
}

TEST(PlanJson, IsValidAndSaysTheSame) {
  namespace json = boost::json;
  json::object plan = json::parse(plan_json(plan_of(), context_of())).as_object();
  EXPECT_EQ(plan.at("campaign"), "spring");
  EXPECT_EQ(plan.at("from"), "2026-11-25T09:00:00+09:00");
  EXPECT_EQ(plan.at("every_nth_lead"), 1);
  const json::object& leads = plan.at("leads").as_object();
  EXPECT_EQ(leads.at("ready"), 110);
  EXPECT_EQ(leads.at("in_forecast"), 100);
  EXPECT_EQ(leads.at("skipped").at("consent_missing"), 7);
  EXPECT_EQ(plan.at("assumptions").at(0).at("source"), "a \"quoted\" source");
  const json::object& forecast = plan.at("forecast").as_object();
  EXPECT_EQ(forecast.at("finish"), "2026-11-25T10:40:00+09:00");
  EXPECT_EQ(forecast.at("duration"), 6000.0);
  EXPECT_EQ(forecast.at("calls"), 100);
  EXPECT_EQ(forecast.at("leads_done").at("agent_hangup"), 100);
  EXPECT_EQ(forecast.at("hours").as_array().size(), 2U);
  EXPECT_EQ(forecast.at("hours").at(0).at("calls"), 60);
  EXPECT_EQ(forecast.at("held_back_by").at(0).at("by"), "account.concurrency");
  EXPECT_EQ(forecast.at("held_back_by").at(0).at("share_of_open_time"), 0.99);
  EXPECT_EQ(forecast.at("held_back_by").at(0).at("mostly").at(0).at("to"), "2026-11-25T10:40:00+09:00");
  const json::object& doubled = plan.at("doubled_limits").at(0).as_object();
  EXPECT_EQ(doubled.at("limit"), "account.concurrency");
  EXPECT_EQ(doubled.at("doubled"), 2);
  EXPECT_EQ(doubled.at("finish"), "2026-11-25T09:50:00+09:00");
  EXPECT_EQ(plan.at("notes").as_array().size(), 1U);
}

TEST(JsonWriter, EscapesAndNests) {
  JsonWriter writer;
  writer.begin_object();
  writer.begin_object("empty");
  writer.end();
  writer.begin_array("a\"b\\c\n");
  writer.element("\x01 한빛");
  writer.end();
  writer.null("n");
  writer.boolean("b", true);
  writer.integer("i", -5);
  writer.end();
  auto parsed = boost::json::parse(writer.take()).as_object();
  EXPECT_EQ(parsed.at("a\"b\\c\n").at(0), "\x01 한빛");
  EXPECT_TRUE(parsed.at("empty").as_object().empty());
  EXPECT_TRUE(parsed.at("n").is_null());
  EXPECT_EQ(parsed.at("i"), -5);
}

TEST(Words, NumbersAndTimes) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(percent_text(0.3549), "35.5 %");
  EXPECT_EQ(seconds_text(250ms), "0.25 s");
  EXPECT_EQ(seconds_text(92s), "92 s");
  EXPECT_EQ(seconds_text(2500ms), "2.5 s");
  EXPECT_EQ(duration_text(45s), "45 s");
  EXPECT_EQ(duration_text(59min + 40s), "1 h");
  EXPECT_EQ(duration_text(3h + 20min), "3 h 20 min");
  EXPECT_EQ(duration_text(54h), "2 d 6 h");
  EXPECT_EQ(duration_text(23h + 59min + 59s), "1 d");
}

TEST(Words, Shares) {
  EXPECT_EQ(parse_share("35%"), 0.35);
  EXPECT_EQ(parse_share("0.35"), 0.35);
  EXPECT_EQ(parse_share("100%"), 1);
  EXPECT_EQ(parse_share("0%"), 0);
  for (const char* wrong : {"", "%", "35", "101%", "-1%", "35 %", "abc", "0.35x", "nan"}) {
    EXPECT_EQ(parse_share(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace dialerd::daemon::plan
