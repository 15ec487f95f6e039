"""Two daemons. Of one account, one of them calls; when it falls silent the other takes over, and it does nothing more. Of
many, each has as many as the other."""

import json
import secrets
import signal
import time
import unittest

from books import attempts_of, check_books
from harness import ProcessTest, wait_until

LEASE = 3
LEADS = 120


class StandbyTest(ProcessTest):
    def start_two(self):
        # Slots are free at every moment, so that a daemon which believes to own the account would call at once.
        self.campaign_of(LEADS, "--outcomes", "user_hangup=4,dial_no_answer=1", "--ring-ms", "50:200", "--talk-ms",
                         "100:500", "--fault", "slow=0.6", "--slow-ms", "50:250",
                         limits={"concurrency": 40, "per_second": 20},
                         campaign={"retry": {"reasons": {"dial_no_answer": {"retry": ["1s"], "max": 1}}}})
        owner = self.start_daemon("--until-done")
        owner.wait_for_log("owned, epoch 1")
        standby = self.start_daemon("--until-done")
        standby.wait_for_log("standing by")
        self.sim.wait_for_posts(20)
        self.assertNotIn(": owned,", standby.log())
        return owner, standby

    def check_the_end(self):
        attempts = check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": LEADS})
        self.assertEqual({attempt["epoch"] for attempt in attempts}, {1, 2})

    def test_the_standby_takes_over_from_a_killed_owner(self):
        owner, standby = self.start_two()
        owner.kill()
        begin = time.monotonic()
        standby.wait_for_log("owned, epoch 2")
        self.assertLess(time.monotonic() - begin, LEASE + 2.5)
        self.assertEqual(standby.wait(60), 0)
        self.check_the_end()

    def test_an_owner_that_was_frozen_finds_itself_replaced(self):
        owner, standby = self.start_two()
        owner.send(signal.SIGSTOP)
        # A process that is frozen within a transaction keeps its locks until the server ends it
        # (idle_in_transaction_session_timeout).
        standby.wait_for_log("owned, epoch 2", timeout=20)
        taken_over = time.time() * 1e6
        self.sim.wait_for_posts(len(self.sim.posts()) + 5)
        owner.send(signal.SIGCONT)
        owner.wait_for_log("no longer owned")
        owner.wait_for_log("standing by")
        # Whoever ends the campaign lets go of the account; the other then finds nothing left to do.
        self.assertEqual(standby.wait(60), 0)
        self.assertEqual(owner.wait(20), 0)
        epochs = {attempt["attempt_id"]: attempt["epoch"] for attempt in attempts_of(self.db)}
        late = [post for post in self.sim.posts() if epochs[post["attempt_id"]] == 1 and post["at_us"] > taken_over]
        self.assertEqual(late, [], "the former owner called after the takeover")
        wait_until(lambda: self.db.value("select count(*) from dialerd.ownership where lease_until > now()") == 0, 5,
                   "nobody holds the account")
        self.check_the_end()


class SpreadTest(ProcessTest):
    """Two daemons and six accounts: three each, whatever happens, without anybody doing anything about it."""

    ACCOUNTS = [f"account{i}" for i in range(6)]
    LEADS = 150

    def start_six(self):
        keys = {}
        for name in self.ACCOUNTS:
            keys[name] = f"test-key-{name}-{secrets.token_hex(16)}"
            (self.folder / name).write_text(keys[name] + "\n")
            (self.folder / name).chmod(0o600)
        flags = [flag for name in self.ACCOUNTS for flag in ("--api-key", keys[name])]
        self.start_voxsim("--outcomes", "user_hangup=1", "--ring-ms", "50:200", "--talk-ms", "100:500", *flags)
        self.write_config(accounts={name: {
            "base_url": f"https://localhost:{self.sim.port}", "api_key": {"file": str(self.folder / name)},
            "limits": {"concurrency": 20, "per_second": 5}} for name in self.ACCOUNTS})
        config = json.loads(self.config_file.read_text())
        del config["accounts"]["main"]
        self.config_file.write_text(json.dumps(config))
        for name in self.ACCOUNTS:
            self.write_campaign(name, account=name)
        for path in self.folder.glob("account*.yaml"):
            path.rename(path.with_name("campaign-" + path.name))
        for i, name in enumerate(self.ACCOUNTS):
            self.import_leads(self.LEADS, name, first=1000 * i)

    def owned(self):
        """How many accounts each living owner has."""
        rows = self.db.rows("select owner, count(*) as n from dialerd.ownership where lease_until > clock_timestamp() "
                            "group by owner")
        return {row["owner"]: row["n"] for row in rows}

    def wait_for_spread(self, expected, timeout):
        wait_until(lambda: sorted(self.owned().values()) == expected, timeout, f"accounts spread as {expected}")

    def test_accounts_spread_move_over_and_come_back(self):
        self.start_six()
        a = self.start_daemon()
        self.wait_for_spread([6], 10)
        b = self.start_daemon()
        self.wait_for_spread([3, 3], 40)
        status = self.dialerd("status")
        self.assertIn("Daemons that are alive", status)
        self.sim.wait_for_posts(60)

        theirs = {row["account"] for row in self.db.rows(
            f"select account from dialerd.ownership where owner like '%:{a.process.pid}:%'")}
        self.assertEqual(len(theirs), 3)
        a.kill()
        killed_us = time.time() * 1e6
        self.wait_for_spread([6], LEASE + 2)

        def dials_all():
            dialled = self.db.rows("select account, count(*) as n from dialerd.attempt a "
                                   f"where a.claimed_at > to_timestamp({killed_us / 1e6}) group by account")
            return theirs <= {row["account"] for row in dialled}
        wait_until(dials_all, 5, "the accounts of the killed daemon dial")

        a = self.start_daemon()
        self.wait_for_spread([3, 3], 40)

        total = self.LEADS * len(self.ACCOUNTS)
        wait_until(lambda: self.db.value("select count(*) from dialerd.lead_state where state = 'done'") == total, 90,
                   "every lead done")
        moves = {row["epoch"] for row in self.db.rows("select epoch from dialerd.ownership")}
        self.assertLessEqual(max(moves), 5, "accounts that move to and fro")
        self.assertEqual(a.stop(), 0)
        # The other owns them at once: nothing was left to run out.
        self.wait_for_spread([6], 3)
        self.assertEqual(b.stop(), 0)
        self.assertEqual(self.owned(), {})
        self.assertEqual(self.db.value("select count(*) from dialerd.daemon"), 1,
                         "the killed one has said no farewell, the others have")
        attempts = check_books(self, self.db, self.sim.ledger())
        self.assertGreaterEqual(len(attempts), total)

    def test_until_done_ends_though_each_has_a_half(self):
        self.LEADS = 20
        self.start_six()
        daemons = [self.start_daemon("--until-done") for _ in range(2)]
        for daemon in daemons:
            self.assertEqual(daemon.wait(60), 0)
        self.assertEqual(self.db.value("select count(*) from dialerd.lead_state where state <> 'done'"), 0)
        check_books(self, self.db, self.sim.ledger())


if __name__ == "__main__":
    unittest.main()
