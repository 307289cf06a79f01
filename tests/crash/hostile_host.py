#!/usr/bin/env python3
"""The host turns against an engine: no space, no permission, no descriptors, somebody else's locks.

    tests/crash/hostile_host.py build/release/daybook [--only NAME]

Nothing is injected here: file systems are really full or read-only, permissions really taken,
limits really reached. Each time the engine starts or stops with words and an exit code, never by a
signal; once the host is kind again it starts without surgery, and everything acknowledged is there.

Small file systems are mounted in a namespace of the script's own: needs root, or user namespaces
that anybody may make. Without either the script says so, and does the rest.
"""

import argparse
import fcntl
import os
import pathlib
import resource
import shutil
import subprocess
import sys

from engine_under_test import Daybook, Engine, Workplace, Wrong, check_recovered, prctl
from inject import recover_and_go_on
from scripted_run import SERVE_OPTIONS, ScriptedRun

PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
IN_NAMESPACE = "DAYBOOK_TEST_IN_NAMESPACE"
KIB, MIB = 1 << 10, 1 << 20
# So that the disk fills up under snapshots and runs of indexes, too.
PLAIN_OPTIONS = (*SERVE_OPTIONS, "--low-water", 1)
BUSY_OPTIONS = (*PLAIN_OPTIONS, "--snapshot-events", 3_000, "--ids-in-memory", 100_000)


