#!/usr/bin/env python3
"""Kills an engine amid sagas with SIGKILL, again and again, and sees every one to its end.

    tests/crash/saga_kill.py build/release/daybook [--rounds 8] [--workers 8] [--seed N]

A round: start on the directory of the round before; send again, unchanged, every command whose
answer never came; check that every saga that was started is there, once, and is what the answers
say, that those that had ended are what they were, and that every balance is what the sagas make it;
ask again for some of what was answered long ago; go on and start new sagas; kill the engine after a
random number of answers. Some sagas are done at once or undone at once, some sleep, some wait for a
signal, a cancel, both at once, or for their deadline, so kills find them waiting and fall due while
nobody runs. The last round is not killed and waits for all of them. Snapshots are frequent, so most
starts are from one. The seed is printed, and gives the same plans; which command an end finds under
way depends on the machine.
"""

import argparse
import collections
import json
import os
import random
import sys
import threading
import time

from command_load import Command, Load, settle_unanswered
from engine_under_test import PATIENCE_S, Daybook, Engine, Workplace, Wrong, check_replay

SERVE_OPTIONS = ("--segment-size", 1 << 18, "--snapshot-events", 300, "--snapshot-seconds", 0)
EURO, PIECES = 978, 7
TILL, SHELF = 1, 2  # Credited: one a ledger, without limits.
PAYERS = {EURO: range(101, 105), PIECES: range(201, 204)}
FUNDS = 1_000_000  # More than all sagas of a run together: only those meant to fail do.
TOO_MUCH = 2 * FUNDS
ANSWERS_A_ROUND = 60
SECOND_NS = 1_000_000_000
LIST_MAX = 1_000_000
ENDS = {"COMPLETED", "COMPENSATED"}


def posting(name, source, target, amount):
    return {"id": name, "kind": "ledger.post",
            "args": {"from": f"$.{source}", "to": f"$.{target}", "amount": f"$.{amount}"}}


def held(name, version, deadline_ms, wait):
    """The definition of a saga that holds an amount, waits, and captures it."""
    return {"name": name, "version": version, "deadline_ms": deadline_ms,
            "input": {"payer": "account", "amount": "money", "taker": "account"},
            "steps": [{"id": "reserve", "kind": "ledger.hold",
                       "args": {"from": "$.payer", "to": "$.taker", "amount": "$.amount"}},
                      wait,
                      {"id": "take", "kind": "ledger.capture", "hold": "reserve"}]}


APPROVAL = {"id": "word", "kind": "signal.wait", "signal": "approved", "output": {"by": "text"}}
HOUR_MS = 3_600_000
POSTS = ("pay", "ship", "tip")
DEFINITIONS = [
    {"name": "buy", "version": 1,
     "input": {"payer": "account", "till": "account", "price": "money", "stock": "account",
               "shelf": "account", "pieces": "money", "extra": "money"},
     "steps": [posting("pay", "payer", "till", "price"),
               posting("ship", "stock", "shelf", "pieces"),
               posting("tip", "payer", "till", "extra")]},
    *(held("nap", version, HOUR_MS,
           {"id": "sleep", "kind": "timer.wait", "delay_ms": version * 1000})
      for version in (1, 2, 3)),
    held("approve", 1, HOUR_MS, APPROVAL),
    *(held("hurry", version, version * 1000, APPROVAL) for version in (1, 2, 3)),
]


