#!/usr/bin/env python3
"""Reconciliations from day to day: what is carried on, days that nobody reconciled, holds over
midnight, runs that are killed, cut early or made again, corrections that must not be posted twice,
statements that are put into a directory for days that were missed.

    recon_days_test.py PATH-TO-DAYBOOK
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

DAYBOOK = None
BANK, CUSTOMERS, SUSPENSE, FEES, ROUNDING = 1, 2, 3, 4, 5
FIRST_NOON_NS = 1769860800000000000  # 2026-01-31T12:00:00Z
DAY_NS = 86400 * 10**9
DAYS = ("2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03")
HEADER = "reference,amount,currency,status,time,fee\n"
CODES = ("a_only", "b_only", "amount_short", "amount_over", "fee_mismatch", "rounding",
         "status_a_open_b_ok")

DEFINITION = {
    "name": "bank", "account": str(BANK), "ledger": 978, "statement": {"map": "daybook"},
    "window_days": 1, "expire_days": 30, "fee_codes": [901],
    "accounts": {"suspense": str(SUSPENSE), "fees": str(FEES), "rounding": str(ROUNDING),
                 "fx": str(ROUNDING)},
    "limits": {code: {"EUR": "1000.00"} for code in CODES},
    "automatic": {"rounding": {"EUR": "0.01"}, "fee_mismatch": {"EUR": "1.00"}},
}


class Days(unittest.TestCase):
    """An engine of its own for each."""

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.directory.name)
        self.data = self.path / "data"
        self.data.mkdir()
        self.environment = dict(os.environ)
        self.tokens = {name: self.run_daybook(None, "identity", "add", name, "--role", role,
                                              "--data", self.data).stdout.strip()
                       for name, role in (("root", "admin"), ("maker", "operator"),
                                          ("checker", "checker"))}
        self.engine = subprocess.Popen(
            [DAYBOOK, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--clock", "manual"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.engine.stdout:
            if line.startswith("listening on "):
                self.environment["DAYBOOK_CONNECT"] = line.split()[-1]
                break
        self.good("root", "ledger", "put", 978, "--name", "EUR", "--scale", 2, "--kind", "currency")
        for account in range(BANK, ROUNDING + 1):
            self.good("root", "account", "create", "--id", account, "--ledger", 978, "--code", 10)
        self.good("root", "admin", "advance-clock", FIRST_NOON_NS)
        self.define()

    def tearDown(self):
        self.engine.send_signal(signal.SIGTERM)
        self.engine.communicate()
        self.assertEqual(self.engine.returncode, 0)
        self.assertEqual(self.run_daybook(None, "verify", self.data).returncode, 0)
        self.assertEqual(self.run_daybook(None, "replay", self.data, "--digest").returncode, 0)
        self.directory.cleanup()

    def run_daybook(self, who, *arguments):
        environment = dict(self.environment)
        if who:
            environment["DAYBOOK_TOKEN"] = self.tokens[who]
        return subprocess.run([DAYBOOK, *map(str, arguments)], capture_output=True, text=True,
                              check=False, env=environment, timeout=60)

    def good(self, who, *arguments, code=0):
        done = self.run_daybook(who, *arguments)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done.stdout

    def define(self, **more):
        (self.path / "bank.json").write_text(json.dumps({**DEFINITION, **more}))
        self.good("checker", "recon", "define", self.path / "bank.json")

    def pay(self, name, amount, *options):
        self.good("root", "transfer", "create", "--name", name, "--business-id", "name:" + name,
                  "--debit", BANK, "--credit", CUSTOMERS, "--amount", amount, "--ledger", 978,
                  "--code", 1, *options)

    def fee(self, name, amount):
        self.good("root", "transfer", "create", "--name", "fee-of-" + name, "--business-id",
                  "name:" + name, "--debit", FEES, "--credit", BANK, "--amount", amount,
                  "--ledger", 978, "--code", 901)

    def pass_days(self, days):
        self.good("root", "admin", "advance-clock", days * DAY_NS)

    def statement(self, day, *lines, name="statement.csv"):
        """Lines: reference, amount and, where it matters, currency, fee, status, day."""
        path = self.path / name
        rows = []
        for reference, amount, *more in lines:
            options = more[0] if more else {}
            rows.append("%s,%s,%s,%s,%sT11:00:00Z,%s" % (
                reference, amount, options.get("currency", "EUR"), options.get("status", "ok"),
                options.get("day", DAYS[day]), options.get("fee", "")))
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEADER + "".join(row + "\n" for row in rows))
        return path

    def reconcile(self, day, *lines, options=()):
        done = self.run_daybook("maker", "recon", "run", "bank", self.statement(day, *lines),
                                "--data", self.data, "--day", DAYS[day], "--json", *options)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertTrue(done.stdout, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if result["open"] == 0 else 1)
        return result

    def found(self, day):
        """What the day's run found: reference -> difference, state."""
        text = self.good("maker", "recon", "differences", "bank/" + DAYS[day], "--json")
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        return {each["found"].get("reference_a") or each["found"].get("reference_b"):
                (each["found"]["name"], each["state"]) for each in lines}

    def approve(self, day):
        self.good("checker", "recon", "approve", "bank/" + DAYS[day], "--yes")

    def balance(self, account):
        found = json.loads(self.good("maker", "account", "get", account, "--json"))
        return round(100 * (float(found["debits_posted"]) - float(found["credits_posted"])))

    # ---- Posted once. ----

    def test_a_run_that_was_cut_before_a_posting_does_not_post_it_again(self):
        self.pay("pay-1", "10.00")
        first = self.reconcile(0, ("pay-1", "10.01"), ("stray", "7.00"))
        self.approve(0)
        self.assertEqual((self.balance(SUSPENSE), self.balance(ROUNDING)), (-700, -1))
        again = self.reconcile(0, ("pay-1", "10.01"), ("stray", "7.00"), ("more", "3.00"),
                               options=("--until-sequence", first["cut"]))
        self.assertEqual(again["proposed"], 1)
        self.assertEqual(self.found(0)["more"], ("b_only", "proposed"))
        self.approve(0)
        self.assertEqual((self.balance(SUSPENSE), self.balance(ROUNDING)), (-1000, -1))
        self.assertEqual(self.reconcile(0, ("pay-1", "10.01"), ("stray", "7.00"),
                                        ("more", "3.00"))["open"], 0)

    def test_a_leg_that_somebody_has_taken_ahead_is_no_approval(self):
        self.reconcile(0, ("stray", "7.00"))
        text = self.good("maker", "recon", "differences", "bank", "--json")
        leg = json.loads(text)["correction"]["legs"][0]
        # The ids of legs can be worked out by anybody who knows the difference.
        self.good("root", "transfer", "create", "--id", int(leg["id"], 16), "--debit", BANK,
                  "--credit", SUSPENSE, "--amount", "7.00", "--ledger", 978, "--code", leg["code"])
        refused = self.run_daybook("checker", "recon", "approve", "bank", "--yes")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("exists", refused.stderr)
        self.assertEqual(self.found(0)["stray"], ("b_only", "failed"))
        self.pay("pay-1", "1.00")
        again = self.reconcile(0, ("stray", "7.00"), ("pay-1", "1.00"))
        self.assertEqual(again["proposed"], 1)
        self.approve(0)
        self.assertEqual(self.found(0)["stray"], ("b_only", "posted"))
        self.assertEqual(self.balance(SUSPENSE), -1400)

    def test_another_currency_is_never_posted(self):
        self.reconcile(0, ("dollar", "7.00", {"currency": "USD"}))
        self.assertEqual(self.found(0)["dollar"], ("b_only", "open"))
        limits = {**DEFINITION["limits"], "b_only": {"USD": "100.00"}}
        (self.path / "usd.json").write_text(json.dumps({**DEFINITION, "limits": limits}))
        done = self.run_daybook("checker", "recon", "define", self.path / "usd.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("a limit is of USD, and the ledger is of EUR", done.stderr)

    # ---- From day to day. ----

    def test_a_day_whose_run_was_given_up_loses_nothing(self):
        self.pay("pay-1", "50.00")
        self.pay("pay-2", "20.00")
        self.assertEqual(self.reconcile(0, ("pay-2", "20.00"))["summary"]["carried"], 1)
        self.pass_days(1)
        bad = self.path / "bad.csv"
        bad.write_text("no such columns\n1\n")
        self.good("maker", "recon", "run", "bank", bad, "--data", self.data, "--day", DAYS[1],
                  code=2)
        third = self.reconcile(1, ("pay-1", "50.00", {"day": DAYS[1]}))
        self.assertEqual(third["open"], 0)
        self.assertEqual(third["summary"]["matched"], 1)

    def test_days_that_nobody_reconciled_are_of_the_next_one(self):
        self.reconcile(0)
        self.pass_days(1)
        self.pay("sunday", "5.00")
        self.pay("lost", "6.00")
        self.pass_days(2)
        run = self.reconcile(3, ("sunday", "5.00", {"day": DAYS[1]}))
        self.assertEqual(run["summary"]["matched"], 1)
        self.assertEqual(self.found(3), {"lost": ("a_only", "proposed")})

    def test_what_came_after_a_days_run_is_of_the_next_one(self):
        self.pay("early", "5.00")
        self.reconcile(0, ("early", "5.00"))
        self.pay("late", "6.00")  # The same day, behind the cut.
        self.pass_days(1)
        run = self.reconcile(1, ("late", "6.00", {"day": DAYS[0]}))
        self.assertEqual((run["open"], run["summary"]["matched"]), (0, 1))

    def test_a_fee_is_carried_with_its_payment(self):
        self.pay("pay-1", "50.00")
        self.fee("pay-1", "0.40")
        self.assertEqual(self.reconcile(0)["summary"]["carried"], 1)
        self.pass_days(1)
        run = self.reconcile(1, ("pay-1", "50.00", {"fee": "0.40"}))
        self.assertEqual((run["open"], run["summary"]["matched"]), (0, 1))
        self.assertEqual(self.balance(FEES), 40)

    def test_a_hold_over_midnight_is_posted_and_then_clean(self):
        self.pay("card", "33.00", "--pending")
        self.assertEqual(self.reconcile(0)["open"], 0)
        self.pass_days(1)
        self.reconcile(1, ("card", "33.00"))
        self.assertEqual(self.found(1), {"card": ("status_a_open_b_ok", "proposed")})
        self.pass_days(1)  # Approved on the next day only.
        self.approve(1)
        self.assertEqual(self.balance(BANK), 3300)
        self.assertEqual(self.reconcile(1, ("card", "33.00"))["open"], 0)
        self.good("maker", "recon", "close", "bank/" + DAYS[1])
        self.assertEqual(self.reconcile(2)["open"], 0)
        self.assertEqual(self.found(2), {})

    def test_what_is_dated_too_far_ahead_is_somebodys_business(self):
        self.define(expire_days=1)
        run = self.reconcile(0, ("soon", "5.00", {"day": DAYS[1]}), ("never", "6.00", {"day": DAYS[3]}))
        self.assertEqual((run["open"], run["summary"]["carried"]), (1, 1))
        self.assertEqual(self.found(0)["never"], ("b_pending", "open"))

    def test_a_day_that_was_a_mistake_stops_nothing(self):
        done = self.run_daybook("maker", "recon", "run", "bank", self.statement(0), "--data",
                                self.data, "--day", "2099-01-01")
        self.assertEqual(done.returncode, 2)
        self.assertIn("2099-01-01 has not begun yet", done.stderr)
        bad = self.path / "bad.csv"
        bad.write_text("no such columns\n1\n")
        self.good("maker", "recon", "run", "bank", bad, "--data", self.data, "--day", DAYS[3],
                  code=2)
        self.assertEqual(self.reconcile(0)["open"], 0)

    # ---- What people do. ----

    def test_what_is_reopened_is_open_in_the_run_that_counts(self):
        self.pay("pay-1", "10.00")
        self.reconcile(0, ("pay-1", "12.00"))
        self.good("checker", "recon", "reject", "bank", "--yes", "--reason", "ask them")
        self.good("maker", "recon", "accept", "bank", "--reason", "explained")
        shown = self.run_daybook("checker", "recon", "approve", "bank")
        self.assertIn("2.00", shown.stdout, "the checker sees how much is accepted")
        self.approve(0)
        self.assertEqual(self.reconcile(0, ("pay-1", "12.00"))["open"], 0)
        self.good("maker", "recon", "reopen", "bank", "--reason", "not so")
        done = self.run_daybook("maker", "recon", "close", "bank")
        self.assertEqual(done.returncode, 1)
        self.assertIn("run_has_open_differences", done.stderr)

    def test_a_result_that_was_changed_is_not_believed(self):
        run = self.reconcile(0, ("stray", "7.00"))
        kept = pathlib.Path(run["report"]).with_name("differences.ndjson")
        whole = kept.read_bytes()
        kept.write_bytes(b"")
        for command in (("differences",), ("accept", "--reason", "x")):
            done = self.run_daybook("maker", "recon", command[0], "bank", *command[1:])
            self.assertEqual(done.returncode, 2)
            self.assertIn("it was changed", done.stderr)
        kept.unlink()
        self.assertEqual(self.run_daybook("maker", "recon", "differences", "bank").returncode, 2)
        kept.write_bytes(whole)
        self.assertEqual(self.found(0)["stray"], ("b_only", "proposed"))
        carry = kept.with_name("carry.ndjson")
        carry.write_text("{}\n")
        self.pass_days(1)
        done = self.run_daybook("maker", "recon", "run", "bank", self.statement(1), "--data",
                                self.data, "--day", DAYS[1])
        self.assertEqual(done.returncode, 2)
        self.assertIn("is not what the run of 2026-01-31 has carried on", done.stderr)

    # ---- Killed. ----

    def test_a_run_that_was_killed_goes_on_where_it_was(self):
        for number in range(3):
            self.pay("pay-%d" % number, "10.00")
        path = self.statement(0, ("pay-0", "10.00"), ("stray", "1.00"))
        arguments = [DAYBOOK, "recon", "run", "bank", path, "--data", self.data, "--day", DAYS[0]]
        environment = {**self.environment, "DAYBOOK_TOKEN": self.tokens["maker"]}
        for milliseconds in range(10, 60, 5):
            with subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as run:
                try:
                    run.wait(timeout=milliseconds / 1000)
                    break
                except subprocess.TimeoutExpired:
                    run.kill()
        self.good("maker", *arguments[1:], code=1)
        runs = [json.loads(line) for line in
                self.good("maker", "recon", "runs", "bank", "--json").splitlines()]
        # One that was killed before its cut was told cannot be taken up: it left nothing.
        self.assertEqual([run["state"] for run in runs if run["state"] != "in_review"], [])
        self.assertEqual(len(runs), 1)

    # ---- The inbox. ----

    def watch(self, at, code=0):
        done = self.run_daybook("maker", "recon", "watch", self.path / "inbox", "--data", self.data,
                                "--once", "--at", at)
        self.assertEqual(done.returncode, code, (done.stdout, done.stderr))
        return done.stdout + done.stderr

    def runs(self):
        text = self.good("maker", "recon", "runs", "bank", "--json")
        return [(run["day"], run["state"]) for run in map(json.loads, text.splitlines())]

    def test_missed_days_are_made_up_for_each_with_its_own_file(self):
        self.define(files="bank-%Y-%m-%d*.csv", schedule="0 2 * * *", expected_by="06:00")
        self.statement(0, name="inbox/bank-2026-01-31.csv")
        self.watch("2026-02-01T02:00:00Z")
        self.assertEqual(self.runs(), [(DAYS[0], "in_review")])
        self.pay("pay-1", "5.00")
        self.pass_days(3)
        # Days 1 to 3 come at once, the last first; the same bytes twice are two statements.
        self.statement(3, name="inbox/bank-2026-02-03.csv")
        said = self.watch("2026-02-04T06:00:00Z", code=1)
        self.assertIn("bank: 2026-02-01: there is no statement", said)
        self.assertEqual(len(self.runs()), 1, "in their order")
        self.statement(3, name="inbox/bank-2026-02-02.csv")
        self.statement(1, ("pay-1", "5.00"), name="inbox/bank-2026-02-01-a.csv")
        self.statement(1, name="inbox/bank-2026-02-01-b.csv")
        self.assertIn("2 files fit", self.watch("2026-02-04T06:00:00Z", code=1))
        (self.path / "inbox/bank-2026-02-01-b.csv").unlink()
        self.watch("2026-02-04T06:00:00Z")
        self.assertEqual([day for day, _ in self.runs()], list(DAYS))

    def test_a_scheduled_run_that_failed_waits_for_another_file(self):
        self.define(files="bank-*.csv", schedule="0 2 * * *")
        inbox = self.path / "inbox"
        inbox.mkdir()
        (inbox / "bank-1.csv").write_text("no such columns\n1\n")
        said = self.watch("2026-02-01T02:00:00Z", code=2)
        self.assertIn("bank-1.csv", said)
        (inbox / "bank-1.csv").unlink()
        self.statement(0, name="inbox/bank-2.csv")
        self.watch("2026-02-01T02:30:00Z")
        self.assertEqual(self.runs()[-1], (DAYS[0], "in_review"))


if __name__ == "__main__":
    DAYBOOK = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
