#include "storage/reload.h"

#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

class Reload : public StorageTest {};

TEST_F(Reload, DaemonsThatLiveAreExpectedToAnswer) {
  storage::DaemonCard card{"host:1:1", {"main"}, true, "host", 1, "1"};
  must(session_.heartbeat(card, 60s));
  card.owner = "host:2:2";
  card.accepting = false;
  must(session_.heartbeat(card, 60s));
  const auto asked = must(ask_reload(session_, "Kim"));
  EXPECT_EQ(asked.daemons, std::vector<std::string>{"host:1:1"});
}

TEST_F(Reload, OneWhoseHeartbeatIsOverIsNotExpectedAnyMore) {
  must(session_.heartbeat({"host:1:1", {"main"}, true, "host", 1, "1"}, 60s));
  must(session_.heartbeat({"host:2:2", {"main"}, true, "host", 2, "1"}, 0s));
  EXPECT_EQ(must(storage::silent_daemons(session_, {"host:1:1", "host:2:2", "host:3:3"})),
            (std::vector<std::string>{"host:2:2", "host:3:3"}));
}

TEST_F(Reload, EachDaemonAnswersOnce) {
  const auto first = must(ask_reload(session_, "Kim"));
  const auto second = must(ask_reload(session_, "Lee"));
  auto open = must(reload_requests(session_, 0, "host:1:1"));
  ASSERT_EQ(open.size(), 2U);
  EXPECT_EQ(open[0].requested_by, "Kim");
  must(answer_reload(session_, first.id, {"host:1:1", false, "no"}));
  must(answer_reload(session_, first.id, {"host:1:1", true, "said again"}));
  open = must(reload_requests(session_, 0, "host:1:1"));
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].id, second.id);
  EXPECT_EQ(must(reload_requests(session_, 0, "host:2:2")).size(), 2U);
  const auto answers = must(reload_answers(session_, first.id));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_FALSE(answers[0].ok);
  EXPECT_EQ(answers[0].text, "no");
}

TEST_F(Reload, AStartHasReadWhatWasAskedForBefore) {
  const auto asked = must(ask_reload(session_, "Kim"));
  database_.rows("update dialerd.reload_request set requested_at = requested_at - interval '10 s'");
  EXPECT_EQ(must(last_reload_request(session_, 5s)), asked.id);
  EXPECT_EQ(must(last_reload_request(session_, 60s)), 0);
}

TEST_F(Reload, OldRequestsAreForgotten) {
  const auto old = must(ask_reload(session_, "Kim"));
  must(answer_reload(session_, old.id, {"host:1:1", true, ""}));
  database_.rows("update dialerd.reload_request set requested_at = requested_at - interval '31 days'");
  must(ask_reload(session_, "Lee"));
  EXPECT_EQ(database_.value("select count(*) from dialerd.reload_request"), "1");
  EXPECT_EQ(database_.value("select count(*) from dialerd.reload_answer"), "0");
}

}  // namespace
}  // namespace dialerd::test
