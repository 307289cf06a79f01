"""Sagas of every kind, the programs outside that do their steps, and what each kind must come to:
what fault_points.py lets die, and what it compares with."""

import collections
import json
import os
import subprocess

from engine_under_test import PATIENCE_S, Wrong

EURO = 978
PAYER, SHOP, FEES, BANK = 101, 1, 2, 9
CODES = {PAYER: 20, SHOP: 30, FEES: 40, BANK: 10}
FUNDS = 10_000_000
NAP_MS = 700

# What each saga that ends so has moved, by account code: {code: (debits, credits)}.
MOVED = {
    ("local", "COMPLETED"): {20: (7, 0), 30: (1, 7), 40: (0, 1)},
    ("nap", "COMPLETED"): {20: (5, 0), 30: (0, 5)},
    ("trip", "COMPLETED"): {20: (11, 0), 30: (0, 11)},
    ("back", "COMPENSATED"): {20: (3, 3), 30: (3, 3)},
    ("once", "COMPLETED"): {20: (13, 0), 30: (0, 13)},
    ("once", "STUCK"): {},
    ("ask", "COMPLETED"): {20: (17, 0), 30: (0, 17)},
    ("seats", "COMPLETED"): {20: (19, 0), 30: (0, 19)},
    ("tcc", "confirmed"): {20: (23 + 2, 0), 30: (0, 23), 40: (0, 2)},
    ("tcc", "cancelled"): {},
}
# And what it still holds: (code that pays, code that gets, amount).
HELD = {("once", "STUCK"): (20, 30, 13)}
FUNDED = {10: (FUNDS, 0), 20: (0, FUNDS)}

# A program of a participant: WORLD DIRECTORY. It logs each command, and an effect is a line in a
# file: so one that came twice would be seen. Only the program of what is promised to be idempotent
# looks whether it has done so already. Step `decline` is never done.
WORLD = r"""#!/bin/sh
read -r command || exit 1
field() { value=${command#*\"$1\":\"}; value=${value%%\"*}; }
field operation; operation=$value
field key; key=$value
field target; target=$value
field saga; saga=$value
field step; step=$value
field type; type=$value
echo "$operation $key $saga $step $type" >>"$1/log"
of=$key
[ "$operation" = do ] || of=$target
has() { [ -e "$1/$2" ]; }
case $operation in
query)
  if has "$1/do" "$of"; then echo "{\"outcome\":\"succeeded\",\"reference\":\"r-$of\"}"
  else echo '{"outcome":"never_seen"}'; fi
  exit ;;
do)
  if [ "$step" = decline ]; then echo '{"outcome":"failed","message":"declined"}'; exit; fi ;;
esac
case $type in
shop.*) has "$1/$operation" "$of" || echo "$saga $step" >>"$1/$operation/$of" ;;
*) echo "$saga $step" >>"$1/$operation/$of" ;;
esac
echo "{\"outcome\":\"succeeded\",\"reference\":\"r-$of\"}"
"""

PARTICIPANTS = {"shop": ["shop.a.v1", "shop.b.v1", "shop.undo.v1", "shop.seat.v1"],
                "bank": ["bank.ask.v1"], "till": ["till.once.v1"]}
PROMISES = {"till.once.v1": {"retry": "at_most_once", "can_query": False},
            "bank.ask.v1": {"retry": "query_then_retry", "can_query": True}}
QUICK = {"initial_ms": 50, "factor": 2, "cap_ms": 200}
ENDLESS = {**QUICK, "max": 0, "on_exhausted": "stuck"}


def remote(name, kind, timeout_ms, **more):
    return {"id": name, "kind": "remote.call", "type": kind, "timeout_ms": timeout_ms, **more}


