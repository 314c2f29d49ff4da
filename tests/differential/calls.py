#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sequences of calls that make requests, for both libraries, drawn by a seed. A call is a tuple: its name and arguments, bytes
for text. A body is (kind, data): none, bytes, file, part (of a file, from its third byte on), pipe, pieces."""
import random

HOSTS = [(b"h", -1), (b"h", 80), (b"h", 8080), (b"h:81", -1), (b"[::1]", -1), (b"[::1]:82", -1), (b"192.0.2.1", 443),
         (b"my_service", -1), (b"::1", -1), (b"h:", -1), (b"h:x", -1), (b"a b", -1), (b"h\r\nX: y", -1), (b"h", 70000)]
METHODS = [b"GET", b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"HEAD", b"OPTIONS", b"get", b"post", b"M-SEARCH",
           b"G T", b"G\r\nX", b"G\0", b"", b"G(T"]
TARGETS = [b"/", b"/", b"", b"*", b"/a?b=c&d", b"/%20", b"http://x.example/y", b"http://x.example:81", b"/a b", b"/\r\nX: y",
           b"/#f", b"/\x7f", b"//a", b"http://u@x/", b"/\"<>\\^`{|}"]
NAMES = [b"X", b"X-Y", b"x", b"Accept-Encoding", b"accept-encoding", b"Content-Type", b"Connection", b"Host", b"host",
         b"Content-Length", b"Transfer-Encoding", b"X Y", b"X:", b"", b"X\r\nY", b"X\0", b" X", b"(", b"Expect"]
VALUES = [b"v", b"v", b"", b"a b", b" v ", b"\tv", b"5", b"3", b"0", b"gzip, chunked", b"gzip", b"h.example",
          b"identity", b"caf\xe9", b"chunked", b"close", b"a\r\nB: c", b"a\nb", b"a\r\n b", b"a\rb", b"a\0b", b"a\x01b", b"a\x7fb", b"+5"]
DATA = [b"", b"hello", b"x" * 26, b"one\r\ntwo\r\n"]
KINDS = ["none", "none", "bytes", "bytes", "file", "part", "pipe", "pieces"]


def body(draw):
    kind = draw.choice(KINDS)
    if kind == "none":
        return kind, None
    if kind == "pieces":
        return kind, [draw.choice(DATA) for _ in range(draw.randrange(4))]
    return kind, draw.choice(DATA)


def good_first(draw, texts, good):
    """The first ones, that both take, nine times of ten."""
    return draw.choice(texts if draw.randrange(10) == 0 else texts[:good])


def fields(draw):
    framing = draw.randrange(24)
    if framing < 4:
        return [[(b"Host", b"x.example:81")], [(b"Content-Length", b"5")], [(b"Transfer-Encoding", b"chunked")],
                [(b"Expect", b"100-continue"), (b"X", b"y")]][framing]
    return [(good_first(draw, NAMES, 7), good_first(draw, VALUES, 14)) for _ in range(draw.randrange(4))]


def whole(draw):
    yield ("request", good_first(draw, METHODS, 11), good_first(draw, TARGETS, 8), fields(draw), body(draw))


def in_steps(draw):
    if draw.randrange(12):
        yield ("putrequest", good_first(draw, METHODS, 11), good_first(draw, TARGETS, 8), draw.randrange(5) == 0,
               draw.randrange(5) == 0)
    for name, value in fields(draw):
        more = [good_first(draw, VALUES, 14)] if draw.randrange(6) == 0 else []
        yield ("putheader", name, [value] + more)
    if draw.randrange(12):
        yield ("endheaders", *draw.choice([(None, False)] * 3 + [(b"hello", False), (b"hello", True), (None, True)]))
    if draw.randrange(12) == 0:
        yield ("send", draw.choice(DATA))
    if draw.randrange(12) == 0:
        yield ("putheader", b"X", [b"late"])

# What not every seed gives.
STEPS = ("putrequest", b"GET", b"/", False, False)
EXTRAS = [
    [("open", b"h", -1), STEPS, ("putheader", b"Host", [b"a", b"b"])],
    [("open", b"h", -1), STEPS, ("putheader", b"Content-Length", [b"5", b"5"])],
    [("open", b"h", -1), STEPS, ("putheader", b"Host", [b"a"]), ("putheader", b"Host", [b"b"])],
    [("open", b"h", -1), STEPS, ("putheader", b"Content-Length", [b"x"])],
    [("open", b"h", -1), STEPS, ("putheader", b"Content-Length", [b"5"]), ("putheader", b"Transfer-Encoding", [b"chunked"])],
    [("open", b"h", -1), STEPS, ("send", b"x")],
    [("open", b"::1", -1), STEPS, ("endheaders", None, False), ("answer",)],
    [("open", b"h", -1), STEPS, ("putheader", b"Content-Length", [b"5"]), ("endheaders", b"hello", True), ("answer",)],
    [("open", b"h", -1), ("request", b"POST", b"/", [(b"Content-Length", b"2")], ("pipe", b"hello")), ("answer",)],
    [("open", b"h", -1), ("set_tunnel", b"h", -1, [(b"Content-Length", b"0")])],
    [("open", b"h", -1), ("set_tunnel", b"h", -1, [(b"Host", b"a b")]), STEPS, ("endheaders", None, False), ("answer",)],
]


def sequences(count, seed):
    draw = random.Random(seed)
    for i, calls in enumerate(EXTRAS):
        yield "extra %d" % i, calls
    for i in range(count):
        host, port = good_first(draw, HOSTS, 8)
        calls = [("open", host, port)]
        if draw.randrange(10) == 0:
            calls.append(("set_tunnel", *good_first(draw, HOSTS, 8), fields(draw)))
        for _ in range(draw.choice([1, 1, 2])):
            calls += draw.choice([whole, in_steps])(draw)
            if draw.randrange(8):
                calls.append(("answer",))
        yield "%d/%d" % (seed, i), calls
