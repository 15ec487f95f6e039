"""The parts of a process test: a database, a simulated provider, and dialerd itself, each a real process.

ctest says where things are: DIALERD_BINARY, VOXSIM_BINARY, DIALERD_TEST_POSTGRES (the cluster's connection string, see
tests/support/test_database.h). By hand: set these and run `python3 outcomes_test.py -v`.
Tests wait for conditions with a deadline; they do not sleep. What a failed test leaves behind is kept and shown.
"""

import contextlib
import csv
import ctypes
import datetime
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zoneinfo

from books import judge_ledger

SOURCE = pathlib.Path(__file__).resolve().parents[2]
AGENT = "2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10"


def wait_until(condition, timeout, what):
    """The condition's first true value. Fails when there is none in `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(0.02)


def die_with_the_test():
    # A test that is killed leaves nothing running (prctl(2), PR_SET_PDEATHSIG).
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Database:
    """A database of one test's own. With `conninfo`, in that cluster instead of the one that ctest started."""

    def __init__(self, conninfo=None):
        self.cluster = conninfo or os.environ["DIALERD_TEST_POSTGRES"]
        self.name = "dialerd_process_" + secrets.token_hex(6)
        self.conninfo = self.cluster.replace("dbname=dialerd", "dbname=" + self.name)
        self._psql(self.cluster, f"create database {self.name}")

    @staticmethod
    def _psql(conninfo, sql):
        done = subprocess.run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c", sql],
            capture_output=True, text=True, env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"})
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr}")
        return done.stdout

    def execute(self, sql):
        self._psql(self.conninfo, sql)

    def rows(self, sql):
        """Rows as dicts."""
        return json.loads(self._psql(self.conninfo, f"select coalesce(json_agg(q), '[]') from ({sql}) q"))

    def value(self, sql):
        return next(iter(self.rows(sql)[0].values()))

    def in_cluster(self, sql):
        """From outside of this database."""
        self._psql(self.cluster, sql)

    def drop(self):
        self._psql(self.cluster, f"drop database {self.name} with (force)")

    def lead_states(self, campaign="campaign"):
        """How many leads are in each state."""
        counted = self.rows("select s.state, count(*) as leads from dialerd.lead_state s join dialerd.campaign c "
                            f"using (campaign_id) where c.name = '{campaign}' group by s.state")
        return {row["state"]: row["leads"] for row in counted}


