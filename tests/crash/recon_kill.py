#!/usr/bin/env python3
"""Kills comparisons with SIGKILL at random moments, and goes on in their work directories.

    tests/crash/recon_kill.py build/release/daybook [--rounds 6] [--records 100000] [--seed N]

A round: the same comparison, of two files or of a journal with a file, is started with --work and
killed after a random part of the time that it takes, again and again, until one is let go on to its
end; the differences and the page that it writes must be those of a comparison that was never
killed, to the byte, and the directory must be empty again. Between kills, now and then, something
happens to the directory: a byte of a run is changed, the manifest is cut short or filled with
rubbish, its last line is written in part. None of that may change a byte of the result either. At
the end it is checked that a changed file, mapping or option is noticed and said in words, that a
second process is refused, and that most rounds did go on behind kept runs. The seed is printed.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 120


class Wrong(Exception):
    pass


def euros(cents):
    return "%s%d.%02d" % ("-" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100)


class Comparison:
    def __init__(self, daybook, path, records, dice):
        self.daybook, self.path, self.dice = daybook, path, dice
        self.work = path / "work"
        rows = [("ref-%07d" % i, dice.randrange(1, 10**7)) for i in range(records)]
        self.write("a.csv", rows)
        self.write("b.csv", [(reference, cents + (i % 997 == 0)) for i, (reference, cents)
                             in enumerate(rows) if i % 1009])
        self.journal = None
        self.variants = [["a.csv", "b.csv", "--fallback", "amount+day"]]

    def write(self, name, rows):
        rows = list(rows)
        self.dice.shuffle(rows)
        lines = ["reference,amount,currency,status,time"]
        lines += ["%s,%s,EUR,ok,2026-01-02" % (reference, euros(cents)) for reference, cents in rows]
        (self.path / name).write_text("\n".join(lines) + "\nno line\n")

    def make_journal(self, records):
        data = self.path / "data"
        with subprocess.Popen([self.daybook, "serve", "--data", data, "--listen", "127.0.0.1:0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as engine:
            address = next(line.split()[-1] for line in engine.stdout
                           if line.startswith("listening on "))
            def run(*arguments):
                subprocess.run([self.daybook, *map(str, arguments)], check=True,
                               stdout=subprocess.DEVNULL,
                               env={**os.environ, "DAYBOOK_CONNECT": address})
            run("ledger", "put", 978, "--name", "EUR", "--scale", 2, "--kind", "currency")
            for account in (1, 2):
                run("account", "create", "--id", account, "--ledger", 978, "--code", 10)
            lines = ["id,debit_account_id,credit_account_id,amount,ledger,code,business_id"]
            rows = []
            for i in range(records):
                # Some references are so long that they stand in a file of their own.
                name = ("order-%d" % i) + ("-with-a-very-long-name-indeed" if i % 5 == 0 else "")
                rows.append((name, self.dice.randrange(1, 10**6)))
                lines.append("%d,1,2,%s,978,1,name:%s" % (i + 1, euros(rows[-1][1]), name))
            (self.path / "transfers.csv").write_text("\n".join(lines) + "\n")
            run("import", "transfers", self.path / "transfers.csv")
            engine.send_signal(signal.SIGTERM)
            engine.wait()
        self.write("j.csv", [(name, cents) for i, (name, cents) in enumerate(rows) if i % 101])
        self.variants.append(["journal:data", "j.csv", "--account", "1"])

    def command(self, variant, out, *more):
        threads = [] if "--threads" in variant else ["--threads", "2"]
        return [self.daybook, "recon", "compare", *variant, "--memory", "16M", *threads, "--out",
                out + ".csv", "--report", out + ".html", *map(str, more)]

    def run(self, variant, out, *more, codes=(1,)):
        done = subprocess.run(self.command(variant, out, *more), cwd=self.path, check=False,
                              capture_output=True, text=True, timeout=PATIENCE_S)
        if done.returncode not in codes:
            raise Wrong("%s: %d: %s" % (variant, done.returncode, done.stderr))
        return done

    def result(self, out):
        return [(self.path / (out + ending)).read_bytes() for ending in (".csv", ".html")]

    def kill_one(self, variant, seconds):
        """Starts it and kills it; whether it had ended before."""
        with subprocess.Popen(self.command(variant, "killed", "--work", self.work), cwd=self.path,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                return False
        if process.returncode != 1:
            raise Wrong("a comparison that was not killed ended with %d" % process.returncode)
        return True

    def hurt(self):
        """Something happens to what a killed process left."""
        manifest = self.work / "daybook-manifest"
        runs = [run for run in self.work.glob("daybook-runs-*") if run.stat().st_size]
        if not manifest.exists():
            return
        kind = self.dice.randrange(4)
        if kind == 0 and runs:
            run = self.dice.choice(runs)
            at = self.dice.randrange(run.stat().st_size)
            with open(run, "r+b") as out:
                out.seek(at)
                byte = out.read(1)
                out.seek(at)
                out.write(bytes([byte[0] ^ (1 << self.dice.randrange(8))]))
        elif kind == 1:
            os.truncate(manifest, self.dice.randrange(manifest.stat().st_size + 1))
        elif kind == 2:
            with open(manifest, "ab") as out:
                out.write(self.dice.randbytes(self.dice.randrange(200)))
        elif runs:
            run = self.dice.choice(runs)
            os.truncate(run, self.dice.randrange(run.stat().st_size))

    def round(self, variant, seconds, wanted):
        """How many kills, and whether the last one went on behind kept runs."""
        kills = 0
        for _ in range(self.dice.randrange(1, 6)):
            if self.kill_one(variant, self.dice.uniform(0, seconds * 1.1)):
                continue
            kills += 1
            if self.dice.random() < 0.25:
                self.hurt()
        done = self.run(variant, "resumed", "--work", self.work)
        if self.result("resumed") != wanted:
            raise Wrong("the result is another one after %d kills: %s" % (kills, done.stderr))
        left = [path.name for path in self.work.iterdir() if path.stat().st_size]
        if left:
            raise Wrong("left in the work directory: %s" % left)
        return kills, "goes on behind" in done.stderr

    def leave_runs(self, variant, seconds):
        """A killed process with at least one finished run."""
        for _ in range(100):
            shutil.rmtree(self.work, ignore_errors=True)
            done = self.kill_one(variant, self.dice.uniform(0.3, 0.9) * seconds)
            manifest = self.work / "daybook-manifest"
            if not done and manifest.exists() and b" run " in manifest.read_bytes():
                return
        raise Wrong("no process was killed behind its first run")

    def check_words(self, seconds):
        variant = self.variants[0]
        changes = [
            ("an option", lambda: None, [*variant, "--window", "1"]),
            ("--memory or --threads", lambda: None, [*variant, "--threads", "1"]),
            ("the mapping of B", lambda: (self.path / "map.json").write_text("{}"),
             [*variant, "--map-b", "map.json"]),
            ("B", lambda: os.utime(self.path / "b.csv", (1, 1)), variant),
        ]
        for name, change, other in changes:
            self.leave_runs(variant, seconds)
            change()
            done = self.run(other, "resumed", "--work", self.work)
            if name + " is not what it was" not in done.stderr:
                raise Wrong("nothing is said of a change of %s: %s" % (name, done.stderr))
            self.run(other, "plain")
            if self.result("plain") != self.result("resumed"):
                raise Wrong("another result after a change of %s" % name)
        # Another record in the same place, with the file's size and time as they were.
        for name, place in (("a.csv", 0.02), ("b.csv", 0.98)):
            file = self.path / name
            before = file.stat()
            self.leave_runs(variant, seconds)
            text = bytearray(file.read_bytes())
            at = text.index(b",ok,", int(len(text) * place)) - 5
            text[at:at + 1] = b"9" if text[at:at + 1] != b"9" else b"8"
            file.write_bytes(text)
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
            self.run(variant, "resumed", "--work", self.work)
            self.run(variant, "plain")
            if self.result("plain") != self.result("resumed"):
                raise Wrong("another result after a change that keeps size and time")
        self.leave_runs(variant, seconds)
        with subprocess.Popen(self.command(variant, "killed", "--work", self.work), cwd=self.path,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
            os.kill(first.pid, signal.SIGSTOP)
            time.sleep(0.05)
            try:
                second = self.run(variant, "resumed", "--work", self.work, codes=(1, 2))
                if second.returncode == 2 and "another comparison" not in second.stderr:
                    raise Wrong("a second process is refused in these words: " + second.stderr)
            finally:
                first.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("daybook")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    options = parser.parse_args()
    print("seed %d" % options.seed, flush=True)
    with tempfile.TemporaryDirectory() as directory:
        comparison = Comparison(pathlib.Path(options.daybook).resolve(), pathlib.Path(directory),
                                options.records, random.Random(options.seed))
        comparison.make_journal(options.records // 3)
        kills, resumed, spans = 0, 0, []
        for variant in comparison.variants:
            comparison.run(variant, "wanted")
            wanted = comparison.result("wanted")
            started = time.monotonic()
            comparison.run(variant, "resumed", "--work", comparison.work)
            spans.append(time.monotonic() - started)
            if comparison.result("resumed") != wanted:
                raise Wrong("--work alone makes another result")
            for _ in range(options.rounds):
                more, went_on = comparison.round(variant, spans[-1], wanted)
                kills, resumed = kills + more, resumed + went_on
        if resumed == 0:
            raise Wrong("no round went on behind kept runs: kills come too early or too late")
        comparison.check_words(spans[0])
    print(json.dumps({"rounds": 2 * options.rounds, "kills": kills, "resumed": resumed}))


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit("WRONG: %s" % wrong)
