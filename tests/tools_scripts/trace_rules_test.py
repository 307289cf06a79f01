"""Proves the judge of tests/crash/trace_rules.py on made-up traces: it passes an engine that syncs
before it replies, and finds each way of replying too early."""

import pathlib
import struct
import sys
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/crash"))
import trace_rules  # noqa: E402

SEGMENT = "/data/journal/00000000000000000001.mdb"
CREATE_TRANSFERS, LOOKUP_ACCOUNTS, HELLO = 17, 40, 1


def frame(message_type, number, reply, body=16):
    header = b"DBF\x01" + struct.pack("<IHHIQQ", body, message_type, 1 if reply else 0, 0, 9, number)
    return header + bytes(body)


def text_of(data):
    return "".join(f"\\x{byte:02x}" for byte in data)


def received(number=7, kind=CREATE_TRANSFERS, body=16):
    data = frame(kind, number, False, body)
    return (f'21 recvmsg(9<socket:[77]>, {{msg_name=NULL, msg_iov=[{{iov_base="{text_of(data)}", '
            f"iov_len=65536}}], msg_iovlen=1, msg_flags=0}}, 0) = {len(data)}")


def replied(number=7, kind=CREATE_TRANSFERS):
    data = frame(kind, number, True)
    return (f'21 sendmsg(9<socket:[77]>, {{msg_name=NULL, msg_iov=[{{iov_base="{text_of(data)}", '
            f"iov_len={len(data)}}}], msg_iovlen=1}}, MSG_NOSIGNAL) = {len(data)}")


def page(thread=23, offset=12288):
    return f'{thread} pwritev(6<{SEGMENT}>, [{{iov_base="\\x00"..., iov_len=4096}}], 1, {offset}) = 4096'


def meta(thread=23):
    return f'{thread} pwrite64(6<{SEGMENT}>, "\\x01\\x02"..., 104, 4120) = 104'


def sync(thread=23):
    return f"{thread} fdatasync(6<{SEGMENT}>) = 0"


def judge(*lines, alone=True):
    calls = trace_rules.parse_calls(lines)
    return trace_rules.judge(calls, lambda path: path.endswith(".mdb"), alone)


class Judge(unittest.TestCase):
    def assert_good(self, *lines, replies=1, alone=True):
        judged = judge(*lines, alone=alone)
        self.assertEqual(judged.findings, [])
        self.assertEqual(judged.replies, replies)

    def assert_found(self, words, *lines, alone=True):
        findings = judge(*lines, alone=alone).findings
        self.assertEqual(len(findings), 1, findings)
        self.assertIn(words, findings[0])

    def test_an_entry_and_its_root_are_synced_before_the_reply(self):
        self.assert_good(received(), page(), sync(), meta(), sync(), replied())

    def test_a_reply_before_any_sync_is_found(self):
        self.assert_found("left before", received(), page(), replied(), sync(), meta(), sync())

    def test_a_reply_before_the_root_is_synced_is_found(self):
        self.assert_found("left before", received(), page(), sync(), meta(), replied(), sync())

    def test_a_reply_while_the_sync_runs_is_found(self):
        self.assert_found("left before", received(), page(), sync(), meta(),
                          f"23 fdatasync(6<{SEGMENT}> <unfinished ...>", replied(),
                          "23 <... fdatasync resumed>) = 0")

    def test_a_sync_that_began_before_the_write_ended_does_not_count(self):
        self.assert_found("left before", received(), page(), sync(),
                          meta().replace(" = 104", "").replace(", 4120)", " <unfinished ...>"),
                          sync(), "23 <... pwrite64 resumed>, 4120) = 104", replied())

    def test_a_failed_sync_does_not_count(self):
        self.assert_found("left before", received(), page(), sync(), meta(),
                          f"23 fdatasync(6<{SEGMENT}>) = -1 EIO (Input/output error) (INJECTED)",
                          replied())

    def test_the_syncs_of_the_entry_before_do_not_count(self):
        self.assert_found("request 8", received(7), page(), sync(), meta(), sync(), replied(7),
                          received(8), replied(8))

    def test_a_sync_of_another_file_does_not_count(self):
        other = sync().replace("01.mdb", "02.mdb")
        self.assert_found("left before", received(), page(), sync(), meta(), other, replied())

    def test_a_sync_of_another_thread_does_not_stand_in(self):
        self.assert_found("left before", received(), page(), sync(24), meta(), sync(24), replied())

    def test_what_is_written_last_must_be_synced_too(self):
        self.assert_found("was not synced", received(), page(), sync(), meta(), sync(),
                          page(offset=20480), replied())

    def test_with_many_in_flight_later_entries_may_be_on_their_way(self):
        self.assert_good(received(), page(), sync(), meta(), page(offset=20480), sync(), meta(),
                         replied(), alone=False)

    def test_space_made_by_another_thread_is_not_waited_for(self):
        self.assert_good(received(), page(), sync(), page(24, 99999744), meta(), sync(), replied())

    def test_reads_and_hello_need_no_sync(self):
        self.assert_good(received(0, HELLO), replied(0, HELLO), received(1, LOOKUP_ACCOUNTS),
                         replied(1, LOOKUP_ACCOUNTS), replies=0)

    def test_a_request_in_pieces_has_arrived_with_its_last_byte(self):
        head = received(body=4096).replace(" = 4128", " = 1000")
        head = head[: head.index("iov_base=") + 10 + 4 * 40] + '"..., iov_len=65536}], 0) = 1000'
        rest = ('21 recvmsg(9<socket:[77]>, {msg_name=NULL, msg_iov=[{iov_base="\\x00"..., '
                "iov_len=65536}]}, 0) = 3128")
        entry = (page(), sync(), meta(), sync())
        self.assert_good(head, rest, *entry, replied())
        self.assert_found("left before", head, *entry, rest, replied())

    def test_several_replies_in_one_send_are_each_judged(self):
        both = frame(CREATE_TRANSFERS, 7, True) + frame(CREATE_TRANSFERS, 8, True)
        send = (f'21 sendto(9<socket:[77]>, "{text_of(both)}", {len(both)}, MSG_NOSIGNAL, NULL, 0)'
                f" = {len(both)}")
        entry = (page(), sync(), meta(), sync())
        self.assert_good(received(7), received(8), *entry, send, replies=2)
        self.assert_found("request 8", received(7), *entry, received(8), send)

    def test_a_receive_that_waited_counts_from_its_end(self):
        whole = received()
        cut = whole.index("{msg_name")
        self.assert_found("left before", whole[:cut].rstrip() + " <unfinished ...>", page(), sync(),
                          meta(), sync(), "21 <... recvmsg resumed>" + whole[cut:], replied())

    def test_a_reply_to_an_unseen_request_is_found(self):
        self.assert_found("does not show", page(), sync(), meta(), sync(), replied())

    def test_a_trace_that_hides_headers_is_refused(self):
        data = text_of(frame(CREATE_TRANSFERS, 7, True)[:20])
        with self.assertRaises(trace_rules.TraceError):
            judge(f'21 sendto(9<socket:[77]>, "{data}"..., 48, 0, NULL, 0) = 48')


if __name__ == "__main__":
    unittest.main()
