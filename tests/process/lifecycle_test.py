"""The lifecycle of a campaign: start, pause, resume, stop, for every daemon within a second, and on record."""

import datetime
import json
import secrets
import time
import unittest
import zoneinfo

from books import check_books
from harness import ProcessTest, wait_until

REFUSED = 1
USAGE = 2


def seconds_of(post):
    """When the provider received it."""
    return post["at_ms"] / 1e3


class LifecycleTest(ProcessTest):
    def state(self, campaign="campaign"):
        return self.db.value(f"select state from dialerd.campaign_state where campaign = '{campaign}'")

    def refused(self, *arguments, words):
        done = self.command(*arguments)
        self.assertEqual(done.returncode, REFUSED, done.stdout + done.stderr)
        self.assertIn(words, done.stderr)

    def test_a_draft_is_not_dialled_until_it_is_started(self):
        self.campaign_of(10, "--ring-ms", "20:50", "--talk-ms", "50:150", campaign={"start": "manual"})
        self.assertEqual(self.state(), "draft")
        self.refused("pause", "campaign", words="`dialerd start campaign`")
        self.refused("resume", "campaign", words="`dialerd start campaign`")
        daemon = self.start_daemon("--until-done")
        self.assertEqual(daemon.wait(15), 0, "a draft is not waited for")
        self.assertIn("campaign campaign: draft: `dialerd start` starts it", daemon.log())
        self.assertEqual(self.sim.posts(), [])

        daemon = self.start_daemon()
        daemon.wait_for_log("campaign campaign: draft")
        self.assertEqual(self.dialerd("start", "campaign", "--by", "kim"), "campaign: started\n")
        daemon.wait_for_log("campaign campaign: started")
        wait_until(lambda: self.db.lead_states() == {"done": 10}, 20, "its leads are called")
        self.assertEqual(self.state(), "completed")
        self.assertEqual(self.dialerd("start", "campaign"), "campaign: is running already\n")
        check_books(self, self.db, self.sim.ledger())

        # Completed is what it is, not what is wished of it: leads that come later are called.
        self.import_leads(1, first=500)
        wait_until(lambda: self.db.lead_states() == {"done": 11}, 20, "the new lead is called")
        self.assertEqual(daemon.stop(), 0)

    def test_nobody_dials_for_it(self):
        self.start_voxsim()
        self.write_config()
        for name in ("campaign", "campaign-two"):
            self.write_campaign(name, start="manual")
            self.import_leads(1, name)
        done = self.command("start", "campaign")
        self.assertEqual((done.returncode, done.stdout), (0, "campaign: started\n"))
        self.assertIn("note: no daemon dials for it now: no daemon with its account runs", done.stderr)
        self.assertRegex(self.dialerd("status"), r"campaign +main +running +no daemon ")

        (self.folder / "campaign-two.yaml").rename(self.folder / "two.hidden")
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 1")
        wait_until(lambda: self.db.value("select count(*) from dialerd.campaign_undialled") == 1, 10, "it is told")
        done = self.command("start", "campaign-two")
        self.assertEqual(done.returncode, 0)
        self.assertIn("note: no daemon dials for it now: not configured by any daemon", done.stderr)
        self.assertRegex(self.dialerd("status"), r"campaign-two +main +running +not configured by any daemon ")
        self.assertIn("campaign-two: not_configured", self.dialerd("status", "--watch"))

        (self.folder / "two.hidden").rename(self.folder / "campaign-two.yaml")
        self.dialerd("reload", "--wait")
        wait_until(lambda: self.db.value("select count(*) from dialerd.campaign_undialled") == 0, 10, "it is told")
        self.dialerd("pause", "campaign-two")
        self.assertEqual(self.command("resume", "campaign-two").stderr, "")
        self.assertEqual(daemon.stop(), 0)

    def test_stopped_while_calls_are_open(self):
        self.campaign_of(60, "--ring-ms", "20:50", "--talk-ms", "1500:2500",
                         limits={"concurrency": 20}, campaign={"limits": {"per_second": 10}})
        daemon = self.start_daemon()
        self.sim.wait_for_posts(15)
        done = self.command("stop", "campaign")
        self.assertEqual(done.returncode, USAGE, "a reason is asked for")
        self.assertEqual(self.command("stop", "campaign", "--reason", " ").returncode, USAGE)

        self.dialerd("stop", "campaign", "--reason", "the offer is over", "--by", "kim")
        stopped = time.time()
        self.assertEqual(self.state(), "stopping")
        open_calls = self.db.lead_states()["active"]
        self.assertGreater(open_calls, 3)
        self.assertIn("stopping", self.dialerd("status"))
        daemon.wait_for_log('campaign campaign: stopped: "the offer is over"')
        wait_until(lambda: self.state() == "completed", 20, "the open calls come to their end")
        self.assertEqual([post for post in self.sim.posts() if seconds_of(post) > stopped + 1], [])
        states = self.db.lead_states()
        self.assertEqual(set(states), {"done", "ready"})
        self.assertEqual(states["done"], len(self.sim.posts()))
        check_books(self, self.db, self.sim.ledger())

        self.assertIn("has been stopped already by kim: the offer is over",
                      self.dialerd("stop", "campaign", "--reason", "twice"))
        self.refused("resume", "campaign", words="`dialerd start campaign` starts it again")
        self.refused("pause", "campaign", words="was stopped by kim")
        why = self.dialerd("why", str(self.db.value("select min(lead_id) from dialerd.lead_state where state = 'ready'")))
        self.assertIn("the campaign was stopped [stopped]", why)
        self.assertEqual(daemon.stop(), 0)
        daemon = self.start_daemon("--until-done")
        self.assertEqual(daemon.wait(15), 0, "a stopped campaign is not waited for")

        self.assertIn("started again; it had been stopped by kim", self.dialerd("start", "campaign", "--reason", "more"))
        daemon = self.start_daemon("--until-done")
        self.assertEqual(daemon.wait(40), 0)
        self.assertEqual(self.db.lead_states(), {"done": 60})
        record = self.db.rows("select from_wish, to_wish, reason, changed_by from dialerd.campaign_change order by change_id")
        self.assertEqual([(row["from_wish"], row["to_wish"], row["reason"]) for row in record],
                         [(None, "running", ""), ("running", "stopped", "the offer is over"),
                          ("stopped", "running", "more")])
        self.assertEqual(record[1]["changed_by"], "kim")

    def test_a_change_reaches_two_daemons_within_a_second(self):
        keys = {name: f"test-key-{name}-{secrets.token_hex(16)}" for name in ("one", "two")}
        for name, key in keys.items():
            (self.folder / name).write_text(key + "\n")
            (self.folder / name).chmod(0o600)
        self.start_voxsim("--ring-ms", "20:50", "--talk-ms", "50:100",
                          *(flag for key in keys.values() for flag in ("--api-key", key)))
        accounts = {name: {"base_url": f"https://localhost:{self.sim.port}",
                           "api_key": {"file": str(self.folder / name)}, "limits": {"concurrency": 40}} for name in keys}
        self.write_config(accounts=accounts)
        config = json.loads(self.config_file.read_text())
        del config["accounts"]["main"]
        self.config_file.write_text(json.dumps(config))
        for name in accounts:
            self.write_campaign(f"campaign-{name}", account=name, limits={"per_second": 20},
                                caller_numbers=["07011112222" if name == "one" else "07011113333"])
            self.import_leads(400, f"campaign-{name}", first=1000 if name == "two" else 0)
        daemons = [self.start_daemon(), self.start_daemon()]
        for daemon in daemons:
            daemon.wait_for_log("notifications of the database are heard")
        wait_until(lambda: self.db.value("select count(distinct owner) from dialerd.ownership") == 2, 20,
                   "an account each")
        campaign_of = {row["to_number"]: row["name"] for row in self.db.rows(
            "select to_number, name from dialerd.lead join dialerd.campaign using (campaign_id)")}

        def posts(name):
            return [seconds_of(post) for post in self.sim.posts() if campaign_of[post["to_number"]] == name]

        latest = []
        for name in ("campaign-one", "campaign-two"):
            before = len(posts(name))
            wait_until(lambda name=name, before=before: len(posts(name)) >= before + 10, 20, f"calls of {name}")
            asked = time.time()
            self.dialerd("pause", name, "--reason", "test")
            returned = time.time()
            other = "campaign-two" if name == "campaign-one" else "campaign-one"
            calls = len(posts(other))
            wait_until(lambda other=other, calls=calls: len(posts(other)) >= calls + 30, 20, "the other goes on")
            after = max((at for at in posts(name)), default=0)
            latest.append(round(after - asked, 3))
            self.assertLess(after, returned + 1, "a call more than a second after the pause")
            self.dialerd("resume", name)
            resumed = time.time()
            wait_until(lambda name=name, resumed=resumed: any(at > resumed for at in posts(name)), 5, f"{name} goes on")
        print(f"the last call of a paused campaign, from the command's start: {latest} s", flush=True)
        for name in ("campaign-one", "campaign-two"):
            self.dialerd("stop", name, "--reason", "test")
        wait_until(lambda: self.state("campaign-one") == self.state("campaign-two") == "completed", 10, "calls end")
        for daemon in daemons:
            self.assertEqual(daemon.stop(), 0)
        check_books(self, self.db, self.sim.ledger())

    def test_until_done_ends_when_the_last_day_is_over(self):
        self.campaign_of(3)
        now = datetime.datetime.now(zoneinfo.ZoneInfo("Asia/Seoul"))
        yesterday = (now - datetime.timedelta(days=1)).strftime("%Y-%m-%d")
        self.write_campaign(end_date=yesterday)
        daemon = self.start_daemon("--until-done")
        self.assertEqual(daemon.wait(15), 0)
        self.assertEqual(self.sim.posts(), [])
        self.assertEqual(self.state(), "completed")
        self.assertEqual(self.db.value("select completed_by from dialerd.campaign_state"), "end_date")

        self.write_campaign(start_date=(now + datetime.timedelta(days=2)).strftime("%Y-%m-%d"))
        daemon = self.start_daemon()
        wait_until(lambda: self.state() == "scheduled", 10, "scheduled")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.sim.posts(), [])

    def test_what_was_told_while_the_connection_was_down_is_found(self):
        self.campaign_of(200, "--ring-ms", "20:50", "--talk-ms", "50:100", campaign={"limits": {"per_second": 10}})
        daemon = self.start_daemon()
        daemon.wait_for_log("notifications of the database are heard")
        self.sim.wait_for_posts(5)
        self.db.execute("select pg_terminate_backend(pid) from pg_stat_activity "
                        "where application_name = 'dialerd notifications' and datname = current_database()")
        daemon.wait_for_log("notifications of the database are not heard")
        self.dialerd("pause", "campaign")
        daemon.wait_for_log("campaign campaign: paused", timeout=2)
        wait_until(lambda: daemon.log().count("notifications of the database are heard") == 2, 10, "heard again")
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
