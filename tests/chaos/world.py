"""What a chaos run is made of: a PostgreSQL, simulated providers, proxies, daemons; and what the campaigns ask for.

Everything is a real process in a folder of the run's own. `description()` is what was asked for, in the words of the files that
the daemons read: by that and by nothing of dialerd's the checker judges (checker.py).
"""

import collections
import csv
import datetime
import json
import os
import pathlib
import random
import re
import resource
import secrets
import socket
import subprocess
import sys
import threading
import time
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "process"))
import harness  # noqa: E402
from proxy import Proxy  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEASE = 3

# How calls end, with what becomes of the lead: enough of everything that is retried.
OUTCOMES = ("user_hangup=5,agent_hangup=2,dial_no_answer=4,dial_busy=2,voicemail_reached=1,dial_declined=1,dial_failed=1,"
            "error_voxai=0.5,flow_error=0.3")
RETRIED = ("dial_no_answer", "dial_busy", "voicemail_reached", "dial_declined", "error_voxai", "flow_error")
RETRY = {"max_attempts": 4, "reasons": {reason: {"retry": ["1s", "3s", "5s"], "max": 3} for reason in RETRIED}}

FAULTY = {"reset-before": 0.01, "reset-after": 0.015, "hang-after": 0.01, "error-500-before": 0.01,
          "error-500-after": 0.015, "error-503-before": 0.01, "garbage": 0.01, "truncated": 0.01, "slow": 0.1}
GET_FAULTY = {"reset-before": 0.01, "reset-after": 0.01, "error-500-before": 0.02, "garbage": 0.01, "truncated": 0.01,
              "slow": 0.05}


# What happens to webhooks; never more than a hint comes of one unless it is signed and the account trusts signatures.
WEBHOOK_FLAGS = ["--webhook-unconnected", "ended", "--webhook-delay-ms", "0:500", "--webhook-duplicate", "0.1",
                 "--webhook-reorder", "0.1", "--webhook-drop", "0.15", "--webhook-forge", "0.1", "--webhook-unknown", "0.05",
                 "--webhook-early", "0.05", "--webhook-retries", "3"]
SIGNATURE = {"header": "X-Vox-Signature", "algorithm": "hmac-sha256", "encoding": "hex", "prefix": "sha256="}


def provider_flags(seed, faults=True, **more):
    flags = ["--seed", str(seed), "--outcomes", OUTCOMES, "--ring-ms", "100:800", "--talk-ms", "200:2500",
             "--list-lag-ms", "0:1000", "--analysis-ms", "100:1500", "--slow-ms", "100:1200", "--close-idle-ms", "9000"]
    if faults:
        for kind, table in (("--fault", FAULTY), ("--get-fault", GET_FAULTY)):
            for name, probability in table.items():
                flags += [kind, f"{name}={probability}"]
    for name, value in more.items():
        flags += ["--" + name.replace("_", "-"), str(value)]
    return flags


