#!/usr/bin/env python3
"""Corrections that a saga posts, from the difference to a run that finds nothing left: proposed by
one, approved by another, done in steps of which one is a participant's, and settled once, whatever
is killed in between. And those that do not complete: the difference is open again, nothing of them
is left in the comparison, and the next proposal can do it.

    recon_saga_test.py PATH-TO-DAYBOOK
"""

import contextlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

from served_engine import ServedEngine, euros

DAYBOOK = None
SEED = int(os.environ.get("DAYBOOK_TEST_SEED", "1"))
DEMO = pathlib.Path(__file__).resolve().parents[2] / "tools" / "demo" / "sagas"
BANK, CUSTOMERS, SUSPENSE = 1, 2, 3
NOON_NS = 1769860800000000000  # 2026-01-31T12:00:00Z
DAY = "2026-01-31"
HEADER = "reference,amount,currency,status,time\n"
ENDS = ("COMPLETED", "COMPENSATED")
TYPES = ("bank.return.v1", "shop.unpaid.v1", "shop.paid.v1")

# Booked first, then told to a shop: where that declines, what was booked is reversed.
TAKE_BACK = {
    "name": "takeBack", "version": 1, "deadline_ms": 86400000,
    "input": {"amount": "money", "clearing": "account", "counterparty": "account",
              "transfer": "id"},
    "steps": [
        {"id": "book", "kind": "ledger.post",
         "args": {"from": "$.counterparty", "to": "$.clearing", "amount": "$.amount"}},
        {"id": "tell", "kind": "remote.call", "type": "shop.unpaid.v1", "undo": "shop.paid.v1",
         "timeout_ms": 15000, "args": {"transfer": "$.transfer"}}]}

DEFINITION = {
    "name": "bank", "account": str(BANK), "ledger": 978, "statement": {"map": "daybook"},
    "accounts": {"suspense": str(SUSPENSE)},
    "posting": {"b_only": {"saga": "returnMoney", "delta": "positive"},
                "a_only": {"saga": "takeBack"}},
    "limits": {code: {"EUR": "1000.00"} for code in ("b_only", "a_only", "amount_short")},
}

# Logs what it is asked; declines while there is a file of that name.
PROGRAM = """#!/bin/sh
read -r command
echo "$command" >>log
if [ -e declines ]; then
  echo '{"outcome":"failed","code":7,"message":"the account is closed"}'
else
  echo '{"outcome":"succeeded","reference":"R-1"}'
fi
"""


