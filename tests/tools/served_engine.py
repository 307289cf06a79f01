"""An engine that runs for a script on a clock that the script moves, and the program's other commands
beside it. Shared by the scripts that test reconciliations."""

import os
import signal
import subprocess


def euros(cents):
    return "%s%d.%02d" % ("-" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100)


class ServedEngine:
    """The engine of a data directory, from start() to stop()."""

    def __init__(self, daybook, data):
        self.daybook = daybook
        self.data = data
        self.environment = dict(os.environ)
        self.engine = None

    def call(self, *arguments, token=None, text=None):
        """Runs a command, with `text` on its standard input, and as who has the token."""
        environment = {**self.environment, **({"DAYBOOK_TOKEN": token} if token else {})}
        return subprocess.run([self.daybook, *map(str, arguments)], capture_output=True, text=True,
                              check=False, env=environment, input=text)

    def run(self, *arguments, good=(0,), token=None, text=None):
        """Its output. The exit code must be a good one."""
        done = self.call(*arguments, token=token, text=text)
        assert done.returncode in good, (arguments, done.returncode, done.stdout[-2000:],
                                         done.stderr[-2000:])
        return done.stdout

    def start(self, *options):
        self.engine = subprocess.Popen(
            [self.daybook, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--clock",
             "manual", *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.engine.stdout:
            if line.startswith("listening on "):
                self.environment["DAYBOOK_CONNECT"] = line.split()[-1]
                return
        raise AssertionError("the engine did not start")

    def kill(self):
        self.engine.kill()
        self.engine.communicate()

    def stop(self):
        self.engine.send_signal(signal.SIGTERM)
        self.engine.communicate()
        assert self.engine.returncode == 0
