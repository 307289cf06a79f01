#!/usr/bin/env python3
"""Takes backups of an engine under load, and kills every command that copies a journal.

    tests/crash/copy_kill.py build/release/daybook [--rounds 6] [--seed N]

A round: an engine with small segments under load. While it works, backups are taken; some are
killed with SIGKILL at a random moment. One that ended well must verify, have the digest of the
original's replay at its last sequence, be restored, forked, dumped and loaded to that digest, and
be served from. restore, replay --fork, load and archive are killed at random moments too: what
they leave under the name asked for is whole or not there. Then the engine itself is killed while a
backup is taken. At the end nothing acknowledged is lost: nobody disturbed the writer. The seed is
printed.

Fault 10: crashes in commands that copy. Fault 51: a backup under load, restored.
"""

import argparse
import random
import shutil
import subprocess
import sys
import time

from engine_under_test import PATIENCE_S, Daybook, Engine, Workplace, Wrong, check_acknowledged

SERVE_OPTIONS = ("--segment-size", 1 << 20)
KILLS_PER_COMMAND = 4


def digest_at(daybook, directory, sequence):
    """The digest of the journal's state at a sequence, by replaying it."""
    return daybook.json("replay", directory, "--until-sequence", sequence, "--digest")["digest"]


class Copies:
    """Commands that make a new directory, run to their end or killed on the way."""

    def __init__(self, daybook, place, random_source):
        self.daybook = daybook
        self.place = place
        self.random = random_source
        self.kills = self.whole = 0

    def directory(self, name):
        path = self.place / name
        for each in (path, path.with_name(path.name + ".partial")):
            shutil.rmtree(each, ignore_errors=True)
        return path

    def killed(self, result, *arguments, seconds):
        """Runs the command and kills it within `seconds`: is `result` there?"""
        process = self.daybook.popen(*arguments, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=self.random.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            process.kill()
            self.kills += 1
        process.wait()
        if result.exists():
            self.whole += 1
        elif process.returncode == 0:
            raise Wrong(f"{' '.join(map(str, arguments))}: exit 0, and nothing is there")
        return result.exists()

    def backup(self, data):
        path = self.directory("backup")
        begun = time.monotonic()
        made = self.daybook.json("backup", "--data", data, path)
        seconds = time.monotonic() - begun
        for _ in range(KILLS_PER_COMMAND):
            half = self.directory("half")
            if self.killed(half, "backup", "--data", data, half, seconds=seconds):
                self.daybook.run("verify", half)
        return path, made

    def check_continued(self, path, sequence, digest):
        """A directory that continues the original from `sequence` on, with its `digest` there.

        Where an entry was cut that begins a segment, no other fact follows in it, so the reply
        windows are empty at `sequence` already. Then the facts are compared.
        """
        self.daybook.run("verify", path)
        if digest_at(self.daybook, path, sequence) == digest:
            return
        original = self.daybook.run("dump", self.place / "data", "--to", sequence)
        if self.daybook.run("dump", path, "--to", sequence) != original:
            raise Wrong(f"{path}: other facts up to sequence {sequence} than the original's")

    def make(self, name, sequence, digest, *arguments):
        """Kills the command some times, lets it end once, and checks what it made."""
        path = self.directory(name)
        begun = time.monotonic()
        made = self.daybook.json(*arguments, path)
        seconds = time.monotonic() - begun
        self.check_continued(path, sequence, digest)
        for _ in range(KILLS_PER_COMMAND):
            half = self.directory(name + "-half")
            if self.killed(half, *arguments, half, seconds=seconds):
                self.check_continued(half, sequence, digest)
        return path, made

    def archive(self, data):
        """Copies to an archive, killed on the way; the last time it ends."""
        archive = self.directory("archive")
        for _ in range(KILLS_PER_COMMAND):
            self.killed(archive, "archive", data, "--to", archive, "--copy", seconds=0.5)
            self.daybook.run("verify", data)
        self.daybook.run("archive", data, "--to", archive, "--copy")
        refused = self.daybook.run("archive", data, "--to", archive, good=(1,))
        if refused:
            raise Wrong(f"archive without a snapshot said: {refused}")
        self.daybook.run("verify", data, "--archive", archive)


def start_load(engine, place, seed):
    log = place / "load.acks"
    errors = open(place / "bench.err", "wb")
    load = engine.daybook.popen(
        "bench", "--connect", engine.address, "--transfers", 50_000_000, "--accounts", 200,
        "--batch", 20, "--clients", 2, "--in-flight", 2, "--ids", "random", "--seed", seed,
        "--ack-log", log, stdout=subprocess.DEVNULL, stderr=errors)
    errors.close()
    deadline = time.monotonic() + PATIENCE_S
    while not log.exists() or log.stat().st_size < 16 * 2_000:
        if load.poll() is not None or time.monotonic() > deadline:
            raise Wrong(f"the load did not start: {(place / 'bench.err').read_text()[-1000:]}")
        time.sleep(0.02)
    return load, log


def serve_and_ask(daybook, path):
    """An engine on a directory that continues another: its digest is that of its replay."""
    with Engine(daybook, path, SERVE_OPTIONS) as engine:
        engine.must_listen()
        live = engine.ask("admin", "digest")
        if live["digest"] != digest_at(daybook, path, live["sequence"]):
            raise Wrong(f"{path}: the engine has another digest than the replay")
        if engine.terminate() != 0:
            raise Wrong(f"SIGTERM: exit {engine.process.returncode}: {engine.errors()}")
    daybook.run("verify", path)


def one_round(daybook, number, seed):
    random_source = random.Random(f"{seed}/{number}")
    with Workplace("copy") as place:
        data = place / "data"
        copies = Copies(daybook, place, random_source)
        with Engine(daybook, data, SERVE_OPTIONS) as engine:
            engine.must_listen()
            load, log = start_load(engine, place, random_source.randrange(1, 1 << 62))
            try:
                backup, made = copies.backup(data)
                if load.poll() is not None:
                    raise Wrong("the load ended while a backup was taken")
                # What the engine does when it dies in the middle of one.
                last = copies.directory("last")
                taking = daybook.popen("backup", "--data", data, last, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE)
                time.sleep(random_source.uniform(0, 0.2))
                engine.kill()
                errors = taking.communicate(timeout=PATIENCE_S)[1]
                if taking.returncode != 0:
                    raise Wrong(f"a backup whose engine died: {errors.decode()}")
                load.wait(timeout=PATIENCE_S)
            finally:
                load.kill()
                load.wait()
        sequence, digest = made["sequence"], made["digest"]
        daybook.run("verify", data)
        if digest_at(daybook, data, sequence) != digest:
            raise Wrong(f"the backup has another digest at {sequence} than the original")
        restored, _ = copies.make("restored", sequence, digest, "restore", backup)
        serve_and_ask(daybook, restored)
        inside = str(random_source.randrange(1, int(sequence)))
        forked, made_fork = copies.make("forked", inside, digest_at(daybook, data, inside),
                                        "replay", data, "--until-sequence", inside, "--fork")
        if int(made_fork["parent_sequence"]) < int(inside):
            raise Wrong(f"forked at {inside}, cut at {made_fork['parent_sequence']}")
        serve_and_ask(daybook, forked)
        dump = place / "dump.jsonl"
        with open(dump, "wb") as file:
            if daybook.popen("dump", backup, "--portable", stdout=file).wait() != 0:
                raise Wrong("dump --portable failed")
        loaded, _ = copies.make("loaded", sequence, digest, "load", dump)
        serve_and_ask(daybook, loaded)
        copies.archive(data)
        # The original starts again, with everything acknowledged.
        serve_and_ask(daybook, data)
        acknowledged = place / "whole.acks"
        acknowledged.write_bytes(log.read_bytes()[: log.stat().st_size // 16 * 16])
        nothing = place / "nothing"
        nothing.touch()
        count = check_acknowledged(daybook, data, acknowledged, nothing)
        segments = len(list((backup / "journal").glob("*.mdb")))
        print(f"round {number}: {count} acknowledged, {segments} segments in the backup, "
              f"{copies.kills} commands killed, {copies.whole} of them too late", flush=True)
        return copies.kills, segments


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"copy_kill: {options.rounds} rounds, --seed {options.seed}", flush=True)
    daybook = Daybook(options.daybook)
    try:
        done = [one_round(daybook, number, options.seed) for number in range(options.rounds)]
    except Wrong as wrong:
        print(f"copy_kill: FAILED (--seed {options.seed}): {wrong}", file=sys.stderr)
        return 1
    # Rounds that kill nothing, or copy one segment only, prove little.
    kills, segments = sum(d[0] for d in done), max(d[1] for d in done)
    if kills < 2 * options.rounds or segments < 2:
        print(f"copy_kill: FAILED: only {kills} kills, {segments} segments", file=sys.stderr)
        return 1
    print(f"copy_kill: {options.rounds} rounds, {kills} kills: every copy was whole or not there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
