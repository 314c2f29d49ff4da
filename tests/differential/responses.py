#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The responses of tests/corpus/, and variants of them, through libhttp and through CPython's http.client: the same outcome,
or a difference that differences.txt explains. Prints TAP.
    responses.py VARIANTS SEED"""
import collections
import functools
import os
import sys

import cases
import causes
import ours
import theirs

HERE = os.path.dirname(os.path.abspath(__file__))
ASPECTS = ["version", "reason", "fields", "close"]
Row = collections.namedtuple("Row", "aspect theirs ours cause why")


def table():
    for line in open(os.path.join(HERE, "differences.txt"), encoding="ascii"):
        if not line.startswith("#"):
            yield Row(*[column.strip() for column in line.split("|")])


@functools.lru_cache(maxsize=None)
def same_error(name, our_name):
    """Ours may be a special case of theirs."""
    return name == our_name or name in ours.family(our_name)


def differences(a, b):
    """(aspect, theirs, ours), the first of what nothing else follows from."""
    if not same_error(a["got"], b["got"]):
        return [("got", a["got"], b["got"])]
    if a["got"] != "response":
        return []
    if a["status"] != b["status"]:
        return [("status", a["status"], b["status"])]
    found = [(aspect, a[aspect], b[aspect]) for aspect in ASPECTS if a[aspect] != b[aspect]]
    if not same_error(a["end"], b["end"]):
        found.append(("end", a["end"], b["end"]))
    elif a["body"] is not None and a["body"] != b["body"]:
        found.append(("body", a["body"], b["body"]))
    return found


def explains(row, difference, case):
    aspect, a, b = difference
    return (row.aspect == aspect and row.theirs in ("*", str(a)) and row.ours in ("*", str(b)) and
            bool(getattr(causes, row.cause)(case)))


class Counts:
    def __init__(self):
        self.all = self.different = self.unexplained = 0
        self.used = collections.Counter()


def compare(rows, counts, name, method, asked, data, ends):
    a = theirs.ask(method, asked, data, ends)
    b = ours.ask(method, asked, data, ends)
    found = differences(a, b)
    counts.all += 1
    counts.different += bool(found)
    case = causes.Case(method, asked, data, ends)
    for difference in found:
        row = next((row for row in rows if explains(row, difference, case)), None)
        if row:
            counts.used[row] += 1
            continue
        counts.unexplained += 1
        if counts.unexplained <= 20:
            print("# %s: %s %s%s\n#    %s: theirs %r, ours %r" %
                  (name, method.decode(), data[:300], " EOF" if ends else "", *difference))


# So many variants meet every row of the table.
ENOUGH = 5000


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rows = list(table())
    counts = Counts()
    for case in cases.corpus():
        compare(rows, counts, *case)
    for case in cases.variants(count, seed):
        compare(rows, counts, *case)
    print("# %d responses, %d otherwise than by http.client, %d differences not explained" %
          (counts.all, counts.different, counts.unexplained))
    print("%sok 1 - C-64 C-90 T-10 T-19 each difference from http.client has its reason" %
          ("not " if counts.unexplained else ""))
    idle = [row for row in rows if not counts.used[row] and not row.why.startswith("older:") and count >= ENOUGH]
    for row in idle:
        print("# explains nothing: %s" % " | ".join(row))
    print("%sok 2 - %s" % ("not " if idle else "", "each row of the table explains something" if count >= ENOUGH
                           else "# SKIP too few for each row of the table"))
    for row in rows:
        print("# %6d %s" % (counts.used[row], " | ".join(row)))
    print("1..2")
    return counts.unexplained > 0 or bool(idle)


if __name__ == "__main__":
    sys.exit(main())
