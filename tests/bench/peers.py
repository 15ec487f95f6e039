"""What a user would otherwise write: dialers on pg-boss and on graphile-worker, measured as dialerd is. See peers/README.md."""

import contextlib
import json
import pathlib
import subprocess
import threading

from world import KEY, Provider, output_of, processor_seconds, say

HERE = pathlib.Path(__file__).resolve().parent / "peers"
DIALERS = {"pg-boss": "pgboss.mjs", "graphile-worker": "graphile.mjs"}
# Most of what a call leaves behind is garbage within a second. A young generation of Node's default size is collected so often that it
# costs a fifth of the throughput.
NODE = ("node", "--max-semi-space-size=64")
LEADS_PER_SECOND = 15_000  # more than any of them dials
WARM_UP = 5
DEADLINE = 600  # seconds beside the measured ones: for making the leads, the warm-up and the end


def install():
    """The libraries, as package-lock.json has them; once."""
    lock, installed = HERE / "package-lock.json", HERE / "node_modules/.package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    say("npm ci")
    output_of("npm", "ci", "--no-audit", "--no-fund", cwd=HERE)


class Window:
    """What the server and the simulator use of the processor between the two marks that a dialer writes."""

    def __init__(self, cluster, provider):
        self.processes = {"postgres": cluster.processor_seconds, "voxsim": lambda: processor_seconds(provider.process.pid)}
        self.used = {}

    def mark(self, line):
        if line == "window begins":
            self.used = {name: -read() for name, read in self.processes.items()}
        elif line == "window ends":
            self.used = {name: seconds + self.processes[name]() for name, seconds in self.used.items()}
        else:
            return False
        return True


def run(script, cluster, database, provider, folder, leads, seconds):
    """One dialer's own figures, and those of the processes that it used."""
    key_file = folder / "api-key"
    key_file.write_text(KEY + "\n")
    key_file.chmod(0o600)
    command = [*NODE, HERE / script, "--conninfo", cluster.of(database), "--url", f"https://localhost:{provider.port}",
               "--ca", provider.ca_file, "--key-file", key_file, "--leads", leads, "--seconds", seconds]
    window, complaints = Window(cluster, provider), []
    with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        killer = threading.Timer(seconds + DEADLINE, process.kill)
        killer.start()
        try:
            complaints = [line for line in process.stderr if not window.mark(line.strip())]
            said = process.stdout.read()
        finally:
            killer.cancel()
            process.kill()
    if process.returncode != 0:
        raise RuntimeError(f"{script} ended with {process.returncode}: {''.join(complaints)[-2000:]}")
    done = json.loads(said)
    per_thousand = 1000 / max(done["calls"], 1)
    done["dialer_cpu_seconds_per_1000"] = done["cpu_seconds"] * per_thousand
    return done | {f"{name}_cpu_seconds_per_1000": used * per_thousand for name, used in window.used.items()}


@contextlib.contextmanager
def new_database(cluster, name):
    cluster.sql(f"drop database if exists {name} with (force)")
    cluster.sql(f"create database {name}")
    try:
        yield name
    finally:
        cluster.sql(f"drop database {name} with (force)")


def compare(cluster, folder, seconds, leads=None):
    """Each dialer in a database of its own, against a simulator of its own, one after the other."""
    leads = leads or LEADS_PER_SECOND * (seconds + WARM_UP)
    install()
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for library, script in DIALERS.items():
        with new_database(cluster, "peer_" + library.replace("-", "_")) as database:
            provider = Provider(folder)
            try:
                done = run(script, cluster, database, provider, folder, leads, seconds)
                check(library, cluster, database, provider)
            finally:
                provider.kill()
        say(f"{library} {done['version']}: {done['calls_per_second']:,.0f}/s")
        rows.append(done)
    return rows


def check(library, cluster, database, provider):
    """A dialer that left something out is not to be compared."""
    statistics = provider.statistics()
    recorded, settled = map(int, cluster.sql("select count(*), count(outcome) from call", database).split("|"))
    if not recorded == settled == statistics["calls_created"] or statistics["duplicate_attempts_posted"]:
        raise RuntimeError(f"{library}: {recorded} calls recorded, {settled} of them settled, and the provider says {statistics}")
