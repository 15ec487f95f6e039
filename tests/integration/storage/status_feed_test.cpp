// What the status page is told of the database, and that it follows what happens there.
#include "storage/status_feed.h"

#include <numeric>

#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using storage::AttemptKind;
using storage::StatusFeed;

class StatusFeedTest : public StorageTest {
 protected:
  storage::StatusPicture read() { return must(feed_.read(session_)); }

  // Of all minutes that are shown.
  static std::int64_t attempts(const storage::StatusPicture& picture, AttemptKind kind) {
    std::int64_t sum = 0;
    for (const storage::MinuteCount& count : picture.minutes) sum += count.kind == kind ? count.attempts : 0;
    return sum;
  }

  // What the attempt came to, as the table may hold it.
  void make(const campaign::ClaimedLead& lead, const std::string& change) const {
    database_.rows("update dialerd.attempt set " + change +
                   " where lead_id = " + std::to_string(static_cast<std::int64_t>(lead.lead)));
  }

  StatusFeed feed_;
};

TEST_F(StatusFeedTest, CountsLeadsByStateAndAttemptsByWhatBecameOfThem) {
  add_leads(5);
  const auto leads = claim(3);
  must(record(accepted(leads[0])));
  must(settle(ended(leads[0])));
  const storage::StatusPicture picture = read();
  ASSERT_EQ(picture.campaigns.size(), 1);
  const storage::StatusCampaign& one = picture.campaigns.front();
  EXPECT_EQ(one.id, campaign_);
  EXPECT_EQ(one.state, "running");
  EXPECT_EQ(one.ready, 2);
  EXPECT_EQ(one.active, 2);
  EXPECT_EQ(one.done, 1);
  EXPECT_EQ(attempts(picture, AttemptKind::open), 2);
  EXPECT_EQ(std::accumulate(one.calls.begin(), one.calls.end(), std::int64_t{0}), 3);
  ASSERT_EQ(picture.accounts.size(), 1);
  EXPECT_FALSE(picture.accounts.front().owner.empty());
}

TEST_F(StatusFeedTest, FollowsCallsThatEndLater) {
  add_leads(2);
  const auto leads = claim(2);
  EXPECT_EQ(attempts(read(), AttemptKind::open), 2);
  must(record(accepted(leads[0])));
  must(settle(ended(leads[0])));
  const storage::StatusPicture later = read();
  EXPECT_EQ(attempts(later, AttemptKind::open), 1) << "the last two minutes are read each time";
}

TEST_F(StatusFeedTest, TellsOfDoubtsAndSinceWhenTheOldestIs) {
  add_leads(2);
  const auto leads = claim(2);
  EXPECT_EQ(read().campaigns.front().doubts, 0);
  make(leads[1], "state = 'unknown', answered_at = now()");
  const storage::StatusPicture picture = read();
  EXPECT_EQ(picture.campaigns.front().doubts, 1);
  ASSERT_TRUE(picture.campaigns.front().oldest_doubt);
  EXPECT_LT(picture.at - *picture.campaigns.front().oldest_doubt, 1min);
  EXPECT_EQ(attempts(picture, AttemptKind::unknown), 1);
}

TEST_F(StatusFeedTest, TellsWhyLeadsAreHeld) {
  add_leads(3);
  database_.rows(
      "update dialerd.lead_state set state = 'held', outcome = 'missing_field:name' where lead_id in "
      "(select lead_id from dialerd.lead_state order by lead_id limit 2)");
  const auto held = read().campaigns.front().held_reasons;
  EXPECT_EQ(held, (std::map<std::string, std::int64_t>{{"missing_field:name", 2}}));
}

TEST_F(StatusFeedTest, ForgetsTheOwnerWhoseLeaseIsOver) {
  add_leads(1);
  EXPECT_FALSE(read().accounts.front().owner.empty());
  database_.rows("update dialerd.ownership set lease_until = clock_timestamp() - interval '1 second'");
  EXPECT_TRUE(read().accounts.front().owner.empty());
}

}  // namespace
}  // namespace dialerd::test