class Saga:
    """A plan: steps one after the other, the commands of a step at once."""

    PLANS = ("done", "fails", "fails", "nap", "nap", "woken", "signal", "signal", "cancel", "race",
             "late", "brink")

    def __init__(self, number, source):
        self.id = 1_000_000 + number
        self.plan = source.choice(self.PLANS)
        timed = self.plan in ("nap", "woken", "late", "brink")
        self.version = source.randrange(1, 4) if timed else 1
        self.posts = []  # [step, debit, credit, amount], of a purchase.
        self.hold = None  # (debit, credit, amount) of the others.
        self.steps = []
        self.position = 0
        self._make_plan(source)

    def _start(self, definition, *values):
        self.definition = definition
        self.values = values
        self.steps.append([Command("saga", "start", self.start_arguments(), ("created",),
                                   ("exists",))])

    def start_arguments(self, *other):
        return (f"{self.definition}@{self.version}", "--id", self.id, "--business", self.id,
                *self.values, *other)

    def _event(self, kind, *more, first):
        place = {"signal": 1, "cancel": 2}[kind]
        return Command("saga", kind, (self.id, *more, "--event-id", self.id * 10 + place), first,
                       ("exists",))

    def _signal(self, *first):
        return self._event("signal", "approved", "by=boss", first=first)

    def _cancel(self, *first):
        return self._event("cancel", first=first)

    def _purchase(self, source):
        payer, stock = source.choice(PAYERS[EURO]), source.choice(PAYERS[PIECES])
        amounts = [source.randrange(1, 100) for _ in POSTS]
        if self.plan == "fails":
            amounts[source.randrange(len(POSTS))] = TOO_MUCH
        sides = ((payer, TILL), (stock, SHELF), (payer, TILL))
        self.posts = [[name, *pair, amount]
                      for name, pair, amount in zip(POSTS, sides, amounts)]
        self._start("buy", f"payer={payer}", f"till={TILL}", f"price={amounts[0]} {EURO}",
                    f"stock={stock}", f"shelf={SHELF}", f"pieces={amounts[1]} {PIECES}",
                    f"extra={amounts[2]} {EURO}")

    def _make_plan(self, source):
        if self.plan in ("done", "fails"):
            self._purchase(source)
            return
        ledger = source.choice((EURO, PIECES))
        self.hold = (source.choice(PAYERS[ledger]), TILL if ledger == EURO else SHELF,
                     source.randrange(1, 100))
        definition = {"nap": "nap", "woken": "nap", "late": "hurry", "brink": "hurry"}
        self._start(definition.get(self.plan, "approve"), f"payer={self.hold[0]}",
                    f"amount={self.hold[2]} {ledger}", f"taker={self.hold[1]}")
        either = ("created", "saga_has_ended")
        follows = {"woken": lambda: [self._cancel(*either)],
                   "signal": lambda: [self._signal("created")],
                   "cancel": lambda: [self._cancel("created")],
                   "race": lambda: [self._signal(*either), self._cancel(*either)],
                   "brink": lambda: [self._signal(*either)]}
        if self.plan in follows:
            self.steps.append(follows[self.plan]())

    def step(self):
        return self.steps[self.position] if self.position < len(self.steps) else None

    def commands(self):
        return [command for step in self.steps for command in step]

    def is_known(self):
        return bool(self.commands()[0].answer)

    def _said(self):
        """What signals and cancels that were taken, or came too late, say of the end."""
        taken = {"signal": "COMPLETED", "cancel": "COMPENSATED"}
        other = {"signal": "COMPENSATED", "cancel": "COMPLETED"}
        said = {(other if command.answer == "saga_has_ended" else taken)[command.kind]
                for command in self.commands()[1:] if command.answer}
        if len(said) > 1:
            raise Wrong(f"saga {self.id} is said to be completed and undone")
        return said

    def may_be(self):
        """The statuses that it may have, by the answers."""
        if self.plan in ("done", "fails"):
            return {"COMPLETED" if self.plan == "done" else "COMPENSATED"}
        if said := self._said():
            return said
        by_time = {"nap": {"COMPLETED"}, "woken": {"COMPLETED"}, "late": {"COMPENSATED"},
                   "brink": {"COMPENSATED"}}
        return {"RUNNING"} | by_time.get(self.plan, set())

    def begun_posts(self):
        """Of a purchase, the posts that are done before the first one that fails."""
        done = []
        for post in self.posts:
            if post[3] == TOO_MUCH:
                break
            done.append(post)
        return done

    def book(self, balances, status):
        """Adds what it did to [debits posted, pending, credits posted, pending] of each account."""
        for _, debit, credit, amount in self.begun_posts():
            pairs = [(debit, credit)] + ([(credit, debit)] if status == "COMPENSATED" else [])
            for one, other in pairs:
                balances[one][0] += amount
                balances[other][2] += amount
        if self.hold and status != "COMPENSATED":
            debit, credit, amount = self.hold
            pending = 1 if status == "RUNNING" else 0
            balances[debit][pending] += amount
            balances[credit][2 + pending] += amount

    def not_before(self, line):
        """When it may end at the earliest, where only time ends it."""
        if line["status"] == "COMPLETED" and self.definition == "nap":
            return int(line["started_at"]) + self.version * SECOND_NS
        if self.plan == "late" or (line["goes_back"] == "deadline"):
            return int(line["started_at"]) + self.version * SECOND_NS
        return 0

    def expected_steps(self, status):
        """[(id, state, undo)] of one that has ended; None stands for either of two."""
        if self.hold:
            if status == "COMPLETED":
                return [("reserve", "SUCCEEDED"), (None, "SUCCEEDED"), ("take", "SUCCEEDED")]
            return [("reserve", "SUCCEEDED", "C_SUCCEEDED"), (None, None, "NOT_NEEDED"),
                    ("take", "NOT_STARTED", "NOT_NEEDED")]
        done = len(self.begun_posts())
        undo = ("C_SUCCEEDED",) if status == "COMPENSATED" else ()
        return [(name, "SUCCEEDED", *undo) if place < done else
                (name, "FAILED" if place == done else "NOT_STARTED")
                for place, name in enumerate(POSTS)]


