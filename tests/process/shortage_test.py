"""A machine that is short of descriptors when the daemon starts is no fault of the configuration.

systemd does not start a service again that ended with `configuration` (RestartPreventExitStatus=3 in the unit): after a
minute without descriptors no call would be made until somebody came."""

import os
import resource
import subprocess
import unittest

from harness import ProcessTest

OK, FAILED, DATABASE = 0, 1, 5  # daemon/exit_code.h
LOADER_FAILED = 127  # of ld.so: the process never began


class ShortageTest(ProcessTest):
    def run_with_descriptors(self, most):
        """What it ended with and what it said; nothing, if it began and is still trying to get what it lacks."""
        try:
            done = subprocess.run(
                [os.environ["DIALERD_BINARY"], "run", "--until-done", "--config", self.config_file],
                capture_output=True, text=True, timeout=3, check=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
        except subprocess.TimeoutExpired:
            return None
        return done.returncode, done.stdout + done.stderr

    def test_a_start_without_enough_descriptors_may_be_tried_again(self):
        self.start_voxsim()
        self.write_config()
        self.write_campaign()
        told = False
        for most in range(4, 100):
            ended = self.run_with_descriptors(most)
            if ended is None:
                continue
            code, said = ended
            self.assertIn(code, (OK, FAILED, DATABASE, LOADER_FAILED), f"{most} descriptors: {said}")
            if code == OK:
                break
            if code == FAILED:
                self.assertIn("Too many open files", said)
                told = True
        else:
            self.fail("it never had enough")
        self.assertTrue(told)


if __name__ == "__main__":
    unittest.main()
