#!/usr/bin/env python3
"""Reports of comparisons: what a page says is what was planted, no text of a file is taken for
markup, nothing comes from elsewhere, and a spreadsheet runs nothing of a file of differences.

    recon_report_test.py PATH-TO-DAYBOOK
"""

import csv
import hashlib
import html.parser
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

DAYBOOK = None
HEADER = "reference,amount,currency,status,time,party"
FORMATS = pathlib.Path(__file__).parent / "formats"
ALLOWED = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "section", "div",
           "table", "thead", "tbody", "tr", "th", "td", "footer"}
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a&amp;b",
           "' onclick='x", "=HYPERLINK(\"http://x\")", "+1+1", "-2+3", "@SUM(A1)", "</table></body>",
           "\u202egpj.exe"]


class Page(html.parser.HTMLParser):
    """The tables of a page by the heading before them, and all that could do something."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes = [], []
        self.tables, self.text = {}, ""
        self.heading, self.cell, self.in_heading, self.in_body = "", None, False, False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.in_heading = tag == "h2"
        if tag == "h2":
            self.heading = ""
        elif tag == "tbody":
            self.in_body = True
            self.tables.setdefault(self.heading, []).append([])
        elif tag == "thead":
            self.in_body = False
        elif tag == "tr" and self.in_body:
            self.tables[self.heading][-1].append([])
        elif tag == "td":
            self.cell = ""

    def handle_endtag(self, tag):
        if tag == "td":
            self.tables[self.heading][-1][-1].append(self.cell)
            self.cell = None
        self.in_heading = self.in_heading and tag != "h2"

    def handle_data(self, data):
        self.text += data
        if self.in_heading:
            self.heading += data
        elif self.cell is not None:
            self.cell += data


class ReconReport(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.directory.name)

    def tearDown(self):
        self.directory.cleanup()

    def run_compare(self, a, b, *options):
        return subprocess.run([DAYBOOK, "recon", "compare", a, b, *map(str, options)],
                              capture_output=True, text=True, check=False, cwd=self.path)

    def write(self, name, rows):
        lines = [HEADER]
        for row in rows:
            lines.append(",".join('"%s"' % str(field).replace('"', '""') for field in row))
        (self.path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def report(self, *options, a="a.csv", b="b.csv", code=1):
        done = self.run_compare(a, b, "--report", "r.html", "--report", "r.json", *options)
        self.assertEqual(done.returncode, code, done.stderr)
        text = (self.path / "r.html").read_text(encoding="utf-8")
        return Page(text), json.loads((self.path / "r.json").read_text()), text

    def test_it_says_what_was_planted(self):
        a = [("r%d" % i, "10.00", "EUR", "ok", "2026-01-%02d" % (1 + i % 28), "") for i in range(60)]
        b = [list(row) for row in a]
        b[3][1] = "1010.00"
        b[4][1] = "9.00"
        del b[10:12]
        self.write("a.csv", a)
        self.write("b.csv", b + [("new", "5.00", "USD", "ok", "2026-01-28", "")])
        with open(self.path / "b.csv", "a", encoding="utf-8") as out:
            out.write("broken,line\n")
        page, document, _ = self.report("--window", "3")
        sides = page.tables["What was compared"][0]
        for name, row, side in (("a.csv", sides[0], "a"), ("b.csv", sides[1], "b")):
            data = (self.path / name).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            self.assertEqual((row[1], row[3]), (name, "SHA-256 " + digest))
            self.assertEqual(row[2].replace(",", ""), "%d bytes" % len(data))
            self.assertEqual((document[side]["sha256"], document[side]["size_bytes"]),
                             (digest, len(data)))
        counts = {(row[0], row[2]): (row[3], row[6]) for row in page.tables["Counts and sums"][0]}
        self.assertEqual(counts[("EUR", "amount_short")], ("1", "1000.00"))
        self.assertEqual(counts[("EUR", "a_only")], ("2", "-20.00"))
        self.assertEqual(counts[("USD", "b_only")], ("1", "5.00"))
        for row in page.tables["Counts and sums"][0]:
            self.assertGreater(len(row[7]), 10, "what to do is said")
        largest = page.tables["Largest differences of each currency"][0]
        self.assertEqual([row[2] or row[3] for row in largest], ["r3", "r10", "r11", "r4", "new"])
        sums, items = page.tables["Open items, the oldest first"]
        self.assertEqual(sorted(row[2] for row in sums), ["8 to 30 days", "to 1 day"])
        self.assertEqual([(row[1], row[7]) for row in items],
                         [("r10", "17"), ("r11", "16"), ("new", "0")])
        self.assertEqual([row[9] for row in page.tables["The proof"][0]], ["yes", "yes"])
        self.assertEqual(page.tables["Lines that cannot be read"][0][0][3], "broken,line")
        self.assertEqual(page.tables["Match rate"][0][1][0], "EUR, by value")
        self.assertIn("6 differences", page.text)
        self.assertIn("Dates may differ by 3 days.", page.text)
        self.assertEqual(document["open_items"], 3)
        self.assertEqual(document["oldest_open"][0]["a"]["reference"], "r10")
        self.assertEqual(document["largest"][0]["name"], "amount_short")

    def test_a_clean_comparison_says_so(self):
        self.write("a.csv", [("r", "1.00", "EUR", "ok", "", "")])
        page, document, _ = self.report(b="a.csv", code=0)
        self.assertIn("Nothing differs", page.text)
        self.assertEqual(document["open_items"], 0)

    def test_no_text_is_taken_for_markup(self):
        rows = [(text, "1.00", "EUR", "ok", "2026-01-01", "m") for text in HOSTILE]
        rows += [("x" * 40 + text, "2.00", "EUR", "ok", "", "m") for text in HOSTILE]
        self.write("a.csv", rows)
        self.write("b.csv", [])
        with open(self.path / "b.csv", "ab") as out:
            out.write(b"<script>,<b>\xff\x01\n<i>\n")
        hostile = "<img src=x>&.csv"
        (self.path / "b.csv").rename(self.path / hostile)
        page, _, text = self.report(b=hostile)
        self.assertLessEqual(set(page.tags), ALLOWED)
        self.assertFalse([name for name in page.attributes if name.startswith("on")])
        self.assertNotIn("src", page.attributes)
        self.assertNotIn("href", page.attributes)
        for word in ("url(", "@import", "http:", "https:", "<script"):
            self.assertNotIn(word, text.replace("&quot;http://x", ""))
        found = {row[1] for row in page.tables["Open items, the oldest first"][1]}
        self.assertIn("<script>alert(1)</script>", found)
        self.assertIn("a&amp;b", found)
        self.assertIn("\ufffdgpj.exe", found)
        self.assertNotIn("\u202e", text)
        for character in map(chr, [*range(0, 9), *range(11, 32), 127]):
            self.assertNotIn(character, text)
        self.assertIn("prefers-color-scheme", text)
        self.assertIn("@media print", text)
        self.assertIn('name="viewport"', text)

    def test_the_same_comparison_makes_the_same_page(self):
        self.write("a.csv", [("r%d" % i, "%d.00" % i, "EUR", "ok", "", "") for i in range(500)])
        self.write("b.csv", [("r%d" % i, "%d.00" % (i + i % 3), "EUR", "ok", "", "")
                             for i in range(0, 500, 2)])
        pages = {self.report("--threads", threads, "--memory", memory)[2]
                 for threads, memory in ((1, "16M"), (2, "512M"))}
        self.assertEqual(len(pages), 1)

    def test_more_than_a_page_holds_is_counted(self):
        for count in (100, 101):
            self.write("a.csv", [("r%03d" % i, "1.00", "EUR", "ok", "2026-01-01T00:%02d:%02dZ" %
                                  (i // 60, i % 60), "") for i in range(count)])
            self.write("b.csv", [])
            with open(self.path / "b.csv", "a", encoding="utf-8") as out:
                out.write("bad\n" * count)
            page, document, _ = self.report()
            self.assertEqual(len(document["oldest_open"]), 100)
            self.assertEqual(len(document["invalid_lines"]), 100)
            self.assertEqual(len(document["largest"]), 20)
            self.assertEqual("1 younger ones more are not shown" in page.text, count == 101)
            self.assertEqual("1 lines more are not shown" in page.text, count == 101)
        for count in (32, 33):
            self.write("a.csv", [("r%d" % i, "1.00", "C%d" % i, "ok", "", "") for i in range(count)])
            page, document, _ = self.report()
            self.assertEqual(len(document["largest"]), 32)
            self.assertEqual("Only 32 currencies" in page.text, count == 33)

    def test_statements_say_opening_movements_closing(self):
        statement = FORMATS / "camt-statement.xml"
        page, document, _ = self.report(a=FORMATS / "camt-statement.ledger.csv", b=statement,
                                        code=0)
        rows = page.tables["Opening + movements = closing"][0]
        self.assertGreater(len(rows), 0)
        self.assertEqual({row[7] for row in rows}, {"yes"})
        for each in document["b"]["statements"]:
            if "opening" in each and "closing" in each:
                self.assertAlmostEqual(float(each["opening"]) + float(each["movements"]),
                                       float(each["closing"]))
        changed = self.path / "changed.xml"
        changed.write_bytes(statement.read_bytes().replace(b"884.50", b"884.60"))
        page, _, _ = self.report(a=FORMATS / "camt-statement.ledger.csv", b=changed, code=1)
        self.assertIn("NO", {row[7] for row in page.tables["Opening + movements = closing"][0]})
        self.assertIn("not what it says of itself", page.text)

    def test_a_spreadsheet_runs_nothing_of_the_differences(self):
        texts = HOSTILE + ["\tx", "'x", "a=1"]
        self.write("a.csv", [(text, "-1.50", "EUR", "ok", "", "=1+1") for text in texts])
        self.write("b.csv", [(text, "-2.50", "EUR", "ok", "", "@x") for text in texts])
        with open(self.path / "a.csv", "ab") as out:
            out.write(b"=cmd|' /C calc'!A0\n\t=1\n-5\n")
        done = self.run_compare("a.csv", "b.csv", "--out", "out.csv")
        self.assertEqual(done.returncode, 1, done.stderr)
        with open(self.path / "out.csv", newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        numbers = {"amount_a", "amount_b", "delta", "fee_a", "fee_b"}
        seen = set()
        for row in rows:
            for name, value in row.items():
                if name in numbers:
                    self.assertEqual(value, value.lstrip("'"))
                    float(value or "0")
                elif value:
                    self.assertNotIn(value[0], "=+-@\t\r\n", name)
                    seen.add(value)
        for text in ("'=1+1", "'@x", "'=cmd|' /C calc'!A0", "'-5", "'+1+1"):
            self.assertIn(text, seen)
        self.assertIn("-1.00", {row["delta"] for row in rows})

    def test_what_cannot_be_written_is_told_before_the_work(self):
        self.write("a.csv", [("r", "1.00", "EUR", "ok", "", "")])
        for name, words in (("r.pdf", ".html"), ("none/r.html", "no directory")):
            done = self.run_compare("a.csv", "a.csv", "--report", name)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    DAYBOOK = sys.argv.pop(1)
    unittest.main()
