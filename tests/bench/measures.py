"""The rows of the table: each measures one thing and says what it must reach."""

import contextlib
import dataclasses
import statistics
import threading
import time

import bounds
from world import Daemon, Provider, processor_seconds, say, wait_until

LEADS = 10_000_000
BATCH = 500


@dataclasses.dataclass
class Row:
    """One line of the table. `value` is compared with `target`, where there is one; `compared`: CI watches it."""

    name: str
    value: float
    target: float | None
    unit: str = ""
    at_most: bool = False
    compared: bool = False
    details: dict = dataclasses.field(default_factory=dict)

    @property
    def reached(self):
        if self.target is None:
            return True
        return self.value <= self.target if self.at_most else self.value >= self.target


class Bench:
    """Where the measures run, and for how long."""

    def __init__(self, cluster, folder, leads=LEADS, seconds=60, warm_up=10, bound_seconds=20):
        self.cluster, self.folder = cluster, folder
        self.leads, self.seconds, self.warm_up, self.bound_seconds = leads, seconds, warm_up, bound_seconds

    @contextlib.contextmanager
    def running(self, *flags, threads=1, **options):
        provider = Provider(self.folder, *flags, threads=threads)
        try:
            daemon = Daemon(self.folder, self.cluster, provider, **options)
            try:
                yield daemon, provider
                if not daemon.running():
                    raise RuntimeError("dialerd ended: " + daemon.log()[-2000:])
            finally:
                daemon.kill()
        finally:
            provider.kill()

    def fresh(self, leads=None, **options):
        self.cluster.copy(self.cluster.leads(leads or self.leads, **options))

    def cycles(self, daemon, provider, seconds=None):
        """What a running daemon does: after a warm-up, over so many seconds."""
        time.sleep(self.warm_up)
        seconds = seconds or self.seconds
        server = self.cluster.processor_seconds()
        before, processor, simulator = daemon.metrics(), daemon.processor_seconds(), processor_of(provider)
        time.sleep(seconds)
        after = daemon.metrics()

        def grew(name):
            return after.sum(name) - before.sum(name)

        settled = grew("dialerd_attempts_settled_total")
        elapsed = after.at - before.at
        if after.sum("dialerd_invariant_violations_total"):
            raise RuntimeError("dialerd counts violated invariants")
        per_thousand = 1000 / max(settled, 1)
        return {
            "calls_per_second": settled / elapsed,
            "seconds": elapsed,
            "daemon_cpu_seconds_per_1000": (daemon.processor_seconds() - processor) * per_thousand,
            "postgres_cpu_seconds_per_1000": (self.cluster.processor_seconds() - server) * per_thousand,
            "voxsim_cpu_seconds_per_1000": (processor_of(provider) - simulator) * per_thousand,
            "peak_memory_mib": daemon.memory(),
            "claim_p99_seconds": after.quantile("dialerd_claim_duration_seconds", 0.99, before),
            "post_p99_seconds": after.quantile("dialerd_post_duration_seconds", 0.99, before),
            "write_p99_seconds": after.quantile("dialerd_write_duration_seconds", 0.99, before),
            "open_calls": after.sum("dialerd_calls_open"),
            "leads_per_claim": grew("dialerd_leads_claimed_total") / max(1, grew("dialerd_claim_duration_seconds_count")),
            "rows_per_write": grew("dialerd_written_rows_total") / max(1, grew("dialerd_write_duration_seconds_count")),
        }


def processor_of(process):
    return processor_seconds(process.process.pid)


