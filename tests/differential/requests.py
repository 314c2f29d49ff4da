#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same calls made of libhttp and of CPython's http.client: byte for byte the same requests, the same calls refused, or a
difference that requests.txt explains. Prints TAP.
    requests.py SEQUENCES SEED"""
import collections
import ctypes
import io
import os
import re
import sys
import tempfile

import calls as drawn
import ours
import theirs

HERE = os.path.dirname(os.path.abspath(__file__))
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
TUNNEL_ANSWER = b"HTTP/1.1 200 OK\r\n\r\n"
Row = collections.namedtuple("Row", "what error cause why")


class Refused(Exception):
    pass


def opened(kind, data):
    """A descriptor with these bytes, as the kind says."""
    if kind == "pipe":
        read_end, write_end = os.pipe()
        os.write(write_end, data)
        os.close(write_end)
        return read_end
    file = tempfile.TemporaryFile()
    file.write((b"--" if kind == "part" else b"") + data)
    file.flush()
    fd = os.dup(file.fileno())
    file.close()
    os.lseek(fd, 2 if kind == "part" else 0, os.SEEK_SET)
    return fd


class Socket(theirs.Socket):
    """Answers each request; CONNECT too, where there is a tunnel."""
    answers = ()

    def makefile(self, mode):
        return io.BufferedReader(theirs.Bytes(self.answers.pop(0) if self.answers else ANSWER, False))


class Theirs:
    def open(self, host, port):
        self.socket = Socket()
        self.closes = self.tunnelled = False
        self.c = theirs.connection(host.decode(), None if port == -1 else port, self.socket)

    def set_tunnel(self, host, port, fields):
        self.c.set_tunnel(host.decode(), None if port == -1 else port, texts_of(fields))
        self.socket.answers = [TUNNEL_ANSWER]
        self.tunnelled = True

    def putrequest(self, method, target, skip_host, skip_encoding):
        self.c.putrequest(method.decode(), target.decode("latin-1"), skip_host, skip_encoding)

    def putheader(self, name, values):
        self.c.putheader(name, *values)
        self.note(name, values)

    def endheaders(self, body, chunked):
        self.c.endheaders(body, encode_chunked=chunked)

    def send(self, data):
        self.c.send(data)

    def request(self, method, target, fields, body):
        kind, data = body
        for name, value in fields:
            self.note(name, [value])
        if kind in ("file", "part", "pipe"):
            with os.fdopen(opened(kind, data), "rb") as file:
                self.whole(method, target, fields, file)
        else:
            self.whole(method, target, fields, iter(data) if kind == "pieces" else data)

    def whole(self, method, target, fields, body):
        self.c.request(method.decode(), target.decode("latin-1"), body, texts_of(fields))

    def note(self, name, values):
        self.closes = self.closes or (name == b"Connection" and b"close" in values)

    def answer(self):
        response = self.c.getresponse()
        response.read()
        if self.closes:  # as the request asked the server to
            self.c.close()
            self.socket.answers = [TUNNEL_ANSWER] * self.tunnelled
        self.closes = False

    def sent(self):
        return self.socket.sent

    def end(self):
        pass


def texts_of(fields):
    return Fields((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)


class Fields(list):
    """What http.client takes for a dictionary, duplicates kept."""

    def __iter__(self):
        return (name for name, _ in super().__iter__())

    def items(self):
        return list(super().__iter__())


class Ours:
    c = None

    def close(self):
        if self.c:
            ours.free(self.c.handle)

    def check(self, status):
        self.c.take()
        if status < 0:
            raise Refused(ours.name_of(status))

    def open(self, host, port):
        self.c = ours.Connection(host, port)
        self.tunnelled = self.pending = False
        self.check(self.c.status)

    def set_tunnel(self, host, port, fields):
        handle = self.headers(fields)
        status = ours.set_tunnel(self.c.handle, host, len(host), port, handle)
        ours.headers_free(handle)
        self.check(status)
        self.tunnelled = True

    def headers(self, fields):
        try:
            return ours.headers(fields)
        except ValueError as error:
            raise Refused(str(error))

    def putrequest(self, method, target, skip_host, skip_encoding):
        self.check(ours.putrequest(self.c.handle, method, len(method), target, len(target), skip_host + 2 * skip_encoding))

    def putheader(self, name, values):
        self.check(ours.putheader(self.c.handle, name, len(name), values[0], len(values[0])))
        for value in values[1:]:
            self.check(ours.putheader_continue(self.c.handle, value, len(value)))

    def endheaders(self, body, chunked):
        self.check(ours.endheaders(self.c.handle, int(chunked)))
        self.pending = True
        self.move()
        if body is not None:
            self.send(body)

    def move(self):
        status = ours.flush(self.c.handle)
        self.c.take()
        if self.tunnelled and status == ours.AGAIN:
            self.c.feed(TUNNEL_ANSWER, False)
            self.tunnelled = False
            status = ours.flush(self.c.handle)
        if status == ours.AGAIN:  # Expect: 100-continue
            self.c.feed(b"HTTP/1.1 100 Continue\r\n\r\n", False)
            status = ours.flush(self.c.handle)
        self.check(status)

    def send(self, data):
        sent = ctypes.c_int64()
        status = ours.send(self.c.handle, data, len(data), ctypes.byref(sent))
        self.check(status)
        if status == ours.AGAIN:
            self.move()
            self.check(ours.send(self.c.handle, data, len(data), ctypes.byref(sent)))

    def request(self, method, target, fields, body):
        kind, data = body
        handle = self.headers(fields)
        texts = (self.c.handle, method, len(method), target, len(target), handle)
        fd = opened(kind, data) if kind in ("file", "part", "pipe") else -1
        try:
            if fd >= 0:
                status = ours.request_fd(*texts, fd, ours.LENGTH_UNKNOWN)
            elif kind == "pieces":
                status = ours.request_pieces(*texts, ours.LENGTH_UNKNOWN)
            else:
                status = ours.request(*texts, data, ours.NO_BODY if data is None else len(data))
            self.check(status)
            self.pending = True
            self.move()
            for piece in data if kind == "pieces" else []:
                self.send(piece)
            sent = ctypes.c_int64(1)
            while fd >= 0 and sent.value:
                self.check(ours.send_fd(self.c.handle, fd, ours.LENGTH_UNKNOWN, ctypes.byref(sent)))
        finally:
            ours.headers_free(handle)
            if fd >= 0:
                os.close(fd)
        self.end()

    def end(self):
        """What http.client has no call for: the body is over."""
        if self.pending:
            self.pending = False
            self.check(ours.finish(self.c.handle, None))
            self.move()

    def answer(self):
        self.end()
        self.c.feed(ANSWER, False)
        response = ours.P()
        self.check(ours.getresponse(self.c.handle, ctypes.byref(response)))
        ours.read(response)
        ours.response_free(response)
        if not ours.is_open(self.c.handle):
            self.c.carry()

    def sent(self):
        return self.c.sent


def perform(side, calls):
    """(call, error): which was refused, and by what; or (-1, the bytes sent up to each answer and to the end)."""
    sent = []
    try:
        for i, (name, *arguments) in enumerate(calls):
            getattr(side, name)(*arguments)
            if name == "answer":
                sent.append(side.sent())
        side.end()
        sent.append(side.sent())
    except Refused as error:
        return i, str(error)
    except Exception as error:
        return i, type(error).__name__
    return -1, [now[len(before):] for before, now in zip([b""] + sent, sent)]


# One thing by two names: Python's own errors, and those of arguments.
SAME = {"ValueError": "InvalidArgument", "UnicodeEncodeError": "InvalidURL", "UnicodeError": "InvalidURL"}
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"


class Refusal:
    """Why a call may be refused: each function is a cause that requests.txt names."""

    def __init__(self, calls, at):
        self.before, self.call = calls[:at], calls[at]
        self.name = self.call[0]
        begun = [i for i, call in enumerate(self.before) if call[0] == "answer"]
        self.group = calls[begun[-1] + 1 if begun else 0:at + 1]

    def fields(self):
        """(name, values) of the call; of a call of putheader, those before it too."""
        if self.name in ("request", "set_tunnel"):
            return [(n, [v]) for n, v in self.call[3]]
        return [call[1:] for call in self.group if call[0] == "putheader"]

    def values(self, name):
        return [v for n, vs in self.fields() if n.lower() == name for v in vs]

    def any_host(self):
        return self.name in ("open", "set_tunnel") and self.call[1:3] not in drawn.HOSTS[:8]

    def method(self):
        return self.name in ("request", "putrequest") and not re.fullmatch(TOKEN, self.call[1])

    def target(self):
        return self.name in ("request", "putrequest") and re.search(rb"[#@\0-\x20\x7f]", self.call[2])

    def field_name(self):
        return any(not re.fullmatch(TOKEN, n) for n, _ in self.fields())

    def field_value(self):
        return any(re.search(rb"[\0-\x08\x0a-\x1f\x7f]", v.strip(b" \t")) for _, vs in self.fields() for v in vs)

    def host_value(self):
        return any(not re.fullmatch(rb"[a-z0-9.]+(:\d+)?", v.strip(b" \t")) for v in self.values(b"host"))

    def host_twice(self):
        return len(self.values(b"host")) > 1

    def length_value(self):
        return any(not re.fullmatch(rb"\d+", v.strip(b" \t")) for v in self.values(b"content-length"))

    def coding_value(self):
        return any(not re.fullmatch(rb"(gzip, )?chunked", v.strip(b" \t")) for v in self.values(b"transfer-encoding"))

    def two_framings(self):
        return len(self.values(b"content-length") + self.values(b"transfer-encoding")) > 1

    def continued(self):
        return (self.name == "putheader" and len(self.call[2]) > 1 and
                self.call[1].lower() in (b"host", b"content-length", b"transfer-encoding"))

    def tunnel_framed(self):
        return self.name == "set_tunnel" and (self.values(b"content-length") or self.values(b"transfer-encoding"))

    def other_length(self):
        """A body that is not as long as declared, or that is not declared at all."""
        return any(call[0] in ("send", "endheaders") and call[1] for call in self.group) or self.values(b"content-length")

    def head_not_ended(self):
        return self.name in ("send", "answer") and not any(call[0] == "endheaders" for call in self.group)


class Message:
    """A request that http.client has sent, made into what is to be sent: each function is a reason for a change."""

    def __init__(self, sent, group):
        self.group = group
        self.connect = b""
        if sent.startswith(b"CONNECT ") and b"\r\n\r\n" in sent:
            self.connect, _, sent = sent.partition(b"\r\n\r\n")
        head, self.blank, self.body = sent.partition(b"\r\n\r\n")
        self.lines = head.split(b"\r\n")

    def text(self):
        connect = self.connect + b"\r\n\r\n" if self.connect else b""
        return connect + b"\r\n".join(self.lines) + self.blank + self.body

    def find(self, name):
        return [i for i, line in enumerate(self.lines) if line.lower().startswith(name + b":")]

    def calls(self, name):
        return [call for call in self.group if call[0] == name]

    def connect_head(self):
        lines = self.connect.split(b"\r\n")
        authority = lines[0].split(b" ")[1] if self.connect else b""
        if self.connect:
            if authority == b"::1":
                authority = b"[::1]:80"
            host, _, port = authority.rpartition(b":")
            authority = b"[%s]:%s" % (host, port) if b":" in host and host[:1] != b"[" else authority
            lines[0] = b"CONNECT %s HTTP/1.1" % authority
            hosts = [i for i, line in enumerate(lines) if line.lower().startswith(b"host:")]
            lines.insert(1, lines.pop(hosts[0]) if hosts else b"Host: " + authority)
        self.connect = b"\r\n".join(lines)

    def blanks(self):
        """Around values, of continuations too."""
        def trimmed(line):
            name, colon, value = line.partition(b":")
            return b"\t" + line.strip(b" \t") if line[:1] in b" \t" else name + b": " + value.strip(b" \t")
        self.lines[1:] = [trimmed(line) for line in self.lines[1:] if line]
        self.connect = b"\r\n".join([l if i == 0 else trimmed(l) for i, l in enumerate(self.connect.split(b"\r\n"))]
                                    if self.connect else [])

    def host_place(self):
        """The caller's Host is where the automatic one would be, and instead of it."""
        hosts = self.find(b"host")
        if hosts and not (self.calls("putrequest") and self.calls("putrequest")[0][3]):
            last = self.lines[hosts[-1]]
            self.lines = [line for i, line in enumerate(self.lines) if i not in hosts]
            self.lines.insert(1, last)

    def encoding_place(self):
        """The same of Accept-Encoding: the first of the caller's, where there is an automatic one."""
        fields = self.find(b"accept-encoding")
        steps = self.calls("putrequest")
        given = [call for call in self.calls("putheader") if call[1].lower() == b"accept-encoding"]
        if not fields or (steps and (steps[0][4] or not given)):
            return
        place = 2 if self.lines[1].lower().startswith(b"host:") else 1
        if steps:
            place = fields.pop(0)
            del self.lines[place]
            fields = [i - 1 for i in fields]
        end = fields[0] + 1
        while end < len(self.lines) and self.lines[end][:1] == b"\t":
            end += 1
        moved = self.lines[fields[0]:end]
        del self.lines[fields[0]:end]
        self.lines[place:place] = moved

    def frame(self, line):
        """Framing stands behind the automatic fields, or what took their place."""
        _, _, _, skip_host, skip_encoding = self.calls("putrequest")[0]
        place = 1 + (not skip_host) + (not skip_encoding)
        while self.lines[place:] and self.lines[place][:1] == b"\t":
            place += 1
        self.lines.insert(place, line)

    def unchunked(self):
        data, rest = b"", self.body
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            data, rest = data + rest[:int(size, 16)], rest[int(size, 16) + 2:]
        return data

    def file_length(self):
        """A file's length is known: it is said, and the file sent as it is."""
        files = [call for call in self.calls("request") if call[4][0] in ("file", "part")]
        if files and not any(n.lower() in (b"content-length", b"transfer-encoding") for n, _ in files[0][3]):
            self.body = self.unchunked()
            at = self.find(b"transfer-encoding")[0]
            self.lines[at] = b"Content-Length: %d" % len(self.body)

    def pieces(self):
        ends = [call for call in self.calls("endheaders") if call[2]]
        return [call[1] for call in ends + self.calls("send") if call[1]] if ends else None

    def said_coding(self):
        """Chunks are declared, where the caller didn't; ended, though there is nothing in them; send() makes them too."""
        if self.pieces() is not None and not self.find(b"content-length"):
            if not self.find(b"transfer-encoding"):
                self.frame(b"Transfer-Encoding: chunked")
            self.body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in self.pieces()) + b"0\r\n\r\n"

    def length_wins(self):
        """No chunks where the caller says the length."""
        if self.pieces() is not None and self.find(b"content-length"):
            self.body = b"".join(self.pieces())

    def no_body(self):
        """Step by step too, a POST without a body says so."""
        steps = self.calls("putrequest")
        if (steps and self.calls("endheaders") and steps[0][1].upper() in (b"PUT", b"POST", b"PATCH") and
                not self.find(b"content-length") and not self.find(b"transfer-encoding")):
            self.frame(b"Content-Length: 0")

    def bare_ipv6(self):
        """An address without brackets has no port."""
        self.lines = [b"Host: [::1]" if line == b"Host: [:]:1" else line for line in self.lines]

    def chunk_digits(self):
        """Sizes in lower case."""
        self.body = re.sub(rb"(?m)^[0-9A-F]+\r\n", lambda m: m.group().lower(), self.body)


