"""dialerd's own limits, as the provider's clock sees them."""

import time
import unittest

from books import check_books, check_ledger, most_open, most_within
from harness import ProcessTest, wait_until


class LimitsTest(ProcessTest):
    def test_concurrency_of_the_account_and_of_each_campaign(self):
        self.start_voxsim("--ring-ms", "50:200", "--talk-ms", "200:600", "--list-lag-ms", "0:200")
        self.write_config(limits={"concurrency": 9})
        callers = {"campaign": "07011112222", "campaign-2": "07011113333"}
        for i, (name, caller) in enumerate(callers.items()):
            self.write_campaign(name, caller_numbers=[caller], limits={"concurrency": 6})
            self.import_leads(60, name, first=1000 * i)
        self.assertEqual(self.start_daemon("--until-done").wait(60), 0)

        calls = [post for post in self.sim.posts() if post["created"]]
        self.assertEqual(len(calls), 120)
        self.assertLessEqual(most_open(calls), 9)
        self.assertGreater(most_open(calls), 6, "both campaigns together never got further than one")
        for caller in callers.values():
            of_one = most_open([call for call in calls if call["from_number"] == caller])
            self.assertLessEqual(of_one, 6)
            self.assertGreater(of_one, 3, "the limit was not made use of")
        check_books(self, self.db, self.sim.ledger())

    def test_per_second_spaces_calls(self):
        limit, leads = 20, 50
        # On a busy machine a request may be on its way for some time. That much may come late, and no more.
        jitter_us = 150_000
        self.campaign_of(leads, "--ring-ms", "10", "--talk-ms", "10", limits={"concurrency": 40, "per_second": limit})
        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)
        times = [post["at_us"] for post in self.sim.posts()]
        self.assertEqual(len(times), leads)
        self.assertLessEqual(most_within(times, 1_000_000), limit + limit * jitter_us // 1_000_000)
        least_us = (leads - 1) * 1_000_000 // limit
        self.assertGreaterEqual(max(times) - min(times), least_us - jitter_us)
        self.assertLess(max(times) - min(times), 2 * least_us, "half of the limit was left unused")

    def test_per_minute_holds_across_a_kill(self):
        limit = 8
        self.campaign_of(20, "--ring-ms", "10:50", "--talk-ms", "50:150", "--fault", "slow=1", "--slow-ms", "100:400",
                         "--fault", "reset-after=0.2", campaign={"limits": {"per_minute": limit, "per_second": 10}})
        daemon = self.start_daemon()
        self.sim.wait_for_posts(5)
        daemon.kill()
        self.assertLess(len(self.sim.posts()), limit, "killed too late to leave something of the limit")
        daemon = self.start_daemon()
        # The rest of the limit is used. An attempt that the kill kept from being sent may cost its share all the same:
        # it takes the new process some time to be sure of it.
        def used_up():
            return len(self.sim.posts()) + self.db.value(
                "select count(*) from dialerd.attempt where state = 'not_placed'") >= limit
        wait_until(used_up, 20, "the limit is used up")
        # What comes too much would come now: nothing else keeps the twelve other leads back.
        time.sleep(3)
        daemon.kill()
        self.start_daemon().wait_for_log("owned, epoch 3")
        time.sleep(2)
        posted = len(self.sim.posts())
        self.assertLessEqual(posted, limit)
        self.assertEqual(self.db.lead_states(), {"done": posted, "ready": 20 - posted})
        check_ledger(self, self.sim.ledger())


if __name__ == "__main__":
    unittest.main()