def alternating_windows(timezone, minutes, phase):
    """Open for a minute and closed for a minute, from now until so many minutes after: (windows of the file, their begins)."""
    zone = zoneinfo.ZoneInfo(timezone)
    now = datetime.datetime.now(zone).replace(second=0, microsecond=0)
    windows = []
    for minute in range(phase, minutes, 2):
        begin, end = (now + datetime.timedelta(minutes=m) for m in (minute, minute + 1))
        to = end.strftime("%H:%M")
        windows.append({"days": "daily", "from": begin.strftime("%H:%M"), "to": "24:00" if to == "00:00" else to})
    return windows


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Postgres:
    """A cluster of the run's own: durable, and made to be crashed."""

    def __init__(self, folder, faketime=None):
        self.folder = folder
        self.faketime = faketime  # the file that says how wrong its clock is
        self.lock = threading.Lock()  # one start or stop at a time
        self.start()
        self.cluster = self._command("conninfo").strip()
        self.socket = re.search(r"host=(\S+)", self.cluster)[1] + "/.s.PGSQL.5432"
        self.name = "dialerd_chaos"
        self.conninfo = self.cluster.replace("dbname=dialerd", "dbname=" + self.name)

    def _command(self, command, *options):
        environment = dict(os.environ)
        if command == "start" and self.faketime and (self.folder / "complete").exists():
            library = next(iter(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")))
            environment.update(LD_PRELOAD=str(library), FAKETIME_TIMESTAMP_FILE=str(self.faketime),
                               FAKETIME_CACHE_DURATION="1", FAKETIME_DONT_FAKE_MONOTONIC="1")
        done = subprocess.run([ROOT / "deploy" / "private-postgres", command, self.folder, *options],
                              capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            raise RuntimeError(f"private-postgres {command}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        with_clock = self.faketime and not (self.folder / "complete").exists()
        self._command("start", "--small")
        if with_clock:  # made by the true clock
            self._command("stop")
            self._command("start", "--small")

    def stop(self, *options):
        self._command("stop", *options)

    def psql(self, sql, cluster=False, timeout=20):
        done = subprocess.run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.cluster if cluster else self.conninfo, "-c", sql],
            capture_output=True, text=True, timeout=timeout,
            env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning", "PGCONNECT_TIMEOUT": "5"})
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr}")
        return done.stdout

    def rows(self, sql):
        return json.loads(self.psql(f"select coalesce(json_agg(q), '[]') from ({sql}) q"))

    def value(self, sql):
        return self.psql(sql).strip()

    def answers(self):
        try:
            return self.value("select 1") == "1"
        except (RuntimeError, subprocess.TimeoutExpired):
            return False


class Account:
    """One organisation at the provider: a simulated provider of its own, and what dialerd is told of its limits."""

    def __init__(self, name, number_prefix, settings, flags, clock_offset_ms=0, webhooks=None):
        self.name = name
        self.number_prefix = number_prefix  # of its leads; four digits
        self.settings = settings            # limits, requests, caller_numbers: as dialerd.yaml has them
        self.flags = flags + (["--clock-offset-ms", str(clock_offset_ms)] if clock_offset_ms else [])
        self.clock_offset_ms = clock_offset_ms
        self.key = "chaos-key-" + secrets.token_hex(16)
        self.webhooks = webhooks  # None, "hint", or "trusted": signed, and taken as the API's own word
        self.path_secret = secrets.token_hex(24)
        self.signing_secret = secrets.token_hex(24)
        self.webhook_log = None
        self.sim = None


def usual_accounts(seed, minutes):
    """Three that differ in what limits them, and their campaigns."""
    # What a listing makes of `call_to` is not known: each provider has another reading.
    readings = random.Random(seed).sample(["or", "last", "first", "e164", "ignored", "none"], 3)
    accounts = [
        # Alpha's provider counts exactly what dialerd is told: one call too many open, and the ledger says so.
        Account("alpha", "0105",
                {"limits": {"concurrency": 10, "per_second": 6, "per_minute": 240},
                 "requests": {"per_second": 15, "follow": "30%"}},
                provider_flags(seed, concurrency=10, error_burst="47000:3000", call_to_filter=readings[0]),
                webhooks="trusted"),
        # Beta is held back by its windows; what is an hour to its provider takes a minute, as dialerd's per_minute does.
        Account("beta", "0106",
                {"limits": {"concurrency": 12, "per_minute": 150, "per_hour": 100 * minutes},
                 "caller_numbers": {"07020000001": {"limits": {"concurrency": 4, "per_minute": 60}}},
                 "requests": {"per_second": 20, "follow": "30%"}},
                provider_flags(seed + 1, per_hour=150, hour_ms=60000, call_to_filter=readings[1]), clock_offset_ms=1500,
                webhooks="hint"),
        # Gamma's provider allows less than it said: refused calls, and answers 429.
        Account("gamma", "0107",
                {"limits": {"concurrency": 10, "per_second": 5},
                 "requests": {"per_second": 12, "per_minute": 300, "follow": "30%"}},
                provider_flags(seed + 2, concurrency=6, requests_per_second=9, retry_after="computed",
                               call_to_filter=readings[2]),
                clock_offset_ms=-2500),
    ]
    window_minutes = minutes + 6
    always = [{"days": "daily", "from": "00:00", "to": "24:00"}]
    campaigns = [
        campaign("alpha-open", "alpha", ["07010000001", "07010000002"], always, limits={"concurrency": 6, "per_second": 4}),
        campaign("alpha-hours", "alpha", ["07010000003"], alternating_windows("Asia/Seoul", window_minutes, 0),
                 limits={"concurrency": 7}, share={"weight": 2}),
        campaign("beta-minute", "beta", ["07020000001", "07020000002"], always, limits={"per_minute": 90, "concurrency": 8},
                 frequency_caps=[{"attempts": 2, "per": "1d"}]),
        campaign("beta-hour", "beta", ["07020000003"], always, limits={"per_hour": 45 * minutes}),
        campaign("gamma-open", "gamma", ["07030000001"], always),
        campaign("gamma-hours", "gamma", ["07030000002"], alternating_windows("America/New_York", window_minutes, 1),
                 timezone="America/New_York", limits={"concurrency": 5}),
    ]
    return accounts, campaigns


def campaign(name, account, caller_numbers, windows, **changes):
    return {"campaign": name, "account": account, "agent": {"id": harness.AGENT}, "caller_numbers": caller_numbers,
            "timezone": "Asia/Seoul", "calling_windows": windows, "window_margin": "5s", "retry": RETRY,
            "dynamic_variables": {"customer_name": "name"}, **changes}


class Daemon:
    """A place for one daemon: its config, its proxies, and the processes that run there one after the other."""

    def __init__(self, world, number):
        self.world = world
        self.number = number
        self.name = f"daemon-{number}"
        self.proxies = {}    # account -> proxy to its provider; "database" -> proxy to PostgreSQL
        self.process = None
        self.runs = 0
        self.wanted = False  # whether it should be running
        self.stopping = False
        self.lock = threading.RLock()
        self.webhook_port = free_port()

    def start(self, failpoints="", seed=0):
        with self.lock:
            self.runs += 1
            self.wanted = True
            self.stopping = False
            environment = {"DIALERD_FAILPOINTS": failpoints, "DIALERD_FAILPOINTS_SEED": str(seed),
                           "DIALERD_FAILPOINTS_LOG": str(self.failpoint_log)}
            os.environ.update(environment)  # Popen of harness.Process inherits it
            try:
                self.process = harness.Process([self.world.binary, "run", "--config", self.config_file],
                                               self.world.folder / f"{self.name}.{self.runs}.log")
            finally:
                for key in environment:
                    os.environ.pop(key, None)
            self.failpoints = failpoints
            return self.process

    @property
    def failpoint_log(self):
        return self.world.folder / f"{self.name}.failpoints"

    @property
    def config_file(self):
        return self.world.folder / f"{self.name}.yaml"

    def running(self):
        return self.process is not None and self.process.running()

    @property
    def pid(self):
        return self.process.process.pid

    def stopped(self):
        """Whether it is frozen by SIGSTOP."""
        try:
            return pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"
        except (OSError, IndexError):
            return False

    def sample(self):
        """Memory and descriptors, as the kernel says it. None when it is gone."""
        try:
            status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
            descriptors = len(os.listdir(f"/proc/{self.pid}/fd"))
            return {"rss_high_kb": int(re.search(r"VmHWM:\s+(\d+)", status)[1]), "descriptors": descriptors}
        except (OSError, TypeError):
            return None


class World:
    def __init__(self, folder, binary, voxsim, seed, minutes, daemons=2, accounts=None, campaigns=None, leads=None,
                 lease=LEASE, clock_file=None, settings=None):
        self.folder = folder
        self.binary = str(binary)
        self.minutes = minutes
        self.lease = lease
        self.clock_file = clock_file
        self.settings = settings or {}
        os.environ["VOXSIM_BINARY"] = str(voxsim)
        self.events_file = open(folder / "events.jsonl", "a", encoding="utf-8", buffering=1)
        self.events_lock = threading.Lock()
        usual = usual_accounts(seed, max(1, round(minutes)))
        self.accounts = accounts or usual[0]
        self.campaigns = campaigns or usual[1]
        self.postgres = Postgres(folder / "postgres", clock_file)
        self.closing = [lambda: self.postgres.stop("--immediate")]
        self.suppressed = []
        self.halts = []      # campaigns that were paused or stopped, from when to when
        self.revisions = []  # limits of campaigns that every daemon had applied, from when to when
        self.campaign_locks = collections.defaultdict(threading.Lock)  # one operator at a time
        self.clock_lock = threading.Lock()
        self.clock_steps = []  # [from, until, seconds]: the database's clock was wrong by so much
        self.daemons = [Daemon(self, number) for number in range(1, daemons + 1)]
        self.leads = leads or max(60, 40 * round(minutes))  # of each campaign at the begin; the operator adds more
        self.imported = collections.Counter()
        self.next_number = collections.Counter()

    # --- notes

    def note(self, event, **details):
        with self.events_lock:
            self.events_file.write(json.dumps({"at": time.time(), "event": event, **details}) + "\n")

    # --- making it

    def build(self, seed):
        self.postgres.psql(f"create database {self.postgres.name}{self.settings.get('tablespace', '')}", cluster=True)
        self.webhook_proxy = None
        if any(account.webhooks for account in self.accounts):
            # The provider knows one address; behind it the daemons take turns.
            self.webhook_proxy = Proxy([("127.0.0.1", daemon.webhook_port) for daemon in self.daemons])
            self.closing.append(self.webhook_proxy.close)
        self._start_providers()
        for account in self.accounts:
            self._secret_file(account.name + ".key", account.key)
        for daemon in self.daemons:
            for n, account in enumerate(self.accounts):
                daemon.proxies[account.name] = Proxy(("127.0.0.1", account.sim.port), seed * 100 + n)
            daemon.proxies["database"] = Proxy(self.postgres.socket, seed * 100 + 99)
            self.closing += [proxy.close for proxy in daemon.proxies.values()]
            self.closing.append(lambda daemon=daemon: daemon.process and daemon.process.kill())
            self._write_config(daemon.config_file, daemon)
        self._write_config(self.operator_config, None)
        for one in self.campaigns:
            self.write_campaign(one)
        self.dialerd("migrate")
        for index in range(len(self.campaigns)):
            self.import_leads(index, self.leads)

    def _start_providers(self):
        """One for each account; or with `shared_provider` one for all, with the flags of the first."""
        keys = [flag for account in self.accounts[1:] for flag in ("--api-key", account.key)]
        for account in self.accounts:
            if self.settings.get("shared_provider") and account is not self.accounts[0]:
                account.sim = self.accounts[0].sim
                continue
            folder = self.folder / ("voxsim-" + account.name)
            folder.mkdir()
            flags = account.flags + (keys if self.settings.get("shared_provider") else [])
            if account.webhooks and self.webhook_proxy:
                flags = flags + self._webhook_flags(account, folder)
            account.sim = harness.Voxsim(folder, account.key, *flags)
            self.closing.append(account.sim.kill)

    def _webhook_flags(self, account, folder):
        account.webhook_log = folder / "webhooks.jsonl"
        flags = ["--webhook-url", f"http://127.0.0.1:{self.webhook_proxy.port}/webhooks/{account.name}/{account.path_secret}",
                 "--webhook-log", str(account.webhook_log), *WEBHOOK_FLAGS]
        self._secret_file(account.name + ".path-secret", account.path_secret)
        signing = self._secret_file(account.name + ".signing-secret", account.signing_secret)
        if account.webhooks == "trusted":
            flags += ["--webhook-sign", ",".join([f"secret-file={signing}", *(f"{k}={v}" for k, v in SIGNATURE.items())])]
        return flags

    def _secret_file(self, name, secret):
        path = self.folder / name
        path.write_text(secret + "\n")
        path.chmod(0o600)
        return path

    def _webhook_settings(self, account):
        settings = {"path_secrets": [{"file": str(self.folder / f"{account.name}.path-secret")}]}
        if account.webhooks == "trusted":
            settings["signature"] = {**SIGNATURE, "trusted": True,
                                     "secrets": [{"file": str(self.folder / f"{account.name}.signing-secret")}]}
        return settings

    @property
    def operator_config(self):
        return self.folder / "operator.yaml"

    def _write_config(self, path, daemon):
        """For a daemon, by way of its proxies; for the operator's commands straight to the database."""
        if daemon:
            conninfo = (f"host=127.0.0.1 port={daemon.proxies['database'].port} user=dialerd dbname={self.postgres.name} "
                        "sslmode=disable gssencmode=disable")
        else:
            conninfo = self.postgres.conninfo
        accounts = {}
        for account in self.accounts:
            port = daemon.proxies[account.name].port if daemon else account.sim.port
            accounts[account.name] = {"base_url": f"https://localhost:{port}",
                                      "api_key": {"file": str(self.folder / f"{account.name}.key")}, **account.settings}
            if self.webhook_proxy and account.webhooks:
                accounts[account.name]["webhook"] = self._webhook_settings(account)
        ca_file = self._ca_file()
        config = {
            "database": {"conninfo": conninfo, "statement_timeout": "3s", "lock_timeout": "1500ms"},
            "accounts": accounts,
            "campaigns": ["*.campaign.yaml"],
            "http": {"connections": 24, "connect_timeout": "2s", "write_timeout": "1s", "response_timeout": "2s",
                     "idle_timeout": "6s", "ca_file": str(ca_file)},
            "follow": {"list_interval": "500ms", "list_lag": "2s", "horizon": "1m", "abandon_after": "30m"},
            "logging": {"level": "debug", "format": "text"},
            "drain_timeout": "10s",
            "lease": f"{self.lease}s",
        }
        if self.webhook_proxy:
            config["webhook"] = {"listen": f"127.0.0.1:{daemon.webhook_port if daemon else 1}"}
        path.write_text(json.dumps(config, indent=1))

    def write_campaign(self, one):
        """At once, as editors do: whoever reads it has the old text or the new."""
        path = self.folder / f"{one['campaign']}.campaign.yaml"
        new = path.with_suffix(".new")
        new.write_text(json.dumps(one, indent=1))
        new.replace(path)

    def _ca_file(self):
        """One file with the authorities of all providers."""
        path = self.folder / "ca.pem"
        if not path.exists():
            files = dict.fromkeys(account.sim.ca_file for account in self.accounts)
            path.write_text("".join(file.read_text() for file in files))
        return path

    def import_leads(self, index, n):
        """New leads for a campaign. Each campaign has numbers of its own, so that a number is a lead. An import that failed
        is made again with the same file, until it is done."""
        one = self.campaigns[index]
        account = next(a for a in self.accounts if a.name == one["account"])
        first = self.next_number[index]
        self.next_number[index] += n
        path = self.folder / f"{one['campaign']}.{first}.csv"
        with open(path, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["number", "name"])
            writer.writerows([f"{account.number_prefix}{index:02d}{i:05d}", f"고객 {i}"] for i in range(first, first + n))
        for _ in range(60):
            try:
                done = self.dialerd("import", one["campaign"], str(path), check=False)
                if done.returncode == 0:
                    self.imported[one["campaign"]] += n
                    return
            except subprocess.TimeoutExpired:
                pass
            time.sleep(0.5)
        raise RuntimeError(f"an import does not come to its end: {done.stdout}{done.stderr}")

    def dialerd(self, *arguments, check=True, timeout=60):
        done = subprocess.run([self.binary, *arguments, "--config", self.operator_config], capture_output=True, text=True,
                              timeout=timeout, cwd=self.folder, stdin=subprocess.DEVNULL)
        with open(self.folder / "operator.log", "a", encoding="utf-8") as log:
            log.write(done.stdout + done.stderr)
        if check and done.returncode != 0:
            raise RuntimeError(f"dialerd {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done

    # --- at the end

    def heal(self):
        for daemon in self.daemons:
            for proxy in daemon.proxies.values():
                proxy.heal()

    def open_attempts(self):
        return int(self.postgres.value("select count(*) from dialerd.attempt where state in "
                                       "('dialing', 'in_progress', 'unknown')"))

    def close(self):
        for close in reversed(self.closing):
            try:
                close()
            except Exception as error:  # the others must be closed, too
                print(f"chaos: while closing: {error}", file=sys.stderr)
        self.events_file.close()

    def description(self, **more):
        """What the checker judges by."""
        return {
            "accounts": {account.name: {**account.settings, "clock_offset_ms": account.clock_offset_ms,
                                        "ledger": str(account.sim.ledger_path), "webhooks": account.webhooks,
                                        "webhook_log": account.webhook_log and str(account.webhook_log)}
                         for account in self.accounts},
            "campaigns": {one["campaign"]: one for one in self.campaigns},
            "imported": dict(self.imported),
            "secrets": [secret for account in self.accounts
                        for secret in (account.key, account.path_secret, account.signing_secret)],
            "suppressed": self.suppressed,
            "halts": self.halts,
            "revisions": self.revisions,
            "clock_steps": self.clock_steps,
            "conninfo": self.postgres.conninfo,
            **more,
        }


def set_descriptor_limit(pid, soft):
    """The old soft limit."""
    old, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
    return old
