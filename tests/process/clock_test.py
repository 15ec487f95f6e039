"""Clocks that are wrong: the provider's list, asked for by time, then proves nothing; and a step of the database's clock,
while the daemon runs or while it does not, breaks no promise and is reported."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time
import unittest

from books import check_ledger, most_within
from harness import SOURCE, Database, ProcessTest, wait_until

SECOND, HOUR, DAY = 1, 3600, 86400


class ClockTest(ProcessTest):
    def test_a_call_in_doubt_is_not_dialled_again_when_the_clocks_differ(self):
        # By the provider's clock every call was made ten minutes before any time that we would list from.
        self.campaign_of(10, "--clock-offset-ms", "-600000", "--fault", "reset-after=1.0",
                         "--ring-ms", "20:50", "--talk-ms", "50:150")
        daemon = self.start_daemon()
        self.sim.wait_for_posts(10)
        daemon.wait_for_log("the provider's clock and the database's differ")
        # list_lag is a second: by now two complete lists would have proved their absence several times over.
        lists = len([request for request in self.sim.ledger() if request["method"] == "GET"])
        wait_until(lambda: len([r for r in self.sim.ledger() if r["method"] == "GET"]) >= lists + 40, 30, "40 more lists")
        self.assertEqual(len(self.sim.posts()), 10)
        states = {row["state"] for row in self.db.rows("select distinct state from dialerd.attempt")}
        self.assertEqual(states, {"unknown"})


def remove_leftovers_of_faketime():
    """libfaketime leaves a semaphore and a shared memory behind for each process that is killed. A later process that gets
    the number of one that ran as another user then ends at once."""
    for path in pathlib.Path("/dev/shm").glob("*faketime_s[eh]m_*"):
        if not pathlib.Path("/proc", path.name.rsplit("_", 1)[1]).exists():
            with contextlib.suppress(FileNotFoundError, PermissionError):
                path.unlink()


class DatabaseClockTest(ProcessTest):
    """Has a cluster of its own, whose clock is set through libfaketime: PostgreSQL sees the machine's time plus an offset."""

    def postgres(self, command, *options, **environment):
        done = subprocess.run([SOURCE / "deploy" / "private-postgres", command, self.folder / "postgres", *options],
                              capture_output=True, text=True, env={**os.environ, **environment})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.strip()

    def make_database(self):
        library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))  # Debian's package faketime
        self.offset_file = self.folder / "offset"
        self.set_clock(0)
        remove_leftovers_of_faketime()
        self.addCleanup(remove_leftovers_of_faketime)
        self.addCleanup(self.postgres, "stop", "--immediate")
        # Made with the right time, because nothing but the server itself should see another.
        self.postgres("start", "--small", "--no-fsync")
        self.postgres("stop")
        self.postgres("start", LD_PRELOAD=str(library), FAKETIME_TIMESTAMP_FILE=str(self.offset_file),
                      FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1")
        return Database(self.postgres("conninfo"))

    def set_clock(self, offset):
        """The database's clock is that many seconds ahead of this machine's from now on."""
        new = self.offset_file.with_name("offset.new")
        new.write_text(f"{offset:+d}")
        new.chmod(0o644)
        new.rename(self.offset_file)

    def step(self, offset):
        """Sets the clock, and waits until the daemon has told and recorded it."""
        told = self.db.value("select count(*) from dialerd.clock_step")
        self.set_clock(offset)
        wait_until(lambda: self.db.value("select count(*) from dialerd.clock_step") > told, 5, "the step is on record")

    def recorded_steps(self):
        return [round(row["by_ms"] / 1000) for row in
                self.db.rows("select by_ms from dialerd.clock_step order by step_id")]

    def test_the_clock_is_what_the_test_says(self):
        for offset in (DAY, -HOUR, 0):
            self.set_clock(offset)
            now = self.db.value("select extract(epoch from clock_timestamp())::float")
            self.assertAlmostEqual(now - time.time(), offset, delta=2)

    def test_steps_while_calls_are_made(self):
        leads, per_minute = 400, 100
        # Open by the right clock, and closed an hour earlier or later.
        self.campaign_of(leads, "--outcomes", "user_hangup=3,dial_no_answer=1", "--ring-ms", "50:200", "--talk-ms",
                         "100:500", limits={"concurrency": 12, "per_second": 10, "per_minute": per_minute},
                         campaign={"calling_windows": [self.window(-30, 30)],
                                   "retry": {"reasons": {"dial_no_answer": {"retry": ["1s"], "max": 1}}}})
        daemon = self.start_daemon()
        self.sim.wait_for_posts(20)
        offsets = []
        for offset in (SECOND, -SECOND, HOUR, -HOUR, DAY, -DAY):
            for set_to in (offset, 0):
                offsets.append(set_to)
                if abs(offset) == SECOND:
                    self.set_clock(set_to * 2)  # beyond what is taken for the network's doing
                    time.sleep(1.2)
                    continue
                self.step(set_to)
                closed_from = time.time() * 1e6
                time.sleep(1.0)
                if abs(set_to) == HOUR:
                    closed_until = time.time() * 1e6
                    late = [p for p in self.sim.posts() if closed_from < p["at_us"] < closed_until]
                    self.assertEqual(late, [], "calls while the windows are closed by the database's clock")
        steps = self.recorded_steps()
        for by in (HOUR, -HOUR, DAY, -DAY):
            self.assertEqual(len([s for s in steps if abs(s - by) <= 3]), 2, f"steps by {by} s in {steps}")
        self.assertIn("the database's clock moved by", daemon.log())
        status = self.dialerd("status")
        self.assertIn("Steps of the database's clock", status)

        # And the campaign goes on as if nothing had happened.
        posts = len(self.sim.posts())
        wait_until(lambda: len(self.sim.posts()) > posts + 5, 70, "calls go on")
        wait_until(lambda: self.db.lead_states().get("active", 0) <= 12, 5, "no lead is stuck")
        self.assertEqual(daemon.stop(), 0)
        times = [post["at_us"] for post in self.sim.posts()]
        self.assertLessEqual(most_within(times, 60_000_000), per_minute)
        self.assertLessEqual(most_within(times, 1_000_000), 12)
        self.assertGreater(len(times), 80, "the test tested nothing")
        check_ledger(self, self.sim.ledger())

    def test_a_restart_after_a_step_forward_gives_no_second_budget(self):
        limit = 20
        self.campaign_of(60, "--ring-ms", "10:50", "--talk-ms", "50:150",
                         limits={"concurrency": 40, "per_hour": limit})
        daemon = self.start_daemon()
        self.sim.wait_for_posts(limit)
        wait_until(lambda: self.db.lead_states().get("active", 0) == 0, 5, "all calls have ended")
        daemon.kill()
        self.set_clock(2 * HOUR)
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 2")
        time.sleep(3)
        self.assertEqual(len(self.sim.posts()), limit, "by the true time no hour has passed")
        self.assertEqual([round(s / HOUR, 1) for s in self.recorded_steps()], [2.0])
        self.assertRegex(daemon.log(), r"the database's clock was set by (7199|7200)\d{3} ms since its last owner looked")
        # Steps add up over restarts, in whatever way each is found.
        daemon.kill()
        self.set_clock(2 * HOUR + DAY)
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 3")
        self.step(2 * HOUR + 3 * DAY)
        daemon.kill()
        self.start_daemon().wait_for_log("owned, epoch 4")
        time.sleep(3)
        self.assertEqual(len(self.sim.posts()), limit)
        self.assertEqual(self.db.lead_states(), {"done": limit, "ready": 60 - limit})
        check_ledger(self, self.sim.ledger())

    def test_a_standby_on_another_machine_knows_of_the_step_that_it_saw(self):
        limit = 20
        self.campaign_of(60, "--ring-ms", "10:50", "--talk-ms", "50:150",
                         limits={"concurrency": 40, "per_hour": limit})
        owner = self.start_daemon()
        owner.wait_for_log("owned, epoch 1")
        standby = self.start_daemon()
        standby.wait_for_log("standing by")
        self.sim.wait_for_posts(limit)
        wait_until(lambda: self.db.lead_states().get("active", 0) == 0, 5, "all calls have ended")
        owner.send(signal.SIGSTOP)
        self.set_clock(2 * HOUR)
        # Nothing that the owner left can be compared with the clock of the standby's machine.
        self.db.execute("update dialerd.ownership set boot_id = 'another machine'")
        standby.wait_for_log("owned, epoch 2", timeout=20)
        owner.kill()
        time.sleep(3)
        self.assertEqual(len(self.sim.posts()), limit, "by the true time no hour has passed")
        self.assertEqual([round(s / HOUR, 1) for s in self.recorded_steps()], [2.0])

    def test_an_owner_that_dies_after_a_step_backward_is_replaced_in_time(self):
        lease = 3
        self.campaign_of(60, "--ring-ms", "10:50", "--talk-ms", "50:150", limits={"concurrency": 4, "per_second": 4})
        owner = self.start_daemon()
        owner.wait_for_log("owned, epoch 1")
        standby = self.start_daemon()
        standby.wait_for_log("standing by")
        self.sim.wait_for_posts(8)
        # By the database's clock, the lease now runs for an hour.
        owner.kill()
        self.set_clock(-HOUR)
        begin = time.monotonic()
        standby.wait_for_log("owned, epoch 2", timeout=lease + 3)
        self.assertLess(time.monotonic() - begin, lease + 2.5)
        self.set_clock(0)
        posts = len(self.sim.posts())
        self.sim.wait_for_posts(posts + 4)
        self.assertEqual(standby.stop(), 0)
        check_ledger(self, self.sim.ledger())


if __name__ == "__main__":
    unittest.main()
