#!/usr/bin/env python3
"""Makes the pictures of docs/status-page.md: by hand, for it takes its time.

    DIALERD_BINARY=... VOXSIM_BINARY=... DIALERD_TEST_POSTGRES=... tests/browser/pictures.py FOLDER [MINUTES]

after so many minutes of calling (default 30), which the charts then show. The three variables are as ctest sets them
(tests/process/harness.py)."""

import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "process"))

import browser
from scene import Scene, campaigns
from webhook_test import free_port

PICTURES = {
    "light": {"width": 1280, "height": 1300},
    "dark": {"width": 1280, "height": 1300, "dark": True},
    "phone": {"width": 375, "height": 1180, "locale": "ko-KR"},
}


class Pictures(Scene):
    folder_of_pictures = pathlib.Path()
    minutes = 30

    def test_pictures(self):
        self.begin(free_port())
        begun = time.monotonic()
        time.sleep(self.minutes * 60 / 2)
        self.dialerd("pause", "overdue-notice", "--reason", "민원 접수: 부산 지점", "--by", "ops-kim")
        time.sleep(max(0.0, begun + self.minutes * 60 - time.monotonic()))
        chromium = browser.Browser(self.folder)
        self.addCleanup(chromium.close)
        for name, how in PICTURES.items():
            page = chromium.page(**how)
            page.open(self.url)
            page.wait(f"document.querySelectorAll('.campaign').length === {len(campaigns())}", "all campaigns")
            page.wait("document.querySelector('#chart-outcomes canvas')", "charts")
            page.screenshot(self.folder_of_pictures / f"status-page-{name}.png")


if __name__ == "__main__":
    Pictures.folder_of_pictures = pathlib.Path(sys.argv[1]).resolve(strict=True)
    Pictures.minutes = float(sys.argv[2]) if len(sys.argv) > 2 else Pictures.minutes
    unittest.main(argv=sys.argv[:1])