def look_up(engine, sagas):
    """{id: what `saga list --all` says}. Each is there once, and nothing that nobody asked for."""
    output = engine.daybook.run("saga", "list", "--all", "--limit", LIST_MAX, "--json", "--connect",
                                engine.address)
    found = {}
    for line in map(json.loads, output.splitlines()):
        if int(line["id"]) in found:
            raise Wrong(f"saga {line['id']} is listed twice")
        found[int(line["id"])] = line
    known = {each.id for each in sagas if each.is_known()}
    if missing := known - found.keys():
        raise Wrong(f"sagas {sorted(missing)} were acknowledged and are lost")
    if more := found.keys() - known:
        raise Wrong(f"sagas {sorted(more)} are there, and nobody started them")
    return found


def check_status(saga, line, ended):
    """`ended` are the lines of those that had ended when they were looked at before."""
    status = line["status"]
    if status not in saga.may_be():
        raise Wrong(f"saga {saga.id} ({saga.plan}) is {status}, and by what was answered "
                    f"{sorted(saga.may_be())}")
    if (line["definition"], line["definition_version"]) != (saga.definition, saga.version):
        raise Wrong(f"saga {saga.id}, started as {saga.definition}@{saga.version}: {line}")
    if saga.id in ended and ended[saga.id] != line:
        raise Wrong(f"saga {saga.id} had ended as {ended[saga.id]} and is now {line}")
    if (status in ENDS) != (line["ended_at"] != "0"):
        raise Wrong(f"saga {saga.id}: {line}")
    if status in ENDS:
        if int(line["ended_at"]) < saga.not_before(line):
            raise Wrong(f"saga {saga.id} ({saga.plan}) ended before its time: {line}")
        ended[saga.id] = line


def check_history(engine, saga, status):
    """Every step of one that has ended was done, and undone, once, and the last one first."""
    shown = engine.ask("saga", "show", saga.id)
    steps = [(step["id"], step["state"], step["undo"]) for step in shown["steps"]]
    for said, expected in zip(steps, saga.expected_steps(status), strict=True):
        if any(one not in (None, other) for one, other in zip(expected, said)):
            raise Wrong(f"saga {saga.id} ({saga.plan}, {status}): its steps are {steps}")
    happened = [(each.get("step"), each["what"]) for each in shown["timeline"]]
    done = [step for step, what in happened
            if what == "succeeded" or (step and what.endswith("has come"))]
    undone = [step for step, what in happened if step and what.startswith("undone:")]
    starts = sum(what.startswith("started as") for _, what in happened)
    if (starts != 1 or done != [name for name, state, _ in steps if state == "SUCCEEDED"]
            or undone != [name for name, _, undo in reversed(steps) if undo == "C_SUCCEEDED"]
            or shown["status"] != status):
        raise Wrong(f"saga {saga.id} ({saga.plan}, {status}): this happened to it: {happened}")