def table():
    for line in open(os.path.join(HERE, "requests.txt"), encoding="ascii"):
        if not line.startswith("#"):
            yield Row(*[column.strip() for column in line.split("|")])


def groups(calls):
    """The calls up to each answer."""
    group = []
    for call in calls:
        group.append(call)
        if call[0] == "answer":
            yield group
            group = []
    yield group


def changes(rows, calls, a, b):
    """The rows that make what http.client sent into what libhttp did; None where they don't."""
    found = []
    for sent, want, group in zip(a, b, groups(calls)):
        message = Message(sent, group)
        for row in rows:
            if row.what == "sent" and message.text() != want:
                before = message.text()
                getattr(message, row.cause)()
                found += [row] if message.text() != before else []
        if message.text() != want:
            return None
    return found if len(a) == len(b) else None


def explain(rows, calls, a, b):
    """The rows that explain the difference, [] for none that is needed, None for none that does."""
    if a[0] == b[0] and (a[0] < 0 or SAME.get(a[1], a[1]) == b[1]):
        return [] if a[0] >= 0 or a[1] == b[1] else changes(rows, calls, a[1], b[1])
    refused, what = (b, "refused") if b[0] >= 0 and (a[0] < 0 or b[0] <= a[0]) else (a, "taken")
    refusal = Refusal(calls, refused[0])
    return next(([row] for row in rows if row.what == what and row.error == refused[1] and
                 getattr(refusal, row.cause)()), None)


