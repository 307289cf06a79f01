#!/usr/bin/env python3
"""A bank that takes part in sagas, with its barrier in its own database: net/client/BARRIER.md.

    daybook participant run --name bank --query --exec 'tools/demo/participants/bank.py bank.db' \
        --type bank.payout.v1 ...

Reads one command as JSON on standard input and prints its answer. What it does and what it
remembers of it is one transaction, so it needs no --store: a repeat finds the answer of the first
time, whatever was killed when.
"""

import json
import sqlite3
import sys

SCHEMA = """
CREATE TABLE IF NOT EXISTS barrier(
  key     TEXT PRIMARY KEY,   -- what is never done twice
  outcome TEXT NOT NULL,      -- succeeded, failed, ok_empty; cancelled: it must never be done
  reply   TEXT NOT NULL);     -- the answer, to be given again
CREATE TABLE IF NOT EXISTS payouts(
  reference TEXT PRIMARY KEY, iban TEXT NOT NULL, amount TEXT NOT NULL, undone INTEGER NOT NULL);
"""


def remembered(database, key):
    """The answer that was given under `key`, and its outcome; None where there was none."""
    row = database.execute("SELECT outcome, reply FROM barrier WHERE key = ?", (key,)).fetchone()
    return row and (row[0], json.loads(row[1]))


def remember(database, key, outcome, reply):
    database.execute("INSERT INTO barrier VALUES(?, ?, ?)", (key, outcome, json.dumps(reply)))
    return reply


def pay(database, command):
    """The effect. Anything that this database can take back with the transaction."""
    iban = command["arguments"]["iban"]
    if iban.endswith("CLOSED"):
        return {"outcome": "failed", "message": "the account is closed"}
    reference = "P-" + command["key"]
    database.execute("INSERT INTO payouts VALUES(?, ?, ?, 0)",
                     (reference, iban, command["arguments"]["amount"]))
    return {"outcome": "succeeded", "reference": reference}


def take_back(database, command):
    reference = "P-" + command["target"]
    database.execute("UPDATE payouts SET undone = 1 WHERE reference = ?", (reference,))
    return {"outcome": "succeeded", "reference": reference}


def do(database, command):
    known = remembered(database, command["key"])
    if known:
        if known[0] == "cancelled":  # The undo came first: the late do is refused.
            return {"outcome": "failed", "message": "it was undone before it was done"}
        return known[1]
    reply = pay(database, command)
    return remember(database, command["key"], reply["outcome"], reply)


def undo(database, command):
    known = remembered(database, command["key"])
    if known:
        return known[1]
    target = remembered(database, command["target"])
    if not target and not command["allow_empty"]:
        # It was done, says the saga, and this database has lost it: for people to look at.
        return {"outcome": "failed", "message": "there is no record of what is to be undone"}
    if target and target[0] == "succeeded":
        reply = take_back(database, command)
    else:
        reply = {"outcome": "ok_empty"}
        if not target:  # Never seen: from now on it must not be done any more.
            remember(database, command["target"], "cancelled", {})
    return remember(database, command["key"], reply["outcome"], reply)


def query(database, command):
    target = remembered(database, command["target"])
    if not target:
        return {"outcome": "never_seen"}
    return {"outcome": "cancelled"} if target[0] == "cancelled" else target[1]


def answer(path, command):
    database = sqlite3.connect(path, timeout=10, isolation_level=None)
    database.executescript(SCHEMA)
    # One writer at a time: two copies of a command cannot both find nothing.
    database.execute("BEGIN IMMEDIATE")
    reply = {"do": do, "undo": undo, "query": query}[command["operation"]](database, command)
    database.execute("COMMIT")  # The effect and the barrier's row, or neither.
    database.close()
    return reply


if __name__ == "__main__":
    print(json.dumps(answer(sys.argv[1], json.load(sys.stdin))))
