"""dialerd pause and resume: from the moment that pause returns no lead is claimed."""

import time
import unittest

from books import check_books
from harness import ProcessTest, wait_until


class PauseTest(ProcessTest):
    def test_nothing_is_claimed_after_pause_returned(self):
        self.campaign_of(50, "--ring-ms", "20:50", "--talk-ms", "50:150",
                         limits={"concurrency": 20}, campaign={"limits": {"per_second": 10}})
        self.write_campaign("campaign-2", limits={"per_second": 10})
        self.import_leads(40, "campaign-2", first=1000)
        daemon = self.start_daemon("--until-done")
        self.sim.wait_for_posts(20)

        self.dialerd("pause", "campaign", "--reason", "complaints from Busan")
        returned = time.time()
        claimed_later = ("select c.name, count(*) from dialerd.attempt a join dialerd.campaign c using (campaign_id) "
                         f"where a.claimed_at > to_timestamp({returned}) group by c.name")
        self.assertGreater(self.db.lead_states()["ready"], 20, "paused too late to show anything")

        status = self.dialerd("status")
        line = next(line for line in status.splitlines() if line.split()[:1] == ["campaign"] and "main" in line)
        self.assertIn("paused", line)
        self.assertIn("complaints from Busan", line)
        changed_by = self.db.value("select changed_by from dialerd.campaign_control where wish = 'paused'")
        self.assertTrue(changed_by)

        # The other campaign goes on meanwhile, with as many calls a second.
        wait_until(lambda: any(row["count"] >= 12 for row in self.db.rows(claimed_later)), 15, "calls of the other")
        self.assertEqual({row["name"] for row in self.db.rows(claimed_later)}, {"campaign-2"})
        self.assertIn('campaign campaign: paused: "complaints from Busan"', daemon.log())
        wait_until(lambda: not self.db.lead_states().get("active"), 10, "calls under way go on to their end")
        self.assertTrue(daemon.running(), "a paused campaign is not done")

        self.dialerd("resume", "campaign")
        self.assertEqual(daemon.wait(30), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": 50})
        self.assertNotIn("paused", self.dialerd("status"))


if __name__ == "__main__":
    unittest.main()
