#!/usr/bin/env python3
"""Kills an engine and its participants with SIGKILL amid sagas of remote steps, again and again.

    tests/crash/participant_kill.py build/release/daybook [--rounds 6] [--sagas 40] [--seed N]

A round: start the engine on the directory of the round before, and both participants, each with the
store of its round before; start sagas; after a random time kill the engine, a participant, or all of
them. The programs that do the steps decline some, crash in some before or after they have done them,
and dawdle. In the last round everybody behaves and is left alone until nothing goes on any more.

Then, by what the programs have written into files of their own: what is promised to be done at most
once was begun once at most; of a saga that is completed each step has had its effect, and none was
taken back; of one that was undone no effect is left; the money agrees; the journal replays to the
state of the engine. The seed is printed, and gives the same sagas and moments.
"""

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import time

from engine_under_test import PATIENCE_S, Daybook, Engine, Workplace, Wrong, check_replay

SERVE_OPTIONS = ("--segment-size", 1 << 18, "--snapshot-events", 300, "--snapshot-seconds", 0)
EURO, PAYER, TILL = 978, 101, 1
FUNDS = 10_000_000
LIST_MAX = 100_000
ENDS = {"COMPLETED", "COMPENSATED", "STUCK"}

# What is done is a file with the name of the key; what was taken back, one more. The shell makes a
# file only where there is none, so an effect is had once. It is made by `true`, not by `:`, for a
# shell ends at once where a special builtin's file cannot be made, as when an undo comes again.
WORLD = r"""#!/bin/sh
# WORLD DIRECTORY: one command of a participant.
set -C
read -r command || exit 1
field() { printf '%s' "$command" | sed 's/.*"'"$1"'":"\([^"]*\)".*/\1/'; }
operation=$(field operation) key=$(field key) saga=$(field saga) step=$(field step)
luck=$(od -An -N1 -tu1 /dev/urandom)
[ -e "$1/settle" ] && luck=100
echo "$operation $key $saga" >>"$1/log"
[ "$luck" -lt 12 ] && kill -9 $$
[ "$luck" -lt 20 ] && sleep 0.3
if [ "$operation" = undo ]; then
  target=$(field target)
  true 2>/dev/null >"$1/undone/$target"
  echo '{"outcome":"succeeded"}'
  exit 0
fi
case "$key" in
  *[13]) echo '{"outcome":"failed","message":"declined"}'; exit 0 ;;
esac
echo "$saga $step" 2>/dev/null >"$1/done/$key"
[ "$luck" -gt 244 ] && kill -9 $$
echo "{\"outcome\":\"succeeded\",\"reference\":\"r-$key\"}"
"""

QUICK = {"initial_ms": 50, "factor": 2, "cap_ms": 200}
PARTICIPANTS = {"shop": ["shop.a.v1", "shop.b.v1", "shop.undo.v1"],
                "bank": ["bank.once.v1", "bank.ask.v1"]}
PROMISES = {"bank.once.v1": {"retry": "at_most_once", "can_query": False},
            "bank.ask.v1": {"retry": "query_then_retry", "can_query": True}}


def call(name, kind, **more):
    return {"id": name, "kind": "remote.call", "type": kind, "timeout_ms": 1000, **more}


def definition(name, *between, capture):
    hold = {"id": "reserve", "kind": "ledger.hold",
            "args": {"from": "$.payer", "to": "$.till", "amount": "$.amount"}}
    take = {"id": "take", "kind": "ledger.capture", "hold": "reserve", **capture}
    return {"name": name, "version": 1, "deadline_ms": 20_000,
            "input": {"payer": "account", "till": "account", "amount": "money"},
            "steps": [hold, *between, take]}


UNDONE = {"undo": "shop.undo.v1", "retry": {**QUICK, "max": 20}}
DEFINITIONS = [
    definition("trip", call("a", "shop.a.v1", **UNDONE), call("b", "shop.b.v1", **UNDONE),
               capture={}),
    definition("once", call("pay", "bank.once.v1", **{"class": "pivot"},
                            retry={**QUICK, "max": 3, "on_exhausted": "stuck"}),
               capture={"class": "retriable"}),
    definition("ask", call("a", "shop.a.v1", **UNDONE),
               call("pay", "bank.ask.v1", **{"class": "pivot"},
                    retry={**QUICK, "max": 0, "on_exhausted": "stuck"}),
               capture={"class": "retriable"}),
]
REMOTE = {"trip": ("a", "b"), "once": ("pay",), "ask": ("a", "pay")}


