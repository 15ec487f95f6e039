#include "file_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Loaded<DaemonConfig> load_account(std::string_view keys) {
  return load_daemon_text("database: {conninfo: dbname=dialerd}\ncampaigns: []\naccounts:\n  main:\n" +
                          ("    api_key: {credential: k}\n    " + std::string(keys)) + "\n");
}

TEST(Account, TakesEveryKeyOfItsLimits) {
  const auto loaded = load_account(R"(reserve: 15%
    requests: {per_second: 5, per_minute: 120, follow: 30%}
    caller_numbers:
      "07011112222": {limits: {per_hour: 100, concurrency: 3}}
      07011113333: {rested: true})");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const Account& account = loaded.value->accounts.at(0);
  EXPECT_EQ(account.reserve_percent, 15);
  EXPECT_EQ(account.requests.per_second, 5);
  EXPECT_EQ(account.requests.per_minute, 120);
  EXPECT_EQ(account.requests.follow_percent, 30);
  ASSERT_EQ(account.caller_numbers.size(), 2U);
  CallerNumber limited;
  limited.limits.per_hour = 100;
  limited.limits.concurrency = 3;
  EXPECT_EQ(account.caller_numbers.at("07011112222"), limited);
  CallerNumber rested;
  rested.rested = true;
  EXPECT_EQ(account.caller_numbers.at("07011113333"), rested);
}

TEST(Account, LeavesNothingReservedUnlessSaid) {
  const auto loaded = load_account("limits: {concurrency: 3}");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  EXPECT_EQ(loaded.value->accounts.at(0).reserve_percent, 0);
  EXPECT_EQ(loaded.value->accounts.at(0).requests.per_second, std::nullopt);
  EXPECT_EQ(loaded.value->accounts.at(0).requests.follow_percent, 20);
  EXPECT_THAT(loaded.value->accounts.at(0).caller_numbers, IsEmpty());
}

struct BadAccount {
  std::string_view keys;
  std::string_view message;
};

TEST(Account, SaysWhatIsWrong) {
  const BadAccount cases[] = {
      {"reserve: 10", "6:14: error: 'reserve' has no unit: 10; add a unit, for example 10%"},
      {"reserve: 0.1", "6:14: error: 'reserve' must be a percentage, not '0.1'; write it like 10%"},
      {"reserve: 91%", "6:14: error: 'reserve' is out of range: 91%; use a value from 0% to 90%"},
      {"reserve: 1%\n    limits: {per_second: 1, per_hour: 2}",
       "6:14: error: 'reserve' (1%) leaves nothing of 'per_second' (1); lower it, or raise the limit; no call could "
       "ever start"},
      {"requests: {follow: 4%}", "6:24: error: 'follow' is out of range: 4%; use a value from 5% to 90%"},
      {"requests: {per_hour: 4}",
       "6:16: error: unknown key 'per_hour'; known keys here: per_second, per_minute, follow"},
      {"caller_numbers: [\"07011112222\"]",
       "6:21: error: 'caller_numbers' must be a map, not a list; write 'key: value' lines under it"},
      {"caller_numbers: {070-1111-2222: {rested: true}}",
       "6:22: error: 'caller_numbers' is no number of 7 to 15 digits: '070-1111-2222'; write digits alone: "
       "\"07011112222\""},
      {"caller_numbers: {\"07011112222\": {rested: yes}}",
       "6:46: error: 'rested' must be true or false, not 'yes'; write true or false, without quotes"},
      {"caller_numbers: {\"07011112222\": {per_hour: 3}}",
       "6:38: error: unknown key 'per_hour'; known keys here: limits, rested"},
  };
  for (const BadAccount& bad : cases) {
    EXPECT_THAT(messages(load_account(bad.keys).diagnostics), ElementsAre("d.yaml:" + std::string(bad.message)))
        << bad.keys;
  }
}

}  // namespace
}  // namespace dialerd::config
