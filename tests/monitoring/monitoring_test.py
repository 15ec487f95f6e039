"""The metrics follow Prometheus' conventions; and what people read or are woken by names metrics that exist."""

import json
import os
import pathlib
import re
import subprocess
import unittest

import exposition

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = (SOURCE / "docs" / "monitoring.md").read_text()
ALERTS = SOURCE / "deploy" / "prometheus" / "alerts.yaml"
DASHBOARD = json.loads((SOURCE / "deploy" / "grafana" / "dialerd.json").read_text())
PROMTOOL = os.environ["PROMTOOL"]
# Of what Prometheus itself makes.
MADE_BY_PROMETHEUS = {"up"}
METRIC = re.compile(r"\b(?:dialerd|process)_[a-z0-9_]+\b|\bup\b")


def listing():
    return subprocess.run([os.environ["METRICS_LISTING"]], capture_output=True, text=True, check=True).stdout


TEXT = listing()
FAMILIES = exposition.read(TEXT)
SERIES = {name for family in FAMILIES.values() for name, _ in family.samples} | MADE_BY_PROMETHEUS


def anchors(document):
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def unknown(query):
    """What the query names that is served by nobody. Strings in it are no names."""
    return set(METRIC.findall(re.sub(r'"[^"]*"', '""', query))) - SERIES


def alerts():
    """Name, expression and annotations of each rule, read line by line: the standard library has no YAML."""
    rules = []
    for line in ALERTS.read_text().splitlines():
        text = line.strip()
        if text.startswith("- alert: "):
            rules.append({"alert": text.removeprefix("- alert: "), "lines": []})
        elif rules:
            rules[-1]["lines"].append(text)
    for rule in rules:
        body = "\n".join(rule["lines"])
        rule["expr"] = body[body.index("expr:"):body.index("labels:")]
        rule["severity"] = re.search(r"severity: (\w+)", body).group(1)
        found = re.search(r"runbook_url: (\S+)", body)
        rule["runbook"] = found.group(1) if found else ""
        rule["summary"] = re.search(r"summary: (.+)", body)
    return rules


def promtool(*arguments, text=None):
    return subprocess.run([PROMTOOL, *arguments], input=text, capture_output=True, text=True)


class MetricsTest(unittest.TestCase):
    def test_names_help_and_labels_follow_the_conventions(self):
        self.assertEqual(exposition.faults(FAMILIES), [])

    def test_promtool_has_nothing_to_say(self):
        done = promtool("check", "metrics", text=TEXT)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_every_metric_is_in_the_document_with_its_type_and_labels_and_no_other_is(self):
        rows = re.findall(r"^\| `((?:dialerd|process)_\w+)` \| (\w+) \| ([^|]*)\|", DOCUMENT, re.MULTILINE)
        documented = {name: (kind, tuple(sorted(re.findall(r"`(\w+)`", labels)))) for name, kind, labels in rows}
        self.assertEqual(len(documented), len(rows), "a metric comes twice")
        served = {family.name: (family.type, tuple(sorted(family.labels()))) for family in FAMILIES.values()}
        self.maxDiff = None
        self.assertEqual(documented, served)

    def test_every_label_value_of_a_fixed_set_is_in_the_document(self):
        fixed = {"result", "disposition", "reason", "request", "use", "invariant", "cause", "wish"}
        values = {value for family in FAMILIES.values() for _, pairs in family.samples for label, value in pairs
                  if label in fixed}
        self.assertEqual({value for value in values if f"`{value}`" not in DOCUMENT}, set())


class AlertsTest(unittest.TestCase):
    def test_rules_are_valid(self):
        done = promtool("check", "rules", str(ALERTS))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_rules_fire_when_they_should_and_not_otherwise(self):
        done = promtool("test", "rules", str(ALERTS.with_name("alerts_test.yaml")))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_alert_is_tested(self):
        tested = set(re.findall(r"alertname: (\w+)", ALERTS.with_name("alerts_test.yaml").read_text()))
        self.assertEqual(tested, {rule["alert"] for rule in alerts()})

    def test_rules_name_metrics_that_exist(self):
        for rule in alerts():
            self.assertEqual(unknown(rule["expr"]), set(), rule["alert"])
            self.assertTrue(METRIC.search(rule["expr"]), rule["alert"])

    def test_each_alert_has_a_runbook_that_exists_and_a_summary(self):
        for rule in alerts():
            path, _, anchor = rule["runbook"].partition("#")
            self.assertTrue(path.endswith("docs/monitoring.md"), rule["alert"])
            self.assertEqual(anchor, rule["alert"].lower())
            self.assertIn(anchor, anchors(DOCUMENT), rule["alert"])
            self.assertTrue(rule["summary"], rule["alert"])
            self.assertIn(rule["severity"], ("page", "ticket"))


class DashboardTest(unittest.TestCase):
    def panels(self):
        return [inner for panel in DASHBOARD["panels"] for inner in [panel, *panel.get("panels", [])]]

    def test_every_query_names_metrics_that_exist(self):
        queries = [(panel["title"], target["expr"]) for panel in self.panels() for target in panel.get("targets", [])]
        queries += [(variable["name"], variable["query"]) for variable in DASHBOARD["templating"]["list"]
                    if variable["type"] == "query"]
        self.assertGreater(len(queries), 20)
        for title, query in queries:
            self.assertEqual(unknown(query), set(), title)
            self.assertTrue(METRIC.search(query), title)

    def test_every_query_is_one(self):
        # `promtool check rules` reads expressions as Prometheus does.
        rules = []
        for i, (panel, target) in enumerate((p, t) for p in self.panels() for t in p.get("targets", [])):
            expr = re.sub(r"\$__\w+", "5m", target["expr"])
            rules.append(f"      - record: panel:{i}\n        expr: {json.dumps(expr)}\n")
        text = "groups:\n  - name: dashboard\n    rules:\n" + "".join(rules)
        done = promtool("check", "rules", "--lint=none", "/dev/stdin", text=text)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_panels_have_their_own_ids_places_and_descriptions(self):
        ids = [panel["id"] for panel in self.panels()]
        self.assertEqual(len(ids), len(set(ids)))
        taken = set()
        for panel in DASHBOARD["panels"]:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & taken, f"{panel['title']} lies upon another")
            taken |= cells
            if panel["type"] != "row":
                self.assertTrue(panel.get("description"), panel["title"])
                self.assertTrue(panel["fieldConfig"]["defaults"].get("unit"), panel["title"])


if __name__ == "__main__":
    unittest.main()
