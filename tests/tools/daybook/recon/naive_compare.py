"""Comparing two files the slow way: dictionaries, lists and whole numbers, written from the rules
and sharing no code with the program. For tests only; it holds everything in memory."""

import collections
import csv
import datetime

STATUS = ["ok", "open", "failed", "reversed", "refunded", "chargeback"]
TYPES = ["charge", "refund", "reversal", "chargeback", "fee", "payout", "transfer", "adjustment",
         "other"]
SCALE = {"JPY": 0, "KWD": 3}
UNDOING = {"reversal": 50, "refund": 51, "chargeback": 52}
UNDONE = {"reversed": 50, "refunded": 51, "chargeback": 52}
GRAVEST_FIRST = [70, 72, 30, 33, 34, 31, 32, 50, 51, 52, 40, 41, 60, 23, 22, 24, 1, 25, 20, 21, 10, 11,
                 12, 13]
DAY = 86_400

Record = collections.namedtuple(
    "Record", "side reference currency type time amount fee status party settlement place")
# codes: a set; a, b: a record or None; parts: of how many records each is the sum.
Outcome = collections.namedtuple("Outcome", "codes a b parts", defaults=[(1, 1)])


def minor(text, currency):
    scale = SCALE.get(currency, 2)
    sign = -1 if text.startswith("-") else 1
    whole, _, decimals = text.lstrip("+-").partition(".")
    if not (whole + decimals).isdigit() or len(decimals.rstrip("0")) > scale:
        raise ValueError(text)
    return sign * int((whole or "0") + decimals.ljust(scale, "0")[:scale])


def moment(text):
    if not text:
        return None
    parsed = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    return int(parsed.replace(tzinfo=datetime.timezone.utc).timestamp())


def read(path, side):
    """The records of a file, and the lines that are none."""
    records, invalid = [], []
    with open(path, newline="", encoding="utf-8") as lines:
        for place, row in enumerate(csv.DictReader(lines)):
            try:
                records.append(record_of(row, side, place))
            except (ValueError, KeyError):
                invalid.append(place)
    return records, invalid


def record_of(row, side, place):
    currency = row["currency"]
    settled = row.get("settlement_amount") or ""
    settlement = ""
    if settled and row["settlement_currency"] != currency:
        settlement = (minor(settled, row["settlement_currency"]), row["settlement_currency"])
    if row["status"] not in STATUS or row["type"] not in TYPES:
        raise ValueError
    return Record(side, row["reference"], currency, row["type"], moment(row["time"]),
                  minor(row["amount"], currency), minor(row["fee"] or "0", currency),
                  row["status"], row["party"], settlement, place)


def in_order(record):
    """The order of records of one reference. Ties in party or settlement must not matter."""
    return (record.currency, TYPES.index(record.type),
            -1 if record.time is None else record.time, record.amount, record.fee,
            STATUS.index(record.status), record.place)


def moved(record):
    return record.amount if record is not None and record.status == "ok" else 0


class Rules:
    def __init__(self, window=None, tolerance=None, fallback=(), group_sum=False):
        self.group_sum = group_sum
        self.window = window  # Days.
        self.tolerance = tolerance or {}  # Currency -> (minor units, cap or None).
        self.fallback = list(fallback)  # Sets of words.
        self.newest = {}


def pair_codes(a, b, rules):
    codes = set()
    if a.type != b.type:
        codes.add(33)
    if a.party and b.party and a.party != b.party:
        codes.add(34)
    statuses = (a.status, b.status)
    told = True
    if statuses == ("ok", "failed"):
        codes.add(31)
    elif statuses == ("open", "ok"):
        codes.add(32)
    elif a.status == "ok" and b.status in UNDONE:
        codes.add(UNDONE[b.status])
    elif b.status == "ok" and a.status in UNDONE:
        codes.add(UNDONE[a.status])
    else:
        told = False
    if a.currency != b.currency:
        codes.add(30)
    else:
        net_a = a.fee == 0 and b.fee != 0 and a.amount == b.amount - b.fee
        net_b = b.fee == 0 and a.fee != 0 and b.amount == a.amount - a.fee
        delta = b.amount - a.amount
        if a.status != b.status and not told:
            delta = moved(b) - moved(a)
        if net_a or net_b:
            codes.add(23)
        elif delta == 0:
            if a.fee != b.fee:
                codes.add(22)
        else:
            codes.add(20 if delta > 0 else 21)
            if abs(delta) <= 1:
                codes.add(25)
            if a.currency in rules.tolerance and abs(delta) <= rules.tolerance[a.currency][0]:
                codes.add(1)
        if not codes and a.settlement and b.settlement and a.settlement != b.settlement:
            codes.add(24)
    if rules.window is not None and a.time is not None and b.time is not None:
        if abs(a.time - b.time) > rules.window * DAY:
            codes.add(35)
    return codes


def single_code(record, rules):
    if record.side == "a":
        newest = rules.newest["b"]
        if rules.window is not None and record.time is not None and newest is not None \
                and record.time + rules.window * DAY > newest:
            return 11
        return 10
    newest = rules.newest["a"]
    if rules.window is not None and record.time is not None and newest is not None \
            and record.time > newest:
        return 13
    return 12


def outcome_of_one(record, codes):
    return Outcome(codes, record if record.side == "a" else None,
                   record if record.side == "b" else None)


