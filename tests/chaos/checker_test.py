"""The checker finds what it is for: a sound run passes, and each kind of damage to it is named."""

import copy
import datetime
import unittest
import zoneinfo

import checker

BEGIN = int(datetime.datetime(2026, 5, 4, 10, 0, tzinfo=zoneinfo.ZoneInfo("Asia/Seoul")).timestamp() * 1000)


def attempt_id(n):
    return f"019df000-0000-7000-8000-{n:012d}"


def sound(calls=6):
    """A run in which each of some leads was called once, a second after each other, two seconds long."""
    ledger, attempts, leads = [], [], []
    for n in range(calls):
        at = BEGIN + 1000 * n
        ledger.append({"method": "POST", "at_ms": at, "attempt_id": attempt_id(n), "to_number": f"0105000000{n}",
                       "from_number": "07010000001", "created": True, "call_id": f"call-{n}", "reason": "user_hangup",
                       "end_at": at + 2000, "status": 201, "outcome": "accepted"})
        attempts.append({"attempt_id": attempt_id(n), "account": "main", "campaign": "one", "lead_id": n, "epoch": 1,
                         "state": "ended", "disposition": "user_hangup", "call_id": f"call-{n}", "from_number": "07010000001",
                         "http_status": 201, "detail": None, "counted": True, "settled": True, "claimed_ms": at - 100})
        leads.append({"lead_id": n, "campaign": "one", "to_number": f"0105000000{n}", "state": "done",
                      "outcome": "user_hangup", "attempts": 1})
    # One that was never placed, of a lead that is to be called again.
    ledger.append({"method": "POST", "at_ms": BEGIN + 9000, "attempt_id": attempt_id(90), "to_number": "01050000090",
                   "from_number": "07010000001", "created": False, "call_id": None, "reason": None, "end_at": None,
                   "status": None, "outcome": "reset-before"})
    attempts.append({"attempt_id": attempt_id(90), "account": "main", "campaign": "one", "lead_id": 90, "epoch": 1,
                     "state": "not_placed", "disposition": "not_placed", "call_id": None, "from_number": "07010000001",
                     "http_status": None, "detail": "reset", "counted": False, "settled": True, "claimed_ms": BEGIN + 8900})
    leads.append({"lead_id": 90, "campaign": "one", "to_number": "01050000090", "state": "ready", "outcome": None,
                  "attempts": 0})
    ledger.append({"method": "GET", "at_ms": BEGIN + 9500, "target": "/v3/calls", "status": 200})
    return {
        "description": {
            "accounts": {"main": {"limits": {"concurrency": 3, "per_minute": 10}, "requests": {"per_second": 2},
                                  "caller_numbers": {"07010000001": {"limits": {"per_hour": 8}}}, "clock_offset_ms": 0}},
            "campaigns": {"one": {"campaign": "one", "timezone": "Asia/Seoul", "caller_numbers": ["07010000001"],
                                  "calling_windows": [{"days": "daily", "from": "10:00", "to": "10:02"}],
                                  "limits": {"concurrency": 2}, "frequency_caps": [{"attempts": 1, "per": "1d"}]}},
            "imported": {"one": calls + 1},
            "secrets": ["key-0123456789", "path-secret-9"],
            "suppressed": [], "transit_ms": 500,
        },
        "outcome": {"highest": {"daemon-1": {"rss_high_kb": 30000, "descriptors": 20}}, "problems": [], "struck": {},
                    "injected": {}, "kinds": [], "operators": {}, "failpoints": {}, "daemon_runs": 1},
        "ledgers": {"main": ledger},
        "attempts": attempts,
        "leads": leads,
        "changed": [],
        "snapshots": 1,
        "logs": {"daemon-1.1.log": "account main: owned, epoch 1\nattempt 010****0000: called\n"},
        "inbox": [],
        "webhooks": {},
    }


