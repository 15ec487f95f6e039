"""What the command line answers: exit codes (daemon/exit_code.h) and messages that say what to do."""

import json
import re
import unittest

from harness import ProcessTest

GOOD_CAMPAIGN = """\
campaign: spring
account: main
agent: {id: 2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10}
caller_numbers: ["07011112222"]
calling_windows:
  - {days: mon-fri, from: "09:00", to: "20:00"}
"""


class UsageTest(ProcessTest):
    migrated = False

    def test_help_and_version(self):
        everything = self.command("--help", config=False)
        self.assertEqual(everything.returncode, 0)
        for subcommand in ("check", "migrate", "import", "run", "status", "report", "why", "resolve", "start",
                           "pause", "resume", "stop", "suppress", "policies", "plan"):
            self.assertRegex(everything.stdout, rf"(?m)^\s+{subcommand}\s")
        # `policies` needs no configuration, and those of `suppress` have theirs each.
        for subcommand in (["check"], ["migrate"], ["import"], ["run"], ["status"], ["report"], ["why"],
                           ["resolve"], ["start"], ["pause"], ["resume"], ["stop"], ["plan"],
                           *(["suppress", one] for one in ("add", "remove", "load", "lists"))):
            own = self.command(*subcommand, "--help", config=False)
            self.assertEqual(own.returncode, 0)
            self.assertIn("--config", own.stdout)
        self.assertNotIn("--config", self.command("policies", "--help", config=False).stdout)
        self.assertRegex(self.command("suppress", "--help", config=False).stdout, r"(?m)^\s+load\s")
        self.assertRegex(self.command("--version", config=False).stdout, r"^dialerd \d+\.\d+")

    def test_wrong_usage(self):
        for arguments in ([], ["dance"], ["run", "--fast"], ["report", "a", "b"], ["import", "spring"],
                          ["import", "spring", "leads.csv", "--map", "name"]):
            with self.subTest(arguments=arguments):
                done = self.command(*arguments, config=False)
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stdout, "")
                self.assertIn("dialerd", done.stderr)

    def test_check(self):
        file = self.folder / "spring.yaml"
        file.write_text(GOOD_CAMPAIGN)
        self.write_config(campaigns=["spring.yaml"])
        done = self.command("check")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("no errors", done.stdout)
        self.assertEqual(self.command("check", "--format", "json").stdout, "[]\n")

        # Everything that is wrong is said at once, each with its place.
        file.write_text(GOOD_CAMPAIGN.replace("account: main", "acount: main")
                        .replace('from: "09:00"', 'from: "9 Uhr"'))
        for done in (self.command("check"), self.command("check", str(file), config=False)):
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"{file}:2:1: error: unknown key 'acount'\n    2 | acount: main\n      | ^~~~~~\n"
                          "      = help: did you mean 'account'?\n", done.stderr)
            self.assertRegex(done.stderr, rf"(?m)^{re.escape(str(file))}:6:27: error: .*9 Uhr")
            self.assertNotIn("\033", done.stderr)  # colours are for terminals
            self.assertTrue(done.stderr.endswith("3 errors in 1 file\n"), done.stderr)
        as_json = self.command("check", "--format", "json")
        self.assertEqual((as_json.returncode, as_json.stderr), (1, ""))
        self.assertEqual([(error["line"], error["column"], error["help"]) for error in json.loads(as_json.stdout)][1],
                         (2, 1, "did you mean 'account'?"))
        for_github = self.command("check", "--format", "github")
        self.assertEqual(for_github.returncode, 1)
        self.assertIn(f"::error file={file},line=2,col=1::unknown key 'acount'; did you mean", for_github.stdout)
        # And the daemon does not start with it.
        self.assertEqual(self.command("run").returncode, 3)

        file.write_text(GOOD_CAMPAIGN.replace("account: main", "account: other"))
        done = self.command("check")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rf"(?m)^{re.escape(str(file))}.*other")

        self.assertEqual(self.command("check", "--config", "/nowhere.yaml", config=False).returncode, 1)

    def test_a_misspelt_word_is_named_in_one_line(self):
        for arguments, said in (
                (["stauts"], "unknown command 'stauts'; did you mean 'status'? `dialerd --help` lists them"),
                (["suppress", "lod"], "unknown command 'lod'; did you mean 'load'? `dialerd suppress --help` lists them"),
                (["run", "--confg", "x"], "unknown option '--confg'; did you mean '--config'? `dialerd run --help` lists them"),
                ([], "a command is missing; `dialerd --help` lists them")):
            with self.subTest(arguments=arguments):
                done = self.command(*arguments, config=False)
                self.assertEqual((done.returncode, done.stderr), (2, f"dialerd: {said}\n"))
        for arguments in (["import", "spring"], ["resolve", "1", "maybe"], ["report", "a", "b"]):
            with self.subTest(arguments=arguments):
                done = self.command(*arguments, config=False)
                self.assertEqual(done.returncode, 2)
                self.assertRegex(done.stderr, rf"^dialerd: [^\n]+; `dialerd {arguments[0]} --help` [^\n]+\n$")
                self.assertNotRegex(done.stderr, r"[A-Z]\w+Error")

    def test_check_warns(self):
        self.write_config(campaigns=["nowhere/*.yaml"])
        done = self.command("check")
        self.assertEqual(done.returncode, 0)
        self.assertIn("warning: no file matches 'nowhere/*.yaml'\n", done.stderr)
        self.assertIn("0 campaign files (nobody is called): no errors, 1 warning\n", done.stdout)
        self.assertEqual(self.command("check", "--strict").returncode, 1)
        self.assertEqual(json.loads(self.command("check", "--format", "json").stdout)[0]["severity"], "warning")

        (self.folder / "daily.yaml").write_text(GOOD_CAMPAIGN.replace("spring", "daily"))
        self.assertIn("warning: the campaign has the name of a report: 'daily'\n",
                      self.command("check", "daily.yaml").stderr)

        # A daemon's file in the place of a campaign's.
        done = self.command("check", str(self.config_file), config=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("error: this is the daemon's configuration, not a campaign's file\n", done.stderr)
        self.assertTrue(done.stderr.endswith("1 error in 1 file\n"), done.stderr)

    def test_init_writes_what_check_takes(self):
        folder = self.folder / "new"
        done = self.command("init", str(folder), config=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        checked = self.command("check", "--config", str(folder / "dialerd.yaml"), config=False)
        # Nobody calls with the placeholders; and nothing else is wrong.
        self.assertEqual(checked.returncode, 1)
        self.assertIn("error: 'id' is still the one that `dialerd init` wrote\n", checked.stderr)
        self.assertIn("error: 'caller_numbers' still has the number that `dialerd init` wrote\n", checked.stderr)
        self.assertTrue(checked.stderr.endswith("\n2 errors in 1 file\n"), checked.stderr)
        campaign = folder / "campaigns" / "first-campaign.yaml"
        campaign.write_text(campaign.read_text().replace("00000000-0000-4000-8000-000000000000",
                                                         "2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10")
                            .replace("07000000000", "07011112222"))
        checked = self.command("check", "--config", str(folder / "dialerd.yaml"), config=False)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertIn("and 1 campaign file: no errors", checked.stdout)
        for file, kind in ((folder / "dialerd.yaml", "daemon"),
                           (folder / "campaigns" / "first-campaign.yaml", "campaign")):
            with self.subTest(file=file.name):
                schema = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text())[1]
                self.assertEqual((file.parent / schema).read_text(), self.command("schema", kind, config=False).stdout)

        # What is there already is not touched, and nothing is written beside it.
        campaign = folder / "campaigns" / "first-campaign.yaml"
        campaign.write_text("mine")
        (folder / "dialerd.yaml").unlink()
        again = self.command("init", str(folder), config=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn(f"{campaign} is there already", again.stderr)
        self.assertEqual(campaign.read_text(), "mine")
        self.assertFalse((folder / "dialerd.yaml").exists())

    def test_secrets_that_are_missing_or_open_to_all(self):
        self.write_campaign()
        self.key_file.chmod(0o644)
        done = self.command("run")
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"{self.key_file}: others may read this secret; chmod 0600", done.stderr)
        self.assertNotIn(self.key, done.stderr)

        self.key_file.unlink()
        done = self.command("run")
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"account main: its api_key: {self.key_file}", done.stderr)

        self.key_file.touch(0o600)
        done = self.command("run")
        self.assertEqual(done.returncode, 3)
        self.assertIn("empty", done.stderr)

    def test_a_database_without_the_schema(self):
        self.write_campaign()
        leads = str(self.write_leads(self.numbers(1)))
        for arguments in (["run"], ["status"], ["import", "campaign", leads], ["report", "campaign"],
                          ["pause", "campaign"]):
            with self.subTest(arguments=arguments):
                done = self.command(*arguments)
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertIn("dialerd migrate", done.stderr)
        self.assertIn("applied 1", self.dialerd("migrate"))
        self.assertIn("up to date", self.dialerd("migrate"))
        self.dialerd("status")

        # A schema of a later version is not touched either.
        self.db.execute("create table before as select * from dialerd.schema_migration")
        self.db.execute("insert into dialerd.schema_migration select (r).* from (select jsonb_populate_record("
                        "null::dialerd.schema_migration, to_jsonb(b) || '{\"number\": 9999}') as r "
                        "from before b limit 1) q")
        self.assertEqual(self.command("run").returncode, 4)
        self.assertEqual(self.command("migrate").returncode, 4)

    def test_a_database_that_is_down(self):
        self.write_campaign()
        self.write_config(database={"conninfo": f"host={self.folder} user=dialerd dbname=dialerd"})
        for arguments in (["run"], ["status"], ["migrate"], ["report", "campaign"], ["pause", "campaign"]):
            with self.subTest(arguments=arguments):
                done = self.command(*arguments)
                self.assertEqual(done.returncode, 5, done.stderr)
                self.assertTrue(done.stderr.startswith("dialerd: "), done.stderr)


