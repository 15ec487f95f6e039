"""POSTs whose answer is lost, while the list reads `call_to` in a way of its own: every doubt is resolved rightly."""

import unittest

from books import check_books
from harness import ProcessTest

FAULTS = ["reset-after", "reset-before", "hang-after"]
LEADS = 30


class DoubtTest(ProcessTest):
    def resolve_doubts(self, reading):
        faults = [flag for fault in FAULTS for flag in ("--fault", f"{fault}=0.1")]
        self.campaign_of(LEADS, "--call-to-filter", reading, *faults, "--outcomes", "user_hangup=1,dial_no_answer=1",
                         "--ring-ms", "20:80", "--talk-ms", "2000:4000", "--list-lag-ms", "300:800", "--seed", "11",
                         http={"response_timeout": "1s"}, campaign={"retry": {"max_attempts": 1}})
        self.assertEqual(self.start_daemon("--until-done").wait(60), 0)
        requests = self.sim.ledger()
        attempts = check_books(self, self.db, requests)
        self.assertEqual(self.db.lead_states(), {"done": LEADS})
        met = {request["outcome"] for request in requests}
        self.assertLessEqual({*FAULTS, "accepted"}, met, "the run did not meet every fault")

        # Doubts are listed by their numbers while another call, which must be shown too, is open.
        self.assertTrue(any("call_to=" in r["target"] for r in requests), "nothing was asked by number")

        # Every lead was called exactly once, doubts or not.
        called = [post["to_number"] for post in requests if post.get("created")]
        self.assertCountEqual(called, self.numbers(LEADS))
        lost = {r["attempt_id"]: r["created"] for r in requests if r["outcome"] in FAULTS}
        resolved = {a["attempt_id"]: a["state"] for a in attempts if a["attempt_id"] in lost}
        self.assertEqual(resolved, {i: "ended" if created else "not_placed" for i, created in lost.items()})

    def test_any_of_the_numbers(self):
        self.resolve_doubts("or")

    def test_the_last_number_only(self):
        self.resolve_doubts("last")

    def test_the_first_number_only(self):
        self.resolve_doubts("first")

    def test_numbers_in_another_form(self):
        self.resolve_doubts("e164")

    def test_a_filter_that_is_ignored(self):
        self.resolve_doubts("ignored")

    def test_a_filter_that_never_finds_anything(self):
        self.resolve_doubts("none")


if __name__ == "__main__":
    unittest.main()
