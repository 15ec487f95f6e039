"""Webhooks, from the simulated provider and from whoever else finds the port: what they bring about, what is answered,
and what does not get lost."""

import hashlib
import hmac
import http.client
import json
import os
import secrets
import socket
import subprocess
import unittest
import uuid

from books import check_books
from harness import SOURCE, Database, ProcessTest, die_with_the_test, wait_until

LEADS = 30
SIGNATURE = {"header": "X-Vox-Signature", "prefix": "sha256="}
# So seldom that within a test nothing comes of it.
NO_LISTING = {"list_interval": "10m", "horizon": "20m", "abandon_after": "1h"}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Arrangement(ProcessTest):
    def secret(self, name):
        path = self.folder / name
        path.write_text(secrets.token_hex(24) + "\n")
        path.chmod(0o600)
        return path

    def setUp(self):
        super().setUp()
        self.path_secret = self.secret("path-secret")
        self.signing_secret = self.secret("signing-secret")
        self.port = free_port()
        self.webhook_log = self.folder / "webhooks.jsonl"

    def url(self, port=None):
        return f"http://127.0.0.1:{port or self.port}/webhooks/main/{self.path_secret.read_text().strip()}"

    def arrange(self, *flags, signed=False, trusted=False, follow=None, leads=LEADS, **config):
        signing = []
        if signed:
            signing = ["--webhook-sign", f"secret-file={self.signing_secret}"]
        self.start_voxsim("--outcomes", "user_hangup=3,dial_no_answer=1", "--ring-ms", "50:200", "--talk-ms", "100:500",
                          "--webhook-url", self.url(), "--webhook-log", self.webhook_log, "--webhook-retries", "3",
                          *signing, *flags)
        account = {"path_secrets": [{"file": str(self.path_secret)}]}
        if signed:
            account["signature"] = {**SIGNATURE, "secrets": [{"file": str(self.signing_secret)}], "trusted": trusted}
        base = self.config()["accounts"]["main"]
        self.write_config(accounts={"main": {**base, "webhook": account}},
                          webhook={"listen": f"127.0.0.1:{self.port}"}, follow=follow or {}, **config)
        self.write_campaign(retry={"reasons": {"dial_no_answer": {"retry": ["1s"], "max": 1}}})
        if leads:
            self.import_leads(leads)

    def post(self, body, port=None, path=None, method="POST", headers=None):
        """Status and headers of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=15)
        try:
            url = self.url().partition(str(self.port))[2] if path is None else path
            connection.request(method, url, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def status(self, *arguments, **named):
        return self.post(*arguments, **named)[0]

    @staticmethod
    def event(call_id, **call):
        return json.dumps({"event": "call_ended", "webhook_version": "v2", "call": {"call_id": call_id, **call}}).encode()

    def sent(self, kind):
        return [json.loads(line) for line in self.webhook_log.read_text().splitlines()
                if json.loads(line)["kind"] == kind]

    def verdicts(self):
        rows = self.db.rows("select coalesce(verdict, 'pending') as verdict, count(*) as n from dialerd.webhook_event "
                            "group by 1")
        return {row["verdict"]: row["n"] for row in rows}

    def gets(self):
        """Requests that list or look up calls."""
        return [one for one in self.sim.ledger() if one["method"] == "GET"]

    def config_port(self, section):
        return int(json.loads(self.config_file.read_text())[section]["listen"].rpartition(":")[2])


class WebhookTest(Arrangement):
    # --- the provider's webhooks

    def test_calls_end_by_hints_long_before_a_listing_would_tell(self):
        self.arrange("--webhook-unconnected", "ended", follow=NO_LISTING)
        daemon = self.start_daemon("--until-done")
        self.assertEqual(daemon.wait(40), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": LEADS})
        self.assertGreater(self.verdicts()["hint"], LEADS)
        self.assertNotIn("news", self.verdicts())

    def test_trusted_signatures_settle_by_themselves(self):
        self.arrange("--webhook-unconnected", "ended", signed=True, trusted=True, follow=NO_LISTING)
        daemon = self.start_daemon("--until-done")
        self.assertEqual(daemon.wait(40), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": LEADS})
        self.assertGreaterEqual(self.verdicts()["news"], LEADS)
        self.assertLess(len(self.gets()), LEADS, "nothing had to be looked up")

    def test_a_provider_that_does_everything_wrong_changes_no_outcome(self):
        self.arrange("--webhook-duplicate", "0.5", "--webhook-reorder", "0.3", "--webhook-drop", "0.2", "--webhook-forge",
                     "0.5", "--webhook-unknown", "0.3", "--webhook-early", "0.3", "--webhook-unconnected", "ended",
                     signed=True, trusted=True)
        daemon = self.start_daemon("--until-done")
        self.assertEqual(daemon.wait(60), 0)
        check_books(self, self.db, self.sim.ledger())
        self.assertEqual(self.db.lead_states(), {"done": LEADS})
        for kind in ("duplicate", "forged", "unknown", "dropped"):
            self.assertTrue(self.sent(kind), f"voxsim sent none that is {kind}")
        for forged in self.sent("forged"):
            if forged["status"] is not None:
                self.assertEqual(forged["status"], {"wrong-path": 404}.get(forged["forgery"], 401), forged)
        for kind in ("genuine", "duplicate"):
            answered = {one["status"] for one in self.sent(kind) if one["status"] is not None}
            self.assertEqual(answered, {204}, kind)
        self.assertGreater(self.verdicts()["unknown_call"], 0)
        bodies = {one["sha256"] for kind in ("genuine", "duplicate", "unknown", "retry") for one in self.sent(kind)
                  if one["status"] == 204}
        kept = {row["digest"] for row in self.db.rows("select encode(digest, 'hex') as digest from dialerd.webhook_event")}
        self.assertEqual(bodies - kept, set(), "answered with 204, and not in the database")
        self.assertNotIn(self.path_secret.read_text().strip(), daemon.log())
        self.assertNotIn(self.signing_secret.read_text().strip(), daemon.log())

    # --- anybody's requests

    def test_what_is_answered(self):
        self.arrange(leads=0, signed=True, monitoring={"listen": f"127.0.0.1:{free_port()}"})
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 1")
        key = self.signing_secret.read_text().strip().encode()

        def signed(body):
            return {"X-Vox-Signature": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()}

        body = self.event("call-1")
        self.assertEqual(self.status(body, headers=signed(body)), 204)
        self.assertEqual(self.status(body, headers=signed(body)), 204, "a duplicate")
        self.assertEqual(self.status(body, path="/webhooks/main/wrong"), 404)
        self.assertEqual(self.status(body, path="/webhooks/other/" + self.path_secret.read_text().strip()), 404)
        self.assertEqual(self.status(None, method="GET"), 405)
        self.assertEqual(self.status(body), 401)
        self.assertEqual(self.status(body, headers=signed(b"else")), 401)
        self.assertEqual(self.status(b"{", headers=signed(b"{")), 400)
        nobody = json.dumps({"event": "call_ended"}).encode()
        self.assertEqual(self.status(nobody, headers=signed(nobody)), 400)
        self.assertEqual(self.status(b" " * (256 * 1024 + 1), headers=signed(body)), 413)
        self.assertEqual(self.status(body, headers={"X-Long": "x" * 9000}), 431)
        wait_until(lambda: self.verdicts() == {"hint": 1}, 10, "the one event is handled")

        port = self.config_port("monitoring")
        self.assertEqual(self.status(None, port=port, path="/livez", method="GET"), 200)
        status, _, said = self.post(None, port=port, path="/readyz", method="GET")
        self.assertEqual((status, json.loads(said)["ready"]), (200, True))
        self.assertEqual(daemon.stop(), 0)
        with self.assertRaises(ConnectionRefusedError):
            self.post(body)

    def test_what_another_daemon_receives_reaches_the_owner(self):
        self.arrange(follow=NO_LISTING, leads=1)
        owner = self.start_daemon()
        owner.wait_for_log("owned, epoch 1")
        own_config = self.config_file
        standby_port = free_port()
        changed = json.loads(own_config.read_text())
        changed["webhook"]["listen"] = f"127.0.0.1:{standby_port}"
        standby_config = self.folder / "standby.yaml"
        standby_config.write_text(json.dumps(changed))
        standby = self.start_daemon(config_file=standby_config)
        standby.wait_for_log("webhooks: listening")
        body = self.event("call-of-nobody", metadata={"attempt_id": str(uuid.uuid4())})
        self.assertEqual(self.status(body, port=standby_port), 204)
        wait_until(lambda: self.verdicts().get("unknown_call") == 1, 10, "the owner was told")
        self.assertNotIn(": owned,", standby.log())

    # --- refusals to start

    def test_a_start_without_good_secrets_or_certificate_says_why(self):
        self.arrange(leads=0)
        self.path_secret.write_text("short\n")
        self.assert_refuses("is shorter than 24 characters; make one with `openssl rand -hex 24`")
        self.path_secret.unlink()
        self.assert_refuses("account main: its webhook's path secret: ")

    def test_systemds_socket_is_taken_up(self):
        self.arrange(leads=0)
        config = json.loads(self.config_file.read_text())
        config["webhook"]["listen"] = "systemd"
        self.config_file.write_text(json.dumps(config))
        log = self.folder / "activated.log"
        # As systemd does it (sd_listen_fds(3)): the socket as descriptor 3, and the variables for this process alone.
        with socket.create_server(("", self.port)) as listening, open(log, "wb") as output:
            daemon = subprocess.Popen(
                ["sh", "-c", f'exec 3<&{listening.fileno()}; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"', "sh",
                 os.environ["DIALERD_BINARY"], "run", "--config", self.config_file],
                stdout=output, stderr=output, pass_fds=[listening.fileno()], preexec_fn=die_with_the_test)
            self.addCleanup(daemon.wait)
            self.addCleanup(daemon.kill)
            # The socket listens already: what comes before the daemon waits.
            self.assertEqual(self.status(self.event("call-1")), 204)
            daemon.terminate()
            self.assertEqual(daemon.wait(15), 0)
            self.assertIn("webhooks: listening on systemd's sockets", log.read_text())
            self.assertIn("webhooks: listening without TLS on an address that others reach", log.read_text())

    def test_a_start_without_systemds_sockets_says_so(self):
        self.arrange(leads=0)
        config = json.loads(self.config_file.read_text())
        config["webhook"]["listen"] = "systemd"
        self.config_file.write_text(json.dumps(config))
        self.assert_refuses("systemd handed over no socket", code=1)

    def test_what_may_pass_by_itself_lets_systemd_start_again(self):
        self.arrange(leads=0)
        with socket.create_server(("127.0.0.1", self.port)):
            self.assert_refuses(f"listening on 127.0.0.1, port {self.port}: Address already in use", code=1)
        config = json.loads(self.config_file.read_text())
        key = self.folder / "tls-key.pem"
        config["webhook"]["tls"] = {"certificate": str(self.sim.ca_file), "key": str(key)}
        self.config_file.write_text(json.dumps(config))
        self.assert_refuses("tls-key.pem: the TLS key cannot be reached", code=1)
        key.write_text("half a key")
        key.chmod(0o600)
        self.assert_refuses("tls-key.pem: cannot be read as a TLS key", code=1)
        key.chmod(0o644)
        self.assert_refuses("tls-key.pem: others may read this TLS key", code=3)

    def assert_refuses(self, why, code=3):
        done = self.command("run")
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(why, done.stderr)


class WebhooksWithoutDatabaseTest(Arrangement):
    """Has a cluster of its own, because it is stopped."""

    def postgres(self, command, *options):
        done = subprocess.run([SOURCE / "deploy" / "private-postgres", command, self.folder / "postgres", *options],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def make_database(self):
        self.addCleanup(self.postgres, "stop", "--immediate")
        self.postgres("start", "--small")
        return Database(self.postgres("conninfo"))

    def readyz(self):
        return self.status(None, port=self.config_port("monitoring"), path="/readyz", method="GET")

    def test_nothing_is_answered_that_is_not_kept(self):
        self.arrange(leads=0, monitoring={"listen": f"127.0.0.1:{free_port()}"})
        daemon = self.start_daemon()
        daemon.wait_for_log("owned, epoch 1")
        # So that it is webhooks alone that find the database away and back, beside the daemon's housekeeping.
        self.dialerd("pause", "campaign", "--reason", "a test")
        daemon.wait_for_log("campaign campaign: paused")
        self.assertEqual(self.status(self.event("before")), 204)
        self.postgres("stop", "--immediate")
        status, headers, _ = self.post(self.event("meanwhile"))
        self.assertEqual((status, headers["Retry-After"]), (503, "5"))
        self.assertEqual(self.readyz(), 503)
        self.postgres("start", "--small")
        # Though the sender has given up, and no other webhook comes.
        wait_until(lambda: self.readyz() == 200, 10, "ready again")
        wait_until(lambda: "database: works again" in daemon.log(), 5, "the log says so")
        wait_until(lambda: self.status(self.event("meanwhile")) == 204, 20, "it is kept when the database is back")
        calls = {row["call_id"] for row in self.db.rows("select call_id from dialerd.webhook_event")}
        self.assertEqual(calls, {"before", "meanwhile"})
        wait_until(lambda: "pending" not in self.verdicts(), 20, "all are handled")


if __name__ == "__main__":
    unittest.main()
