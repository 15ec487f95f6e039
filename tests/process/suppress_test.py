"""dialerd suppress: who has asked not to be called is not called, from the next claim on."""

import unittest

from books import check_books
from harness import ProcessTest, wait_until

UNANSWERED = {"max_attempts": 6, "reasons": {"dial_no_answer": {"retry": ["1s"], "max": 6}}}


class SuppressTest(ProcessTest):
    def outcomes(self):
        """How many leads are done with which outcome."""
        rows = self.db.rows("select outcome, count(*) as leads from dialerd.lead_state where state = 'done' "
                            "group by outcome")
        return {row["outcome"]: row["leads"] for row in rows}

    def posted(self, number):
        return sum(post["to_number"] == number for post in self.sim.posts())

    def wait_for_condition(self, campaign, state):
        conditions = ("select d.state from dialerd.condition d join dialerd.campaign c using (campaign_id) "
                      f"where c.name = '{campaign}'")
        wait_until(lambda: {"state": state} in self.db.rows(conditions), 20, f"{campaign} says {state}")

    def write_list(self, numbers, name="list.txt"):
        path = self.folder / name
        path.write_text("".join(number + "\n" for number in numbers))
        return str(path)

    def test_an_opt_out_stops_the_calls_that_were_still_to_come(self):
        self.campaign_of(20, "--outcomes", "dial_no_answer=1", "--ring-ms", "20:50",
                         campaign={"retry": UNANSWERED})
        number, other = self.numbers(2)
        daemon = self.start_daemon("--until-done")
        wait_until(lambda: self.posted(number) >= 2, 20, "two calls to the number")

        said = self.dialerd("suppress", "add", "010-5000-0000", "--reason", "asked on the phone")
        posted = self.posted(number)
        self.assertNotIn(number, said)
        self.assertIn("010****0000", said)
        self.assertIn("next claim", said)
        self.assertEqual(daemon.wait(60), 0)
        check_books(self, self.db, self.sim.ledger())
        # A request that was leaving while the command ran may have been sent; what it says covers that.
        self.assertLessEqual(self.posted(number), posted + 1)
        self.assertLess(self.posted(number), 6)
        self.assertEqual(self.posted(other), 6)
        self.assertEqual(self.outcomes(), {"suppressed": 1, "dial_no_answer": 19})
        late = self.db.value("select count(*) from dialerd.attempt a join dialerd.suppression s on s.person = a.person "
                             "where a.claimed_at > s.created_at and a.state <> 'not_placed'")
        self.assertEqual(late, 0, "a lead was claimed after its opt-out")

    def test_an_opt_out_is_for_a_campaign_an_account_or_all(self):
        self.start_voxsim("--ring-ms", "10:30", "--talk-ms", "10:30")
        self.write_config()
        self.write_campaign()
        self.write_campaign("campaign-2")
        self.import_leads(4)
        self.import_leads(4, "campaign-2")
        a, b, c, d = self.numbers(4)
        self.dialerd("suppress", "add", a, "--campaign", "campaign", "--reason", "one campaign")
        self.dialerd("suppress", "add", b, "--account", "main", "--reason", "the account")
        self.dialerd("suppress", "add", c, "--reason", "a mistake")
        self.dialerd("suppress", "add", d, "--reason", "on holiday", "--expires", "30d", "--source", "mail")
        entry = self.db.rows("select reason, source, expires_at > now() + interval '29 days' as later "
                             "from dialerd.suppression where expires_at is not null")
        self.assertEqual(entry, [{"reason": "on holiday", "source": "mail", "later": True}])
        self.dialerd("suppress", "remove", c)
        self.assertEqual(self.command("suppress", "remove", c).returncode, 1, "there is nothing left to remove")

        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)
        self.assertEqual([self.posted(number) for number in (a, b, c, d)], [1, 0, 2, 0])

    def test_what_cannot_be_an_opt_out_is_refused(self):
        self.write_campaign()
        for arguments, code in ((["not a number", "--reason", "x"], 1), (["010-0000-0000", "--reason", "x"], 1),
                                (["010-5000-0000"], 2), (["010-5000-0000", "--reason", "x", "--expires", "soon"], 1),
                                (["010-5000-0000", "--reason", "x", "--expires", "2020-01-01"], 1),
                                (["010-5000-0000", "--reason", "x", "--campaign", "nobody"], 1),
                                (["010-5000-0000", "--reason", "x", "--account", "nobody"], 1),
                                (["010-5000-0000", "--reason", "x", "--campaign", "campaign", "--account", "main"], 2),
                                (["010-5000-0000", "--reason", "x", "--region", "ZZ"], 1)):
            done = self.command("suppress", "add", *arguments)
            self.assertEqual(done.returncode, code, f"{arguments}: {done.stderr}")
            self.assertNotIn("5000", done.stdout + done.stderr if code == 1 else "")
        self.assertEqual(self.db.value("select count(*) from dialerd.suppression"), 0)

    def test_a_list_is_replaced_as_a_whole_or_not_at_all(self):
        self.campaign_of(6, "--ring-ms", "10:30", "--talk-ms", "10:30")
        a, b, c, d, e, f = self.numbers(6)
        said = self.dialerd("suppress", "load", "dnc", self.write_list([a, b, "+82 10-5000-0001", ""]),
                            "--source", "the register")
        self.assertRegex(said, r"dnc: 2 numbers")
        listed = ("select person from dialerd.suppression where list = 'dnc' order by person")
        before = self.db.rows(listed)
        self.assertEqual([row["person"] for row in before], ["KR" + a, "KR" + b])

        bad = self.write_list([c, "nobody's number", d], "bad.txt")
        done = self.command("suppress", "load", "dnc", bad)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("row 2: not a phone number", done.stdout + done.stderr)
        self.assertEqual(self.db.rows(listed), before)
        done = self.command("suppress", "load", "dnc", self.write_list([], "empty.txt"))
        self.assertEqual(done.returncode, 1, "an empty file is a broken export rather than an empty list")
        self.assertEqual(self.db.rows(listed), before)

        self.dialerd("suppress", "load", "dnc", bad, "--skip-invalid")
        self.assertEqual([row["person"] for row in self.db.rows(listed)], ["KR" + c, "KR" + d])
        lists = self.dialerd("suppress", "lists")
        self.assertRegex(lists, r"dnc\s+2\s")

        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)
        self.assertEqual({post["to_number"] for post in self.sim.posts()}, {a, b, e, f})
        self.assertEqual(self.outcomes()["suppressed"], 2)

    def test_a_required_list_that_is_missing_holds_the_campaign(self):
        self.campaign_of(5, "--ring-ms", "10:30", "--talk-ms", "10:30",
                         campaign={"suppression": {"required": [{"list": "dnc", "max_age": "1d"}]}})
        self.write_campaign("campaign-2")
        self.import_leads(5, "campaign-2", first=100)
        daemon = self.start_daemon("--until-done")
        wait_until(lambda: self.db.lead_states("campaign-2") == {"done": 5}, 20, "the other campaign's calls")
        self.assertEqual(self.db.lead_states(), {"ready": 5})
        self.wait_for_condition("campaign", "list_missing:dnc")

        self.dialerd("suppress", "load", "dnc", self.write_list(self.numbers(1)))
        self.assertEqual(daemon.wait(60), 0)
        self.assertEqual(self.db.lead_states(), {"done": 5})
        self.assertEqual({post["to_number"] for post in self.sim.posts()},
                         {*self.numbers(4, 1), *self.numbers(5, 100)})

        # Loaded long ago is as good as missing.
        self.db.execute("update dialerd.suppression_list set loaded_at = now() - interval '25 hours'")
        self.import_leads(1, first=200)
        self.start_daemon()
        self.wait_for_condition("campaign", "list_stale:dnc")
        self.assertEqual(self.db.lead_states()["ready"], 1)


if __name__ == "__main__":
    unittest.main()
