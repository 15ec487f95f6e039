"""What the provider computes after a call: it comes later, is kept, and shows in the report."""

import unittest

from harness import ProcessTest, wait_until


class CallDetailsTest(ProcessTest):
    def test_cost_and_analysis_are_filled_in_after_a_restart_too(self):
        self.campaign_of(6, "--outcomes", "user_hangup=1", "--ring-ms", "10:30", "--talk-ms", "1000",
                         "--analysis-ms", "500")
        first = self.start_daemon()
        wait_until(lambda: self.db.lead_states() == {"done": 6}, 20, "all calls have ended")
        self.assertEqual(first.stop(), 0)
        wait_until(lambda: self.db.value("select max(settled_at) < now() - interval '600 ms' from dialerd.attempt"), 10,
                   "the provider has analysed them all")

        self.start_daemon()
        wait_until(lambda: self.db.value("select count(*) from dialerd.call_detail") == 6, 20, "all have details")
        details = self.db.rows("select distinct total_cost, summary, sentiment, analysis, "
                               "recording_url ~ '^https://recordings' as recorded from dialerd.call_detail")
        self.assertEqual([tuple(row.values()) for row in details],
                         [(2.00, "통화가 완료되었습니다.", "neutral", None, True)])
        self.assertEqual(self.db.value("select count(*) from dialerd.late_news"), 0)
        self.assertRegex(self.dialerd("report", "campaign"), r"known_cost_krw\n.* 12\.00\n")

    def test_a_call_that_did_not_connect_gets_none_and_none_is_waited_for(self):
        self.campaign_of(3, "--outcomes", "dial_failed=1", "--ring-ms", "10:30",
                         campaign={"retry": {"max_attempts": 1}})
        self.assertEqual(self.start_daemon("--until-done").wait(20), 0)
        self.assertEqual(self.db.lead_states(), {"done": 3})
        self.assertEqual(self.db.value("select count(*) from dialerd.call_detail"), 0)


if __name__ == "__main__":
    unittest.main()