def read_balances(engine):
    accounts = [TILL, SHELF, *PAYERS[EURO], *PAYERS[PIECES]]
    output = engine.daybook.run("account", "get", *accounts, "--json", "--connect", engine.address)
    return {int(line["id"]): [int(line[f"{side}_{kind}"]) for side in ("debits", "credits")
                              for kind in ("posted", "pending")]
            for line in map(json.loads, output.splitlines())}


def expected_balances(sagas, statuses):
    """{account: [debits posted, debits pending, credits posted, credits pending]}."""
    balances = collections.defaultdict(lambda: [0, 0, 0, 0])
    for ledger, payers in PAYERS.items():
        for payer in payers:
            balances[payer][2] += FUNDS
            balances[TILL if ledger == EURO else SHELF][0] += FUNDS
    for each in sagas:
        if each.id in statuses:
            each.book(balances, statuses[each.id])
    return dict(balances)


def statuses_of(found):
    return {number: line["status"] for number, line in found.items()}


def check_money(engine, sagas):
    """Returns {id: its line} of all. Sagas may end meanwhile: it is tried until none does."""
    engine.daybook.run("trial-balance", "--connect", engine.address)
    end = time.monotonic() + PATIENCE_S
    found = look_up(engine, sagas)
    while True:
        said = read_balances(engine)
        later = look_up(engine, sagas)
        if statuses_of(found) == statuses_of(later):
            break
        if time.monotonic() > end:
            raise Wrong("sagas go on ending, and none was started")
        found = later
    expected = expected_balances(sagas, statuses_of(found))
    for account, amounts in said.items():
        if amounts != expected[account]:
            raise Wrong(f"account {account}: debits posted and pending, credits posted and pending "
                        f"are {amounts}, by its sagas {expected[account]}")
    return found


def ask_again(engine, sagas, source, count):
    """Some of what was answered before is sent once more: each a repeat, nothing done twice."""
    answered = [(each, command) for each in sagas for command in each.commands() if command.answer]
    for each, command in source.sample(answered, min(count, len(answered))):
        expected = "saga_has_ended" if command.answer == "saga_has_ended" else "exists"
        answer = engine.ask("saga", command.kind, *command.arguments, good=(0, 1))["status"]
        if answer != expected:
            raise Wrong(f"{command}, once answered {command.answer}, is answered {answer} instead "
                        f"of {expected}")
        if command.kind == "start" and source.random() < 0.3:
            arguments = each.start_arguments("--user", 9)
            answer = engine.ask("saga", "start", *arguments, good=(1,))["status"]
            if answer != "exists_with_different_user_id":
                raise Wrong(f"saga {each.id}, started by another user: {answer}")


class Checker:
    """Looks at an engine that came back, and remembers what it saw."""

    def __init__(self, sagas):
        self.sagas = sagas
        self.unanswered = self.loaded = 0
        self.ended = {}  # {id: its line}, which must never change.
        self._shown = set()

    def check(self, engine, source, moving=True):
        lost = settle_unanswered(engine, self.sagas)
        self.unanswered += lost
        self.loaded += lost > 0
        self._look(engine)
        ask_again(engine, self.sagas, source, 12)
        found = self._look(engine)
        new = [each for each in self.sagas if each.id in self.ended and each.id not in self._shown]
        old = [each for each in self.sagas if each.id in self._shown]
        for each in new + source.sample(old, min(5, len(old))):
            check_history(engine, each, self.ended[each.id]["status"])
            self._shown.add(each.id)
        check_replay(engine, moving)
        return found

    def _look(self, engine):
        found = check_money(engine, self.sagas)
        for each in self.sagas:
            if each.id in found:
                check_status(each, found[each.id], self.ended)
        return found


