"""Compares the two sets of books that a run leaves: what the provider's ledger says, and what the database says.

The provider's is the truth about who was called; dialerd's must agree with it attempt by attempt.
"""

import importlib.machinery
import importlib.util
import pathlib

_path = pathlib.Path(__file__).resolve().parents[1] / "voxsim" / "judge-ledger"
_loader = importlib.machinery.SourceFileLoader("judge_ledger", str(_path))
judge_ledger = importlib.util.module_from_spec(importlib.util.spec_from_loader("judge_ledger", _loader))
_loader.exec_module(judge_ledger)

TERMINAL = {"ended", "rejected", "not_placed", "abandoned"}

ATTEMPTS_SQL = """
select a.attempt_id, a.state, a.call_id, a.call_status, a.disposition, a.counted, a.from_number, a.http_status,
       a.detail, a.epoch, l.lead_id,
       l.to_number, s.state as lead_state, s.outcome as lead_outcome, s.attempts as lead_attempts,
       a.settled_at is not null as settled, (extract(epoch from a.call_started_at) * 1000)::bigint as start_at,
       (extract(epoch from a.call_ended_at) * 1000)::bigint as end_at
from dialerd.attempt a join dialerd.lead l using (lead_id) join dialerd.lead_state s using (lead_id)
order by a.attempt_id
"""


def attempts_of(database):
    return database.rows(ATTEMPTS_SQL)


def check_ledger(test, requests):
    """By the ledger alone: nobody was called twice for one attempt, nor while a call to the number was open."""
    verdict = judge_ledger.judge(requests)
    test.assertEqual(verdict.twice, [], "attempts POSTed more than once")
    test.assertEqual(verdict.anonymous, 0, "POSTs without an attempt id")
    test.assertEqual(verdict.overlapping, 0, "numbers called while a call to them was open")


def check_books(test, database, requests):
    """For a run at rest: no attempt may be open. Returns the attempts."""
    check_ledger(test, requests)
    attempts = attempts_of(database)
    posts = {request["attempt_id"]: request for request in requests if request["method"] == "POST"}
    test.assertLessEqual(posts.keys(), {attempt["attempt_id"] for attempt in attempts}, "POSTs without an intent")

    problems = []
    for attempt in attempts:
        wrong = _wrong(attempt, posts.get(attempt["attempt_id"]))
        if wrong:
            problems.append(f"{wrong}\n  database: {attempt}\n  ledger: {posts.get(attempt['attempt_id'])}")
    test.assertEqual(problems[:5], [], f"{len(problems)} attempts are wrong in the books")
    created = [post["call_id"] for post in posts.values() if post["created"]]
    test.assertCountEqual([a["call_id"] for a in attempts if a["call_id"]], created)
    _check_leads(test, database)
    return attempts


def _wrong(attempt, post):
    if attempt["state"] not in TERMINAL or not attempt["settled"] or not attempt["disposition"]:
        return "no recorded outcome"
    if post is None or not post["created"]:
        # Nobody was called.
        if attempt["state"] not in ("not_placed", "rejected"):
            return "a call that the provider does not know"
        if attempt["counted"]:
            return "counted without a call"
        if post is None and attempt["state"] != "not_placed":
            return "rejected without a POST"
        return ""
    expected = {"call_id": post["call_id"], "from_number": post["from_number"], "to_number": post["to_number"]}
    if post["end_at"] is None:
        expected |= {"state": "abandoned"}  # it never ends
    else:
        expected |= {"state": "ended", "start_at": post["start_at"], "end_at": post["end_at"],
                     "disposition": post["reason"], "call_status": post["final_status"]}
    if attempt["disposition"] == post["later_reason"]:
        # The provider contradicted itself before it was asked for the first time.
        expected |= {"disposition": post["later_reason"], "call_status": post["later_status"]}
    differing = [key for key, value in expected.items() if attempt[key] != value]
    return "differs in " + ", ".join(differing) if differing else ""


def _check_leads(test, database):
    rows = database.rows("""
        select l.lead_id, s.state, s.attempts, s.outcome,
               (select count(*) from dialerd.attempt a where a.lead_id = l.lead_id and a.counted) as counted,
               (select a.disposition from dialerd.attempt a where a.lead_id = l.lead_id
                order by a.attempt_id desc limit 1) as last_disposition
        from dialerd.lead l left join dialerd.lead_state s using (lead_id)""")
    for row in rows:
        test.assertIsNotNone(row["state"], f"a lead without a state: {row}")
        test.assertEqual(row["attempts"], row["counted"], f"counted attempts differ: {row}")
        test.assertNotEqual(row["state"], "active", f"active, but no attempt is open: {row}")
        if row["state"] == "done" and row["outcome"] != "suppressed":  # that needs no attempt
            test.assertEqual(row["outcome"], row["last_disposition"], f"{row}")


def most_open(calls):
    """The most calls that were open at once, by the provider's clock. One that ends as another begins is not open."""
    changes = sorted([(call["end_at"], -1) for call in calls] + [(call["at_ms"], 1) for call in calls])
    now_open = most = 0
    for _, change in changes:
        now_open += change
        most = max(most, now_open)
    return most


def most_within(times, length):
    """The most of these times within any stretch [t, t + length)."""
    times = sorted(times)
    first = most = 0
    for last, at in enumerate(times):
        while times[first] <= at - length:
            first += 1
        most = max(most, last - first + 1)
    return most
