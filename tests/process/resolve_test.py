"""`dialerd resolve`: a person who knows settles a call in doubt, while its daemon runs and while none does."""

import unittest

from harness import ProcessTest, wait_until

# Every POST makes a call and gets no answer, and no listing shows it: a doubt that stays.
DOUBTS = ("--fault", "hang-after=1", "--list-lag-ms", "3600000", "--ring-ms", "10", "--talk-ms", "10")
FOLLOW = {"list_lag": "10m", "horizon": "30m", "abandon_after": "2h"}


class ResolveTest(ProcessTest):
    def doubts(self, leads, **campaign):
        """A daemon with so many leads, whose calls are all in doubt."""
        self.campaign_of(leads, *DOUBTS, follow=FOLLOW, http={"response_timeout": "300ms"}, campaign=campaign)
        daemon = self.start_daemon()
        wait_until(lambda: len(self.attempts("unknown")) == leads, 20, "all calls are in doubt")
        # Who is ready again stays so, to be looked at.
        self.dialerd("pause", "campaign", "--reason", "test")
        daemon.wait_for_log("campaign campaign: paused")
        return daemon

    def attempts(self, state=None):
        where = f"where state = '{state}'" if state else ""
        return [row["attempt_id"] for row in
                self.db.rows(f"select attempt_id from dialerd.attempt {where} order by attempt_id")]

    def row(self, attempt):
        """The attempt's state, disposition and whether it counts; the lead's state, outcome and counted attempts."""
        row, = self.db.rows("select a.state, a.disposition, a.counted, s.state as lead, s.outcome, s.attempts "
                            "from dialerd.attempt a join dialerd.lead_state s using (lead_id) "
                            f"where a.attempt_id = '{attempt}'")
        return tuple(row.values())

    def refused(self, *arguments):
        done = self.command("resolve", *arguments, "--reason", "test")
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        return done.stderr

    def why(self, attempt):
        lead = self.db.value(f"select lead_id from dialerd.attempt where attempt_id = '{attempt}'")
        return self.dialerd("why", str(lead))

    def wait_for_the_leases_end(self):
        wait_until(lambda: self.db.value("select lease_until < clock_timestamp() from dialerd.ownership"), 20,
                   "the lease has run out")

    def test_both_verdicts_while_the_daemon_runs(self):
        daemon = self.doubts(3)
        placed, not_placed, other = self.attempts()
        self.assertIn(f"`dialerd resolve {placed} placed|not-placed --reason ...`", self.why(placed))
        report = self.dialerd("report", "campaign")
        self.assertIn(f"dialerd resolve {placed} placed|not-placed --reason ...", report)

        said = self.dialerd("resolve", placed, "placed", "--reason", "the customer at 010-1234-5678 was called",
                            "--by", "kim")
        self.assertEqual(said, "resolved as placed: the lead is done [resolved_placed]\n")
        self.assertEqual(self.row(placed), ("abandoned", "resolved_placed", True, "done", "resolved_placed", 1))

        said = self.dialerd("resolve", not_placed.upper(), "not-placed", "--reason", "the console shows no call")
        self.assertEqual(said, "resolved as not placed: the lead is ready again, and the attempt does not count\n")
        self.assertEqual(self.row(not_placed), ("not_placed", "resolved_not_placed", False, "ready", None, 0))
        self.assertEqual(self.row(other)[:2], ("unknown", None), "nobody spoke of this one")

        # Who, when and why, for those who look later; the log and `why` have no number in it.
        first, second = self.db.rows("select decided_by, reason, verdict, applied_at >= decided_at as applied "
                                     "from dialerd.resolution order by resolution_id")
        self.assertEqual(tuple(first.values()), ("kim", "the customer at 010-1234-5678 was called", "placed", True))
        self.assertNotIn(second["decided_by"], ("", "kim"))
        story = self.why(placed)
        self.assertIn("a person says that the call was placed [resolved_placed], "
                      "by kim: the customer at 010-****-5678 was called\n", story)
        daemon.wait_for_log(f"attempt {placed}: resolved as placed by kim: the customer at 010-****-5678 was called")
        self.assertEqual(daemon.log().count(f"attempt {placed}: resolved as"), 1)

        # It is told once.
        self.assertRegex(self.refused(placed, "not-placed"), r"not resolved: it was resolved already, as placed by "
                         r"kim at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: the customer")

        # The lead that was not called is called, and nobody else.
        self.dialerd("resume", "campaign")
        self.sim.wait_for_posts(4)
        wait_until(lambda: len(self.attempts("unknown")) == 2, 10, "the second call is in doubt, too")
        numbers = [post["to_number"] for post in self.sim.posts()]
        number = self.db.value("select to_number from dialerd.lead join dialerd.attempt using (lead_id) "
                               f"where attempt_id = '{not_placed}'")
        self.assertEqual((len(numbers), numbers[3]), (4, number))

    def test_both_verdicts_while_no_daemon_runs(self):
        self.doubts(2).kill()
        self.wait_for_the_leases_end()
        placed, not_placed = self.attempts()
        for attempt, verdict in ((placed, "placed"), (not_placed, "not-placed")):
            said = self.dialerd("resolve", attempt, verdict, "--reason", "test")
            self.assertEqual(said, f"recorded as {verdict.replace('-', ' ')}: no daemon owns the account main now; "
                                   "the next one carries it out when it starts\n")
        self.assertEqual(self.row(placed)[:2], ("unknown", None))
        self.assertIn("(not carried out yet)", self.why(placed))
        self.assertIn("that is not carried out yet", self.refused(placed, "not-placed"))

        self.start_daemon()
        wait_until(lambda: not self.attempts("unknown"), 10, "both are carried out")
        self.assertEqual(self.row(placed), ("abandoned", "resolved_placed", True, "done", "resolved_placed", 1))
        self.assertEqual(self.row(not_placed), ("not_placed", "resolved_not_placed", False, "ready", None, 0))
        self.assertNotIn("(not carried out yet)", self.why(placed))

    def test_a_call_that_was_given_up(self):
        self.doubts(2).kill()
        self.wait_for_the_leases_end()
        # As the daemon gives it up, hours later.
        self.db.execute("update dialerd.attempt set state = 'abandoned', disposition = 'abandoned', counted = true, "
                        "settled_at = now()")
        self.db.execute("update dialerd.lead_state set state = 'held', outcome = 'abandoned', attempt_id = null, "
                        "attempts = 1")
        placed, not_placed = self.attempts()
        self.assertIn(f"who finds out whether the call was placed: `dialerd resolve {placed} placed|not-placed",
                      self.why(placed))
        self.assertIn(f"dialerd resolve {placed} placed|not-placed", self.dialerd("report", "campaign"))
        self.dialerd("resolve", placed, "placed", "--reason", "test")
        self.dialerd("resolve", not_placed, "not-placed", "--reason", "test")
        self.assertEqual(self.row(placed), ("abandoned", "abandoned", True, "done", "resolved_placed", 1))
        self.assertEqual(self.row(not_placed), ("abandoned", "abandoned", True, "ready", None, 0))
        self.assertNotIn("dialerd resolve", self.dialerd("report", "campaign"))
        self.dialerd("resume", "campaign")
        self.start_daemon()
        self.sim.wait_for_posts(3)

    def test_what_is_refused(self):
        self.campaign_of(1, "--ring-ms", "10:30", "--talk-ms", "3000")
        self.start_daemon()
        wait_until(lambda: self.attempts("in_progress"), 20, "a call is under way")
        attempt, = self.attempts()
        self.assertIn("there is no doubt about it", self.refused(attempt, "placed"))
        wait_until(lambda: self.attempts("ended"), 20, "it has ended")
        self.assertIn("it is over: ended [", self.refused(attempt, "not-placed"))
        self.assertIn("there is no such attempt", self.refused("01890a5d-ac96-774b-bcce-b302099a8057", "placed"))
        self.assertIn("is no attempt: give its whole id", self.refused(attempt[:8], "placed"))
        done = self.command("resolve", attempt, "placed", "--reason", "  ")
        self.assertEqual(done.returncode, 1)
        self.assertIn("say why with --reason", done.stderr)
        for wrong in ((attempt, "perhaps", "--reason", "x"), (attempt, "placed"), (attempt, "--reason", "x")):
            self.assertEqual(self.command("resolve", *wrong).returncode, 2, wrong)
        self.assertEqual(self.db.value("select count(*) from dialerd.resolution"), 0)


if __name__ == "__main__":
    unittest.main()
