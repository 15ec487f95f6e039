"""Judges a run by what it left behind: the provider's ledgers, the database, the daemons' logs, the webhook log.

It shares no code with dialerd and asks it nothing. What was promised it takes from the run's description (world.py): the limits,
windows and time zones that the files name, who was suppressed when, how the database's clock was set. Times are unix
milliseconds by the clock of the provider whose ledger they come from; `clock_offset_ms` is how far that is ahead.

    python3 checker.py FOLDER     judges a run that was kept, by what was collected then (`collected.json`)

The rules, by the names that violations have:

    twice            at most one POST per attempt id, and each POST has an attempt that the database knows
    overlap          at most one call open to a number at any time
    window           no rolling window of an account, a campaign or a caller number has more calls than its limit
    concurrency      nor are more calls open at once
    requests         no second and no minute has more requests of an account than its budget
    hours            no call outside its campaign's windows, on the campaign's clock
    revised          where a campaign's limits were lowered and all daemons had applied it, no call above them is let in
    rest             a reload leaves no POST behind whose answer nobody waits for any more
    halted           no lead of a campaign is claimed between the return of a pause or stop and the resume or start, and no call
                     leaves later than is promised
    suppressed       no call to a person after the opt-out was committed, but for the time that is promised
    caps             no more calls to a person than a frequency cap allows
    outcome          at rest every attempt has one terminal outcome, and it agrees with the ledger
    immutable        what was terminal once has not changed
    leads            each imported lead is there, in a state that its attempts explain
    bounded          memory and descriptors of the daemons stay within bounds
    secret           no API key, path secret or full phone number is in any log
    webhook          each webhook that was answered 2xx is in the inbox
    run              what only the run itself could see: a daemon that ended by itself, or could not be stopped
"""

import collections
import datetime
import json
import math
import pathlib
import re
import subprocess
import sys
import zoneinfo

TERMINAL = {"ended", "rejected", "not_placed", "abandoned"}

# How long after an opt-out was committed a call may still leave: what docs/campaigns.md promises while the database is slow.
# The request's way to the provider (connecting, writing, what the proxies delay) comes on top: `transit_ms` of the run.
SUPPRESSION_MS = 1000

# The same of a lead that was claimed just before its campaign was paused or stopped: docs/operations.md#pausing-and-stopping.
HALT_MS = 1000

RSS_HIGH_KB_MAX = 400 * 1024
DESCRIPTORS_MAX = 250

ATTEMPTS_SQL = """
select a.attempt_id, a.account, c.name as campaign, a.lead_id, a.epoch, a.state, a.disposition, a.call_id, a.from_number,
       a.http_status, a.detail, a.counted, a.settled_at is not null as settled,
       (extract(epoch from a.claimed_at) * 1000)::bigint as claimed_ms
from dialerd.attempt a left join dialerd.campaign c using (campaign_id) order by a.attempt_id
"""
LEADS_SQL = """
select l.lead_id, c.name as campaign, l.to_number, s.state, s.outcome, s.attempts
from dialerd.lead l join dialerd.campaign c using (campaign_id) left join dialerd.lead_state s using (lead_id)
order by l.lead_id
"""
TERMINAL_SQL = """
select attempt_id, state, disposition, call_id, lead_id, counted, epoch,
       (extract(epoch from settled_at) * 1000000)::bigint as settled_us
from dialerd.attempt where state in ('ended', 'rejected', 'not_placed', 'abandoned')
"""
INBOX_SQL = "select account, encode(digest, 'hex') as sha256, verdict from dialerd.webhook_event"


class TerminalRows:
    """Terminal attempts as they were first seen, and those that were seen to be different later."""

    def __init__(self):
        self.first = {}
        self.changed = []
        self.snapshots = 0

    def add(self, rows):
        self.snapshots += 1
        seen = set()
        for row in rows:
            seen.add(row["attempt_id"])
            before = self.first.setdefault(row["attempt_id"], row)
            if before != row:
                self.changed.append((before, row))
        for attempt in self.first.keys() - seen:
            self.changed.append((self.first[attempt], None))


class Verdict:
    def __init__(self):
        self.violations = []
        self.figures = {}
        self.missing = []  # what should have happened sometimes and never did

    def broken(self, rule, text):
        self.violations.append({"rule": rule, "text": text})

    @property
    def passed(self):
        return not self.violations and not self.missing


