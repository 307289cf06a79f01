#!/usr/bin/env python3
"""What does a comparison of the live journal cost the transfers beside it?

    bench/recon_beside_load.py build/release/daybook [--records N] [--transfers N] [--runs N]

An engine takes N records on one account, which a statement has too, all but one in a thousand. Then
the same load of other transfers is sent alone and with comparisons beside it, one after the other for
as long as it lasts, in turns. Expected: the comparison reads the journal by itself and costs the
engine nothing but its processor time, so on two cores, of which the load keeps both busy, the rate
falls by the share that the comparison's threads get: a third with one of them, half with two.
"""

import argparse
import json
import pathlib
import signal
import statistics
import subprocess
import tempfile
import threading
import time


class Engine:
    def __init__(self, daybook, directory):
        self.daybook, self.data = daybook, directory / "data"
        self.process = subprocess.Popen(
            [daybook, "serve", "--data", self.data, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.address = line.split()[-1]
                break

    def load(self, *options):
        done = subprocess.run([self.daybook, "bench", "--connect", self.address, "--json", *options],
                              check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()


def write_statement(daybook, data, path):
    """What the journal has on the account that the hot load debits; returns that account."""
    account, records = None, 0
    dump = subprocess.Popen([daybook, "dump", data, "--kind", "transfer"], stdout=subprocess.PIPE)
    with open(path, "w", encoding="ascii") as statement:
        statement.write("reference,amount,status,time\n")
        for line in dump.stdout:
            fact = json.loads(line)
            account = fact["debit_account_id"]
            records += 1
            if records % 1000 == 0:
                continue
            reference = fact["business_id"] if fact["business_id"] != "0" else fact["id"]
            statement.write(f"{reference},{fact['amount_minor']},ok,{fact['timestamp']}\n")
    dump.wait()
    return account, records


class Comparisons:
    """One after the other until the block ends."""

    def __init__(self, command):
        self.command, self.seconds, self.wrong = command, [], None
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        while not self.ends.is_set():
            begin = time.monotonic()
            done = subprocess.run(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  text=True, check=False)
            if done.returncode != 1:  # 1: what was planted is found.
                self.wrong = f"exit code {done.returncode}: {done.stderr}"
                return
            self.seconds.append(time.monotonic() - begin)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()
        if self.wrong:
            raise RuntimeError(self.wrong)


def spread(values):
    return f"{statistics.median(values):,.1f} ({min(values):,.1f} to {max(values):,.1f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("daybook")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--transfers", type=int, default=8_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        engine = Engine(options.daybook, directory)
        engine.load("--kind", "hot", "--transfers", str(options.records))
        statement = directory / "statement.csv"
        account, records = write_statement(options.daybook, engine.data, statement)
        found = {"alone": [], "1 thread beside": [], "2 threads beside": []}
        seconds = {name: [] for name in found}
        for run in range(options.runs):
            for place, how in enumerate(found):
                load = ["--transfers", str(options.transfers), "--batch", "256", "--clients", "4",
                        "--in-flight", "1", "--seed", str(100 + 10 * run + place)]
                if place == 0:
                    found[how].append(engine.load(*load))
                    continue
                command = [options.daybook, "recon", "compare", f"journal:{engine.data}", statement,
                           "--account", account, "--currency", "EUR", "--scale", "EUR=0",
                           "--threads", str(place)]
                with Comparisons(command) as beside:
                    found[how].append(engine.load(*load))
                seconds[how] += beside.seconds
        engine.stop()
    print(f"{records:,} records a side; {options.runs} runs each of {options.transfers:,} transfers")
    for how, results in found.items():
        rates = [each["transfers_per_second"] / 1e3 for each in results]
        tails = [each["request_latency_us"]["p99"] / 1e3 for each in results]
        print(f"{how}: {spread(rates)} k transfers/s, p99 {spread(tails)} ms" +
              (f", a comparison {spread(seconds[how])} s" if seconds[how] else ""))


if __name__ == "__main__":
    main()
