"""Files that people get wrong, and what `dialerd check` says of each, to the letter.

Every broken/NN_name.yaml has its expected output in broken/NN_name.txt. One whose name has `daemon` in it is a dialerd.yaml,
the others are campaigns. After a change of a message: DIALERD_WRITE_EXPECTED=1 writes the .txt files anew, and `git diff`
shows whether somebody who has never seen the program would know what to do.
"""

import os
import pathlib
import subprocess
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent / "broken"


class BrokenFiles(unittest.TestCase):
    maxDiff = None

    def check(self, file):
        arguments = ["--config", file.name] if "_daemon_" in file.name else [file.name]
        return subprocess.run([os.environ["DIALERD_BINARY"], "check", *arguments], cwd=FOLDER, text=True,
                              capture_output=True, timeout=60, check=False)

    def test_each_gets_its_message(self):
        files = sorted(FOLDER.glob("*.yaml"))
        self.assertGreaterEqual(len(files), 30)
        for file in files:
            with self.subTest(file=file.name):
                done = self.check(file)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                expected = file.with_suffix(".txt")
                if os.environ.get("DIALERD_WRITE_EXPECTED"):
                    expected.write_text(done.stderr, encoding="utf-8")
                self.assertEqual(done.stderr, expected.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
