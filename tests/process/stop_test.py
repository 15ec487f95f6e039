"""SIGTERM: no more calls, the answers under way are waited for, and the exit code says whether they came."""

import datetime
import signal
import unittest

from books import check_books, check_ledger
from harness import ProcessTest, wait_until

STOPPING = "asked to stop: no more calls"


def logged_at_us(daemon, text):
    line = next(line for line in daemon.log().splitlines() if text in line)
    at = datetime.datetime.strptime(line.split()[0], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return int(at.timestamp() * 1_000_000)


class StopTest(ProcessTest):
    def test_a_drain_sends_nothing_more_and_loses_no_answer(self):
        self.campaign_of(60, "--fault", "slow=1", "--slow-ms", "1000:1500", "--talk-ms", "100:300",
                         limits={"concurrency": 50, "per_second": 20})
        daemon = self.start_daemon()
        self.sim.wait_for_posts(15)
        daemon.send(signal.SIGTERM)
        with self.took_less_than(6, "the drain"):
            self.assertEqual(daemon.wait(10), 0)

        # At 20 a second a daemon that goes on calling would send 20 or more while it waits for these answers. A request
        # that was on its way when the signal came may arrive a little later.
        stopped_at = logged_at_us(daemon, STOPPING)
        late = [post for post in self.sim.posts() if post["at_us"] > stopped_at + 200_000]
        self.assertEqual(late, [])
        posted = len(self.sim.posts())
        self.assertLess(posted, 60)
        attempts = self.db.rows("select state, count(*) from dialerd.attempt group by state")
        self.assertLessEqual({row["state"] for row in attempts}, {"in_progress", "ended", "not_placed"})
        self.assertEqual(self.db.value("select count(*) from dialerd.attempt where call_id is not null"), posted)
        self.assertEqual(self.db.value("select count(*) from dialerd.ownership where lease_until > now()"), 0)

        self.assertEqual(self.start_daemon("--until-done").wait(40), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": 60})

    def hanging(self, drain_timeout):
        self.campaign_of(6, "--fault", "hang-after=1", "--ring-ms", "20", "--talk-ms", "50",
                         http={"response_timeout": "5m"}, drain_timeout=drain_timeout)
        daemon = self.start_daemon()
        self.sim.wait_for_posts(6)
        daemon.send(signal.SIGTERM)
        daemon.wait_for_log(STOPPING)
        return daemon

    def test_answers_that_never_come_end_the_drain_at_its_timeout(self):
        daemon = self.hanging("2s")
        with self.took_less_than(4, "a drain with drain_timeout 2s"):
            self.assertEqual(daemon.wait(10), 6)
        self.assertIn("still outstanding after drain_timeout", daemon.log())

        # The next start finds out what came of them, without sending anything again.
        self.write_config(http={"response_timeout": "1s"})
        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual(len(self.sim.posts()), 6)
        self.assertEqual(self.db.lead_states(), {"done": 6})

    def test_a_second_signal_stops_at_once(self):
        daemon = self.hanging("5m")
        self.assertTrue(daemon.running())
        daemon.send(signal.SIGTERM)
        with self.took_less_than(3, "the end after a second signal"):
            self.assertEqual(daemon.wait(10), 6)
        check_ledger(self, self.sim.ledger())
        wait_until(lambda: self.db.value("select count(*) from dialerd.ownership where lease_until > now()") == 0, 5,
                   "the account is free")


if __name__ == "__main__":
    unittest.main()