class World(ServedEngine):
    """An engine's directory, who works with it, and what a bank and a ledger say of one day."""

    def __init__(self, path):
        super().__init__(DAYBOOK, path / "data")
        self.path = path
        self.data.mkdir()
        self.tokens = {}
        for name, role in (("root", "admin"), ("maker", "operator"), ("checker", "checker"),
                           ("bank", "participant")):
            self.tokens[name] = self.run(None, "identity", "add", name, "--role", role, "--data",
                                         self.data).strip()
        (path / "program.sh").write_text(PROGRAM)
        (path / "program.sh").chmod(0o755)
        self.lines = []
        self.payments = []
        self.participant = None

    def run(self, who, *arguments, good=(0,)):
        return super().run(*arguments, good=good, token=self.tokens[who] if who else None)

    def ask(self, who, *arguments, good=(0,)):
        said = self.run(who, *arguments, "--json", good=good)
        assert said, arguments
        return json.loads(said)

    def pay(self, number, cents, reference):
        self.payments.append((number, BANK, CUSTOMERS, euros(cents), 978, 1, "name:" + reference))

    def say(self, cents, reference):
        self.lines.append("%s,%s,EUR,ok,2026-01-31T11:00:00Z\n" % (reference, euros(cents)))

    def load(self):
        self.run("root", "ledger", "put", 978, "--name", "EUR", "--scale", 2, "--kind", "currency")
        for account in (BANK, CUSTOMERS, SUSPENSE):
            self.run("root", "account", "create", "--id", account, "--ledger", 978, "--code", 10)
        self.run("root", "admin", "advance-clock", NOON_NS)
        columns = "id,debit_account_id,credit_account_id,amount,ledger,code,business_id"
        rows = [columns] + [",".join(map(str, row)) for row in self.payments]
        (self.path / "transfers.csv").write_text("\n".join(rows) + "\n")
        self.run("root", "import", "transfers", self.path / "transfers.csv")
        (self.path / "statement.csv").write_text(HEADER + "".join(self.lines))
        (self.path / "bank.json").write_text(json.dumps(DEFINITION))
        (self.path / "takeBack.json").write_text(json.dumps(TAKE_BACK))

    def define(self):
        # A participant goes by the machine's clock: a lease that begins an hour ahead is long enough.
        self.run("root", "admin", "advance-clock", time.time_ns() - NOON_NS + 3600 * 10**9)
        types = [each for name in TYPES for each in ("--type", name)]
        self.run("root", "participant", "put", "bank", *types, "--reason", "it returns money")
        self.run("maker", "saga", "put", DEMO / "returnMoney.json")
        self.run("maker", "saga", "put", self.path / "takeBack.json")
        self.run("checker", "recon", "define", self.path / "bank.json")

    def reconcile(self, good):
        return self.ask("maker", "recon", "run", "bank", self.path / "statement.csv", "--data",
                        self.data, "--day", DAY, good=good)

    def approve(self, *options, good=(0,)):
        return self.ask("checker", "recon", "approve", "bank", "--yes", "--reason", "as agreed",
                        *options, good=good)

    def settle(self, good):
        return self.ask("maker", "recon", "settle", "bank", good=good)

    def differences(self, *options):
        text = self.run("maker", "recon", "differences", "bank", "--json", *options)
        return {each["found"].get("reference_b") or each["found"]["reference_a"]: each
                for each in map(json.loads, text.splitlines())}

    def balance(self, account):
        found = self.ask("maker", "account", "get", account)
        cents = lambda name: round(100 * float(found[name]))
        return cents("debits_posted") - cents("credits_posted")

    def take_part(self):
        programs = [each for name in TYPES for each in ("--type", name, "--exec", "./program.sh")]
        self.participant = subprocess.Popen(
            [DAYBOOK, "participant", "run", "--name", "bank", "--store", "steps", *programs],
            env={**self.environment, "DAYBOOK_TOKEN": self.tokens["bank"]}, cwd=self.path,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def leave(self):
        if self.participant is not None:
            self.participant.terminate()
            self.participant.wait()
        self.participant = None

    @staticmethod
    def id_of(digits):
        """An id as commands write it."""
        return str(int(digits, 16))

    def status(self, saga):
        return json.loads(self.run("maker", "saga", "show", saga, "--json").splitlines()[0])

    def until(self, saga, statuses):
        for _ in range(600):
            status = self.status(saga)["status"].split("(")[0]
            if status in statuses:
                return status
            # Whatever waits before it is tried again.
            self.run("root", "admin", "advance-clock", 10**9)
        raise AssertionError("the saga has not come to %s: %s" % (statuses, self.status(saga)))


class SagaCorrections(unittest.TestCase):
    """A world each."""

    @contextlib.contextmanager
    def world(self, *options):
        with tempfile.TemporaryDirectory() as directory:
            world = World(pathlib.Path(directory))
            world.pay(1, 1000, "order-1")
            world.say(1000, "order-1")
            self.plant(world)
            world.start(*options)
            try:
                world.load()
                yield world
                world.run("root", "rebuild")
            finally:
                world.leave()
                world.stop()
            # A replay of all that was decided is what the engine had.
            world.run(None, "verify", world.data)
            world.run(None, "replay", world.data, "--digest")
            world.run(None, "rebuild", world.data)

    def plant(self, world):
        """What nobody has paid, by the ledger, and what the bank has never seen."""
        world.say(2500, "gift")
        world.pay(2, 700, "unpaid")

    def no(self, world, who, *arguments):
        done = world.call(*arguments, token=world.tokens[who])
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr

    def saga_of(self, difference):
        return "0x" + difference["correction"]["saga"]["id"]

    def test_what_is_defined_is_checked(self):
        with self.world() as world:
            self.assertIn("/posting/b_only: there is no definition returnMoney",
                          self.no(world, "checker", "recon", "define", world.path / "bank.json"))
            world.define()
            other = {**DEFINITION, "posting": {"b_only": {"saga": "takeBack"}}}
            (world.path / "other.json").write_text(json.dumps(other))
            self.assertIn("the ledger has no transfer for b_only",
                          self.no(world, "checker", "recon", "define", world.path / "other.json"))

    def test_done_once_whatever_is_killed(self):
        with self.world() as world:
            world.define()
            first = world.reconcile((1,))
            self.assertEqual((first["open"], first["proposed"]), (2, 2))
            gift = world.differences()["gift"]
            saga = gift["correction"]["saga"]
            self.assertEqual((saga["name"], saga["version"]), ("returnMoney", 1))
            self.assertIn({"name": "amount", "type": "money", "value": "2500 978"}, saga["inputs"])
            self.assertIn("not_authorised", self.no(world, "maker", "recon", "approve", "bank",
                                                    "--yes", "--reason", "mine"))
            done = world.approve()
            self.assertEqual((done["approved"], done["sagas"]["started"],
                              done["sagas"]["under_way"]), (2, 2, 2))
            self.under_way(world)
            world.kill()
            world.start()
            world.take_part()
            for each in world.differences().values():
                self.assertEqual(world.until(self.saga_of(each), ENDS), "COMPLETED")
            world.kill()
            world.start()
            self.assertEqual(world.settle((0,))["posted"], 2)
            self.assertEqual(world.settle((0,))["sagas"], [])
            self.is_clean(world)

    def under_way(self, world):
        """Nothing is proposed again, and what the sagas have booked by now is no difference."""
        settled = world.settle((1,))
        self.assertEqual((settled["started"], settled["under_way"]), (0, 2))
        run = world.reconcile((1,))
        self.assertEqual((run["open"], run["proposed"]), (2, 0))
        found = world.differences()
        self.assertEqual({name: each["state"] for name, each in found.items()},
                         {"gift": "approved", "unpaid": "approved"})
        shown = world.ask("maker", "recon", "show", "bank")["sagas"]
        self.assertEqual({each["saga"] for each in shown},
                         {world.id_of(self.saga_of(each)) for each in found.values()})
        self.assertEqual({each["state"] for each in shown}, {"RUNNING"})
        self.assertIn("run_has_open_differences", self.no(world, "maker", "recon", "close", "bank"))

    def is_clean(self, world):
        self.assertEqual(world.reconcile((0,))["open"], 0)
        self.assertEqual(world.differences(), {})
        self.assertEqual({account: world.balance(account)
                          for account in (BANK, CUSTOMERS, SUSPENSE)},
                         {BANK: 3500, CUSTOMERS: -1000, SUSPENSE: -2500})
        document = world.path / "report.json"
        world.run("maker", "recon", "report", "bank", "--report", document)
        posted = [each for each in json.loads(document.read_text())["postings"]
                  if each["state"] == "posted"]
        self.assertEqual({(each["action"], each["maker"], each["checker"]) for each in posted},
                         {("saga returnMoney@1", "maker", "checker"),
                          ("saga takeBack@1", "maker", "checker")})
        suspense = world.ask("maker", "recon", "suspense", "bank")
        self.assertEqual((suspense["of_corrections"], suspense["moved_otherwise"]),
                         ("25.00", "0.00"))
        world.run("maker", "recon", "close", "bank")

    def test_what_is_declined_is_open_again(self):
        with self.world() as world:
            world.define()
            world.reconcile((1,))
            (world.path / "declines").touch()
            world.approve()
            world.take_part()
            before = world.differences()
            for each in before.values():
                self.assertEqual(world.until(self.saga_of(each), ENDS), "COMPENSATED")
            # The next run tells it by itself, and proposes anew.
            again = world.reconcile((1,))
            self.assertEqual((again["open"], again["proposed"]), (2, 2))
            after = world.differences()
            for name in before:
                self.assertEqual(after[name]["found"]["difference"],
                                 before[name]["found"]["difference"], "it is the same one")
                self.assertNotEqual(self.saga_of(after[name]), self.saga_of(before[name]))
                self.assertIn("the account is closed", after[name]["words"])
            self.assertEqual(world.balance(BANK), 1700)
            (world.path / "declines").unlink()
            world.approve("--code", "b_only")
            self.assertEqual(world.until(self.saga_of(world.differences()["gift"]), ENDS),
                             "COMPLETED")
            # The next approval tells of the first one's end.
            self.assertGreaterEqual(world.approve()["sagas"]["posted"], 1)
            for each in world.differences().values():
                self.assertEqual(world.until(self.saga_of(each), ENDS), "COMPLETED")
            self.is_clean(world)

    def test_what_is_rejected_is_not_started(self):
        with self.world() as world:
            world.define()
            world.reconcile((1,))
            world.run("checker", "recon", "reject", "bank", "--yes", "--reason", "it is a gift")
            found = world.differences()
            self.assertEqual({each["state"] for each in found.values()}, {"rejected"})
            self.assertEqual(world.settle((0,))["sagas"], [])
            self.assertEqual(world.call("saga", "show", self.saga_of(found["gift"]),
                                        token=world.tokens["maker"]).returncode, 1)

    def test_what_the_ledger_refuses_is_open_again(self):
        with self.world() as world:
            world.define()
            world.reconcile((1,))
            world.run("root", "account", "freeze", SUSPENSE, "--reason", "a question")
            done = world.approve("--code", "b_only", good=(1,))
            self.assertEqual((done["approved"], done["sagas"]["failed"]), (1, 1))
            gift = world.differences()["gift"]
            self.assertEqual(gift["state"], "failed")
            self.assertIn("reserve: not done: credit_account_frozen", gift["words"])
            self.assertEqual(world.balance(BANK), 1700)

    def stuck(self, world):
        """The saga of a correction, stuck."""
        world.define()
        world.reconcile((1,))
        world.approve("--code", "b_only")
        saga = self.saga_of(world.differences()["gift"])
        # The bank cannot tell what became of it, until the saga's deadline is over.
        (world.path / "program.sh").write_text("#!/bin/sh\necho asked >>log\nexit 1\n")
        world.take_part()
        for _ in range(600):
            if (world.path / "log").exists():
                break
            time.sleep(0.05)
        world.run("root", "admin", "advance-clock", 25 * 3600 * 10**9)
        self.assertEqual(world.until(saga, ("STUCK",)), "STUCK")
        return saga

    def test_what_is_closed_by_hand_is_open_again(self):
        with self.world() as world:
            saga = self.stuck(world)
            world.run("maker", "saga", "close", saga, "--reason", "the bank has taken it back")
            self.assertEqual(world.settle((1,))["failed"], 1)
            gift = world.differences()["gift"]
            self.assertEqual(gift["state"], "failed")
            self.assertIn("CLOSED_MANUAL", json.dumps(gift))
            self.assertEqual(world.settle((0,))["failed"], 0)

    def test_a_stuck_saga_is_shown_until_somebody_resolves_it(self):
        with self.world() as world:
            saga = self.stuck(world)
            self.assertEqual(world.settle((1,))["stuck"], 1)
            shown = world.ask("maker", "recon", "show", "bank")["sagas"][0]
            self.assertEqual((shown["saga"], shown["state"]), (world.id_of(saga), "STUCK"))
            page = world.path / "report.html"
            world.run("maker", "recon", "report", "bank", "--report", page)
            self.assertIn("saga %s: STUCK" % world.id_of(saga), page.read_text())
            self.no(world, "maker", "recon", "close", "bank")
            world.run("maker", "saga", "resolve", saga, "ask", "--succeeded",
                      "--reason", "the bank says so")
            self.assertEqual(world.until(saga, ENDS), "COMPLETED")
            (world.path / "inbox").mkdir()
            said = world.run("maker", "recon", "watch", world.path / "inbox", "--data", world.data,
                             "--once")
            self.assertIn("1 posted", said)
            self.assertEqual(world.differences()["gift"]["state"], "posted")

class ManyAtOnce(SagaCorrections):
    """Approvals killed at any moment, and an engine that has no room for all sagas."""

    COUNT = 24
    test_what_is_defined_is_checked = None
    test_done_once_whatever_is_killed = None
    test_what_is_declined_is_open_again = None
    test_what_the_ledger_refuses_is_open_again = None
    test_what_is_rejected_is_not_started = None
    test_a_stuck_saga_is_shown_until_somebody_resolves_it = None
    test_what_is_closed_by_hand_is_open_again = None

    def plant(self, world):
        for number in range(self.COUNT):
            world.say(100 + number, "gift-%d" % number)

    def killed_approvals(self, world):
        dice = random.Random(SEED)
        arguments = [DAYBOOK, "recon", "approve", "bank", "--yes", "--reason", "as agreed"]
        environment = {**world.environment, "DAYBOOK_TOKEN": world.tokens["checker"]}
        for _ in range(12):
            with subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as approval:
                try:
                    approval.wait(timeout=dice.uniform(0.005, 0.06))
                except subprocess.TimeoutExpired:
                    approval.kill()

    def test_each_is_started_once(self):
        with self.world("--sagas-max", 4) as world:
            world.define()
            world.reconcile((1,))
            self.killed_approvals(world)
            world.approve(good=(0, 1))
            found = world.differences().values()
            self.assertEqual({each["state"] for each in found}, {"approved"})
            states = [each["state"] for each in world.settle((1,))["sagas"]]
            self.assertEqual((states.count("RUNNING"), states.count("not started")),
                             (4, self.COUNT - 4), "there is room for four")
            world.kill()
            world.start()
            self.assertEqual(world.settle((1,))["started"], self.COUNT - 4)
            world.take_part()
            for each in found:
                self.assertEqual(world.until(self.saga_of(each), ENDS), "COMPLETED")
            self.assertEqual(world.settle((0,))["posted"], self.COUNT)
            self.assertEqual(world.reconcile((0,))["open"], 0)
            self.assertEqual(world.balance(SUSPENSE),
                             -sum(100 + number for number in range(self.COUNT)))
            asked = [json.loads(line)["saga"] for line in
                     (world.path / "log").read_text().splitlines()]
            self.assertEqual(len(asked), len(set(asked)), "the bank was asked once for each")


if __name__ == "__main__":
    DAYBOOK = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
