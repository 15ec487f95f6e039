#include "storage/revisions.h"

#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using storage::CampaignRegistration;
using storage::DaemonRegistration;
using storage::ErrorKind;

class Revisions : public StorageTest {
 protected:
  static CampaignRegistration campaign(const std::string& source, const std::string& closed_dates = "") {
    CampaignRegistration made{"spring", "main", "KR", source, {}, {}};
    made.note = {"Kim", "host:1:2", "-a\n+b\n", {"limits.per_hour: 1 -> 2"}, {"limits.per_hour: 1 -> 2"}, closed_dates};
    return made;
  }
  static DaemonRegistration daemon(const std::string& source, const std::string& host = "host") {
    return {host, "/etc/dialerd/dialerd.yaml", source, {"Kim", "host:1:2", "", {}, {}, ""}};
  }
  std::string count(const std::string& table) { return database_.value("select count(*) from dialerd." + table); }
};

TEST_F(Revisions, EveryOtherTextIsOne) {
  must(apply_revisions(session_, daemon("d"), {campaign("one")}));
  must(apply_revisions(session_, daemon("d"), {campaign("one")}));
  must(apply_revisions(session_, daemon("d"), {campaign("two")}));
  must(apply_revisions(session_, daemon("d"), {campaign("one")}));
  const auto rows = database_.rows("select revision, source from dialerd.campaign_revision order by 1");
  const std::vector<std::vector<std::string>> expected = {{"1", "one"}, {"2", "two"}, {"3", "one"}};
  EXPECT_EQ(rows, expected);
  EXPECT_EQ(count("daemon_revision"), "1");
}

TEST_F(Revisions, WithWhoWhatAndWhy) {
  must(apply_revisions(session_, daemon("d"), {campaign("one", "2027-01-01 New Year\n")}));
  const auto rows = database_.rows(
      "select applied_by, applied_on, diff, changes, loosened, closed_dates, "
      "       hash = encode(sha256(convert_to(E'one\\n2027-01-01 New Year\\n', 'UTF8')), 'hex') "
      "from dialerd.campaign_revision");
  const std::vector<std::vector<std::string>> expected = {
      {"Kim", "host:1:2", "-a\n+b\n", "{\"limits.per_hour: 1 -> 2\"}", "{\"limits.per_hour: 1 -> 2\"}",
       "2027-01-01 New Year\n", "t"}};
  EXPECT_EQ(rows, expected);
  const auto last = must(last_campaign_revisions(session_, {"spring", "none"}));
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last.at("spring").source, "one");
  EXPECT_EQ(last.at("spring").closed_dates, "2027-01-01 New Year\n");
  EXPECT_EQ(last.at("spring").applied_by, "Kim");
}

TEST_F(Revisions, OtherHolidaysAreOneToo) {
  must(apply_revisions(session_, daemon("d"), {campaign("one", "2027-01-01 New Year\n")}));
  must(apply_revisions(session_, daemon("d"), {campaign("one")}));
  EXPECT_EQ(count("campaign_revision"), "2");
}

TEST_F(Revisions, OfADaemonByHostAndFile) {
  must(apply_revisions(session_, daemon("one"), {}));
  must(apply_revisions(session_, daemon("one", "other"), {}));
  must(apply_revisions(session_, daemon("two"), {}));
  EXPECT_EQ(count("daemon_revision"), "3");
  EXPECT_EQ(must(last_daemon_revision(session_, "host", "/etc/dialerd/dialerd.yaml"))->source, "two");
  EXPECT_EQ(must(last_daemon_revision(session_, "other", "/etc/dialerd/dialerd.yaml"))->source, "one");
  EXPECT_FALSE(must(last_daemon_revision(session_, "host", "/elsewhere")));
}

TEST_F(Revisions, AllOrNothing) {
  CampaignRegistration foreign = campaign("x");
  foreign.account = "other";
  CampaignRegistration fresh = campaign("y");
  fresh.name = "autumn";
  const auto done = apply_revisions(session_, daemon("d"), {fresh, foreign});
  ASSERT_TRUE(done.has_error());
  EXPECT_EQ(done.error().kind, ErrorKind::refused);
  EXPECT_EQ(count("campaign"), "1");
  EXPECT_EQ(count("campaign_revision"), "0");
  EXPECT_EQ(count("daemon_revision"), "0");
}

TEST_F(Revisions, ReadyLeadsAreThoseToBeCalledYet) { EXPECT_EQ(must(ready_leads(session_, campaign_)), 0); }

}  // namespace
}  // namespace dialerd::test