def decide_reference(records, rules, outcomes, leftovers):
    groups = collections.defaultdict(lambda: {"a": [], "b": []})
    for record in sorted(records, key=in_order):
        groups[record.currency, TYPES.index(record.type)][record.side].append(record)
    singles = []
    for key in sorted(groups):
        a, b = groups[key]["a"], groups[key]["b"]
        if a and b:
            decide_group(list(a), list(b), rules, outcomes)
        else:
            # Records of one side, and whether it is the first of its group.
            singles += [(record, i == 0) for i, record in enumerate(a + b)]
    for same_currency in (True, False):
        singles = pair_singles(singles, same_currency, rules, outcomes)
    for record, is_first in singles:
        codes = set()
        if record.type in UNDOING and any(
                other.side != record.side and other.currency == record.currency
                and other.type not in UNDOING for other in records):
            codes.add(UNDOING[record.type])
        if not is_first and not rules.group_sum:
            codes.add(40 if record.side == "a" else 41)
        if codes:
            outcomes.append(outcome_of_one(record, codes))
        else:
            leftovers.append(record)


def decide_group(a, b, rules, outcomes):
    several = len(a) > 1 and len(b) > 1
    pairs = []
    for record in list(a):
        for other in b:
            if (record.amount, record.fee, record.status) == \
                    (other.amount, other.fee, other.status):
                pairs.append((record, other))
                a.remove(record)
                b.remove(other)
                break
    if rules.group_sum:
        decide_sums(a, b, rules, outcomes)
    while a and b:
        pairs.append((a.pop(0), b.pop(0)))
    for record, other in pairs:
        codes = pair_codes(record, other, rules)
        if several and not rules.group_sum:
            codes.add(42)
        outcomes.append(Outcome(codes, record, other))
    outcomes += [Outcome({60 if rules.group_sum else 40}, record, None) for record in a]
    outcomes += [Outcome({60 if rules.group_sum else 41}, None, record) for record in b]


def sum_of(parts):
    whole = parts[0]
    for part in parts[1:]:
        times = [time for time in (whole.time, part.time) if time is not None]
        whole = whole._replace(
            amount=whole.amount + part.amount, fee=whole.fee + part.fee, settlement="",
            time=max(times, default=None), party=whole.party if whole.party == part.party else "")
    return whole


def decide_sums(a, b, rules, outcomes):
    """What is ok of the rests of a group is one record a side; takes them out of the lists."""
    parts = [[record for record in side if record.status == "ok"] for side in (a, b)]
    if not parts[0] or not parts[1]:
        return
    for side, taken in zip((a, b), parts):
        for record in taken:
            side.remove(record)
    whole_a, whole_b = map(sum_of, parts)
    codes = pair_codes(whole_a, whole_b, rules)
    if len(parts[0]) > 1 or len(parts[1]) > 1:
        is_whole = whole_a.amount == whole_b.amount or codes & {23, 1}
        codes.add(61 if is_whole else 60)
    outcomes.append(Outcome(codes, whole_a, whole_b, (len(parts[0]), len(parts[1]))))


def pair_singles(singles, same_currency, rules, outcomes):
    left = list(singles)
    for single in singles:
        if single[0].side != "a" or single not in left:
            continue
        for other in left:
            if other[0].side == "b" and \
                    (not same_currency or other[0].currency == single[0].currency):
                outcomes.append(Outcome(pair_codes(single[0], other[0], rules), single[0],
                                        other[0]))
                left.remove(single)
                left.remove(other)
                break
    return left


def decide_fallback(leftovers, words, rules, outcomes):
    groups = collections.defaultdict(list)
    rest = []
    for record in leftovers:
        if ("day" in words and record.time is None) or ("party" in words and not record.party):
            rest.append(record)
            continue
        groups[record.currency, record.type, record.amount,
               record.time // DAY if "day" in words else 0,
               record.party if "party" in words else ""].append(record)
    for group in groups.values():
        a = [record for record in group if record.side == "a"]
        b = [record for record in group if record.side == "b"]
        if not a or not b:
            rest += group
        elif len(a) == 1 and len(b) == 1:
            outcomes.append(Outcome(pair_codes(a[0], b[0], rules) | {36}, a[0], b[0]))
        else:
            outcomes += [outcome_of_one(record, {72}) for record in group]
    return rest


def primary(codes):
    return next((code for code in GRAVEST_FIRST if code in codes), 0)


def compare(records_a, records_b, rules):
    """Every record of both files in exactly one outcome. Caps of tolerances are not looked at."""
    def newest(records):
        return max((record.time for record in records if record.time is not None), default=None)
    rules.newest = {"a": newest(records_a), "b": newest(records_b)}
    by_reference = collections.defaultdict(list)
    for record in records_a + records_b:
        by_reference[record.reference].append(record)
    outcomes, leftovers = [], []
    for reference, records in by_reference.items():
        if reference in ("", "NOTPROVIDED"):
            leftovers += records
        else:
            decide_reference(records, rules, outcomes, leftovers)
    for words in rules.fallback:
        leftovers = decide_fallback(leftovers, words, rules, outcomes)
    outcomes += [outcome_of_one(record, {single_code(record, rules)}) for record in leftovers]
    return outcomes
