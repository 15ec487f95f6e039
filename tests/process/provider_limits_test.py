"""The provider says no: too many calls, too many requests, no balance, a wrong key. No lead pays for it."""

import time
import unittest

from books import check_books
from harness import ProcessTest, wait_until

LEADS = 12
SHORT = ("--ring-ms", "50:100", "--talk-ms", "100:300")


class ProviderLimitsTest(ProcessTest):
    def arrange(self, *flags, leads=LEADS, concurrency=8, **config):
        retry = {"max_attempts": 1, "reasons": {"concurrency_limit_reached": {"retry": ["1s"]}}}
        self.campaign_of(leads, *SHORT, *flags, limits={"concurrency": concurrency}, campaign={"retry": retry},
                         **config)

    def run_to_its_end(self, refused_in_ledger):
        self.assertEqual(self.start_daemon("--until-done").wait(60), 0)
        posts = self.sim.posts()
        refused = [post for post in posts if refused_in_ledger(post)]
        self.assertGreater(len(refused), 0, "the provider refused nothing: the test shows nothing")
        attempts = check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": LEADS})
        by_id = {attempt["attempt_id"]: attempt for attempt in attempts}
        self.assertEqual({by_id[post["attempt_id"]]["counted"] for post in refused}, {False})
        self.assertEqual({attempt["lead_outcome"] for attempt in attempts}, {"user_hangup"})
        return posts

    def test_concurrency_that_is_refused_by_ended_calls(self):
        self.arrange("--concurrency", "5", "--limit-answer", "end")
        self.run_to_its_end(lambda post: post["reason"] == "concurrency_limit_reached" if post["created"] else False)

    def test_concurrency_that_is_refused_by_429_without_retry_after(self):
        self.arrange("--concurrency", "5", "--limit-answer", "429", "--retry-after", "none")
        self.run_to_its_end(lambda post: post["status"] == 429)

    def test_concurrency_that_is_refused_by_429_with_retry_after(self):
        self.arrange("--concurrency", "5", "--limit-answer", "429", "--retry-after", "3")
        posts = self.run_to_its_end(lambda post: post["status"] == 429)
        # Requests that were on their way when the answer came may still arrive; then there is quiet for three seconds.
        first = next(post["at_ms"] for post in posts if post["status"] == 429)
        self.assertEqual([post for post in posts if first + 300 < post["at_ms"] < first + 3000], [])

    def test_a_limit_of_requests_is_shared_with_following(self):
        self.arrange("--requests-per-second", "6", follow={"list_interval": "500ms"})
        self.run_to_its_end(lambda post: post["outcome"] == "RATE_LIMITED")

    def balance_runs_out(self, answer):
        self.arrange("--balance", "4", "--limit-answer", answer, leads=10, concurrency=3)
        daemon = self.start_daemon()
        wait_until(lambda: self.db.lead_states() == {"done": 4, "ready": 6}, 15, "four calls, and six leads that wait")
        posted = len(self.sim.posts())
        self.assertLessEqual(posted, 4 + 3 + 3)
        time.sleep(2)  # a daemon that does not wait would go on at once
        self.assertEqual(len(self.sim.posts()), posted)
        self.assertTrue(daemon.running())
        self.assertEqual(daemon.stop(), 0)
        attempts = check_books(self, self.db, self.sim.ledger())
        self.assertEqual(sum(attempt["counted"] for attempt in attempts), 4)
        spent = self.db.value("select count(*) from dialerd.lead_state where state = 'ready' and attempts > 0")
        self.assertEqual(spent, 0)

    def test_no_balance_said_by_ended_calls(self):
        self.balance_runs_out("end")

    def test_no_balance_said_by_402(self):
        self.balance_runs_out("429")

    def test_a_wrong_key_spends_no_lead(self):
        self.arrange(leads=10, concurrency=3)
        self.key_file.write_text("not-the-key\n")
        daemon = self.start_daemon("--until-done")
        self.sim.wait_for_posts(1)
        wait_until(lambda: self.db.lead_states() == {"ready": 10}, 10, "all leads are ready again")
        time.sleep(2)
        self.assertLessEqual(len(self.sim.posts()), 3)
        self.assertEqual({post["status"] for post in self.sim.posts()}, {401})
        self.assertTrue(daemon.running())
        self.assertEqual(daemon.stop(), 0)
        attempts = check_books(self, self.db, self.sim.ledger())
        self.assertLessEqual({attempt["disposition"] for attempt in attempts}, {"account_fault", "not_sent:held_off"})
        self.assertEqual(self.db.value("select sum(attempts) from dialerd.lead_state"), 0)

        # With the right key a restart goes on.
        self.key_file.write_text(self.key + "\n")
        self.assertEqual(self.start_daemon("--until-done").wait(20), 0)
        self.assertEqual(self.db.lead_states(), {"done": 10})


if __name__ == "__main__":
    unittest.main()
