#!/usr/bin/env python3
"""How long does it take to hold a few records, as a webhook brings them, against a running engine?

An engine of its own is given TRANSFERS (1,000,000) with a business reference each, on one clearing
account, the hardest case for an index of accounts. Then `daybook recon match` is run for 1, 100 and
1,000 records of random references, of which one in ten differs, RUNS (21) times each. Told are the
time of the whole command, and what it says itself: the connection, the definition, the look-ups and
the classes, but not the start of a process. Expected: a few ms for one record, as without any, and
some 50 us for each further one, of which the engine's reading of the journal is most.

    bench/recon_match.py PATH-TO-DAYBOOK [TRANSFERS [RUNS]]
"""

import json
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time

BANK, CUSTOMERS = 1, 2
HEADER = "reference,amount,currency,status,time\n"


def cents_of(number):
    return 100 + number * 7919 % 1_000_000


def euros(cents):
    return "%d.%02d" % (cents // 100, cents % 100)


def load(call, path, transfers):
    call("ledger", "put", 978, "--name", "EUR", "--scale", 2, "--kind", "currency")
    for account in (BANK, CUSTOMERS):
        call("account", "create", "--id", account, "--ledger", 978, "--code", 10)
    csv = path / "transfers.csv"
    with csv.open("w") as file:
        file.write("id,debit_account_id,credit_account_id,amount,ledger,code,business_id\n")
        for number in range(1, transfers + 1):
            file.write("%d,%d,%d,%s,978,1,name:order-%d\n" % (
                number, BANK, CUSTOMERS, euros(cents_of(number)), number))
    call("import", "transfers", csv)
    csv.unlink()
    definition = path / "bank.json"
    definition.write_text(json.dumps({"name": "bank", "account": str(BANK), "ledger": 978,
                                      "window_days": 2, "statement": {"map": "daybook"}}))
    call("recon", "define", definition)


def measure(call, path, transfers, runs):
    chooser = random.Random(1)
    for count in (0, 1, 100, 1_000):
        times = []
        own = []
        for _ in range(runs):
            batch = path / "batch.csv"
            with batch.open("w") as file:
                file.write(HEADER)
                for at, number in enumerate(chooser.sample(range(1, transfers + 1), count)):
                    cents = cents_of(number) + (5 if at % 10 == 0 else 0)
                    file.write("order-%d,%s,EUR,ok,2026-01-31T12:00:00Z\n" % (number, euros(cents)))
            begun = time.perf_counter()
            found = call("recon", "match", "bank", batch, "--json", good=(0, 1))
            times.append(1_000 * (time.perf_counter() - begun))
            own.append(1_000 * json.loads(found)["seconds"])
            assert json.loads(found)["differences"] == (count + 9) // 10, "as planted"
        print("%5d records: %6.1f ms (%.1f to %.1f), of which it says %.1f ms (%.1f to %.1f)" % (
            count, statistics.median(times), min(times), max(times), statistics.median(own),
            min(own), max(own)), flush=True)


def main(daybook, transfers=1_000_000, runs=21):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory)
        engine = subprocess.Popen(
            [daybook, "serve", "--data", path / "data", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            address = next(line for line in engine.stdout if line.startswith("listening on "))
            environment = {**os.environ, "DAYBOOK_CONNECT": address.split()[-1]}

            def call(*arguments, good=(0,)):
                done = subprocess.run([daybook, *map(str, arguments)], capture_output=True,
                                      text=True, check=False, env=environment)
                assert done.returncode in good, (arguments, done.stderr)
                return done.stdout

            load(call, path, int(transfers))
            measure(call, path, int(transfers), int(runs))
        finally:
            engine.send_signal(signal.SIGTERM)
            engine.communicate()


if __name__ == "__main__":
    main(*sys.argv[1:])