class Process:
    """A process with its output in a file."""

    def __init__(self, arguments, log):
        self.log_path = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            preexec_fn=die_with_the_test)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def running(self):
        return self.process.poll() is None

    def send(self, number):
        self.process.send_signal(number)

    def kill(self):
        """kill -9, and wait for the end."""
        if self.running():
            self.process.kill()
        self.process.wait()

    def wait(self, timeout):
        """The exit code."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.log_path.name}: still running after {timeout} s") from None

    def wait_for_log(self, text, timeout=10):
        def said():
            if text in self.log():
                return True
            if not self.running():
                raise AssertionError(f"{self.log_path.name}: ended before it said '{text}'")
            return False
        wait_until(said, timeout, f"'{text}' in {self.log_path.name}")

    def stop(self, timeout=15):
        self.send(signal.SIGTERM)
        return self.wait(timeout)


class Voxsim(Process):
    def __init__(self, folder, key, *flags):
        self.folder = folder
        self.ledger_path = folder / "ledger.jsonl"
        self.ca_file = folder / "tls" / "ca.pem"
        port_file = folder / "port"
        port_file.unlink(missing_ok=True)
        super().__init__(
            [os.environ["VOXSIM_BINARY"], "--self-signed-dir", folder / "tls", "--port-file", port_file,
             "--ledger", self.ledger_path, "--api-key", key, *flags], folder / "voxsim.log")
        wait_until(lambda: port_file.exists() or not self.running(), 10, "voxsim listens")
        self.port = int(port_file.read_text())

    def ledger(self):
        return judge_ledger.read(self.ledger_path)

    def posts(self):
        return [request for request in self.ledger() if request["method"] == "POST"]

    def wait_for_posts(self, n, timeout=20):
        wait_until(lambda: len(self.posts()) >= n, timeout, f"{n} POSTs")


class ProcessTest(unittest.TestCase):
    """One test: a folder, a migrated database, and whatever the test starts."""

    migrated = True

    def run(self, result=None):
        troubles = len(result.errors) + len(result.failures)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dialerd-process-"))
        self.folder.chmod(0o755)  # a PostgreSQL of the test's own runs as another user
        super().run(result)
        if len(result.errors) + len(result.failures) == troubles:
            shutil.rmtree(self.folder)
            return
        print(f"\n{self.id()} failed; its files are kept in {self.folder}", file=sys.stderr)
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- the end of {log.name}", *log.read_text(errors="replace").splitlines()[-25:], sep="\n",
                  file=sys.stderr)

    def setUp(self):
        self.key = "test-key-" + secrets.token_hex(16)
        self.key_file = self.folder / "api-key"
        self.key_file.write_text(self.key + "\n")
        self.key_file.chmod(0o600)
        self.daemons = 0
        self.db = self.make_database()
        self.write_config()
        if self.migrated:
            self.dialerd("migrate")

    def make_database(self):
        database = Database()
        self.addCleanup(database.drop)
        return database

    # --- files

    def config(self, **changes):
        """dialerd.yaml as a dict; JSON is YAML, so it is written as JSON."""
        sim = getattr(self, "sim", None)
        config = {
            # The tests' cluster runs without fsync (tests/support/CMakeLists.txt): no power is cut here.
            "database": {"conninfo": self.db.conninfo, "statement_timeout": "3s", "allow_data_loss": True},
            "accounts": {"main": {
                "base_url": f"https://localhost:{sim.port if sim else 1}",
                "api_key": {"file": str(self.key_file)},
                "limits": {"concurrency": 40},
            }},
            "campaigns": ["campaign*.yaml"],
            "http": {"response_timeout": "2s", "write_timeout": "500ms"},
            "follow": {"list_interval": "100ms", "list_lag": "1s", "horizon": "1m", "abandon_after": "5m"},
            "logging": {"level": "debug", "format": "text"},
            "drain_timeout": "10s",
            "lease": "3s",
        }
        if sim:
            config["http"]["ca_file"] = str(sim.ca_file)
        for key, value in changes.items():
            config[key] = {**config.get(key, {}), **value} if isinstance(value, dict) else value
        return config

    def write_config(self, name="dialerd.yaml", limits=None, account=None, **changes):
        """`account`: more settings of the account `main`."""
        config = self.config(**changes)
        config["accounts"]["main"].update(account or {})
        if limits is not None:
            config["accounts"]["main"]["limits"] = limits
        self.config_file = self.folder / name
        self.config_file.write_text(json.dumps(config, indent=1))

    def write_campaign(self, name="campaign", **changes):
        campaign = {
            "campaign": name,
            "account": "main",
            "agent": {"id": AGENT},
            "caller_numbers": ["07011112222", "07011113333"],
            "calling_windows": [{"days": "daily", "from": "00:00", "to": "24:00"}],
            "window_margin": "0s",
            "dynamic_variables": {"customer_name": "name"},
            **changes,
        }
        (self.folder / f"{name}.yaml").write_text(json.dumps(campaign, indent=1, ensure_ascii=False))

    @staticmethod
    def window(begin, end):
        """A calling window from so many minutes after now until so many, on the campaigns' usual clock."""
        now = datetime.datetime.now(zoneinfo.ZoneInfo("Asia/Seoul"))
        times = [(now + datetime.timedelta(minutes=m)).strftime("%H:%M") for m in (begin, end)]
        return {"days": "daily", "from": times[0], "to": "24:00" if times[1] == "00:00" else times[1]}

    def write_leads(self, numbers, name="leads.csv"):
        path = self.folder / name
        with open(path, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["number", "name"])
            writer.writerows([number, f"고객 {i}"] for i, number in enumerate(numbers))
        return path

    @staticmethod
    def numbers(n, first=0):
        return [f"0105{first + i:07d}" for i in range(n)]

    def import_leads(self, n, campaign="campaign", first=0):
        path = self.write_leads(self.numbers(n, first), campaign + ".csv")
        self.dialerd("import", campaign, str(path))

    # --- processes

    def start_voxsim(self, *flags):
        self.sim = Voxsim(self.folder, self.key, *flags)
        self.addCleanup(self.sim.kill)
        return self.sim

    def start_daemon(self, *arguments, config_file=None):
        self.daemons += 1
        daemon = Process([os.environ["DIALERD_BINARY"], "run", "--config", config_file or self.config_file, *arguments],
                         self.folder / f"dialerd-{self.daemons}.log")
        self.addCleanup(daemon.kill)
        return daemon

    def command(self, *arguments, config=True, timeout=30):
        """Runs dialerd to its end and returns the result, whatever the exit code is."""
        where = ["--config", str(self.config_file)] if config else []
        return subprocess.run([os.environ["DIALERD_BINARY"], *arguments, *where], capture_output=True, text=True,
                              timeout=timeout, cwd=self.folder, check=False)

    def dialerd(self, *arguments):
        """Runs dialerd and expects success. Returns what it printed."""
        done = self.command(*arguments)
        self.assertEqual(done.returncode, 0, f"dialerd {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def campaign_of(self, leads, *flags, limits=None, account=None, campaign=None, **config):
        """The usual arrangement: a provider, one campaign, and its leads."""
        self.start_voxsim(*flags)
        self.write_config(limits=limits, account=account, **config)
        self.write_campaign(**(campaign or {}))
        self.import_leads(leads)

    @contextlib.contextmanager
    def took_less_than(self, seconds, what):
        begin = time.monotonic()
        yield
        self.assertLess(time.monotonic() - begin, seconds, what)
