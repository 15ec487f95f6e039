#include "storage/suppression.h"

#include <future>

#include "rules_fixture.h"

#include "storage/transaction.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using storage::ErrorKind;
using Kind = storage::SuppressionScope::Kind;

class SuppressionTest : public RulesTest {
 protected:
  storage::SuppressOutcome suppress(const std::string& person, const storage::SuppressionScope& scope = {},
                                    std::optional<campaign::WallTime> expires = std::nullopt) {
    return must(storage::suppress(session_, {person, scope, "", "asked", "test", std::nullopt, expires}));
  }
  storage::ListLoad load(const std::string& name, const std::vector<std::string>& persons,
                         const storage::SuppressionScope& scope = {}) {
    return must(storage::load_suppression_list(session_, name, scope, name + ".txt", each_of(persons)));
  }
  static storage::PersonSource each_of(const std::vector<std::string>& persons) {
    return [persons](const std::function<void(std::string_view)>& add) -> storage::Result<void> {
      for (const std::string& person : persons) add(person);
      return {};
    };
  }
};

TEST_F(SuppressionTest, ASuppressedLeadIsDoneWithoutAnAttempt) {
  const auto lead = add_lead("01000000001");
  const auto other = add_lead("01000000002");
  EXPECT_FALSE(suppress("KR01000000001").renewed);
  const auto result = claim_with({});
  EXPECT_EQ(result.suppressed, 1);
  ASSERT_EQ(result.leads.size(), 1U);
  EXPECT_EQ(result.leads[0].lead, other);
  EXPECT_EQ(state_of(lead), "done suppressed");
  EXPECT_EQ(decisions_of(lead), std::vector<std::string>{"suppressed"});
  EXPECT_EQ(database_.value("select count(*) from dialerd.attempt"), "1");
  EXPECT_EQ(database_.value("select code || ' ' || detail from dialerd.decision_log where lead_id = 1"),
            "suppressed global");
}

TEST_F(SuppressionTest, HoldsWithCapsToo) {
  const auto lead = add_lead("01000000001");
  suppress("KR01000000001");
  add_lead("01000000002");
  const auto result = claim_with(with_cap(config::FrequencyCap::Counts::attempts, 1, 24h));
  EXPECT_EQ(result.suppressed, 1);
  EXPECT_EQ(result.leads.size(), 1U);
  EXPECT_EQ(state_of(lead), "done suppressed");
}

TEST_F(SuppressionTest, IsOfOneScope) {
  const auto other = other_campaign("other");
  for (const std::string number : {"1001", "1002", "1003", "1004"}) {
    add_lead(number);
    add_lead_of(other.campaign, number);
  }
  suppress("KR1001");
  suppress("KR1002", {Kind::account, "main", {}});
  suppress("KR1003", {Kind::campaign, "", campaign_});
  suppress("US1004");
  EXPECT_EQ(claim_with({}).suppressed, 3);
  EXPECT_EQ(claim_of(other, {}).suppressed, 1);
}

TEST_F(SuppressionTest, ReachesTheNumberThatIsDialled) {
  const auto lead = add_lead("1001", "alternates", "array['1002']");
  suppress("KR1002");
  EXPECT_EQ(claim_with({}).leads.size(), 1U) << "its own number is dialled";
  database_.rows("update dialerd.lead_state set state = 'ready', attempt_id = null, number_index = 1");
  EXPECT_EQ(claim_with({}).suppressed, 1);
  EXPECT_EQ(state_of(lead), "done suppressed");
}

