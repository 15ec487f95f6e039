"""All requests of an account share one budget: it is kept, by the provider's books, and it is used."""

import unittest

from books import check_books, most_within
from harness import ProcessTest


class RequestBudgetTest(ProcessTest):
    def test_the_budget_is_kept_and_used(self):
        # More calls than the first minute leaves room for beside following, whose share is a fifth: the last ones have
        # to wait until it comes round.
        per_second, per_minute, leads = 5, 30, 26
        self.campaign_of(leads, "--requests-per-second", str(per_second), "--requests-per-minute", str(per_minute),
                         "--outcomes", "user_hangup=3,dial_no_answer=1", "--ring-ms", "50:300", "--talk-ms", "500:3000",
                         account={"requests": {"per_second": per_second, "per_minute": per_minute}},
                         campaign={"retry": {"max_attempts": 1}})
        self.assertEqual(self.start_daemon("--until-done").wait(120), 0)
        requests = self.sim.ledger()
        times = [request["at_ms"] for request in requests]
        self.assertLessEqual(most_within(times, 1000), per_second)
        self.assertLessEqual(most_within(times, 60_000), per_minute)
        self.assertEqual([r for r in requests if r["status"] == 429], [])
        check_books(self, self.db, requests)
        self.assertEqual(self.db.lead_states(), {"done": leads})

        first_minute = [r for r in requests if r["at_ms"] < times[0] + 60_000]
        posts = sum(r["method"] == "POST" for r in first_minute)
        self.assertGreaterEqual(len(first_minute), per_minute - 2)
        self.assertGreaterEqual(posts, per_minute * 3 // 4)
        self.assertLess(posts, leads, "the limit by the minute was never met")


if __name__ == "__main__":
    unittest.main()
