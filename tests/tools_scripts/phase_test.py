"""Proves that a script made of phases stops at the first that fails, says which, and ends with an
exit code that says so, whatever stands inside the phase."""

import pathlib
import subprocess
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]


def run(script, typed=""):
    whole = f"set -euo pipefail\nsource '{TOP}/tools/phase.sh'\n{script}"
    return subprocess.run(["bash", "-c", whole], capture_output=True, text=True, check=False,
                          input=typed)


class Phase(unittest.TestCase):
    def test_all_phases_run_and_are_listed(self):
        done = run("phase 'first one' echo good\nphase second true\nphases_done 'all passed'")
        self.assertEqual(done.returncode, 0, done.stderr)
        closing = done.stdout[done.stdout.index("=== all passed") :]
        self.assertRegex(closing, r"\d+ s  first one\n +\d+ s  second\n")

    def test_a_failure_inside_a_function_ends_the_script(self):
        done = run("bad() { false; echo went on; }\nphase one true\nphase two bad\nphase three true")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("went on", done.stdout)
        self.assertNotIn("three", done.stdout)
        self.assertIn("FAILED: two", done.stderr)

    def test_a_failure_inside_a_pipe_counts(self):
        self.assertEqual(run("bad() { false | cat; }\nphase one bad").returncode, 1)

    def test_a_phase_does_not_read_the_input_of_the_script(self):
        done = run("phase read bash -c '! read -r line'\nread -r line\necho \"left: $line\"",
                   "for the script\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("left: for the script", done.stdout)


if __name__ == "__main__":
    unittest.main()