class World:
    """The directory of the programs' files, and the participants that run them."""

    def __init__(self, daybook, directory):
        self.daybook = daybook
        self.directory = directory
        for name in ("done", "undone"):
            (directory / name).mkdir()
        self.program = directory / "world.sh"
        self.program.write_text(WORLD)
        self.program.chmod(0o755)
        (directory / "log").touch()
        self.running = {}

    def start(self, engine):
        for name, types in PARTICIPANTS.items():
            words = [word for each in types
                     for word in ("--type", each, "--exec", f"{self.program} {self.directory}")]
            self.running[name] = self.daybook.popen(
                "participant", "run", "--name", name, "--store", self.directory / f"{name}.db",
                "--connect", engine.address, *words,
                stdout=subprocess.DEVNULL, stderr=open(self.directory / f"{name}.err", "ab"))

    def kill(self, name):
        process = self.running.pop(name, None)
        if process:
            process.kill()
            process.wait()

    def kill_all(self):
        for name in list(self.running):
            self.kill(name)

    def executions(self):
        """How often each do was begun, by its saga and key."""
        words = (line.split() for line in (self.directory / "log").read_text().splitlines())
        return collections.Counter((int(saga, 0), key) for operation, key, saga in words
                                   if operation == "do")

    def effects(self):
        """{(saga, step): [was it taken back, for each key that was done]}"""
        found = collections.defaultdict(list)
        for file in (self.directory / "done").iterdir():
            saga, step = file.read_text().split()
            found[int(saga, 0), step].append((self.directory / "undone" / file.name).exists())
        return found


def found(engine, directory):
    def ask(*arguments):
        engine.daybook.run(*arguments, "--connect", engine.address)
    ask("ledger", "put", EURO, "--name", "EUR", "--scale", 0, "--kind", "currency")
    ask("account", "create", "--id", TILL, "--ledger", EURO, "--code", 1)
    ask("account", "create", "--id", PAYER, "--ledger", EURO, "--code", 2, "--flag",
        "debits_must_not_exceed_credits")
    ask("transfer", "create", "--id", 1, "--debit", TILL, "--credit", PAYER, "--amount", FUNDS,
        "--ledger", EURO, "--code", 1)
    for name, types in PARTICIPANTS.items():
        file = directory / f"{name}.json"
        kinds = [{"type": each, **PROMISES.get(each, {})} for each in types]
        file.write_text(json.dumps({"name": name, "types": kinds}))
        ask("participant", "put", file, "--reason", "a test")
    for each in DEFINITIONS:
        file = directory / f"{each['name']}.saga.json"
        file.write_text(json.dumps(each))
        ask("saga", "put", file)


