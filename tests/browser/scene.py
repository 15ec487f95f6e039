"""What the status page's pictures show: a daemon in the middle of its day, with campaigns in each state and with troubles that
are real. Two accounts at two simulated providers; the first takes fewer calls than was thought, and now and then an answer of it is
lost; the second runs out of money."""

import datetime
import json
import os
import secrets
import zoneinfo

from harness import Process, ProcessTest, Voxsim

OUTCOMES = "user_hangup=44,voicemail_reached=13,dial_no_answer=26,dial_busy=8,dial_declined=4,dial_failed=5"
LIMITS = {"main": {"concurrency": 48, "per_second": 4, "per_hour": 6000, "per_day": 40000},
          "partner": {"concurrency": 12, "per_hour": 1200}}
PROVIDERS = {"main": ("--concurrency", "44", "--fault", "reset-after=0.002"), "partner": ("--balance", "150")}
NUMBERS = ["07011112222", "07011113333", "07011114444"]
RETRY = {"max_attempts": 4, "reasons": {"dial_no_answer": {"retry": ["4m", "3h"]}, "dial_busy": {"retry": ["2m", "1h"]}}}
CAREFUL = {**RETRY, "reasons": {**RETRY["reasons"], "dial_failed": "hold"}}


def tomorrow():
    return str(datetime.datetime.now(zoneinfo.ZoneInfo("Asia/Seoul")).date() + datetime.timedelta(days=1))


def campaigns():
    """By name: how many leads, and the settings."""
    return {
        "spring-renewal": (4200, {"share": {"weight": 3}, "retry": RETRY}),
        "satisfaction-survey": (900, {"limits": {"concurrency": 14, "per_hour": 900}, "retry": CAREFUL}),
        "overdue-notice": (1300, {"share": {"weight": 2}, "retry": RETRY}),
        "welcome-call": (40, {"share": {"priority": 1}, "retry": {"max_attempts": 1}}),
        "winter-event": (2500, {"start_date": tomorrow()}),
        "partner-introduction": (800, {"account": "partner", "caller_numbers": ["07022225555"]}),
    }


class Scene(ProcessTest):
    """`begin` sets it up; then `self.url` is the page's address."""

    def begin(self, port):
        self.write_configuration(port)
        for name, (_, settings) in campaigns().items():
            self.write_campaign(name, **{"caller_numbers": NUMBERS, **settings})
        for i, (name, (n, _)) in enumerate(campaigns().items()):
            people = self.write_leads(self.numbers(n, 100_000 * i), f"{name}.csv")
            self.dialerd("import", name, str(people))
        self.daemon = Process([*named("calls-1"), os.environ["DIALERD_BINARY"], "run", "--config", self.config_file],
                              self.folder / "dialerd.log")
        self.addCleanup(self.daemon.kill)
        self.url = f"http://127.0.0.1:{port}/"

    def write_configuration(self, port):
        authorities, accounts = [], {}
        for name, flags in PROVIDERS.items():
            folder = self.folder / name
            folder.mkdir()
            key = folder / "api-key"
            key.touch(0o600)
            key.write_text("test-key-" + secrets.token_hex(16) + "\n")
            sim = Voxsim(folder, key.read_text().strip(), "--ring-ms", "3000:18000", "--talk-ms", "6000:75000",
                         "--list-lag-ms", "500:4000", "--outcomes", OUTCOMES, *flags)
            self.addCleanup(sim.kill)
            authorities.append(sim.ca_file.read_text())
            accounts[name] = {"base_url": f"https://localhost:{sim.port}", "api_key": {"file": str(key)},
                              "limits": LIMITS[name]}
        accounts["main"]["caller_numbers"] = {NUMBERS[0]: {"limits": {"per_day": 5000}},
                                              NUMBERS[1]: {"limits": {"per_day": 5000}}, NUMBERS[2]: {"rested": True}}
        (self.folder / "ca.pem").write_text("".join(authorities))
        config = self.config(
            campaigns=[f"{name}.yaml" for name in campaigns()], monitoring={"listen": f"127.0.0.1:{port}"},
            http={"ca_file": str(self.folder / "ca.pem")},
            follow={"list_interval": "2s", "list_lag": "15s", "horizon": "30m", "abandon_after": "2h"})
        config["accounts"] = accounts
        self.config_file.write_text(json.dumps(config, indent=1))


def named(host):
    """The machine's name in the pictures is made up; that needs root."""
    return ["unshare", "--uts", "sh", "-c", f'hostname {host} && exec "$@"', "sh"] if os.geteuid() == 0 else []
