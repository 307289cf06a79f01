"""An engine in a process of its own, its command line, and what must hold whenever it comes back.

Shared by the scripts of this folder. Nothing here waits by the clock: it waits for lines, for
processes, and gives up with words after a generous limit.
"""

import ctypes
import json
import os
import pathlib
import queue
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import threading

PATIENCE_S = 120  # For one step; far above what any takes, so only a hang runs into it.
PR_SET_PDEATHSIG = 1


class Wrong(Exception):
    """Something that must hold does not. The text says what, and how to see it again."""


def prctl(option, argument):
    ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)


def _die_with_parent():
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _in_child(prepare):
    """What a child does before it becomes the program: `prepare`, where there is one."""
    def run():
        _die_with_parent()
        if prepare:
            prepare()
    return run


def id_bytes(number):
    """One record of an acknowledgement log: the id as two little-endian words, the low one first."""
    return struct.pack("<QQ", number & 0xFFFFFFFFFFFFFFFF, number >> 64)


class Daybook:
    """Runs the binary's subcommands."""

    def __init__(self, binary):
        self.binary = os.path.abspath(binary)
        if not os.access(self.binary, os.X_OK):
            raise SystemExit(f"{self.binary} is not a program; build the release preset first")

    def popen(self, *arguments, prepare=None, **options):
        return subprocess.Popen([self.binary, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                preexec_fn=_in_child(prepare), **options)

    def run(self, *arguments, good=(0,)):
        """Its standard output. Wrong when the exit code is none of `good`."""
        with self.popen(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                output, errors = process.communicate(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Wrong(f"daybook {' '.join(map(str, arguments))}: no end after "
                            f"{PATIENCE_S} s") from None
        if process.returncode not in good:
            raise Wrong(f"daybook {' '.join(map(str, arguments))}: exit {process.returncode}\n"
                        f"{output.decode()[-2000:]}{errors.decode()[-2000:]}")
        return output.decode()

    def json(self, *arguments, good=(0,)):
        """The one JSON object that the command prints."""
        output = self.run(*arguments, "--json", good=good)
        try:
            return json.loads(output)
        except ValueError:
            raise Wrong(f"daybook {' '.join(map(str, arguments))} --json: not one JSON object: "
                        f"{output[:500]!r}") from None


class Engine:
    """`daybook serve` on a directory. As a context it is killed at the end if it still runs.

    `prepare` is called in the child before it becomes the engine."""

    def __init__(self, daybook, directory, options=(), tracer=(), prepare=None, port=0):
        self.daybook = daybook
        self.directory = pathlib.Path(directory)
        self._errors = tempfile.TemporaryFile()
        command = [*tracer, daybook.binary, "serve", "--data", str(directory),
                   "--listen", f"127.0.0.1:{port}", *map(str, options)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self._errors, preexec_fn=_in_child(prepare))
        self.pid = self.process.pid
        self.port = None
        self.said = []
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()
        self._errors.close()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(line.decode(errors="replace").rstrip("\n"))
        self._lines.put(None)

    def wait_until_listening(self):
        """True once it listens; False when it ended before."""
        while True:
            try:
                line = self._lines.get(timeout=PATIENCE_S)
            except queue.Empty:
                raise Wrong(f"the engine did not listen after {PATIENCE_S} s") from None
            if line is None:
                return False
            self.said.append(line)
            place = line.find("listening on ")
            if place >= 0:
                self.port = int(line[place:].rsplit(":", 1)[1].split()[0])
                return True

    def must_listen(self):
        if not self.wait_until_listening():
            raise Wrong(f"the engine did not start again (exit {self.process.wait()}): "
                        f"{self.errors()}")
        return self

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def threads(self):
        """Its threads in the order of their creation."""
        return sorted(int(t) for t in os.listdir(f"/proc/{self.pid}/task"))

    def kill(self):
        self.process.kill()
        self.wait()

    def terminate(self):
        self.process.terminate()
        return self.wait()

    def wait(self):
        try:
            return self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise Wrong(f"the engine did not end after {PATIENCE_S} s") from None

    def errors(self):
        """What it said on standard error."""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    def ask(self, *arguments, good=(0,)):
        """A client's command against this engine, its answer as one JSON object."""
        return self.daybook.json(*arguments, "--connect", self.address, good=good)

    def run_client(self, *arguments):
        """Runs a client for as long as the engine lives: (exit code or None, its output)."""
        with tempfile.TemporaryFile() as output:
            client = self.daybook.popen(*arguments, "--connect", self.address, stdout=output,
                                        stderr=subprocess.DEVNULL)
            ended_first = first_to_end(client.pid, self.pid)
            if ended_first == self.pid and client.poll() is None:
                client.kill()
            client.wait()
            output.seek(0)
            code = client.returncode if client.returncode >= 0 else None
            return code, output.read().decode(errors="replace")


def first_to_end(*pids):
    """The one of these child processes that ends first."""
    descriptors = {}
    try:
        poll = select.poll()
        for pid in pids:
            descriptors[os.pidfd_open(pid)] = pid
        for descriptor in descriptors:
            poll.register(descriptor, select.POLLIN)
        ready = poll.poll(PATIENCE_S * 1000)
        if not ready:
            raise Wrong(f"neither client nor engine ended after {PATIENCE_S} s")
        return descriptors[ready[0][0]]
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def check_acknowledged(daybook, directory, acknowledged, refused):
    """Every acknowledged transfer is in the journal, and no refused one is."""
    found = daybook.json("check-acks", directory, acknowledged, good=(0, 1))
    if found["missing"] != 0:
        raise Wrong(f"{found['missing']} of {found['acknowledged']} acknowledged transfers are "
                    f"lost, such as {found['missing_ids'][:3]}")
    if os.path.getsize(refused):
        there = daybook.json("check-acks", directory, refused, good=(0, 1))
        if there["missing"] != there["acknowledged"]:
            raise Wrong(f"{there['acknowledged'] - there['missing']} of {there['acknowledged']} "
                        "refused transfers are in the journal")
    return found["acknowledged"]


def check_replay(engine, moving=False):
    """The journal is sound, and replaying it gives the state of the running engine; of one that is
    moving, the state that it had a moment ago."""
    live = engine.ask("admin", "digest")
    engine.daybook.run("verify", engine.directory)
    until = ("--until-sequence", live["sequence"]) if moving else ()
    replayed = engine.daybook.json("replay", engine.directory, "--digest", *until)
    for key in ("sequence", "digest"):
        if str(live[key]) != str(replayed[key]):
            raise Wrong(f"the running engine's {key} is {live[key]}, the replayed one "
                        f"{replayed[key]}")


def check_recovered(engine, acknowledged, refused):
    """What must hold of an engine that came back and is at rest. Returns the acknowledged count."""
    count = check_acknowledged(engine.daybook, engine.directory, acknowledged, refused)
    check_replay(engine)
    # Fault 54: debits are credits after a crash. Exit code 1 where they differ in any ledger.
    engine.daybook.run("trial-balance", "--connect", engine.address)
    return count


class Workplace:
    """A directory for one round; kept, and named, when something was wrong in it."""

    def __init__(self, name):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"daybook-{name}-"))

    def __enter__(self):
        return self.path

    def __exit__(self, kind, *_):
        if kind is None:
            shutil.rmtree(self.path)
        elif issubclass(kind, (Wrong, AssertionError)):
            print(f"kept for looking at: {self.path}", flush=True)
        else:
            shutil.rmtree(self.path, ignore_errors=True)
