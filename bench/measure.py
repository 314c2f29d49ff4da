# SPDX-License-Identifier: MIT
"""Runs clients and counts what they do. A count is a difference between two run lengths, so that start and end fall out."""
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from rows import MIB
from servers import PINNED, make_file

LIGHT = MIB  # a body that is encrypted under callgrind
ALLOCATORS = {"malloc", "calloc", "realloc", "memalign", "posix_memalign", "aligned_alloc"}


class Cannot(Exception):
    """A client can't do that, or what counts it isn't there."""


def run(command, before=()):
    """What a command printed."""
    # Go's runtime sends itself signals, which callgrind doesn't bear.
    done = subprocess.run([*before, *command], capture_output=True, text=True, timeout=300, check=False,
                          env={**os.environ, "GODEBUG": "asyncpreemptoff=1"} if before[:1] == ["valgrind"] else None)
    if done.returncode == 3:
        raise Cannot
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[-300:]}")
    return done.stdout


def kept(key, find):
    """What find() gives; once and for all where $KEEP names a file, so that a run can be cut off and continued."""
    path = os.environ.get("KEEP")
    if not path:
        return find()
    known = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            known = json.load(file)
    if key not in known:
        known[key] = find()
        with open(path, "w", encoding="utf-8") as file:
            json.dump(known, file, indent=1)
    return known[key]


def children():
    """Seconds of the processor that all commands so far have taken."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def calls(command, folder):
    """System calls of all threads, and shared objects that were opened, the program's interpreter included."""
    trace = f"{folder}/trace"
    run(command, ["strace", "-f", "-qq", "-o", trace])
    with open(trace, encoding="utf-8", errors="replace") as lines:
        made = [line for line in lines if not re.search(r"resumed>|\+\+\+|---", line)]
    objects = {match[1] for line in made if (match := re.search(r'open\w*\(.*?"(\S+\.so[.0-9]*)".* = \d', line))}
    return len(made), len(objects) + 1


def moving_calls(command, folder):
    """Calls that move bytes or wait, of a client that nothing slows down, on the server's core."""
    count = f"{folder}/calls"
    run(command, [*PINNED, "env", f"LD_PRELOAD={os.path.abspath('bench/calls.so')}", f"BENCH_CALLS={count}"])
    with open(count, encoding="ascii") as file:
        return (int(file.read()),)


