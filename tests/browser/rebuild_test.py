"""The committed files of the status page are what web/build makes of web/src and the lock file, byte for byte."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def files(folder):
    return {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}


@unittest.skipUnless(shutil.which("npm") and shutil.which("node"), "no node and npm here")
class RebuildTest(unittest.TestCase):
    def test_a_rebuild_gives_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            made = pathlib.Path(folder) / "assets"
            done = subprocess.run([SOURCE / "web" / "build", made], capture_output=True, text=True, check=False,
                                  env={**os.environ, "DIALERD_WEB_WORK": str(pathlib.Path(folder) / "work")})
            output = done.stdout + done.stderr
            if done.returncode != 0 and any(word in output for word in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT")):
                self.skipTest("no network to fetch the packages of web/package-lock.json from")
            self.assertEqual(done.returncode, 0, output)
            again, committed = files(made), files(SOURCE / "daemon" / "status_page" / "assets")
            # A bundle is one long line, which is not to be shown or compared letter by letter.
            differing = [name for name in again.keys() | committed.keys() if again.get(name) != committed.get(name)]
            self.assertEqual(differing, [], "run web/build and commit daemon/status_page/assets")


if __name__ == "__main__":
    unittest.main()
