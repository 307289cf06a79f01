#!/usr/bin/env python3
"""The closed loop: a day of payments is loaded into an engine, and a statement with every kind of
planted difference is reconciled with it. The run finds exactly the planted ones, pair by pair
against their labels; somebody else approves what is proposed; the next run of the same statement
finds nothing but what nobody may post about; and every account has what a table made by hand says.

    recon_loop_test.py PATH-TO-DAYBOOK [PAYMENTS]
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

from served_engine import ServedEngine, euros

DAYBOOK = None
PAYMENTS = 100_000 // int(os.environ.get("DAYBOOK_TEST_ROUNDS_DIVISOR", "1"))
SEED = int(os.environ.get("DAYBOOK_TEST_SEED", "1"))
BANK, CUSTOMERS, SUSPENSE, FEES, ROUNDING = 1, 2, 3, 4, 5
NOON_NS = 1769860800000000000  # 2026-01-31T12:00:00Z
DAY = "2026-01-31"
EACH = 40  # Planted differences of a kind.
HEADER = "reference,amount,currency,status,time,fee,type\n"


DEFINITION = {
    "name": "bank", "account": str(BANK), "ledger": 978, "statement": {"map": "daybook"},
    "fee_codes": [901], "accounts": {"suspense": str(SUSPENSE), "fees": str(FEES),
                                     "rounding": str(ROUNDING), "fx": str(ROUNDING)},
    "limits": {code: {"EUR": "1000000.00"} for code in
               ("a_only", "b_only", "amount_short", "amount_over", "fee_mismatch", "net_gross",
                "rounding", "status_a_ok_b_failed", "status_a_open_b_ok", "duplicate_a")},
    "automatic": {"rounding": {"EUR": "0.01"}},
}


class World(ServedEngine):
    """An engine's directory, the principals that work with it, and what was planted."""

    def __init__(self, path):
        super().__init__(DAYBOOK, path / "data")
        self.path = path
        self.data.mkdir()
        self.random = random.Random(SEED)
        self.tokens = {}
        for name, role in (("root", "admin"), ("maker", "operator"), ("checker", "checker")):
            self.tokens[name] = self.run(None, "identity", "add", name, "--role", role, "--data",
                                         self.data).strip()
        self.statement = []  # reference, cents, status, fee, type
        self.labels = {}  # reference -> name of the difference
        self.rows = []
        self.balances = {account: 0 for account in (BANK, CUSTOMERS, SUSPENSE, FEES, ROUNDING)}

    def run(self, who, *arguments, good=(0,)):
        return super().run(*arguments, good=good, token=self.tokens[who] if who else None)

    def book(self, debit, credit, cents):
        """Moves the money in the table that is made by hand."""
        self.balances[debit] += cents
        self.balances[credit] -= cents

    def pay(self, number, cents, reference, flags="", code=1):
        self.rows.append((number, BANK, CUSTOMERS, euros(cents), 978, code, flags,
                          "name:" + reference))

    def say(self, reference, cents, status="ok", fee=0, kind="charge"):
        self.statement.append((reference, cents, status, fee, kind))

    def plant(self, number):
        """One payment, and what the bank says of it; how each difference ends, by hand."""
        cents = self.random.randrange(100, 1_000_000)
        reference = "order-%d" % number
        kinds = ("a_only", "b_only", "amount_short", "amount_over", "rounding", "fee_mismatch",
                 "net_gross", "status_a_ok_b_failed", "status_a_open_b_ok", "duplicate_a",
                 "duplicate_b", "currency_mismatch", "invalid_record")
        kind = kinds[number // EACH] if number < EACH * len(kinds) else "matched"
        if kind != "matched":
            self.labels[reference] = kind
        if kind == "b_only":  # Kept in suspense until somebody knows whose it is.
            self.say(reference, cents)
            return self.book(BANK, SUSPENSE, cents)
        if kind == "status_a_open_b_ok":  # The hold is posted.
            self.pay(number + 1, cents, reference, "pending")
            self.say(reference, cents)
            return self.book(BANK, CUSTOMERS, cents)
        if kind == "invalid_record":
            self.labels.pop(reference)
            self.labels["not a line %d" % number] = kind
            self.statement.append(("not a line %d" % number,))
            return None
        self.pay(number + 1, cents, reference)
        self.book(BANK, CUSTOMERS, cents)
        delta = self.random.randrange(2, 90)
        if kind == "a_only":  # It never came: taken back.
            self.book(CUSTOMERS, BANK, cents)
        elif kind == "amount_short":
            self.say(reference, cents + delta)
            self.book(BANK, SUSPENSE, delta)
        elif kind == "amount_over":
            self.say(reference, cents - delta)
            self.book(SUSPENSE, BANK, delta)
        elif kind == "rounding":
            self.say(reference, cents + 1)
            self.book(BANK, ROUNDING, 1)
        elif kind == "fee_mismatch":  # The ledger knows of a fee, and the bank took another one.
            self.rows.append((10_000_000 + number, FEES, BANK, euros(5), 978, 901, "",
                              "name:" + reference))
            self.book(FEES, BANK, 5)
            self.say(reference, cents, fee=5 + delta)
            self.book(FEES, BANK, delta)
        elif kind == "net_gross":  # The ledger has the net amount only.
            self.say(reference, cents + delta, fee=delta)
            self.book(BANK, CUSTOMERS, delta)  # The customer has paid the gross amount,
            self.book(FEES, BANK, delta)  # of which the bank has kept its fee.
        elif kind == "status_a_ok_b_failed":
            self.say(reference, cents, "failed")
            self.book(CUSTOMERS, BANK, cents)
        elif kind == "duplicate_a":
            self.pay(20_000_000 + number, cents, reference)
            self.say(reference, cents)
        elif kind == "duplicate_b":  # The bank has it twice: a person asks.
            self.say(reference, cents)
            self.say(reference, cents)
        elif kind == "currency_mismatch":
            self.statement.append((reference, cents, "ok", 0, "charge", "USD"))
        else:
            self.say(reference, cents)
        return None

    def build(self):
        for number in range(PAYMENTS):
            self.plant(number)
        columns = "id,debit_account_id,credit_account_id,amount,ledger,code,flags,business_id"
        lines = [columns] + [",".join(map(str, row)) for row in self.rows]
        (self.path / "transfers.csv").write_text("\n".join(lines) + "\n")
        self.random.shuffle(self.statement)
        with open(self.path / "statement.csv", "w", encoding="utf-8") as file:
            file.write(HEADER)
            for line in self.statement:
                if len(line) == 1:
                    file.write(line[0] + "\n")
                    continue
                reference, cents, status, fee, kind = line[:5]
                currency = line[5] if len(line) > 5 else "EUR"
                file.write("%s,%s,%s,%s,2026-01-31T11:00:00Z,%s,%s\n" % (
                    reference, euros(cents), currency, status, euros(fee) if fee else "", kind))

    def load(self):
        self.run("root", "ledger", "put", 978, "--name", "EUR", "--scale", 2, "--kind", "currency")
        for account in self.balances:
            self.run("root", "account", "create", "--id", account, "--ledger", 978, "--code", 10)
        self.run("root", "admin", "advance-clock", NOON_NS)
        self.run("root", "import", "transfers", self.path / "transfers.csv")
        (self.path / "bank.json").write_text(json.dumps(DEFINITION))
        self.run("checker", "recon", "define", self.path / "bank.json")

    def reconcile(self, good, *options):
        text = self.run("maker", "recon", "run", "bank", self.path / "statement.csv", "--data",
                        self.data, "--day", DAY, "--json", *options, good=good)
        return json.loads(text)

    def match(self):
        """Everything that was planted, and as much again, looked up by reference."""
        whole = (self.path / "statement.csv").read_text().splitlines(keepends=True)[1:]
        planted = lambda line: line.split(",")[0].rstrip("\n") in self.labels
        lines = [line for line in whole if planted(line)]
        lines += [line for line in whole if not planted(line)][:len(lines)]
        (self.path / "batch.csv").write_text(HEADER + "".join(lines))
        return json.loads(self.run("maker", "recon", "match", "bank", self.path / "batch.csv",
                                   "--json", good=(1,)))

    def differences(self):
        text = self.run("maker", "recon", "differences", "bank", "--json")
        return [json.loads(line) for line in text.splitlines()]

    def balance(self, account):
        found = json.loads(self.run("maker", "account", "get", account, "--json"))
        cents = lambda name: round(100 * float(found[name]))
        return cents("debits_posted") - cents("credits_posted")


class ClosedLoop(unittest.TestCase):
    """One world, step by step."""

    def labels_of(self, found):
        """reference -> the difference that the run says it is."""
        labels = {}
        for each in found:
            line = each["found"]
            name = line["name"]
            reference = line.get("reference_a") or line.get("reference_b") or line.get("text")
            self.assertNotIn(reference, labels, "one difference a reference")
            labels[reference] = name
        return labels

    def test_loop(self):
        with tempfile.TemporaryDirectory() as directory:
            world = World(pathlib.Path(directory))
            world.build()
            world.start()
            try:
                world.load()
                self.match_before(world)
                self.first_run(world)
                self.approve(world)
                self.match_after(world)
                self.second_run(world)
                self.rebuilt(world)
            finally:
                world.stop()
            world.run(None, "verify", world.data)
            world.run(None, "replay", world.data, "--digest")
            world.run(None, "rebuild", world.data)

    def rebuilt(self, world):
        """A second fold of the journal agrees with the engine, all and each."""
        world.run("root", "rebuild")
        run = json.loads(world.run("root", "recon", "runs", "bank", "--json").splitlines()[0])
        dealt_with = next(each for each in world.differences() if each["state"] != "open")
        for what in (("--reconciliation", "bank"), ("--run", run["run"]),
                     ("--difference", dealt_with["found"]["difference"])):
            found = json.loads(world.run("root", "rebuild", *what, "--json"))
            self.assertEqual((found["compared"], found["mismatching"]), (1, 0), what)

    def match_before(self, world):
        """A part of the statement at once: the labels, but for what only the ledger has."""
        expected = {reference: name for reference, name in world.labels.items()
                    if name not in ("a_only", "duplicate_a")}
        found = world.match()
        self.assertEqual(self.labels_of_match(found), expected)
        self.assertEqual(found["ledger_only"], EACH, "the second of each duplicate_a")

    def match_after(self, world):
        """What was posted since is part of the records that it corrects."""
        people = ("duplicate_b", "currency_mismatch", "invalid_record")
        self.assertEqual(self.labels_of_match(world.match()),
                         {reference: name for reference, name in world.labels.items()
                          if name in people})

    def labels_of_match(self, found):
        return {each.get("reference", each.get("text")): each["name"] for each in found["items"]
                if each["code"] > 1}

    def first_run(self, world):
        cut = self.killed(world)
        first = world.reconcile((1,), "--until-sequence", cut)
        found = world.differences()
        self.assertEqual(self.labels_of(found), world.labels)
        self.assertEqual(first["open"], len(world.labels) - EACH, "rounding is posted by itself")
        self.assertEqual(first["proposed"], len(world.labels) - 4 * EACH, "and people see to three")

    def approve(self, world):
        refused = subprocess.run(
            [DAYBOOK, "recon", "approve", "bank", "--yes"], capture_output=True, text=True,
            check=False, env={**world.environment, "DAYBOOK_TOKEN": world.tokens["maker"]})
        self.assertEqual(refused.returncode, 1, "who proposes does not approve")
        self.assertIn("not_authorised", refused.stderr)
        done = json.loads(world.run("checker", "recon", "approve", "bank", "--yes", "--reason",
                                    "checked", "--json"))
        people = 3 * EACH  # duplicate_b, currency_mismatch, invalid_record
        self.assertEqual(done, {"approved": len(world.labels) - EACH - people,
                                "posting_failed": 0, "refused": 0})

    def second_run(self, world):
        second = world.reconcile(good=(1,))
        left = self.labels_of(world.differences())
        people = ("duplicate_b", "currency_mismatch", "invalid_record")
        self.assertEqual(left, {reference: name for reference, name in world.labels.items()
                                if name in people})
        self.assertEqual(second["open"], len(left))
        self.assertEqual(second["proposed"], 0)
        for account, cents in world.balances.items():
            self.assertEqual(world.balance(account), cents, "account %d" % account)
        self.killed_run(world)
        # Nothing was closed by force or merely accepted to get here; now people close the rest.
        for code in people:
            world.run("maker", "recon", "force-close", "bank", "--code", code, "--reason", "known")
        world.run("checker", "recon", "approve", "bank", "--yes", "--reason", "known")
        world.run("maker", "recon", "close", "bank")


    def killed(self, world):
        """Runs that are killed in any phase; the cut with which they go on."""
        cut = json.loads(world.run("root", "admin", "digest", "--json"))["sequence"]
        arguments = [DAYBOOK, "recon", "run", "bank", world.path / "statement.csv", "--data",
                     world.data, "--day", DAY, "--json", "--until-sequence", cut]
        environment = {**world.environment, "DAYBOOK_TOKEN": world.tokens["maker"]}
        for _ in range(6):
            with subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as run:
                try:
                    run.wait(timeout=world.random.uniform(0.01, 0.8))
                except subprocess.TimeoutExpired:
                    run.kill()
        return cut

    def killed_run(self, world):
        """What was killed ends with the same bytes as what never was."""
        killed = world.reconcile((1,), "--until-sequence", self.killed(world))
        whole = world.reconcile(good=(1,))
        self.assertNotEqual(killed["run"], whole["run"])
        for name in ("differences.ndjson", "carry.ndjson"):
            one, other = (pathlib.Path(each["report"]).with_name(name).read_bytes()
                          for each in (killed, whole))
            self.assertTrue(one == other, name)


if __name__ == "__main__":
    DAYBOOK = sys.argv.pop(1)
    if len(sys.argv) > 1 and sys.argv[1].isdigit():
        PAYMENTS = int(sys.argv.pop(1))
    unittest.main(verbosity=2)
