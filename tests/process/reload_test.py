"""Another configuration while the daemon runs: SIGHUP, `dialerd reload`, and files that change."""

import json
import os
import signal
import socket
import time
import unittest

from books import check_books, check_ledger, most_within
from harness import ProcessTest, wait_until

MINUTE_US = 60_000_000


class ReloadTest(ProcessTest):
    def applied(self, daemon):
        return daemon.log().count("goes on with its new configuration")

    def test_windows_hold_while_limits_go_up_and_down_under_load(self):
        self.start_voxsim("--ring-ms", "10:50", "--talk-ms", "20:100")
        account = {"limits": {"concurrency": 40}}
        changes = []  # (when, per_minute)

        def limit(per_minute):
            self.write_campaign(limits={"per_minute": per_minute, "per_second": 20})

        limit(6)
        self.write_config(account=account)
        self.import_leads(200)
        daemon = self.start_daemon()
        self.sim.wait_for_posts(6)
        started = time.time()
        for per_minute in (15, 9, 25, 4, 30):
            before = self.applied(daemon)
            limit(per_minute)
            daemon.send(signal.SIGHUP)
            wait_until(lambda n=before: self.applied(daemon) > n, 20, "applied")
            changes.append((int(time.time() * 1_000_000), per_minute))
            time.sleep(1.5)
        # The whole minute has been one window so far: the largest limit is used up, and never more was let in.
        self.assertLess(time.time() - started, 50)
        times = sorted(post["at_us"] for post in self.sim.posts())
        self.assertEqual(most_within(times, MINUTE_US), 30)
        for at, per_minute in changes:
            so_far = [t for t in times if t <= at]
            later = [t for t in times if at < t <= at + 1_200_000]
            self.assertLessEqual(len(later), max(0, per_minute - len(so_far)), f"after per_minute {per_minute}")
        self.assertEqual(daemon.log().count("loosened: campaign campaign: limits.per_minute"), 3)
        self.assertEqual(daemon.stop(), 0)
        check_ledger(self, self.sim.ledger())
        revisions = self.db.rows("select revision, applied_by, loosened from dialerd.campaign_revision order by revision")
        self.assertEqual([row["applied_by"] for row in revisions], ["start"] + 5 * ["SIGHUP"])
        self.assertEqual([bool(row["loosened"]) for row in revisions], [False, True, False, True, False, True])
        diff = self.db.value("select diff from dialerd.campaign_revision where revision = 2")
        self.assertIn('-  "per_minute": 6,', diff)
        self.assertIn('+  "per_minute": 15,', diff)

    def test_a_broken_file_changes_nothing(self):
        self.campaign_of(100, "--ring-ms", "50:100", "--talk-ms", "50:100", limits={"concurrency": 2})
        daemon = self.start_daemon()
        self.sim.wait_for_posts(3)
        (self.folder / "campaign-2.yaml").write_text("campaign: second\naccount: main\nlimts: {}\n")
        self.write_config(limits={"concurrency": 30})
        done = self.command("reload", "--wait", "--by", "Kim")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("not applied", done.stdout)
        self.assertIn("campaign-2.yaml:3:1: error: unknown key 'limts'", done.stdout)
        self.assertIn("nothing was changed", done.stdout)
        self.assertIn("unknown key 'limts'", daemon.log())
        posted = len(self.sim.posts())
        self.sim.wait_for_posts(posted + 10)  # it goes on, and by the old limit
        self.assertEqual(self.db.value("select count(*) from dialerd.daemon_revision"), 1)

        (self.folder / "campaign-2.yaml").unlink()
        answer = self.dialerd("reload", "--wait", "--by", "Kim")
        self.assertIn("loosened: accounts.main.limits.concurrency: 2 -> 30", answer)
        applied = self.db.rows("select applied_by, changes from dialerd.daemon_revision order by revision")
        self.assertEqual([row["applied_by"] for row in applied], ["start", "Kim"])
        self.assertEqual(applied[1]["changes"], ["accounts.main.limits.concurrency: 2 -> 30"])
        wait_until(lambda: self.db.lead_states() == {"done": 100}, 30, "all are called")
        self.assertEqual(daemon.stop(), 0)
        check_books(self, self.db, self.sim.ledger())

    def test_what_waits_for_a_restart_is_said(self):
        self.campaign_of(1)
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 1")
        self.write_config(lease="6s", logging={"level": "info"})
        answer = self.dialerd("reload", "--wait")
        self.assertIn("lease: 3s -> 6s (takes effect at the next restart)", answer)
        self.assertIn("logging.level: debug -> info (takes effect at the next restart)", answer)
        self.assertNotIn("goes on with its new configuration", daemon.log(), "no account had to pause")

    def test_two_daemons_answer(self):
        self.campaign_of(60, "--ring-ms", "50:100", "--talk-ms", "50:100", limits={"concurrency": 4})
        first = self.start_daemon()
        first.wait_for_log("owned, epoch 1")
        second = self.start_daemon()
        second.wait_for_log("standing by")
        self.write_campaign(limits={"per_second": 30})
        begun = time.monotonic()
        answer = self.dialerd("reload", "--wait", "--timeout", "20")
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(answer.count(": applied"), 2, answer)
        self.assertEqual(answer.count("campaign campaign: limits.per_second: none -> 30"), 2, answer)
        # One revision, whoever of them was first.
        self.assertEqual(self.db.value("select count(*) from dialerd.campaign_revision"), 2)
        # One that does not answer is named.
        second.send(signal.SIGSTOP)
        silent = self.command("reload", "--wait", "--timeout", "1")
        second.send(signal.SIGCONT)
        self.assertEqual(silent.returncode, 1)
        self.assertRegex(silent.stderr, "has not answered(?: within 1 s|, and is not heard of any more)")
        # The standby takes over with what it has read.
        first.kill()
        wait_until(lambda: self.db.lead_states() == {"done": 60}, 60, "the standby finishes")
        self.assertEqual(second.stop(), 0)
        check_ledger(self, self.sim.ledger())

    def test_one_that_is_gone_is_not_waited_for(self):
        self.start_voxsim()
        self.write_config()
        self.write_campaign()
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 1")
        daemon.kill()
        with self.took_less_than(15, "a dead daemon is noticed"):
            done = self.command("reload", "--wait", "--timeout", "25")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("not heard of any more", done.stderr)

    def test_campaigns_and_accounts_come_and_go_and_calls_under_way_go_on(self):
        second_key = self.folder / "second-key"
        second_key.write_text("test-key-second\n")
        second_key.chmod(0o600)
        self.start_voxsim("--api-key", "test-key-second", "--ring-ms", "50:100", "--talk-ms", "4000:6000")
        self.write_config(limits={"concurrency": 20})
        self.write_campaign(limits={"concurrency": 5})
        self.import_leads(30)
        daemon = self.start_daemon()
        self.sim.wait_for_posts(5)
        wait_until(lambda: self.db.value("select count(*) from dialerd.attempt where state = 'in_progress'") == 5, 5, "five open calls")
        # The campaign goes, another comes, and an account beside.
        (self.folder / "campaign.yaml").unlink()
        self.write_campaign("campaign-2", caller_numbers=["07011114444"])
        config = json.loads(self.config_file.read_text())
        config["accounts"]["second"] = {**config["accounts"]["main"], "limits": {"concurrency": 3},
                                        "api_key": {"file": str(second_key)}}
        self.config_file.write_text(json.dumps(config))
        self.write_campaign("campaign-3", account="second", caller_numbers=["07011115555"])
        answer = self.dialerd("reload", "--wait")
        self.assertIn("campaign campaign: dialled -> gone", answer)
        self.assertIn("accounts: new: none -> second", answer)
        self.import_leads(4, "campaign-2", first=1000)
        self.import_leads(4, "campaign-3", first=2000)
        wait_until(lambda: self.db.lead_states("campaign-2") == {"done": 4}, 30, "the new campaign is dialled")
        wait_until(lambda: self.db.lead_states("campaign-3") == {"done": 4}, 30, "the new account is dialled")
        # What was open came to its end, and nothing else of the old campaign was dialled.
        wait_until(lambda: self.db.lead_states() == {"done": 5, "ready": 25}, 20, "its open calls are settled")
        # It comes back; the second account goes.
        self.write_campaign(limits={"concurrency": 30})
        (self.folder / "campaign-3.yaml").unlink()
        del config["accounts"]["second"]
        self.config_file.write_text(json.dumps(config))
        answer = self.dialerd("reload", "--wait")
        self.assertIn("accounts: no longer: second -> none", answer)
        wait_until(lambda: self.db.lead_states() == {"done": 30}, 60, "the rest is dialled")
        wait_until(lambda: "account second: handed over" in daemon.log(), 10, "the account is released")
        self.assertEqual(daemon.stop(), 0)
        check_ledger(self, self.sim.ledger())

    def test_a_renamed_account_does_not_get_its_limits_anew(self):
        self.campaign_of(1, limits={"per_day": 1})
        daemon = self.start_daemon()
        wait_until(lambda: self.db.lead_states() == {"done": 1}, 20, "the day's call")
        config = json.loads(self.config_file.read_text())
        config["accounts"] = {"renamed": config["accounts"]["main"]}
        self.config_file.write_text(json.dumps(config))
        (self.folder / "campaign.yaml").unlink()
        self.write_campaign("campaign-2", account="renamed")
        self.import_leads(1, "campaign-2", first=1000)
        done = self.command("reload", "--wait")
        self.assertEqual(done.returncode, 1)
        self.assertIn("account renamed: has the API key that account main has now", done.stdout + done.stderr)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(self.sim.posts()), 1)

    def test_a_key_is_replaced_and_a_pause_is_kept(self):
        self.campaign_of(20, "--ring-ms", "50:100", "--talk-ms", "50:100", limits={"concurrency": 2})
        daemon = self.start_daemon()
        self.sim.wait_for_posts(2)
        self.dialerd("pause", "campaign", "--reason", "test")
        daemon.wait_for_log("campaign campaign: paused")
        wait_until(lambda: "active" not in self.db.lead_states(), 10, "nothing is open")
        posted = len(self.sim.posts())
        self.key_file.write_text("another-key\n")
        self.dialerd("reload", "--wait")
        time.sleep(1.5)
        self.assertEqual(len(self.sim.posts()), posted, "the pause was lost")
        self.dialerd("resume", "campaign")
        daemon.wait_for_log("waits, then probes, because of: account_fault")  # the provider knows no such key
        self.key_file.write_text(self.key + "\n")
        self.dialerd("reload", "--wait")
        # The wait is forgotten as at a restart.
        wait_until(lambda: self.db.lead_states() == {"done": 20}, 30, "all are called")
        self.assertEqual(daemon.stop(), 0)

    def test_files_that_change_are_read_where_that_is_wished(self):
        self.campaign_of(1, reload={"on_change": True})
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 1")
        self.write_campaign("campaign-new", caller_numbers=["07011117777"])
        wait_until(lambda: "asked by file change: campaign campaign-new: none -> new" in daemon.log(), 20, "noticed")
        self.write_campaign(limits={"per_day": 5})
        wait_until(lambda: "limits.per_day: none -> 5" in daemon.log(), 20, "noticed again")

    def test_systemd_is_told(self):
        path = self.folder / "notify"
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(str(path))
        notify.settimeout(15)
        self.addCleanup(notify.close)
        self.campaign_of(1)
        os.environ["NOTIFY_SOCKET"] = str(path)
        self.addCleanup(os.environ.pop, "NOTIFY_SOCKET")
        daemon = self.start_daemon()

        def next_of(*words):
            while True:
                message = notify.recv(4096).decode()
                if any(message.startswith(word) for word in words):
                    return message

        next_of("READY=1")
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        daemon.send(signal.SIGHUP)
        reloading = next_of("RELOADING=1", "READY=1")
        self.assertIn("MONOTONIC_USEC=", reloading)
        told = int(reloading.split("MONOTONIC_USEC=")[1])
        self.assertLessEqual(before, told)
        self.assertLessEqual(told, time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
        next_of("READY=1")


class DiffTest(ProcessTest):
    def test_against_what_was_applied(self):
        self.campaign_of(3, limits={"concurrency": 1}, campaign={"start": "manual"})
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 1")
        self.assertIn("no difference", self.dialerd("diff", "--exit-code"))
        self.write_campaign(start="manual", limits={"per_day": 100}, retry={"max_attempts": 9})
        said = self.dialerd("diff", "campaign.yaml")
        self.assertIn("campaign campaign against revision 1, applied by start: 2 differences, 1 of them loosened (!)\n", said)
        self.assertIn("    limits.per_day: none -> 100\n", said)
        self.assertIn("  ! retry.max_attempts: 5 -> 9\n", said)
        self.assertIn("concerns 3 leads that are to be called yet", said)
        self.assertEqual(self.command("diff", "campaign.yaml", "--exit-code").returncode, 1)
        self.write_campaign("campaign-2")
        self.assertIn("campaign campaign-2: new, never applied", self.dialerd("diff", "campaign-2.yaml"))
        self.write_config(limits={"concurrency": 4}, lease="9s")
        said = self.dialerd("diff", str(self.config_file))
        self.assertIn("  ! accounts.main.limits.concurrency: 1 -> 4\n", said)
        self.assertIn("    lease: 3s -> 9s (takes effect at the next restart)\n", said)

    def test_a_campaign_whose_file_is_gone_is_named(self):
        self.campaign_of(3, limits={"concurrency": 1}, campaign={"start": "manual"})
        self.start_daemon().wait_for_log("owned, epoch 1")
        self.write_config(campaigns=["nowhere/*.yaml"])
        done = self.command("diff", "--exit-code")
        self.assertEqual(done.returncode, 1)
        self.assertIn("campaign campaign: dialled -> gone, 3 leads still to be called\n", done.stdout)

    def test_against_a_file(self):
        self.write_campaign()
        self.write_campaign("other", campaign="campaign", limits={"per_hour": 10})
        said = self.dialerd("diff", "campaign.yaml", "--against", "other.yaml")
        self.assertIn("campaign campaign against other.yaml: 1 difference, 1 of them loosened (!)\n"
                      "  ! limits.per_hour: 10 -> none\n", said)
        (self.folder / "campaign.yaml").write_text("campaign: x\n")
        self.assertEqual(self.command("diff", "campaign.yaml", "--against", "other.yaml").returncode, 3)


if __name__ == "__main__":
    unittest.main()
