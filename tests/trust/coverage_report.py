#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""coverage_report.py BUILD SOURCES: which lines and branches of the library the counters below BUILD have never seen taken.
Fails when a layer's share is under its floor.

What can't be reached says so beside it: a comment "uncovered: why" exempts its line, or the one below where it stands alone, and
the lines that only this one leads to. Such a comment on a line that is covered fails too."""
import json
import os
import re
import subprocess
import sys
from collections import defaultdict

# Percent of lines, of branches. What is at 100 stays there; the others may only go up.
FLOORS = {"base": (100, 100), "wire": (100, 100), "net": (95, 90), "client": (95, 90), "public": (95, 90)}
MARK = re.compile(r"/\* uncovered: \w.*")


def layer_of(path):
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else "public"


def counters(build):
    for folder, _, names in os.walk(build):
        yield from ((folder, name) for name in sorted(names) if name.endswith(".gcda"))


def read(build, sources):
    """The counts of each line, and of each of its branches, by file. Functions of headers are in many objects, also in those of
    tests: they add up."""
    lines, branches = defaultdict(lambda: defaultdict(int)), defaultdict(dict)
    for folder, name in counters(build):
        told = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", name], cwd=folder, check=True,
                              stdout=subprocess.PIPE).stdout
        for file in json.loads(told)["files"]:
            path = os.path.relpath(os.path.join(folder, file["file"]), sources)
            if not path.startswith("libhttp/"):
                continue
            for line in file["lines"]:
                number = line["line_number"]
                lines[path][number] += line["count"]
                before = branches[path].setdefault((number, line.get("function_name")), [])
                now = [branch["count"] for branch in line["branches"]]
                before.extend([0] * (len(now) - len(before)))
                for i, count in enumerate(now):
                    before[i] += count
    return lines, branches


def exempt(text, lines):
    """The numbers of the lines that comments exempt, by the number of their comment."""
    found = {}
    for at, line in enumerate(text, 1):
        if not MARK.search(line):
            continue
        first = at
        while text[first - 1].strip().startswith(("/*", "*")) or (first > at and "*/" in text[first - 1]):
            first += 1
        whole = {first}
        following = [number for number in sorted(lines) if number > first]
        for number in following:
            if lines[number] > 0:
                break
            whole.add(number)
        found[at] = whole
    return found


def main(build, sources):
    lines, branches = read(build, sources)
    if not lines:
        sys.exit("no counters: were the tests run?")
    totals = defaultdict(lambda: [0, 0, 0, 0])
    missing, exempted, useless = [], 0, []
    for path in sorted(lines):
        with open(os.path.join(sources, path), encoding="utf-8") as file:
            text = file.read().split("\n")
        exempts = exempt(text, lines[path])
        without = set().union(*exempts.values()) if exempts else set()
        exempted += len(exempts)
        taken = defaultdict(list)
        for (number, _), counts in branches[path].items():
            taken[number] += counts
        for at, whole in exempts.items():
            if all(lines[path].get(n, 0) > 0 and all(taken[n]) for n in whole):
                useless.append(f"{path}:{at}")
        total = totals[layer_of(path)]
        for number, count in sorted(lines[path].items()):
            if number in without:
                continue
            total[0] += 1
            total[1] += count > 0
            total[2] += len(taken[number])
            total[3] += sum(n > 0 for n in taken[number])
            if count == 0:
                missing.append(f"{path}:{number}: never run: {text[number - 1].strip()}")
            elif not all(taken[number]):
                ways = " ".join("-" if n == 0 else "+" for n in taken[number])
                missing.append(f"{path}:{number}: {ways}: {text[number - 1].strip()}")
    with open(os.path.join(build, "uncovered.txt"), "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in missing)
    failed = False
    for layer, floor in FLOORS.items():
        got = totals[layer]
        shares = 100 * got[1] / max(1, got[0]), 100 * got[3] / max(1, got[2])
        low = any(share < least for share, least in zip(shares, floor))
        failed |= low
        print(f"{layer:7} lines {got[1]:4} of {got[0]:4} {shares[0]:6.2f} %, branches {got[3]:4} of {got[2]:4} {shares[1]:6.2f} %"
              + (f"   under its floor of {floor[0]} and {floor[1]}" if low else ""))
        if low:
            print("".join(f"    {line}\n" for line in missing if layer_of(line.split(":")[0]) == layer), end="")
    print(f"{exempted} places exempted, each with its reason; all that was missed is in {build}/uncovered.txt")
    for place in useless:
        print(f"{place}: covered, and says that it can't be")
    sys.exit(1 if failed or useless else 0)


if __name__ == "__main__":
    main(os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2]))
