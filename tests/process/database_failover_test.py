"""PostgreSQL fails while calls are made: a standby takes its place, the disk is full, connections are cut. No new calls
meanwhile, and nothing lost or dialled twice after. And it must not be one that forgets."""

import os
import re
import socket
import subprocess
import time
import unittest

from books import check_books
from harness import SOURCE, Database, ProcessTest, wait_until

LEADS = 120
USUAL = ["--outcomes", "user_hangup=3,dial_no_answer=1", "--ring-ms", "50:200", "--talk-ms", "100:500"]
AGAIN = {"retry": {"reasons": {"dial_no_answer": {"retry": ["1s"], "max": 1}}}}


class Notifications:
    """What the daemon tells systemd (sd_notify(3)), read from a socket of the test's own."""

    def __init__(self, test):
        self.path = str(test.folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.1)
        os.environ["NOTIFY_SOCKET"] = self.path
        test.addCleanup(os.environ.pop, "NOTIFY_SOCKET", None)
        test.addCleanup(self.socket.close)
        self.statuses = []

    def read(self):
        try:
            while True:
                for line in self.socket.recv(65536).decode().splitlines():
                    if line.startswith("STATUS="):
                        self.statuses.append(line.removeprefix("STATUS="))
        except TimeoutError:
            return self.statuses

    def wait_for(self, pattern, timeout=15):
        wait_until(lambda: any(re.search(pattern, status) for status in self.read()), timeout, f"a status '{pattern}'")
        self.statuses.clear()


class NotifiedTest(ProcessTest):
    """A campaign under way, and what the daemon says of itself meanwhile."""

    def setUp(self):
        super().setUp()
        self.notified = Notifications(self)

    def start(self, leads=LEADS, **config):
        self.campaign_of(leads, *USUAL, limits={"concurrency": 12}, campaign=AGAIN, **config)
        self.daemon = self.start_daemon("--until-done")
        self.notified.wait_for("owns main")
        self.sim.wait_for_posts(15)

    def check_the_end(self, leads=LEADS):
        self.assertEqual(self.daemon.wait(60), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": leads})

    def check_quiet(self, begin_us, end_us):
        sent = [post for post in self.sim.posts() if begin_us < post["at_us"] < end_us]
        self.assertEqual(sent, [], "calls without a database to write them down in")


class BrokenDatabaseTest(NotifiedTest):
    def test_a_full_disk(self):
        self.start()
        # As the server answers when it cannot write (53100, disk_full), to whoever writes an attempt.
        self.db.execute("create function disk_full() returns trigger language plpgsql as $$ begin "
                        "raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;"
                        "create trigger disk_full before insert or update on dialerd.attempt execute function disk_full()")
        quiet_from = time.time() * 1e6 + 500_000
        self.notified.wait_for("^not ready: database: .*No space left on device")
        time.sleep(2.0)
        end = time.time() * 1e6
        self.db.execute("drop function disk_full() cascade")
        self.check_quiet(quiet_from, end)
        self.notified.wait_for("owns main")
        self.check_the_end()

    def test_connections_that_are_cut_again_and_again(self):
        self.start(leads=300)
        cut = 0
        deadline = time.monotonic() + 6
        while time.monotonic() < deadline:
            cut += self.db.value("select count(pg_terminate_backend(pid)) from pg_stat_activity "
                                 f"where datname = '{self.db.name}' and application_name like 'dialerd%'")
            time.sleep(0.15)
        self.assertGreater(cut, 30)
        self.check_the_end(leads=300)


class FailoverTest(NotifiedTest):
    """A primary with a synchronous standby, both durable, both named in the connection string."""

    def postgres(self, command, name, *options):
        done = subprocess.run([SOURCE / "deploy" / "private-postgres", command, self.folder / name, *options],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.strip()

    def make_database(self):
        for name in ("first", "second"):
            self.addCleanup(self.postgres, "stop", name, "--immediate")
        self.postgres("start", "first", "--small")
        self.postgres("start", "second", "--standby-of", self.folder / "first")
        one, two = (self.postgres("conninfo", name) for name in ("first", "second"))
        subprocess.run(["psql", "-XqAt", "-d", one, "-c", "alter system set synchronous_standby_names = 'ANY 1 (*)'", "-c",
                        "select pg_reload_conf()"], check=True, capture_output=True)
        hosts = ",".join(re.search(r"host=(\S+)", conninfo)[1] for conninfo in (one, two))
        return Database(f"host={hosts} port=5432,5432 user=dialerd dbname=dialerd target_session_attrs=read-write")

    def config(self, **changes):
        config = super().config(**changes)
        del config["database"]["allow_data_loss"]
        return config

    def test_failover_to_a_synchronous_standby(self):
        self.start()
        self.postgres("stop", "first", "--immediate")
        quiet_from = time.time() * 1e6 + 500_000
        self.notified.wait_for("^not ready: database: ")
        time.sleep(1.0)
        end = time.time() * 1e6
        self.postgres("promote", "second")
        self.check_quiet(quiet_from, end)
        self.notified.wait_for("owns main")
        self.check_the_end()
        self.assertIn("database: works again", self.daemon.log())


class DurabilityTest(ProcessTest):
    def run_daemon(self, **database):
        self.write_campaign()
        config = {"conninfo": self.db.conninfo, "statement_timeout": "3s", **database}
        self.write_config(database={**config, "allow_data_loss": database.get("allow_data_loss", False)})
        return self.command("run", "--until-done", timeout=30)

    def test_a_server_that_may_lose_commits_is_refused(self):
        # The tests' cluster runs without fsync.
        done = self.run_daemon()
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("fsync is off (set fsync = on in postgresql.conf, and reload)", done.stderr)
        self.assertIn("allow_data_loss", done.stderr)

    def test_so_is_one_whose_other_sessions_do_not_wait_for_their_commits(self):
        self.db.execute(f"alter database {self.db.name} set synchronous_commit = off")
        done = self.run_daemon()
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("synchronous_commit is off", done.stderr)

    def test_unless_it_is_allowed_which_is_said_at_each_start(self):
        done = self.run_daemon(allow_data_loss=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("THE DATABASE MAY LOSE WHAT IT HAS COMMITTED", done.stderr)


if __name__ == "__main__":
    unittest.main()
