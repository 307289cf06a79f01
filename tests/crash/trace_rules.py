"""Reads a system-call trace of an engine and decides whether any reply left too early.

The trace is what `strace -f -y -x -s N -e trace=...` writes. strace stops a thread before and
after each call and writes in the order in which it saw the stops, so of two lines the upper one
happened first: a reply that waited for a sync is always written below that sync's end.

The rule, for each reply to a request that is journaled: between the moment when the request had
arrived whole and the moment when the reply's first byte was handed to the kernel, one thread did
to one file of the journal, each ended before the next began,

    a write of pages      the entry itself
    a sync                the entry is on disk
    a write of the root   the meta page that makes the entry part of the tree (offset < 8,192)
    a sync                and so is that

and with one request in flight at a time (`alone`) also: no write of that thread to that file since
the request arrived is left without a sync that began after it and ended before the reply. Other
threads may be making space at the file's end meanwhile, which no reply waits for.
"""

import collections
import re
import struct

FRAME_MAGIC = b"DBF\x01"
FRAME_HEADER_BYTES = 32
REPLY_FLAG = 1
META_END = 8192  # Two meta pages of 4,096 bytes stand at the start of a segment.

WRITES = {"pwrite64", "pwritev", "pwritev2", "write", "writev"}
SYNCS = {"fdatasync", "fsync"}
SENDS = {"sendmsg", "sendto", "write", "writev"}
RECEIVES = {"recvmsg", "recvfrom", "read", "readv"}
TRACED = sorted(WRITES | SYNCS | SENDS | RECEIVES)

# `begun` and `ended` are line numbers of the trace; `ended` is None for a call that never came back.
Call = collections.namedtuple("Call", "thread name args result begun ended")
Frame = collections.namedtuple("Frame", "type flags number")
Judgement = collections.namedtuple("Judgement", "replies findings")

