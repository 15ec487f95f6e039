"""Two daemons, one account: one of them calls. When it falls silent the other takes over, and it does nothing more."""

import signal
import time
import unittest

from books import attempts_of, check_books
from harness import ProcessTest, wait_until

LEASE = 3
LEADS = 120


class StandbyTest(ProcessTest):
    def start_two(self):
        # Slots are free at every moment, so that a daemon which believes to own the account would call at once.
        self.campaign_of(LEADS, "--outcomes", "user_hangup=4,dial_no_answer=1", "--ring-ms", "50:200", "--talk-ms",
                         "100:500", "--fault", "slow=0.6", "--slow-ms", "50:250",
                         limits={"concurrency": 40, "per_second": 20},
                         campaign={"retry": {"reasons": {"dial_no_answer": {"retry": ["1s"], "max": 1}}}})
        owner = self.start_daemon("--until-done")
        owner.wait_for_log("owned, epoch 1")
        standby = self.start_daemon("--until-done")
        standby.wait_for_log("standing by")
        self.sim.wait_for_posts(20)
        self.assertNotIn(": owned,", standby.log())
        return owner, standby

    def check_the_end(self):
        attempts = check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": LEADS})
        self.assertEqual({attempt["epoch"] for attempt in attempts}, {1, 2})

    def test_the_standby_takes_over_from_a_killed_owner(self):
        owner, standby = self.start_two()
        owner.kill()
        begin = time.monotonic()
        standby.wait_for_log("owned, epoch 2")
        self.assertLess(time.monotonic() - begin, LEASE + 2.5)
        self.assertEqual(standby.wait(60), 0)
        self.check_the_end()

    def test_an_owner_that_was_frozen_finds_itself_replaced(self):
        owner, standby = self.start_two()
        owner.send(signal.SIGSTOP)
        # A process that is frozen within a transaction keeps its locks until the server ends it
        # (idle_in_transaction_session_timeout).
        standby.wait_for_log("owned, epoch 2", timeout=20)
        taken_over = time.time() * 1e6
        self.sim.wait_for_posts(len(self.sim.posts()) + 5)
        owner.send(signal.SIGCONT)
        owner.wait_for_log("no longer owned")
        owner.wait_for_log("standing by")
        # Whoever ends the campaign lets go of the account; the other then finds nothing left to do.
        self.assertEqual(standby.wait(60), 0)
        self.assertEqual(owner.wait(20), 0)
        epochs = {attempt["attempt_id"]: attempt["epoch"] for attempt in attempts_of(self.db)}
        late = [post for post in self.sim.posts() if epochs[post["attempt_id"]] == 1 and post["at_us"] > taken_over]
        self.assertEqual(late, [], "the former owner called after the takeover")
        wait_until(lambda: self.db.value("select count(*) from dialerd.ownership where lease_until > now()") == 0, 5,
                   "nobody holds the account")
        self.check_the_end()


if __name__ == "__main__":
    unittest.main()