def found_accounts(engine, directory):
    def ask(*arguments):
        engine.daybook.run(*arguments, "--connect", engine.address)
    ask("ledger", "put", EURO, "--name", "EUR", "--scale", 0, "--kind", "currency")
    ask("ledger", "put", PIECES, "--name", "PCS", "--scale", 0, "--kind", "currency")
    for ledger, credited in ((EURO, TILL), (PIECES, SHELF)):
        ask("account", "create", "--id", credited, "--ledger", ledger, "--code", 1)
        for payer in PAYERS[ledger]:
            ask("account", "create", "--id", payer, "--ledger", ledger, "--code", 2, "--flag",
                "debits_must_not_exceed_credits")
            ask("transfer", "create", "--id", payer, "--debit", credited, "--credit", payer,
                "--amount", FUNDS, "--ledger", ledger, "--code", 1)
    for definition in DEFINITIONS:
        file = directory / f"{definition['name']}-{definition['version']}.json"
        file.write_text(json.dumps(definition))
        ask("saga", "put", file)


def finish(engine, checker, source):
    """All end, and no hold is open."""
    waiting = time.monotonic() + PATIENCE_S
    while engine.daybook.run("saga", "list", "--json", "--connect", engine.address):
        if time.monotonic() > waiting:
            raise Wrong("sagas go on long after everything was sent and every time has passed")
        time.sleep(0.1)
    found = checker.check(engine, source, moving=False)
    for number, line in found.items():
        if line["status"] not in ENDS:
            raise Wrong(f"saga {number} has no end: {line}")
    for account, (_, debits, _, credits) in read_balances(engine).items():
        if debits or credits:
            raise Wrong(f"a hold is left on account {account}")
    if engine.terminate() != 0:
        raise Wrong(f"SIGTERM: exit {engine.process.returncode}: {engine.errors()}")


def run_rounds(daybook, options):
    sagas = []
    checker = Checker(sagas)
    lock = threading.Lock()

    def fresh():
        with lock:
            number = len(sagas)
            sagas.append(Saga(number, random.Random(f"{options.seed}/{number}")))
            return sagas[-1]

    with Workplace("saga") as place:
        for number in range(options.rounds + 1):
            source = random.Random(f"{options.seed}/round {number}")
            with Engine(daybook, place / "data", SERVE_OPTIONS) as engine:
                engine.must_listen()
                if number == 0:
                    found_accounts(engine, place)
                else:
                    checker.check(engine, source)
                last = number == options.rounds
                load = Load(engine, None if last else fresh)
                load.start([each for each in sagas if each.step()], options.workers)
                if last:
                    load.join()
                    finish(engine, checker, source)
                    break
                load.wait_for(source.randrange(1, ANSWERS_A_ROUND))
                time.sleep(source.uniform(0, 0.03))  # Not always just behind an answer.
                load.kill()
                print(f"round {number}: killed after {load.answers} answers, {len(sagas)} sagas so "
                      "far", flush=True)
        daybook.run("verify", place / "data")
    return checker


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"saga_kill: {options.rounds} rounds, --seed {options.seed}", flush=True)
    if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK):
        os.environ["TMPDIR"] = "/dev/shm"  # As .ci/run does: SIGKILL leaves memory alone as well.
    try:
        checker = run_rounds(Daybook(options.daybook), options)
    except Wrong as wrong:
        print(f"saga_kill: FAILED (--seed {options.seed}): {wrong}", file=sys.stderr)
        return 1
    # A loop that kills idle engines proves nothing.
    if checker.loaded * 2 < options.rounds:
        print(f"saga_kill: FAILED: only {checker.loaded} of {options.rounds} kills left a command "
              "unanswered", file=sys.stderr)
        return 1
    ends = collections.Counter((line["definition"], line["status"])
                               for line in checker.ended.values())
    print(f"saga_kill: {options.rounds} kills, {checker.unanswered} commands without an answer, "
          "all settled by sending them again; "
          + ", ".join(f"{count} {name} {status}" for (name, status), count in sorted(ends.items()))
          + ": none lost, none done twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