def floor_and_cycle(bench):
    """The bound, the daemon, the bound again, on the same tables."""
    bench.fresh()
    folder, cluster, seconds = bench.folder, bench.cluster, bench.bound_seconds
    selects = bounds.selects_per_second(cluster, folder, max(5, seconds // 2), bench.leads)
    posts = [bounds.posts_per_second(folder, seconds // 2)]
    leads = [bounds.leads_per_second(cluster, folder, seconds, batch=BATCH)]
    with bench.running() as (daemon, provider):
        done = bench.cycles(daemon, provider)
        duplicates = provider.statistics()["duplicate_attempts_posted"]
    if duplicates:
        raise RuntimeError(f"{duplicates} attempts were POSTed more than once")
    leads.append(bounds.leads_per_second(cluster, folder, seconds, batch=BATCH))
    posts.append(bounds.posts_per_second(folder, seconds // 2))
    # The bound has the daemon's own batches: as many leads as its claims brought on the average.
    own = round(done["leads_per_claim"])
    own_rate = bounds.leads_per_second(cluster, folder, seconds, batch=own)
    floor = statistics.mean(leads)
    a, b = statistics.mean(posts), floor * own_rate / leads[-1]
    bound = bounds.combined(a, b)
    done |= {"wrk_posts_per_second": posts, f"pgbench_leads_per_second_by_{BATCH}": leads,
             f"pgbench_leads_per_second_by_{own}": own_rate, "bound_calls_per_second": bound}
    say(f"bound {bound:,.0f}/s (wrk {a:,.0f}, pgbench {b:,.0f} by {own}); dialerd {done['calls_per_second']:,.0f}/s")
    return [
        Row("claim + record + settle by pgbench, leads a second", floor, 25_000,
            details={"selects_per_second": selects, "leads_per_select": floor / selects}),
        Row("the same, over single-row selects", floor / selects, None, compared=True),
        Row("full cycles, over the combined bound", done["calls_per_second"] / bound, 0.80, compared=True, details=done),
    ]


def snapshot(bench):
    """With a session that holds a snapshot, against without: on tables of their own."""
    rates = {}
    for held in (False, True):
        bench.fresh()
        with bench.running() as (daemon, provider):
            session = bounds.hold_snapshot(bench.cluster) if held else None
            done = bench.cycles(daemon, provider)
            if session:
                session.communicate("rollback;\n")
        rates["held" if held else "free"] = done["calls_per_second"]
    return [Row("with a snapshot held by another session", rates["held"] / rates["free"], 0.60, details=rates)]


class Feeder(threading.Thread):
    """Adds leads as fast as they are claimed, so that as many wait as at first."""

    def __init__(self, bench, daemon, first):
        super().__init__(daemon=True)
        self.bench, self.daemon_process, self.next, self.stopping = bench, daemon, first, threading.Event()

    def run(self):
        taken = 0
        while not self.stopping.wait(0.3):
            now = int(self.daemon_process.metrics().sum("dialerd_leads_claimed_total"))
            more, taken = now - taken, now
            if more:
                self.bench.cluster.sql(
                    "insert into dialerd.lead (campaign_id, to_number, fields) "
                    "select 1, '011' || lpad(n::text, 8, '0'), jsonb_build_object('name', 'Person ' || n, 'city', 'Busan') "
                    f"from generate_series({self.next}, {self.next + more - 1}) n", "bench")
                self.next += more

    def stop(self):
        self.stopping.set()
        self.join()


def waiting_leads(bench):
    """Ten million leads that wait, against ten thousand."""
    measured = {}
    for count in (10_000, bench.leads):
        bench.fresh(count)
        with bench.running() as (daemon, provider):
            feeder = Feeder(bench, daemon, 1)
            feeder.start()
            measured[count] = bench.cycles(daemon, provider)
            feeder.stop()
    few, many = measured[10_000], measured[bench.leads]
    return [
        Row(f"{bench.leads:,} leads waiting, against 10,000: throughput",
            many["calls_per_second"] / few["calls_per_second"], 0.90, details={"few": few, "many": many}),
        Row("the same: p99 of the claim", many["claim_p99_seconds"] / few["claim_p99_seconds"], 2, at_most=True),
    ]


def churn(bench, seconds=3600):
    """Calls that are mostly to be retried soon: dead tuples in every table."""
    bench.fresh()
    retries = {"max_attempts": 50, "reasons": {"dial_no_answer": {"retry": ["5m"], "max": 50}}}
    rates = []
    with bench.running("--ring-ms", "20:100", "--talk-ms", "200:1000", "--outcomes", "user_hangup=5,dial_no_answer=95",
                       campaign={"retry": retries}) as (daemon, provider):
        for _ in range(max(2, round(seconds / 300))):
            rates.append(bench.cycles(daemon, provider, 300 - bench.warm_up)["calls_per_second"])
            say(f"churn: {rates[-1]:,.0f}/s")
        memory = daemon.memory()
    return [Row(f"after {len(rates) * 5} minutes of churn, against the first five", rates[-1] / rates[0], 0.95,
                details={"calls_per_second": rates, "peak_memory_mib": memory})]


def memory(bench):
    bench.fresh()
    with bench.running(account={"limits": {"concurrency": 1000}}) as (daemon, provider):
        done = bench.cycles(daemon, provider)
    return [Row(f"peak memory at {bench.leads:,} leads, 1,000 open calls", done["peak_memory_mib"], 64, "MiB", at_most=True,
                details=done)]


def open_calls(bench, calls=100_000):
    """So many calls followed at once: memory, and how long after its end an outcome is known."""
    bench.fresh()
    with bench.running("--ring-ms", "1000:3000", "--talk-ms", "60000:180000", "--outcomes", "user_hangup=1",
                       account={"limits": {"concurrency": calls}}) as (daemon, provider):
        wait_until(lambda: daemon.metrics().sum("dialerd_calls_open") >= 0.99 * calls, 180, "all calls are open")
        since = bench.cluster.sql("select clock_timestamp()", "bench")
        time.sleep(bench.seconds)
        peak = daemon.memory()
        processor = daemon.processor_seconds()
        p50, p99, ended = bench.cluster.sql(
            "select percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from settled_at - call_ended_at)), "
            f"count(*) from dialerd.attempt where settled_at > '{since}'", "bench").replace("{", "").replace("}", "") \
            .replace("|", ",").split(",")
    details = {"p50_seconds": float(p50), "ended": int(ended), "daemon_cpu_seconds": processor}
    return [Row(f"{calls:,} open calls: memory", peak, 256, "MiB", at_most=True, details=details),
            Row("the same: outcome known after its end, p99", float(p99), 5, "s", at_most=True)]


def many_campaigns(bench):
    """500 campaigns of 50 accounts, against one."""
    rates = {}
    for campaigns, accounts in ((1, 1), (500, 50)):
        bench.fresh(min(bench.leads, 2_000_000), campaigns=campaigns, accounts=accounts)
        with bench.running(campaigns=campaigns, accounts=accounts) as (daemon, provider):
            rates[campaigns] = bench.cycles(daemon, provider)
    return [Row("500 campaigns of 50 accounts, against 1 and 1",
                rates[500]["calls_per_second"] / rates[1]["calls_per_second"], 0.90, details={str(k): v for k, v in rates.items()})]


