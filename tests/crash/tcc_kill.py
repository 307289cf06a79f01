#!/usr/bin/env python3
"""Kills an engine amid TCC transactions with SIGKILL, again and again, and settles every one. Some
have an order as a branch: a saga that waits for the decision.

    tests/crash/tcc_kill.py build/release/daybook [--rounds 8] [--workers 8] [--seed N]

A round: start on the directory of the round before; send again, unchanged, every command whose
answer never came; check each transaction, and every balance, against what the answers say; ask
again for some of what was answered long ago; go on with the transactions under way and begin new
ones; kill the engine after a random number of answers. The last round is not killed and leads every
transaction to its end. Balances are computed here, from the plans and the answers alone. Snapshots
are frequent, so most starts are from one. The seed is printed, and gives the same plans; which
command an end finds under way depends on the machine.
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
FUNDS = 1_000_000  # More than all tries of a run together: only those meant to be are refused.
TOO_MUCH = 2 * FUNDS
LOOKUP_MAX = 64
ANSWERS_A_ROUND = 60
# A branch that is a saga, and a saga that can be one.
ORDER_BRANCH = 8
HOLD_ORDER = {"name": "holdOrder", "version": 1, "deadline_ms": 86_400_000,
              "input": {"order": "id", "price": "money"},
              "steps": [{"id": "create", "kind": "order.create",
                         "args": {"order": "$.order", "amount": "$.price", "quantity": 1,
                                  "sku": "book"}},
                        {"id": "decided", "kind": "tcc.wait"}]}
GOOD = {"done", "duplicate", "duplicate_confirmed", "ok_empty"}


class Transaction:
    """A plan: steps one after the other, the commands of a step at once. Branches that are tried,
    as {branch: (debit, credit, amount)}, and what a confirm takes of each."""

    PLANS = ("confirm", "confirm", "part", "cancel", "race", "race", "unseen", "refused", "expire",
             "late")

    def __init__(self, number, created, source):
        self.gid = 1_000 + number
        self.created = created
        self.plan = source.choice(self.PLANS)
        self.business = 5_000 + number
        self.order = None
        self.branches, self.taken, self.refused = {}, {}, set()
        self.steps = []
        self.position = 0
        self._make_plan(source)

    def _begin(self, timeout, first=("done",), again=("duplicate",)):
        self.steps.append([Command("tcc", "begin", (self.gid, "--created", self.created,
                                                    "--timeout", timeout, "--business",
                                                    self.business), first, again)])

    def _try(self, branch, source, first=("done",), again=("duplicate",), amount=None):
        ledger = source.choice((EURO, PIECES))
        debit = source.choice(PAYERS[ledger])
        credit = TILL if ledger == EURO else SHELF
        amount = amount or source.randrange(1, 100)
        self.branches[branch] = (debit, credit, amount)
        self.taken[branch] = amount
        command = Command("tcc", "try", (self.gid, branch, "--debit", debit, "--credit", credit,
                                         "--amount", amount, "--ledger", ledger, "--code", 1),
                          first, again, branch)
        self.steps.append([command])

    def _try_order(self, first=("done",), again=("duplicate",)):
        self.order = self.gid
        self.taken[ORDER_BRANCH] = 0
        self.steps.append([Command("saga", "start", (
            "holdOrder", "--id", self.order, f"order={self.order}", f"price=5 {EURO}"),
            ("created",), ("exists",))])
        self.steps.append([Command("tcc", "try", (self.gid, ORDER_BRANCH, "--saga", self.order),
                                   first, again, ORDER_BRANCH)])

    def _confirm(self, first=("done",), again=("duplicate",)):
        said = [f"{branch}={self.taken[branch]}" if self.taken[branch] != amount else str(branch)
                for branch, (_, _, amount) in self.branches.items() if branch not in self.refused]
        if self.order:
            said.append(str(ORDER_BRANCH))
        # All amounts are whole numbers of ledgers of scale 0, so any of them will do.
        return Command("tcc", "confirm", (self.gid, *said, "--ledger", EURO), first, again)

    def _cancel(self, first=("done",), again=("duplicate",), branch=0):
        more = ("--branch", branch) if branch else ()
        return Command("tcc", "cancel", (self.gid, "--created", self.created, *more), first, again)

    def _make_plan(self, source):
        count = source.randrange(1, 4)
        if self.plan == "unseen":
            self.steps.append([self._cancel(("ok_empty",), branch=1)])
            self._begin("1h", ("rejected_cancelled",))
            self._try(1, source, ("rejected_cancelled",))
            self.branches.clear()
            return
        if self.plan == "expire":
            late = ("done", "rejected_expired")
            self._begin(f"{source.randrange(1, 3)}s")
            for branch in range(1, count + 1):
                self._try(branch, source, late, ("duplicate",))
            if source.random() < 0.4:
                self._try_order(late)
            return
        self._begin("1h")
        for branch in range(1, count + 1):
            self._try(branch, source)
        if source.random() < 0.4:
            self._try_order()
        if self.plan in ("part", "race"):
            for branch, (_, _, amount) in self.branches.items():
                self.taken[branch] = source.randrange(0, amount + 1)
        if self.plan == "refused":
            self._try(9, source, ("try_refused",), ("try_refused",), amount=TOO_MUCH)
            self.refused.add(9)
        if self.plan == "race":
            self.steps.append([self._confirm(("done", "already_cancelled")),
                               self._cancel(("done", "already_confirmed"))])
        elif self.plan in ("cancel", "late") and source.random() < 0.7:
            self.steps.append([self._cancel()])
            if self.plan == "late":
                self.steps.append([self._confirm(("already_cancelled",))])
        else:
            self.steps.append([self._confirm()])
            if self.plan == "late":
                self.steps.append([self._cancel(("already_confirmed",))])

    def step(self):
        return self.steps[self.position] if self.position < len(self.steps) else None

    def commands(self):
        return [command for step in self.steps for command in step]

    def decision(self):
        """"confirmed", "cancelled" or None, from the answers. Both at once is wrong."""
        if self.plan == "unseen":
            return "cancelled" if self.steps[0][0].answer else None
        won = {"confirm": "confirmed", "cancel": "cancelled"}
        lost = {"already_confirmed": "confirmed", "already_cancelled": "cancelled"}
        said = {won[command.kind] if command.answer in GOOD else lost[command.answer]
                for command in self.commands()
                if command.kind in won and command.answer is not None}
        if len(said) > 1:
            raise Wrong(f"tcc {self.gid} is said to be confirmed and cancelled")
        return said.pop() if said else None

    def tried(self):
        """Branches whose try was answered well."""
        return [command.branch for command in self.commands()
                if command.kind == "try" and command.answer in GOOD]

    def is_known(self):
        return bool(self.commands()[0].answer)

    def answer_now(self, command):
        """What sending an answered command once more must give."""
        decision = "expired" if self.plan == "expire" else self.decision()
        if command.kind == "start":
            return "exists"
        if command.kind == "begin":
            return "rejected_cancelled" if self.plan == "unseen" else "duplicate"
        if command.kind == "try":
            if decision == "cancelled":
                return "rejected_cancelled"
            if decision == "expired":
                return "rejected_expired"
            if command.branch in self.refused:
                return "try_refused"
            return "duplicate_confirmed" if decision else "duplicate"
        if command.kind == "confirm":
            return "duplicate" if decision == "confirmed" else "already_cancelled"
        return "duplicate" if decision == "cancelled" else "already_confirmed"


def look_up(engine, transactions):
    """{gid: what `tcc get` says}, of those that are there."""
    found = {}
    for start in range(0, len(transactions), LOOKUP_MAX):
        gids = [each.gid for each in transactions[start:start + LOOKUP_MAX]]
        output = engine.daybook.run("tcc", "get", *gids, "--json", "--connect", engine.address,
                                    good=(0, 1))
        for line in map(json.loads, output.splitlines()):
            if line.get("found", True):
                found[int(line["gid"])] = line
    return found


def wait_for_deadlines(engine, transactions):
    """Until what expires by itself has, and sagas have followed; a few seconds at most."""
    expiring = [each for each in transactions
                if (each.plan == "expire" or each.order) and each.is_known()]
    expire = {each.gid for each in expiring if each.plan == "expire"}
    end = time.monotonic() + PATIENCE_S
    while any(each["state"] in ("confirming", "cancelling")
              or (each["state"] == "trying" and gid in expire)
              for gid, each in look_up(engine, expiring).items()):
        if time.monotonic() > end:
            raise Wrong("a transaction is still tried long after its deadline")


def expected_of(transaction):
    """(state, reason, {branch: (state, confirmed)}) by the answers."""
    decision = "expired" if transaction.plan == "expire" else transaction.decision()
    state = {None: "trying", "expired": "cancelled"}.get(decision, decision)
    reason = {None: "none", "expired": "expired"}.get(decision, "client")
    branches = {}
    for branch in transaction.tried():
        confirmed = transaction.taken[branch] if decision == "confirmed" else 0
        branches[str(branch)] = (decision or "tried", confirmed)
    for command in transaction.commands():
        if command.answer == "try_refused":
            branches[str(command.branch)] = ("refused", 0)
    if transaction.plan == "unseen":
        branches["1"] = ("empty", 0)
    return state, reason, branches


def check_transactions(engine, transactions):
    found = look_up(engine, transactions)
    for each in transactions:
        if not each.is_known():
            if each.gid in found:
                raise Wrong(f"tcc {each.gid} is there, and nobody was ever sent it")
            continue
        there = found.get(each.gid)
        if there is None:
            raise Wrong(f"tcc {each.gid} was acknowledged and is lost")
        said = (there["state"], there["reason"],
                {branch["branch"]: (branch["state"], int(branch.get("confirmed_minor", 0)))
                 for branch in there["branches"]})
        if said != expected_of(each):
            raise Wrong(f"tcc {each.gid} ({each.plan}) is {said}, and by what was answered "
                        f"{expected_of(each)}")
        opened = sum(state == "tried" for state, _ in said[2].values())
        if there["open_count"] != opened or (there["ended_at"] == "0") != (said[0] == "trying"):
            raise Wrong(f"tcc {each.gid}: {there}")


def expected_balances(transactions):
    """{account: [debits posted, debits pending, credits posted, credits pending]}."""
    balances = collections.defaultdict(lambda: [0, 0, 0, 0])
    for ledger, payers in PAYERS.items():
        for payer in payers:
            balances[payer][2] += FUNDS
            balances[TILL if ledger == EURO else SHELF][0] += FUNDS
    for each in transactions:
        state, _, branches = expected_of(each) if each.is_known() else (None, None, {})
        for branch, (kind, confirmed) in branches.items():
            if kind not in ("tried", "confirmed") or int(branch) == ORDER_BRANCH:
                continue
            debit, credit, amount = each.branches[int(branch)]
            balances[debit][1 if kind == "tried" else 0] += amount if kind == "tried" else confirmed
            balances[credit][3 if kind == "tried" else 2] += amount if kind == "tried" else confirmed
    return dict(balances)


def check_money(engine, transactions):
    engine.daybook.run("trial-balance", "--connect", engine.address)
    expected = expected_balances(transactions)
    output = engine.daybook.run("account", "get", *expected, "--json", "--connect", engine.address)
    for line in map(json.loads, output.splitlines()):
        said = [int(line[f"{side}_{kind}"]) for side in ("debits", "credits")
                for kind in ("posted", "pending")]
        if said != expected[int(line["id"])]:
            raise Wrong(f"account {line['id']}: debits posted and pending, credits posted and "
                        f"pending are {said}, by what was answered {expected[int(line['id'])]}")


def ask_again(engine, transactions, source, count):
    """Some of what was answered before is sent once more: each a repeat, nothing done twice."""
    answered = [(each, command) for each in transactions for command in each.commands()
                if command.answer]
    for each, command in source.sample(answered, min(count, len(answered))):
        answer = engine.ask(command.group, command.kind, *command.arguments,
                            good=(0, 1))["status"]
        if answer != each.answer_now(command):
            raise Wrong(f"tcc {each.gid} ({each.plan}): {command.kind}, once answered "
                        f"{command.answer}, is answered {answer} instead of "
                        f"{each.answer_now(command)}")


def check_orders(engine, transactions):
    """Each order that was a branch is what was decided; how many were."""
    checked = 0
    for each in transactions:
        if not each.order or ORDER_BRANCH not in each.tried():
            continue
        state = expected_of(each)[0]
        wanted = {"confirmed": "pending", "cancelled": "cancelled"}[state]
        said = engine.ask("order", "get", each.order)["state"]
        if said != wanted:
            raise Wrong(f"tcc {each.gid} is {state}, and its order is {said}")
        checked += 1
    return checked


def check_recovered(engine, transactions, source):
    unanswered = settle_unanswered(engine, transactions)
    wait_for_deadlines(engine, transactions)
    check_transactions(engine, transactions)
    check_money(engine, transactions)
    ask_again(engine, transactions, source, 12)
    check_money(engine, transactions)
    check_replay(engine)
    return unanswered


def found_accounts(engine, place):
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
    file = place / "holdOrder.json"
    file.write_text(json.dumps(HOLD_ORDER))
    ask("saga", "put", file)


def run_rounds(daybook, options):
    transactions = []
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
    lock = threading.Lock()

    def fresh():
        with lock:
            number = len(transactions)
            transactions.append(Transaction(number, created,
                                            random.Random(f"{options.seed}/{number}")))
            return transactions[-1]

    unanswered = killed_loaded = orders = 0
    with Workplace("tcc") as place:
        for number in range(options.rounds + 1):
            source = random.Random(f"{options.seed}/round {number}")
            with Engine(daybook, place / "data", SERVE_OPTIONS) as engine:
                engine.must_listen()
                if number == 0:
                    found_accounts(engine, place)
                else:
                    lost = check_recovered(engine, transactions, source)
                    unanswered += lost
                    killed_loaded += lost > 0
                under_way = [each for each in transactions if each.step()]
                if number == options.rounds:
                    last = Load(engine, None)
                    last.start(under_way, options.workers)
                    last.join()
                    orders = finish(engine, transactions, source)
                    break
                load = Load(engine, fresh)
                load.start(under_way, options.workers)
                load.wait_for(source.randrange(1, ANSWERS_A_ROUND))
                time.sleep(source.uniform(0, 0.03))  # Not always just behind an answer.
                load.kill()
                print(f"round {number}: killed after {load.answers} answers, "
                      f"{len(transactions)} transactions so far", flush=True)
        daybook.run("verify", place / "data")
    return transactions, unanswered, killed_loaded, orders


def finish(engine, transactions, source):
    """All have ended, and no hold is open."""
    check_recovered(engine, transactions, source)
    orders = check_orders(engine, transactions)
    for state in ("trying", "confirming", "cancelling", "stuck"):
        if engine.daybook.run("tcc", "list", "--state", state, "--json", "--connect",
                              engine.address):
            raise Wrong(f"there are transactions {state} after all have ended")
    for account, (_, debits, _, credits) in expected_balances(transactions).items():
        if debits or credits:
            raise Wrong(f"the plans leave holds open on account {account}")
    if engine.terminate() != 0:
        raise Wrong(f"SIGTERM: exit {engine.process.returncode}: {engine.errors()}")
    return orders


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"tcc_kill: {options.rounds} rounds, --seed {options.seed}", flush=True)
    if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK):
        os.environ["TMPDIR"] = "/dev/shm"  # As .ci/run does: SIGKILL leaves memory alone as well.
    try:
        transactions, unanswered, loaded, orders = run_rounds(Daybook(options.daybook), options)
    except Wrong as wrong:
        print(f"tcc_kill: FAILED (--seed {options.seed}): {wrong}", file=sys.stderr)
        return 1
    # A loop that kills idle engines proves nothing.
    if loaded * 2 < options.rounds:
        print(f"tcc_kill: FAILED: only {loaded} of {options.rounds} kills left a command "
              "unanswered", file=sys.stderr)
        return 1
    ends = collections.Counter(expected_of(each)[:2] for each in transactions if each.is_known())
    print(f"tcc_kill: {options.rounds} kills, {unanswered} commands without an answer, all "
          "settled by sending them again; "
          + ", ".join(f"{count} {state} ({reason})" for (state, reason), count in ends.items())
          + f", {orders} with an order: none lost, none done twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
