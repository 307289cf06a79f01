"""Proves that tools/check_fences.py finds a planted fence, and no fence in a comment."""

import pathlib
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))
import check_fences  # noqa: E402


class CheckFences(unittest.TestCase):
    def findings(self, text):
        with tempfile.TemporaryDirectory() as directory:
            (pathlib.Path(directory) / "net").mkdir()
            (pathlib.Path(directory) / "net/a.cpp").write_text(text)
            return list(check_fences.findings(directory))

    def test_a_fence_is_found_with_its_place(self):
        for fence in ("std::atomic_thread_fence(std::memory_order_seq_cst)", "_mm_mfence()",
                      "__sync_synchronize()", "std::atomic_signal_fence(order)"):
            with self.subTest(fence=fence):
                found = self.findings(f"void f() {{\n  {fence};\n}}\n")
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].startswith("net/a.cpp:2: "), found[0])

    def test_words_about_fences_are_allowed(self):
        self.assertEqual(self.findings("// no atomic_thread_fence here\nint mm_fence;\n"), [])


if __name__ == "__main__":
    unittest.main()
