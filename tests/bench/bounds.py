"""What the parts reach by themselves on this machine, at this moment: the bound that dialerd is measured against."""

import os
import pathlib
import re
import subprocess

from world import CONNECTIONS, KEY, STATEMENTS, Provider, output_of

HERE = pathlib.Path(__file__).resolve().parent


def posts_per_second(folder, seconds, threads=1):
    """wrk: HTTPS POSTs of the same size against voxsim, over as many kept-alive connections."""
    provider = Provider(folder, threads=threads)
    try:
        said = output_of("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", HERE / "post.lua",
                         f"https://localhost:{provider.port}/v3/calls", env={**os.environ, "KEY": KEY})
    finally:
        provider.kill()
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if refused:
        raise RuntimeError(f"voxsim refused {refused.group(1)} of wrk's POSTs")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))


def leads_per_second(cluster, folder, seconds, database="bench", connections=2, batch=500):
    """pgbench: the daemon's own claim, record and settle, each a transaction of `batch` leads."""
    script = folder / "cycle.sql"
    script.write_text(output_of(STATEMENTS, batch))
    conninfo = output_of(STATEMENTS, "--conninfo", cluster.of(database)).strip()
    command = ["pgbench", "-n", "-M", "extended", "-c", connections, "-j", connections, "-T", seconds, "-f", script]
    cluster.sql("update dialerd.ownership set epoch = 1, lease_until = 'infinity' where account = 'bench'", database)
    before = cluster.sql("select count(*) from dialerd.attempt", database)
    said = output_of(*command, conninfo)
    made = int(cluster.sql("select count(*) from dialerd.attempt", database)) - int(before)
    rate = float(re.search(r"tps = ([\d.]+)", said).group(1)) * batch
    if made < 0.9 * rate * seconds:
        raise RuntimeError(f"pgbench claimed {made} leads where {rate * seconds:.0f} were asked for: the leads ran out")
    return rate


def selects_per_second(cluster, folder, seconds, leads, database="bench"):
    """`pgbench -S` on the lead table: one row by its primary key, prepared, so that machines can be compared."""
    script = folder / "select.sql"
    script.write_text(f"\\set id random(1, {leads})\nselect state from dialerd.lead_state where lead_id = :id;\n")
    said = output_of("pgbench", "-n", "-M", "prepared", "-c", 2, "-j", 2, "-T", seconds, "-f", script, cluster.of(database))
    return float(re.search(r"tps = ([\d.]+)", said).group(1))


def combined(a, b):
    """Of two works that share the machine: calls per second when each call needs one of both."""
    return 1 / (1 / a + 1 / b)


def hold_snapshot(cluster, database="bench"):
    """A session that holds a snapshot, as a forgotten report does, until its standard input is closed."""
    session = subprocess.Popen(["psql", "-Xq", "-d", cluster.of(database)], stdin=subprocess.PIPE, text=True)
    session.stdin.write("begin isolation level repeatable read;\nselect count(*) from dialerd.campaign \\g /dev/null\n")
    session.stdin.flush()
    return session
