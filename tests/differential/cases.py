#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The responses of tests/corpus/, and variants of them that a seed gives."""
import glob
import os
import random
import re

CORPUS = os.path.join(os.environ.get("srcdir", "."), "tests", "corpus")
METHODS = {"UPGRADE": (b"GET", [(b"Upgrade", b"x")]), "CLOSE": (b"GET", [(b"Connection", b"close")])}
VARIANT_MOST = 5000  # bytes: long ones are tried as they are only

FIELDS = [b"Content-Length: 5", b"Content-Length: 3", b"content-length:5", b"Content-Length: 5, 5",
          b"Content-Length: -5", b"Content-Length: +5", b"Content-Length: 0x5", b"Content-Length:",
          b"Content-Length: 5_0", b"Transfer-Encoding: chunked", b"Transfer-Encoding: CHUNKED",
          b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: chunked, chunked",
          b"Transfer-Encoding: identity", b"Transfer-Encoding : chunked", b"Connection: close",
          b"Connection: keep-alive", b"Connection: a, close", b"Connection: closed",
          b"Connection: keep-alive, close", b"Proxy-Connection: keep-alive", b"X:", b"X", b": x",
          b" X: folded", b"\tfolded", b"X: \x00", b"X: \xc3\xbc", b"X: a\rb", b"Set-Cookie: a=b"]
SIZES = [b"5", b"05", b" 5", b"5 ", b"+5", b"-5", b"0x5", b"5_0", b"5;a=b", b"5 ;a", b"5\t", b"A", b"a",
         b"0", b"00", b"", b"g", b"5,", b"100000000000000000"]
STATUS = [b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 200 ", b"HTTP/1.1  200 OK",
          b"HTTP/1.2 200 OK", b"HTTP/2 200 OK", b"HTTP/1.1 20 OK", b"HTTP/1.1 2000 OK", b"http/1.1 200 OK",
          b"HTTP/1.1 204 No Content", b"HTTP/1.1 304 Not Modified", b"HTTP/1.1 100 Continue",
          b"HTTP/1.1 103 Early Hints", b"HTTP/1.1 101 Switching Protocols", b"HTTP/1.1 +20 OK", b"HTTP/1.1\t200 OK",
          b"HTTP/1.1 200 O\rK", b"HTTP/0.9 200 OK", b"\r\nHTTP/1.1 200 OK", b"HTTP/1.1 999 ?", b"HTTP/1.1 099 ?"]
BYTES = [b"\r", b"\n", b"\r\n", b"\0", b" ", b"\t", b":", b";", b",", b"0", b"5", b"a", b"\x0b", b"\x80", b"\x7f"]

# What neither the corpus has nor every seed gives.
EXTRAS = [
    (b"HTTP/1.1 103 Early Hints\r\n\r\n", True),
    (b"HTTP/1.1 103 Early Hints\r\n\r\n", False),
    (b"HTTP/1.1 200 OK\x0b\r\nContent-Length: 0\r\n\r\n", False),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello!", True),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: , chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", True),
    (b"HTTP/1.0 200 OK\r\nConnection: x\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", False),
    (b"HTTP/1.0 200 OK\r\nConnection: keep-alives\r\nContent-Length: 0\r\n\r\n", False),
]


def corpus():
    """(name, method, fields, data, ends): the rows of the table that there are bytes of."""
    for line in open(os.path.join(CORPUS, "expected.txt"), encoding="ascii"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        name, request, end = words[:3]
        method, fields = METHODS.get(request, (request.encode(), []))
        with open(os.path.join(CORPUS, name + ".http"), "rb") as file:
            yield name, method, fields, file.read(), end == "eof"
    for i, (data, ends) in enumerate(EXTRAS):
        yield "extra %d" % i, b"GET", [], data, ends


def lines_of(data):
    """Where the lines of the head begin and end, their CRLF left out."""
    head = data.find(b"\r\n\r\n")
    return [m.span(1) for m in re.finditer(rb"([^\r\n]*)\r\n", data[:head + 2 if head >= 0 else len(data)])]


def change_byte(draw, data):
    at = draw.randrange(len(data) + 1)
    kind = draw.randrange(4)
    if kind == 0:
        return data[:at] + data[at + 1:]
    if kind == 1:
        return data[:at] + data[at:at + 1] * 2 + data[at + 1:]
    if kind == 2:
        return data[:at] + draw.choice(BYTES) + data[at:]
    return data[:at] + draw.choice(BYTES) + data[at + 1:]


def change_field(draw, data):
    lines = lines_of(data)
    if not lines:
        return data
    begin, end = draw.choice(lines)
    field = draw.choice(FIELDS)
    if draw.randrange(2) and begin:
        return data[:begin] + field + data[end:]
    return data[:end] + b"\r\n" + field + data[end:]


def change_status(draw, data):
    lines = lines_of(data)
    end = lines[0][1] if lines else 0
    return draw.choice(STATUS) + data[end:]


def change_chunk(draw, data):
    sizes = [m.span(1) for m in re.finditer(rb"\r\n([0-9a-fA-F]+)(?=\r\n)", data)]
    if not sizes:
        return change_byte(draw, data)
    begin, end = draw.choice(sizes)
    return data[:begin] + draw.choice(SIZES) + data[end:]


def change_end(draw, data):
    if draw.randrange(2):
        return data[:draw.randrange(len(data) + 1)]
    return data + draw.choice(BYTES + [b"HTTP/1.1 200 OK\r\n\r\n", b"hello"])


CHANGES = [change_byte, change_byte, change_field, change_field, change_status, change_chunk, change_chunk,
           change_end]


def variants(count, seed):
    draw = random.Random(seed)
    rows = [row for row in corpus() if len(row[3]) <= VARIANT_MOST]
    for i in range(count):
        name, method, fields, data, ends = rows[i % len(rows)]
        for _ in range(draw.choice([1, 1, 1, 2, 3])):
            data = draw.choice(CHANGES)(draw, data)
        if draw.randrange(4) == 0:
            ends = not ends
        if draw.randrange(8) == 0:
            method = draw.choice([b"GET", b"HEAD", b"POST"])
        yield "%s %d/%d" % (name, seed, i), method, fields, data, ends
