"""What the service manager is told: ready when the daemon is, how it is, and that it is alive, only while it is."""

import os
import re
import signal
import socket
import subprocess
import time
import unittest

from harness import SOURCE, Database, ProcessTest, wait_until

WATCHDOG_US = 2_000_000
LEADS = 60


class Manager:
    """Stands in for systemd (sd_notify(3)): what arrives, and when."""

    def __init__(self, test):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(test.folder / "notify"))
        self.socket.settimeout(0.05)
        os.environ["NOTIFY_SOCKET"] = str(test.folder / "notify")
        test.addCleanup(os.environ.pop, "NOTIFY_SOCKET", None)
        test.addCleanup(self.socket.close)
        self.told = []  # (when, line)

    def read(self):
        try:
            while True:
                text = self.socket.recv(65536).decode()
                self.told += [(time.monotonic(), line) for line in text.splitlines()]
        except TimeoutError:
            return self.told

    def times(self, line, since=0.0):
        return [when for when, what in self.read() if what == line and when >= since]

    def statuses(self, since=0.0):
        return [what.removeprefix("STATUS=") for when, what in self.read() if what.startswith("STATUS=") and when >= since]

    def wait_for(self, line, timeout=15):
        return wait_until(lambda: self.times(line), timeout, line)[0]

    def wait_for_status(self, pattern, timeout=15, since=0.0):
        return wait_until(lambda: next((s for s in self.statuses(since) if re.search(pattern, s)), None), timeout,
                          f"a status '{pattern}'")


class SupervisionTest(ProcessTest):
    def setUp(self):
        super().setUp()
        self.manager = Manager(self)

    def start(self, failpoints="", watchdog=True, arguments=(), **config):
        environment = {"WATCHDOG_USEC": str(WATCHDOG_US) if watchdog else None, "DIALERD_FAILPOINTS": failpoints or None,
                       "DIALERD_FAILPOINTS_SEED": "1", "DIALERD_FAILPOINTS_LOG": str(self.folder / "failpoints")}
        for name, value in environment.items():
            if value is not None:
                os.environ[name] = value
                self.addCleanup(os.environ.pop, name, None)
        self.campaign_of(LEADS, "--ring-ms", "50:200", "--talk-ms", "200:500", limits={"concurrency": 3}, **config)
        return self.start_daemon(*arguments)

    def struck(self):
        """What failpoints did so far."""
        log = self.folder / "failpoints"
        return log.exists() and log.read_text()

    def listen_until(self, end):
        while time.monotonic() < end:
            self.manager.read()

    def check_signs_of_life(self, seconds):
        """None is missing for as long as the watchdog waits."""
        begin = time.monotonic()
        self.listen_until(begin + seconds)
        signs = [begin, *self.manager.times("WATCHDOG=1", begin), time.monotonic()]
        gaps = [later - earlier for earlier, later in zip(signs, signs[1:])]
        self.assertLess(max(gaps), WATCHDOG_US / 1e6, "systemd would have killed it")
        self.assertGreater(len(signs), 2 + seconds / (WATCHDOG_US / 1e6))

    def check_no_sign_of_life(self, since, seconds):
        self.listen_until(since + seconds)
        self.assertEqual(self.manager.times("WATCHDOG=1", since), [])


class HealthyTest(SupervisionTest):
    def test_ready_status_and_signs_of_life(self):
        daemon = self.start()
        self.manager.wait_for("READY=1")
        status = self.manager.wait_for_status(r"^ready: owns main; [1-3] calls open, \d+\.\d calls/s$")
        self.assertTrue(status)
        self.check_signs_of_life(6)
        rates = [float(re.search(r"([\d.]+) calls/s", s)[1]) for s in self.manager.statuses()]
        self.assertGreater(max(rates), 0.5)
        begin = time.monotonic()
        daemon.send(signal.SIGTERM)
        self.manager.wait_for("STOPPING=1")
        self.manager.wait_for_status("^not ready: draining: ", since=begin)
        self.assertEqual(daemon.wait(15), 0)

    def test_not_ready_before_it_could_call(self):
        failpoint = "reading campaign controls.before_commit=pause:2s@1"
        self.start(failpoint, watchdog=False)
        wait_until(self.struck, 10, "the controls are read")
        begin = time.monotonic()
        self.assertEqual(self.manager.times("READY=1"), [])
        self.assertGreater(self.manager.wait_for("READY=1") - begin, 1.0)
        self.assertEqual(self.manager.times("WATCHDOG=1"), [], "nobody asked for it")


class HangTest(SupervisionTest):
    def hang(self, failpoints):
        """When it hangs: signs of life were given before."""
        self.start(failpoints)
        self.manager.wait_for("READY=1")
        wait_until(lambda: self.manager.read() and self.struck(), 30, "it hangs")
        self.manager.read()  # what was told before
        self.assertTrue(self.manager.times("WATCHDOG=1"))
        return time.monotonic()

    def test_a_hung_loop_gives_no_sign_of_life(self):
        begin = self.hang("loop.hang=pause:60s@0.01")
        self.check_no_sign_of_life(begin, 4)
        self.assertEqual(self.manager.statuses(begin), [])

    def test_a_hung_storage_thread_ends_them(self):
        begin = self.hang("storage.job=pause:60s@0.02")
        # Noticed after half the watchdog's time, and by the loop, which is alive.
        self.check_no_sign_of_life(begin + WATCHDOG_US / 2e6 + 0.6, 4)
        self.assertTrue(self.manager.statuses(begin))
        self.assertIn("a storage thread hangs", self.daemon_log())

    def daemon_log(self):
        return (self.folder / "dialerd-1.log").read_text()


class DatabaseAwayTest(SupervisionTest):
    """Has a cluster of its own, because it is stopped and frozen."""

    def postgres(self, command, *options):
        done = subprocess.run([SOURCE / "deploy" / "private-postgres", command, self.folder / "postgres", *options],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def make_database(self):
        self.addCleanup(self.postgres, "stop", "--immediate")
        self.postgres("start", "--small", "--no-fsync")
        return Database(self.postgres("conninfo"))

    def backends(self):
        return [row["pid"] for row in self.db.rows(
            f"select pid from pg_stat_activity where datname = '{self.db.name}' and application_name like 'dialerd%'")]

    def test_a_database_that_is_away_is_no_reason_to_die(self):
        daemon = self.start()
        self.manager.wait_for_status("^ready: owns main")
        self.postgres("stop", "--immediate")
        begin = time.monotonic()
        self.manager.wait_for_status("^not ready: database: ", since=begin)
        self.check_signs_of_life(6)
        self.postgres("start", "--small", "--no-fsync")
        begin = time.monotonic()
        self.manager.wait_for_status("^ready: owns main", since=begin, timeout=30)
        self.assertEqual(daemon.stop(), 0)

    def test_neither_is_one_that_does_not_answer(self):
        daemon = self.start()
        self.manager.wait_for_status("^ready: owns main")
        frozen = self.backends()
        self.assertTrue(frozen)
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            begin = time.monotonic()
            self.manager.wait_for_status("^not ready: database: ", since=begin)
            self.check_signs_of_life(6)
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        begin = time.monotonic()
        self.manager.wait_for_status("^ready: owns main", since=begin, timeout=30)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
