// Webhooks in the database: kept once, told until somebody has handled them.
#include <algorithm>

#include "storage_fixture.h"
#include <gmock/gmock.h>

#include "storage/transaction.h"

namespace dialerd::test {
namespace {

using storage::HandledWebhook;
using storage::Webhook;
using testing::ElementsAre;
using testing::IsEmpty;

Webhook webhook(std::uint8_t number, const std::string& account = "main") {
  Webhook one;
  one.account = account;
  one.digest.fill(number);
  one.event = "call_ended";
  one.version = "v2";
  one.call_id = "call-" + std::to_string(number);
  one.body = "{\"event\": \"call_ended\"}";
  return one;
}

class Inbox : public StorageTest {
 protected:
  std::vector<std::string> pending_calls(const std::vector<std::string>& accounts, std::int64_t most = 100) {
    std::vector<std::string> calls;
    for (const auto& one : must(session_.pending_webhooks(accounts, most))) calls.push_back(one.webhook.call_id);
    return calls;
  }
  std::string verdict(std::int64_t id) const {
    return database_.value("select verdict from dialerd.webhook_event where event_id = " + std::to_string(id));
  }
};

TEST_F(Inbox, KeepsEachEventOnce) {
  const auto first = must(session_.keep_webhooks({webhook(1), webhook(2), webhook(1)}));
  ASSERT_EQ(first.size(), 3U);
  EXPECT_TRUE(first[0] && first[1]);
  EXPECT_NE(first[0], first[1]);
  EXPECT_EQ(first[2], std::nullopt) << "it is in the same batch already";

  const auto second = must(session_.keep_webhooks({webhook(2), webhook(3)}));
  EXPECT_EQ(second[0], std::nullopt);
  EXPECT_TRUE(second[1]);
  EXPECT_EQ(database_.value("select count(*) from dialerd.webhook_event"), "3");
  EXPECT_THAT(must(session_.keep_webhooks({})), IsEmpty());
}

TEST_F(Inbox, TheSameBodyOfAnotherAccountIsAnotherEvent) {
  const auto kept = must(session_.keep_webhooks({webhook(1), webhook(1, "other")}));
  EXPECT_TRUE(kept[0] && kept[1]);
}

TEST_F(Inbox, AnHandledEventIsStillADuplicate) {
  const auto kept = must(session_.keep_webhooks({webhook(1)}));
  must(session_.webhooks_handled({{*kept[0], HandledWebhook::Verdict::hint}}));
  EXPECT_EQ(must(session_.keep_webhooks({webhook(1)}))[0], std::nullopt);
  EXPECT_THAT(pending_calls({"main"}), IsEmpty());
}

TEST_F(Inbox, TellsWhatNobodyHasHandledOldestFirst) {
  const auto kept = must(session_.keep_webhooks({webhook(1), webhook(2, "other")}));
  must(session_.keep_webhooks({webhook(3), webhook(4, "third")}));
  EXPECT_THAT(pending_calls({"main", "other"}), ElementsAre("call-1", "call-2", "call-3"));
  EXPECT_THAT(pending_calls({"main"}, 1), ElementsAre("call-1"));
  EXPECT_THAT(pending_calls({}), IsEmpty());
  must(session_.webhooks_handled({{*kept[0], HandledWebhook::Verdict::hint}}));
  EXPECT_THAT(pending_calls({"main"}), ElementsAre("call-3"));
}

TEST_F(Inbox, TellsAllThatWasSaid) {
  Webhook said = webhook(1);
  said.attempt = new_attempts(1).front();
  said.trusted = true;
  said.body = "{\"text\": \"a\\\"b, {c} \\\\ 고객\"}";
  must(session_.keep_webhooks({said, webhook(2)}));
  const auto told = must(session_.pending_webhooks({"main"}, 10));
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].webhook.event, "call_ended");
  EXPECT_EQ(told[0].webhook.version, "v2");
  EXPECT_EQ(told[0].webhook.attempt, said.attempt);
  EXPECT_TRUE(told[0].webhook.trusted);
  EXPECT_EQ(told[0].webhook.body, said.body);
  EXPECT_FALSE(told[1].webhook.trusted);
  EXPECT_EQ(told[1].webhook.attempt, std::nullopt);
  EXPECT_EQ(told[1].webhook.body, "") << "nobody needs to read it again";
}

