#!/usr/bin/env python3
"""Reads a live journal with every offline command while it is written, and kills the readers.

    tests/crash/onlookers.py build/release/daybook [--rounds 8] [--seed N]

An engine with small segments under load. Meanwhile, several at a time, `verify`, `replay`, `state`,
`dump` and `diff` read its directory; every other one is killed at a random moment.
Fault 34: readers, many and killed, cost the writer nothing: it rotates and answers on, and no
segment grows beyond its size. Fault 35: none of them fails on a journal that is being written, and
the writer neither stops nor waits for them. At the end the journal is sound, has the
engine's digest, and nothing acknowledged is lost. The seed is printed.
"""

import argparse
import random
import subprocess
import sys
import time

from copy_kill import SERVE_OPTIONS, serve_and_ask, start_load
from engine_under_test import PATIENCE_S, Daybook, Engine, Workplace, Wrong, check_acknowledged

AT_A_TIME = 3


def readers_of(data):
    return (("verify", data), ("replay", data, "--digest"), ("state", data, "--trial-balance"),
            ("dump", data, "--from", 1), ("diff", data, "--from", 1, "--to", 100))


def read_round(daybook, data, random_source):
    """Starts every reader, some at a time, kills some, waits for the others. How many of each."""
    killed = whole = 0
    commands = list(readers_of(data))
    random_source.shuffle(commands)
    for at in range(0, len(commands), AT_A_TIME):
        running = [(command, daybook.popen(*command, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.PIPE))
                   for command in commands[at:at + AT_A_TIME]]
        killed_ones = random_source.randrange(2)
        for number, (command, process) in enumerate(running):
            if number % 2 == killed_ones:
                time.sleep(random_source.uniform(0, 0.01))
                process.kill()
            errors = process.communicate(timeout=PATIENCE_S)[1]
            if process.returncode == -9:
                killed += 1
            elif process.returncode == 0:
                whole += 1
            else:
                raise Wrong(f"{' '.join(map(str, command))}: exit {process.returncode}: "
                            f"{errors.decode()[-1000:]}")
    return killed, whole


def look_on(daybook, rounds, seed):
    random_source = random.Random(seed)
    killed = whole = 0
    with Workplace("onlookers") as place:
        data = place / "data"
        with Engine(daybook, data, SERVE_OPTIONS) as engine:
            engine.must_listen()
            load, log = start_load(engine, place, random_source.randrange(1, 1 << 62))
            try:
                for _ in range(rounds):
                    before = log.stat().st_size
                    done = read_round(daybook, data, random_source)
                    killed, whole = killed + done[0], whole + done[1]
                    if log.stat().st_size == before:
                        raise Wrong("nothing was acknowledged while the journal was read")
                    if engine.process.poll() is not None or load.poll() is not None:
                        raise Wrong(f"the writer stopped: {engine.errors()}")
            finally:
                load.kill()
                load.wait()
            if engine.terminate() != 0:
                raise Wrong(f"SIGTERM: exit {engine.process.returncode}: {engine.errors()}")
        segments = list((data / "journal").glob("*.mdb"))
        if len(segments) < 3:
            raise Wrong(f"only {len(segments)} segments were written meanwhile")
        for segment in segments:
            if segment.stat().st_size > SERVE_OPTIONS[1]:
                raise Wrong(f"{segment} grew to {segment.stat().st_size} bytes")
        serve_and_ask(daybook, data)
        acknowledged, nothing = place / "whole.acks", place / "nothing"
        acknowledged.write_bytes(log.read_bytes()[: log.stat().st_size // 16 * 16])
        nothing.touch()
        count = check_acknowledged(daybook, data, acknowledged, nothing)
    if killed < rounds / 2 or whole < rounds:
        raise Wrong(f"{killed} readers were killed, {whole} read to the end: too few")
    return (f"{whole} readers read to the end, {killed} were killed, {count} transfers were "
            f"acknowledged meanwhile in {len(segments)} segments")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"onlookers: {options.rounds} rounds, --seed {options.seed}", flush=True)
    try:
        print(f"onlookers: {look_on(Daybook(options.daybook), options.rounds, options.seed)}")
    except Wrong as wrong:
        print(f"onlookers: FAILED (--seed {options.seed}): {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
