"""Reports and exports as people get them, and that docs/reports.md says what the database says of each column."""

import csv
import io
import json
import re
import stat
import subprocess
import unittest

from harness import SOURCE, ProcessTest


class ReportTest(ProcessTest):
    def finished_campaign(self, n=6):
        self.campaign_of(n, "--outcomes", "user_hangup=1", "--ring-ms", "10:30", "--talk-ms", "50")
        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)

    def test_the_documents_say_what_the_database_says(self):
        text = (SOURCE / "docs" / "reports.md").read_text()
        columns = self.db.rows(
            "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) as type, "
            "col_description(c.oid, a.attnum) as comment, obj_description(c.oid, 'pg_class') as about "
            "from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 "
            "where c.relnamespace = 'dialerd'::regnamespace and c.relkind = 'v' and c.relname like 'report\\_%' "
            "order by c.relname, a.attnum")
        documented = {}
        for section in re.split(r"(?m)^### ", text)[1:]:
            view = re.search(r"View `dialerd\.(\w+)`", section)
            documented[view[1]] = (section, re.findall(r"(?m)^\| `(\w+)` \| (.*?) \| (.*) \|$", section))
        self.assertEqual(set(documented), {column["relname"] for column in columns})
        for view, (section, rows) in documented.items():
            mine = [column for column in columns if column["relname"] == view]
            self.assertEqual(rows, [(one["attname"], one["type"], one["comment"]) for one in mine], view)
            self.assertIn(mine[0]["about"] + ". View", section)
            self.assertTrue(section.startswith(view.removeprefix("report_").replace("_", "-") + "\n"), view)

    def test_reports(self):
        self.finished_campaign()
        listed = self.command("report", config=False)
        self.assertEqual(listed.returncode, 0)
        names = re.findall(r"(?m)^  ([a-z-]+) {2,}\S", listed.stdout)[1:]
        self.assertEqual(len(names), 10)
        for name in names:
            with self.subTest(report=name):
                self.assertIn("campaign", self.dialerd("report", name))
                rows = list(csv.DictReader(io.StringIO(self.dialerd("report", name, "--csv", "--campaign", "campaign"))))
                objects = json.loads(self.dialerd("report", name, "--json", "--campaign", "campaign"))
                self.assertEqual(len(rows), len(objects))
                for row, one in zip(rows, objects):
                    self.assertEqual(list(row), list(one))
        progress = json.loads(self.dialerd("report", "progress", "--json"))
        self.assertEqual([(one["leads"], one["done"], one["conversations"]) for one in progress], [(6, 6, 6)])
        daily = ["report", "daily", "--json", "--since"]
        self.assertEqual(sum(one["calls"] for one in json.loads(self.dialerd(*daily, "2020-01-01"))), 6)
        self.assertEqual(json.loads(self.dialerd(*daily, "2100-01-01")), [])
        # A campaign's name shows its overview, as before.
        self.assertIn("Progress", self.dialerd("report", "campaign"))

    def test_what_cannot_be_reported(self):
        for arguments, code, words in (
                (["autumn"], 1, "there is no report and no campaign 'autumn'"),
                (["progress", "--campaign", "autumn"], 1, "no campaign 'autumn'"),
                (["progress", "--since", "2026-01-01"], 1, "no --since"),
                (["daily", "--since", "2026-02-30"], 2, "is no day"),
                (["daily", "--csv", "--json"], 2, "excludes")):
            with self.subTest(arguments=arguments):
                done = self.command("report", *arguments)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(words, done.stderr)

    def test_counts_that_somebody_holds_back_are_warned_of(self):
        self.start_voxsim()
        self.write_config()
        self.write_campaign()
        self.db.execute("update dialerd.rollup_progress set refreshed_at = now() - interval '20 minutes'")
        with subprocess.Popen(["psql", "-Xq", "-d", self.db.conninfo], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True) as reader:
            reader.stdin.write("begin; select dialerd.refresh_rollups(1);\n")
            reader.stdin.flush()
            daemon = self.start_daemon()
            daemon.wait_for_log("reports have not been brought up to date for 20 minutes", timeout=40)
            reader.stdin.close()
        self.assertEqual(daemon.stop(), 0)

    def test_exports(self):
        self.finished_campaign()
        numbers = {row["to_number"] for row in self.db.rows("select to_number from dialerd.lead")}
        self.db.execute("update dialerd.lead set timezone = 'America/New_York', "
                        "fields = fields || jsonb_build_object('mobile', to_number, 'note', 'a \"b\", c')")
        masked = self.dialerd("export", "campaign")
        rows = list(csv.DictReader(io.StringIO(masked)))
        self.assertEqual(len(rows), 6)
        for number in numbers:
            self.assertNotIn(number, masked)
        for row in rows:
            self.assertEqual((row["outcome"], row["last_disposition"], row["conversation"]), ("user_hangup", "user_hangup", "true"))
            self.assertRegex(row["finished_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[45]:00$")
            self.assertEqual(json.loads(row["variables"])["mobile"], "****")
            self.assertEqual(json.loads(row["variables"])["note"], 'a "b", c')
            self.assertEqual(len(row["call_ids"].split()), 1)

        file = self.folder / "finished.jsonl"
        self.assertEqual(self.dialerd("export", "campaign", "--json", "--numbers", "full", "--out", str(file)), "")
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        leads = [json.loads(line) for line in file.read_text().splitlines()]
        self.assertEqual({lead["number"] for lead in leads}, numbers)
        self.assertEqual(self.dialerd("export", "campaign", "--json", "--since", "2100-01-01"), "")
        wrong = self.command("export", "campaign", "--out", str(self.folder / "nowhere" / "file"))
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("cannot be written", wrong.stderr)

    def test_forget_and_prune(self):
        self.finished_campaign()
        number = self.db.value("select to_number from dialerd.lead order by 1 limit 1")
        self.dialerd("suppress", "add", number, "--reason", "asked")
        foreseen = self.dialerd("forget", number, "--reason", "asked by letter", "--dry-run")
        self.assertIn("leads removed: 1", foreseen)
        self.assertIn("nothing was removed", foreseen)
        self.assertEqual(self.db.value("select count(*) from dialerd.lead"), 6)
        self.assertEqual(self.db.value("select count(*) from dialerd.retention_log"), 0)
        unknown = self.dialerd("forget", "01099990000", "--reason", "asked by letter")
        self.assertIn("nothing was known of this number: is it the right one? It is suppressed all the same", unknown)
        done = self.dialerd("forget", number, "--reason", "asked by letter", "--by", "privacy office")
        self.assertIn("forgotten, and never called again", done)
        self.assertNotIn(number, done)
        self.assertNotIn("was known", done)
        for said in ("leads removed: 1", "for the counts: 1", "suppressions removed; a hash in their place keeps everybody from calling: 1"):
            self.assertIn(said, done)
        self.assertEqual(self.db.value("select count(*) from dialerd.lead"), 5)
        self.assertEqual(self.db.value(f"select count(*) from dialerd.attempt where person like '%{number}'"), 0)
        self.assertIn("nothing was removed", self.dialerd("prune", "--dry-run", "--leads-older-than", "2h"))
        self.db.execute("update dialerd.lead_state set updated_at = now() - interval '3 hours'")
        kept = self.dialerd("prune", "--leads-older-than", "2h")
        self.assertIn("stays  finished leads: 5 rows, their campaigns are neither stopped nor past their end_date", kept)
        self.assertEqual(self.db.value("select count(*) from dialerd.lead"), 5)
        self.dialerd("stop", "campaign", "--reason", "over")
        self.assertIn("gone  finished leads: 5 rows", self.dialerd("prune", "--leads-older-than", "2h"))
        refused = self.command("prune", "--older-than", "300d")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("366 days", refused.stderr)
        self.assertEqual(self.command("prune", "--older-than", "soon").returncode, 2)


if __name__ == "__main__":
    unittest.main()