class CheckerTest(unittest.TestCase):
    def setUp(self):
        self.run = sound()
        self.posts = self.run["ledgers"]["main"]
        self.limits = self.run["description"]["accounts"]["main"]["limits"]

    def rules(self):
        return {violation["rule"] for violation in checker.judge(self.run).violations}

    def assert_finds(self, *rules):
        self.assertEqual(self.rules(), set(rules))

    def test_a_sound_run_passes(self):
        verdict = checker.judge(self.run)
        self.assertEqual(verdict.violations, [])
        self.assertTrue(verdict.passed)
        self.assertEqual(verdict.figures["calls"], 6)
        self.assertEqual(verdict.figures["doubts resolved as not placed"], 1)

    def test_a_run_without_a_call_shows_nothing(self):
        for post in self.posts:
            post["created"] = False
        self.assertIn("nobody was called", checker.judge(self.run).missing)

    # --- never twice

    def test_an_attempt_that_was_sent_twice(self):
        again = copy.deepcopy(self.posts[-2])
        again["at_ms"] += 2000
        self.posts.append(again)
        self.assert_finds("twice")

    def test_a_post_without_an_intent(self):
        self.run["attempts"] = [a for a in self.run["attempts"] if a["attempt_id"] != attempt_id(90)]
        self.assert_finds("twice")

    def test_a_post_without_an_attempt_id(self):
        self.posts[-2]["attempt_id"] = None
        self.assert_finds("twice")

    def test_a_post_to_another_number(self):
        self.posts[-2]["to_number"] = "01059999999"
        self.assert_finds("twice")

    def test_two_calls_to_a_number_at_once(self):
        del self.run["description"]["campaigns"]["one"]["frequency_caps"]
        self.second_call_to_the_first_lead(after_ms=1500)
        self.assertIn("overlap", self.rules())

    def test_two_calls_to_a_number_after_each_other(self):
        del self.run["description"]["campaigns"]["one"]["frequency_caps"]
        self.second_call_to_the_first_lead(after_ms=20_000)
        self.assert_finds()

    def second_call_to_the_first_lead(self, after_ms):
        post, attempt = copy.deepcopy(self.posts[0]), copy.deepcopy(self.run["attempts"][0])
        post.update(at_ms=BEGIN + after_ms, end_at=BEGIN + after_ms + 2000, attempt_id=attempt_id(70), call_id="call-70")
        attempt.update(attempt_id=attempt_id(70), call_id="call-70")
        self.posts.append(post)
        self.run["attempts"].append(attempt)
        self.run["leads"][0]["attempts"] = 2

    # --- never over

    def test_a_window_with_one_call_too_many(self):
        self.limits["per_minute"] = 6
        self.assert_finds()
        self.limits["per_minute"] = 5
        self.assert_finds("window")

    def test_a_window_of_a_caller_number(self):
        self.run["description"]["accounts"]["main"]["caller_numbers"]["07010000001"]["limits"]["per_hour"] = 5
        self.assert_finds("window")

    def test_a_window_of_a_campaign(self):
        self.run["description"]["campaigns"]["one"]["limits"]["per_day"] = 5
        self.assert_finds("window")

    def test_calls_that_are_a_window_apart_are_not_in_it(self):
        self.limits["per_minute"] = 5
        self.posts[0]["at_ms"] -= 55_000
        self.posts[0]["end_at"] -= 55_000
        self.run["description"]["campaigns"]["one"]["calling_windows"][0]["from"] = "09:59"
        self.assert_finds()

    def test_too_many_calls_open(self):
        self.posts[0]["end_at"] += 1000
        self.assert_finds("concurrency")

    def test_too_many_requests(self):
        self.posts.append({"method": "GET", "at_ms": BEGIN + 9700, "target": "/v3/calls", "status": 200})
        self.assert_finds("requests")

    # --- never out of bounds

    def test_a_call_before_and_after_the_window(self):
        self.run["description"]["campaigns"]["one"]["calling_windows"][0]["from"] = "10:01"
        self.assert_finds("hours")
        self.run["description"]["campaigns"]["one"]["calling_windows"][0].update({"from": "09:00", "to": "10:00"})
        self.assert_finds("hours")

    def test_windows_are_read_on_the_campaigns_clock(self):
        self.run["description"]["campaigns"]["one"]["timezone"] = "America/New_York"
        self.assert_finds("hours")
        self.run["description"]["campaigns"]["one"]["calling_windows"] = [{"days": "daily", "from": "21:00", "to": "21:02"}]
        self.assert_finds()

    def test_a_providers_clock_that_differs_is_put_right(self):
        for post in self.posts:
            post["at_ms"] += 200_000
            if post.get("end_at"):
                post["end_at"] += 200_000
        self.assert_finds("hours")
        self.run["description"]["accounts"]["main"]["clock_offset_ms"] = 200_000
        self.assert_finds()

    def test_a_call_after_an_opt_out(self):
        def opt_out(before_ms):
            self.run["description"]["suppressed"] = [
                {"number": self.posts[5]["to_number"], "committed_at": (self.posts[5]["at_ms"] - before_ms) / 1000}]
        opt_out(1499)
        self.assert_finds()
        opt_out(1501)
        self.assert_finds("suppressed")

    # Calls 0 to 5 leave a second after each other and are claimed 100 ms before; each is open for two seconds.

    def halt(self, returned_ms, until_ms):
        self.run["description"]["halts"] = [{"campaign": "one", "how": "pause", "returned_at": (BEGIN + returned_ms) / 1000,
                                             "until": until_ms and (BEGIN + until_ms) / 1000}]

    def test_a_lead_that_was_claimed_while_its_campaign_was_paused(self):
        self.halt(4901, None)  # after the claim of the last call
        self.run["attempts"][-1]["claimed_ms"] = BEGIN
        self.posts[-2]["at_ms"] = BEGIN + 6300
        self.assert_finds()
        self.halt(4899, None)
        self.assert_finds("halted")
        self.halt(4899, 5500)
        self.assert_finds("halted")
        self.halt(2901, 3899)  # resumed before the next claim
        self.assert_finds()
        self.run["description"]["campaigns"]["two"] = {**self.run["description"]["campaigns"]["one"], "campaign": "two"}
        self.halt(4899, None)
        self.run["description"]["halts"][0]["campaign"] = "two"
        self.assert_finds()

    def test_a_call_that_left_long_after_its_campaign_was_paused(self):
        for attempt in self.run["attempts"]:
            attempt["claimed_ms"] = BEGIN - 100
        self.posts[-2]["at_ms"] = BEGIN
        self.halt(3501, None)  # 1499 ms before the last call
        self.assert_finds()
        self.halt(3499, None)
        self.assert_finds("halted")
        self.halt(3499, 4999)
        self.assert_finds()

    def revise(self, limits, applied_ms, until_ms):
        self.run["description"]["revisions"] = [{"campaign": "one", "limits": limits, "applied_at": (BEGIN + applied_ms) / 1000,
                                                 "until": (BEGIN + until_ms) / 1000}]

    def test_a_call_above_a_limit_that_was_lowered(self):
        self.revise({"per_minute": 5}, 0, 60_000)
        self.assert_finds("revised")
        self.revise({"per_minute": 6}, 0, 60_000)
        self.assert_finds()
        self.revise({"per_minute": 1}, 4501, 60_000)  # all of them were on their way
        self.assert_finds()
        self.revise({"per_minute": 1}, 4499, 60_000)  # what left before it counts, and only the last was let in under it
        self.assert_finds("revised")
        self.assertEqual(len(checker.judge(self.run).violations), 1)
        self.revise({"per_minute": 1}, 4499, 5000)
        self.assert_finds()

    def test_a_post_that_a_reload_left_behind(self):
        def log(*lines):
            self.run["logs"]["daemon-1.1.log"] = "".join(f"account main: {line}\n" for line in lines)
        self.run["attempts"][-1]["detail"] = "the daemon stopped before an answer was recorded"
        log("owned, epoch 1, 0 calls open", "owned, epoch 2, 1 calls open", "goes on with its new configuration, after 3 ms")
        self.assert_finds("rest")
        log("owned, epoch 2, 0 calls open", "owned, epoch 3, 1 calls open", "goes on with its new configuration, after 3 ms")
        self.assert_finds()  # somebody else had left it
        log("owned, epoch 1, 0 calls open", "no longer owned: the lease", "owned, epoch 2, 1 calls open",
            "goes on with its new configuration, after 3 ms")
        self.assert_finds()

    def test_a_call_beside_more_open_ones_than_were_allowed_since(self):
        self.revise({"concurrency": 2}, 0, 60_000)
        self.assert_finds()
        self.revise({"concurrency": 1}, 0, 60_000)
        self.assert_finds("revised")

    def test_more_calls_to_a_person_than_a_cap_allows(self):
        self.second_call_to_the_first_lead(after_ms=20_000)
        self.assert_finds("caps")

    # --- never lost

    def test_an_attempt_that_is_still_open(self):
        self.run["attempts"][0].update(state="in_progress", settled=False)
        self.assert_finds("outcome")

    def test_a_call_that_was_placed_and_is_called_not_placed(self):
        self.run["attempts"][0].update(state="not_placed", disposition="not_placed", call_id=None, counted=False)
        self.run["leads"][0].update(state="ready", outcome=None, attempts=0)
        self.assert_finds("outcome")

    def test_a_call_that_was_not_placed_and_is_called_ended(self):
        self.run["attempts"][-1].update(state="ended", call_id="call-90", counted=True)
        self.run["leads"][-1]["attempts"] = 1
        self.assert_finds("outcome")

    def test_an_outcome_that_differs(self):
        self.run["attempts"][0]["disposition"] = "dial_busy"
        self.run["leads"][0]["outcome"] = "dial_busy"
        self.assert_finds("outcome")

    def test_a_call_id_that_differs(self):
        self.run["attempts"][0]["call_id"] = "call-1"
        self.assert_finds("outcome")

    def test_an_abandoned_call_that_had_an_end(self):
        self.run["attempts"][0].update(state="abandoned", disposition="abandoned")
        self.run["leads"][0].update(state="held", outcome="abandoned")
        self.assert_finds("outcome")

    def test_what_an_operator_settled_must_be_true(self):
        self.run["attempts"][0].update(state="abandoned", disposition="resolved_placed", call_id=None)
        self.run["leads"][0].update(outcome="resolved_placed")
        self.assert_finds()
        self.run["attempts"][-1].update(state="abandoned", disposition="resolved_placed")
        self.assert_finds("outcome")

    def test_counted_without_a_call(self):
        self.run["attempts"][-1]["counted"] = True
        self.run["leads"][-1]["attempts"] = 1
        self.assert_finds("outcome")

    def test_a_terminal_row_that_changed(self):
        rows = checker.TerminalRows()
        row = {"attempt_id": attempt_id(0), "state": "ended", "disposition": "user_hangup"}
        rows.add([row])
        rows.add([dict(row)])
        self.assertEqual(rows.changed, [])
        rows.add([{**row, "disposition": "dial_busy"}])
        rows.add([])
        self.assertEqual(len(rows.changed), 2)
        self.run["changed"] = rows.changed
        self.assert_finds("immutable")

    def test_a_lead_that_is_gone(self):
        self.run["description"]["imported"]["one"] += 1
        self.assert_finds("leads")

    def test_a_lead_without_a_state(self):
        self.run["leads"][0]["state"] = None
        self.assert_finds("leads")

    def test_a_lead_that_is_active_with_nothing_open(self):
        self.run["leads"][0].update(state="active", outcome=None)
        self.assert_finds("leads")

    def test_a_lead_that_is_done_for_no_reason(self):
        self.run["leads"][-1].update(state="done", outcome="user_hangup")
        self.assert_finds("leads")

    def test_a_lead_that_is_suppressed_by_nobody(self):
        self.run["leads"][-1].update(state="done", outcome="suppressed")
        self.assert_finds("leads")

    def test_attempts_that_are_counted_wrong(self):
        self.run["leads"][0]["attempts"] = 2
        self.assert_finds("leads")

    # --- the process

    def test_memory_and_descriptors(self):
        self.run["outcome"]["highest"]["daemon-1"]["rss_high_kb"] = 900_000
        self.assert_finds("bounded")
        self.run["outcome"]["highest"]["daemon-1"] = {"descriptors": 1000}
        self.assert_finds("bounded")

    def test_secrets_and_numbers_in_logs(self):
        log = self.run["logs"]["daemon-1.1.log"]
        for text in ("key-0123456789", "/webhooks/main/path-secret-9", "to 01050000000", "+821050000000",
                     "from 07010000001"):
            self.run["logs"]["daemon-1.1.log"] = log + text + "\n"
            self.assert_finds("secret")
        # Parts of ids are no numbers.
        self.run["logs"]["daemon-1.1.log"] = log + "attempt 01950000-0000-7000-8000-01050000000a\n"
        self.assert_finds()

    def webhook(self, **changes):
        self.run["description"]["accounts"]["main"]["webhooks"] = "hint"
        self.run["webhooks"] = {"main": [{"status": 204, "call_id": "call-1", "event": "call_ended", "sha256": "aa", **changes}]}

    def test_a_webhook_that_was_answered_and_is_not_kept(self):
        self.webhook()
        self.run["inbox"] = [{"account": "main", "sha256": "aa", "verdict": "hint"}]
        self.assert_finds()
        self.run["inbox"][0]["account"] = "other"
        self.assert_finds("webhook")
        self.webhook(status=503)
        self.assert_finds()

    def test_a_forged_webhook_that_was_believed(self):
        self.run["inbox"] = [{"account": "main", "sha256": "aa", "verdict": "hint"}]
        self.webhook(forgery="no-signature")
        self.assert_finds()  # without a signature nobody could tell, and nothing but a look at the call comes of it
        self.run["description"]["accounts"]["main"]["webhooks"] = "trusted"
        self.assert_finds("webhook")
        self.webhook(forgery="wrong-path")
        self.assert_finds("webhook")

    def test_what_the_run_saw(self):
        self.run["outcome"]["problems"] = ["daemon-1.3.log: ended with code -6"]
        self.assert_finds("run")

    def test_a_fault_that_never_struck(self):
        self.run["description"]["sometimes"] = True
        self.run["outcome"].update(kinds=["kill", "failpoint"], injected={"kill": 1, "failpoint": 1},
                                   struck={"failpoint-stop": 2})
        missing = checker.judge(self.run).missing
        self.assertIn("kill never struck", missing)
        self.assertNotIn("failpoint never struck", missing)
        self.assertIn("takeovers: none", missing)


if __name__ == "__main__":
    unittest.main()
