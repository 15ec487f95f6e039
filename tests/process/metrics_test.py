"""What Prometheus is told, compared with what really happened: the provider's ledger, the webhooks that were sent, the
database."""

import json
import pathlib
import sys
import time
import unittest
import urllib.error
import urllib.request

from harness import ProcessTest, wait_until
from webhook_test import Arrangement, free_port

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "monitoring"))
import exposition  # noqa: E402

LEADS = 40
INVARIANTS = "dialerd_invariant_violations_total"


class Scraping:
    def monitoring(self):
        self.metrics_port = free_port()
        return {"listen": f"127.0.0.1:{self.metrics_port}"}

    def scrape(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as answer:
            self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
            return exposition.read(answer.read().decode())

    def value(self, name, **labels):
        return exposition.value(self.scrape(), name, **labels)

    def total(self, name, **labels):
        return exposition.total(self.scrape(), name, **labels)

    def wait_for_value(self, wanted, name, timeout=20, **labels):
        wait_until(lambda: self.total(name, **labels) == wanted, timeout, f"{name}{labels} is {wanted}")


class MetricsTest(Scraping, ProcessTest):
    def wait_for_the_end(self):
        wait_until(lambda: self.db.lead_states() == {"done": LEADS}, 40, "every lead is done")
        wait_until(lambda: self.total("dialerd_campaign_attempts") == 0, 10, "everything is settled")

    def answered(self, metrics, result):
        return exposition.total(metrics, "dialerd_attempts_answered_total", result=result)

    def test_counters_agree_with_the_providers_ledger(self):
        self.campaign_of(LEADS, "--outcomes", "user_hangup=2,dial_no_answer=1", "--ring-ms", "20:80", "--talk-ms",
                         "100:300", "--seed", "3", monitoring=self.monitoring(),
                         campaign={"limits": {"concurrency": 10, "per_hour": 1000}, "retry": {"max_attempts": 1}})
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 1")
        self.wait_for_the_end()
        metrics = self.scrape()
        self.assertEqual(exposition.faults({name: family for name, family in metrics.items()}), [])
        posts = self.sim.posts()
        self.assertEqual(self.answered(metrics, "accepted"), len([post for post in posts if post["created"]]))
        self.assertEqual(exposition.total(metrics, "dialerd_attempts_answered_total"), len(posts))
        self.assertEqual(exposition.value(metrics, "dialerd_post_duration_seconds_count", account="main"), len(posts))
        # By what the calls came to.
        for reason, group in {"user_hangup": "conversation", "dial_no_answer": "no_contact"}.items():
            self.assertEqual(exposition.total(metrics, "dialerd_attempts_settled_total", disposition=group),
                             len([post for post in posts if post["reason"] == reason]), reason)
        self.assertEqual(exposition.total(metrics, "dialerd_attempts_settled_total"), LEADS)
        self.assertEqual(exposition.total(metrics, "dialerd_leads_claimed_total", campaign="campaign"), LEADS)
        self.assertEqual(exposition.total(metrics, INVARIANTS), 0)
        # And of what is now.
        one = {"account": "main"}
        self.assertEqual(exposition.value(metrics, "dialerd_account_owned", **one), 1)
        self.assertEqual(exposition.value(metrics, "dialerd_account_epoch", **one), 1)
        self.assertEqual(exposition.value(metrics, "dialerd_account_limit_capacity", limit="concurrency", **one), 40)
        of = {"account": "main", "campaign": "campaign"}
        self.assertEqual(exposition.value(metrics, "dialerd_campaign_limit_capacity", limit="per_hour", **of), 1000)
        self.assertEqual(exposition.value(metrics, "dialerd_campaign_limit_used", limit="per_hour", **of), len(posts))
        self.assertEqual(exposition.value(metrics, "dialerd_ready"), 1)
        self.assertGreater(exposition.value(metrics, "dialerd_event_loop_lag_seconds_count"), 0)
        self.assertGreater(exposition.value(metrics, "process_resident_memory_bytes"), 1e6)
        self.assertAlmostEqual(exposition.value(metrics, "process_start_time_seconds"), time.time(), delta=120)
        self.dialerd("pause", "campaign", "--reason", "a test")
        self.wait_for_value(1, "dialerd_campaign_wish", campaign="campaign", wish="paused")
        self.assertEqual(daemon.stop(), 0)

    def test_lost_answers_show_as_doubts_until_they_are_found_out(self):
        self.campaign_of(LEADS, "--fault", "reset-after=0.15", "--fault", "reset-before=0.15", "--outcomes",
                         "user_hangup=1", "--ring-ms", "20:80", "--talk-ms", "1000:2000", "--list-lag-ms", "300:800",
                         "--seed", "5", monitoring=self.monitoring(), campaign={"retry": {"max_attempts": 1}})
        self.start_daemon().wait_for_log("owned, epoch 1")
        def shown():
            metrics = self.scrape()
            doubts = exposition.value(metrics, "dialerd_attempts_in_doubt", account="main")
            oldest = exposition.value(metrics, "dialerd_attempts_oldest_doubt_timestamp_seconds", account="main")
            return doubts, oldest
        _, oldest = wait_until(lambda: (found := shown())[0] and found, 20, "an attempt is in doubt")
        self.assertAlmostEqual(oldest, time.time(), delta=60)
        self.wait_for_the_end()
        self.assertEqual(shown(), (0, None))
        metrics, posts = self.scrape(), self.sim.posts()
        lost = [post for post in posts if post["outcome"] in ("reset-after", "reset-before")]
        self.assertEqual(self.answered(metrics, "unknown"), len(lost))
        self.assertEqual(self.answered(metrics, "accepted"), len([post for post in posts if post["outcome"] == "accepted"]))
        never = [post for post in lost if not post["created"]]
        self.assertEqual(exposition.total(metrics, "dialerd_attempts_settled_total", disposition="not_placed"), len(never))
        self.assertEqual(exposition.total(metrics, INVARIANTS), 0)

    def test_a_refused_account_waits_and_says_why(self):
        self.campaign_of(LEADS, monitoring=self.monitoring())
        self.key_file.write_text("a-key-of-nobody\n")
        self.start_daemon().wait_for_log("owned, epoch 1")
        self.wait_for_value(1, "dialerd_account_waiting", cause="account_fault")
        self.assertGreater(self.total("dialerd_attempts_answered_total", result="account_fault"), 0)
        self.assertEqual(self.total("dialerd_attempts_settled_total", disposition="conversation"), 0)

    def test_only_get_is_answered(self):
        self.campaign_of(1, monitoring=self.monitoring())
        self.start_daemon().wait_for_log("owned, epoch 1")
        request = urllib.request.Request(f"http://127.0.0.1:{self.metrics_port}/metrics", method="POST", data=b"")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        self.assertEqual(refused.exception.code, 405)
        refused.exception.close()


class WebhookMetricsTest(Scraping, Arrangement):
    def test_every_webhook_is_counted_by_what_became_of_it(self):
        self.arrange(leads=0, signed=True, monitoring=self.monitoring())
        self.start_daemon().wait_for_log("owned, epoch 1")
        import hashlib
        import hmac
        key = self.signing_secret.read_text().strip().encode()
        def signed(body):
            return {"X-Vox-Signature": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()}
        body = self.event("call-1")
        for _ in range(2):
            self.assertEqual(self.status(body, headers=signed(body)), 204)
        sent = {
            "path": lambda: self.status(body, path="/webhooks/main/wrong"),
            "method": lambda: self.status(None, method="GET"),
            "unsigned": lambda: self.status(body),
            "signature": lambda: self.status(body, headers=signed(b"else")),
            "unreadable": lambda: self.status(b"{", headers=signed(b"{")),
            "body_too_large": lambda: self.status(b" " * (256 * 1024 + 1), headers=signed(body)),
            "header_too_large": lambda: self.status(body, headers={"X-Long": "x" * 9000}),
        }
        for i, (_, send) in enumerate(sent.items()):
            for _ in range(i + 1):
                send()
        metrics = self.scrape()
        rejected = {dict(pairs)["reason"]: value
                    for (_, pairs), value in metrics["dialerd_webhooks_rejected_total"].samples.items() if value}
        self.assertEqual(rejected, {reason: i + 1 for i, reason in enumerate(sent)})
        self.assertEqual(exposition.value(metrics, "dialerd_webhooks_received_total", account="main"), 2)
        # A reason is a fixed word: nothing that was sent is shown.
        self.assertNotIn(self.path_secret.read_text().strip(), json.dumps(sorted(rejected)))


if __name__ == "__main__":
    unittest.main()