def start_saga(engine, number, amount, name):
    """False where the engine is gone."""
    process = engine.daybook.popen(
        "saga", "start", name, "--id", number, f"payer={PAYER}", f"till={TILL}",
        f"amount={amount} {EURO}", "--request-timeout", "5", "--connect", engine.address,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process.wait() == 0


def look_up(engine):
    output = engine.daybook.run("saga", "list", "--all", "--limit", LIST_MAX, "--json", "--connect",
                                engine.address)
    return {int(line["id"], 0): line for line in map(json.loads, output.splitlines())}


def settle(engine, sagas):
    """Waits until all have ended; those that were not answered are started again."""
    for number, (name, amount) in sagas.items():
        if not start_saga(engine, number, amount, name):
            raise Wrong(f"saga {number} cannot be started again")
    until = time.monotonic() + PATIENCE_S
    while True:
        lines = look_up(engine)
        going_on = [number for number, line in lines.items() if line["status"] not in ENDS]
        if not going_on:
            return lines
        if time.monotonic() > until:
            raise Wrong(f"{len(going_on)} sagas never end, such as {lines[going_on[0]]}")
        time.sleep(0.1)


def check(engine, world, sagas, lines):
    if set(lines) != set(sagas):
        raise Wrong(f"{len(sagas)} sagas were started, {len(lines)} are there")
    effects = world.effects()
    for (saga, step), taken_back in effects.items():
        if len([each for each in taken_back if not each]) > 1:
            raise Wrong(f"step {step} of saga {saga} has had its effect twice")
    for number, line in lines.items():
        name, status = sagas[number][0], line["status"]
        if name == "trip" and status == "STUCK":
            raise Wrong(f"saga {number} is stuck although all of it can be repeated: {line}")
        for step in REMOTE[name]:
            left = [each for each in effects.get((number, step), []) if not each]
            if status == "COMPLETED" and len(left) != 1:
                raise Wrong(f"saga {number} is completed, and step {step} has had no effect")
            if status == "COMPENSATED" and left:
                raise Wrong(f"saga {number} was undone, and step {step} was not")
    check_money(engine, sagas, lines)
    return check_executions(world, sagas)


def check_executions(world, sagas):
    """Returns how many were begun more than once, of those that may be."""
    again = 0
    for (number, _), count in world.executions().items():
        if count > 1 and sagas[number][0] == "once":
            raise Wrong(f"saga {number}: what may happen once was begun {count} times")
        again += count > 1
    return again


def check_money(engine, sagas, lines):
    posted = sum(sagas[number][1] for number, line in lines.items()
                 if line["status"] == "COMPLETED")
    held = sum(sagas[number][1] for number, line in lines.items() if line["status"] == "STUCK")
    account = engine.ask("account", "get", PAYER)
    if (int(account["debits_posted"]), int(account["debits_pending"])) != (posted, held):
        raise Wrong(f"{posted} were to be paid and {held} held, but the account says {account}")
    engine.daybook.run("trial-balance", "--connect", engine.address)


def run_round(engine, world, sagas, source, options):
    for _ in range(options.sagas):
        number = 1_000 + len(sagas)
        sagas[number] = (source.choice([each["name"] for each in DEFINITIONS]),
                         source.randrange(1, 100))
        if not start_saga(engine, number, sagas[number][1], sagas[number][0]):
            break
        if source.random() < 0.04:
            world.kill(source.choice(list(PARTICIPANTS)))
        if source.random() < 0.02:
            break
    time.sleep(source.uniform(0, 0.3))
    engine.kill()
    if source.random() < 0.5:
        time.sleep(source.uniform(0, 0.2))  # What is under way is done while nobody listens.
    world.kill_all()


def run_rounds(daybook, options):
    sagas = {}
    with Workplace("participant") as place:
        world = World(daybook, place)
        try:
            for number in range(options.rounds + 1):
                source = random.Random(f"{options.seed}/round {number}")
                with Engine(daybook, place / "data", SERVE_OPTIONS) as engine:
                    engine.must_listen()
                    if number == 0:
                        found(engine, place)
                    check_replay(engine, moving=True)
                    last = number == options.rounds
                    if last:
                        (place / "settle").touch()
                    world.start(engine)
                    if not last:
                        run_round(engine, world, sagas, source, options)
                        print(f"round {number}: killed, {len(sagas)} sagas so far", flush=True)
                        continue
                    lines = settle(engine, sagas)
                    again = check(engine, world, sagas, lines)
                    world.kill_all()
                    check_replay(engine)
                    if engine.terminate() != 0:
                        raise Wrong(f"SIGTERM: exit {engine.process.returncode}")
        finally:
            world.kill_all()
        daybook.run("verify", place / "data")
    return sagas, lines, again


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--sagas", type=int, default=40, help="that a round starts at most")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"participant_kill: {options.rounds} rounds, --seed {options.seed}", flush=True)
    if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK):
        os.environ["TMPDIR"] = "/dev/shm"  # As .ci/run does: SIGKILL leaves memory alone as well.
    try:
        sagas, lines, again = run_rounds(Daybook(options.daybook), options)
    except Wrong as wrong:
        print(f"participant_kill: FAILED (--seed {options.seed}): {wrong}", file=sys.stderr)
        return 1
    ends = collections.Counter((sagas[number][0], line["status"])
                               for number, line in lines.items())
    print(f"participant_kill: {options.rounds} kills; "
          + ", ".join(f"{count} {name} {status}" for (name, status), count in sorted(ends.items()))
          + f"; {again} steps begun again: nothing twice, nothing left, the money agrees")
    return 0


if __name__ == "__main__":
    sys.exit(main())
