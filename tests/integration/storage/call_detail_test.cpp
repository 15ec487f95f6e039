// What is kept of a call beside its settlement.
#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

class CallDetail : public StorageTest {
 protected:
  CallDetail() { add_leads(5); }

  storage::Result<void> write(std::vector<campaign::DetailRecord> details,
                              std::vector<campaign::LateNews> late_news = {}) {
    return session_.write({owner_, {}, {}, std::move(details), std::move(late_news)});
  }

  campaign::AttemptId settled_call() {
    const auto lead = claim(1).at(0);
    auto settlement = ended(lead);
    settlement.call_started = wall_now() - 60s;
    settlement.call_ended = wall_now();
    must(settle(settlement));
    return lead.attempt;
  }

  std::vector<std::string> kept(const campaign::AttemptId& id) const {
    const auto rows = database_.rows(
        "select account, campaign_id, total_cost, summary, sentiment, analysis, recording_url "
        "from dialerd.call_detail where attempt_id = '" +
        to_string(id) + "'");
    return rows.empty() ? std::vector<std::string>{} : rows.at(0);
  }

  static campaign::DetailRecord whole(const campaign::AttemptId& id) {
    return {id, {"120.50", "약속을 잡음", "positive", R"([{"name": "paid"}])", "https://r/1.wav"}};
  }
};

TEST_F(CallDetail, IsKeptWithItsCampaign) {
  const auto id = settled_call();
  must(write({whole(id)}));
  EXPECT_EQ(kept(id), (std::vector<std::string>{"main", "1", "120.50", "약속을 잡음", "positive",
                                                R"([{"name": "paid"}])", "https://r/1.wav"}));
}

TEST_F(CallDetail, WhatIsToldLaterCompletesWhatWasKnown) {
  const auto id = settled_call();
  must(write({{id, {"100", "", "", "[1]", ""}}}));
  must(write(
      {{id, {"", "short", "", "", "url"}}, {id, {"120.5", "longer", "", "", ""}}, {id, {"", "", "sad", "", ""}}}));
  const std::vector<std::string> complete = {"main", "1", "120.5", "longer", "sad", "[1]", "url"};
  EXPECT_EQ(kept(id), complete);
  must(write({{id, {}}}));
  EXPECT_EQ(kept(id), complete);
}

// The provider's list goes on telling of a call after `dialerd forget`.
TEST_F(CallDetail, OfAForgottenPersonNoWordsComeBack) {
  const auto id = settled_call();
  EXPECT_EQ(must(session_.history("main", 1h)).ended.size(), 1U);
  database_.rows("update dialerd.attempt set person = null, dialled = null");
  EXPECT_EQ(must(session_.history("main", 1h)).ended.size(), 0U) << "nobody asks for them";
  must(write({whole(id)}));
  EXPECT_EQ(kept(id), (std::vector<std::string>{"main", "1", "120.50", "", "", "", ""}));
}

TEST_F(CallDetail, DoingItAgainIsANoOp) {
  const auto id = settled_call();
  must(write({whole(id)}));
  const auto before = database_.rows("select *, xmin from dialerd.call_detail");
  must(write({whole(id)}));
  EXPECT_EQ(database_.rows("select *, xmin from dialerd.call_detail"), before) << "not even written";
}

