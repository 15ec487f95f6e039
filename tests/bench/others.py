"""What is not dialling: the import of a large file, and a daemon with nothing to do."""

import contextlib
import json
import statistics
import time

from measures import Row
from world import AGENT, DIALERD, KEY, Process, output_of, say

# --- import

# A lead of the file, and the row of dialerd.lead that comes of it. Numbers that Korea has begin with 0102.
CSV_SQL = ("select '010' || lpad(n::text, 8, '0') as number, 'Person ' || n as name, 'Busan' as city "
           "from generate_series(20000001, 20000000 + {rows}) n")
ROW_SQL = ("select 1, '010' || lpad(n::text, 8, '0'), jsonb_build_object('name', 'Person ' || n, 'city', 'Busan') "
           "from generate_series(20000001, 20000000 + {rows}) n")
ROW_COLUMNS = "(campaign_id, to_number, fields)"
LIKE_LEAD = "(like dialerd.lead including all)"
COLUMNS_ALONE = "(like dialerd.lead including identity including defaults)"


def imports(bench):
    """`dialerd import` against the bare COPY of the rows that it adds.

    The bound is `\\copy` of the finished rows from a file, by psql, in one transaction, into a table with all that dialerd.lead has by
    itself: columns, defaults, checks, primary key, unique index. It leaves out what an import does beyond that: to read and check
    phone numbers, to step over those that the campaign has, the foreign keys, and a row with two index entries in
    dialerd.lead_state for each lead. Beside it, of a tenth of the rows: a table of the columns alone, and dialerd.lead itself,
    whose foreign keys and trigger no import can go without."""
    rows, few = bench.leads, max(1, bench.leads // 10)
    csv, csv_few, finished, finished_few = files = [bench.folder / name for name in ("leads.csv", "few.csv", "leads.copy", "few.copy")]
    prepare(bench)
    for path, count in ((csv, rows), (csv_few, few)):
        output_of("psql", "-Xq", "-d", bench.cluster.conninfo, "-c", f"\\copy ({CSV_SQL.format(rows=count)}) to '{path}' csv header")
    for path, count in ((finished, rows), (finished_few, few)):
        output_of("psql", "-Xq", "-d", bench.cluster.conninfo, "-c", f"\\copy ({ROW_SQL.format(rows=count)}) to '{path}'")

    bounds = [rows / copied(bench, finished, LIKE_LEAD)]
    seconds, memory = imported(bench, csv, rows)
    bounds.append(rows / copied(bench, finished, LIKE_LEAD))
    seconds_few, memory_few = imported(bench, csv_few, few)
    details = {"import": rows / seconds, "import_of_a_tenth": few / seconds_few, "copy": bounds,
               "copy_of_a_tenth": few / copied(bench, finished_few, LIKE_LEAD),
               "copy_of_a_tenth_into_columns_alone": few / copied(bench, finished_few, COLUMNS_ALONE),
               "copy_of_a_tenth_into_lead_itself": few / copied(bench, finished_few, None)}
    for path in files:
        path.unlink()
    bound = statistics.mean(bounds)
    say(f"import {rows / seconds:,.0f} rows/s, COPY {bound:,.0f}; memory {memory:.1f} MiB, of a tenth {memory_few:.1f} MiB")
    return [
        Row(f"import of {rows:,} rows, over their COPY", rows / seconds / bound, 0.5, details={"rows_per_second": details}),
        Row("the same: peak memory, over that of a tenth", memory / memory_few, 1.1, at_most=True,
            details={"mib": memory, "mib_of_a_tenth": memory_few}),
    ]


def prepare(bench):
    """The files of a campaign that nobody dials."""
    (bench.folder / "import-key").write_text(KEY + "\n")
    (bench.folder / "import-key").chmod(0o600)
    (bench.folder / "import.yaml").write_text(json.dumps({
        "database": {"conninfo": bench.cluster.of("bench")}, "campaigns": ["import-campaign.yaml"],
        "accounts": {"bench": {"api_key": {"file": str(bench.folder / "import-key")}}}}, indent=1))
    (bench.folder / "import-campaign.yaml").write_text(json.dumps({
        "campaign": "bench", "account": "bench", "agent": {"id": AGENT}, "caller_numbers": ["07011112222"], "region": "KR",
        "timezone": "Asia/Seoul", "calling_windows": [{"days": "daily", "from": "09:00", "to": "20:00"}],
        "dynamic_variables": {"customer_name": "name", "city": "city"}}, indent=1))


def empty_database(bench):
    """With the campaign, which is number 1, and no leads."""
    cluster = bench.cluster
    cluster.sql("drop database if exists bench with (force)")
    cluster.sql("create database bench")
    cluster.migrate("bench")
    cluster.sql("insert into dialerd.campaign (name, account, region) values ('bench', 'bench', 'KR')", "bench")
    cluster.sql("checkpoint")


def copied(bench, path, table):
    """Seconds that the bare COPY takes, into a table of this shape, or without one into dialerd.lead."""
    empty_database(bench)
    if table:
        bench.cluster.sql(f"create table dialerd.bound {table}", "bench")
    begin = time.monotonic()
    output_of("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", bench.cluster.of("bench"), "-c",
              f"\\copy {'dialerd.bound' if table else 'dialerd.lead'} {ROW_COLUMNS} from '{path}'")
    return time.monotonic() - begin


def imported(bench, path, rows):
    """Seconds that the import takes, and its peak memory in MiB."""
    empty_database(bench)
    log = bench.folder / "import.log"
    log.unlink(missing_ok=True)
    begin = time.monotonic()
    process = Process([DIALERD, "import", "bench", path, "--config", bench.folder / "import.yaml"], log)
    memory = 0
    while process.running():
        # Read as it goes: what a process had at most is not told after its end without what its parent had before.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, StopIteration):
            with open(f"/proc/{process.process.pid}/status", encoding="ascii") as status:
                memory = int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
        time.sleep(0.05)
    seconds = time.monotonic() - begin
    if process.wait(1) != 0:
        raise RuntimeError("dialerd import: " + process.log()[-2000:])
    added = bench.cluster.sql("select count(*) from dialerd.lead_state", "bench")
    if added != str(rows):
        raise RuntimeError(f"{added} leads came of {rows} rows")
    return seconds, memory


# --- idle

IDLE_CAMPAIGNS = 100
# A transaction's frame is no query: it asks for nothing. Its count is told in the details.
FRAME = ("begin", "commit", "rollback")


@contextlib.contextmanager
def counting_statements(cluster):
    """pg_stat_statements, which has to be there from the server's start."""
    cluster.sql("alter system set shared_preload_libraries = 'pg_stat_statements'")
    restart(cluster)
    cluster.sql("create extension if not exists pg_stat_statements")
    try:
        yield
    finally:
        cluster.sql("drop extension pg_stat_statements")
        cluster.sql("alter system reset shared_preload_libraries")
        restart(cluster)


def restart(cluster):
    cluster.stop()
    output_of(cluster.tool, "start", cluster.folder)


def idle(bench):
    """A hundred campaigns that are paused, each with leads that are due."""
    with counting_statements(bench.cluster):
        bench.fresh(min(bench.leads, 1_000_000), campaigns=IDLE_CAMPAIGNS)
        bench.cluster.sql("update dialerd.campaign_control set wish = 'paused', changed_by = 'bench'", "bench")
        with bench.running(campaigns=IDLE_CAMPAIGNS) as (daemon, provider):
            time.sleep(bench.warm_up)
            bench.cluster.sql("select pg_stat_statements_reset()")
            requests, processor, server = provider.statistics(), daemon.processor_seconds(), bench.cluster.processor_seconds()
            begin = time.monotonic()
            time.sleep(bench.seconds)
            processor, elapsed = daemon.processor_seconds() - processor, time.monotonic() - begin
            counted = json.loads(bench.cluster.sql(
                "select coalesce(json_agg(json_build_object('query', query, 'calls', calls, 'seconds', total_exec_time / 1000) "
                "order by calls desc), '[]') from pg_stat_statements s join pg_database d on d.oid = s.dbid where datname = 'bench'"))
            server = bench.cluster.processor_seconds() - server
            requests_after = provider.statistics()
            called = daemon.metrics().sum("dialerd_leads_claimed_total")
    if called:
        raise RuntimeError(f"{called:.0f} leads of paused campaigns were claimed")
    frames = {q["query"]: q["calls"] / elapsed for q in counted if q["query"].lower().startswith(FRAME)}
    queries = [q for q in counted if q["query"] not in frames]
    often = queries[0]["calls"] / elapsed if queries else 0
    details = {"seconds": elapsed, "postgres_cpu_share_percent": 100 * server / elapsed, "transactions_per_second": frames,
               "queries_per_second": {" ".join(q["query"].split())[:100]: round(q["calls"] / elapsed, 3) for q in queries},
               "provider_requests": [requests["requests"], requests_after["requests"]] if "requests" in requests else None}
    say(f"idle: {100 * processor / elapsed:.2f} % of a core, PostgreSQL {100 * server / elapsed:.2f} %, "
        f"the most frequent of {len(queries)} queries {often:.2f}/s")
    return [
        Row(f"idle with {IDLE_CAMPAIGNS} paused campaigns: share of a core", 100 * processor / elapsed, 0.5, "%", at_most=True,
            details=details),
        # A query each second is counted once more at either end.
        Row("the same: the most frequent query, per second", often, 1.05, at_most=True),
    ]
