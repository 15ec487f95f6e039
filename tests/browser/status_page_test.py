"""The status page in a real Chromium, served by a real dialerd that calls a simulated provider."""

import base64
import pathlib
import sys
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "process"))

import browser
from harness import ProcessTest, wait_until
from webhook_test import free_port

# Texts whose contrast with what is behind them is less than WCAG 2.2 asks for (1.4.3): 4.5, for large ones 3.
PALE_TEXTS = """(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    if (!node) return [255, 255, 255];
    const colour = parts(getComputedStyle(node).backgroundColor);
    return colour[3] === 0 ? ground(node.parentElement) : over(colour, ground(node.parentElement));
  };
  const pale = [];
  for (const node of document.body.querySelectorAll("*")) {
    const said = [...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.textContent.trim()).join("");
    if (!said || !node.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(node);
    const behind = ground(node);
    let opacity = 1;
    for (let one = node; one; one = one.parentElement) opacity *= Number(getComputedStyle(one).opacity);
    const [r, g, b] = parts(style.color);
    const [low, high] = [light(over([r, g, b, opacity], behind)), light(behind)].sort((x, y) => x - y);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if ((high + 0.05) / (low + 0.05) < (large ? 3 : 4.5)) pale.push(`${said}: ${style.color} on ${behind}`);
  }
  return pale;
})()"""