def callgrind(command, folder):
    """Instructions in user space, and calls of malloc and the like."""
    out = f"{folder}/callgrind-{threading.get_ident()}"
    run(command, ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"])
    names, callee, mallocs, instructions = {}, None, 0, 0
    with open(out, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if match := re.match(r"c?fn=\((\d+)\)(?: (.*))?", line):
                callee = names.setdefault(match[1], (match[2] or "").partition("'")[0])
            elif line.startswith("calls=") and callee in ALLOCATORS:
                mallocs += int(line[6:].split()[0])
            elif line.startswith(("totals:", "summary:")):
                instructions = int(line.split()[1])
    return instructions, mallocs


class Measure:
    """The rows of one bench, between one set of servers and the clients."""

    def __init__(self, servers, clients, folder):
        self.servers, self.clients, self.folder = servers, clients, folder
        self.files = {size: make_file(f"{folder}/{size}", size) for size in (0, LIGHT, 16 * MIB)}

    def command(self, client, how, url, times, roots=False, file=0):
        trusted = self.servers.roots if roots else self.servers.certificate
        return [*self.clients.commands[client], how, url, str(times), trusted, self.files[file]]

    def of_row(self, client, row, times, body=None):
        body = body or row.body
        return self.command(client, row.how, self.servers.urls[row.server] + row.path.format(body), times, row.roots, body)

    def counted(self, how, command_of, times):
        """The share of each of `times` in what how() counts; Nones where it can't be counted."""
        try:
            with ThreadPoolExecutor(2 if how is callgrind else 1) as runs:  # counts don't mind each other
                once, twice = runs.map(lambda n: how(command_of(n), self.folder), (times, 2 * times))
        except Cannot:
            return None, None
        except (FileNotFoundError, RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"not counted: {error}", file=sys.stderr)
            return None, None
        return tuple((b - a) / times for a, b in zip(once, twice))

    def counts(self, client, row):
        """System calls, instructions, mallocs of an exchange."""
        def command_of(times):
            return self.of_row(client, row, times)
        # Go's runtime makes system calls without the C library.
        how = moving_calls if row.body and not client.startswith("Go") else calls
        found = self.counted(how, command_of, row.counted)[:1] + self.slowly_counted(client, row, command_of)
        return [count and count * row.scale for count in found]

    def slowly_counted(self, client, row, command_of):
        """Instructions and mallocs of an exchange."""
        # Under callgrind an interpreter takes longer to start than all else together, so that is done for two rows only.
        if client not in self.clients.compiled and row.name != "get" and (row.name != "get-tls" or client not in self.clients.ours):
            return None, None
        if not row.body:
            return self.counted(callgrind, command_of, row.counted)
        share = 1
        if "tls" in row.server:  # a cipher takes minutes there: a sixteenth is multiplied
            share = row.body // LIGHT

            def command_of(times):
                return self.of_row(client, row, times, LIGHT)
        instructions, mallocs = self.counted(callgrind, command_of, row.counted)
        # One malloc more or less is the start's.
        return instructions and instructions * share, mallocs and (mallocs * share if abs(mallocs) >= 1 else 0)

    def time(self, client, row, times):
        """Seconds of the processor: the client's, and but for long bodies the server's, both on one core.

        By the clock it would be the same on an idle machine, and anything on a busy one. On two cores it would hang on who is
        faster whether a client sleeps at each segment or never, and whether it finds the bytes in its cache.
        """
        before = self.servers.used()
        printed = run(self.of_row(client, row, times), PINNED).split()
        return float(printed[1]) + (0 if row.cpu else self.servers.used() - before)

    def ratios(self, row, clients, rounds, times):
        """Against the floor (its time / the client's), of each client: median, lowest, highest. Interleaved.

        What is compiled is quick, and takes part in every round; the others in every second one.
        """
        seen = {client: [] for client in clients}
        for turn in range(2 * rounds):
            floor = self.time("floor", row, times)
            for client in [each for each in seen if turn % 2 == 0 or each in self.clients.compiled]:
                try:
                    seen[client].append(floor / self.time(client, row, times))
                except Cannot:
                    del seen[client]
                except (RuntimeError, subprocess.TimeoutExpired) as error:
                    print(f"left out: {client}: {error}", file=sys.stderr)
                    del seen[client]
        return {client: [statistics.median(all_), min(all_), max(all_)] for client, all_ in seen.items() if all_}

    def spent(self):
        """Seconds of the processor so far, by all clients and servers: on an idle machine nearly what it took."""
        return children() + self.servers.used()

    def share_resumed(self, client, row, times):
        self.servers.resumed()
        run(self.of_row(client, row, times))
        return self.servers.resumed() / times

    def heap(self, client, how, server, roots, times):
        """Bytes of a connection."""
        def used(command, _):
            return (int(run(command).split()[2]),)
        return self.counted(used, lambda n: self.command(client, how, self.servers.urls[server] + "/k", n, roots), times)[0]

    def field(self, client, times):
        """Instructions of looking a field up."""
        def command_of(n):
            return self.command(client, "call", self.servers.urls["plain"] + "/k", n)
        return self.counted(callgrind, command_of, times)[0]

    def many_command(self, program, count, rounds):
        url = self.servers.urls["crowd"]
        return [program, str(count), str(rounds), f"{url}/k" if program.endswith("many") else url.rpartition(":")[2]]

    def many(self, program, count, rounds):
        """Seconds of the processor, the server's included, for so many connections' rounds in one thread."""
        def used(command, _):
            before = self.servers.used() + children()
            run(command, PINNED)
            return (self.servers.used() + children() - before,)
        return self.counted(used, lambda times: self.many_command(program, count, times), rounds)[0]