def read_ledger(path):
    with open(path, encoding="utf-8") as ledger:
        return [json.loads(line) for line in ledger if line.endswith("\n")]


def psql_rows(conninfo, sql):
    done = subprocess.run(
        ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c", f"select coalesce(json_agg(q), '[]') from ({sql}) q"],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"psql: {done.stderr}")
    return json.loads(done.stdout)


def collect(description, folder, terminal_rows, outcome):
    """All that is judged, as one JSON value."""
    conninfo = description["conninfo"]
    terminal = psql_rows(conninfo, TERMINAL_SQL)
    terminal_rows.add(terminal)
    attempts = psql_rows(conninfo, ATTEMPTS_SQL)
    return {
        "description": description,
        "outcome": outcome,
        "ledgers": ledgers_of(description["accounts"], attempts),
        "attempts": attempts,
        "leads": psql_rows(conninfo, LEADS_SQL),
        "changed": terminal_rows.changed,
        "snapshots": terminal_rows.snapshots,
        "logs": {path.name: path.read_text(errors="replace") for path in sorted(pathlib.Path(folder).glob("*.log"))},
        "inbox": psql_rows(conninfo, INBOX_SQL),
        "webhooks": {name: read_ledger(account["webhook_log"]) for name, account in description["accounts"].items()
                     if account.get("webhook_log") and pathlib.Path(account["webhook_log"]).exists()},
    }


def ledgers_of(accounts, attempts):
    """Each account's requests. Where several share a provider, POSTs are told apart by their attempts; GETs are left out."""
    account_of = {attempt["attempt_id"]: attempt["account"] for attempt in attempts}
    sharing = collections.defaultdict(list)
    for name, account in accounts.items():
        sharing[account["ledger"]].append(name)
    ledgers = {name: [] for name in accounts}
    for path, names in sharing.items():
        requests = read_ledger(path)
        if len(names) == 1:
            ledgers[names[0]] = requests
            continue
        for request in requests:
            if request["method"] == "POST":
                ledgers[account_of.get(request["attempt_id"], names[0])].append(request)
    return ledgers


# --- times

def most_open(spans):
    """The most that are open at once, of (begin, end). One that ends as another begins is not open."""
    changes = sorted([(end, -1) for _, end in spans] + [(begin, 1) for begin, _ in spans])
    now_open = most = 0
    at = None
    for when, change in changes:
        now_open += change
        if now_open > most:
            most, at = now_open, when
    return most, at


def most_within(times, length):
    """The most of these times within any stretch [t, t + length), and where the first such stretch ends."""
    times = sorted(times)
    first = most = 0
    at = None
    for last, when in enumerate(times):
        while times[first] <= when - length:
            first += 1
        if last - first + 1 > most:
            most, at = last - first + 1, when
    return most, at


DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def minutes_of(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def window_is_open(windows, timezone, at_ms):
    """Windows with `days: daily` that do not cross midnight, which is what runs use."""
    local = datetime.datetime.fromtimestamp(at_ms / 1000, zoneinfo.ZoneInfo(timezone))
    second = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    for window in windows:
        if window["days"] != "daily":
            raise ValueError("the checker knows only daily windows")
        if minutes_of(window["from"]) * 60 <= second < minutes_of(window["to"]) * 60:
            return True
    return False


# --- the rules

class Books:
    """What was collected, put together: each POST with its attempt and its campaign."""

    def __init__(self, collected):
        self.collected = collected
        self.description = collected["description"]
        self.attempts = {attempt["attempt_id"]: attempt for attempt in collected["attempts"]}
        self.leads = {lead["lead_id"]: lead for lead in collected["leads"]}
        self.posts = []
        for account, requests in collected["ledgers"].items():
            for request in requests:
                if request["method"] == "POST":
                    self.posts.append({**request, "account": account})
        self.calls = [post for post in self.posts if post["created"]]

    def campaign_of(self, post):
        attempt = self.attempts.get(post["attempt_id"])
        return attempt["campaign"] if attempt else None

    def true_ms(self, post):
        """By this machine's clock."""
        return post["at_ms"] - self.description["accounts"][post["account"]].get("clock_offset_ms", 0)


def check_twice(books, verdict):
    seen = collections.Counter(post["attempt_id"] for post in books.posts)
    for attempt, n in seen.items():
        if attempt is None:
            verdict.broken("twice", f"{n} POSTs without an attempt id")
        elif n > 1:
            verdict.broken("twice", f"attempt {attempt} was POSTed {n} times")
    for post in books.posts:
        attempt = books.attempts.get(post["attempt_id"])
        if post["attempt_id"] and attempt is None:
            verdict.broken("twice", f"POST of attempt {post['attempt_id']}, which the database does not know")
        elif attempt and books.leads[attempt["lead_id"]]["to_number"] != post["to_number"]:
            verdict.broken("twice", f"attempt {post['attempt_id']} called another number than its lead's")


def check_overlap(books, verdict):
    by_number = collections.defaultdict(list)
    for call in books.calls:
        by_number[call["account"], call["to_number"]].append((call["at_ms"], call["end_at"], call["attempt_id"]))
    for calls in by_number.values():
        calls.sort()
        for (_, end, first), (begin, _, second) in zip(calls, calls[1:]):
            if begin < end:
                verdict.broken("overlap", f"attempt {second} began {end - begin} ms before the call of {first} had ended")


WINDOWS_MS = {"per_minute": 60_000, "per_hour": 3_600_000, "per_day": 86_400_000}


def limited_nodes(books):
    """(name, limits, calls) of each account, campaign and caller number that has limits."""
    description = books.description
    for name, account in description["accounts"].items():
        calls = [call for call in books.calls if call["account"] == name]
        yield f"account {name}", account.get("limits", {}), calls
        for number, settings in account.get("caller_numbers", {}).items():
            yield (f"caller number of {name}", settings.get("limits", {}),
                   [call for call in calls if call["from_number"] == number])
    for name, one in description["campaigns"].items():
        yield f"campaign {name}", one.get("limits", {}), [call for call in books.calls if books.campaign_of(call) == name]


def check_limits(books, verdict):
    most = {}
    for name, limits, calls in limited_nodes(books):
        for key, length in WINDOWS_MS.items():
            if key in limits:
                n, at = most_within([call["at_ms"] for call in calls], length)
                most[f"{name} {key}"] = f"{n} of {limits[key]}"
                if n > limits[key]:
                    verdict.broken("window", f"{name}: {n} calls {key}, allowed {limits[key]}, at {at}")
        if "concurrency" in limits:
            n, at = most_open([(call["at_ms"], call["end_at"]) for call in calls])
            most[f"{name} concurrency"] = f"{n} of {limits['concurrency']}"
            if n > limits["concurrency"]:
                verdict.broken("concurrency", f"{name}: {n} calls open at {at}, allowed {limits['concurrency']}")
    verdict.figures["most"] = most


def check_revised(books, verdict):
    """A window belongs to the limit that was in force when the last call in it was let in: those before may be more. That of a call
    was in force when it left if it was applied before the call could have been on its way, and was so until it arrived."""
    transit = books.description.get("transit_ms", 0)
    judged = 0
    for revision in books.description.get("revisions", []):
        name, limits = revision["campaign"], revision["limits"]
        begin = revision["applied_at"] * 1000 + transit
        until = revision["until"] * 1000
        calls = [call for call in books.calls if books.campaign_of(call) == name]
        for call in calls:
            at = call["at_ms"]
            if not begin < books.true_ms(call) < until:
                continue
            judged += 1
            for key, length in WINDOWS_MS.items():
                n = sum(1 for other in calls if at - length < other["at_ms"] <= at)
                if n > limits.get(key, n):
                    verdict.broken("revised", f"campaign {name}: attempt {call['attempt_id']} is the {n}th call {key}, allowed "
                                              f"{limits[key]} since a reload")
            n = sum(1 for other in calls if other["at_ms"] <= at < other["end_at"])
            if n > limits.get("concurrency", n):
                verdict.broken("revised", f"campaign {name}: with attempt {call['attempt_id']} {n} calls are open, allowed "
                                          f"{limits['concurrency']} since a reload")
    verdict.figures["calls under lowered limits"] = judged


LEFT_BEHIND = "the daemon stopped before an answer was recorded"
OWNERSHIP = re.compile(r"account (\S+): (?:owned, epoch (\d+)|(no longer owned)|(goes on with its new configuration))")


def check_rest(books, verdict):
    """An account that its own owner takes again for a new configuration: of what it claimed before nothing is found dialling. One
    that did not come to rest within a minute is given up first, and the log says so."""
    for name, text in books.collected["logs"].items():
        if not name.startswith("daemon-"):
            continue
        epochs = {}  # those that it has had since it last lost the account
        for account, epoch, lost, reloaded in OWNERSHIP.findall(text):
            had = epochs.setdefault(account, [])
            if lost:
                had.clear()
            elif epoch:
                had.append(int(epoch))
            if not reloaded or len(had) < 2 or had[-1] != had[-2] + 1:
                continue
            for attempt in books.attempts.values():
                if (attempt["account"], attempt["epoch"]) == (account, had[-2]) and LEFT_BEHIND in (attempt["detail"] or ""):
                    verdict.broken("rest", f"attempt {attempt['attempt_id']} of account {account} was left behind by a reload")


def check_halted(books, verdict):
    transit = books.description.get("transit_ms", 0)
    latest = 0
    for halt in books.description.get("halts", []):
        name, begin = halt["campaign"], halt["returned_at"] * 1000
        until = halt["until"] * 1000 if halt["until"] else math.inf
        for post in books.posts:
            late = books.true_ms(post) - begin
            if books.campaign_of(post) != name or late <= 0 or late >= until - begin:
                continue
            latest = max(latest, late)
            if late > HALT_MS + transit:
                verdict.broken("halted", f"attempt {post['attempt_id']} of {name} was dialled {late:.0f} ms after {halt['how']} "
                                         f"returned, allowed {HALT_MS + transit} ms")
        if books.description.get("clock_steps"):
            continue  # claims have the times of a clock that was wrong
        for attempt in books.attempts.values():
            if attempt["campaign"] == name and begin < attempt["claimed_ms"] < until:
                verdict.broken("halted", f"attempt {attempt['attempt_id']} of {name} was claimed "
                                         f"{attempt['claimed_ms'] - begin:.0f} ms after {halt['how']} returned")
    verdict.figures["latest call after a pause or stop, ms"] = round(latest)


def check_requests(books, verdict):
    """All requests count, those of a killed process too: a new owner is told what was spent."""
    for name, account in books.description["accounts"].items():
        requests = [request["at_ms"] for request in books.collected["ledgers"][name]]
        for key, length in (("per_second", 1000), ("per_minute", 60_000)):
            limit = account.get("requests", {}).get(key)
            if limit is None:
                continue
            n, at = most_within(requests, length)
            verdict.figures.setdefault("most", {})[f"account {name} requests {key}"] = f"{n} of {limit}"
            if n > limit:
                verdict.broken("requests", f"account {name}: {n} requests {key}, allowed {limit}, at {at}")


def clock_error_s(books, at_ms):
    """The steps of the database's clock that were in force around that time: windows are read on that clock."""
    steps = books.description.get("clock_steps", [])
    at = at_ms / 1000
    errors = {0}
    for begin, until, seconds in steps:
        if begin - 2 <= at <= until + 6:
            errors.add(seconds)
    return errors


def check_hours(books, verdict):
    for call in books.posts:
        campaign = books.description["campaigns"].get(books.campaign_of(call))
        if campaign is None:
            continue
        at = books.true_ms(call)
        windows, timezone = campaign["calling_windows"], campaign["timezone"]
        if not any(window_is_open(windows, timezone, at + 1000 * error) for error in clock_error_s(books, at)):
            verdict.broken("hours", f"attempt {call['attempt_id']} of {campaign['campaign']} was dialled at "
                                    f"{datetime.datetime.fromtimestamp(at / 1000, zoneinfo.ZoneInfo(timezone)).time()}")


def check_suppressed(books, verdict):
    transit = books.description.get("transit_ms", 0)
    late_most = 0
    posts = collections.defaultdict(list)
    for post in books.posts:
        posts[post["to_number"]].append(post)
    for entry in books.description["suppressed"]:
        committed = entry["committed_at"] * 1000
        for post in posts[entry["number"]]:
            late = books.true_ms(post) - committed
            allowed = SUPPRESSION_MS + transit
            if late > 0:
                late_most = max(late_most, late)
            if late > allowed:
                verdict.broken("suppressed", f"attempt {post['attempt_id']} was dialled {late:.0f} ms after the opt-out, "
                                             f"allowed {allowed} ms")
    verdict.figures["latest call after an opt-out, ms"] = round(late_most)


def check_caps(books, verdict):
    for name, campaign in books.description["campaigns"].items():
        for cap in campaign.get("frequency_caps", []):
            by_number = collections.Counter(call["to_number"] for call in books.calls if books.campaign_of(call) == name)
            for n in by_number.values():
                if n > cap["attempts"]:
                    verdict.broken("caps", f"campaign {name}: {n} calls to one person, allowed {cap['attempts']}")


def check_outcomes(books, verdict):
    posts = {post["attempt_id"]: post for post in books.posts}
    for attempt in books.attempts.values():
        wrong = wrong_outcome(attempt, posts.get(attempt["attempt_id"]))
        if wrong:
            verdict.broken("outcome", f"attempt {attempt['attempt_id']} ({attempt['state']}, {attempt['disposition']}): {wrong}")
    created = collections.Counter(call["call_id"] for call in books.calls if not settled_by_hand(books, call))
    known = collections.Counter(attempt["call_id"] for attempt in books.attempts.values() if attempt["call_id"])
    for call in (created - known):
        verdict.broken("outcome", f"call {call} was placed and no attempt knows it")
    for call in (known - created):
        verdict.broken("outcome", f"call {call} stands in the database and the provider does not know it")


def settled_by_hand(books, call):
    """An operator said that it was placed, and did not know which call it was."""
    attempt = books.attempts.get(call["attempt_id"])
    return attempt is not None and attempt["disposition"] == "resolved_placed" and attempt["call_id"] is None


def wrong_outcome(attempt, post):
    """What is wrong with an attempt at rest, by the provider's books; None when nothing is."""
    state = attempt["state"]
    if state not in TERMINAL or not attempt["settled"] or not attempt["disposition"] or attempt["counted"] is None:
        return "no outcome"
    if attempt["disposition"] == "resolved_placed":
        return None if post is not None and post["created"] else "no call was placed"
    if post is not None and post["created"]:
        if state != "ended":
            return "the call was placed"
        if attempt["call_id"] != post["call_id"]:
            return "the call's id differs"
        if attempt["disposition"] != post["reason"]:
            return f"the call ended with {post['reason']}"
        return None
    if state not in ("not_placed", "rejected"):
        return "no call was placed"
    if attempt["counted"]:
        return "counted without a call"
    if state == "rejected" and post is None:
        return "rejected without a POST"
    return None


def check_leads(books, verdict):
    attempts = collections.defaultdict(list)
    for attempt in books.attempts.values():
        attempts[attempt["lead_id"]].append(attempt)
    there = collections.Counter(lead["campaign"] for lead in books.leads.values())
    for campaign, n in books.description["imported"].items():
        if there[campaign] != n:
            verdict.broken("leads", f"campaign {campaign}: {n} leads were imported, {there[campaign]} are there")
    suppressed = {entry["number"] for entry in books.description["suppressed"]}
    states = collections.Counter()
    for lead in books.leads.values():
        states[lead["state"]] += 1
        wrong = wrong_lead(lead, in_order(books, attempts[lead["lead_id"]]), lead["to_number"] in suppressed)
        if wrong:
            verdict.broken("leads", f"lead {lead['lead_id']} of {lead['campaign']} ({lead['state']}, {lead['outcome']}): {wrong}")
    verdict.figures["leads"] = {str(state): n for state, n in states.items()}


def in_order(books, attempts):
    """As they were made. Ids are made of the database's time, and so are no order where that was set back: the ledger is,
    and what never reached it explains no state of a lead but `ready`."""
    posted = {post["attempt_id"]: post["at_ms"] for post in books.posts}
    if books.description.get("clock_steps"):
        attempts = [attempt for attempt in attempts if attempt["attempt_id"] in posted or attempt["counted"]]
        return sorted(attempts, key=lambda attempt: posted.get(attempt["attempt_id"], 0))
    return sorted(attempts, key=lambda attempt: attempt["attempt_id"])


def wrong_lead(lead, attempts, suppressed):
    last = attempts[-1] if attempts else None
    counted = sum(1 for attempt in attempts if attempt["counted"])
    if lead["state"] is None:
        return "no state"
    if lead["state"] == "active":
        return "active, and nothing is open"
    if lead["attempts"] != counted:
        return f"{lead['attempts']} attempts, of which {counted} are counted"
    if lead["state"] == "done":
        if lead["outcome"] == "suppressed":
            return None if suppressed else "suppressed by nobody"
        if last is None or last["disposition"] != lead["outcome"]:
            return "no attempt explains it"
    if lead["state"] == "held" and last is None:
        return "held without an attempt"
    return None


def check_immutable(books, verdict):
    for before, after in books.collected["changed"]:
        if after is None:
            verdict.broken("immutable", f"attempt {before['attempt_id']} was {before['state']} and is no longer there as such")
        else:
            differing = ", ".join(f"{key}: {before[key]} -> {after[key]}" for key in before if before[key] != after[key])
            verdict.broken("immutable", f"attempt {before['attempt_id']} changed after its end: {differing}")


def check_bounded(books, verdict):
    for name, values in books.collected["outcome"]["highest"].items():
        if values.get("rss_high_kb", 0) > RSS_HIGH_KB_MAX:
            verdict.broken("bounded", f"{name}: {values['rss_high_kb']} KiB of memory")
        if values.get("descriptors", 0) > DESCRIPTORS_MAX:
            verdict.broken("bounded", f"{name}: {values['descriptors']} descriptors")


PHONE = re.compile(r"(?<![0-9a-zA-Z-])(?:\+?82|0)[1-9][0-9]{8,9}(?![0-9a-zA-Z-])")


def check_secret(books, verdict):
    numbers = {lead["to_number"] for lead in books.leads.values()}
    callers = {number for one in books.description["campaigns"].values() for number in one["caller_numbers"]}
    for name, text in books.collected["logs"].items():
        if name.startswith("voxsim"):
            continue
        for secret in books.description["secrets"]:
            if secret in text:
                verdict.broken("secret", f"{name}: a secret stands there")
        for found in set(PHONE.findall(text)):
            domestic = "0" + found.lstrip("+")[2:] if found.lstrip("+").startswith("82") else found
            if domestic in numbers:
                verdict.broken("secret", f"{name}: the full number of a lead stands there")
            elif domestic in callers:
                verdict.broken("secret", f"{name}: a full caller number stands there")


def check_webhooks(books, verdict):
    """A forged one may be kept only where nothing but its path could tell it apart, and that was right."""
    if not books.collected["webhooks"]:
        return
    kept = {(row["account"], row["sha256"]) for row in books.collected["inbox"]}
    answers = collections.Counter()
    for account, sent in books.collected["webhooks"].items():
        signed = books.description["accounts"][account]["webhooks"] == "trusted"
        for webhook in sent:
            accepted = webhook["status"] is not None and 200 <= webhook["status"] < 300
            answers["accepted" if accepted else "refused or lost"] += 1
            what = f"{webhook['event']} of call {webhook['call_id']}"
            if accepted and (account, webhook["sha256"]) not in kept:
                verdict.broken("webhook", f"{what} was answered {webhook['status']} and is not in the inbox")
            if accepted and webhook.get("forgery") and (signed or webhook["forgery"] == "wrong-path"):
                verdict.broken("webhook", f"{what} was forged ({webhook['forgery']}) and answered {webhook['status']}")
    verdict.figures["webhooks answered 2xx"] = answers["accepted"]
    verdict.figures["webhooks answered otherwise"] = answers["refused or lost"]
    verdict.figures["webhooks kept"] = len(kept)
    verdict.figures["forged webhooks"] = sum(
        1 for sent in books.collected["webhooks"].values() for one in sent if one.get("forgery"))


def check_run(books, verdict):
    for problem in books.collected["outcome"]["problems"]:
        verdict.broken("run", problem)


RULES = [check_twice, check_overlap, check_limits, check_revised, check_rest, check_requests, check_hours,
         check_halted, check_suppressed, check_caps, check_outcomes,
         check_leads, check_immutable, check_bounded, check_secret, check_webhooks, check_run]


# --- what happened

def count(books, verdict):
    logs = "".join(text for name, text in books.collected["logs"].items() if name.startswith("daemon-"))
    attempts = books.attempts.values()
    takeovers = collections.Counter(re.findall(r"account (\S+): owned, epoch", logs))
    found_at_start = sum(int(n) for n in re.findall(r"of them (\d+) in doubt", logs))
    # What was accepted at once has a 2xx and nothing to say about it.
    placed = sum(1 for a in attempts if a["state"] == "ended"
                 and (not 200 <= (a["http_status"] or 0) < 300 or a["detail"]))
    verdict.figures.update({
        "daemon processes": books.collected["outcome"]["daemon_runs"],
        "POSTs": len(books.posts),
        "calls": len(books.calls),
        "attempts": len(books.attempts),
        "doubts raised by an answer": logs.count("the answer is in doubt"),
        "doubts found at a start": found_at_start,
        "doubts resolved as placed": placed,
        "doubts resolved as not placed": sum(1 for a in attempts if a["disposition"] in ("not_placed", "resolved_not_placed")),
        "abandoned": sum(1 for a in attempts if a["state"] == "abandoned"),
        "takeovers": sum(n - 1 for n in takeovers.values()),
        "calls that were retries": len(books.calls) - len({(c["account"], c["to_number"]) for c in books.calls}),
        "pauses and stops": len(books.description.get("halts", [])),
        "reloads with lower limits": len(books.description.get("revisions", [])),
        "opt-outs": len(books.description["suppressed"]),
        "terminal rows compared": books.collected["snapshots"],
    })


# What a kind of fault must have done at least once, by the names of `struck`.
EVIDENCE = {"failpoint": ["failpoint-kill", "failpoint-stop", "failpoint-pause"]}


def not_struck(kinds, injected, struck):
    return [kind for kind in kinds
            if not injected.get(kind) or not any(struck.get(name) for name in EVIDENCE.get(kind, [kind]))]


def check_sometimes(books, verdict):
    outcome = books.collected["outcome"]
    if not books.calls:
        verdict.missing.append("nobody was called")
    if not books.description.get("sometimes"):
        return
    for kind in not_struck(outcome["kinds"], outcome["injected"], outcome["struck"]):
        verdict.missing.append(f"{kind} never struck")
    for figure in ("doubts raised by an answer", "doubts resolved as placed", "doubts resolved as not placed", "takeovers",
                   "calls that were retries", "opt-outs", "webhooks answered 2xx", "forged webhooks"):
        if not verdict.figures.get(figure):
            verdict.missing.append(f"{figure}: none")


def judge(collected):
    books = Books(collected)
    verdict = Verdict()
    for rule in RULES:
        rule(books, verdict)
    count(books, verdict)
    check_sometimes(books, verdict)
    return verdict


def text_of(verdict, collected):
    lines = []
    outcome = collected["outcome"]
    lines.append("faults that struck")
    for kind in sorted(outcome["struck"]):
        if outcome["struck"][kind]:
            lines.append(f"  {kind:28} {outcome['struck'][kind]:>7}")
    for place, n in sorted(outcome["failpoints"].items()):
        lines.append(f"    at {place:52} {n:>4}")
    lines.append("operators")
    for act, n in sorted(outcome["operators"].items()):
        lines.append(f"  {act:28} {n:>7}")
    lines.append("figures")
    for name, value in verdict.figures.items():
        if not isinstance(value, dict):
            lines.append(f"  {name:36} {value:>7}")
    for name in ("leads", "most"):
        for key, value in verdict.figures.get(name, {}).items():
            lines.append(f"  {name + ': ' + key:52} {value}")
    for name, values in outcome["highest"].items():
        lines.append(f"  {name}: {values.get('rss_high_kb', 0) // 1024} MiB, {values.get('descriptors', 0)} descriptors at most")
    for text in verdict.missing:
        lines.append(f"MISSING: {text}")
    lines.append(f"violations: {len(verdict.violations)}")
    for rule, n in collections.Counter(v["rule"] for v in verdict.violations).items():
        lines.append(f"  {rule:12} {n}")
        for violation in [v for v in verdict.violations if v["rule"] == rule][:8]:
            lines.append(f"    {violation['text']}")
    return "\n".join(lines)


def main(folder):
    collected = json.loads((pathlib.Path(folder) / "collected.json").read_text())
    verdict = judge(collected)
    print(text_of(verdict, collected))
    return 0 if verdict.passed else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
