"""A headless Chromium, driven over the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/) by a pipe:
--remote-debugging-pipe takes messages on descriptor 3 and gives them on 4, each ended by a zero byte. No port, no network."""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import time

CANDIDATES = ("chromium", "chromium-browser", "google-chrome")


def executable():
    """The browser's path; None where there is none."""
    return next((path for path in map(shutil.which, CANDIDATES) if path), None)


class Browser:
    def __init__(self, folder: pathlib.Path):
        to_read, self.to = os.pipe()
        self.of, from_write = os.pipe()

        def descriptors():
            # Away from 3 and 4 first: either may be one of the pipes' own numbers.
            a, b = os.dup(to_read), os.dup(from_write)
            a, b = (fd if fd > 4 else os.dup2(fd, fd + 100) for fd in (a, b))
            os.dup2(a, 3)
            os.dup2(b, 4)

        with open(folder / "chromium.log", "wb") as log:
            self.process = subprocess.Popen(
                [executable(), "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
                 "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
                 "--no-first-run", "--hide-scrollbars", f"--user-data-dir={folder / 'profile'}", "about:blank"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=descriptors, close_fds=False,
                env={**os.environ, "HOME": str(folder), "TZ": "Asia/Seoul"})
        os.close(to_read)
        os.close(from_write)
        self.rest = b""
        self.last_id = 0
        self.listeners = []

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.of)

    def _message(self, deadline):
        while b"\0" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.of], [], [], left)[0]:
                return None
            data = os.read(self.of, 1 << 16)
            if not data:
                raise AssertionError("the browser ended")
            self.rest += data
        text, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(text)
        if "method" in message:
            for listener in self.listeners:
                listener(message)
        return message

    def call(self, method, session=None, timeout=30, **params):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        deadline = time.monotonic() + timeout
        while True:
            answer = self._message(deadline)
            if answer is None:
                raise AssertionError(f"{method}: no answer in {timeout} s")
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]

    def page(self, width=1280, height=900, dark=False, locale="en-US", mobile=False):
        return Page(self, width, height, dark, locale, mobile)


class Page:
    """A tab in a context of its own: its storage is empty. Notes every request, and everything that is complained about."""

    def __init__(self, browser, width, height, dark, locale, mobile):
        self.browser = browser
        context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.requests = []
        self.complaints = []
        self.policies = []  # and statuses: of the documents
        self.statuses = []
        browser.listeners.append(self._hear)
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.call(domain + ".enable")
        self.call("Network.setUserAgentOverride", userAgent="dialerd-test", acceptLanguage=locale)
        self.call("Emulation.setLocaleOverride", locale=locale)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def call(self, method, **params):
        return self.browser.call(method, session=self.session, **params)

    def _hear(self, message):
        if message.get("sessionId") != self.session:
            return
        method, params = message["method"], message["params"]
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Network.responseReceived" and params["type"] == "Document":
            headers = {name.lower(): value for name, value in params["response"]["headers"].items()}
            self.statuses.append(params["response"]["status"])
            self.policies.append(headers.get("content-security-policy", ""))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(params["exceptionDetails"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(params["args"])
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"])
        elif method == "Audits.issueAdded" and params["issue"]["code"] == "ContentSecurityPolicyIssue":
            self.complaints.append(params["issue"])

    def log_in(self, user, password):
        """As a browser sends it with each request, once the viewer has typed it."""
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.call("Network.setExtraHTTPHeaders", headers={"Authorization": f"Basic {login}"})

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'", "the page has loaded")

    def evaluate(self, expression):
        """The expression's value in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, expression, what, timeout=20):
        deadline = time.monotonic() + timeout
        while True:
            value = self.evaluate(f"Boolean({expression})")
            if value:
                return
            if time.monotonic() > deadline:
                text = self.evaluate("document.body.innerText")
                raise AssertionError(f"not within {timeout} s: {what}; the page says:\n{text}\n{self.complaints}")
            time.sleep(0.05)

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode={"Tab": 9}[key])

    def point_at(self, selector):
        """The mouse in the middle of it."""
        x, y = self.evaluate(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView();"
                             "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def screenshot(self, path, height=None):
        if height:
            width = self.evaluate("innerWidth")
            self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        shot = self.call("Page.captureScreenshot", format="png")
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))