TEST_F(SuppressionTest, EndsWhenItExpiresOrIsLifted) {
  add_lead("1001");
  add_lead("1002");
  suppress("KR1001", {}, wall_now() - 1s);
  suppress("KR1002");
  suppress("KR1002", {Kind::account, "main", {}});
  auto lifted = must(storage::lift_suppression(session_, "KR1002", {}));
  EXPECT_EQ(lifted.lifted, 1);
  ASSERT_EQ(lifted.remaining.size(), 1U);
  EXPECT_EQ(lifted.remaining[0].scope.account, "main");
  lifted = must(storage::lift_suppression(session_, "KR1002", {Kind::account, "main", {}}));
  EXPECT_EQ(lifted.lifted, 1);
  EXPECT_TRUE(lifted.remaining.empty());
  EXPECT_EQ(must(storage::lift_suppression(session_, "KR1002", {Kind::account, "main", {}})).lifted, 0);
  EXPECT_EQ(claim_with({}).leads.size(), 2U);
  const auto history = must(storage::suppressions_of(session_, "KR1002"));
  ASSERT_EQ(history.size(), 2U) << "what was stays to be read";
  EXPECT_EQ(history[0].reason, "asked");
  EXPECT_TRUE(history[0].expires);

  EXPECT_TRUE(suppress("KR1002").renewed);
  EXPECT_EQ(must(storage::suppressions_of(session_, "KR1002")).size(), 2U);
}

TEST_F(SuppressionTest, AShorterEntryDoesNotShortenALongerOne) {
  EXPECT_EQ(suppress("KR1001").expires, std::nullopt);
  EXPECT_EQ(suppress("KR1001", {}, wall_now() + 24h).expires, std::nullopt);
  const auto week = wall_now() + 7 * 24h;
  suppress("KR1002", {}, week);
  EXPECT_EQ(suppress("KR1002", {}, wall_now() + 24h).expires, week);
}

TEST_F(SuppressionTest, SaysWhetherACallIsUnderWay) {
  add_lead("1001", "alternates", "array['1002']");
  EXPECT_FALSE(suppress("KR1001").call_under_way);
  must(storage::lift_suppression(session_, "KR1001", {}));
  database_.rows("update dialerd.lead_state set number_index = 1");
  const auto lead = claim(1).at(0);
  EXPECT_TRUE(suppress("KR1001").call_under_way) << "by the person";
  EXPECT_TRUE(suppress("KR1002").call_under_way) << "by the number";
  EXPECT_FALSE(suppress("KR1003").call_under_way);
  must(settle(ended(lead)));
  EXPECT_FALSE(suppress("KR1001").call_under_way);
}

TEST_F(SuppressionTest, APersonIsARegionAndDigits) {
  for (const std::string bad : {"1001", "kr1001", "KR+8210", "KR", "KR 1001"}) {
    const auto result = storage::suppress(session_, {bad, {}, "", "", "", std::nullopt, std::nullopt});
    ASSERT_TRUE(result.has_error()) << bad;
    EXPECT_EQ(result.error().kind, ErrorKind::refused);
    EXPECT_EQ(result.error().message.find("1001"), std::string::npos) << result.error().message;
  }
  EXPECT_ANY_THROW(database_.rows("select dialerd.suppress('KR', 'none')"));
}

TEST_F(SuppressionTest, ARequiredListMustBeThereAndFresh) {
  add_lead("1001");
  auto result = claim_with(with_list("dnc"));
  EXPECT_EQ(result.blocked, "list_missing:dnc");
  EXPECT_TRUE(result.leads.empty());
  EXPECT_TRUE(result.any_ready);
  EXPECT_EQ(result.next_due, std::nullopt);
  auto unasked = request(1);
  unasked.clocks = {};
  unasked.rules = with_list("dnc");
  EXPECT_EQ(must(session_.claim(unasked)).blocked, "list_missing:dnc");

  load("dnc", {});
  auto two = with_list("dnc", 1h);
  two.required_lists.push_back({"house", std::nullopt});
  EXPECT_EQ(claim_with(two).blocked, "list_missing:house");
  database_.rows("update dialerd.suppression_list set loaded_at = loaded_at - interval '61 minutes'");
  EXPECT_EQ(claim_with(two).blocked, "list_stale:dnc");
  auto capped = with_cap(config::FrequencyCap::Counts::attempts, 1, 24h);
  capped.required_lists = {{"dnc", 1h}};
  EXPECT_EQ(claim_with(capped).blocked, "list_stale:dnc");
  EXPECT_EQ(database_.value("select count(*) from dialerd.attempt"), "0");
  EXPECT_EQ(claim_with(with_list("dnc", 2h)).leads.size(), 1U);
}