@unittest.skipUnless(browser.executable(), "no chromium here: deploy/install-dependencies --browser installs it")
class StatusPageTest(ProcessTest):
    def start(self, leads=150, **campaign):
        self.campaign_of(leads, "--ring-ms", "50:300", "--talk-ms", "200:1500", "--outcomes",
                         "user_hangup=50,voicemail_reached=12,dial_no_answer=24,dial_busy=8,dial_failed=6",
                         limits={"concurrency": 20, "per_minute": 600, "per_hour": 6000},
                         campaign={"limits": {"per_second": 8}, **campaign})
        self.serve()

    def serve(self, **monitoring):
        port = free_port()
        self.write_config(limits={"concurrency": 20, "per_minute": 600, "per_hour": 6000},
                          monitoring={"listen": f"127.0.0.1:{port}", **monitoring})
        self.url = f"http://127.0.0.1:{port}/"
        self.daemon = self.start_daemon()
        wait_until(lambda: self.answers("livez"), 20, "the daemon answers")
        self.browser = browser.Browser(self.folder)
        self.addCleanup(self.browser.close)

    def answers(self, path, **headers):
        """The status code; None while nothing listens."""
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers), timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def look(self, **how):
        page = self.browser.page(**how)
        page.open(self.url)
        page.wait("document.querySelector('.campaign')", "the campaign is shown")
        return page

    def assert_blameless(self, page):
        self.assertEqual(page.complaints, [])
        self.assertEqual({url for url in page.requests if not url.startswith(self.url)}, set())
        self.assertIn("default-src 'none'", page.policies[0])

    def test_it_shows_how_the_campaign_goes_on_and_that_it_was_paused(self):
        self.start()
        page = self.look()
        done = "Number(document.querySelector('.progress').getAttribute('aria-valuenow'))"
        first = page.evaluate(done)
        page.wait(f"{done} > {first} + 2", "the campaign's progress changes while it runs")
        page.wait("document.querySelector('#chart-calls canvas') && document.querySelector('#chart-outcomes canvas')",
                  "charts")
        self.assertEqual(page.text(".campaign .state"), "running")
        page.point_at("#chart-calls canvas")
        page.wait("/^\\d\\d:\\d\\d$/.test(document.querySelector('#chart-outcomes .chart-period').innerText)",
                  "both legends tell of the minute that is pointed at")
        self.assertIn("owned by this daemon", page.text("#account-list"))

        self.dialerd("pause", "campaign", "--reason", "complaints from Busan")
        page.wait("document.querySelector('.campaign').dataset.state === 'paused'", "the pause is shown")
        self.assertIn("complaints from Busan", page.text(".campaign-why"))
        self.assert_blameless(page)
        shift = page.evaluate("new Promise((done) => { let sum = 0; new PerformanceObserver((list) => {"
                              "for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;"
                              "}).observe({ type: 'layout-shift', buffered: true }); setTimeout(() => done(sum), 100); })")
        self.assertLess(shift, 0.1, "what is read must not move away")

    def test_a_phone_and_both_themes_and_korean(self):
        self.start()
        for dark in (False, True):
            page = self.look(dark=dark)
            ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            red = int(ground[ground.index("(") + 1:].split(",")[0])
            self.assertEqual(red < 128, dark, ground)
            page.wait("document.querySelector('#chart-outcomes canvas')", "charts")
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            self.assertEqual(page.evaluate(PALE_TEXTS), [])
            self.assert_blameless(page)
        for width in (375, 320):
            page = self.look(width=width, height=812, locale="ko-KR", mobile=True)
            self.assertEqual(page.text("#campaigns-title"), "캠페인")
            self.assertEqual(page.evaluate("document.documentElement.lang"), "ko")
            self.assertEqual(page.text(".campaign .state"), "진행 중")
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width)
            self.assert_blameless(page)
        page.evaluate("document.querySelector('[data-language=en]').click()")
        self.assertEqual(page.text("#campaigns-title"), "Campaigns")
        page.open(self.url)
        page.wait("document.querySelector('.campaign')", "the campaign is shown again")
        self.assertEqual(page.text("#campaigns-title"), "Campaigns", "the choice is remembered")

    def let_in(self, allowed):
        """Whether the database takes connections; those that it has are ended if not."""
        name = self.db.name
        self.db.in_cluster(f"alter database {name} allow_connections {str(allowed).lower()}")
        if not allowed:
            self.db.in_cluster(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")

    def test_without_a_mouse_and_without_eyes(self):
        self.start()
        page = self.look()
        page.press("Tab")
        self.assertEqual(page.evaluate("document.activeElement.className"), "skip")
        self.assertGreaterEqual(page.evaluate("document.activeElement.getBoundingClientRect().left"), 0)
        ranks = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((one) => Number(one.tagName[1]))")
        self.assertEqual(ranks[0], 1)
        self.assertEqual(ranks.count(1), 1)
        self.assertTrue(all(next_one <= one + 1 for one, next_one in zip(ranks, ranks[1:])), ranks)
        names = {one["role"]["value"]: one["name"]["value"] for one in page.call("Accessibility.getFullAXTree")["nodes"]
                 if "role" in one and one.get("name", {}).get("value")}
        self.assertEqual(names["progressbar"], "Progress of campaign")
        self.assertIn("at once", page.evaluate("document.querySelector('[role=meter]').getAttribute('aria-label')"))
        self.assertIn("Calls per minute", page.evaluate("document.querySelector('#chart-calls .plot').getAttribute('aria-label')"))
        page.evaluate("document.querySelector('#chart-outcomes summary').click()")
        page.wait("document.querySelectorAll('#chart-outcomes tbody th[scope=row]').length >= 15", "the chart as a table")

    def test_it_says_so_when_the_database_and_when_dialerd_does_not_answer(self):
        self.start()
        self.let_in(False)
        page = self.browser.page()
        page.open(self.url)
        page.evaluate("window.banner = () => { const b = document.getElementById('stale'); return b.hidden ? '' : b.innerText; }")
        page.wait("banner().includes('The database does not answer')", "a banner")
        self.assertEqual(page.text("#main").strip(), "", "nothing is known: there may be campaigns")
        self.let_in(True)
        page.wait("document.querySelector('.campaign') && banner() === ''", "all is well")
        self.let_in(False)
        page.wait("banner().includes('What you see is from')", "a banner")
        self.daemon.kill()
        page.wait("banner().includes('has not answered for')", "a banner", timeout=30)
        self.assertEqual(page.evaluate("document.getElementById('main').dataset.stale"), "true")
        self.assertEqual(page.evaluate(PALE_TEXTS), [])

    def test_without_the_password_nothing_is_shown_but_how_the_daemon_is(self):
        secret = self.folder / "page-password"
        secret.write_text("a password that is long\n")
        secret.chmod(0o600)
        self.campaign_of(1)
        self.serve(basic_auth={"user": "operations", "password": {"file": str(secret)}})
        for path in ("", "api/status", "assets/x"):
            self.assertEqual(self.answers(path), 401, path)
        for path in ("livez", "readyz", "metrics"):
            self.assertEqual(self.answers(path), 200, path)
        login = base64.b64encode(b"operations:a password that is long").decode()
        self.assertEqual(self.answers("api/status", Authorization=f"Basic {login}"), 200)
        for password, shown in (("a password that is wrong", False), ("a password that is long", True)):
            page = self.browser.page()
            page.log_in("operations", password)
            page.open(self.url)
            if shown:
                page.wait("document.querySelector('.campaign')", "the campaign is shown")
                self.assert_blameless(page)
            else:
                self.assertEqual(page.statuses, [401])
                self.assertFalse(page.evaluate("Boolean(document.querySelector('#campaigns'))"))
        self.assertNotIn("a password that is long", self.daemon.log())


if __name__ == "__main__":
    unittest.main()
