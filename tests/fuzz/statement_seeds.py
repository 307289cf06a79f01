#!/usr/bin/env python3
"""Writes the seed corpora of the fuzz targets that read other systems' files.

    statement_seeds.py CORPUS-DIRECTORY STATEMENT...

A CSV statement gets the number of its ready mapping in front, those in the order of their names; a
ledger's file gets none. A statement in another format goes to the corpus that its name begins with.
"""

import pathlib
import sys

MAPPINGS = ["adyen", "alipay", "exchange-fills", "paypal", "stripe", "wechat-pay"]
# Mappings of no file: what can stand in one.
WRITTEN = {
    "german": (b'{"columns": {"reference": "Order", "debit": "Soll", "credit": "Haben", "time": "Datum"},'
               b' "delimiter": ";", "currency": "EUR", "strip": "`", "skip_prefixes": ["#"],'
               b' "amounts": {"decimal_mark": ",", "group_mark": "."}, "time_formats": ["%d.%m.%Y"],'
               b' "trailer": {"first_field": "Summe", "count": 1, "sum": 2, "currency": "EUR"}}',
               b"Order;Soll;Haben;Datum\n1;2.000,10;;31.01.2026\n2;;`7,00`;01.02.2026\n#\nSumme;2;-1.993,10\n"),
    "refused": (b'{"columns": {"reference": "a"}, "colour": 1}', b""),
}


def main(arguments):
    if len(arguments) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    directory = pathlib.Path(arguments[0]) / "csv"
    directory.mkdir(parents=True, exist_ok=True)
    for name in arguments[1:]:
        path = pathlib.Path(name)
        if path.suffix != ".csv":
            corpus = pathlib.Path(arguments[0]) / path.name.split("-")[0]
            corpus.mkdir(parents=True, exist_ok=True)
            (corpus / path.name).write_bytes(path.read_bytes())
            continue
        stem = path.name.removesuffix(".csv")
        head = b"@%d" % MAPPINGS.index(stem) if stem in MAPPINGS else b""
        (directory / stem).write_bytes(head + b"\0" + path.read_bytes())
    for name, (mapping, text) in WRITTEN.items():
        (directory / name).write_bytes(mapping + b"\0" + text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
