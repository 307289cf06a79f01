#!/usr/bin/env python3
"""Lets an engine, or a participant, kill itself at each fault point that is compiled in, and sees
everything that it was doing to its end.

    tests/crash/fault_points.py build/asan/daybook [--hits 2] [--jobs 4] [--seed N] [--absent]

Case 45 of the sagas: kill -9 at each moment of the table of tests/README.md. The binary must have
been built with DAYBOOK_FAULT_POINTS; what it calls its points, and what this script knows of them,
must be the same.

A round: start the engine, or one of its three participants, with a point armed; start sagas of
every kind (local, waiting, undone, remote with each of the three promises, tried and confirmed) and
TCC transactions until the process has killed itself, which it must; start it again without; send
again what was not answered; wait until all have ended. Then:

- each one has ended as its definition and the answers say; stuck is only what is promised to be
  done at most once and is in doubt
- debits are credits, and the sums by account code are those of a table written by hand
- by the programs' own log, what is to happen at most once was begun at most once under each key,
  and nothing that may not be repeated has had its effect twice; by its timeline it was sent once;
  what was undone is undone, what is completed has happened and was confirmed
- what a replay of the journal gives is what the engine has, and it runs no program

The seed is printed, and gives the same order of starts; what a kill finds under way besides its
point depends on the machine.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

from engine_under_test import PATIENCE_S, Daybook, Engine, Workplace, Wrong
from fault_world import (AMOUNTS, BANK, CODES, CONFIRMED, EURO, FEES, FUNDED, FUNDS, HAPPENED, HELD,
                         MOVED, NAP_MS, PARTICIPANTS, PAYER, PROMISES, SHOP, UNDONE, World,
                         definitions)

SERVE_OPTIONS = ("--segment-size", 1 << 18, "--snapshot-events", 300, "--snapshot-seconds", 0)
BATCHES_MAX = 8  # Until a point fires.
LOOK_AGAIN_S = 0.4
LIST_MAX = 100_000
ENDS = {"COMPLETED", "COMPENSATED", "STUCK"}

# Where the engine dies, and the kind of saga that takes it there.
NEEDS = {"start": "local", "dispatch": "trip", "answer": "ask", "abort": "back",
         "undo_dispatch": "back", "undo_answer": "back", "decision": "tcc",
         "confirm_dispatch": "seats", "confirm_answer": "seats", "end": "local", "timer": "nap"}
ENGINE_POINTS = {f"{what}_{when}": kind for what, kind in NEEDS.items()
                 for when in ("decided", "durable")}
ENGINE_POINTS |= {"commands_sent": "once", "answers_received": "once"}
# Where a participant dies, and the kind of saga for each of them.
PARTICIPANT_POINTS = ("step_applied", "step_recorded")
DONE_BY = {"shop": "trip", "bank": "ask", "till": "once"}


def points_of(daybook):
    """The names that the binary has; they are told where a name is wrong."""
    process = daybook.popen("serve", "--data", "/dev/null/none", stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, prepare=lambda: os.putenv("DAYBOOK_FAULT", "x"))
    output, errors = process.communicate(timeout=PATIENCE_S)
    found = re.search(rb"there are ([a-z_ ]+)", errors)
    if process.returncode != 2 or not found:
        raise Wrong("DAYBOOK_FAULT=x does not keep serve from starting: fault points are not "
                    f"compiled in (exit {process.returncode}): {output + errors!r}")
    return found[1].decode().split()


def check_refusals(daybook):
    """What is no point, or no hit, is refused by both commands that have points."""
    known = set(points_of(daybook))
    if known != {*ENGINE_POINTS, *PARTICIPANT_POINTS}:
        raise Wrong(f"points that this script or the binary does not know: "
                    f"{sorted(known ^ {*ENGINE_POINTS, *PARTICIPANT_POINTS})}")
    commands = {"serve": ("serve", "--data", "/dev/null/none"),
                "participant": ("participant", "run", "--name", "n", "--type", "t", "--exec", ":")}
    for text in ("start_durable", "start_durable:0", "start_durable:1x", "none:1"):
        for name, command in commands.items():
            process = daybook.popen(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    prepare=lambda text=text: os.putenv("DAYBOOK_FAULT", text))
            _, errors = process.communicate(timeout=PATIENCE_S)
            if process.returncode != 2 or b"say NAME:N" not in errors:
                raise Wrong(f"{name} with DAYBOOK_FAULT={text}: exit {process.returncode}: "
                            f"{errors.decode()}")


def check_absent(daybook):
    """Of a build without fault points: nothing of them is in it, and nothing can be armed."""
    with open(daybook.binary, "rb") as file:
        binary = file.read()
    for text in (b"DAYBOOK_FAULT", b"fault points are compiled in", b"confirm_dispatch_durable"):
        if text in binary:
            raise Wrong(f"{daybook.binary} has fault points: it has the text {text.decode()!r}")
    with Workplace("no-fault") as place:
        with Engine(daybook, place / "data", SERVE_OPTIONS,
                    prepare=lambda: os.putenv("DAYBOOK_FAULT", "nonsense")) as engine:
            engine.must_listen()
            if engine.terminate() != 0:
                raise Wrong(f"SIGTERM: exit {engine.process.returncode}")


class QuickDaybook(Daybook):
    """Starts what ends by itself without forking the interpreter, which takes most of the time."""

    def popen(self, *arguments, prepare=None, **options):
        if prepare or arguments[:2] == ("participant", "run"):
            return super().popen(*arguments, prepare=prepare, **options)
        return subprocess.Popen([self.binary, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                **options)


class Client:
    """A command line that is sent until it is answered; `again` is what a repeat is answered."""

    def __init__(self, words, good):
        self.words, self.good, self.answered = words, good, False
        self.process = None

    def send(self, daybook, address):
        self.process = daybook.popen(*self.words, "--json", "--connect", address,
                                     "--request-timeout", "60", stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)

    def finish(self, is_down):
        """Notes the answer, where there is one; of an engine that is down there need not be."""
        output, errors = self.process.communicate()
        # A client may know before we do.
        until = time.monotonic() + PATIENCE_S / 4
        while self.process.returncode == 2 and not is_down() and time.monotonic() < until:
            time.sleep(0.01)
        if self.process.returncode == -signal.SIGKILL or (is_down() and not output):
            return
        try:
            status = json.loads(output.splitlines()[0])["status"]
        except (ValueError, IndexError, KeyError):
            raise Wrong(f"{self.words}: exit {self.process.returncode}: {output!r} "
                        f"{errors.decode()[-500:]}") from None
        if status not in self.good:
            raise Wrong(f"{self.words}: answered {status}, not one of {self.good}")
        self.answered = True


class Site:
    """An engine's directory and what was ever asked of it: the place of many rounds."""

    def __init__(self, daybook, directory, source, lease_ms):
        self.daybook, self.source, self.lease_ms = daybook, source, lease_ms
        self.directory = directory
        self.world = World(daybook, directory)
        self.port = free_port()
        self.sagas = {}  # {id: definition}
        self.transactions = {}  # {gid: "confirmed" or "cancelled"}
        self.waiting = []  # Commands without an answer, in their order: lists, one after the other.
        self.created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
        self.ends = collections.Counter()  # {(definition, status): how many}
        self.engine = None

    def serve(self, fault=None):
        prepare = (lambda: os.putenv("DAYBOOK_FAULT", fault)) if fault else None
        self.engine = Engine(self.daybook, self.directory / "data", SERVE_OPTIONS, prepare=prepare,
                             port=self.port).must_listen()
        said = self.engine.said[0]
        armed = f"armed: {fault}" if fault else "none is armed"
        if "fault points are compiled in" not in said or armed not in said:
            raise Wrong(f"the first line of serve, with DAYBOOK_FAULT={fault}: {said}")

    def found(self):
        def ask(*arguments):
            self.daybook.run(*arguments, "--connect", self.engine.address)
        ask("ledger", "put", EURO, "--name", "EUR", "--scale", 0, "--kind", "currency")
        accounts = self.directory / "accounts.jsonl"
        accounts.write_text("".join(json.dumps({
            "id": str(account), "ledger": EURO, "code": code,
            "flags": ["debits_must_not_exceed_credits"] if account == PAYER else []}) + "\n"
            for account, code in CODES.items()))
        ask("account", "create", "--file", accounts)
        ask("transfer", "create", "--id", 1, "--debit", BANK, "--credit", PAYER, "--amount", FUNDS,
            "--ledger", EURO, "--code", 1)
        for name, types in PARTICIPANTS.items():
            file = self.directory / f"{name}.json"
            kinds = [{"type": each, **PROMISES.get(each, {})} for each in types]
            file.write_text(json.dumps({"name": name, "types": kinds}))
            ask("participant", "put", file, "--reason", "a test")
        files = []
        for each in definitions(self.lease_ms):
            files.append(self.directory / f"{each['name']}.saga.json")
            files[-1].write_text(json.dumps(each))
        ask("saga", "put", *files)

    def start_participants(self, but=None):
        for name in PARTICIPANTS:
            if name not in self.world.running and name != but:
                self.world.start(name, self.engine.address)

    def stop_participant(self, name):
        counts = self.world.stop(name)
        if name == "till" and counts["repeats"] != 0:  # By its own word.
            raise Wrong(f"what may happen once was sent more than once: {counts}")

    # ---- What is asked. ----

    def make_batch(self, kind, hit):
        """So many of this kind and two others: lists of commands, each to be sent in order."""
        others = [each for each in (*AMOUNTS, "tcc") if each != kind]
        lists = []
        for name in [kind] * hit + self.source.sample(others, 2):
            if name == "tcc":
                lists.append(self.transaction())
                continue
            number = 1_000 + len(self.sagas)
            self.sagas[number] = name
            fee = (f"fees={FEES}", f"fee=1 {EURO}") if name == "local" else ()
            words = ("saga", "start", name, "--id", number, f"payer={PAYER}", f"shop={SHOP}",
                     f"amount={AMOUNTS[name]} {EURO}", *fee)
            lists.append([Client(words, ("created", "exists"))])
        self.source.shuffle(lists)
        return lists

    def transaction(self):
        gid = 500_000 + len(self.transactions)
        self.transactions[gid] = self.source.choice(("confirmed", "cancelled"))

        def tcc(kind, *words):
            return Client(("tcc", kind, gid, *words), ("done", "duplicate", "duplicate_confirmed"))

        def tried(branch, credit, amount):
            return tcc("try", branch, "--debit", PAYER, "--credit", credit, "--amount", amount,
                       "--ledger", EURO, "--code", 1)
        last = (tcc("confirm", "1", "2", "--ledger", EURO)
                if self.transactions[gid] == "confirmed"
                else tcc("cancel", "--created", self.created))
        return [tcc("begin", "--created", self.created, "--timeout", "1h"), tried(1, SHOP, 23),
                tried(2, FEES, 2), last]

    def send_all(self, is_over):
        """Until all are answered, or what is to die has."""
        while any(self.waiting) and not is_over():
            sent = [commands[0] for commands in self.waiting if commands]
            for each in sent:
                each.send(self.daybook, self.engine.address)
            while any(each.process.poll() is None for each in sent) and not self.is_down():
                time.sleep(0.01)
            for each in sent:
                # They would try to connect again.
                if each.process.poll() is None:
                    each.process.kill()
                each.finish(self.is_down)
            for commands in self.waiting:
                if commands and commands[0].answered:
                    commands.pop(0)

    def is_down(self):
        return self.engine.process.poll() is not None

    def load_until(self, is_over, kind, point, hit):
        """Starts sagas and transactions until `is_over`."""
        for _ in range(BATCHES_MAX):
            self.waiting += self.make_batch(kind, hit)
            self.send_all(is_over)
            until = time.monotonic() + NAP_MS / 1000 + 3 * self.lease_ms / 1000
            while not is_over() and time.monotonic() < until and self.going_on():
                time.sleep(LOOK_AGAIN_S)
            if is_over():
                return
        raise Wrong(f"{point} never fires, after {BATCHES_MAX} batches of all that there is")

    def going_on(self):
        """Sagas that have no end yet; None where the engine is down."""
        code, output = self.engine.run_client("saga", "list", "--limit", LIST_MAX, "--json")
        if code != 0:  # Of an engine that is dying the client may tell first.
            if self.engine.wait() == -signal.SIGKILL:
                return None
            raise Wrong(f"saga list: exit {code}: {output}")
        lines = [json.loads(line) for line in output.splitlines()]
        return [line for line in lines if line["status"] not in ENDS]

    # ---- A round. ----

    def run_engine_round(self, point, hit):
        self.serve(f"{point}:{hit}")
        with self.engine:
            self.start_participants()
            self.load_until(self.is_down, ENGINE_POINTS[point], point, hit)
            if self.engine.wait() != -signal.SIGKILL:
                raise Wrong(f"{point}: exit {self.engine.process.returncode}: "
                            f"{self.engine.errors()}")
        if point == "timer_durable":
            time.sleep(NAP_MS / 1000)  # It falls due while nobody runs.
        self.serve()
        self.finish_round()

    def run_participant_round(self, point, name, hit):
        self.serve()
        self.start_participants(but=name)
        if name in self.world.running:
            self.stop_participant(name)
        self.world.start(name, self.engine.address, f"{point}:{hit}")
        process = self.world.running[name]
        self.load_until(lambda: process.poll() is not None, DONE_BY[name], point, hit)
        if process.wait() != -signal.SIGKILL:
            raise Wrong(f"{point} of {name}: exit {process.returncode}")
        del self.world.running[name]
        self.start_participants()
        self.finish_round()

    def finish_round(self):
        with self.engine:
            self.start_participants()
            self.send_all(self.is_down)
            until = time.monotonic() + PATIENCE_S
            while going_on := self.going_on():
                if time.monotonic() > until:
                    raise Wrong(f"sagas never end: {going_on}")
                time.sleep(LOOK_AGAIN_S)
            if going_on is None:
                raise Wrong(f"the engine ended by itself: {self.engine.errors()}")
            self.check()
            if self.engine.terminate() != 0:
                raise Wrong(f"SIGTERM: exit {self.engine.process.returncode}: "
                            f"{self.engine.errors()}")

    # ---- What must hold. ----

    def check(self):
        output = self.daybook.run("saga", "list", "--all", "--limit", LIST_MAX, "--json",
                                  "--connect", self.engine.address)
        ends = {int(line["id"], 0): (line["definition"], line["status"])
                for line in map(json.loads, output.splitlines())}
        if {number: name for number, (name, _) in ends.items()} != self.sagas:
            raise Wrong(f"{len(self.sagas)} sagas were started, {len(ends)} are there")
        for number, end in ends.items():
            if end not in MOVED:
                raise Wrong(f"saga {number}: a {end[0]} is {end[1]}")
            if end[1] == "STUCK":
                self.check_stuck(number)
        for gid, state in self.transactions.items():
            ends[gid] = ("tcc", state)
        if self.transactions:
            self.check_transactions()
        self.ends = collections.Counter(ends.values())
        self.check_money(self.ends)
        self.check_outside(ends)
        before = len(self.world.log())
        self.check_digest()
        if len(self.world.log()) != before:
            raise Wrong("a replay has run programs of a participant")

    def check_transactions(self):
        gids = list(self.transactions)[-64:]
        output = self.daybook.run("tcc", "get", *gids, "--json", "--connect", self.engine.address)
        for line in map(json.loads, output.splitlines()):
            if line["state"] != self.transactions[int(line["gid"])]:
                raise Wrong(f"tcc {line['gid']} was {self.transactions[int(line['gid'])]}, and is "
                            f"{line}")

    def check_digest(self):
        live = self.engine.ask("admin", "digest")
        replayed = self.daybook.json("replay", self.engine.directory, "--digest")
        if any(str(live[key]) != str(replayed[key]) for key in ("sequence", "digest")):
            raise Wrong(f"the running engine has {live}, the replayed one {replayed}")

    def check_stuck(self, number):
        """Sent once, and nobody knew in time; it stays stuck, also when the answer comes."""
        shown = self.engine.ask("saga", "show", number)
        sent = [each for each in shown["timeline"]
                if each.get("step") == "pay" and each["what"].startswith("sent")]
        pay = next(step for step in shown["steps"] if step["id"] == "pay")
        if (len(sent) != 1 or pay["state"] not in ("UNKNOWN", "SUCCEEDED")
                or shown["stuck"] != "pivot_in_doubt"):
            raise Wrong(f"saga {number} is stuck, and its payment was sent {len(sent)} times and "
                        f"is {pay['state']}: {shown}")

    def check_money(self, ends):
        """`ends`: {(definition, status): how many}."""
        posted = collections.defaultdict(lambda: [0, 0])
        pending = collections.defaultdict(lambda: [0, 0])
        for code, (debits, credits) in FUNDED.items():
            posted[code][0] += debits
            posted[code][1] += credits
        for end, count in ends.items():
            for code, (debits, credits) in MOVED[end].items():
                posted[code][0] += count * debits
                posted[code][1] += count * credits
            if end in HELD:
                payer, taker, amount = HELD[end]
                pending[payer][0] += count * amount
                pending[taker][1] += count * amount
        output = self.daybook.run("account", "list", "--json", "--connect", self.engine.address)
        for line in map(json.loads, output.splitlines()):
            code = line["code"]
            for kind, expected in (("posted", posted), ("pending", pending)):
                said = [int(line[f"debits_{kind}"]), int(line[f"credits_{kind}"])]
                if said != expected[code]:
                    raise Wrong(f"code {code}: {kind} debits and credits are {said}, by what has "
                                f"ended {expected[code]}: {dict(ends)}")

    def check_outside(self, ends):
        begun = collections.Counter((key, saga) for operation, key, saga, _, kind
                                    in self.world.log()
                                    if operation == "do" and kind == "till.once.v1")
        if twice := [each for each, count in begun.items() if count > 1]:
            raise Wrong(f"what may happen once was begun more than once: {twice}")
        done, undone, confirmed = map(self.world.effects, ("do", "undo", "confirm"))
        for operation in (done, undone, confirmed):
            for saga, steps in operation.items():
                for step, counts in steps.items():
                    if counts != [1]:
                        raise Wrong(f"saga {saga}, step {step}: its effects, of each key: {counts}")
        for number, end in ends.items():
            if end[1] == "STUCK":
                continue  # It may have happened, or not.
            for what, expected in ((done, HAPPENED), (undone, UNDONE), (confirmed, CONFIRMED)):
                if set(what.get(number, ())) != expected.get(end, set()):
                    raise Wrong(f"saga {number}, {end}: outside there is {dict(what[number])}, "
                                f"instead of {expected.get(end, set())}")

    def finish(self):
        self.serve()
        with self.engine:
            self.daybook.run("trial-balance", "--connect", self.engine.address)
            for name in list(self.world.running):
                self.stop_participant(name)
            self.engine.terminate()
        self.daybook.run("verify", self.directory / "data")

    def close(self):
        self.world.kill_all()
        if self.engine:
            self.engine.__exit__()


