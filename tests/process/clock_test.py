"""A provider whose clock is far from the database's: its list, asked for by time, proves nothing."""

import unittest

from harness import ProcessTest, wait_until


class ClockTest(ProcessTest):
    def test_a_call_in_doubt_is_not_dialled_again_when_the_clocks_differ(self):
        # By the provider's clock every call was made ten minutes before any time that we would list from.
        self.campaign_of(10, "--clock-offset-ms", "-600000", "--fault", "reset-after=1.0",
                         "--ring-ms", "20:50", "--talk-ms", "50:150")
        daemon = self.start_daemon()
        self.sim.wait_for_posts(10)
        daemon.wait_for_log("the provider's clock and the database's differ")
        # list_lag is a second: by now two complete lists would have proved their absence several times over.
        lists = len([request for request in self.sim.ledger() if request["method"] == "GET"])
        wait_until(lambda: len([r for r in self.sim.ledger() if r["method"] == "GET"]) >= lists + 40, 30, "40 more lists")
        self.assertEqual(len(self.sim.posts()), 10)
        states = {row["state"] for row in self.db.rows("select distinct state from dialerd.attempt")}
        self.assertEqual(states, {"unknown"})


if __name__ == "__main__":
    unittest.main()
