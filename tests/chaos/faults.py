"""The faults of a chaos run: what each does, for how long, and whether it really struck.

A fault is a function `(run, chance)`; it runs in a thread of its own, puts right what it broke before it returns, and waits with
`run.wait`, which returns early when the chaos is over. It tells `run.struck(kind)` when it has done something; proxies and
failpoints count for themselves, and what only the daemon can notice (EMFILE, a refused connection) is counted in its log.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import world as parts

# Where a process may die, freeze or stall, with how likely at each hit: places that are passed seldom act more often.
FAILPOINTS = {
    "post.before_dialling": 0.05,
    "post.before_first_byte": 0.05,
    "post.written": 0.05,
    "answer.read": 0.03,
    "post.answered": 0.05,
    "outcomes.before_stored": 0.05,
    "claiming leads.before_commit": 0.05,
    "claiming leads.committed": 0.05,
    "writing outcomes.before_commit": 0.05,
    "writing outcomes.committed": 0.05,
    "acquiring an account.before_commit": 0.3,
    "acquiring an account.committed": 0.3,
    "reading an account's history.committed": 0.3,
    "renewing an account's lease.before_commit": 0.05,
    "renewing an account's lease.committed": 0.05,
    "asking the gate again.committed": 0.1,
}


class FailpointBag:
    """Every place with every action once, in an order that the seed decides, then again."""

    def __init__(self, chance):
        self.chance = chance
        self.left = []

    def next(self):
        if not self.left:
            self.left = [(place, action) for place in FAILPOINTS for action in ("kill", "kill", "stop", "pause")]
            self.chance.shuffle(self.left)
        place, action = self.left.pop()
        if action == "pause":
            # Longer than a write may take, than the answer may take, or than the lease lasts.
            action = self.chance.choice(["pause:700ms", "pause:1500ms", "pause:4s"])
        return f"{place}={action}@{FAILPOINTS[place]}"


# --- processes

def kill(run, chance):
    """kill -9."""
    daemon = run.some_daemon(chance)
    if daemon and run.signal(daemon, signal.SIGKILL):
        run.struck("kill")


def freeze(run, chance):
    """SIGSTOP for longer than the lease, then SIGCONT: the daemon does not know that it has been away."""
    daemon = run.some_daemon(chance)
    if not daemon:
        return
    seconds = run.world.lease + chance.uniform(1, 6)
    with run.frozen(daemon):
        if run.signal(daemon, signal.SIGSTOP):
            run.struck("freeze")
            run.wait(seconds)


def terminate(run, chance):
    """SIGTERM: it finishes what is under way and ends; then it is started again."""
    daemon = run.some_daemon(chance)
    if daemon and run.stop_daemon(daemon):
        run.struck("terminate")


def failpoint(run, chance):
    """Killed, and started again to die, freeze or stall at a named place."""
    daemon = run.some_daemon(chance)
    if daemon:
        run.arm(daemon)
        run.signal(daemon, signal.SIGKILL)
        run.wait(8)  # by then it has mostly come there


def descriptors(run, chance):
    """EMFILE: no more descriptors than it has, while its connections are cut, so that it needs new ones."""
    daemon = run.some_daemon(chance)
    if not daemon:
        return
    try:
        pid = daemon.pid
        now_open = len(os.listdir(f"/proc/{pid}/fd"))
        old = parts.set_descriptor_limit(pid, max(8, now_open // 2))
    except (OSError, AttributeError):
        return
    log = daemon.process.log_path
    begin = log.stat().st_size
    least = time.monotonic() + chance.uniform(2, 5)
    deadline = time.monotonic() + 12
    try:
        while time.monotonic() < deadline:
            for account in run.world.accounts:
                daemon.proxies[account.name].strike("reset")
            with open(log, "rb") as text:
                text.seek(begin)
                noticed = b"Too many open files" in text.read()
            if noticed and time.monotonic() > least or not run.wait(0.5):
                return
    finally:
        try:
            parts.set_descriptor_limit(pid, old)
        except OSError:
            pass  # killed meanwhile


# --- operators

def control(run, chance):
    """A campaign is paused or stopped, for longer than a call that was decided before may take to leave."""
    name = chance.choice(run.world.campaigns)["campaign"]
    if run.halt(name, chance.choice(["pause", "stop"]), chance.uniform(7, 12)):
        run.struck("control")


def reload(run, chance):
    """A campaign's limits are lowered in its file while calls are under way, and restored."""
    one = chance.choice([one for one in run.world.campaigns if one["campaign"] in REVISED])
    lower = chance.choice([{"per_minute": chance.randint(15, 30)}, {"concurrency": chance.randint(2, 3)}])
    if run.revise({**one, "limits": {**one.get("limits", {}), **lower}}, chance.uniform(12, 18)):
        run.struck("reload")