def enter_namespace():
    """Starts this script again where it may mount things. False where nobody may."""
    if os.environ.get(IN_NAMESPACE):
        return os.environ[IN_NAMESPACE] == "yes"
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    unshare = [shutil.which("unshare") or "unshare", *as_root, "--mount"]
    probe = [*unshare, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    may = shutil.which("unshare") and subprocess.run(probe, capture_output=True).returncode == 0
    os.environ[IN_NAMESPACE] = "yes" if may else "no"
    if not may:
        return False
    os.execv(unshare[0], [*unshare, sys.executable, "-B", *sys.argv])


def obey_permissions():
    """In a child: even root is refused what the permissions refuse."""
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        prctl(PR_CAPBSET_DROP, capability)


def mount(place, *options):
    subprocess.run(["mount", *options, "tmpfs", str(place)], check=True)


def remount(place, mode):
    subprocess.run(["mount", "-o", f"remount,{mode}", str(place)], check=True)


def unmount(place):
    subprocess.run(["umount", str(place)], check=True)


def must_end_in_words(engine, *any_of):
    """It has ended, or ends now: by itself, with an exit code, and one of these words."""
    code = engine.wait()
    words = engine.errors()
    if code <= 0:
        raise Wrong(f"the engine ended with {code} and not with an exit code: {words!r}")
    if not any(word.lower() in words.lower() for word in any_of):
        raise Wrong(f"the engine ended without saying any of {any_of}: {words!r}")
    return words


def fill(file, leave_bytes):
    """Takes all the space of its file system but so much."""
    with open(file, "wb") as ballast:
        taken, step = 0, MIB
        while step >= 4 * KIB:
            try:
                if shutil.disk_usage(file.parent).free < leave_bytes + step:
                    raise OSError
                os.posix_fallocate(ballast.fileno(), taken, step)
                taken += step
            except OSError:  # The engine takes some meanwhile.
                step //= 2


def full_at(daybook, place, leave_bytes):
    """Plays a run on a disk with so much left. What the engine said, and whether it stopped."""
    disk = place / "disk"
    mount(disk, "-t", "tmpfs", "-o", "size=48m")
    try:
        ballast, run = disk / "ballast", ScriptedRun(place, 2)
        for each in (run.acknowledged, run.refused):
            each.write_bytes(b"")
        with Engine(daybook, disk / "data", BUSY_OPTIONS) as engine:
            engine.must_listen()
            fill(ballast, leave_bytes)
            is_whole = run.play(engine)
            if "disk is low" in engine.errors() or is_whole:
                engine.process.terminate()  # What it cannot store it refuses; it may go on.
            code = engine.wait()
            words = engine.errors()
            if code < 0 or (code != 0 and "No space left on device" not in words):
                raise Wrong(f"on a full disk: exit {code}: {words!r}")
        ballast.unlink()
        recover_and_go_on(daybook, run, disk / "data", BUSY_OPTIONS)
        return words, not is_whole
    finally:
        unmount(disk)


def disk_full(daybook):
    """Fault 25: the disk is really full, in entries, segments, snapshots and indexes; then there is
    space again, and the engine starts without surgery."""
    said, stops = [], 0
    with Workplace("full") as place:
        (place / "disk").mkdir()
        for leave in (0, 64 * KIB, 300 * KIB, MIB, 3 * MIB, 5 * MIB, 9 * MIB):
            words, stopped = full_at(daybook, place, leave)
            said.append(words)
            stops += stopped
    for what in ("/journal/", "/snapshots/", "/index/"):
        if not any(what in line and "No space left" in line
                   for words in said for line in words.splitlines()):
            raise Wrong(f"the disk was never full in DIR{what}: {said}")
    return f"{stops} of {len(said)} runs ended at a full disk"


def low_water(daybook):
    """Fault 26: below the low-water mark new work is refused before the disk is full; reads go on."""
    with Workplace("low") as place:
        disk = place / "disk"
        disk.mkdir()
        mount(disk, "-t", "tmpfs", "-o", "size=48m")
        try:
            options = (*SERVE_OPTIONS, "--low-water", 16 * MIB, "--auto-ledgers")
            with Engine(daybook, disk / "data", options) as engine:
                engine.must_listen()
                one = ("account", "create", "--id", 1, "--ledger", 7, "--code", 1)
                two = ("account", "create", "--id", 2, "--ledger", 7, "--code", 1)
                daybook.run(*one, "--connect", engine.address)
                fill(disk / "ballast", 8 * MIB)
                while "disk is low" not in engine.errors():
                    if engine.process.poll() is not None:
                        raise Wrong(f"the engine stopped: {engine.errors()}")
                code, output = engine.run_client(*two)
                if code != 2 or engine.process.poll() is not None:
                    raise Wrong(f"below the mark: exit {code}: {output}")
                daybook.run("account", "get", 1, "--connect", engine.address)
                (disk / "ballast").unlink()
                while engine.run_client(*two)[0] != 0:
                    if engine.process.poll() is not None:
                        raise Wrong(f"the engine stopped: {engine.errors()}")
                if engine.terminate() != 0:
                    raise Wrong(f"SIGTERM: {engine.errors()}")
        finally:
            unmount(disk)
    return "refused below the mark, taken again above it"


def read_only(daybook):
    """Fault 29: a read-only file system: an engine does not start and says why, offline commands
    work."""
    with Workplace("ro") as place:
        disk = place / "disk"
        disk.mkdir()
        mount(disk, "-t", "tmpfs", "-o", "size=64m")
        try:
            data, run = disk / "data", ScriptedRun(place, 1)
            with Engine(daybook, data, PLAIN_OPTIONS) as engine:
                run.play(engine.must_listen())
                # With files open for writing the system itself keeps it writable.
                if subprocess.run(["mount", "-o", "remount,ro", disk],
                                  capture_output=True).returncode == 0:
                    raise Wrong("the file system became read-only under an engine")
                engine.terminate()
            remount(disk, "ro")
            with Engine(daybook, data, PLAIN_OPTIONS) as engine:
                must_end_in_words(engine, "Read-only file system")
            daybook.run("verify", data)
            digest = daybook.json("replay", data, "--digest")["digest"]
            daybook.run("state", data, "--trial-balance")
            daybook.run("dump", data, "--from", 1)
            daybook.run("diff", data, "--from", 1, "--to", 5)
            backup = place / "backup"
            daybook.run("backup", "--data", data, backup)
            if daybook.json("replay", backup, "--digest")["digest"] != digest:
                raise Wrong("the backup of a read-only directory has another digest")
            remount(disk, "rw")
            recover_and_go_on(daybook, run, data, PLAIN_OPTIONS)
        finally:
            unmount(disk)
    return "nothing started on it, everything could be read"


def permissions(daybook):
    """Fault 30: permissions taken away before a start, one file or folder after the other."""
    refused = 0
    with Workplace("mode") as place:
        data, run = place / "data", ScriptedRun(place, 2)
        with Engine(daybook, data, BUSY_OPTIONS, prepare=obey_permissions) as engine:
            run.play(engine.must_listen())
            engine.kill()
        newest = sorted((data / "journal").glob("*.mdb"))[-1]
        for path, mode in ((data / "LOCK", 0o000), (data / "journal.id", 0o000),
                           (data / "HEAD", 0o400), (data / "journal", 0o000),
                           (data / "journal", 0o500), (newest, 0o000), (newest, 0o400),
                           (data, 0o000), (data / "snapshots", 0o000), (data / "index", 0o000)):
            before = path.stat().st_mode
            path.chmod(mode)
            try:
                with Engine(daybook, data, BUSY_OPTIONS, prepare=obey_permissions) as engine:
                    if engine.wait_until_listening():
                        engine.terminate()
                    else:
                        words = must_end_in_words(engine, "Permission denied")
                        if str(path) not in words:
                            raise Wrong(f"{path} may not be used, and the words are: {words!r}")
                        refused += 1
            finally:
                path.chmod(before)
        if refused < 8:
            raise Wrong(f"only {refused} starts were refused")
        recover_and_go_on(daybook, run, data, BUSY_OPTIONS)
    return f"{refused} starts refused"


def limit_descriptors(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def descriptors(daybook):
    """Fault 28: no descriptor is left, at a start and while the engine runs."""
    with Workplace("files") as place:
        data, run = place / "data", ScriptedRun(place, 1)
        with Engine(daybook, data, SERVE_OPTIONS) as engine:
            run.play(engine.must_listen())
            engine.kill()
        refused = 0
        for count in range(4, 200):
            with Engine(daybook, data, SERVE_OPTIONS, prepare=limit_descriptors(count)) as engine:
                if engine.wait_until_listening():
                    engine.kill()
                    break
                must_end_in_words(engine, "Too many open files")
                refused += 1
        else:
            raise Wrong("the engine never had enough descriptors")
        if refused < 5:
            raise Wrong(f"only {refused} starts lacked descriptors")
        with Engine(daybook, data, SERVE_OPTIONS) as engine:
            check_recovered(engine.must_listen(), run.acknowledged, run.refused)
            # The clients' connections are accepted, and nothing more can be opened.
            highest = max(map(int, os.listdir(f"/proc/{engine.pid}/fd")))
            resource.prlimit(engine.pid, resource.RLIMIT_NOFILE, (highest + 2, highest + 2))
            more = ScriptedRun(place, 6)
            if more.play(engine):
                raise Wrong("the engine rotated without a descriptor for it")
            must_end_in_words(engine, "Too many open files")
        recover_and_go_on(daybook, more, data)
    return f"{refused} starts refused, and one running engine stopped"


def memory(daybook):
    """Fault 28: there is too little address space: a start ends in words, or serves."""
    with Workplace("memory") as place:
        data, run = place / "data", ScriptedRun(place, 1)
        with Engine(daybook, data, SERVE_OPTIONS) as engine:
            run.play(engine.must_listen())
            engine.kill()
        refused = 0
        for mib in (256, 512, 1024, 2048, 4096, 8192, 16384, 1 << 20):
            def limit(bytes_max=mib * MIB):
                resource.setrlimit(resource.RLIMIT_AS, (bytes_max, bytes_max))
            with Engine(daybook, data, SERVE_OPTIONS, prepare=limit) as engine:
                if engine.wait_until_listening():
                    engine.kill()
                    break
                must_end_in_words(engine, "memory")
                refused += 1
        if refused == 0:
            raise Wrong("no start lacked memory")
        recover_and_go_on(daybook, run, data)
    return f"{refused} starts refused"


def locks(daybook):
    """Fault 31: a second process is refused and told who holds the directory; once the first was
    killed, it starts at once. Fault 33: stale and foreign lock files."""
    with Workplace("locks") as place:
        data, run = place / "data", ScriptedRun(place, 1)
        with Engine(daybook, data, SERVE_OPTIONS) as first:
            run.play(first.must_listen())
            with Engine(daybook, data, SERVE_OPTIONS) as second:
                words = must_end_in_words(second, "in use", "locked", "process")
                if str(first.pid) not in words:
                    raise Wrong(f"process {first.pid} holds the directory, and is not named: "
                                f"{words!r}")
            first.kill()
        recover_and_go_on(daybook, run, data)
        # What a machine that is gone, or a copy, left behind; nobody holds any of it.
        (data / "LOCK").write_text("process 1 on host elsewhere\n" * 50)
        for segment in (data / "journal").glob("*.mdb"):
            pathlib.Path(f"{segment}-lock").write_bytes(b"\xff" * 8192)
        recover_and_go_on(daybook, run, data)
        # Somebody who is no engine holds it, and has written nothing of himself.
        with open(data / "LOCK", "r+b") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            held.truncate(0)
            with Engine(daybook, data, SERVE_OPTIONS) as engine:
                must_end_in_words(engine, str(data))
        recover_and_go_on(daybook, run, data)
    return "the second process was told who the first is; stale files kept nobody out"


CASES = {"disk_full": disk_full, "low_water": low_water, "read_only": read_only,
         "permissions": permissions, "descriptors": descriptors, "memory": memory, "locks": locks}
NEED_MOUNTS = ("disk_full", "low_water", "read_only")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("daybook")
    parser.add_argument("--only", choices=CASES)
    options = parser.parse_args()
    daybook = Daybook(options.daybook)
    may_mount = enter_namespace()
    try:
        for name, case in CASES.items():
            if options.only not in (None, name):
                continue
            if name in NEED_MOUNTS and not may_mount:
                print(f"hostile_host: {name}: NOT DONE: this host lets nobody mount a file system",
                      flush=True)
                continue
            try:
                print(f"hostile_host: {name}: {case(daybook)}", flush=True)
            except Wrong as wrong:
                raise Wrong(f"{name}: {wrong}") from wrong
    except Wrong as wrong:
        print(f"hostile_host: FAILED: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
