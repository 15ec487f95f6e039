// Webhooks on their way into a real database that hangs, restarts and refuses.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/webhook_intake.h"
#include "tests/support/private_postgres.h"
#include "tests/support/test_database.h"

namespace dialerd::daemon {
namespace {

using namespace std::chrono_literals;
using test::PrivatePostgres;
using test::TestDatabase;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using webhook::Keeping;

storage::Webhook event(int number, const std::string& body = "{}") {
  storage::Webhook one;
  one.account = "main";
  one.digest.fill(static_cast<std::uint8_t>(number % 256));
  one.digest[0] = static_cast<std::uint8_t>(number / 256);
  one.event = "call_ended";
  one.version = "v2";
  one.call_id = "call-" + std::to_string(number);
  one.body = body;
  return one;
}

class Intake {
 public:
  Intake(const storage::SessionSettings& session, const WebhookIntakeLimits& limits)
      : thread_(std::make_unique<StorageThread>(session)),
        intake_(io_, *thread_, limits,
                {[this](std::vector<storage::PendingWebhook> kept) {
                   for (auto& one : kept) fresh.push_back(one.webhook.call_id);
                 },
                 [this](const storage::Error& error) { errors.push_back(error.message); }, [this] { ++worked; },
                 [this](const storage::Error& error) { refused.push_back(error.message); }}) {}
  ~Intake() { thread_.reset(); }

  void keep(storage::Webhook one) {
    ++asked_;
    intake_.keep(std::move(one), [this](webhook::Keeping keeping) { answers.push_back(keeping); });
  }

  // Until nobody waits for an answer.
  void run() {
    run_until([this] { return intake_.idle(); });
    EXPECT_EQ(answers.size(), asked_);
  }
  // Ten seconds at most.
  void run_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      io_.restart();
      io_.run_for(5ms);
    }
  }

  std::vector<webhook::Keeping> answers;
  std::vector<std::string> fresh;
  std::vector<std::string> errors;
  std::vector<std::string> refused;
  int worked = 0;

 private:
  boost::asio::io_context io_{1};
  std::size_t asked_ = 0;
  std::unique_ptr<StorageThread> thread_;
  WebhookIntake intake_;
};

std::int64_t kept_in(const TestDatabase& database) {
  return std::stoll(database.value("select count(*) from dialerd.webhook_event"));
}

TEST(WebhookIntake, AnswersWhatIsCommittedAndTellsWhatIsNew) {
  const TestDatabase database;
  Intake intake(database.settings(), {});
  for (const int number : {1, 2, 1}) intake.keep(event(number));
  intake.run();
  EXPECT_THAT(intake.answers, ElementsAre(Keeping::kept, Keeping::kept, Keeping::kept));
  EXPECT_THAT(intake.fresh, ElementsAre("call-1", "call-2"));
  intake.keep(event(2));
  intake.run();
  EXPECT_THAT(intake.answers, SizeIs(4));
  EXPECT_THAT(intake.fresh, SizeIs(2)) << "a duplicate is answered and not told";
  EXPECT_EQ(kept_in(database), 2);
}

TEST(WebhookIntake, CommitsTogetherWhatArrivesTogether) {
  const TestDatabase database;
  Intake intake(database.settings(), {});
  for (int number = 0; number < 1000; ++number) intake.keep(event(number));
  intake.run();
  EXPECT_THAT(intake.answers, Each(Keeping::kept));
  EXPECT_EQ(kept_in(database), 1000);
  const auto transactions = database.value("select count(distinct xmin::text) from dialerd.webhook_event");
  EXPECT_LE(std::stoll(transactions), 10);
}

TEST(WebhookIntake, TakesNoMoreThanItMayHold) {
  const TestDatabase database;
  WebhookIntakeLimits limits;
  limits.events = 3;
  limits.bytes = 100;
  Intake intake(database.settings(), limits);
  for (int number = 0; number < 5; ++number) intake.keep(event(number));
  EXPECT_THAT(intake.answers, ElementsAre(Keeping::too_many, Keeping::too_many)) << "at once";
  intake.run();
  EXPECT_EQ(kept_in(database), 3);
  intake.keep(event(10, std::string(60, 'x')));
  intake.keep(event(11, std::string(60, 'x')));
  intake.run();
  EXPECT_EQ(kept_in(database), 4);
}

TEST(WebhookIntake, OneThatTheDatabaseRefusesTakesNoOtherWithIt) {
  const TestDatabase database;
  database.rows("alter table dialerd.webhook_event add check (call_id <> 'call-2')");
  Intake intake(database.settings(), {});
  for (const int number : {0, 1, 2, 3}) intake.keep(event(number));
  intake.run();
  EXPECT_THAT(intake.answers, ElementsAre(Keeping::kept, Keeping::kept, Keeping::refused, Keeping::kept));
  EXPECT_EQ(database.value("select string_agg(call_id, ' ' order by call_id) from dialerd.webhook_event"),
            "call-0 call-1 call-3");
  EXPECT_THAT(intake.refused, SizeIs(1));
  EXPECT_THAT(intake.errors, IsEmpty()) << "the database is there";
  EXPECT_GT(intake.worked, 0);
}

// A database that does not answer: nothing is acknowledged, and what the sender repeats afterwards is there once.
TEST(WebhookIntake, DoesNotAnswerForADatabaseThatHangs) {
  const TestDatabase database;
  WebhookIntakeLimits limits;
  limits.patience = 300ms;
  Intake intake(database.settings(), limits);
  std::thread holder(
      [&] { database.rows("lock table dialerd.webhook_event in access exclusive mode; select pg_sleep(1.5)"); });
  std::this_thread::sleep_for(300ms);
  const auto begin = std::chrono::steady_clock::now();
  intake.keep(event(1));
  intake.keep(event(2));
  intake.run();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  EXPECT_THAT(intake.answers, ElementsAre(Keeping::too_late, Keeping::too_late));
  holder.join();
  intake.keep(event(1));
  intake.keep(event(2));
  intake.run();
  EXPECT_THAT(intake.answers, ElementsAre(Keeping::too_late, Keeping::too_late, Keeping::kept, Keeping::kept));
  EXPECT_EQ(kept_in(database), 2);
  EXPECT_THAT(intake.fresh, testing::UnorderedElementsAre("call-1", "call-2")) << "each is told once";
}

TEST(WebhookIntake, SurvivesARestartOfTheDatabase) {
  PrivatePostgres postgres;
  const TestDatabase database(TestDatabase::Schema::migrated, postgres.conninfo());
  WebhookIntakeLimits limits;
  limits.patience = 400ms;
  Intake intake(database.settings(), limits);
  intake.keep(event(1));
  intake.run();
  postgres.crash();
  intake.keep(event(2));
  intake.run();
  EXPECT_THAT(intake.answers, ElementsAre(Keeping::kept, Keeping::too_late));
  EXPECT_THAT(intake.errors, Not(IsEmpty()));
  postgres.start();
  const int worked = intake.worked;
  intake.run_until([&] { return intake.worked > worked; });  // though nobody sends anything
  intake.keep(event(3));
  intake.keep(event(2));
  intake.run();
  EXPECT_THAT(intake.answers, ElementsAre(Keeping::kept, Keeping::too_late, Keeping::kept, Keeping::kept));
  EXPECT_EQ(kept_in(database), 3);
}

}  // namespace
}  // namespace dialerd::daemon