// Whoever sends it must not be able to make a whole batch unwritable.
TEST_F(Inbox, KeepsBytesThatAreNoText) {
  Webhook strange = webhook(1);
  strange.event = std::string("a\0b\xFF", 4);
  strange.call_id = "\xED\xA0\x80";
  strange.body = std::string("\0\xC3(", 3);
  const auto kept = must(session_.keep_webhooks({strange, webhook(2)}));
  EXPECT_TRUE(kept[0] && kept[1]);
}

// The provider repeats what it told, also after `dialerd forget`.
TEST_F(Inbox, OfAForgottenPersonWhatWasSaidIsNotKept) {
  add_leads(2);
  const auto leads = claim(2);
  Webhook of_forgotten = webhook(1);
  of_forgotten.attempt = leads[0].attempt;
  Webhook of_other = webhook(2);
  of_other.attempt = leads[1].attempt;
  database_.rows("update dialerd.attempt set person = null, dialled = null where attempt_id = '" +
                 to_string(leads[0].attempt) + "'");
  const auto kept = must(session_.keep_webhooks({of_forgotten, of_other}));
  must(session_.webhooks_handled(
      {{*kept[0], HandledWebhook::Verdict::news}, {*kept[1], HandledWebhook::Verdict::news}}));
  EXPECT_EQ(database_.rows("select body from dialerd.webhook_event order by event_id"),
            (std::vector<std::vector<std::string>>{{""}, {of_other.body}}));
}

TEST_F(Inbox, SaysWhatBecameOfAnEvent) {
  add_leads(1);
  const auto leads = claim(1);
  Webhook of_ours = webhook(1);
  of_ours.attempt = leads[0].attempt;
  Webhook of_nobodys = webhook(2);
  of_nobodys.attempt = new_attempts(1).front();
  Webhook of_anothers = webhook(3, "other");
  of_anothers.attempt = leads[0].attempt;
  const auto kept = must(session_.keep_webhooks({of_ours, of_nobodys, of_anothers, webhook(4)}));
  must(session_.webhooks_handled({{*kept[0], HandledWebhook::Verdict::news},
                                  {*kept[1], HandledWebhook::Verdict::news},
                                  {*kept[2], HandledWebhook::Verdict::hint},
                                  {*kept[3], HandledWebhook::Verdict::hint}}));
  EXPECT_EQ(verdict(*kept[0]), "news");
  EXPECT_EQ(verdict(*kept[1]), "unknown_call");
  EXPECT_EQ(verdict(*kept[2]), "unknown_call") << "the attempt is another account's";
  EXPECT_EQ(verdict(*kept[3]), "hint");

  must(session_.webhooks_handled({{*kept[0], HandledWebhook::Verdict::hint}}));
  EXPECT_EQ(verdict(*kept[0]), "news") << "what was said first stands";
}

TEST_F(Inbox, ManyPendingEventsAreFoundByIndex) {
  database_.rows(
      "alter table dialerd.webhook_event set (autovacuum_enabled = off);"
      "insert into dialerd.webhook_event (account, digest, event, version, call_id, trusted, body, handled_at, "
      "verdict) "
      "select 'main', sha256(n::text::bytea), '', '', '', false, '', case when n <= 49990 then now() end, "
      "       case when n <= 49990 then 'hint' end from generate_series(1, 50000) n");
  database_.rows("select pg_stat_reset()");
  EXPECT_EQ(pending_calls({"main", "other"}).size(), 10U);
  must(session_.run("flushing statistics", [](storage::Transaction& transaction) -> storage::Result<void> {
    transaction.exec("select pg_stat_force_next_flush()");
    return {};
  }));
  EXPECT_EQ(database_.value("select seq_tup_read from pg_stat_user_tables where relname = 'webhook_event'"), "0");
}

}  // namespace
}  // namespace dialerd::test
