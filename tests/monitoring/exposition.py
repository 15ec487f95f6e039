"""Reads Prometheus' text format, version 0.0.4, and complains about what the conventions do not allow."""

import re

SAMPLE = re.compile(r'^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')
UNITS = ("_seconds", "_bytes", "_info")
# What a label may be; anything else could grow without bounds.
LABELS = {"account", "campaign", "result", "disposition", "reason", "request", "use", "invariant", "limit", "cause", "wish",
          "version", "le"}


class Family:
    def __init__(self, name, help_text):
        self.name, self.help, self.type = name, help_text, None
        self.samples = {}  # (name, labels as sorted pairs): value

    def labels(self):
        return {label for _, labels in self.samples for label, _ in labels} - {"le"}


def read(text):
    """The families by name."""
    families, family = {}, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, help_text = line.split(" ", 3)
            if name in families:
                raise ValueError(f"{name} comes twice")
            family = families[name] = Family(name, help_text)
        elif line.startswith("# TYPE "):
            _, _, name, family.type = line.split(" ")
            if name != family.name:
                raise ValueError(f"TYPE of {name} after HELP of {family.name}")
        else:
            match = SAMPLE.match(line)
            if not match:
                raise ValueError(f"no sample: {line}")
            name, labels, value = match.groups()
            pairs = tuple(sorted(LABEL.findall(labels or "")))
            if (name, pairs) in family.samples:
                raise ValueError(f"twice: {line}")
            family.samples[name, pairs] = float(value)
    return families


def value(families, name, **labels):
    """One sample's value; None when there is none."""
    base = re.sub(r"_(bucket|sum|count)$", "", name) if name not in families else name
    return families[base].samples.get((name, tuple(sorted(labels.items())))) if base in families else None


def total(families, name, **labels):
    """The sum over all samples that have these labels."""
    wanted = set(labels.items())
    return sum(value for (_, pairs), value in families[name].samples.items() if wanted <= set(pairs))


def faults(families):
    found = []
    for family in families.values():
        name = family.name
        ok_prefix = name.startswith("dialerd_") or name.startswith("process_")
        found += [f"{name}: {what}" for wrong, what in [
            (not ok_prefix, "begins with neither dialerd_ nor process_"),
            (not re.fullmatch(r"[a-z][a-z0-9_]*", name), "not in lower case with underscores"),
            (not family.help or not family.help.endswith("."), "its help is no sentence"),
            (family.type not in ("counter", "gauge", "histogram"), f"of type {family.type}"),
            ((family.type == "counter") != name.endswith("_total"), "_total belongs to counters, and to all of them"),
            (family.type == "histogram" and not name.endswith(UNITS), "a histogram without a base unit"),
            (re.search(r"_(ms|milliseconds|minutes|hours|kilobytes|percent)(_|$)", name), "not in a base unit"),
            (family.labels() - LABELS, f"labels that are not allowed: {sorted(family.labels() - LABELS)}"),
            (not family.samples, "no sample"),
        ] if wrong]
        if family.type == "histogram":
            found += _histogram_faults(family)
    return found


def _histogram_faults(family):
    found, series = [], {}
    for (name, pairs), number in family.samples.items():
        rest = tuple(pair for pair in pairs if pair[0] != "le")
        one = series.setdefault(rest, {"bucket": []})
        kind = name[len(family.name) + 1:]
        if kind == "bucket":
            one["bucket"].append((float(dict(pairs)["le"]), number))
        else:
            one[kind] = number
    for rest, one in series.items():
        counts = [number for _, number in sorted(one["bucket"])]
        if counts != sorted(counts) or sorted(one["bucket"])[-1] != (float("inf"), one.get("count")) or "sum" not in one:
            found.append(f"{family.name}{dict(rest)}: its buckets do not add up")
    return found
