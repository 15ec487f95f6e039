"""The manual pages that `dialerd manual` writes: one for each subcommand, whole, and without faults of form."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BINARY = os.environ["DIALERD_BINARY"]


def help_of(*command):
    return subprocess.run([BINARY, *command, "--help"], check=True, capture_output=True, text=True).stdout


def subcommands(*command):
    section = help_of(*command).partition("Subcommands:\n")[2]
    return re.findall(r"(?m)^  (\S+)", section.partition("\n\n")[0])


class ManualTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        subprocess.run([BINARY, "manual", cls.folder.name, "--date", "2026-11-25"], check=True)
        cls.pages = sorted(pathlib.Path(cls.folder.name).iterdir())

    def text(self, name):
        # "\-" is how a page writes the minus that people type.
        return (pathlib.Path(self.folder.name) / name).read_text().replace("\\-", "-")

    def test_every_subcommand_has_a_page(self):
        commands = subcommands()
        self.assertIn("run", commands)
        self.assertEqual([page.name for page in self.pages],
                         sorted(["dialerd.1", *(f"dialerd-{command}.1" for command in commands)]))
        for command in commands:
            self.assertIn(f".BR dialerd-{command} (1)", self.text("dialerd.1"))

    def test_every_option_is_described(self):
        for command in subcommands():
            page = self.text(f"dialerd-{command}.1")
            for path in [[command], *([command, below] for below in subcommands(command))]:
                for option in re.findall(r"(?m)^  (?:-\w,)?(--[\w-]+)", help_of(*path)):
                    self.assertIn(f"\\fB{option}\\fR", page, path)

    def test_flags_take_no_value(self):
        self.assertIn(".TP\n\\fB-h\\fR, \\fB--help\\fR\n", self.text("dialerd.1"))
        self.assertIn(".TP\n\\fB--config\\fR \\fIFILE\\fR\n", self.text("dialerd-run.1"))

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_finds_no_fault(self):
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *map(str, self.pages)], capture_output=True, text=True)
        self.assertEqual(done.stdout + done.stderr, "")

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_man_warns_of_nothing(self):
        for page in self.pages:
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page)],
                                  capture_output=True, text=True,
                                  env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"})
            self.assertEqual(done.stderr, "", page.name)


if __name__ == "__main__":
    unittest.main()
