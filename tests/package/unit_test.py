"""The systemd unit: how exposed it is by systemd's own measure, and that what it says fits the daemon."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
UNIT = SOURCE / "deploy" / "systemd" / "dialerd.service"
EXPOSURE_MAX = 1.2


class UnitTest(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_exposure(self):
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)],
                              capture_output=True, text=True, env={**os.environ, "SYSTEMD_COLORS": "0"})
        found = re.search(r"Overall exposure level for dialerd.service: ([\d.]+)", done.stdout)
        self.assertTrue(found, done.stdout + done.stderr)
        self.assertLessEqual(float(found[1]), EXPOSURE_MAX, done.stdout)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd_understands_it(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("dialerd.service", "dialerd.socket"):
                text = (UNIT.parent / name).read_text().replace("/usr/bin/dialerd", os.environ["DIALERD_BINARY"])
                (pathlib.Path(folder) / name).write_text(text)
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                                   *(str(file) for file in sorted(pathlib.Path(folder).iterdir()))],
                                  capture_output=True, text=True)
        # What other units of this machine are told is not ours.
        ours = [line for line in done.stderr.splitlines() if "dialerd" in line and "dialerd.socket: Fail" not in line]
        self.assertEqual(ours, [])

    def test_a_webhook_starts_nothing_that_was_stopped(self):
        socket = (UNIT.parent / "dialerd.socket").read_text()
        self.assertRegex(socket, r"(?m)^PartOf=dialerd\.service$")
        self.assertRegex(socket, r"(?m)^WantedBy=dialerd\.service$", "or nobody opens the port again")

    def test_it_stays_down_when_only_a_person_can_help(self):
        codes = dict(re.findall(r"(?m)^  (\w+) = (\d+),", (SOURCE / "daemon" / "exit_code.h").read_text()))
        line = re.search(r"(?m)^RestartPreventExitStatus=(.*)$", UNIT.read_text())[1]
        self.assertEqual(line.split(), [codes["usage"], codes["configuration"], codes["schema"], "CREDENTIALS"])


if __name__ == "__main__":
    unittest.main()