TEST_F(SuppressionTest, AListIsReplacedAsAWhole) {
  suppress("KR1001");
  auto first = load("dnc", {"KR1001", "KR1002", "KR1003", "KR1002"});
  EXPECT_EQ(first.entries, 3);
  EXPECT_EQ(first.added, 3);
  load("house", {"KR1002", "KR1009"}, {Kind::account, "other", {}});
  const auto second = load("dnc", {"KR1003", "KR1004"});
  EXPECT_EQ(second.entries, 2);
  EXPECT_EQ(second.added, 1);
  EXPECT_EQ(second.removed, 2);
  EXPECT_EQ(must(storage::lift_suppression(session_, "KR1003", {})).lifted, 0) << "that of a list stays";

  for (const std::string number : {"1001", "1002", "1003", "1004"}) add_lead(number);
  const auto result = claim_with({});
  EXPECT_EQ(result.suppressed, 3) << "all but 1002, which is on another account's list alone";
  EXPECT_EQ(result.leads.at(0).to_number, "1002");

  const auto lists = must(storage::suppression_lists(session_));
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[0].name, "dnc");
  EXPECT_EQ(lists[0].source, "dnc.txt");
  EXPECT_EQ(lists[0].entries, 2);
  EXPECT_LT(lists[0].age, 10s);

  EXPECT_TRUE(must(storage::drop_suppression_list(session_, "dnc")));
  EXPECT_FALSE(must(storage::drop_suppression_list(session_, "dnc")));
  EXPECT_EQ(database_.value("select count(*) from dialerd.suppression where list = 'dnc'"), "0");
}

TEST_F(SuppressionTest, AListInAnotherScopeMovesThere) {
  load("house", {"KR1001", "KR1002"});
  const auto moved = load("house", {"KR1001"}, {Kind::account, "other", {}});
  EXPECT_EQ(moved.added, 1);
  EXPECT_EQ(moved.removed, 2);
  add_lead("1001");
  EXPECT_EQ(claim_with({}).leads.size(), 1U);
}

TEST_F(SuppressionTest, ABadListChangesNothing) {
  load("dnc", {"KR1001"});
  const std::string loaded = database_.value("select loaded_at from dialerd.suppression_list");
  auto bad = storage::load_suppression_list(session_, "dnc", {}, "x", each_of({"KR1002", "010-1"}));
  ASSERT_TRUE(bad.has_error());
  EXPECT_EQ(bad.error().kind, ErrorKind::refused);
  bad = storage::load_suppression_list(session_, "dnc", {}, "x", [](const auto& add) -> storage::Result<void> {
    add("KR1003");
    return storage::Error{ErrorKind::refused, "line 2: unreadable"};
  });
  ASSERT_TRUE(bad.has_error());
  EXPECT_EQ(bad.error().message, "line 2: unreadable");
  EXPECT_EQ(database_.value("select string_agg(person, ',') from dialerd.suppression"), "KR1001");
  EXPECT_EQ(database_.value("select loaded_at from dialerd.suppression_list"), loaded);
}

// Whoever claims while a list is being replaced sees the one before or the one after.
TEST_F(SuppressionTest, NobodyIsMissedWhileAListIsReplaced) {
  load("dnc", {"KR1001"});
  add_lead("1001");
  storage::Session claimer(database_.settings());
  std::int64_t suppressed = 0;
  must(storage::load_suppression_list(session_, "dnc", {}, "x", [&](const auto& add) -> storage::Result<void> {
    suppressed = must(claimer.claim(request(1))).suppressed;
    add("KR1001");
    return {};
  }));
  EXPECT_EQ(suppressed, 1);
}

}  // namespace
}  // namespace dialerd::test