# So many meet every row of the table.
ENOUGH = 5000


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rows = list(table())
    used = collections.Counter()
    different = unexplained = 0
    for name, calls in drawn.sequences(count, seed):
        mine = Ours()
        a, b = perform(Theirs(), calls), perform(mine, calls)
        mine.close()
        found = explain(rows, calls, a, b)
        used.update(found or [])
        different += found != []
        if found is None:
            unexplained += 1
            if unexplained <= 20:
                print("# %s: %s\n#    theirs %r\n#    ours   %r" % (name, calls, a, b))
    print("# %d sequences of calls, %d otherwise than of http.client, %d not explained" % (count, different, unexplained))
    print("%sok 1 - C-28 C-50 T-1 T-5 each difference from http.client has its reason" % ("not " if unexplained else ""))
    idle = [row for row in rows if not used[row] and count >= ENOUGH]
    for row in idle:
        print("# explains nothing: %s" % " | ".join(row))
    print("%sok 2 - %s" % ("not " if idle else "", "each row of the table explains something" if count >= ENOUGH
                           else "# SKIP too few for each row of the table"))
    for row in rows:
        print("# %6d %s" % (used[row], " | ".join(row)))
    print("1..2")
    return unexplained > 0 or bool(idle)


if __name__ == "__main__":
    sys.exit(main())
