"""The parts of a benchmark: a PostgreSQL with durable commits, the simulated provider, and dialerd, all of the release build.

Tables of leads are made once for each size and schema, and copied for each measurement, so that each begins with the same."""

import hashlib
import http.client
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/process"))
from harness import AGENT, Process, wait_until  # noqa: E402

BUILD = ROOT / os.environ.get("DIALERD_BENCH_BUILD", "build/release")
DIALERD = BUILD / "daemon/dialerd"
VOXSIM = BUILD / "tests/voxsim/voxsim"
STATEMENTS = BUILD / "tests/bench/bench_statements"
KEY = "bench-key-0123456789abcdef"
TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 64


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def output_of(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


class Cluster:
    """A PostgreSQL as somebody who knows it sets it up for a machine that it shares with the rest."""

    MEMORY_MIB = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    SETTINGS = {"shared_buffers": f"{min(3072, MEMORY_MIB // 4)}MB", "max_wal_size": "16GB", "checkpoint_timeout": "15min", "wal_compression": "lz4",
                "max_connections": "100"}

    def __init__(self, folder):
        self.folder = folder
        self.tool = ROOT / "deploy/private-postgres"
        output_of(self.tool, "start", folder)
        self.conninfo = output_of(self.tool, "conninfo", folder).strip()
        for name, value in self.SETTINGS.items():
            self.sql(f"alter system set {name} = '{value}'")
        self.stop()
        output_of(self.tool, "start", folder)

    def stop(self):
        output_of(self.tool, "stop", self.folder)

    def sql(self, sql, database="dialerd"):
        return output_of("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.of(database), "-c", sql).strip()

    def of(self, database):
        return self.conninfo.replace("dbname=dialerd", "dbname=" + database)

    def processor_seconds(self):
        """Of the whole server, processes that have ended included."""
        postmaster = int(pathlib.Path(self.folder_of_data(), "postmaster.pid").read_text().split()[0])
        total = 0.0
        for process in [postmaster, *children_of(postmaster)]:
            total += processor_seconds(process)
        return total

    def folder_of_data(self):
        return self.sql("show data_directory")

    # --- leads

    def leads(self, count, campaigns=1, accounts=1):
        """The name of a template with so many ready leads, evenly over the campaigns."""
        schema = hashlib.sha256(b"".join(p.read_bytes() for p in sorted((ROOT / "storage/migrations").glob("*.sql"))))
        name = f"leads_{count}_{campaigns}_{accounts}_{schema.hexdigest()[:8]}"
        if self.sql(f"select 1 from pg_database where datname = '{name}'"):
            return name
        say(f"making {count:,} leads")
        self.sql("drop database if exists unfinished")
        self.sql("create database unfinished")
        self.migrate("unfinished")
        self.sql(f"""
            insert into dialerd.campaign (name, account, region)
              select 'bench' || n, 'bench' || n % {accounts}, 'KR' from generate_series(0, {campaigns - 1}) n;
            update dialerd.campaign set account = 'bench' where account = 'bench0';
            update dialerd.campaign set name = 'bench' where name = 'bench0';
            insert into dialerd.campaign_control (campaign_id, wish, changed_by)
              select campaign_id, 'running', 'bench' from dialerd.campaign;
            insert into dialerd.ownership (account, owner, epoch, lease_until) values ('bench', 'bench', 1, 'infinity');
        """, "unfinished")
        step = 500_000
        for first in range(0, count, step):
            self.sql(f"""
                set synchronous_commit = off;
                insert into dialerd.lead (campaign_id, to_number, fields)
                select 1 + n % {campaigns}, '010' || lpad(n::text, 8, '0'),
                       jsonb_build_object('name', 'Person ' || n, 'city', 'Busan')
                from generate_series({first}, {min(first + step, count) - 1}) n
            """, "unfinished")
        self.sql("vacuum (freeze, analyze)", "unfinished")
        self.sql(f"alter database unfinished rename to {name}")
        return name

    def copy(self, template, name="bench"):
        """A new database with what the template has."""
        self.sql(f"drop database if exists {name} with (force)")
        self.sql(f"create database {name} template {template} strategy file_copy")
        self.sql("update dialerd.ownership set lease_until = 'infinity' where account = 'bench'", name)
        self.sql("checkpoint")
        return name

    def migrate(self, database):
        config = self.folder.parent / "migrate.yaml"
        config.write_text(json.dumps({"database": {"conninfo": self.of(database)}, "campaigns": ["none-*.yaml"],
                                      "accounts": {"bench": {"api_key": {"file": "/dev/null"}}}}))
        output_of(DIALERD, "migrate", "--config", config)


class Provider(Process):
    """voxsim; calls of a second or so, two of five not answered."""

    def __init__(self, folder, *flags, threads=1, port=0):
        folder.mkdir(parents=True, exist_ok=True)
        port_file = folder / "port"
        port_file.unlink(missing_ok=True)
        self.ca_file = folder / "tls/ca.pem"
        flags = flags or ("--ring-ms", "20:100", "--talk-ms", "200:1000", "--outcomes", "user_hangup=60,dial_no_answer=40")
        super().__init__([VOXSIM, "--self-signed-dir", folder / "tls", "--port-file", port_file, "--port", str(port),
                          "--api-key", KEY, "--threads", str(threads), *flags], folder / "voxsim.log")
        wait_until(lambda: port_file.exists() or not self.running(), 10, "voxsim listens")
        self.port = int(port_file.read_text())

    def statistics(self):
        connection = http.client.HTTPSConnection("localhost", self.port,
                                                 context=ssl.create_default_context(cafile=self.ca_file), timeout=30)
        connection.request("GET", "/_sim/stats")
        return json.loads(connection.getresponse().read())


class Daemon(Process):
    """`dialerd run` on the database `bench`."""

    def __init__(self, folder, cluster, provider, database="bench", campaigns=1, accounts=1, account=None, campaign=None,
                 **config):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("bench*.yaml"):
            old.unlink()
        (folder / "api-key").write_text(KEY + "\n")
        (folder / "api-key").chmod(0o600)
        self.monitoring_port = free_port()
        self.folder = folder
        limits = account or {}
        settings = {
            "database": {"conninfo": cluster.of(database)},
            "accounts": {"bench" + (str(n) if n else ""): {
                "base_url": f"https://localhost:{provider.port}", "api_key": {"file": str(folder / "api-key")}, **limits}
                for n in range(accounts)},
            "campaigns": ["bench*.yaml"],
            "http": {"ca_file": str(provider.ca_file), "connections": max(8, CONNECTIONS // accounts)},
            "monitoring": {"listen": f"127.0.0.1:{self.monitoring_port}"},
        }
        for key, value in config.items():
            settings[key] = {**settings.get(key, {}), **value} if isinstance(value, dict) else value
        (folder / "dialerd.yaml").write_text(json.dumps(settings, indent=1))
        for n in range(campaigns):
            name = "bench" + (str(n) if n else "")
            account_number = n % accounts
            (folder / f"{name}.yaml").write_text(json.dumps({
                "campaign": name, "account": "bench" + (str(account_number) if account_number else ""),
                "agent": {"id": AGENT}, "caller_numbers": ["07011112222"], "region": "KR", "timezone": "Asia/Seoul",
                "calling_windows": [{"days": "daily", "from": "00:00", "to": "24:00"}], "window_margin": "0s",
                "retry": {"max_attempts": 2, "reasons": {"dial_no_answer": {"retry": ["1h"], "max": 1}}},
                "dynamic_variables": {"customer_name": "name", "city": "city"}, **(campaign or {})}, indent=1))
        cluster.sql("update dialerd.ownership set lease_until = '-infinity'", database)
        log = folder / "dialerd.log"
        log.unlink(missing_ok=True)
        super().__init__([DIALERD, "run", "--config", folder / "dialerd.yaml"], log)
        wait_until(lambda: self.ready() or not self.running(), 60, "dialerd is ready")
        if not self.running():
            raise RuntimeError(self.log()[-2000:])

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.monitoring_port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def ready(self):
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def metrics(self):
        return Metrics(self.get("/metrics")[1])

    def processor_seconds(self):
        return processor_seconds(self.process.pid)

    def memory(self, name="VmHWM"):
        """In MiB; VmHWM: at most so far, VmRSS: now."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", text).group(1)) / 1024


class Metrics:
    """What /metrics said."""

    def __init__(self, text):
        self.at = time.monotonic()
        self.samples = [(m.group(1), m.group(2) or "", float(m.group(3)))
                        for m in re.finditer(r"^(\w+)(?:\{(.*)\})? (\S+)$", text, re.MULTILINE)]

    def sum(self, name, label=""):
        return sum(value for sample, labels, value in self.samples if sample == name and label in labels)

    def quantile(self, name, share, before=None):
        """Of a histogram, what came since `before`: the upper bound of the bucket, in seconds."""
        def buckets(metrics):
            found = {}
            for sample, labels, value in metrics.samples if metrics else ():
                if sample == name + "_bucket":
                    bound = float(re.search(r'le="([^"]+)"', labels).group(1).replace("+Inf", "inf"))
                    found[bound] = found.get(bound, 0) + value
            return found
        old = buckets(before)
        counts = sorted((bound, count - old.get(bound, 0)) for bound, count in buckets(self).items())
        total = counts[-1][1] if counts else 0
        return next((bound for bound, count in counts if count >= share * total), float("nan")) if total else float("nan")


def processor_seconds(process):
    try:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(field) for field in fields[11:15]) / TICKS


def children_of(process):
    return [int(child) for child in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
