"""A run: starts the daemons, keeps them running, injects a seeded schedule of faults, and brings everything to rest.

Threads: one that injects, one for each fault under way, one that watches the daemons, one that takes samples, one that plays
the operator. What happens is noted in events.jsonl; what the run has counted is in `outcome()`.
"""

import collections
import contextlib
import json
import random
import re
import signal
import subprocess
import threading
import time

import checker
import faults

FAILED = 1
DATABASE_AWAY = 5  # dialerd's exit code when it cannot reach the database at its start
DRAIN_TIMEOUT = 6

FAULTS_AT_ONCE = 2
EXTRA_SECONDS = 120  # at most, for kinds of fault that have struck nothing yet


class Run:
    def __init__(self, world, seed, kinds, operator=True, planted_failpoints=None):
        self.world = world
        self.seed = seed
        self.kinds = kinds
        self.chance = random.Random(seed)
        self.bag = faults.FailpointBag(random.Random(seed + 1))
        self.start_chance = random.Random(seed + 4)
        self.operator = operator
        self.over = threading.Event()     # of the chaos
        self.at_rest = threading.Event()  # of everything
        self.counts = collections.Counter()
        self.operators = collections.Counter()
        self.exits = collections.Counter()
        self.problems = []                # what broke a promise and only the run could see
        self.injected = collections.Counter()
        self.lock = threading.Lock()
        self.armed = {}
        self.planted_failpoints = planted_failpoints
        self.highest = collections.defaultdict(collections.Counter)
        self.snapshots = checker.TerminalRows()
        self.threads = []

    # --- what faults use

    def wait(self, seconds):
        """False when the chaos is over."""
        return not self.over.wait(seconds)

    def struck(self, kind):
        with self.lock:
            self.counts[kind] += 1

    def some_daemon(self, chance):
        running = [daemon for daemon in self.world.daemons if daemon.running() and not daemon.stopping]
        return chance.choice(running) if running else None

    def signal(self, daemon, number):
        with daemon.lock:
            if not daemon.running():
                return False
            daemon.process.send(number)
            self.world.note("signal", daemon=daemon.name, signal=signal.Signals(number).name)
            return True

    @contextlib.contextmanager
    def frozen(self, daemon):
        """It is stopped within, and goes on afterwards."""
        daemon.held = True
        process = daemon.process
        try:
            yield
        finally:
            if process.running():
                process.send(signal.SIGCONT)
            daemon.held = False

    def arm(self, daemon):
        self.armed[daemon.name] = self.bag.next()

    def stop_daemon(self, daemon, timeout=30):
        """SIGTERM, and the end. The watcher starts it again."""
        with daemon.lock:
            if not daemon.running():
                return False
            daemon.stopping = True
            process = daemon.process
            process.send(signal.SIGTERM)
        self.world.note("terminate", daemon=daemon.name)
        try:
            process.process.wait(timeout)
        except subprocess.TimeoutExpired:
            if daemon.stopped() or any(proxy.misbehaves() for proxy in daemon.proxies.values()):
                return False
            self.problem(f"{process.log_path.name}: still running {timeout} s after SIGTERM")
            process.kill()
            return False
        return True

    def problem(self, text):
        with self.lock:
            self.problems.append(text)
        self.world.note("problem", text=text)

    # --- keeping daemons running

    def start_daemon(self, daemon):
        failpoints = self.planted_failpoints or self.armed.pop(daemon.name, "")
        if not failpoints and "failpoint" in self.kinds and not self.over.is_set() and self.start_chance.random() < 0.5:
            failpoints = self.bag.next()
        daemon.held = False
        daemon.start(failpoints, seed=self.seed * 1000 + daemon.runs)
        self.world.note("start", daemon=daemon.name, failpoints=failpoints, pid=daemon.pid)

    def watch(self):
        chance = random.Random(self.seed + 2)
        restart_at = {}
        while not self.at_rest.wait(0.05):
            for daemon in self.world.daemons:
                if not daemon.wanted:
                    continue
                if daemon.running():
                    if daemon.stopped() and not daemon.held:
                        # It has stopped itself, at a failpoint.
                        daemon.held = True
                        threading.Thread(target=self._thaw, args=(daemon, self.world.lease + chance.uniform(1, 5)),
                                         daemon=True).start()
                    continue
                if daemon.name not in restart_at:
                    self._ended(daemon)
                    restart_at[daemon.name] = time.monotonic() + chance.choice([0, 0.2, 1, self.world.lease + 2])
                    if self.over.is_set():
                        restart_at[daemon.name] = time.monotonic()
                    continue
                if time.monotonic() >= restart_at[daemon.name]:
                    del restart_at[daemon.name]
                    self.start_daemon(daemon)

    def _thaw(self, daemon, seconds):
        process = daemon.process
        self.over.wait(seconds)
        if process.running():
            process.send(signal.SIGCONT)
        daemon.held = False

    def _ended(self, daemon):
        code = daemon.process.process.returncode
        self.exits[code] += 1
        self.world.note("end", daemon=daemon.name, code=code)
        expected = code in (-signal.SIGKILL, DATABASE_AWAY) or daemon.stopping and code in (0, DRAIN_TIMEOUT)
        # Asked to stop before it had begun with anything, it ends as any process does.
        expected = expected or daemon.stopping and code == -signal.SIGTERM and not daemon.process.log()
        # A start without descriptors may be tried again; it must not say that the configuration is wrong. Once it runs it
        # must bear with it.
        log = daemon.process.log()
        last = "".join(log.splitlines()[-1:])
        expected = expected or (code == FAILED and " started as " not in log and last.startswith("dialerd: ")
                                and "Too many open files" in last)
        if not expected:
            tail = " | ".join(daemon.process.log().splitlines()[-3:])
            self.problem(f"{daemon.process.log_path.name}: ended with code {code}: {tail}")

    # --- samples

    def sample(self):
        while not self.at_rest.wait(0.5):
            for daemon in self.world.daemons:
                values = daemon.running() and daemon.sample()
                for key, value in (values or {}).items():
                    self.highest[daemon.name][key] = max(self.highest[daemon.name][key], value)

    def take_snapshots(self):
        while not self.at_rest.wait(2):
            try:
                self.snapshots.add(self.world.postgres.rows(checker.TERMINAL_SQL))
            except (RuntimeError, subprocess.TimeoutExpired, json.JSONDecodeError):
                continue  # the database is away

    # --- the operator

    def operate(self):
        chance = random.Random(self.seed + 3)
        while self.wait(chance.uniform(0.5, 2)):
            act = chance.choice([self._suppress, self._suppress, self._import, self._import, self._pause, self._resolve,
                                 self._resolve])
            try:
                act(chance)
            except (RuntimeError, subprocess.TimeoutExpired, json.JSONDecodeError):
                continue  # the database is away

    def _suppress(self, chance):
        """Somebody asks not to be called any more: mostly somebody whose turn is near."""
        rows = self.world.postgres.rows(
            "select l.to_number, c.name from dialerd.lead l join dialerd.lead_state s using (lead_id) "
            "join dialerd.campaign c on c.campaign_id = l.campaign_id "
            "where s.state in ('ready', 'active') and s.next_at < now() + interval '5 s' order by s.state desc, s.next_at "
            "limit 60")
        if not rows:
            return
        row = chance.choice(rows)
        begin = time.time()
        said = self.world.dialerd("suppress", "add", row["to_number"], "--reason", "asked", check=False)
        if said.returncode == 0:
            self.world.suppressed.append({"number": row["to_number"], "asked_at": begin, "committed_at": time.time()})
            self.operators["suppress"] += 1

    def _import(self, chance):
        """Every campaign gets more leads when it has few, so that retries have their turn and nobody runs dry."""
        ready = {row["name"]: row["leads"] for row in self.world.postgres.rows(
            "select c.name, count(*) as leads from dialerd.lead_state s join dialerd.campaign c using (campaign_id) "
            "where s.state = 'ready' and s.attempts = 0 group by c.name")}
        index = min(range(len(self.world.campaigns)), key=lambda i: ready.get(self.world.campaigns[i]["campaign"], 0))
        if ready.get(self.world.campaigns[index]["campaign"], 0) < 30:
            self.world.import_leads(index, chance.randint(20, 60))
            self.operators["import"] += 1

    def _pause(self, chance):
        self.halt(chance.choice(self.world.campaigns)["campaign"], "pause", chance.uniform(1, 5))

    def halt(self, name, how, seconds):
        """A campaign is paused or stopped for a while. Whether the command said that it was."""
        with self.one_operator(name) as free:
            if not free:
                return False
            halt = None
            try:
                said = self.world.dialerd(how, name, "--reason", "chaos", check=False)
                if said.returncode == 0:
                    halt = self._halted(name, how)
                    self.wait(seconds)
                return halt is not None
            finally:
                if halt:
                    halt["until"] = time.time()
                # Also when it said that it failed: the answer to its COMMIT may have been lost.
                self._set_going(name, "resume" if how == "pause" else "start")

    @contextlib.contextmanager
    def one_operator(self, name):
        """At a campaign, one at a time. Whether nobody else is at it."""
        lock = self.world.campaign_locks[name]
        free = lock.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                lock.release()

    def _halted(self, name, how):
        """From now on, without end as yet."""
        halt = {"campaign": name, "how": how, "returned_at": time.time(), "until": None}
        self.world.halts.append(halt)
        self.world.note("halt", campaign=name, how=how)
        self.operators[how] += 1
        return halt

    def _set_going(self, name, how):
        for _ in range(60):
            try:
                if self.world.dialerd(how, name, check=False).returncode == 0:
                    self.operators[how] += 1
                    return
            except subprocess.TimeoutExpired:
                pass
            time.sleep(0.5)
        raise RuntimeError(f"cannot {how} {name}")

    def revise(self, one, seconds):
        """A campaign's file is another for a while, and then as it was. Whether every daemon had applied the other."""
        with self.one_operator(one["campaign"]) as free:
            if not free:
                return False
            revision = None
            try:
                self.world.write_campaign(one)
                if self._reloaded(tries=4):
                    revision = {"campaign": one["campaign"], "limits": one["limits"], "applied_at": time.time(), "until": None}
                    self.world.revisions.append(revision)
                    self.world.note("revised", campaign=one["campaign"], limits=one["limits"])
                self.wait(seconds)
                return revision is not None
            finally:
                if revision:
                    revision["until"] = time.time()
                self._restore(one["campaign"])

    def _restore(self, name):
        self.world.write_campaign(next(one for one in self.world.campaigns if one["campaign"] == name))
        self.world.note("revision over", campaign=name)
        # Whoever does not hear of it keeps the lower limits, which breaks nothing. Before it runs the signal would end it.
        for daemon in self.world.daemons:
            if daemon.running() and "notifications of the database are heard" in daemon.process.log():
                self.signal(daemon, signal.SIGHUP)

    def _reloaded(self, tries):
        """Whether all processes that began with older files say that they have applied those of now."""
        older = [daemon.process for daemon in self.world.daemons if daemon.running()]
        applied = set()
        for _ in range(tries):
            said = self.world.dialerd("reload", "--wait", "--timeout", "8", check=False)
            applied |= {int(pid) for pid in re.findall(r"^\S+:(\d+):\S+: applied$", said.stdout, re.MULTILINE)}
            if all(process.process.pid in applied for process in older if process.running()):
                return True
            if not self.wait(0.5):
                break
        return False

    def _resolve(self, chance):
        """A doubt that an operator settles. What is true, he reads in the provider's books."""
        rows = self.world.postgres.rows(
            "select attempt_id, account from dialerd.attempt where state = 'unknown' "
            "and answered_at < now() - interval '1 s' order by attempt_id limit 20")
        if not rows:
            return
        row = chance.choice(rows)
        account = next(a for a in self.world.accounts if a.name == row["account"])
        post = next((p for p in account.sim.posts() if p["attempt_id"] == row["attempt_id"]), None)
        if post is None:
            return  # it could still be on its way
        if post["created"] and post["end_at"] > time.time() * 1000 + account.clock_offset_ms:
            return  # its line is taken until then
        word = "placed" if post["created"] else "not-placed"
        said = self.world.dialerd("resolve", row["attempt_id"], word, "--reason", "chaos: the provider's books", check=False)
        if said.returncode == 0:
            self.operators["resolve " + word] += 1

    # --- the run

    def inject(self, seconds):
        end = time.monotonic() + seconds
        under_way = []
        left = []
        while time.monotonic() < end and self.wait(self.chance.uniform(0.2, 2.0)):
            under_way = [thread for thread in under_way if thread.is_alive()]
            if len(under_way) >= FAULTS_AT_ONCE or not self.kinds:
                continue
            if not left:  # each kind once, in an order of chance; then again
                left = list(self.kinds)
                self.chance.shuffle(left)
            kind = left.pop()
            self.injected[kind] += 1
            thread = threading.Thread(target=self._inject, args=(kind, self.chance.getrandbits(32)), daemon=True)
            thread.start()
            under_way.append(thread)
        self._inject_what_has_not_struck(under_way, self.chance)
        self.over.set()
        for thread in under_way:
            thread.join(90)
            if thread.is_alive():
                self.problem("a fault did not end")

    def _inject_what_has_not_struck(self, under_way, chance):
        """Chance may have kept a kind from meeting anything: once more, one by one, so that a run's verdict is not luck."""
        deadline = time.monotonic() + EXTRA_SECONDS
        while time.monotonic() < deadline and self.wait(0.5):
            if any(thread.is_alive() for thread in under_way):
                continue
            missing = checker.not_struck(self.kinds, self.injected, self.struck_so_far())
            if not missing:
                return
            self.injected[missing[0]] += 1
            under_way.append(threading.Thread(target=self._inject, args=(missing[0], chance.getrandbits(32)), daemon=True))
            under_way[-1].start()

    def _inject(self, kind, seed):
        self.world.note("fault", kind=kind)
        try:
            faults.FAULTS[kind](self, random.Random(seed))
        except (RuntimeError, OSError, ValueError, subprocess.TimeoutExpired) as error:
            self.world.note("fault failed", kind=kind, error=str(error)[:500])
        self.world.note("fault over", kind=kind)

    def start(self):
        for daemon in self.world.daemons:
            self.start_daemon(daemon)
        targets = [self.watch, self.sample, self.take_snapshots] + ([self.operate] if self.operator else [])
        self.threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self.threads:
            thread.start()

    def settle(self, seconds):
        """Heals everything, calls nobody any more, and waits until nothing is open. Whether that was reached."""
        self.over.set()
        self.world.heal()
        with self.world.postgres.lock:
            self.world.postgres.start()
        for daemon in self.world.daemons:
            if daemon.running() and daemon.stopped():
                daemon.process.send(signal.SIGCONT)
        self.world.note("healed")
        self._unarm()
        time.sleep(2)  # some calls with nothing wrong
        for one in self.world.campaigns:
            with self.world.campaign_locks[one["campaign"]]:
                self.world.dialerd("pause", one["campaign"])
                self._halted(one["campaign"], "pause")
        deadline = time.monotonic() + seconds
        rest = False
        while time.monotonic() < deadline and not rest:
            time.sleep(0.3)
            rest = self.world.open_attempts() == 0
        self.seconds_to_rest = seconds - (deadline - time.monotonic())
        return rest

    def _unarm(self):
        """A daemon that would still die at a failpoint is replaced by one that does not."""
        self.armed.clear()
        self.planted_failpoints = None
        for daemon in self.world.daemons:
            if daemon.failpoints:
                self.signal(daemon, signal.SIGKILL)

    def end(self):
        """All daemons stop in good order: with nothing wrong they must."""
        for daemon in self.world.daemons:
            daemon.wanted = False
            if not self.stop_daemon(daemon, timeout=20):
                continue
            code = daemon.process.process.returncode
            if code != 0:
                self.problem(f"{daemon.process.log_path.name}: ended with code {code} after a stop with nothing wrong")
        self.at_rest.set()
        for thread in self.threads:
            thread.join(20)

    def failpoints_hit(self):
        hit = collections.Counter()
        for daemon in self.world.daemons:
            if daemon.failpoint_log.exists():
                hit.update(daemon.failpoint_log.read_text().splitlines())
        return hit

    def struck_so_far(self):
        logs = "".join(path.read_text(errors="replace") for path in self.world.folder.glob("daemon-*.log"))
        struck = collections.Counter(self.counts)
        for line, n in self.failpoints_hit().items():
            struck["failpoint-" + line.rsplit(" ", 1)[1]] += n
        for daemon in self.world.daemons:
            for name, proxy in daemon.proxies.items():
                for fault, n in proxy.struck.items():
                    struck[("pg-" if name == "database" else "api-") + fault.replace("_", "-")] += n
        struck["api-refuse"] = len(re.findall(r"localhost:\d+: connect: Connection refused", logs))
        struck["pg-refuse"] = len(re.findall(r"port \d+ failed: Connection refused", logs))
        struck["descriptors"] = logs.count("Too many open files")
        return struck

    def outcome(self):
        """Counts for the checker and for people."""
        return {"struck": dict(self.struck_so_far()), "injected": dict(self.injected), "operators": dict(self.operators),
                "failpoints": dict(self.failpoints_hit()), "exits": {str(k): v for k, v in self.exits.items()},
                "problems": self.problems, "highest": {name: dict(values) for name, values in self.highest.items()},
                "kinds": list(self.kinds), "daemon_runs": sum(daemon.runs for daemon in self.world.daemons)}