def definitions(lease_ms):
    """Each with the amounts of MOVED written into it."""
    def call(name, kind, **more):
        return remote(name, kind, lease_ms, **more)

    def moves(name, kind, amount, target="shop"):
        return {"id": name, "kind": kind,
                "args": {"from": "$.payer" if target == "shop" else "$.shop", "to": f"$.{target}",
                         "amount": f"$.{amount}"}}
    undone = {"undo": "shop.undo.v1", "retry": {**QUICK, "max": 0, "on_exhausted": "compensate"}}
    pivot = {"class": "pivot", "retry": ENDLESS}
    retriable = {"class": "retriable"}
    hold = moves("reserve", "ledger.hold", "amount")
    take = {"id": "take", "kind": "ledger.capture", "hold": "reserve"}

    def confirm(name, of):
        return {"id": name, "kind": "remote.tcc", "confirms": of, "timeout_ms": lease_ms,
                "class": "retriable", "retry": ENDLESS}

    def seat(name):
        return {"id": name, "kind": "remote.tcc", "type": "shop.seat.v1", "timeout_ms": lease_ms,
                "retry": ENDLESS}
    steps = {
        "local": [moves("pay", "ledger.post", "amount"),
                  moves("fee", "ledger.post", "fee", target="fees")],
        "nap": [moves("pay", "ledger.post", "amount"),
                {"id": "nap", "kind": "timer.wait", "delay_ms": NAP_MS}],
        "trip": [hold, call("a", "shop.a.v1", **undone), call("b", "shop.b.v1", **undone), take],
        "back": [moves("pay", "ledger.post", "amount"), call("a", "shop.a.v1", **undone),
                 call("b", "shop.b.v1", **undone), call("decline", "shop.a.v1", **undone)],
        "once": [hold, call("pay", "till.once.v1", **pivot), {**take, **retriable}],
        "ask": [hold, call("pay", "bank.ask.v1", **pivot), {**take, **retriable}],
        "seats": [hold, seat("one"), seat("two"), call("pay", "bank.ask.v1", **pivot),
                  confirm("one_is", "one"), confirm("two_is", "two"), {**take, **retriable}],
    }
    inputs = {"payer": "account", "shop": "account", "amount": "money"}
    fees = {"fees": "account", "fee": "money"}
    return [{"name": name, "version": 1, "deadline_ms": 3_600_000,
             "input": {**inputs, **fees} if name == "local" else inputs, "steps": steps[name]}
            for name in steps]


AMOUNTS = {"local": 7, "nap": 5, "trip": 11, "back": 3, "once": 13, "ask": 17, "seats": 19}
# The steps of a saga that ends so which have had their effect, and of those the ones undone.
HAPPENED = {("trip", "COMPLETED"): {"a", "b"}, ("back", "COMPENSATED"): {"a", "b"},
            ("once", "COMPLETED"): {"pay"}, ("ask", "COMPLETED"): {"pay"},
            ("seats", "COMPLETED"): {"one", "two", "pay"}}
UNDONE = {("back", "COMPENSATED"): {"a", "b"}}
CONFIRMED = {("seats", "COMPLETED"): {"one_is", "two_is"}}


class World:
    """The directory of the programs' files, and the participants that run them."""

    def __init__(self, daybook, directory):
        self.daybook, self.directory = daybook, directory
        for name in ("do", "undo", "confirm"):
            (directory / name).mkdir()
        self.program = directory / "world.sh"
        self.program.write_text(WORLD)
        self.program.chmod(0o755)
        (directory / "log").touch()
        self.running = {}

    def start(self, name, address, fault=None):
        words = [word for each in PARTICIPANTS[name]
                 for word in ("--type", each, "--exec", f"{self.program} {self.directory}")]
        if name == "bank":
            words.append("--query")
        prepare = (lambda: os.putenv("DAYBOOK_FAULT", fault)) if fault else None
        self.running[name] = self.daybook.popen(
            "participant", "run", "--name", name, "--store", self.directory / f"{name}.db",
            "--json", "--connect", address, *words, prepare=prepare,
            stdout=open(self.directory / f"{name}.out", "wb"),
            stderr=open(self.directory / f"{name}.err", "ab"))

    def stop(self, name):
        """Ends one well. What it says that it was sent, of which repeats."""
        process = self.running.pop(name)
        process.terminate()
        if process.wait(timeout=PATIENCE_S) != 0:
            raise Wrong(f"participant {name}: exit {process.returncode}: "
                        f"{(self.directory / f'{name}.err').read_text()[-1000:]}")
        return json.loads((self.directory / f"{name}.out").read_text().splitlines()[-1])

    def kill_all(self):
        for process in self.running.values():
            process.kill()
            process.wait()
        self.running.clear()

    def log(self):
        return [line.split() for line in (self.directory / "log").read_text().splitlines()]

    def effects(self, operation):
        """{saga: {step: [effects, of each key]}}"""
        found = collections.defaultdict(lambda: collections.defaultdict(list))
        for file in (self.directory / operation).iterdir():
            lines = file.read_text().splitlines()
            saga, step = lines[0].split()
            found[int(saga, 0)][step].append(len(lines))
        return found