class CampaignsTest(ProcessTest):
    def test_a_campaign_that_nobody_knows(self):
        self.write_campaign()
        for arguments in (["report", "autumn"], ["pause", "autumn"], ["resume", "autumn"],
                          ["import", "autumn", str(self.write_leads([]))]):
            with self.subTest(arguments=arguments):
                done = self.command(*arguments)
                self.assertEqual(done.returncode, 1)
                self.assertIn("'autumn'", done.stderr)

    def test_status_and_report_show_what_there_is(self):
        self.write_campaign()
        self.import_leads(12)
        self.assertRegex(self.dialerd("status"), r"(?m)^\s+campaign\s+main\s+running\s+no daemon\s+12\s+12\s+0\s+0\s+0\s+0\s*$")
        self.assertRegex(self.dialerd("report", "campaign"), r"(?m)^\s+12\s+12\s+12\s+0\s+0\s+0\s+0")

    def test_nothing_is_dialled_outside_the_calling_window(self):
        self.start_voxsim("--ring-ms", "10", "--talk-ms", "10")
        self.write_config()
        self.write_campaign("campaign-open", calling_windows=[self.window(-60, 60)])
        self.write_campaign("campaign-closed", calling_windows=[self.window(120, 240)])
        self.write_campaign("campaign-closing", calling_windows=[self.window(-60, 3)], window_margin="5m")
        for i, name in enumerate(("campaign-open", "campaign-closed", "campaign-closing")):
            self.import_leads(10, name, first=1000 * i)
        daemon = self.start_daemon()
        self.sim.wait_for_posts(10)
        # The other two had their turn each time that this one had; and once more until the daemon sees the pause.
        self.dialerd("pause", "campaign-open", "--reason", "enough")
        daemon.wait_for_log("campaign campaign-open: paused")
        self.assertEqual({post["to_number"] for post in self.sim.posts()}, set(self.numbers(10)))
        self.assertEqual(self.db.lead_states("campaign-closed"), {"ready": 10})
        self.assertEqual(self.db.lead_states("campaign-closing"), {"ready": 10})
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
