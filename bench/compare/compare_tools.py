#!/usr/bin/env python3
"""The same two files compared by Daybook and by what people use instead, on the same machine.

    bench/compare/compare_tools.py build/release/daybook [--records 10000000] [--runs 3]
                                   [--memory-mib 512] [--keep DIRECTORY]

`daybook recon bench` makes the files: 53 bytes a line, in random order, with planted differences.
Then, in turns, so that a slow moment of the machine meets all alike:

    daybook       `daybook recon compare --memory`
    sort+join     GNU sort of both files with half the memory each, join, mawk or awk
    DuckDB        a full outer join under the same memory limit; the program `duckdb` or the Python
                  module, whichever is there; left out, and said so, where neither is

The others number the copies of a key on each side and join on both, which classes a duplicate as
daybook does; they count matched, a_only, b_only, currencies, statuses and amounts, and no more: no
proof, no line numbers, no notes. What they count must agree with daybook, or the script fails.
Prints medians, spread and the ratio to daybook.
"""

import argparse
import collections
import importlib.util
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# Of the classes that all three know.
CLASSES = ("matched", "a_only", "b_only", "currency", "status", "amount")
NAMES = {"a_only": "a_only", "a_pending": "a_only", "duplicate_a": "a_only", "b_only": "b_only",
         "b_pending": "b_only", "duplicate_b": "b_only", "matched": "matched",
         "matched_tolerance": "matched", "rounding": "amount", "amount_short": "amount",
         "amount_over": "amount", "currency_mismatch": "currency", "status_a_ok_b_failed": "status",
         "status_a_open_b_ok": "status"}

# Lines come as key,amount,currency,status,time and leave with the number of the copy on their side.
NUMBER = '''BEGIN { FS = OFS = "," } { n = $1 == last ? n + 1 : 0; last = $1;
  print $1 "#" n, $2, $3, $4 }'''
CLASS = '''BEGIN { FS = "," } $2 == "" { b++; next } $5 == "" { a++; next }
  $3 != $6 { c++; next } $4 != $7 { s++; next } $2 != $5 { d++; next } { m++ }
  END { printf "%d %d %d %d %d %d\\n", m, a, b, c, s, d }'''

QUERY = '''SET memory_limit='{memory}MiB'; SET threads={threads}; SET temp_directory='{work}';
SELECT count(*) FILTER (WHERE a.c = b.c AND a.s = b.s AND a.v = b.v),
  count(*) FILTER (WHERE b.k IS NULL), count(*) FILTER (WHERE a.k IS NULL),
  count(*) FILTER (WHERE a.c <> b.c), count(*) FILTER (WHERE a.c = b.c AND a.s <> b.s),
  count(*) FILTER (WHERE a.c = b.c AND a.s = b.s AND a.v <> b.v)
FROM (SELECT reference k, amount v, currency c, status s,
             row_number() OVER (PARTITION BY reference) n FROM {a}) a
FULL OUTER JOIN (SELECT reference k, amount v, currency c, status s,
             row_number() OVER (PARTITION BY reference) n FROM {b}) b ON a.k = b.k AND a.n = b.n;'''
CSV = "read_csv('{}', columns={{'reference':'VARCHAR','amount':'DECIMAL(18,2)'," \
      "'currency':'VARCHAR','status':'VARCHAR','time':'VARCHAR'}}, header=true)"


def by_daybook(daybook, files, memory_mib, _work):
    done = subprocess.run([daybook, "recon", "compare", *files, "--memory", f"{memory_mib}M",
                           "--json"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"daybook recon compare: {done.stderr}")
    counts = collections.Counter()
    for row in json.loads(done.stdout)["classes"]:
        if row["name"] not in NAMES:
            sys.exit(f"the class {row['name']} is not one that the others know")
        counts[NAMES[row["name"]]] += row["count"]
    return tuple(counts[name] for name in CLASSES)


def by_sort(_daybook, files, memory_mib, work):
    awk = shutil.which("mawk") or "awk"
    threads = os.cpu_count()
    sides = []
    for file in files:
        # Number them as they come out of the sort, which is by whole lines, so the copies are next
        # to each other; "#" sorts before every digit and letter of a reference.
        side = f"{work}/{pathlib.Path(file).stem}.sorted"
        sides.append(side)
        script = (f"tail -n +2 {file} | sort -t, -k1,1 -S {memory_mib // 2}M "
                  f"--parallel={threads} -T {work} | {awk} '{NUMBER}' >{side}")
        subprocess.run(["bash", "-o", "pipefail", "-c", script], check=True,
                       env={**os.environ, "LC_ALL": "C"})
    script = (f"join -t, -a1 -a2 -o 0,1.2,1.3,1.4,2.2,2.3,2.4 {sides[0]} {sides[1]} | "
              f"{awk} '{CLASS}'")
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], check=True, text=True,
                          capture_output=True, env={**os.environ, "LC_ALL": "C"})
    return tuple(map(int, done.stdout.split()))


def by_duckdb(_daybook, files, memory_mib, work):
    query = QUERY.format(memory=memory_mib, threads=os.cpu_count(), work=work,
                         a=CSV.format(files[0]), b=CSV.format(files[1]))
    if shutil.which("duckdb"):
        command = ["duckdb", "-csv", "-noheader", "-c", query]
    else:
        program = ("import duckdb, sys; "
                   "print(*duckdb.connect().execute(sys.argv[1]).fetchone(), sep=',')")
        command = [sys.executable, "-c", program, query]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return tuple(map(int, done.stdout.strip().split("\n")[-1].split(",")))


def has_duckdb():
    return shutil.which("duckdb") or importlib.util.find_spec("duckdb")


def measured(tool, *arguments):
    """Its counts, wall seconds, processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    counts = tool(*arguments)
    wall = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return counts, wall, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory-mib", type=int, default=512)
    parser.add_argument("--keep", help="make the files here, and use them if they are there")
    options = parser.parse_args()
    daybook = os.path.abspath(options.daybook)
    tools = {"daybook": by_daybook, "sort+join": by_sort}
    if has_duckdb():
        tools["DuckDB"] = by_duckdb
    else:
        print("DuckDB is not on this machine: left out")
    with tempfile.TemporaryDirectory(prefix="daybook-compare-") as work:
        place = pathlib.Path(options.keep or work)
        if not (place / "a.csv").exists():
            subprocess.run([daybook, "recon", "bench", "--records", str(options.records), "--runs",
                            "1", "--data", str(place)], check=True, stdout=subprocess.DEVNULL)
        files = [str(place / "a.csv"), str(place / "b.csv")]
        taken, counts = collections.defaultdict(list), {}
        for _ in range(options.runs):
            for name, tool in tools.items():
                found, wall, processor = measured(tool, daybook, files, options.memory_mib, work)
                taken[name].append((wall, processor))
                counts[name] = found
    print(f"{options.records:,} records a side, {options.memory_mib} MiB, medians of "
          f"{options.runs}; found: " + ", ".join(
              f"{count:,} {name}" for name, count in zip(CLASSES, counts["daybook"])))
    base = statistics.median(wall for wall, _ in taken["daybook"])
    for name, runs in taken.items():
        walls = [wall for wall, _ in runs]
        middle = statistics.median(walls)
        print(f"  {name:10} {middle:7.2f} s ({min(walls):.2f} to {max(walls):.2f}), processor "
              f"{statistics.median(p for _, p in runs):.1f} s, {middle / base:.1f} x daybook")
    wrong = [name for name, found in counts.items() if found != counts["daybook"]]
    for name in wrong:
        print(f"  {name} counts otherwise: {dict(zip(CLASSES, counts[name]))}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
