"""How much of a limit is used, and whether any window of it ever holds too much: by voxsim's ledger, that is by the provider's
clock and nothing else."""

import statistics
import time

from measures import Row
from world import say

from books import judge_ledger, most_within  # tests/process, which world.py has made findable

# Each lead is called once, so that a limit and nothing else says when.
CALLS = ("--ring-ms", "20:100", "--talk-ms", "200:1000", "--outcomes", "user_hangup=1")
SECOND = 1_000_000  # microseconds, as the ledger has them


def arrivals(bench, limits, seconds, leads):
    """When the provider took each call of a run of so many seconds, in microseconds by its clock."""
    ledger = bench.folder / "limits.jsonl"
    ledger.unlink(missing_ok=True)
    bench.fresh(leads)
    with bench.running(*CALLS, "--ledger", ledger, account={"limits": limits}) as (daemon, _):
        time.sleep(seconds)
        violations = daemon.metrics().sum("dialerd_invariant_violations_total")
    if violations:
        raise RuntimeError("dialerd counts violated invariants")
    times = sorted(request["at_us"] for request in judge_ledger.read(ledger)
                   if request["method"] == "POST" and request["created"])
    ledger.unlink()
    if not times:
        raise RuntimeError("nobody was called")
    if len(times) >= leads:
        raise RuntimeError(f"all {leads} leads were called: the leads ran out")
    return times


def steady(bench, times):
    """Without the warm-up, and without the end, where calls may have been on their way. And how long that is."""
    begin, end = times[0] + bench.warm_up * SECOND, times[-1] - SECOND
    return [at for at in times if begin <= at < end], end - begin


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def limit_rows(name, used, excess, details):
    return [Row(f"{name}: used share", used * 100, 99.5, "%", details=details),
            Row(f"{name}: calls too many in any window", excess, 0, at_most=True)]


def per_second(bench):
    """1,000 and 100 calls a second; with the latter the jitter: how far each gap is from a hundredth of a second."""
    rows = []
    for limit in (1000, 100):
        seconds = bench.warm_up + bench.seconds
        times = arrivals(bench, {"per_second": limit}, seconds, leads=limit * (seconds + 30))
        taken, length = steady(bench, times)
        most = most_within(times, SECOND)
        interval = SECOND / limit
        off = [abs(b - a - interval) for a, b in zip(taken, taken[1:])]
        details = {"calls": len(taken), "seconds": length / SECOND, "most_in_a_second": most,
                   "milliseconds_off": {share: quantile(off, share) / 1000 for share in (0.5, 0.9, 0.99, 0.999)}}
        used = len(taken) / (limit * length / SECOND)
        say(f"per_second {limit}: {used:.2%} used, at most {most} in a second, p99 {quantile(off, 0.99) / 1000:.2f} ms off")
        rows += limit_rows(f"per_second: {limit:,}", used, max(0, most - limit), details)
    # Those of the last limit, 100.
    return rows + [Row("the same: distance from the ideal gap, p99", details["milliseconds_off"][0.99], 2, "ms", at_most=True)]


def per_hour(bench):
    """3,600 an hour, for longer than an hour: by default five minutes longer."""
    return window(bench, "per_hour", 3600, 3600, getattr(bench, "hour_seconds", 3900))


def window(bench, name, limit, window_seconds, run_seconds):
    """A rolling window without spacing. At the start everything that it admits goes out at once, and there is nothing to measure in
    that. From then on each token can be used again as soon as it comes back, since leads are always due. So of each call it is asked
    how long after the call `limit` before it came, which is the one whose token it has: at best one window. The used share is the
    window over the mean of that, of all tokens of the first window."""
    times = arrivals(bench, {name: limit}, run_seconds, leads=4 * limit)
    again = [(b - a) / SECOND for a, b in zip(times[:limit], times[limit:])]
    if len(again) < limit:
        raise RuntimeError(f"only {len(again)} of the {limit} tokens were used again: the run is too short")
    most = most_within(times, window_seconds * SECOND)
    used = window_seconds / statistics.mean(again)
    details = {"calls": len(times), "first_calls_within_seconds": (times[limit - 1] - times[0]) / SECOND,
               "a_token_was_used_again_after_seconds": {
                   "least": min(again), "mean": statistics.mean(again), "most": max(again)},
               "most_in_a_window": most,
               "used_share": "the window over the mean time after which a token was used again"}
    say(f"{name} {limit}: {used:.2%} used, at most {most} in a window")
    return limit_rows(f"{name}: {limit:,}", used, max(0, most - limit), details)
