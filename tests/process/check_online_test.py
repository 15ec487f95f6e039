"""`dialerd check --online`: what it asks of the database and the provider, and what it says when either disagrees with the
files."""

import json
import os
import secrets
import unittest

from harness import Database, ProcessTest, Voxsim

SAID_OF_AGENTS = "agents and caller numbers: the provider's API has no documented request that looks one up"


class CheckOnlineTest(ProcessTest):
    def arrange(self, leads=5, *flags):
        self.campaign_of(leads, *flags)
        self.file = self.folder / "campaign.yaml"

    def check(self, *arguments):
        """Runs it, and sees that it placed no call, asked the provider at most once, and said no secret and no number."""
        asked = len(self.sim.ledger())
        done = self.command("check", "--online", *arguments)
        requests = self.sim.ledger()[asked:]
        self.assertLessEqual(len(requests), 1, requests)
        for request in requests:
            self.assertEqual(request["method"], "GET")
            self.assertTrue(request["target"].startswith("/v3/calls?"), request)
        said = done.stdout + done.stderr
        self.assertNotIn(self.key, said)
        for number in self.numbers(20):
            self.assertNotIn(number, said)
        return done

    def refused(self, *arguments):
        done = self.check(*arguments)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        return done.stderr

    def line_of(self, text, file=None):
        lines = (file or self.file).read_text().splitlines()
        return next(n for n, line in enumerate(lines, 1) if text in line)

    def use_key(self, key):
        self.key_file.write_text(key + "\n")

    def test_all_is_well(self):
        self.arrange()
        self.write_campaign("campaign-later", dynamic_variables={"customer_name": "name", "greeting": {"literal": "hello"}})
        done = self.check()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.splitlines(), [
            f"{self.config_file} and 2 campaign files: no errors",
            "checked online, and right:",
            f"  the database: schema version {self.db.value('select max(number) from dialerd.schema_migration')}, "
            "the role's rights, what it commits may be lost, as 'allow_data_loss' allows",
            "  campaign campaign-later: new to the database, no lead imported yet",
            "  campaign campaign: 5 of 5 ready leads can be called",
            f"  account main: https://localhost:{self.sim.port} accepts its key",
            "not checked:",
            f"  {SAID_OF_AGENTS}",
        ])
        self.assertEqual(len(self.sim.ledger()), 1)
        # It has left nothing behind.
        self.assertEqual(self.db.value("select count(*) from dialerd.campaign"), 1)
        self.assertEqual(self.db.lead_states(), {"ready": 5})
        self.assertEqual(self.db.value("select count(*) from dialerd.attempt"), 0)

        # Without --online nobody is asked.
        self.sim.kill()
        self.assertEqual(self.command("check").returncode, 0)

    def test_the_database_must_keep_what_it_commits(self):
        self.arrange()
        self.write_config(database={"allow_data_loss": False})
        said = self.refused()
        self.assertIn("the database may lose what it has committed", said)
        self.assertIn("fsync is off", said)

    def test_what_the_provider_answers(self):
        self.arrange()
        right = self.key
        wrong = "wrong-key-" + secrets.token_hex(16)
        self.use_key(wrong)
        said = self.refused()
        line = self.line_of('"api_key"', self.config_file)
        self.assertRegex(said, rf'{self.config_file}:{line}:\d+: error: account \'main\': the provider does not accept '
                               r"the API key \(401")
        self.assertIn(f"from the provider's console, into {self.key_file}", said)
        self.assertNotIn(wrong, said)
        self.assertIn("campaign campaign: 5 of 5 ready leads can be called", said)  # the rest is checked all the same
        self.assertNotIn("accepts its key", said)

        self.use_key(right)
        self.key_file.chmod(0o644)
        self.assertIn("others may read this secret", self.refused())
        self.key_file.unlink()
        self.assertIn("does not exist or cannot be reached", self.refused())
        self.use_key("two words")
        self.key_file.chmod(0o600)
        self.assertIn("the secret must be the key alone, on one line", self.refused())

    def test_a_provider_in_trouble(self):
        for flags, words, remedy in (
                (("--requests-per-minute", "1", "--retry-after", "7"),
                 r"account 'main': the provider takes no more requests at the moment \(429", "try again in 7 seconds"),
                (("--get-fault", "error-503-before=1", "--retry-after", "9"),
                 r"answers with an error of its own \(503", "try again in 9 seconds"),
                (("--get-fault", "garbage=1"), "answers something else than a list of calls", "another server"),
                (("--get-fault", "hang-after=1"), "takes the connection and does not answer: no whole answer within 500 ms",
                 "try again in a few minutes")):
            with self.subTest(flags=flags):
                folder = self.folder / secrets.token_hex(4)
                folder.mkdir()
                self.sim = Voxsim(folder, self.key, *flags)
                self.addCleanup(self.sim.kill)
                self.write_config(http={"response_timeout": "500ms"})
                self.write_campaign()
                if "--requests-per-minute" in flags:
                    self.command("check", "--online")
                said = self.refused()
                line = self.line_of('"api_key"' if "429" in words else '"base_url"', self.config_file)
                self.assertRegex(said, rf"(?m)^{self.config_file}:{line}:\d+: error: .*{words}")
                self.assertIn(remedy, said)
                self.sim.kill()

    def test_a_provider_that_is_not_there_or_is_another(self):
        self.arrange()
        other = self.folder / "other"
        other.mkdir()
        another = Voxsim(other, self.key)
        self.addCleanup(another.kill)
        self.write_config(http={"ca_file": str(another.ca_file)})
        said = self.refused()
        self.assertIn("does not prove who it is: localhost:", said)
        self.assertIn("TLS handshake", said)
        self.assertIn(f"'ca_file' ({another.ca_file}) must have the authority", said)
        self.assertEqual(self.sim.ledger(), [])

        self.write_config(http={"ca_file": str(self.folder / "nothing.pem")})
        self.assertIn("name a PEM file", self.refused())

        self.write_config(account={"base_url": "https://nowhere.invalid"})
        said = self.refused()
        self.assertIn("https://nowhere.invalid is not found", said)

        self.write_config(account={"base_url": "https://localhost:1"})
        said = self.refused()
        self.assertIn("https://localhost:1 cannot be reached: localhost:1: connect: Connection refused", said)

    def test_no_database(self):
        self.arrange()
        self.write_config(database={"conninfo": f"host={self.folder} user=dialerd dbname=dialerd"})
        said = self.refused()
        line = self.line_of('"conninfo"', self.config_file)
        self.assertRegex(said, rf"{self.config_file}:{line}:\d+: error: the database: ")
        self.assertIn("see that 'conninfo' is right", said)
        self.assertIn("not checked:\n  campaigns and leads in the database\n", said)
        self.assertIn(f"account main: https://localhost:{self.sim.port} accepts its key", said)

        # With nothing there at all it is a list of what is wrong, and no crash.
        self.sim.kill()
        as_json = self.command("check", "--online", "--format", "json")
        self.assertEqual(as_json.returncode, 1)
        self.assertEqual(len(json.loads(as_json.stdout)), 2)

    def test_another_schema(self):
        self.arrange()
        self.db.execute("delete from dialerd.schema_migration where number = "
                        "(select max(number) from dialerd.schema_migration)")
        said = self.refused()
        self.assertRegex(said, r"the database's schema is at version \d+, this program needs \d+")
        self.assertIn("`dialerd migrate` brings an older one up to it", said)
        empty = Database()
        self.addCleanup(empty.drop)
        self.write_config(database={"conninfo": empty.conninfo})
        self.assertIn("the database has no dialerd schema", self.refused())

    def test_a_role_with_too_few_rights(self):
        self.arrange()
        role = "dialerd_few_" + secrets.token_hex(4)
        self.db.execute(f"create role {role} login; grant usage on schema dialerd to {role}; "
                        f"grant select, insert, update on all tables in schema dialerd to {role}; "
                        f"grant delete on dialerd.condition, dialerd.daemon, dialerd.reload_request to {role}; "
                        f"revoke update on dialerd.attempt from {role}")
        self.addCleanup(lambda: self.db.execute(f"drop owned by {role}; drop role {role}"))
        self.write_config(database={"conninfo": self.db.conninfo.replace("user=dialerd", f"user={role}")})
        said = self.refused()
        self.assertIn("the database's role lacks rights that the daemon needs: update of dialerd.attempt\n", said)
        self.db.execute(f"grant update on dialerd.attempt to {role}")
        self.assertEqual(self.check().returncode, 0)

    def test_the_name_of_another_accounts_campaign(self):
        self.arrange()
        self.db.execute("update dialerd.campaign set account = 'second'")
        said = self.refused()
        self.assertRegex(said, rf"{self.file}:{self.line_of('account')}:\d+: error: the database has a campaign "
                               "'campaign' of account 'second'")
        # The daemon says the same.
        self.assertIn("belongs to account second", self.command("run").stderr)

    def test_leads_that_lack_what_a_call_needs(self):
        self.arrange(12)
        self.write_campaign(dynamic_variables={"customer_name": "name", "visit": "appointment", "hello": {"literal": "x"}},
                            metadata={"crm": "crm_id"})
        self.db.execute("update dialerd.lead set fields = fields || '{\"appointment\": \"10:00\", \"crm_id\": \"7\"}'")
        self.assertEqual(self.check().returncode, 0)
        # JSON null is as good as nothing; an empty text is a text.
        self.db.execute("update dialerd.lead set fields = fields - 'appointment' || '{\"apointment\": \"10:00\"}' "
                        "where lead_id % 4 = 0; "
                        "update dialerd.lead set fields = fields || '{\"crm_id\": null}' where lead_id % 6 = 1; "
                        "update dialerd.lead set fields = fields || '{\"name\": \"\"}' where lead_id % 6 = 2")
        first = self.db.value("select min(lead_id) from dialerd.lead where lead_id % 4 = 0")
        said = self.refused()
        place = f"{self.file}:{self.line_of('visit')}:"
        self.assertIn(f"{place}12: error: 3 of 12 ready leads lack the field 'appointment', which the dynamic "
                      "variable 'visit' takes\n", said)
        self.assertIn("= help: did you mean 'apointment'? they would be held as missing_field:appointment; lead "
                      f"{first} for one (`dialerd why {first}`) has apointment, crm_id, name.", said)
        self.assertIn("error: 2 of 12 ready leads lack the field 'crm_id', which the metadata key 'crm' takes\n", said)
        self.assertNotIn("'name'", said)

        # The formats for programs carry it; standard output is theirs alone.
        as_json = self.check("--format", "json")
        self.assertEqual(as_json.returncode, 1)
        found = [(one["file"], one["line"], one["message"]) for one in json.loads(as_json.stdout)]
        self.assertIn((str(self.file), self.line_of("visit"),
                       "3 of 12 ready leads lack the field 'appointment', which the dynamic variable 'visit' takes"), found)
        for_github = self.check("--format", "github")
        self.assertEqual(for_github.returncode, 1)
        self.assertIn(f"::error file={self.file},line={self.line_of('visit')},col=12::3 of 12 ready leads lack",
                      for_github.stdout)

        # What is suppressed or finished is not called, and lacks nothing.
        self.db.execute("insert into dialerd.suppression (person, scope) select 'KR' || to_number, 'global' from dialerd.lead "
                        f"where lead_id = {first}; "
                        "update dialerd.lead_state set state = 'held', outcome = 'by hand' where lead_id = "
                        f"{first + 4}")
        self.assertIn("error: 1 of 11 ready leads lack the field 'appointment'", self.refused())

        # And the daemon holds just those.
        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)
        held = self.db.rows("select outcome, count(*) as n from dialerd.lead_state where state = 'held' group by 1")
        self.assertEqual({row["outcome"]: row["n"] for row in held},
                         {"by hand": 1, "missing_field:appointment": 1, "missing_field:crm_id": 2})

    def test_leads_that_the_gate_would_hold(self):
        self.arrange(4)
        self.write_campaign(lead_timezone=["column"], leads={"timezone": "zone"})
        self.db.execute("update dialerd.lead set timezone = 'Asia/Tokyo' where lead_id = 2; "
                        "update dialerd.lead set timezone = 'Mars/' || lead_id where lead_id > 2")
        said = self.refused()
        place = f"{self.file}:{self.line_of('lead_timezone')}:2: error: "
        self.assertIn(place + "1 of 4 ready leads would be held and not called: the lead's timezone is not known", said)
        self.assertIn(place + "2 of 4 ready leads would be held and not called: the lead's timezone does not exist: Mars/3, "
                      "and 1 more such\n", said)
        self.assertEqual(self.start_daemon("--until-done").wait(30), 0)
        held = self.db.rows("select outcome from dialerd.lead_state where state = 'held' order by outcome")
        self.assertEqual([row["outcome"] for row in held],
                         ["timezone_invalid:Mars/3", "timezone_invalid:Mars/4", "timezone_unknown"])

    def test_many_leads_are_judged_by_the_next_ten_thousand(self):
        self.arrange(1)
        self.db.execute(
            "insert into dialerd.lead (campaign_id, to_number, fields) "
            "select c.campaign_id, '0106' || lpad(n::text, 7, '0'), case when n % 100 = 0 then '{}' else '{\"name\": \"x\"}' end::jsonb "
            "from dialerd.campaign c, generate_series(1, 30000) n; "
            # The older two thirds are due late, and so not looked at.
            "update dialerd.lead_state s set next_at = now() + interval '1 day' from dialerd.lead l "
            "where l.lead_id = s.lead_id and l.to_number >= '01060000001' and l.to_number < '01060020000'")
        said = self.refused()
        self.assertIn("error: 100 of the next 10,000 leads lack the field 'name', which", said)
        self.assertIn("has no fields at all", said)

    def test_a_file_that_is_wrong(self):
        self.arrange()
        self.write_campaign("campaign-other", acount="main")
        said = self.refused()
        self.assertIn("did you mean 'account'?", said)
        self.assertIn("campaign campaign: 5 of 5 ready leads can be called", said)  # the good ones are still asked about
        self.config_file.write_text("database: 7\n")
        said = self.refused()
        self.assertIn(f"not checked online: {self.config_file} must be right first", said)
        self.assertNotIn("conninfo=", said)
        self.assertTrue(os.path.exists(self.config_file))


if __name__ == "__main__":
    unittest.main()