# Campaigns that always have somebody to call, so that a limit that is lowered is met.
REVISED = {"alpha-open", "beta-minute", "gamma-open"}


# --- the network; counted by the proxies

def _proxies(run, chance, which):
    daemon = run.some_daemon(chance)
    if not daemon:
        return []
    if which == "database":
        return [daemon.proxies["database"]]
    accounts = [account.name for account in run.world.accounts]
    if chance.random() < 0.5:
        accounts = [chance.choice(accounts)]
    return [daemon.proxies[name] for name in accounts]


def lasting(which, fault, low, high, parameter=None):
    def strike(run, chance):
        proxies = _proxies(run, chance, which)
        try:
            for proxy in proxies:
                proxy.switch_on(fault, parameter)
                if fault == "refuse":  # nobody notices who needs no new connection
                    proxy.strike("reset")
            run.wait(chance.uniform(low, high))
        finally:
            for proxy in proxies:
                proxy.switch_off(fault)
    return strike


def momentary(which, fault):
    def strike(run, chance):
        for _ in range(chance.randint(1, 4)):
            for proxy in _proxies(run, chance, which):
                proxy.strike(fault, chance.uniform(0.3, 1))
            run.wait(chance.uniform(0.1, 0.5))
    return strike


def partition(run, chance):
    """A daemon that reaches neither its provider nor its database, for longer than the lease."""
    daemon = run.some_daemon(chance)
    if not daemon:
        return
    fault = chance.choice(["stall", "swallow"])
    try:
        for proxy in daemon.proxies.values():
            proxy.switch_on(fault)
        run.struck("partition")
        run.wait(run.world.lease + chance.uniform(1, 5))
    finally:
        for proxy in daemon.proxies.values():
            proxy.switch_off(fault)


# --- the database

def crash_database(run, chance):
    """pg_ctl stop -m immediate, and after some time start."""
    postgres = run.world.postgres
    with postgres.lock:
        postgres.stop("--immediate")
        run.struck("crash-database")
        try:
            run.wait(chance.choice([0, 0.5, 2, run.world.lease + 2]))
        finally:
            postgres.start()


def terminate_backends(run, chance):
    """pg_terminate_backend, again and again for a second, of some of dialerd's sessions."""
    postgres = run.world.postgres
    for _ in range(chance.randint(2, 6)):
        killed = postgres.value("select count(*) from (select pg_terminate_backend(pid) from pg_stat_activity "
                                "where application_name like 'dialerd%' and random() < 0.6) as q (done) where done")
        if int(killed) > 0:
            run.struck("terminate-backends")
        run.wait(chance.uniform(0.1, 0.6))


def hold_lock(run, chance):
    """Somebody else's transaction holds what dialerd needs, for longer than its lock_timeout."""
    what = chance.choice([
        "select from dialerd.ownership for update",
        "lock table dialerd.attempt in share mode",
        "lock table dialerd.lead_state in share row exclusive mode",
        "select from dialerd.campaign_control for update",
        "select from dialerd.lead_state where state = 'active' for update",
    ])
    postgres = run.world.postgres
    session = subprocess.Popen(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", postgres.conninfo], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        session.stdin.write(f"set lock_timeout = '5s'; begin; {what}; select 'held';\n")
        session.stdin.flush()
        line = session.stdout.readline()
        while line and line.strip() != "held":
            line = session.stdout.readline()
        if line:
            run.struck("hold-lock")
            run.wait(chance.uniform(1, 4))
        session.stdin.write("rollback;\n")
        session.stdin.close()
        session.wait(10)
    except (OSError, subprocess.TimeoutExpired):
        pass
    finally:
        session.kill()
        session.wait()


def fill_disk(run, chance):
    """ENOSPC: the tablespace's file system is full."""
    space = run.world.settings["space"]
    balloon = space / "balloon"
    log = run.world.postgres.folder / "log"
    begin = log.stat().st_size
    try:
        with open(balloon, "wb") as file:
            # What is free now, and again: the server may give some back meanwhile.
            for _ in range(3):
                free = os.statvfs(space).f_bavail * os.statvfs(space).f_frsize
                if free:
                    try:
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), free)
                    except OSError:
                        pass
        deadline = time.monotonic() + 15
        least = time.monotonic() + chance.uniform(2, 5)
        while time.monotonic() < deadline:
            with open(log, "rb") as text:
                text.seek(begin)
                full = b"No space left on device" in text.read()
            if full and time.monotonic() > least:
                run.struck("fill-disk")
                return
            if not run.wait(0.3):
                return
    finally:
        balloon.unlink(missing_ok=True)


