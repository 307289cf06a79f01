"""Proves that tools/check_rooms.py sees each kind of hole in a wall, names its place, and leaves
what is allowed alone. Each test writes a small tree of its own."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))
import check_rooms  # noqa: E402


class CheckRooms(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = pathlib.Path(self.directory.name)
        for name in ("engine/base/result.hpp", "engine/model/sequence.hpp",
                     "engine/model/account.hpp", "engine/ports/journal.hpp",
                     "engine/ledger/book.hpp", "storage/journal/segment.hpp",
                     "net/protocol/frame.hpp", "tools/daybook/command.hpp",
                     "tests/support/naive.hpp", "bench/echo.hpp"):
            self.write(name, "")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def found(self, name, text):
        self.write(name, text)
        return list(check_rooms.findings(self.root))

    def assert_refused(self, name, target, words):
        found = self.found(name, f"#pragma once\n#include {target}\n")
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{name}:2: "), found[0])
        self.assertIn(words, found[0])

    def assert_allowed(self, name, target):
        self.assertEqual(self.found(name, f"#include {target}\n"), [])

    def test_each_room_may_not_include_what_stands_above_it(self):
        for name, target in (
            ("engine/base/a.cpp", "engine/model/account.hpp"),
            ("engine/model/a.cpp", "engine/ports/journal.hpp"),
            ("engine/ports/a.cpp", "engine/ledger/book.hpp"),
            ("engine/ledger/a.cpp", "storage/journal/segment.hpp"),
            ("engine/ledger/a.cpp", "net/protocol/frame.hpp"),
            ("storage/journal/a.cpp", "engine/model/account.hpp"),
            ("storage/journal/a.cpp", "engine/ledger/book.hpp"),
            ("storage/journal/a.cpp", "net/protocol/frame.hpp"),
            ("net/server/a.cpp", "engine/ledger/book.hpp"),
            ("net/server/a.cpp", "storage/journal/segment.hpp"),
        ):
            with self.subTest(name=name, target=target):
                self.assert_refused(name, f'"{target}"', f"may not include {target}")
                (self.root / name).unlink()

    def test_nothing_includes_tools_bench_or_tests(self):
        for target in ("tools/daybook/command.hpp", "bench/echo.hpp", "tests/support/naive.hpp"):
            for name in ("engine/ledger/a.cpp", "storage/journal/a.cpp", "net/server/a.cpp"):
                with self.subTest(name=name, target=target):
                    self.assert_refused(name, f'"{target}"', f"may not include {target}")
                    (self.root / name).unlink()

    def test_angle_brackets_are_no_way_round_a_wall(self):
        self.assert_refused("storage/journal/a.cpp", "<net/protocol/frame.hpp>", "may not include")

    def test_a_library_stays_at_home(self):
        for name, header in (
            ("storage/journal/a.cpp", "lmdb.h"),
            ("engine/ledger/a.cpp", "boost/asio/post.hpp"),
            ("storage/journal/a.cpp", "flatbuffers/flatbuffers.h"),
            ("engine/base/other.cpp", "xxhash.h"),
            ("engine/ledger/a.cpp", "openssl/evp.h"),
            ("net/server/a.cpp", "CLI/CLI.hpp"),
            ("engine/ledger/a.cpp", "nlohmann/json.hpp"),
            ("engine/ledger/a.cpp", "spdlog/spdlog.h"),
            ("tools/daybook/a.cpp", "gtest/gtest.h"),
            ("tests/engine/a.cpp", "benchmark/benchmark.h"),
        ):
            with self.subTest(name=name, header=header):
                self.assert_refused(name, f"<{header}>", f"{header} may be included only in")
                (self.root / name).unlink()

    def test_generated_code_stays_at_home(self):
        self.assert_refused("net/server/a.cpp", '"net/protocol/messages_generated.h"', "generated")
        (self.root / "net/server/a.cpp").unlink()
        self.assert_allowed("net/protocol/a.cpp", '"net/protocol/messages_generated.h"')

    def test_paths_begin_at_the_top_and_exist(self):
        self.assert_refused("engine/ledger/a.cpp", '"../model/account.hpp"', "from the top")
        self.assert_refused("engine/ledger/a.cpp", '"book.hpp"', "from the top")
        self.assert_refused("engine/ledger/a.cpp", '"engine/ledger/gone.hpp"', "does not exist")

    def test_folders_do_not_include_each_other_in_a_circle(self):
        self.write("engine/replay/apply.hpp", '#include "engine/ledger/book.hpp"\n')
        self.assertEqual(list(check_rooms.findings(self.root)), [])
        self.write("engine/codec/facts.hpp", '#include "engine/replay/apply.hpp"\n')
        found = self.found("engine/ledger/book.hpp", '\n#include "engine/codec/facts.hpp"\n')
        self.assertEqual(len(found), 1, found)
        self.assertIn("engine/codec -> engine/replay -> engine/ledger -> engine/codec", found[0])
        self.assertTrue(found[0].startswith("engine/ledger/book.hpp:2: "), found[0])

    def test_what_is_allowed_is_left_alone(self):
        for name, target in (
            ("engine/base/a.cpp", '"engine/base/result.hpp"'),
            ("engine/base/hash.cpp", "<xxhash.h>"),
            ("engine/ledger/a.cpp", '"engine/ports/journal.hpp"'),
            ("engine/ledger/a.cpp", "<boost/unordered_map.hpp>"),
            ("storage/journal/a.cpp", '"engine/model/sequence.hpp"'),
            ("storage/lmdb/a.cpp", "<lmdb.h>"),
            ("net/server/a.cpp", "<boost/asio.hpp>"),
            ("tools/daybook/a.cpp", '"storage/journal/segment.hpp"'),
            ("tests/storage/a.cpp", '"tests/support/naive.hpp"'),
            ("bench/a.cpp", '"tests/support/naive.hpp"'),
        ):
            with self.subTest(name=name, target=target):
                self.assert_allowed(name, target)

    def test_an_include_in_a_comment_is_none(self):
        text = '/*\n#include "net/protocol/frame.hpp"\n*/\n// #include <lmdb.h>\n'
        self.assertEqual(self.found("engine/ledger/a.cpp", text), [])

    def test_exit_code_says_whether_there_is_a_finding(self):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            self.assertEqual(check_rooms.main([str(self.root)]), 0)
            self.assertEqual(output.getvalue(), "")
            self.write("engine/ledger/a.cpp", "#include <lmdb.h>\n")
            self.assertEqual(check_rooms.main([str(self.root)]), 1)
        self.assertIn("engine/ledger/a.cpp:1: lmdb.h", output.getvalue())


if __name__ == "__main__":
    unittest.main()
