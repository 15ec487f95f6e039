"""`dialerd plan`: the forecast of a campaign from what is in the database, which it leaves as it is."""

import json
import unittest

from harness import ProcessTest

EVERYTHING = """
select (select count(*) from dialerd.attempt) as attempts, (select count(*) from dialerd.decision_log) as decisions,
       (select count(*) from dialerd.ownership) as owners, (select count(*) from dialerd.campaign) as campaigns,
       (select md5(string_agg(s::text, ',' order by s.lead_id)) from dialerd.lead_state s) as leads
"""


class PlanTest(ProcessTest):
    def plan(self, *arguments):
        return json.loads(self.dialerd("plan", "campaign", "--json", *arguments))

    def test_it_forecasts_what_is_there_and_changes_nothing(self):
        self.write_config(limits={"concurrency": 4}, follow={"list_interval": "1s"})
        self.write_campaign(retry={"max_attempts": 1}, limits={"per_hour": 100_000})
        self.import_leads(300)
        self.db.execute("insert into dialerd.lead (campaign_id, to_number, fields) "
                        "select campaign_id, '01099990000', '{}' from dialerd.campaign")
        self.dialerd("suppress", "add", self.numbers(1)[0], "--reason", "asked")
        self.key_file.unlink()  # nobody is called, so no key is needed
        before = self.db.rows(EVERYTHING)

        plan = self.plan("--answer-rate", "100%", "--talk", "30s")
        self.assertEqual(plan["leads"]["ready"], 301)
        self.assertEqual(plan["leads"]["skipped"], {"missing_field:name": 1, "suppressed": 1})
        self.assertEqual(plan["leads"]["in_forecast"], 299)
        forecast = plan["forecast"]
        self.assertEqual((forecast["calls"], forecast["conversations"]), (299, 299))
        self.assertEqual(sum(forecast["leads_done"].values()), 299)
        self.assertEqual(sum(hour["calls"] for hour in forecast["hours"]), 299)
        # 299 calls of 8 s and 30 s, and half a second until the end is known, four at a time.
        self.assertAlmostEqual(forecast["duration"], 299 * 38.5 / 4, delta=150)
        held = {one["by"]: one["share_of_open_time"] for one in forecast["held_back_by"]}
        self.assertGreater(held["account.concurrency"], 0.95)
        doubled, = plan["doubled_limits"]
        self.assertEqual((doubled["limit"], doubled["value"], doubled["doubled"]), ("account.concurrency", 4, 8))
        self.assertAlmostEqual(doubled["duration"], forecast["duration"] / 2, delta=80)
        sources = {one["name"]: one["source"] for one in plan["assumptions"]}
        self.assertEqual(sources["answer_rate"], "--answer-rate")
        self.assertEqual(sources["ring"], "default, there is no history")

        text = self.dialerd("plan", "campaign", "--answer-rate", "100%", "--talk", "30s")
        for line in ("         299  in this forecast", "                   1  suppressed", "If a limit were twice as high"):
            self.assertIn(line, text)
        self.assertEqual(self.db.rows(EVERYTHING), before)

    def test_the_same_question_has_the_same_answer(self):
        self.write_campaign(calling_windows=[{"days": "daily", "from": "09:00", "to": "20:00"}])
        self.import_leads(200)
        tomorrow = self.db.value("select to_char(now() at time zone 'Asia/Seoul' + interval '1 day', 'YYYY-MM-DD')")
        first = self.plan("--from", tomorrow)
        self.assertEqual(first["from"], f"{tomorrow}T00:00:00+09:00")
        self.assertEqual(first["forecast"]["hours"][0]["from"], f"{tomorrow}T09:00:00+09:00")
        self.assertEqual(self.plan("--from", tomorrow), first)

    def test_history_tells_how_calls_end(self):
        self.campaign_of(150, "--ring-ms", "100", "--talk-ms", "200", "--outcomes", "user_hangup=1",
                         campaign={"retry": {"max_attempts": 1}})
        self.assertEqual(self.start_daemon("--until-done").wait(60), 0)
        plan = self.plan("--leads", "1000")
        self.assertEqual(plan["leads"]["in_forecast"], 1000)
        self.assertEqual(plan["leads"]["done"], {"user_hangup": 150})
        assumptions = {one["name"]: one for one in plan["assumptions"]}
        self.assertEqual(assumptions["answer_rate"]["value"], "100.0 %")
        self.assertEqual(assumptions["answer_rate"]["source"], "history: 150 calls of this campaign in 90 days")
        self.assertEqual(assumptions["talk"]["value"], "0.20 s")
        self.assertEqual(plan["forecast"]["conversations"], 1000)

    def test_campaigns_of_the_same_account_take_their_share(self):
        self.write_config(limits={"concurrency": 2})
        for name in ("campaign", "campaign-b"):
            self.write_campaign(name, retry={"max_attempts": 1})
        self.import_leads(60)
        self.import_leads(60, "campaign-b", first=1000)
        shared = self.plan()
        self.assertGreater(shared["forecast"]["calls_of_other_campaigns"]["campaign-b"], 40)
        self.dialerd("pause", "campaign-b")
        self.dialerd("pause", "campaign")
        alone = self.plan()
        self.assertEqual(alone["forecast"]["calls_of_other_campaigns"], {})
        self.assertLess(alone["forecast"]["duration"], 0.7 * shared["forecast"]["duration"])
        self.assertIn("campaign is paused; this is how it would go on if it were resumed.", alone["notes"])
        self.assertIn("campaign-b, on the same account, is paused and takes no part.", alone["notes"])

    def test_what_is_wrong_is_said(self):
        self.write_campaign()
        wrong = [(["plan"], 2, "campaign"), (["plan", "autumn"], 1, "'autumn'"),
                 (["plan", "campaign", "--leads", "0"], 2, "--leads"),
                 (["plan", "campaign", "--answer-rate", "35"], 2, "35%"),
                 (["plan", "campaign", "--talk", "90"], 2, "90s"),
                 (["plan", "campaign", "--from", "soon"], 2, "2026-11-26"),
                 (["plan", "campaign", "--double", "account.speed"], 2, "account.concurrency"),
                 (["plan", "campaign", "--double", "campaign.per_day"], 2, "not set")]
        for arguments, code, words in wrong:
            with self.subTest(arguments=arguments):
                done = self.command(*arguments)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stdout, "")
        # A campaign that has no lead yet, and is in no database yet, can be planned all the same.
        self.assertEqual(self.plan("--leads", "10")["leads"]["in_forecast"], 10)
        self.assertEqual(self.plan()["forecast"]["calls"], 0)


class NoSchemaTest(ProcessTest):
    migrated = False

    def test_a_database_without_the_schema_or_none(self):
        self.write_campaign()
        self.assertEqual(self.command("plan", "campaign").returncode, 4)
        self.write_config(database={"conninfo": f"host={self.folder} user=dialerd dbname=dialerd"})
        self.assertEqual(self.command("plan", "campaign").returncode, 5)


if __name__ == "__main__":
    unittest.main()