def free_port():
    """Below those that the system gives to connections, so it stays free between two starts."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def rounds_of(options):
    """[(point, whose it is, hit)]; of the engine None."""
    rounds = [(point, None, hit) for hit in range(1, options.hits + 1) for point in ENGINE_POINTS]
    rounds += [(point, name, hit) for hit in range(1, options.hits + 1)
               for point in PARTICIPANT_POINTS for name in PARTICIPANTS]
    return [each for each in rounds if options.only in (None, each[0])]


def run_site(daybook, number, rounds, lock, options):
    """Rounds for as long as there are any. How many sagas of each end there are."""
    source = random.Random(f"{options.seed}/{number}")
    with Workplace("fault") as place:
        site = Site(daybook, place, source, options.lease_ms)
        try:
            site.serve()
            with site.engine:
                site.found()
                site.engine.terminate()
            last = None
            while True:
                with lock:
                    if not rounds:
                        break
                    point, name, hit = rounds.pop(0)
                last = point
                try:
                    if name:
                        site.run_participant_round(point, name, hit)
                    else:
                        site.run_engine_round(point, hit)
                except Wrong as wrong:
                    raise Wrong(f"{point}:{hit}{' of ' + name if name else ''}: {wrong}") from None
        finally:
            with lock:
                rounds.clear()  # Where something is wrong the others need not go on.
            site.close()
        if last:
            site.finish()
    return site.ends


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    slow = "DAYBOOK_TEST_ROUNDS_DIVISOR" in os.environ  # As of a build with sanitizers.
    parser.add_argument("--hits", type=int, default=1 if slow else 2)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--lease-ms", type=int, default=5_000 if slow else 1_000)
    parser.add_argument("--only", metavar="POINT")
    parser.add_argument("--absent", action="store_true", help="only that the binary has none")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    daybook = QuickDaybook(options.daybook)
    if options.absent:
        try:
            check_absent(daybook)
        except Wrong as wrong:
            print(f"fault_points: FAILED: {wrong}", file=sys.stderr)
            return 1
        print("fault_points: there are none in this build")
        return 0
    print(f"fault_points: {options.hits} hits of each, --seed {options.seed}", flush=True)
    if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK):
        os.environ["TMPDIR"] = "/dev/shm"  # As .ci/run does: SIGKILL leaves memory alone as well.
    began = time.monotonic()
    ends = collections.Counter()
    try:
        check_refusals(daybook)
        rounds = rounds_of(options)
        count, lock = len(rounds), threading.Lock()
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            sites = [pool.submit(run_site, daybook, number, rounds, lock, options)
                     for number in range(options.jobs)]
        for each in sites:
            ends += each.result()
    except Wrong as wrong:
        print(f"fault_points: FAILED (--seed {options.seed}): {wrong}", file=sys.stderr)
        return 1
    print(f"fault_points: {count} kills in {time.monotonic() - began:.0f} s; "
          + ", ".join(f"{count} {name} {status}" for (name, status), count in sorted(ends.items()))
          + ": nothing twice, nothing left, the money agrees")
    return 0


if __name__ == "__main__":
    sys.exit(main())
