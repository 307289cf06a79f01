#!/usr/bin/env python3
"""Kills an engine under load with SIGKILL, again and again, and looks at what it has kept.

    tests/crash/kill_loop.py build/release/daybook [--rounds 50] [--jobs 2] [--seed N]

A round: start on the directory of the round before, check that nothing acknowledged so far is lost
and nothing refused is there, that the journal is sound and that replaying it gives the digest of
the running engine; post transfers that must be refused; put a load on it; kill it at a random
moment. Segments are small, so that many rounds fall on a rotation. The seed is printed, and gives
the same loads and moments again. SIGKILL leaves the page cache intact: what a power cut leaves is
another test's matter.
"""

import argparse
import concurrent.futures
import json
import os
import random
import subprocess
import sys

from engine_under_test import (PATIENCE_S, Daybook, Engine, Workplace, Wrong, check_recovered,
                               id_bytes)

ROUNDS_PER_DIRECTORY = 10  # Then a new one: each start reads the whole journal.
SERVE_OPTIONS = ("--segment-size", 8 << 20)
ACCOUNTS = 1_000
# (events a request, clients, requests in flight, longest load in seconds): from the gateway that
# sends one by one to the bulk load, which fills a segment every few milliseconds.
LOADS = ((1, 16, 8, 0.6), (1, 4, 1, 0.6), (10, 4, 4, 0.4), (100, 2, 4, 0.3), (1000, 2, 2, 0.2),
         (8189, 1, 3, 0.15))
REFUSED_ID_START = 1 << 100


def post_refused(engine, place, number, refused_log):
    """Posts transfers between accounts that do not exist; notes the ids that were refused."""
    first = REFUSED_ID_START + number * 100
    path = place / "refused.jsonl"
    with open(path, "w", encoding="utf-8") as file:
        for k in range(20):
            file.write(json.dumps({"id": str(first + k), "debit_account_id": str(first),
                                   "credit_account_id": str(first + 1), "amount_minor": "1",
                                   "ledger": "1", "code": "1"}) + "\n")
    output = engine.daybook.run("transfer", "create", "--file", path, "--json",
                                "--connect", engine.address, good=(1,))
    statuses = [json.loads(line).get("status") for line in output.splitlines()]
    if statuses.count("debit_account_not_found") != 20:
        raise Wrong(f"transfers without accounts were answered with {statuses}")
    with open(refused_log, "ab") as file:
        file.write(b"".join(id_bytes(first + k) for k in range(20)))


def load_until_killed(engine, place, number, random_source, acknowledged_log):
    """A load that ends with the engine's death. Returns (acknowledged transfers, the load)."""
    batch, clients, in_flight, seconds = random_source.choice(LOADS)
    log = place / "round.acks"
    errors = place / "bench.err"
    with open(errors, "wb") as error_file:
        bench = engine.daybook.popen(
            "bench", "--connect", engine.address, "--transfers", 10_000_000, "--accounts", ACCOUNTS,
            "--batch", batch, "--clients", clients, "--in-flight", in_flight, "--ids", "random",
            "--seed", random_source.randrange(1, 1 << 62), "--ack-log", log,
            stdout=subprocess.DEVNULL, stderr=error_file)
    try:
        try:
            bench.wait(timeout=random_source.uniform(0.02, seconds))
            raise Wrong(f"round {number}: the load ended by itself: {errors.read_text()[-1000:]}")
        except subprocess.TimeoutExpired:
            engine.kill()
        # It ends when its connections do, after it has read and noted every answer under way.
        bench.wait(timeout=PATIENCE_S)
    finally:
        bench.kill()
        bench.wait()
    if bench.returncode == 1:
        raise Wrong(f"round {number}: the load got a wrong answer: {errors.read_text()[-1000:]}")
    data = log.read_bytes() if log.exists() else b""
    data = data[: len(data) // 16 * 16]
    with open(acknowledged_log, "ab") as file:
        file.write(data)
    return len(data) // 16, (batch, clients, in_flight)


def rounds_in_one_directory(daybook, first, count, seed):
    """Returns (acknowledged transfers, rounds in which something was acknowledged, segments)."""
    total = loaded = 0
    with Workplace("kill") as place:
        directory = place / "data"
        acknowledged, refused = place / "all.acks", place / "refused.acks"
        acknowledged.touch()
        refused.touch()
        for number in range(first, first + count + 1):
            random_source = random.Random(f"{seed}/{number}")
            with Engine(daybook, directory, SERVE_OPTIONS) as engine:
                engine.must_listen()
                if number > first:
                    check_recovered(engine, acknowledged, refused)
                if number == first + count:
                    if engine.terminate() != 0:
                        raise Wrong(f"SIGTERM: exit {engine.process.returncode}: {engine.errors()}")
                    break
                post_refused(engine, place, number, refused)
                new, load = load_until_killed(engine, place, number, random_source, acknowledged)
                total += new
                loaded += 1 if new else 0
                print(f"round {number}: {new} acknowledged with batch {load[0]}, {load[1]} "
                      f"clients, {load[2]} in flight", flush=True)
        daybook.run("verify", directory)
        segments = len(list((directory / "journal").glob("*.mdb")))
    return total, loaded, segments


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"kill_loop: {options.rounds} rounds, --seed {options.seed}", flush=True)
    daybook = Daybook(options.daybook)
    starts = range(0, options.rounds, ROUNDS_PER_DIRECTORY)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        work = [pool.submit(rounds_in_one_directory, daybook, first,
                            min(ROUNDS_PER_DIRECTORY, options.rounds - first), options.seed)
                for first in starts]
        try:
            done = [future.result() for future in work]
        except Wrong as wrong:
            pool.shutdown(wait=True, cancel_futures=True)
            print(f"kill_loop: FAILED (--seed {options.seed}): {wrong}", file=sys.stderr)
            return 1
    total, loaded = sum(d[0] for d in done), sum(d[1] for d in done)
    rotations = sum(d[2] - 1 for d in done)
    # A loop that kills idle engines proves nothing.
    if loaded * 2 < options.rounds or rotations < len(done):
        print(f"kill_loop: FAILED: only {loaded} rounds had a load, {rotations} rotations",
              file=sys.stderr)
        return 1
    print(f"kill_loop: {options.rounds} kills, {loaded} of them under acknowledged load, "
          f"{rotations} rotations, {total} acknowledged transfers: none lost, none refused there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
