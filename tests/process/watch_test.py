"""`dialerd status --watch` on a real terminal (pty(7)): what it shows, another size, and that the terminal is as it was
afterwards, whatever ends it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from harness import ProcessTest, wait_until

LEADS = 40
ENTER = "\x1b[?1049h"
LEAVE = "\x1b[?1049l"


class Screen:
    """A terminal with the watch on it."""

    def __init__(self, test, columns=80, rows=24, arguments=("--interval", "0.2"), **environment):
        self.master, slave = pty.openpty()
        test.addCleanup(os.close, self.master)
        self.resize(columns, rows, tell=False)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        test.addCleanup(os.close, slave)

        def lead_session():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen(
            [os.environ["DIALERD_BINARY"], "status", "--watch", *arguments, "--config", str(test.config_file)],
            stdin=slave, stdout=slave, stderr=slave, preexec_fn=lead_session,
            env={**{name: value for name, value in os.environ.items() if name != "NO_COLOR"}, "TERM": "xterm-256color", **environment})
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        self.output = ""

    def resize(self, columns, rows, tell=True):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            self.process.send_signal(signal.SIGWINCH)

    def read(self):
        while select.select([self.master], [], [], 0.05)[0]:
            self.output += os.read(self.master, 65536).decode(errors="replace")
        return self.output

    def frames(self):
        """What was drawn, one whole screen after the other, as lines without styles."""
        drawn = self.read().split("\x1b[H")[1:]
        whole = [frame.split("\x1b[J")[0] for frame in drawn if "\x1b[J" in frame]
        return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", frame).split("\n") for frame in whole]

    def wait_for(self, pattern, timeout=15):
        def shown():
            return next((frame for frame in reversed(self.frames()) if re.search(pattern, "\n".join(frame))), None)
        return wait_until(shown, timeout, f"'{pattern}' on the screen")

    def type(self, keys):
        os.write(self.master, keys.encode())

    def check_restored(self, test):
        self.read()
        test.assertEqual(self.output.count(ENTER), self.output.count(LEAVE))
        test.assertTrue(self.output.rstrip().endswith(LEAVE), repr(self.output[-80:]))
        test.assertIn("\x1b[?25h", self.output)
        now = termios.tcgetattr(self.slave)
        test.assertEqual(now[3] & (termios.ICANON | termios.ECHO), self.before[3] & (termios.ICANON | termios.ECHO))


class WatchTest(ProcessTest):
    def campaign_under_way(self):
        self.campaign_of(LEADS, "--ring-ms", "50:200", "--talk-ms", "200:500", limits={"concurrency": 3})

    def test_it_shows_a_campaign_to_its_end(self):
        self.campaign_under_way()
        screen = Screen(self)
        frame = screen.wait_for(r"campaign +running")
        self.assertIn("0 daemons", frame[0])
        screen.wait_for(r"! account main: no daemon dials for it")
        self.start_daemon("--until-done")
        screen.wait_for(r"account main +concurrency +█+ 3 of 3")
        frame = screen.wait_for(r"100%")
        self.assertEqual(len(frame), 24)
        screen.type("q")
        self.assertEqual(screen.process.wait(10), 0)
        screen.check_restored(self)

    def test_it_follows_the_windows_size(self):
        self.campaign_under_way()
        screen = Screen(self)
        screen.wait_for("CAMPAIGN")
        for columns, rows in ((160, 50), (40, 10), (80, 24)):
            screen.resize(columns, rows)
            wait_until(lambda: len(screen.frames()[-1]) == rows, 5, f"{rows} lines")
            for line in screen.frames()[-1]:
                self.assertLessEqual(len(line), columns)
        screen.process.terminate()
        screen.process.wait(10)

    def test_every_end_restores_the_terminal(self):
        self.campaign_under_way()
        for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV):
            with self.subTest(end=end.name):
                screen = Screen(self)
                screen.wait_for("CAMPAIGN")
                screen.process.send_signal(end)
                code = screen.process.wait(10)
                self.assertEqual(code, -end if end in (signal.SIGABRT, signal.SIGSEGV) else 0)
                screen.check_restored(self)

    def test_control_z_and_back(self):
        self.campaign_under_way()
        screen = Screen(self)
        screen.wait_for("CAMPAIGN")
        screen.process.send_signal(signal.SIGTSTP)
        wait_until(lambda: self.state_of(screen.process.pid) == "T", 5, "it is stopped")
        screen.check_restored(self)
        drawn = len(screen.frames())
        screen.process.send_signal(signal.SIGCONT)
        wait_until(lambda: len(screen.frames()) > drawn, 5, "it is drawn again")
        screen.type("q")
        self.assertEqual(screen.process.wait(10), 0)
        screen.check_restored(self)

    @staticmethod
    def state_of(pid):
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]

    def test_a_database_that_is_away_is_said_and_q_still_works(self):
        self.write_config(database={"conninfo": f"host={self.folder} port=5432 user=dialerd dbname=dialerd"})
        screen = Screen(self)
        screen.wait_for("the database does not answer: ")
        begin = time.monotonic()
        screen.type("q")
        self.assertEqual(screen.process.wait(10), 0)
        self.assertLess(time.monotonic() - begin, 2)
        screen.check_restored(self)

    def test_colours_only_where_they_are_wished(self):
        self.campaign_under_way()
        for wish, coloured in (({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False)):
            with self.subTest(**wish):
                screen = Screen(self, **wish)
                screen.wait_for(r"! account main: no daemon dials for it")
                self.assertEqual(re.search(r"\x1b\[[0-9;]*3[0-7]m", screen.read()) is not None, coloured)
                screen.type("q")
                self.assertEqual(screen.process.wait(10), 0)

    def test_korean_takes_two_columns(self):
        self.campaign_under_way()
        self.dialerd("pause", "campaign", "--reason", "봄 갱신 휴무")
        screen = Screen(self, columns=90)
        frame = screen.wait_for(r"campaign +paused")
        header = next(line for line in frame if line.startswith("CAMPAIGN"))
        row = next(line for line in frame if line.startswith("campaign "))
        at = header.index(" END")
        self.assertEqual(row[at + 1:].rstrip(), "봄 갱신 휴…", row)
        self.assertEqual(len(row) + len(re.findall("[가-힣]", row)), len(header), "both fill the same columns")
        screen.type("q")
        self.assertEqual(screen.process.wait(10), 0)

    def test_without_a_terminal_it_is_told_once(self):
        self.campaign_under_way()
        said = self.dialerd("status", "--watch")
        self.assertNotIn("\x1b", said)
        self.assertRegex(said, r"(?m)^campaign +running")
        self.assertNotIn("q quit", said)
        done = self.command("status", "--interval", "2")
        self.assertEqual(done.returncode, 2, "an interval of nothing")


if __name__ == "__main__":
    unittest.main()
