"""All requests of an account share one budget: it is kept, by the provider's count, and it is used."""

import unittest

from books import check_books
from harness import ProcessTest


class RequestBudgetTest(ProcessTest):
    def test_the_budget_is_kept_and_used(self):
        leads = 110
        self.campaign_of(leads, "--requests-per-second", "5", "--requests-per-minute", "120",
                         "--outcomes", "user_hangup=3,dial_no_answer=1", "--ring-ms", "50:300", "--talk-ms", "500:3000",
                         account={"requests": {"per_second": 5, "per_minute": 120}},
                         campaign={"retry": {"max_attempts": 1}})
        self.assertEqual(self.start_daemon("--until-done").wait(150), 0)
        requests = self.sim.ledger()
        self.assertEqual([r for r in requests if r["status"] == 429], [])
        check_books(self, self.db, requests)
        self.assertEqual(self.db.lead_states(), {"done": leads})
        # In the first minute as many calls as leave following its share, which is a fifth.
        first_minute = [r for r in requests if r["at_ms"] < requests[0]["at_ms"] + 60_000]
        self.assertGreaterEqual(len(first_minute), 110)
        self.assertGreaterEqual(sum(r["method"] == "POST" for r in first_minute), 90)


if __name__ == "__main__":
    unittest.main()
