"""PgBouncer in transaction mode between dialerd and PostgreSQL: everything works, with every setting that dialerd
depends on; and one that does not let dialerd in is named."""

import os
import pathlib
import pwd
import shutil
import subprocess
import time
import unittest

from books import check_books
from harness import SOURCE, Database, Process, ProcessTest, wait_until

LEADS = 120
EXIT_CONFIGURATION = 3
PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")
# What dialerd says of its sessions, seen from within a transaction that writes an attempt.
SETTINGS = {
    "statement_timeout": "3s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "5s",
    "plan_cache_mode": "force_custom_plan", "enable_seqscan": "off", "enable_hashjoin": "off",
    "enable_mergejoin": "off", "enable_sort": "off", "jit": "off", "synchronous_commit": "on",
    "transaction_isolation": "read committed", "timezone": "UTC",
}


@unittest.skipUnless(PGBOUNCER, "PgBouncer is not installed: apt-get install pgbouncer")
class PoolerTest(ProcessTest):
    def postgres(self, command, *options):
        done = subprocess.run([SOURCE / "deploy" / "private-postgres", command, self.folder / "postgres", *options],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def make_database(self):
        """A cluster of its own, so that its defaults can be what dialerd must not rely on."""
        self.addCleanup(self.postgres, "stop", "--immediate")
        self.postgres("start", "--small", "--no-fsync")
        database = Database(self.postgres("conninfo"))
        for setting, value in (("default_transaction_isolation", "repeatable read"), ("timezone", "Asia/Seoul"),
                               ("statement_timeout", "1h")):
            database.execute(f"alter database {database.name} set {setting} = '{value}'")
        return database

    def start_pooler(self, ignored="extra_float_digits,options"):
        server = pathlib.Path(self.db.cluster.split("host=")[1].split()[0])
        owner = pwd.getpwuid(server.stat().st_uid)
        folder = self.folder / "pooler"
        folder.mkdir(exist_ok=True)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        (folder / "users").write_text('"dialerd" ""\n')
        # Fewer server connections than the daemon has sessions: they must share.
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={server} port=5432\n"
            f"[pgbouncer]\npool_mode = transaction\ndefault_pool_size = 3\nquery_wait_timeout = 10\n"
            f"listen_addr =\nlisten_port = 6432\nunix_socket_dir = {folder}\nunix_socket_mode = 0700\n"
            f"auth_type = trust\nauth_file = {folder}/users\npidfile =\n"
            f"ignore_startup_parameters = {ignored}\n")
        # It refuses to run as root.
        run_as = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"] if os.getuid() == 0 else []
        pooler = Process([*run_as, PGBOUNCER, folder / "pgbouncer.ini"], self.folder / "pgbouncer.log")
        self.addCleanup(pooler.kill)
        wait_until(lambda: (folder / ".s.PGSQL.6432").exists() or not pooler.running(), 10, "PgBouncer listens")
        self.assertTrue(pooler.running(), pooler.log())
        self.through_pooler = {"conninfo": f"host={folder} port=6432 user=dialerd dbname={self.db.name}"}
        return pooler

    def test_a_campaign_goes_through_it(self):
        pooler = self.start_pooler()
        self.db.execute("create table seen (name text, value text, primary key (name, value))")
        self.db.execute(
            "create function look() returns trigger language plpgsql as $$ begin insert into seen select name, "
            f"current_setting(name) from unnest(array{list(SETTINGS)}) as name on conflict do nothing; return null; end $$;"
            "create trigger look after insert or update on dialerd.attempt for each statement execute function look()")
        self.campaign_of(LEADS, "--outcomes", "user_hangup=3,dial_no_answer=1", "--ring-ms", "50:200", "--talk-ms",
                         "100:400", limits={"concurrency": 12}, database=self.through_pooler,
                         campaign={"retry": {"reasons": {"dial_no_answer": {"retry": ["1s"], "max": 1}}}})
        self.assertIn("campaign", self.dialerd("status"))
        daemon = self.start_daemon("--until-done")
        self.sim.wait_for_posts(20)

        # An operator's command is heard although no notification comes through.
        self.dialerd("pause", "campaign", "--reason", "test")
        daemon.wait_for_log("campaign campaign: paused", timeout=5)
        paused = len(self.sim.posts())
        time.sleep(1)
        self.assertLessEqual(len(self.sim.posts()), paused + 12)
        self.dialerd("resume", "campaign")
        self.sim.wait_for_posts(paused + 15)

        # The pooler dies in the middle of transactions, and comes back.
        for _ in range(3):
            pooler.kill()
            (self.folder / "pooler" / ".s.PGSQL.6432").unlink(missing_ok=True)
            pooler = self.start_pooler()
            self.sim.wait_for_posts(min(len(self.sim.posts()) + 10, LEADS))
        self.assertEqual(daemon.wait(90), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": LEADS})
        seen = {(row["name"], row["value"]) for row in self.db.rows("select name, value from seen")}
        self.assertEqual(seen, set(SETTINGS.items()))

    def test_one_that_lets_no_options_pass_is_named(self):
        self.start_pooler(ignored="extra_float_digits")
        self.campaign_of(1)
        self.write_config(database=self.through_pooler)
        done = self.command("run")
        self.assertEqual(done.returncode, EXIT_CONFIGURATION, done.stderr)
        self.assertIn("ignore_startup_parameters = options", done.stderr)


if __name__ == "__main__":
    unittest.main()
