"""Every kind of end, and every fault on the way there: the books agree, and no lead is forgotten."""

import signal
import unittest

from books import check_books
from harness import ProcessTest, wait_until

ENDS = ["user_hangup", "agent_hangup", "call_transfer", "max_duration_reached", "inactivity", "voicemail_reached",
        "dial_no_answer", "dial_busy", "dial_declined", "dial_failed", "flow_error", "error_voxai",
        "orphaned_no_agent_pickup"]
REFUSALS = ["concurrency_limit_reached", "hourly_call_limit_reached", "daily_call_limit_reached",
            "insufficient_balance"]
UNDOCUMENTED = "hung_up_by_a_cat"
FAULTS = ["reset-before", "reset-after", "error-500-before", "error-500-after", "garbage", "truncated", "hang-after"]

SECONDS = {reason: {"retry": ["1s"], "max": 1} for reason in ENDS[5:]}


class OutcomesTest(ProcessTest):
    def test_every_end_and_every_fault_is_recorded_once(self):
        leads = 350
        outcomes = ",".join(f"{reason}=2" for reason in ENDS + [UNDOCUMENTED])
        faults = [flag for fault in FAULTS for flag in ("--fault", f"{fault}=0.02")]
        self.campaign_of(leads, "--outcomes", outcomes, *faults, "--ring-ms", "20:80", "--talk-ms", "50:400",
                         "--list-lag-ms", "0:300", "--seed", "7", http={"response_timeout": "1s"},
                         campaign={"retry": {"max_attempts": 3, "reasons": SECONDS}})
        # A number that the provider refuses with 400: it is the lead that is wrong.
        self.db.execute("insert into dialerd.lead (campaign_id, to_number, fields) "
                        "select campaign_id, '0123456', '{\"name\": \"a short number\"}' from dialerd.campaign")
        self.assertEqual(self.start_daemon("--until-done").wait(60), 0)

        requests = self.sim.ledger()
        attempts = check_books(self, self.db, requests)
        states = self.db.lead_states()
        self.assertEqual(states.keys(), {"done", "held"})
        self.assertEqual(sum(states.values()), leads + 1)
        self.assertEqual({r["outcome"] for r in requests if r["method"] == "POST"},
                         {"accepted", "VALIDATION_ERROR", *FAULTS}, "the run did not meet every fault")

        dispositions = {attempt["disposition"] for attempt in attempts}
        self.assertEqual(dispositions, {*ENDS, UNDOCUMENTED, "rejected", "not_placed"})
        held = {attempt["disposition"] for attempt in attempts if attempt["lead_state"] == "held"
                and attempt["lead_outcome"] == attempt["disposition"]}
        self.assertEqual(held, {UNDOCUMENTED, "rejected"})
        posted = {request.get("attempt_id") for request in requests}
        unposted = [a["disposition"] for a in attempts if a["attempt_id"] not in posted]
        self.assertTrue(all(d.startswith("not_sent") for d in unposted), unposted)
        refused = next(a for a in attempts if a["disposition"] == "rejected")
        self.assertEqual((refused["to_number"], refused["http_status"]), ("0123456", 400))
        self.assertIn("VALIDATION_ERROR", refused["detail"])

    def test_a_refusal_by_the_provider_never_spends_an_attempt(self):
        outcomes = ",".join(f"{reason}=1" for reason in REFUSALS) + ",user_hangup=4"
        retry = {"max_attempts": 1, "reasons": {reason: {"retry": ["1s"]} for reason in REFUSALS}}
        self.campaign_of(20, "--outcomes", outcomes, "--ring-ms", "10:30", "--talk-ms", "10:30", "--seed", "3",
                         campaign={"retry": retry})

        # The account waits minutes or hours after such refusals; a restart is what makes it ask again at once.
        def round_trip():
            before = len(self.sim.posts())
            daemon = self.start_daemon()
            wait_until(lambda: len(self.sim.posts()) > before, 10, "a call")
            wait_until(lambda: not self.db.lead_states().get("active"), 10, "no open call")
            daemon.send(signal.SIGTERM)
            self.assertEqual(daemon.wait(10), 0)
            return self.db.lead_states().get("ready", 0) == 0
        wait_until(round_trip, 40, "every lead is done")

        attempts = check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": 20})
        self.assertEqual({a["disposition"] for a in attempts if a["call_id"]}, {*REFUSALS, "user_hangup"})
        self.assertEqual({a["disposition"] for a in attempts if a["counted"]}, {"user_hangup"})
        self.assertEqual({a["lead_attempts"] for a in attempts}, {1})


if __name__ == "__main__":
    unittest.main()
