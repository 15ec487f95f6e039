"""What cmake/Hardening.cmake asks for is in the binary."""

import os
import subprocess
import unittest

BINARY = os.environ["DIALERD_BINARY"]


def readelf(*options):
    return subprocess.run(["readelf", "--wide", *options, BINARY], check=True, capture_output=True, text=True).stdout


class HardeningTest(unittest.TestCase):
    def test_position_independent(self):
        self.assertIn("DYN (Position-Independent Executable file)", readelf("--file-header"))

    def test_symbols_are_bound_at_the_start_and_read_only(self):
        self.assertIn("GNU_RELRO", readelf("--program-headers"))
        self.assertRegex(readelf("--dynamic"), r"FLAGS_1.*NOW.*PIE")

    def test_nothing_is_writable_and_executable(self):
        for line in readelf("--program-headers").splitlines():
            fields = line.split()
            if fields and fields[0] in ("LOAD", "GNU_STACK"):
                flags = "".join(fields[6:-1])
                self.assertFalse("W" in flags and "E" in flags, line)
        self.assertIn("GNU_STACK", readelf("--program-headers"))

    def test_checked_functions_and_canaries(self):
        symbols = readelf("--dyn-syms")
        self.assertIn("__stack_chk_fail", symbols)
        self.assertRegex(symbols, r"__(memcpy|read|recv|snprintf|vsnprintf|fprintf|fread|memmove|memset)_chk")
        self.assertIn("__glibcxx_assert_fail", symbols)

    def test_targets_of_indirect_branches_are_marked(self):
        main = subprocess.run(["objdump", "--disassemble=main", BINARY], check=True, capture_output=True, text=True).stdout
        self.assertRegex(main, r"<main>:\n.*endbr64")

    def test_no_search_path_of_the_build_machine(self):
        self.assertNotRegex(readelf("--dynamic"), r"RPATH|RUNPATH")


if __name__ == "__main__":
    unittest.main()