def step_clock(run, chance):
    """The database's clock is set, and some time later set right again."""
    file = run.world.clock_file
    step = chance.choice([1, -1, 3600, -3600, 86400, -86400])
    if not run.world.clock_lock.acquire(blocking=False):
        return  # it is wrong already
    interval = [time.time(), None, step]
    run.world.clock_steps.append(interval)
    try:
        set_clock(file, step)
        run.wait(chance.uniform(6, 12))
        now = float(run.world.postgres.value("select extract(epoch from clock_timestamp())"))
        if abs(now - time.time() - step) < 5:
            run.struck("step-clock")
    finally:
        set_clock(file, 0)
        run.wait(3)  # until the server's processes have noticed (FAKETIME_CACHE_DURATION)
        interval[1] = time.time()
        run.world.clock_lock.release()


def set_clock(file, seconds):
    new = pathlib.Path(str(file) + ".new")
    new.write_text(f"{seconds:+d}s\n")
    new.chmod(0o644)
    new.replace(file)


FAULTS = {
    "kill": kill,
    "freeze": freeze,
    "terminate": terminate,
    "failpoint": failpoint,
    "descriptors": descriptors,
    "control": control,
    "reload": reload,
    "api-latency": lasting("api", "latency", 3, 8, (0.02, 0.6)),
    "api-slice": lasting("api", "slice", 3, 8),
    "api-stall": lasting("api", "stall", 1, 7),
    "api-swallow": lasting("api", "swallow", 1, 6),
    "api-deaf": lasting("api", "deaf", 0.5, 4),
    "api-refuse": lasting("api", "refuse", 1, 5),
    "api-reset": momentary("api", "reset"),
    "api-cut-answer": momentary("api", "cut_answer"),
    "api-half-close": momentary("api", "half_close"),
    "pg-latency": lasting("database", "latency", 3, 8, (0.005, 0.15)),
    "pg-slice": lasting("database", "slice", 3, 8),
    "pg-stall": lasting("database", "stall", 1, 6),
    "pg-swallow": lasting("database", "swallow", 1, 5),
    "pg-deaf": lasting("database", "deaf", 0.3, 3),
    "pg-refuse": lasting("database", "refuse", 1, 5),
    "pg-reset": momentary("database", "reset"),
    "pg-cut-answer": momentary("database", "cut_answer"),
    "pg-half-close": momentary("database", "half_close"),
    "partition": partition,
    "crash-database": crash_database,
    "terminate-backends": terminate_backends,
    "hold-lock": hold_lock,
    "fill-disk": fill_disk,
    "step-clock": step_clock,
}

# Not without being asked for: what a day's step of the clock does to calling windows is judged by the clock's own words.
ON_REQUEST = {"step-clock"}


def make_space(folder):
    """A small file system of its own for the tablespace, or None and why not. Root's; goes with unmake_space."""
    if os.geteuid() != 0:
        return None, "only root can mount one"
    space = folder / "space"
    space.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512m,mode=0777", "chaos", str(space)], capture_output=True,
                          text=True)
    if done.returncode != 0:
        space.rmdir()
        return None, done.stderr.strip()
    data = space / "tablespace"
    data.mkdir()
    for user in ("postgres", "nobody"):  # as deploy/private-postgres chooses
        try:
            shutil.chown(data, user)
            break
        except LookupError:
            continue
    data.chmod(0o700)
    return space, ""


def unmake_space(space):
    subprocess.run(["umount", "-l", str(space)], check=False)
