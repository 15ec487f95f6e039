"""The completion scripts, in real shells."""

import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BINARY = pathlib.Path(os.environ["DIALERD_BINARY"])
CONFIGURATION = """\
database: {conninfo: "dbname=dialerd"}
accounts:
  main: {base_url: "https://localhost:1", api_key: {file: /nonexistent}, limits: {concurrency: 1}}
campaigns: ["*.campaign.yaml"]
"""
CAMPAIGN = """\
campaign: %s
account: main
agent: {id: 2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10}
caller_numbers: ["07011112222"]
calling_windows:
  - {days: mon-fri, from: "09:00", to: "20:00"}
"""


class Shell:
    """An interactive shell at a terminal of its own."""

    def __init__(self, arguments, environment):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execvpe(arguments[0], arguments, environment)
        self.output = b""

    def type(self, keys, until, timeout=20):
        self.output = b""
        os.write(self.terminal, keys)
        deadline = time.monotonic() + timeout
        while until not in self.output:
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {timeout} s: {until!r} in {self.output!r}")
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.output += os.read(self.terminal, 65536)

    def end(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)


class CompletionTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "dialerd").symlink_to(BINARY)
        for shell, file in (("bash", "dialerd.bash"), ("zsh", "_dialerd")):
            script = subprocess.run([BINARY, "completion", shell], check=True, capture_output=True, text=True).stdout
            (self.folder / file).write_text(script)
        self.config = self.folder / "dialerd.yaml"
        self.config.write_text(CONFIGURATION)
        for name in ("spring", "winter"):
            (self.folder / f"{name}.campaign.yaml").write_text(CAMPAIGN % name)
        self.environment = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "TERM": "dumb",
                            "EDITOR": "", "VISUAL": "", "HOME": str(self.folder)}

    def offered(self, *words):
        """What the bash script offers for the last word."""
        done = subprocess.run(
            ["bash", "--norc", "-c", 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dialerd; '
             'printf "%s\\n" "${COMPREPLY[@]}"', "bash", str(self.folder / "dialerd.bash"), "dialerd", *words],
            capture_output=True, text=True, env=self.environment, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_commands(self):
        self.assertTrue({"check", "run", "suppress"} <= set(self.offered("")))
        self.assertFalse({"manual", "complete"} & set(self.offered("")))  # hidden
        self.assertEqual(self.offered("impo"), ["import"])
        self.assertEqual(self.offered("suppress", "l"), ["load", "lists"])

    def test_options(self):
        self.assertTrue({"--config", "--reason", "--by", "--help"} <= set(self.offered("resolve", "--")))
        self.assertEqual(self.offered("suppress", "add", "--exp"), ["--expires"])
        self.assertEqual(self.offered("run", "--until-done", "--conf"), ["--config"])

    def test_values(self):
        self.assertEqual(self.offered("resolve", "1", ""), ["placed", "not-placed"])
        self.assertEqual(self.offered("resolve", "--reason", "seen", "1", "not"), ["not-placed"])
        self.assertEqual(self.offered("completion", ""), ["bash", "zsh"])
        self.assertEqual(self.offered("resolve", "--reason", ""), [])
        self.assertEqual(self.offered("resolve", "1", "placed", ""), [])

    def test_files(self):
        self.assertEqual(self.offered("run", "--config", "dialerd.y"), ["dialerd.yaml"])
        self.assertEqual(self.offered("run", "--config", "=", "dialerd.y"), ["dialerd.yaml"])
        self.assertEqual(self.offered("import", "--map", "a", "=", "b", "spring", "dialerd.y"), ["dialerd.yaml"])
        self.assertEqual(self.offered("check", "spring.campaign.yaml", "win"), ["winter.campaign.yaml"])

    def test_names_from_the_configuration(self):
        self.assertEqual(self.offered("plan", "--config", str(self.config), ""), ["spring", "winter"])
        self.assertEqual(self.offered("plan", "--config", "=", str(self.config), "w"), ["winter"])
        self.assertEqual(self.offered("suppress", "add", "--config", str(self.config), "--account", ""), ["main"])
        self.assertEqual(self.offered("plan", "--config", str(self.folder / "none.yaml"), ""), [])

    def completed(self, shell, arguments, setup):
        """Types commands up to a Tab, and reads what the shell made of each."""
        terminal = Shell([shell, *arguments], self.environment)
        self.addCleanup(terminal.end)
        terminal.type(setup.encode() + b"; echo RE''ADY\n", b"READY\r\n")
        for typed, whole in (("dialerd impo", "dialerd import"),
                             ("dialerd resolve 1 not", "dialerd resolve 1 not-placed"),
                             ("dialerd suppress add --exp", "dialerd suppress add --expires"),
                             (f"dialerd plan --config {self.config} spr", f"dialerd plan --config {self.config} spring"),
                             (f"dialerd plan --config={self.config} win", f"dialerd plan --config={self.config} winter"),
                             (f"dialerd run --config {self.folder}/dialerd.y",
                              f"dialerd run --config {self.folder}/dialerd.yaml")):
            with self.subTest(shell, typed=typed):
                # Tab; then to the line's start (Ctrl-A), and `echo` tells what stands there.
                terminal.type(typed.encode() + b"\t\x01echo [ \x05 ]\n", b"\n[ " + whole.encode())

    def test_bash_at_a_terminal(self):
        self.completed("bash", ["--norc", "--noprofile", "-i"], f"source {self.folder}/dialerd.bash")

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_at_a_terminal(self):
        self.completed("zsh", ["-f", "-i"],
                       f"fpath=({self.folder} $fpath); autoload -U compinit; compinit -u -d {self.folder}/zcompdump")


if __name__ == "__main__":
    unittest.main()