_LINE = re.compile(r"^(?:\[pid\s+)?(\d+)\]?\s+(?:\d+\.\d+\s+)?(.*)$")
_WHOLE = re.compile(r"^(\w+)\((.*)\)\s+=\s+(-?\d+|\?)")
_BEGUN = re.compile(r"^(\w+)\((.*?)\s*<unfinished \.\.\.>$")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>\s?(.*)\)\s+=\s+(-?\d+|\?)")
_DESCRIPTOR = re.compile(r"^(\d+)<(.*?)>(?:,|$)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\.\.\.)?')
_ESCAPE = re.compile(rb'\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)', re.DOTALL)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f"}


class TraceError(Exception):
    """The trace cannot be understood, so nothing may be concluded from it."""


def is_journaled(message_type):
    """The message types that change state: they must be on disk before they are answered."""
    return 16 <= message_type < 40 or message_type in (64, 65)


def parse_calls(lines):
    """The calls of a trace, in the order in which they began."""
    open_calls, calls = {}, []
    for number, line in enumerate(lines):
        found = _LINE.match(line.rstrip("\n"))
        if not found:
            continue
        thread, text = int(found.group(1)), found.group(2)
        whole = _WHOLE.match(text)
        if whole:
            result = None if whole.group(3) == "?" else int(whole.group(3))
            ended = None if result is None else number
            calls.append(Call(thread, whole.group(1), whole.group(2), result, number, ended))
            continue
        begun = _BEGUN.match(text)
        if begun:
            open_calls[thread] = (begun.group(1), begun.group(2), number)
            continue
        resumed = _RESUMED.match(text)
        if resumed and thread in open_calls:
            name, first, begun_at = open_calls.pop(thread)
            if name != resumed.group(1):
                raise TraceError(f"line {number + 1}: {resumed.group(1)} resumes, {name} began")
            result = None if resumed.group(3) == "?" else int(resumed.group(3))
            ended = None if result is None else number
            separator = " " if first.endswith(",") else ""
            args = first + separator + resumed.group(2)
            calls.append(Call(thread, name, args, result, begun_at, ended))
    for thread, (name, first, begun_at) in open_calls.items():
        calls.append(Call(thread, name, first, None, begun_at, None))
    return sorted(calls, key=lambda call: call.begun)


def _unescape(match):
    code = match.group(1)
    if code[:1] == b"x" and len(code) == 3:
        return bytes([int(code[1:], 16)])
    if code.isdigit():
        return bytes([int(code, 8)])
    return _LETTERS.get(code, code)


def pieces_of(args):
    """The byte strings in a call's arguments: (bytes, was it cut short?) each."""
    return [(_ESCAPE.sub(_unescape, text.encode("latin-1")), bool(cut))
            for text, cut in _STRING.findall(args)]


class Stream:
    """One direction of a connection: finds the frames in what is passed on it."""

    def __init__(self):
        self._header = b""
        self._skip = 0

    def take(self, args, size):
        """The frames that end in these `size` bytes."""
        shown = pieces_of(args)
        data = b"".join(piece for piece, _ in shown)[:size]
        frames, unseen = [], size - len(data)
        if unseen and len(shown) > 1 and any(cut for _, cut in shown[:-1]):
            raise TraceError("a string in the middle of a call is cut; trace with a larger -s")
        while True:
            if self._skip:
                step = min(self._skip, len(data))
                self._skip -= step
                data = data[step:]
                if self._skip:
                    break
                frames.append(self._pending)
            need = FRAME_HEADER_BYTES - len(self._header)
            self._header += data[:need]
            data = data[need:]
            if len(self._header) < FRAME_HEADER_BYTES:
                break
            self._begin()
        if unseen:
            if unseen > self._skip:
                raise TraceError("a frame's header is cut; trace with a larger -s")
            self._skip -= unseen
            if self._skip == 0:
                frames.append(self._pending)
        return frames

    def _begin(self):
        if self._header[:4] != FRAME_MAGIC:
            raise TraceError(f"not a frame: {self._header!r}")
        size, message_type, flags = struct.unpack_from("<IHH", self._header, 4)
        number = struct.unpack_from("<Q", self._header, 24)[0]
        self._pending = Frame(message_type, flags, number)
        self._header = b""
        self._skip = size


def descriptor_of(args):
    """(number, path or kind) of the first argument, or None when it is no descriptor."""
    found = _DESCRIPTOR.match(args)
    return (int(found.group(1)), found.group(2)) if found else None


def offset_of(call):
    """Where in the file a write goes; None where the call does not say."""
    if not call.name.startswith("pwrite"):
        return None
    parts = call.args.rsplit(",", 2)
    last = parts[-2] if call.name == "pwritev2" else parts[-1]
    return int(last)


class _File:
    """What one thread did to one file of the journal."""

    def __init__(self):
        self.events = []  # (kind, begun, ended), kind one of page, meta, sync

    def add(self, call):
        if call.name in SYNCS:
            if call.result == 0:
                self.events.append(("sync", call.begun, call.ended))
            return
        offset = offset_of(call)
        ended = call.ended if call.ended is not None else float("inf")
        kind = "meta" if offset is not None and offset < META_END else "page"
        self.events.append((kind, call.begun, ended))

    def has_chain(self, after, before):
        """page, sync, meta, sync, all in (after, before), each ended before the next began."""
        reached = after
        for wanted in ("page", "sync", "meta", "sync"):
            ends = [e for kind, b, e in self.events
                    if kind == wanted and b > reached and e is not None and e < before]
            if not ends:
                return False
            reached = min(ends)
        return True

    def unsynced(self, after, before):
        """Line of a write in (after, before) that no sync in there covers, or None."""
        syncs = [(b, e) for kind, b, e in self.events if kind == "sync" and e < before]
        for kind, begun, ended in self.events:
            if kind != "sync" and after < begun < before:
                if not any(b >= ended for b, _ in syncs):
                    return begun
        return None


def judge(calls, is_journal_file, alone):
    """Judges every journaled reply in `calls`. `is_journal_file(path)` says which files count."""
    files = collections.defaultdict(_File)
    streams = collections.defaultdict(Stream)
    arrived, sent = {}, []
    # Bytes that were received are known when the call ends, bytes that are sent when it begins.
    order = sorted(calls, key=lambda c: (c.ended if c.name in RECEIVES and c.ended is not None
                                         else c.begun))
    for call in order:
        descriptor = descriptor_of(call.args)
        if not descriptor:
            continue
        number, path = descriptor
        if is_journal_file(path):
            if call.name in WRITES | SYNCS:
                files[(path, call.thread)].add(call)
        elif not path.startswith(("socket:", "TCP")):
            continue
        elif call.name in RECEIVES and call.result and call.result > 0:
            for frame in streams[(path, "in")].take(call.args, call.result):
                arrived[(path, frame.number, frame.type)] = call.ended
        elif call.name in SENDS and call.result and call.result > 0:
            for frame in streams[(path, "out")].take(call.args, call.result):
                sent.append((path, frame, call.begun))

    findings, replies = [], 0
    for path, frame, begun in sent:
        if not frame.flags & REPLY_FLAG or not is_journaled(frame.type):
            continue
        replies += 1
        who = f"line {begun + 1}: reply to request {frame.number} of type {frame.type}"
        since = arrived.get((path, frame.number, frame.type))
        if since is None:
            findings.append(f"{who}: the trace does not show the request")
            continue
        chained = [f for f in files.values() if f.has_chain(since, begun)]
        if not chained:
            findings.append(f"{who} left before an entry was written and synced, and its root too")
        elif alone:
            for file in chained:
                line = file.unsynced(since, begun)
                if line is not None:
                    findings.append(f"{who} left while the write of line {line + 1} was not synced")
    return Judgement(replies, findings)
