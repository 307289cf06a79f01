"""Proves that tools/check_functions.py finds functions of every shape, counts their lines, and is
not misled by braces in strings, comments, lists and lambdas."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))
import check_functions  # noqa: E402


def function_of(lines):
    """A function whose braces span so many lines."""
    return "int sum(int n) {\n" + "  ++n;\n" * (lines - 3) + "  return n;\n}\n"


def sizes(text):
    return [(f.name, f.lines) for f in check_functions.functions_of(text)]


class FindsFunctions(unittest.TestCase):
    def test_plain_ones_at_any_depth(self):
        text = ("namespace a {\nnamespace {\nint f() {\n  return 1;\n}\n}\n"
                "class C final : public B<int> {\n public:\n  int g() const noexcept {\n"
                "    return 2;\n  }\n};\n}\n")
        self.assertEqual(sizes(text), [("f", 3), ("g", 3)])

    def test_constructors_with_lists_of_members(self):
        text = ("struct P {\n  P() : a_{1}, b_{{2}, 3}, c_(4) {\n    go();\n  }\n"
                "  P(int a) : Base<int>{a} {}\n  int a_{0};\n};\n"
                "P::P(int a, int b)\n    : a_{a},\n      b_{b} {\n  go();\n  go();\n}\n")
        self.assertEqual(sizes(text), [("P", 3), ("P", 1), ("P::P", 4)])

    def test_operators_templates_and_trailing_types(self):
        text = ("template <class T, class = std::enable_if_t<(sizeof(T) > 1)>>\n"
                "auto f(T t = {}) -> std::vector<T> {\n  return {t};\n}\n"
                "bool operator==(const A& a, const A& b) {\n  return true;\n}\n"
                "template <class T>\nclass __attribute__((aligned(8))) D {\n"
                "  bool operator()(int) const {\n    return 1;\n  }\n};\n")
        self.assertEqual([lines for _, lines in sizes(text)], [3, 3, 3])

    def test_tests_are_functions_with_their_names(self):
        self.assertEqual(sizes("TEST(Suite, Name) {\n  go();\n}\n"), [("TEST(Suite, Name)", 3)])

    def test_what_is_nested_belongs_to_the_function(self):
        text = ("void f() {\n  struct L {\n    int g() {\n      return 1;\n    }\n  };\n"
                "  auto h = [](int i) {\n    return i;\n  };\n}\n")
        self.assertEqual(sizes(text), [("f", 10)])

    def test_a_lambda_outside_of_functions_is_one(self):
        self.assertEqual(sizes("const auto f = [](int i) {\n  return i;\n};\n"), [("a lambda", 3)])

    def test_values_are_no_functions(self):
        text = ("enum class E : int {\n  a,\n  b,\n};\nconstexpr int t[] = {\n  1,\n  2,\n};\n"
                "constexpr std::array<P, 2> u{{\n  {1, f(2)},\n  {3, f(4)},\n}};\n"
                "alignas(64) std::atomic<int> v{0};\nextern \"C\" {\nint g();\n}\n")
        self.assertEqual(sizes(text), [])

    def test_hidden_braces_do_not_count(self):
        text = ('int f() {\n  // }\n  /* } */\n  g("}", \'}\', R"x(}\n)")x", 1\'000);\n  return 1;\n}\n'
                "#define OPEN {\nint h() {\n  return 1;\n}\n")
        self.assertEqual(sizes(text), [("f", 7), ("h", 3)])


class Refuses(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        (self.root / "engine").mkdir()

    def findings(self, text):
        (self.root / "engine/a.cpp").write_text(text)
        return check_functions.check(self.root)[0]

    def test_a_function_of_71_lines_but_not_of_70(self):
        self.assertEqual(self.findings("\n" + function_of(70)), [])
        found = self.findings("\n" + function_of(71))
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith("engine/a.cpp:2: sum has 71 lines"), found[0])

    def test_a_file_of_601_lines_but_not_of_600(self):
        self.assertEqual(self.findings("int a;\n" * 600), [])
        self.assertEqual(len(self.findings("int a;\n" * 601)), 1)

    def test_with_an_exit_code(self):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            self.findings(function_of(70))
            self.assertEqual(check_functions.main([str(self.root)]), 0)
            self.assertEqual(output.getvalue(), "")
            self.findings(function_of(71))
            self.assertEqual(check_functions.main(["--report", str(self.root)]), 1)
        self.assertIn("the longest 71", output.getvalue())


if __name__ == "__main__":
    unittest.main()
