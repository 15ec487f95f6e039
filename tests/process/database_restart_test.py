"""PostgreSQL crashes and comes back, once after longer than the lease: the daemon stays up, and the campaign ends."""

import random
import subprocess
import time
import unittest

from books import check_books
from harness import SOURCE, Database, ProcessTest

LEADS = 150
LEASE = 3


class DatabaseRestartTest(ProcessTest):
    """Has a cluster of its own, because it is crashed."""

    def postgres(self, command, *options):
        done = subprocess.run([SOURCE / "deploy" / "private-postgres", command, self.folder / "postgres", *options],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def make_database(self):
        self.addCleanup(self.postgres, "stop", "--immediate")
        self.postgres("start", "--small", "--no-fsync")
        return Database(self.postgres("conninfo"))

    def test_crashes_of_the_database(self):
        chance = random.Random(11)
        self.campaign_of(LEADS, "--outcomes", "user_hangup=3,dial_no_answer=1", "--ring-ms", "50:200", "--talk-ms",
                         "100:500", "--fault", "slow=0.7", "--slow-ms", "20:200", limits={"concurrency": 12},
                         campaign={"retry": {"reasons": {"dial_no_answer": {"retry": ["1s"], "max": 1}}}})
        daemon = self.start_daemon("--until-done")
        for down in (0, LEASE + 1, 0):
            self.sim.wait_for_posts(len(self.sim.posts()) + chance.randint(15, 35))
            self.postgres("stop", "--immediate")
            # What was claimed before may still be sent. Without a database nothing more is claimed, and nothing sent.
            quiet_from = time.time() * 1e6 + 300_000
            time.sleep(down)
            back = time.time() * 1e6
            self.postgres("start", "--small", "--no-fsync")
            sent = [post for post in self.sim.posts() if quiet_from < post["at_us"] < back]
            self.assertEqual(sent, [], "calls without a database to write them down in")
        self.assertEqual(daemon.wait(60), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": LEADS})
        self.assertIn("database: works again", daemon.log())


if __name__ == "__main__":
    unittest.main()
