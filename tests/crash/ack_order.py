#!/usr/bin/env python3
"""Shows that no reply's bytes leave the engine before the sync that covers its entry has returned.

    tests/crash/ack_order.py build/release/daybook [--requests 300]

Traces a running engine's receives, writes, syncs and sends, first with one request in flight, then
with many, and judges every reply to a request that changes state by the rules of trace_rules.py.
"""

import argparse
import os
import subprocess
import sys

from engine_under_test import PATIENCE_S, Daybook, Engine, Workplace, Wrong
from inject import Attached
import trace_rules

# Of each call so many bytes are written down: all of the small replies, the headers of the rest.
STRING_BYTES = 16_384
# Large enough that no request falls on a rotation, small enough to be made quickly.
SERVE_OPTIONS = ("--segment-size", 16 << 20)


def trace_load(daybook, place, requests, clients, in_flight):
    """Runs a load under a trace and returns the calls."""
    directory, output = place / "data", place / "trace"
    with Engine(daybook, directory, SERVE_OPTIONS) as engine:
        engine.must_listen()
        # The last trace= counts.
        tracer = Attached([engine.pid], output, "-y", "-x", "-s", STRING_BYTES, "-e",
                          "trace=" + ",".join(trace_rules.TRACED), follow=True)
        bench = engine.daybook.popen(
            "bench", "--connect", engine.address, "--transfers", requests, "--accounts", 10,
            "--batch", 1, "--clients", clients, "--in-flight", in_flight, "--seed", 1, "--json",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            _, errors = bench.communicate(timeout=10 * PATIENCE_S)
        finally:
            bench.kill()
        if bench.returncode != 0:
            raise Wrong(f"the load failed (exit {bench.returncode}): {errors.decode()[-1000:]}")
        if engine.terminate() != 0:
            raise Wrong(f"the engine did not end well: {engine.errors()}")
        tracer.end()
    with open(output, encoding="latin-1") as lines:
        return trace_rules.parse_calls(lines), directory


def judge_load(daybook, requests, clients, in_flight):
    alone = clients == 1 and in_flight == 1
    with Workplace("order") as place:
        calls, directory = trace_load(daybook, place, requests, clients, in_flight)
        prefix = f"{directory}{os.sep}journal{os.sep}"
        judged = trace_rules.judge(
            calls, lambda path: path.startswith(prefix) and path.endswith(".mdb"), alone)
        if judged.findings:
            raise Wrong(f"{len(judged.findings)} replies: " + "\n  ".join(judged.findings[:10]))
        if judged.replies < requests:
            raise Wrong(f"the trace shows {judged.replies} replies; {requests} were sent")
    print(f"ack_order: {judged.replies} replies with {clients} clients and {in_flight} in flight: "
          "each left after its entry and its root were synced", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--requests", type=int, default=300)
    options = parser.parse_args()
    daybook = Daybook(options.daybook)
    try:
        judge_load(daybook, options.requests, clients=1, in_flight=1)
        judge_load(daybook, options.requests, clients=4, in_flight=4)
    except (Wrong, trace_rules.TraceError) as wrong:
        print(f"ack_order: FAILED: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
