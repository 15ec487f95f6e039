"""Leads by file and by SQL: none twice, none forgotten, and none called whose agent would read out the braces."""

import unittest

from books import check_books
from harness import ProcessTest


class ImportTest(ProcessTest):
    def test_leads_of_all_kinds(self):
        self.start_voxsim("--ring-ms", "10:30", "--talk-ms", "10:30")
        self.write_config()
        self.write_campaign()
        rows = self.numbers(20) + ["010-5000-0003", "+82 10 5000 0004", "not a number", ""]
        file = str(self.write_leads(rows))

        done = self.command("import", "campaign", file, "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.db.value("select count(*) from dialerd.lead"), 0)
        first = self.dialerd("import", "campaign", file)
        self.assertRegex(first, r"(?m)^\s+20 added$")
        self.assertRegex(first, r"(?m)^\s+2 there already")
        self.assertRegex(first, r"(?m)^\s+2 rejected$")
        rejects = (self.folder / "leads.rejects.csv").read_text()
        self.assertIn("not a number", rejects)
        before = self.db.rows("select * from dialerd.lead order by lead_id")

        again = self.dialerd("import", "campaign", file)
        self.assertRegex(again, r"(?m)^\s+0 added$")
        self.assertEqual(self.db.rows("select * from dialerd.lead order by lead_id"), before)
        self.assertEqual(self.db.lead_states(), {"ready": 20})
        counted = self.db.rows("select rows_read, added, duplicates, rejected, finished_at is not null as finished "
                               "from dialerd.import order by import_id")
        self.assertEqual([(r["rows_read"], r["added"], r["duplicates"], r["rejected"], r["finished"]) for r in counted],
                         [(24, 20, 2, 2, True), (24, 0, 22, 2, True)])

        # Plain SQL is a way of its own. What a field lacks holds the lead, with the field's name.
        by_sql = {"01051000001": '{"name": "김하늘"}', "01051000002": '{"name": null}', "01051000003": "{}",
                  "01051000004": '{"name": 7}'}
        for number, fields in by_sql.items():
            self.db.execute("insert into dialerd.lead (campaign_id, to_number, fields) "
                            f"select campaign_id, '{number}', '{fields}' from dialerd.campaign")
        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual({post["to_number"] for post in self.sim.posts()},
                         {*self.numbers(20), "01051000001", "01051000004"})
        held = self.db.rows("select to_number, outcome, attempts from dialerd.lead join dialerd.lead_state "
                            "using (lead_id) where state = 'held' order by to_number")
        self.assertEqual(held, [{"to_number": number, "outcome": "missing_field:name", "attempts": 0}
                                for number in ("01051000002", "01051000003")])
        self.assertIn("missing_field:name", self.dialerd("report", "campaign"))

        # Who imports into a campaign that does not run is told.
        self.assertEqual(self.command("import", "campaign", file).stderr.count("note:"), 0)
        self.dialerd("stop", "campaign", "--reason", "over")
        self.assertIn("note: the campaign is stopped: nobody of it is called until `dialerd start campaign`",
                      self.command("import", "campaign", file).stderr)
        self.dialerd("start", "campaign")

        # Importing after the campaign has ended calls nobody again.
        posted = len(self.sim.posts())
        self.dialerd("import", "campaign", file)
        self.assertEqual(self.start_daemon("--until-done").wait(20), 0)
        self.assertEqual(len(self.sim.posts()), posted)


if __name__ == "__main__":
    unittest.main()
