"""What becomes known of calls after a while: contradictions, cost and analysis, and that one will never end."""

import decimal
import unittest

from books import attempts_of, check_books
from harness import ProcessTest, wait_until


LEADS = 40
SHORT = ("--ring-ms", "20:80", "--talk-ms", "50:400", "--pending-analysis", "null-fields")


class FollowTest(ProcessTest):
    def attempts(self, state):
        return [attempt for attempt in attempts_of(self.db) if attempt["state"] == state]

    def wait_for_details(self, posts, timeout):
        """Cost and analysis of these calls, as the provider says them."""
        def rows():
            known = self.db.rows("select attempt_id, total_cost::text as cost, summary, sentiment "
                                 "from dialerd.call_detail where total_cost is not null and summary is not null")
            return known if len(known) >= len(posts) else None
        known = {row["attempt_id"]: row for row in wait_until(rows, timeout, "cost and analysis of every conversation")}
        self.assertCountEqual(known, [post["attempt_id"] for post in posts])
        for post in posts:
            row = known[post["attempt_id"]]
            hundredths = (post["end_at"] - post["start_at"]) * 12000 // 60000  # 120 won a minute
            self.assertEqual(decimal.Decimal(row["cost"]), decimal.Decimal(hundredths) / 100)
            self.assertEqual((row["summary"], row["sentiment"]), ("통화가 완료되었습니다.", "neutral"))

    def test_late_words_change_nothing_and_what_never_ends_is_given_up(self):
        self.campaign_of(LEADS, *SHORT, "--outcomes", "user_hangup=3,dial_no_answer=1", "--analysis-ms", "1500:2000",
                         "--contradict", "0.4", "--contradict-ms", "500:1000", "--never-end", "0.1", "--seed", "5",
                         follow={"horizon": "10s", "abandon_after": "15s"}, campaign={"retry": {"max_attempts": 1}})
        daemon = self.start_daemon()
        self.sim.wait_for_posts(LEADS)
        posts = self.sim.posts()
        endless = [post["attempt_id"] for post in posts if post["end_at"] is None]
        conversations = [post for post in posts if post["start_at"] and post["end_at"]]
        contradicted = {post["attempt_id"]: post for post in conversations if post["later_reason"]}
        self.assertGreater(len(endless), 0)
        self.assertGreater(len(contradicted), 3)
        wait_until(lambda: len(self.attempts("ended")) == LEADS - len(endless), 15, "all others are settled")
        settled = self.attempts("ended")

        # While a call is open the list is read all the time, so what it says later is seen soon.
        self.wait_for_details(conversations, 15)
        news = {row["attempt_id"]: row for row in self.db.rows("select * from dialerd.late_news")}
        self.assertLessEqual(contradicted.keys(), news.keys())
        for attempt, post in contradicted.items():
            self.assertEqual([news[attempt][key] for key in ("call_id", "disposition", "call_status")],
                             [post["call_id"], post["later_reason"], post["later_status"]])

        self.assertCountEqual([a["attempt_id"] for a in self.attempts("in_progress")], endless)
        wait_until(lambda: len(self.attempts("abandoned")) == len(endless), 30, "what never ends is abandoned")
        self.assertEqual(daemon.stop(), 0)
        waited = self.db.value("select min(settled_at - claimed_at) >= interval '15 seconds' from dialerd.attempt "
                               "where state = 'abandoned'")
        self.assertTrue(waited, "given up too early")
        self.assertEqual(self.attempts("ended"), settled)
        check_books(self, self.db, self.sim.ledger())

    def test_details_are_asked_for_when_no_call_is_open(self):
        self.campaign_of(LEADS, *SHORT, "--outcomes", "user_hangup=3,dial_no_answer=1", "--analysis-ms", "2000:3000",
                         "--seed", "9", campaign={"retry": {"max_attempts": 1}})
        daemon = self.start_daemon()
        wait_until(lambda: self.db.lead_states() == {"done": LEADS}, 15, "every call is settled")
        self.wait_for_details([post for post in self.sim.posts() if post["start_at"]], 30)
        listings = [r["at_ms"] for r in self.sim.ledger() if r["method"] == "GET"]
        last_end = max(post["end_at"] for post in self.sim.posts())
        self.assertLess(sum(at > last_end + 1000 for at in listings), 5, "asked once in a while, not all the time")
        self.assertEqual(daemon.stop(), 0)
        check_books(self, self.db, self.sim.ledger())


if __name__ == "__main__":
    unittest.main()