TEST_F(CallDetail, NothingThatTheProviderSendsMakesABatchUnwritable) {
  using namespace std::string_literals;
  struct Case {
    std::string sent, kept;
  };
  const Case costs[] = {{"12.5", "12.5"}, {" 7 ", "7"},    {"-3", "-3"},     {"+1.0", "1.0"},
                        {"1e3", ""},      {"NaN", ""},     {"Infinity", ""}, {"twelve", ""},
                        {"1,5", ""},      {"0x10", ""},    {"1.", ""},       {std::string(500, '9'), ""},
                        {"12\n", "12"},   {"1\0002"s, ""}, {"12\xff", ""}};
  for (const Case& one : costs) {
    const auto id = new_attempts(1).at(0);
    database_.rows(
        "insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, person, dialled) values ('" +
        to_string(id) + "', 'main', 1, 1, 1, 'KR1', 'KR1')");
    must(write({{id, {one.sent, "kept", "", "", ""}}}));
    EXPECT_EQ(kept(id).at(2), one.kept) << one.sent;
    EXPECT_EQ(kept(id).at(3), "kept");
  }
  const auto id = settled_call();
  const Case analyses[] = {{R"({"a": 1})", R"({"a": 1})"},
                           {"[1, 2", R"("[1, 2")"},
                           {R"(["\u0000"])", R"x("[\"\\u0000\"]")x"},
                           {R"(["\ud83d"])", R"x("[\"\\ud83d\"]")x"},
                           {"1e999999", "\"1e999999\""},
                           {"a\0b\xff"s, "\"a\uFFFDb\uFFFD\""},
                           {"not json", "\"not json\""}};
  for (const Case& one : analyses) {
    must(write({{id, {"1", "", "", one.sent, ""}}}));
    EXPECT_EQ(kept(id).at(5), one.kept) << one.sent;
  }
  must(write({{id, {"", "", "", std::string(60'000, '['), ""}}}));
  EXPECT_EQ(database_.value("select length(analysis #>> '{}') from dialerd.call_detail where attempt_id = '" +
                            to_string(id) + "'"),
            "60000");
}

TEST_F(CallDetail, OfAnAttemptThatIsNotTheOwnersIsNotKept) {
  const auto id = settled_call();
  const auto nobody = new_attempts(1).at(0);
  const auto other = must(session_.acquire("other", "test", 60s));
  must(session_.write({other, {}, {}, {whole(id)}, {{id, "call", "ended", "user_hangup", {}, {}, wall_now()}}}));
  must(write({whole(nobody)}, {{nobody, "call", "ended", "user_hangup", {}, {}, wall_now()}}));
  EXPECT_EQ(database_.value("select count(*) from dialerd.call_detail"), "0");
  EXPECT_EQ(database_.value("select count(*) from dialerd.late_news"), "0");
}

TEST_F(CallDetail, AFormerOwnerWritesNothing) {
  const auto id = settled_call();
  must(session_.release(owner_));
  must(session_.acquire("main", "another", 60s));
  const auto result = write({whole(id)});
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().kind, storage::ErrorKind::not_owner);
  EXPECT_TRUE(kept(id).empty());
}

TEST_F(CallDetail, LateNewsIsKeptOnceAndChangesNothing) {
  const auto id = settled_call();
  const auto before = database_.rows("select a, s from dialerd.attempt a, dialerd.lead_state s order by s.lead_id");
  const campaign::LateNews news{id,
                                "call-9",
                                "error",
                                "error_voxai",
                                campaign::WallTime{1'700'000'000'123ms},
                                std::nullopt,
                                campaign::WallTime{1'700'000'099'000ms}};
  auto again = news;
  again.seen += 5s;
  auto other = again;
  other.disposition = "user_hangup";
  other.call_id.clear();
  must(write({}, {news, again}));
  must(write({}, {again, other}));
  const std::vector<std::vector<std::string>> expected = {
      {to_string(id), "", "error", "user_hangup", "2023-11-14 22:13:20.123+00", "", "2023-11-14 22:15:04+00"},
      {to_string(id), "call-9", "error", "error_voxai", "2023-11-14 22:13:20.123+00", "", "2023-11-14 22:14:59+00"}};
  EXPECT_EQ(database_.rows("select attempt_id, call_id, call_status, disposition, call_started_at, call_ended_at, "
                           "seen_at from dialerd.late_news order by call_id"),
            expected);
  EXPECT_EQ(database_.rows("select a, s from dialerd.attempt a, dialerd.lead_state s order by s.lead_id"), before);
}

TEST_F(CallDetail, ANewOwnerLearnsWhichCallsLackThem) {
  const auto lacking = settled_call();
  const auto complete = settled_call();
  must(write({whole(complete)}));
  must(settle(ended(claim(1).at(0))));  // never connected
  const auto without_analysis = settled_call();
  must(write({{without_analysis, {"120.50", "", "", "", ""}}}));
  const auto old = settled_call();
  database_.rows("update dialerd.attempt set settled_at = now() - interval '16 minutes' where attempt_id = '" +
                 to_string(old) + "'");
  const auto history = must(session_.history("main", 15min));
  ASSERT_EQ(history.ended.size(), 2U);
  EXPECT_EQ(history.ended[0].attempt, lacking);
  EXPECT_EQ(history.ended[0].call_id, "call-" + to_string(lacking));
  EXPECT_EQ(history.ended[0].call_status, "completed");
  EXPECT_EQ(history.ended[0].disposition, "user_hangup");
  EXPECT_LT(std::chrono::abs(history.ended[0].settled - wall_now()), 10s);
  EXPECT_EQ(history.ended[1].attempt, without_analysis);
  EXPECT_TRUE(must(session_.history("other", 15min)).ended.empty());
  EXPECT_EQ(must(session_.history("main", 17min)).ended.size(), 3U) << "as long as it is configured";
  EXPECT_TRUE(must(session_.history("main")).ended.empty()) << "nobody asks for details";
}

}  // namespace
}  // namespace dialerd::test
