#!/usr/bin/env python3
"""Runs clang-tidy on sources, but for those that have passed before as they are.

Usage: tests/support/lint_files.py BUILD_FOLDER FILE ...     from the top of a checkout

What a verdict follows from is hashed: clang-tidy's version, .clang-tidy, the compiler's options, and the file as clang
preprocesses it, comments included (NOLINT is one). Passed hashes are empty files in ~/.cache/dialerd-lint.
"""

import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "dialerd-lint"


def local(text):
    """With paths inside the checkout relative to it."""
    return text.replace(os.getcwd().encode(), b".")


def preprocessed(entry):
    """The file's text with everything that it includes."""
    arguments = shlex.split(entry["command"])
    while "clang" not in arguments[0] and arguments[0] != "c++" and not arguments[0].endswith("/c++"):
        arguments.pop(0)  # ccache
    arguments[0] = "clang++"
    out = arguments.index("-o")
    del arguments[out : out + 2]
    arguments[arguments.index("-c")] = "-E"
    return subprocess.run([*arguments, "-CC"], cwd=entry["directory"], capture_output=True, check=True).stdout


def main():
    folder, files = sys.argv[1], sys.argv[2:]
    commands = {entry["file"]: entry for entry in json.loads(pathlib.Path(folder, "compile_commands.json").read_text())}
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    checks = pathlib.Path(".clang-tidy").read_bytes()
    failed = False
    CACHE.mkdir(parents=True, exist_ok=True)
    for file in files:
        entry = commands.get(os.path.abspath(file))
        if entry is None:
            print(f"{file}: in no target of build/dev: name it in its folder's CMakeLists.txt, and run `cmake --preset dev`",
                  file=sys.stderr)
            failed = True
            continue
        basis = (version, checks, local(entry["command"].encode()), local(preprocessed(entry)))
        stamp = CACHE / hashlib.sha256(b"\0".join(basis)).hexdigest()
        if stamp.exists():
            stamp.touch()
            continue
        run = subprocess.run(["clang-tidy", "-p", folder, "--quiet", file], stderr=subprocess.PIPE, text=True)
        sys.stderr.write("".join(line for line in run.stderr.splitlines(True) if "warnings generated" not in line))
        if run.returncode == 0:
            stamp.touch()
        else:
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
