#!/usr/bin/env python3
"""The barrier of tools/demo/participants/bank.py: every order of do, undo, repeats and queries has
its effect at most once, an undo leaves none, a do after its undo is refused; and so it is when the
program is killed at any moment, or runs many times at once.

    tests/tools/barrier_test.py PATH-TO-bank.py
"""

import importlib.util
import itertools
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

BANK = sys.argv[1]
failures = 0

spec = importlib.util.spec_from_file_location("bank", BANK)
bank = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bank)


def command(operation, key, target="0", iban="DE1", allow_empty=True):
    return {"operation": operation, "key": key, "target": target, "allow_empty": allow_empty,
            "arguments": {"iban": iban, "amount": "12.50 978"}, "outputs": {}}


def start(path):
    return subprocess.Popen([sys.executable, BANK, path], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)


def ask(path, what):
    return json.loads(json.dumps(bank.answer(path, what)))


def payouts(path):
    rows = sqlite3.connect(path).execute("SELECT reference, undone FROM payouts").fetchall()
    return [row[0] for row in rows], [row[0] for row in rows if not row[1]]


def check(what, good):
    global failures
    if not good:
        failures += 1
        print("FAILED:", what)


def every_order(directory):
    """Two dos, two undos and a query between them, in every order."""
    for number, order in enumerate(sorted(set(itertools.permutations("dduuq")))):
        path = str(directory / f"order{number}")
        replies = {"d": [], "u": [], "q": []}
        for each in order:
            what = {"d": command("do", "7"), "u": command("undo", "8", "7"),
                    "q": command("query", "7", "7")}[each]
            replies[each].append(ask(path, what))
        made, standing = payouts(path)
        done_first = order.index("d") < order.index("u")
        check(f"{order}: one payout at most", len(made) == (1 if done_first else 0))
        check(f"{order}: the undo leaves none", standing == [])
        outcome = "succeeded" if done_first else "failed"
        check(f"{order}: dos {replies['d']}",
              [each["outcome"] for each in replies["d"]] == [outcome] * 2)
        check(f"{order}: the undos agree", replies["u"][0] == replies["u"][1])
        check(f"{order}: undos {replies['u']}",
              replies["u"][0]["outcome"] == ("succeeded" if done_first else "ok_empty"))
        before = order[:order.index("q")]
        expected = ("never_seen" if not set(before) & {"d", "u"} else
                    "succeeded" if done_first else "cancelled")
        if not done_first and "u" not in before and "d" in before:
            expected = "succeeded"
        check(f"{order}: query {replies['q']}, not {expected}",
              replies["q"][0]["outcome"] == expected)


def failed_stays_failed(directory):
    path = str(directory / "failed")
    first = ask(path, command("do", "1", iban="XX CLOSED"))
    check("a refusal", first["outcome"] == "failed")
    check("the same refusal", ask(path, command("do", "1")) == first)
    check("nothing to undo", ask(path, command("undo", "2", "1"))["outcome"] == "ok_empty")
    check("no payout", payouts(path)[0] == [])
    lost = command("undo", "4", "3", allow_empty=False)
    check("what was done and is not there", ask(path, lost)["outcome"] == "failed")
    check("is not cancelled by that", ask(path, command("do", "3"))["outcome"] == "succeeded")


def killed(directory):
    """Killed while it runs, then asked again until it answers: one payout."""
    path = str(directory / "killed")
    for key in range(20):
        process = start(path)
        process.stdin.write(json.dumps(command("do", str(key))))
        process.stdin.close()
        try:
            process.wait(timeout=0.005 * key)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        check("an answer", ask(path, command("do", str(key)))["outcome"] == "succeeded")
    check("each once", len(payouts(path)[0]) == 20)


def at_once(directory):
    path = str(directory / "at_once")
    ask(path, command("query", "0", "0"))
    processes = [start(path) for _ in range(8)]
    for process in processes:
        process.stdin.write(json.dumps(command("do", "5")))
        process.stdin.close()
    replies = {process.stdout.read() for process in processes}
    for process in processes:
        process.wait()
    check("one answer for all", len(replies) == 1)
    check("one payout", len(payouts(path)[0]) == 1)


with tempfile.TemporaryDirectory() as name:
    for test in (every_order, failed_stays_failed, killed, at_once):
        test(pathlib.Path(name))
print("barrier:", "all good" if failures == 0 else f"{failures} failures")
sys.exit(failures != 0)
