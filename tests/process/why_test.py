"""`dialerd why`: where one lead stands, when it can be called next, what decides that, and what it waits for."""

import datetime
import re
import unittest

from harness import ProcessTest, wait_until

QUICK = ("--ring-ms", "10:30", "--talk-ms", "10:30")
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d KST"


class WhyTest(ProcessTest):
    def text(self, *arguments):
        """What it says, which may hold nobody's number, however it is written."""
        text = self.dialerd("why", *map(str, arguments))
        people = self.db.rows("select to_number as number from dialerd.lead "
                              "union select unnest(alternates) from dialerd.lead")
        digits = re.sub(r"(?<=\d)[-. ](?=\d)", "", text)
        self.assertEqual([one for one in people if one["number"][1:] in text or one["number"][1:] in digits], [])
        return text

    def why(self, *arguments):
        """The lines before the story, by name, and the story's lines."""
        head, _, story = self.text(*arguments).partition("What happened")
        said = {}
        for line in head.splitlines():
            said.setdefault(line[:14].strip(), line[14:])
        return said, story.splitlines()[1:]

    def lead(self, number, campaign="campaign"):
        return self.db.value("select l.lead_id from dialerd.lead l join dialerd.campaign c using (campaign_id) "
                             f"where l.to_number = '{number}' and c.name = '{campaign}'")

    def local(self, column, lead):
        """A time of the lead's row, as it is shown."""
        return self.db.value(f"select to_char({column} at time zone 'Asia/Seoul', 'YYYY-MM-DD HH24:MI:SS') || ' KST' "
                             f"from dialerd.lead_state where lead_id = {lead}")

    def wait_for_leads(self, states):
        wait_until(lambda: self.db.lead_states() == states, 30, f"leads are {states}")

    # --- ready leads

    def test_a_lead_that_waits_for_its_calling_window(self):
        window = self.window(120, 240)
        self.write_campaign(calling_windows=[window])
        self.import_leads(1)
        said, story = self.why(1)
        opening = datetime.datetime.strptime(said["next call"], "not before %Y-%m-%d %H:%M:%S KST")
        self.assertEqual(opening.strftime("%H:%M:%S"), window["from"] + ":00")
        self.assertEqual(said["lead"], "1 of campaign campaign, 010****0000")
        self.assertEqual(said["state"], "ready")
        self.assertRegex(said["decided by"], r"\[calling_window\]$")
        self.assertEqual(said["waits for"], "that time")
        self.assertEqual((said["attempts"], story), ("0 that count, of at most 5", []))

    def test_a_lead_that_nothing_holds_back(self):
        self.write_campaign()
        self.import_leads(1)
        said, _ = self.why(1)
        self.assertRegex(said["next call"], "^at once")
        self.assertEqual(said["decided by"], "nothing holds it back")
        self.assertRegex(said["waits for"], "^its turn")

        # Its clock's times, and a promise: it is not called before.
        self.db.execute("update dialerd.lead set timezone = 'America/New_York', call_at = '2099-01-02 03:04:05Z'")
        said, _ = self.why(1)
        self.assertEqual(said["due"], "2099-01-01 22:04:05 EST, as promised to the person")
        self.assertEqual(said["next call"], "not before 2099-01-01 22:04:05 EST")
        self.assertRegex(said["decided by"], r"\[callback\]$")

    def test_a_lead_that_waits_for_its_retry(self):
        self.campaign_of(1, "--outcomes", "dial_no_answer=1", *QUICK,
                         campaign={"retry": {"max_attempts": 3, "reasons": {"dial_no_answer": {"retry": ["2h"]}}}})
        daemon = self.start_daemon()
        wait_until(lambda: self.db.value("select attempts from dialerd.lead_state") == 1, 20, "a call has ended")
        self.assertEqual(daemon.stop(), 0)
        said, story = self.why(1)
        self.assertEqual(said["next call"], "not before " + self.local("next_at", 1))
        self.assertRegex(said["decided by"], r"\[retry\]$")
        self.assertEqual(said["waits for"], "that time")
        self.assertEqual(said["attempts"], "1 that count, of at most 3")
        call, = story
        self.assertRegex(call, rf"^  {TIME}  call to 010\*\*\*\*0000 from 0701111\d+: ended, dial_no_answer; then ")
        self.assertTrue(call.endswith("[retry]"), call)

    def test_a_lead_whose_person_was_called_often_enough(self):
        self.campaign_of(1, "--outcomes", "dial_no_answer=1", *QUICK,
                         campaign={"frequency_caps": [{"attempts": 2, "per": "1d"}],
                                   "retry": {"reasons": {"dial_no_answer": {"retry": ["1s"], "max": 4}}}})
        daemon = self.start_daemon()
        wait_until(lambda: self.db.value("select count(*) from dialerd.gate_decision"), 30, "the cap puts the lead off")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(self.sim.posts()), 2)
        code = "frequency_cap:2_attempts_in_1d"
        said, story = self.why(1)
        self.assertEqual(said["state"], "ready")
        self.assertEqual(said["next call"], "not before " + self.local("next_at", 1))
        self.assertTrue(said["decided by"].endswith(f"[{code}]"), said)
        self.assertEqual(said["waits for"], "that time")
        self.assertRegex(said["cap"], rf"^{code}: 2 of 2 used, the next place is free on {TIME}$")
        self.assertEqual(len(story), 3)
        self.assertRegex(story[0], rf"\[{code}\], until {TIME}$")
        self.assertRegex(story[1], r"\[retry\]$")

        # The cap is the person's: a lead of another campaign waits as long, although nothing has happened to it.
        self.write_campaign("campaign-2", frequency_caps=[{"attempts": 2, "per": "1d"}])
        self.import_leads(1, "campaign-2")
        said, story = self.why(self.lead(self.numbers(1)[0], "campaign-2"))
        self.assertTrue(said["decided by"].endswith(f"[{code}]"), said)
        self.assertEqual(story, [])

    # --- leads that are not called

    def test_a_suppressed_lead(self):
        self.campaign_of(2, *QUICK)
        number = self.numbers(1)[0]
        self.dialerd("suppress", "add", number, "--reason", "asked on the phone")
        said, _ = self.why(1)
        self.assertEqual((said["state"], said["next call"]), ("ready", "no time decides it"))
        self.assertRegex(said["decided by"], r"\[suppressed\]$")
        self.assertEqual(said["suppressed"], "global: asked on the phone")

        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)
        said, story = self.why(1)
        self.assertRegex(said["state"], rf"^done since {TIME}$")
        self.assertRegex(said["outcome"], r"\[suppressed\]$")
        self.assertNotIn("next call", said)
        self.assertEqual(len(story), 1)
        self.assertIn("[suppressed], global", story[0])
        self.assertNotIn("suppressed", self.text(2))

    def test_a_held_lead(self):
        self.campaign_of(1, *QUICK)
        self.db.execute("insert into dialerd.lead (campaign_id, to_number, alternates, fields) "
                        "select campaign_id, '01059999999', '{01058888888}', '{}' from dialerd.campaign")
        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)
        self.wait_for_leads({"done": 1, "held": 1})
        said, story = self.why(2)
        self.assertRegex(said["state"], rf"^held since {TIME}$")
        self.assertRegex(said["decided by"], r"\[missing_field:name\]$")
        self.assertRegex(said["waits for"], "^a person")
        self.assertNotIn("next call", said)
        self.assertEqual(said["numbers"], "2, the next call goes to number 1, 010****9999")
        self.assertEqual(len(story), 1)
        self.assertIn("attempt to 010****9999", story[0])

    # --- campaigns that do not call

    def test_a_campaign_that_waits_for_a_list_or_is_paused(self):
        self.campaign_of(1, *QUICK, campaign={"suppression": {"required": ["dnc"]}})
        daemon = self.start_daemon()
        wait_until(lambda: self.db.rows("select from dialerd.condition where state = 'list_missing:dnc'"), 20,
                   "the campaign waits for its list")
        said, _ = self.why(1)
        self.assertEqual(said["next call"], "no time decides it")
        self.assertRegex(said["decided by"], r"\[list_missing:dnc\]$")
        self.assertRegex(said["waits for"], "dialerd suppress load")
        self.assertRegex(said["condition"], rf"\[list_missing:dnc\], since {TIME}$")
        status = self.dialerd("status")
        self.assertRegex(status, r"(?m)^\s+main\s+campaign\s+list_missing:dnc\s")
        self.assertEqual(daemon.stop(), 0)

        self.dialerd("pause", "campaign", "--reason", "complaints")
        said, _ = self.why(1)
        self.assertEqual(said["waits for"], "somebody to resume the campaign, paused: complaints")
        (self.folder / "campaign.yaml").unlink()
        self.write_campaign("another")
        said, _ = self.why(1)
        self.assertRegex(said["next call"], "not configured any more$")

    # --- which lead

    def test_a_lead_is_found_by_its_id_or_its_number(self):
        self.write_campaign()
        self.write_campaign("campaign-2")
        self.import_leads(3)
        self.import_leads(3, "campaign-2")
        both = self.text("010-5000-0001")
        self.assertEqual(both.count("lead          "), 2)
        self.assertEqual(both, self.text("--number", "+82 10 5000 0001"))
        self.assertRegex(self.text("010-5000-0001", "--campaign", "campaign-2"),
                         rf"^lead          {self.lead('01050000001', 'campaign-2')} of campaign campaign-2,")
        # Without its zero it looks like an id.
        self.assertEqual(self.text("--number", "1050000001"), both)
        for arguments in (["1050000001"], ["99"], ["--number", "2"], ["010-5000-0009"],
                          ["010-5000-0001", "--campaign", "autumn"]):
            with self.subTest(arguments=arguments):
                done = self.command("why", *arguments)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn("no such lead", done.stderr)


if __name__ == "__main__":
    unittest.main()
