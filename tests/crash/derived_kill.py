#!/usr/bin/env python3
"""Kills an engine in everything that is derived from the journal, and in its starts.

    tests/crash/derived_kill.py build/release/daybook [--jobs 2] [--long]

Fault 8: SIGKILL just before each write, sync, rename or removal that makes a snapshot, or lets an
older one go. Fault 10: the same in the runs of indexes. Fault 9: the older snapshot and the runs
that only it needed go after the newer one is visible, and may be left. Fault 50: SIGKILL in one
start after the other of the same directory, at its calls and at random moments. Each time
the engine starts again, with the digest of a replay and everything acknowledged, and nothing half
done is left lying about.

Needs strace.
"""

import argparse
import collections
import concurrent.futures
import os
import random
import re
import sys
import time

from engine_under_test import Daybook, Engine, Workplace, Wrong
from inject import Attached, Point, play_with, recover_and_go_on, run_points, strace
from scripted_run import SERVE_OPTIONS, ScriptedRun
import trace_rules

OPTIONS = (*SERVE_OPTIONS, "--snapshot-events", 6_000, "--ids-in-memory", 100_000)
ROUNDS = 1
POINTS_A_CALL = 2  # Of one thread, file and kind of call; --long takes all.
RANDOM_KILLS = 12
SEED = 20_261_126


def derived_file(call):
    """Which derived file or folder a call is about: its kind, or None."""
    found = re.search(r'/data/(snapshots|index)(/[^>"]*)?[>"]', call.args)
    if not found:
        return None
    return found[1] + re.sub(r"\d+", "N", found[2] or "")


def derived_points(daybook, points_max):
    """The calls of a scripted run that make snapshots and runs, some of each sort."""
    with Workplace("count") as place:
        run = ScriptedRun(place, ROUNDS)
        with Engine(daybook, place / "data", OPTIONS) as engine:
            engine.must_listen()
            threads = engine.threads()
            tracer = Attached([engine.pid], place / "trace", "-y", "-s", 4096, follow=True)
            if not run.play(engine) or engine.terminate() != 0:
                raise Wrong(f"the scripted run does not reach its end: {engine.errors()}")
            tracer.end()
        with open(place / "trace", encoding="latin-1") as lines:
            calls = trace_rules.parse_calls(lines)
    counts, points = collections.Counter(), collections.defaultdict(list)
    for call in calls:
        counts[call.thread, call.name] += 1
        subject = derived_file(call)
        if subject and call.thread in threads:
            points[call.thread, subject, call.name].append(
                Point(threads.index(call.thread), call.name, counts[call.thread, call.name]))
    subjects = {subject for _, subject, _ in points}
    for needed in ("snapshots/unfinished.new", "index"):
        if not any(subject.startswith(needed) for subject in subjects):
            raise Wrong(f"the run writes nothing to {needed}: {sorted(subjects)}")
    chosen = []
    for each in points.values():
        step = max(1, len(each) // points_max)
        chosen += each[::step][:points_max]
    return sorted(set(chosen))


def kill_in_derived(daybook, point, rounds):
    return play_with(daybook, point, rounds, "signal=SIGKILL", OPTIONS)[0]


def start_points(daybook, directory, points_max):
    """The calls on files of a start of this directory, some of each sort."""
    output = directory.parent / "trace"
    with Engine(daybook, directory, OPTIONS, strace("-D", "-y", "-s", 4096, "-o", output)) as engine:
        engine.must_listen().kill()
    with open(output, encoding="latin-1") as lines:
        calls = trace_rules.parse_calls(lines)
    counts = collections.Counter()
    for call in calls:
        for path in set(re.findall(rf'[<"]({re.escape(str(directory))}[^>"]*)[>"]', call.args)):
            counts[path, call.name] += 1
    return [Point(path, name, number) for (path, name), most in sorted(counts.items())
            for number in range(1, min(most, points_max) + 1)]


def kill_starts(daybook, points_max):
    """Kills one start after the other; none of them gets a directory that nobody has killed in."""
    random_source = random.Random(SEED)
    killed = 0
    with Workplace("starts") as place:
        directory, run = place / "data", ScriptedRun(place, ROUNDS)
        with Engine(daybook, directory, OPTIONS) as engine:
            if not run.play(engine.must_listen()):
                raise Wrong(f"the scripted run does not reach its end: {engine.errors()}")
            engine.kill()
        points = start_points(daybook, directory, points_max)
        for point in points:
            tracer = strace("-D", "-o", place / "trace", "-P", point.place, "-e",
                            f"inject={point.call}:signal=SIGKILL:when={point.number}")
            with Engine(daybook, directory, OPTIONS, tracer) as engine:
                listened = engine.wait_until_listening()
                if listened:
                    engine.kill()
                elif engine.wait() == -9:
                    killed += 1
                else:
                    raise Wrong(f"a start after {killed} killed ones: {engine.errors()}")
        for _ in range(RANDOM_KILLS):
            with Engine(daybook, directory, OPTIONS) as engine:
                time.sleep(random_source.uniform(0, 0.15))
                engine.kill()
        if killed < len(points) // 2:
            raise Wrong(f"only {killed} of {len(points)} calls of a start were reached")
        recover_and_go_on(daybook, run, directory, OPTIONS)
        for leftover in ("snapshots/unfinished.new", "journal.id.new"):
            if (directory / leftover).exists():
                raise Wrong(f"{leftover} was left")
    print(f"starts: {killed} killed at their calls and {RANDOM_KILLS} at random moments, one after "
          "the other; then it started whole", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    daybook = Daybook(options.daybook)
    points_max = 1_000 if options.long else POINTS_A_CALL
    try:
        points = derived_points(daybook, points_max)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            run_points(pool, daybook, "snapshots and runs", kill_in_derived, points, ROUNDS)
        kill_starts(daybook, points_max)
    except (Wrong, trace_rules.TraceError) as wrong:
        print(f"derived_kill: FAILED: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
