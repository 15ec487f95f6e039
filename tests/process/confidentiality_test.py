"""What leaves the database and the provider's line: no key, and nobody's number."""

import http.server
import json
import re
import ssl
import threading
import unittest

from harness import ProcessTest, wait_until

CALLER = "07011112222"


class TellTale(http.server.BaseHTTPRequestHandler):
    """A provider that repeats the key and the numbers in its errors, in all shapes."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        number = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["to_number"]
        shapes = [number, f"{number[:3]}-{number[3:7]}-{number[7:]}", f"+82 {number[1:3]} {number[3:]}",
                  f"82{number[1:]}"]
        error = {"code": "INVALID " + number, "message": "\n".join([self.headers["Authorization"], *shapes])}
        body = json.dumps({"error": error}).encode()
        self.server.told += 1
        self.send_response((400, 500, 401, 503, 409)[self.server.told % 5])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        body = json.dumps({"error": {"code": "X", "message": self.headers["Authorization"]}}).encode()
        self.send_response(500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class ConfidentialityTest(ProcessTest):
    def test_no_key_and_no_number_in_logs_and_reports(self):
        leads = 60
        refused = ["0123456", "0654321"]  # too short for the provider, whose error may repeat them
        self.campaign_of(leads, "--outcomes", "user_hangup=5,dial_no_answer=2,flow_error=1,hung_up_by_a_cat=1",
                         "--ring-ms", "10:50", "--talk-ms", "50:200",
                         *(flag for fault in ("reset-after", "error-500-after", "garbage", "truncated")
                           for flag in ("--fault", f"{fault}=0.05")),
                         "--get-fault", "error-500-before=0.1", "--get-fault", "garbage=0.1",
                         limits={"concurrency": 6}, campaign={"caller_numbers": [CALLER]})
        for number in refused:
            self.db.execute("insert into dialerd.lead (campaign_id, to_number, fields) select campaign_id, "
                            f"'{number}', '{{\"name\": \"short\"}}' from dialerd.campaign")
        # One run with the key, one without the right one: what the provider says of a wrong key is logged too.
        texts = {}
        daemon = self.start_daemon()
        self.sim.wait_for_posts(leads + len(refused), timeout=40)
        texts["status"] = self.dialerd("status")
        texts["report"] = self.dialerd("report", "campaign")
        texts["pause"] = self.dialerd("pause", "campaign", "--reason", "enough")
        texts["check"] = self.dialerd("check")
        texts["status, paused"] = self.dialerd("status")
        texts["resume"] = self.dialerd("resume", "campaign")
        self.assertEqual(daemon.stop(), 0)
        texts["log"] = daemon.log()

        wrong_key = "wrong-key-4c1d9f"
        self.key_file.write_text(wrong_key)
        self.db.execute("update dialerd.lead_state set state = 'ready', next_at = now() where state = 'held'")
        daemon = self.start_daemon()
        self.sim.wait_for_posts(len(self.sim.posts()) + 1)
        daemon.wait_for_log("UNAUTHORIZED")
        self.assertEqual(daemon.stop(), 0)
        texts["log, wrong key"] = daemon.log()
        texts["attempts"] = str(self.db.rows("select detail, disposition, call_status from dialerd.attempt"))

        self.assertIn("debug", texts["log"])
        self.assertIn("in doubt", texts["log"])
        self.assertIn("VALIDATION_ERROR", texts["log"])
        self.check(texts, self.numbers(leads) + refused + [CALLER], (self.key, wrong_key))

    def test_errors_that_repeat_the_key_and_the_number(self):
        self.campaign_of(12)  # for its certificate; the calls go elsewhere
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TellTale)
        server.told = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "tls" / "server.pem", self.folder / "tls" / "server.key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.sim.port = server.server_port
        self.write_config(limits={"concurrency": 12})
        daemon = self.start_daemon()
        wait_until(lambda: server.told >= 12, 15, "all leads are told of")
        daemon.wait_for_log("listing calls failed")
        self.assertEqual(daemon.stop(), 0)
        texts = {"log": daemon.log(), "status": self.dialerd("status"), "report": self.dialerd("report", "campaign"),
                 "attempts": str(self.db.rows("select detail, disposition, call_status from dialerd.attempt"))}
        for kind in ("in doubt: INVALID", "no call: INVALID"):
            self.assertIn(kind, texts["log"])
        self.check(texts, self.numbers(12), [self.key])

    def check(self, texts, numbers, keys):
        for name, text in texts.items():
            with self.subTest(name):
                self.assertGreater(len(text), 0)
                for key in keys:
                    self.assertNotIn(key, text)
                    self.assertNotIn(key[4:-4], text)
                # However it is written: with separators, or without its leading zero.
                plain = re.sub(r"(?<=\d)[-. ](?=\d)", "", text)
                shapes = {number: rf"(?<!\d){number}(?!\d)" if len(number) < 8 else rf"{number[1:]}(?!\d)"
                          for number in numbers}
                found = [number for number, shape in shapes.items()
                         if re.search(shape, text) or re.search(shape, plain)]
                self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
