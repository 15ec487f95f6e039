"""The log of a real daemon: JSON lines that parse, entries of the journal with fields of their own, and nothing in
either that somebody else has written there."""

import json
import os
import re
import socket
import subprocess
import unittest

from harness import Process, ProcessTest, wait_until

class Journal:
    """Stands in for systemd-journald: a socket that its native protocol is written to
    (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/)."""

    def __init__(self, folder):
        self.path = folder / "journal.socket"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.settimeout(0.1)
        self.entries = []

    @staticmethod
    def parsed(datagram):
        entry = {}
        while datagram:
            line, _, rest = datagram.partition(b"\n")
            name, separator, value = line.partition(b"=")
            if not separator:
                length = int.from_bytes(rest[:8], "little")
                value, rest = rest[8:8 + length], rest[8 + length + 1:]
            entry[name.decode()] = value.decode()
            datagram = rest
        return entry

    def read(self):
        try:
            while True:
                self.entries.append(self.parsed(self.socket.recv(1 << 20)))
        except TimeoutError:
            return self.entries


# A view of the file system of its own; root keeps its rights over other users' files only without a user namespace.
UNSHARE = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]


def namespaces_missing():
    """Why there can be no such view; empty: there can."""
    tried = subprocess.run([*UNSHARE, "sh", "-c", "mount -t tmpfs tmpfs /run"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


class LogTest(ProcessTest):
    def campaign_with_waits(self, **config):
        """The provider refuses the key: the account waits, and an attempt comes back each time."""
        self.campaign_of(3, **config)
        self.key_file.write_text("another-key\n")

    def test_json_lines_have_fields(self):
        self.campaign_with_waits(logging={"level": "debug", "format": "json"})
        daemon = self.start_daemon()
        daemon.wait_for_log('"event":"waits"')
        self.assertEqual(daemon.stop(), 0)
        lines = [json.loads(line) for line in daemon.log().splitlines()]
        for line in lines:
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(line["level"], ("debug", "info", "warning", "error"))
            self.assertTrue(line["message"])
        events = {line["event"]: line for line in lines if "event" in line}
        for event in ("started", "ownership_gained", "waits", "drain", "stopped"):
            self.assertIn(event, events)
            self.assertRegex(events[event]["message_id"], r"^[0-9a-f]{32}$")
        self.assertEqual(events["waits"]["account"], "main")
        attempts = [line for line in lines if "attempt_id" in line]
        self.assertTrue(attempts)
        for line in attempts:
            self.assertIn(line["attempt_id"], line["message"])
            self.assertEqual(line["account"], "main")
            self.assertEqual(line["campaign"], "campaign")

    def test_a_hostile_reason_stays_one_line(self):
        self.campaign_of(1, logging={"level": "debug", "format": "text"})
        self.dialerd("pause", "campaign", "--reason",
                     "call 01012345678\n2026-01-01T00:00:00.000Z error forged \x1b[2J\x9b1m")
        daemon = self.start_daemon()
        daemon.wait_for_log("campaign campaign: paused:")
        self.assertEqual(daemon.stop(), 0)
        log = daemon.log()
        line = next(line for line in log.splitlines() if "paused: " in line)
        self.assertIn("call 010****5678\\u000a2026", line)
        self.assertIn("forged \\u001b[2J", line)
        self.assertFalse(any(re.match(r"2026-01-01T00:00:00.000Z error forged", line) for line in log.splitlines()))

    def test_the_journal_gets_fields(self):
        if reason := namespaces_missing():
            self.skipTest(f"needs a mount namespace: {reason}")
        self.campaign_with_waits(logging={"level": "debug", "format": "text"})
        journal = Journal(self.folder)
        self.addCleanup(journal.socket.close)
        # The journal's place is fixed (sd_journal_sendv), so the daemon sees a /run in which our socket is there.
        log = self.folder / "dialerd-journal.log"
        log.touch()
        status = log.stat()
        script = ("mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && touch /run/systemd/journal/socket && "
                  f"mount --bind '{journal.path}' /run/systemd/journal/socket && exec \"$@\"")
        os.environ["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        try:
            daemon = Process([*UNSHARE, "sh", "-c", script, "sh",
                              os.environ["DIALERD_BINARY"], "run", "--config", self.config_file], log)
        finally:
            del os.environ["JOURNAL_STREAM"]
        self.addCleanup(daemon.kill)

        def event(name):
            return next((entry for entry in journal.read() if entry.get("DIALERD_EVENT") == name), None)
        waits = wait_until(lambda: event("waits"), 15, "the journal hears of the wait")
        self.assertEqual(waits["ACCOUNT"], "main")
        self.assertEqual(waits["PRIORITY"], "4")
        self.assertEqual(waits["MESSAGE_ID"], "1448266d78b34739a58d73933c736d9a")
        self.assertEqual(waits["SYSLOG_IDENTIFIER"], "dialerd")
        self.assertIn("account_fault", waits["MESSAGE"])
        self.assertNotIn("CODE_FILE", waits)
        attempt = next(entry for entry in journal.read() if "ATTEMPT_ID" in entry)
        self.assertIn(attempt["ATTEMPT_ID"], attempt["MESSAGE"])
        self.assertEqual(attempt["CAMPAIGN"], "campaign")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(log.read_text(), "", "what the journal has is not written a second time")

    def test_a_stream_that_is_not_the_journals_gets_text(self):
        self.campaign_of(1)
        os.environ["JOURNAL_STREAM"] = "1:2"  # as inherited by a process whose output was sent elsewhere
        self.addCleanup(os.environ.pop, "JOURNAL_STREAM", None)
        daemon = self.start_daemon("--until-done")
        self.assertEqual(daemon.wait(30), 0)
        self.assertIn("started as", daemon.log())


if __name__ == "__main__":
    unittest.main()
