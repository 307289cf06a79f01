#!/usr/bin/env python3
"""Kills an engine at every write and every sync of a scripted run, and breaks its disk.

    tests/crash/inject.py build/release/daybook [--jobs 2] [--long] [--list]

First the run is traced to count its calls. Then, for each thread, each kind of call and each
number n, it is played again with SIGKILL just before that thread's n-th call of that kind; the
same, file by file, for the start of an engine on an empty directory. After each kill the engine is
started again: all that was acknowledged is there, nothing refused is, the journal is sound, its
replayed digest is that of the running engine, and it goes on working. Then errors: an fdatasync
that fails once, writes that fail with ENOSPC or EIO. The engine must stop and say why, and what it
had acknowledged must be there afterwards.

Fault 1: SIGKILL at every write and sync. Fault 23: a sync fails once. Fault 24: writes fail.

Needs strace. --long plays a run three times as long. --list shows the points and ends.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

from engine_under_test import Daybook, Engine, Workplace, Wrong, check_recovered
from scripted_run import SERVE_OPTIONS, ScriptedRun
import trace_rules

CALLS = ("pwrite64", "pwritev", "pwritev2", "write", "writev", "fdatasync", "fsync", "msync",
         "ftruncate", "truncate", "fallocate", "rename", "renameat", "renameat2", "unlink",
         "unlinkat", "link", "linkat", "mkdir", "mkdirat")
WRITE_CALLS = ("pwrite64", "pwritev", "pwritev2", "write", "writev")
FIRED_SHARE_MIN = 0.8
TRIES_PER_POINT = 3  # Group commit may save a call now and then; it must stay the exception.

Point = collections.namedtuple("Point", "place call number")  # place: a thread's index or a path.


def strace(*arguments):
    return [shutil.which("strace") or sys.exit("inject: strace is missing; run tools/setup.sh"),
            "-f", "-qq", "--signal=none", "-e", "trace=" + ",".join(CALLS), *map(str, arguments)]


class Attached:
    """strace attached to threads of a running engine, ready when the constructor returns."""

    def __init__(self, threads, output, *arguments, follow):
        command = [a for a in strace(*arguments) if follow or a != "-f"]
        command.remove("-qq")  # The words "attached" are what is waited for.
        for thread in threads:
            command += ["-p", str(thread)]
        self._process = subprocess.Popen([*command, "-o", str(output)], stderr=subprocess.PIPE,
                                         stdin=subprocess.DEVNULL, text=True)
        for _ in threads:
            line = self._process.stderr.readline()
            if "attached" not in line:
                self.end()
                raise Wrong(f"strace could not attach: {line}")

    def end(self):
        """Waits for strace, which ends with the engine."""
        self._process.communicate()


def is_data_call(call, directory):
    """Does this call name a file or folder of the data directory?"""
    return f"<{directory}" in call.args.split(",")[0] or f'"{directory}' in call.args


def count_thread_points(daybook, rounds):
    """All points of the scripted run and of a clean end, by thread."""
    with Workplace("count") as place:
        directory, output = place / "data", place / "trace"
        run = ScriptedRun(place, rounds)
        with Engine(daybook, directory, SERVE_OPTIONS) as engine:
            engine.must_listen()
            threads = engine.threads()
            tracer = Attached([engine.pid], output, "-y", "-s", 0, follow=True)
            if not run.play(engine):
                raise Wrong(f"the scripted run does not reach its end: {engine.errors()}")
            if engine.terminate() != 0:
                raise Wrong(f"the engine did not end well: {engine.errors()}")
            tracer.end()
        segments = len(list((directory / "journal").glob("*.mdb")))
        with open(output, encoding="latin-1") as lines:
            calls = trace_rules.parse_calls(lines)
        totals = collections.Counter((c.thread, c.name) for c in calls)
        ours = {(c.thread, c.name) for c in calls if is_data_call(c, directory)}
        unknown = {thread for thread, _ in ours} - set(threads)
        if unknown:
            raise Wrong(f"threads {unknown} write, and did not exist when the engine listened")
        if segments < 3:
            raise Wrong(f"the run made {segments} segments; it should rotate twice at least")
        points = [Point(threads.index(thread), name, n)
                  for thread, name in sorted(ours) for n in range(1, totals[thread, name] + 1)]
        syncs = collections.Counter(c.thread for c in calls
                                    if c.name == "fdatasync" and is_data_call(c, directory))
        return points, threads.index(syncs.most_common(1)[0][0])


def count_start_points(daybook):
    """All points of a start on an empty directory and a clean end, by file."""
    with Workplace("count") as place:
        directory, output = place / "data", place / "trace"
        tracer = strace("-D", "-y", "-s", 4096, "-o", output)
        with Engine(daybook, directory, SERVE_OPTIONS, tracer) as engine:
            engine.must_listen()
            if engine.terminate() != 0:
                raise Wrong(f"the engine did not end well: {engine.errors()}")
        with open(output, encoding="latin-1") as lines:
            calls = trace_rules.parse_calls(lines)
        counts = collections.Counter()
        by_thread = collections.Counter()
        for call in calls:
            for path in set(re.findall(rf'[<"]({re.escape(str(directory))}[^>"]*)[>"]', call.args)):
                by_thread[call.thread, path, call.name] += 1
                key = (os.path.relpath(path, place), call.name)
                # strace counts for each thread by itself.
                counts[key] = max(counts[key], by_thread[call.thread, path, call.name])
        return [Point(path, name, n) for (path, name), most in sorted(counts.items())
                for n in range(1, most + 1)]


def recover_and_go_on(daybook, run, directory, options=SERVE_OPTIONS):
    """What must hold after any of this: checks, and the run can be played on to its end."""
    with Engine(daybook, directory, options) as engine:
        engine.must_listen()
        check_recovered(engine, run.acknowledged, run.refused)
        if not run.play(engine):
            raise Wrong(f"the engine came back, but the run fails on it: {engine.errors()}")
        if engine.terminate() != 0:
            raise Wrong(f"the engine did not end well after recovery: {engine.errors()}")
    daybook.run("verify", directory)


def play_with(daybook, point, rounds, injection, options=SERVE_OPTIONS):
    """Plays the run with something injected at a thread's call, then recovers.

    Returns (did it happen?, exit code, the engine's last words)."""
    with Workplace("point") as place:
        directory, output = place / "data", place / "trace"
        run = ScriptedRun(place, rounds)
        with Engine(daybook, directory, options) as engine:
            engine.must_listen()
            thread = engine.threads()[point.place]
            tracer = Attached([thread], output, "-s", 0, "-e",
                              f"inject={point.call}:{injection}:when={point.number}", follow=False)
            run.play(engine)
            engine.process.terminate()  # Harmless when it is dead already.
            code, words = engine.wait(), None
            tracer.end()
            words = engine.errors()
        happened = code == -9 or "INJECTED" in output.read_text(encoding="latin-1")
        recover_and_go_on(daybook, run, directory, options)
        return happened, code, words


def kill_in_run(daybook, point, rounds):
    return play_with(daybook, point, rounds, "signal=SIGKILL")[0]


def kill_in_start(daybook, point, _rounds):
    with Workplace("start") as place:
        directory = place / "data"
        run = ScriptedRun(place, 1)
        tracer = strace("-D", "-o", place / "trace", "-P", place / point.place, "-e",
                        f"inject={point.call}:signal=SIGKILL:when={point.number}")
        with Engine(daybook, directory, SERVE_OPTIONS, tracer) as engine:
            if engine.wait_until_listening():
                engine.process.terminate()
            killed = engine.wait() == -9
        recover_and_go_on(daybook, run, directory)
        return killed


def break_call(daybook, point, error, rounds):
    """One error from the system in the thread that commits. True when it happened."""
    words = {"EIO": "Input/output error", "ENOSPC": "No space left on device"}[error]
    what = f"the journaler's call {point.number} of {point.call} failed with {error}"
    try:
        happened, code, said = play_with(daybook, point, rounds, f"error={error}")
    except Wrong as wrong:
        raise Wrong(f"{what}: {wrong}") from wrong
    if happened and code <= 0:
        raise Wrong(f"{what}, and the engine did not stop with an exit code (exit {code})")
    if happened and words.lower() not in said.lower():
        raise Wrong(f"{what}; the engine stopped without saying so: {said!r}")
    return happened  # LMDB writes several pages by one of these calls, not by all of them.


def break_disk(pool, daybook, journaler, rounds):
    """Each error at the first calls of each kind: how many happened, by call."""
    cases = [(Point(journaler, call, number), error) for number in (1, 2, 7)
             for call, error in (("fdatasync", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"),
                                 ("pwritev", "ENOSPC"), ("pwritev", "EIO"), ("writev", "ENOSPC"),
                                 ("writev", "EIO"))]
    happened = pool.map(lambda case: break_call(daybook, *case, rounds), cases)
    happened_by = collections.Counter(
        point.call for (point, _), there in zip(cases, happened) if there)
    if not happened_by["fdatasync"] or not any(happened_by[c] for c in WRITE_CALLS):
        raise Wrong(f"no error could be injected: {dict(happened_by)}")
    return dict(happened_by)


def run_points(pool, daybook, what, function, points, rounds):
    """Plays each point; Wrong names the point."""
    def guarded(point):
        try:
            # Threads share the work differently each time: a point that was missed may come.
            return any(function(daybook, point, rounds) for _ in range(TRIES_PER_POINT))
        except Wrong as wrong:
            raise Wrong(f"{what}, before call {point.number} of {point.call} by {point.place}: "
                        f"{wrong}") from wrong

    futures = [pool.submit(guarded, point) for point in points]
    try:
        fired = sum(future.result() for future in futures)
    except Wrong:
        for future in futures:
            future.cancel()
        raise
    print(f"{what}: {fired} of {len(points)} points killed the engine; each time it came back "
          "whole", flush=True)
    if fired < FIRED_SHARE_MIN * len(points):
        raise Wrong(f"{what}: only {fired} of {len(points)} points were reached")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    daybook = Daybook(options.daybook)
    rounds = 6 if options.long else 2
    try:
        starts = count_start_points(daybook)
        points, journaler = count_thread_points(daybook, rounds)
        if options.list:
            for point in starts + points:
                print(*point)
            return 0
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            run_points(pool, daybook, "start on an empty directory", kill_in_start, starts, rounds)
            run_points(pool, daybook, "scripted run", kill_in_run, points, rounds)
            broken = break_disk(pool, daybook, journaler, rounds)
    except (Wrong, trace_rules.TraceError) as wrong:
        print(f"inject: FAILED: {wrong}", file=sys.stderr)
        return 1
    print(f"inject: errors of the disk in {broken}: the engine stopped with words each time, and "
          "nothing acknowledged was lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
