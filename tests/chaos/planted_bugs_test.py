"""Each planted bug can still be planted, and what it makes of the sources still compiles.

    python3 planted_bugs_test.py BUILD_FOLDER [NAME ...]

The sources stay as they are: each changed file is compiled from a copy, for its meaning alone, by the command that the build has
for it. Headers are the build's own, so a bug is planted in sources only.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

import planted_bugs

ROOT = pathlib.Path(__file__).resolve().parents[2]


def commands_of(build):
    entries = json.loads((build / "compile_commands.json").read_text())
    return {pathlib.Path(entry["file"]).resolve(): entry for entry in entries}


def compile_copy(entry, text, folder, name):
    """What the compiler complains of; empty when of nothing."""
    copy = pathlib.Path(folder) / name / pathlib.Path(entry["file"]).relative_to(ROOT)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text)
    words = shlex.split(entry["command"])
    if pathlib.Path(words[0]).name == "ccache":
        words = words[1:]
    words = words[:words.index("-o")] + words[words.index("-o") + 2:]
    words[words.index(entry["file"])] = str(copy)
    # Warnings are for the sound code: a planted bug may leave something unused.
    done = subprocess.run([*words, "-w", "-fsyntax-only"], cwd=entry["directory"], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def main(build, names):
    commands = commands_of(pathlib.Path(build))
    wrong = []
    with tempfile.TemporaryDirectory(prefix="dialerd-planted-") as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = []
        for planted in planted_bugs.load():
            name = planted["name"]
            if names and name not in names:
                continue
            try:
                texts = planted_bugs.edited(planted, ROOT)
            except planted_bugs.CannotPlant as error:
                wrong.append(f"{name}: {error}")
                continue
            for path, text in texts.items():
                if path not in commands:
                    wrong.append(f"{name}: the build has no command for {path.relative_to(ROOT)}")
                    continue
                jobs.append((name, path, pool.submit(timed, compile_copy, commands[path], text, folder, name)))
        for name, path, job in jobs:
            seconds, complaint = job.result()
            print(f"{name:32} {str(path.relative_to(ROOT)):36} {seconds:5.1f} s {'FAILED' if complaint else ''}", flush=True)
            if complaint:
                wrong.append(f"{name}: {path.relative_to(ROOT)} does not compile with it:\n{complaint[:3000]}")
    for text in wrong:
        print("planted bug " + text, file=sys.stderr)
    if wrong:
        print("correct tests/chaos/planted/planted.toml", file=sys.stderr)
    return 1 if wrong else 0


def timed(function, *arguments):
    begin = time.monotonic()
    result = function(*arguments)
    return time.monotonic() - begin, result


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
