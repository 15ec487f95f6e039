"""kill -9, at any moment: nothing is sent twice, nothing is lost, and the next start finds out about the rest."""

import random
import re
import time
import unittest

from books import check_books
from harness import ProcessTest

LEADS = 200


class CrashTest(ProcessTest):
    def test_killed_again_and_again(self):
        chance = random.Random(20260501)
        # Slow answers: most kills find POSTs whose answer nobody will read.
        self.campaign_of(LEADS, "--outcomes", "user_hangup=6,dial_no_answer=3,dial_busy=1", "--ring-ms", "50:300",
                         "--talk-ms", "100:1200", "--list-lag-ms", "0:500", "--fault", "slow=0.6",
                         "--slow-ms", "50:300", "--fault", "reset-after=0.02",
                         limits={"concurrency": 30}, http={"response_timeout": "1s"},
                         campaign={"retry": {"reasons": {reason: {"retry": ["1s"], "max": 1}
                                                         for reason in ("dial_no_answer", "dial_busy")}}})
        def run_until(moment):
            daemon = self.start_daemon()
            moment(daemon)
            daemon.kill()

        def after_more_calls(daemon):
            self.sim.wait_for_posts(len(self.sim.posts()) + chance.randint(1, 50))
            time.sleep(chance.uniform(0, 0.05))  # which moment is what chance is for

        run_until(after_more_calls)
        run_until(lambda daemon: daemon.wait_for_log("started as"))
        run_until(lambda daemon: daemon.wait_for_log("owned, epoch"))
        for _ in range(3):
            run_until(after_more_calls)
        run_until(lambda daemon: time.sleep(chance.uniform(0, 0.02)))

        self.assertEqual(self.start_daemon("--until-done").wait(60), 0)
        attempts = check_books(self, self.db, self.sim.ledger())
        states = self.db.lead_states()
        self.assertEqual(states, {"done": LEADS})
        self.assertGreaterEqual(max(attempt["epoch"] for attempt in attempts), 5, "the kills came too late to matter")
        logs = "".join(log.read_text() for log in self.folder.glob("dialerd-*.log"))
        doubts = sum(int(n) for n in re.findall(r"of them (\d+) in doubt", logs))
        self.assertGreater(doubts, 5, "no kill met a POST without an answer: the test shows nothing")


if __name__ == "__main__":
    unittest.main()
