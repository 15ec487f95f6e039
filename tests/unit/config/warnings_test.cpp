#include "config/warnings.h"

#include "campaign_fixture.h"
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 25};

std::vector<std::string> warnings_with(std::string_view more) {
  const auto campaign = load_with(more);
  EXPECT_TRUE(campaign.value) << more;
  return messages(warnings_of(*campaign.value, "c.yaml", today));
}

TEST(Warnings, OfACampaignThatCallsNobody) {
  EXPECT_THAT(warnings_with(""), IsEmpty());
  EXPECT_THAT(warnings_with("end_date: 2026-11-24\n"), IsEmpty());  // somewhere it is still that day
  EXPECT_THAT(warnings_with("end_date: 2026-11-23\n"),
              ElementsAre("c.yaml:6:11: warning: 'end_date' is past: 2026-11-23; no call starts any more; move it, or "
                          "remove the file"));
  const std::string closed = "blackout_dates: [{from: 2026-11-24, to: 2026-12-02}]\n";
  EXPECT_THAT(warnings_with(closed + "end_date: 2026-12-03\n"), IsEmpty());
  EXPECT_THAT(
      warnings_with(closed + "end_date: 2026-12-02\n"),
      ElementsAre("c.yaml:5:1: warning: no day from 2026-11-24 to 2026-12-02 on which it calls; each is without "
                  "a window, a holiday or a blackout date; check the dates"));
}

TEST(Warnings, OfLimitsThatCanNeverBeReached) {
  EXPECT_THAT(warnings_with("limits: {per_hour: 8, per_day: 8}\nretry: {max_attempts: 4, max_per_day: 4}\n"),
              IsEmpty());
  EXPECT_THAT(warnings_with("limits: {per_hour: 100, per_day: 8}\n"),
              ElementsAre("c.yaml:6:20: warning: 'per_hour' (100) is more than 'per_day' (8); it can never be reached; "
                          "check which is meant"));
  EXPECT_THAT(warnings_with("retry: {max_attempts: 4, max_per_day: 10}\n"),
              ElementsAre("c.yaml:6:39: warning: 'max_per_day' (10) is more than 'max_attempts' (4); a lead is never "
                          "called more than max_attempts times in all; check which is meant"));
}

std::vector<std::string> daemon_warnings(const TemporaryFolder& folder, const std::string& more) {
  const auto daemon = load_daemon_config(folder.write("d.yaml",
                                                      "database: {conninfo: \"dbname=dialerd\"}\n"
                                                      "accounts: {main: {api_key: {credential: k}}}\n" +
                                                          more));
  EXPECT_TRUE(daemon.value) << more;
  return daemon.value ? messages(warnings_of(*daemon.value)) : std::vector<std::string>();
}

TEST(Warnings, OfAPatternThatFindsNothing) {
  const TemporaryFolder folder;
  EXPECT_THAT(daemon_warnings(folder, "campaigns: []\n"), IsEmpty());
  const std::string pattern = "campaigns: [\"campaigns/*.yaml\"]\n";
  EXPECT_THAT(
      daemon_warnings(folder, pattern),
      ElementsAre("d.yaml:3:13: warning: no file matches 'campaigns/*.yaml'; check the folder and the ending, or "
                  "remove the pattern; without a file no campaign calls"));
  folder.write("campaigns/a.yml", "");
  EXPECT_THAT(daemon_warnings(folder, pattern), testing::SizeIs(1));
  folder.write("campaigns/a.yaml", "");
  EXPECT_THAT(daemon_warnings(folder, pattern), IsEmpty());
}

TEST(Warnings, OfADaemonThatWouldNotRunAsMeant) {
  const TemporaryFolder folder;
  EXPECT_THAT(daemon_warnings(folder, "campaigns: []\ndrain_timeout: 10s\n"),
              ElementsAre("d.yaml:4:16: warning: 'drain_timeout' (10s) is shorter than 'http.response_timeout' (30s); "
                          "raise it: a stop would leave calls in doubt whose answer is still to come"));
  EXPECT_THAT(daemon_warnings(folder, "campaigns: []\nmonitoring: {listen: \"127.0.0.2:9464\"}\n"), IsEmpty());
  EXPECT_THAT(daemon_warnings(folder, "campaigns: []\nmonitoring: {listen: \"0.0.0.0:9464\"}\n"),
              ElementsAre("d.yaml:4:22: warning: the status page is open to whoever reaches this address; add "
                          "'basic_auth: {user: NAME, password: {credential: NAME}}', or listen on 127.0.0.1"));
  const std::string file = folder.write("ca.pem", "").string();
  EXPECT_THAT(daemon_warnings(folder, "campaigns: []\nhttp: {ca_file: " + file + "}\n"), IsEmpty());
  EXPECT_THAT(
      daemon_warnings(folder, "campaigns: []\nhttp: {ca_file: /nowhere/ca.pem}\n"),
      ElementsAre("d.yaml:4:17: warning: 'ca_file': the file '/nowhere/ca.pem' does not exist; the daemon would "
                  "not start; check the path"));
}

}  // namespace
}  // namespace dialerd::config
