#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What in a response can make two readers differ: each function is a cause that differences.txt names."""
import re

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
CHUNK_LINE = rb"([0-9A-Fa-f]+)[ \t]*(?:;[^\0-\x08\x0a-\x1f\x7f]*)?"


class Case:
    """A response taken apart by RFC 9112, as far as it can be."""

    def __init__(self, method, asked, data, ends):
        self.method, self.asked, self.data, self.ends = method, asked, data, ends
        self.interims, rest = [], data
        self.take_head(rest)
        while re.fullmatch(rb"HTTP/1\.\d 1(?!01)\d\d( .*)?", self.status_line, re.S) and self.whole:
            self.interims.append((self.status_line, self.lines))
            self.take_head(self.body)

    def take_head(self, data):
        lines, self.whole = [], False
        while data:
            line, lf, data = data.partition(b"\n")
            line = line[:-1] if lf and line.endswith(b"\r") else line
            if lf and not line and lines:
                self.whole = True
                break
            lines.append(line)
        self.status_line, self.lines, self.body = (lines or [b""])[0], lines[1:], data

    def values(self, name):
        """Of the well-formed fields of that name, folded ones joined."""
        text = b"\n".join(self.lines).replace(b"\n ", b" ").replace(b"\n\t", b" ")
        return [m.group(1).strip(b" \t") for m in
                re.finditer(rb"^" + name + rb":([^\n]*)", text, re.I | re.M)]

    def members(self, name):
        return [m.strip(b" \t").lower() for v in self.values(name) for m in v.split(b",")]

    def code(self):
        return self.status_line[9:12]


def status_line(c):
    """The status line is none: HTTP/1.DIGIT SP 3DIGIT, a reason without NUL and CR."""
    heads = [line for line, _ in c.interims] + [c.status_line]
    return not all(re.fullmatch(rb"HTTP/1\.\d [1-9]\d\d( [^\0\r]*)?", line) for line in heads)


def protocol(c):
    """Another protocol than HTTP/1.DIGIT."""
    return re.match(rb"HTTP/(?!1\.\d( |$))", c.status_line) is not None


def cut_in_status(c):
    """The bytes end in the status line."""
    return not c.lines and not c.whole


def cut_in_head(c):
    """The bytes end in the head."""
    return not c.whole


def is_field(line):
    return re.fullmatch(TOKEN + rb":[^\0\r]*", line)


def field_line(c):
    """A field's line is none: no colon, a name that is no token, NUL or a lone CR."""
    return any(not is_field(l) and (i == 0 or l[:1] not in (b" ", b"\t") or b"\0" in l or b"\r" in l)
               for _, lines in c.interims + [(b"", c.lines)] for i, l in enumerate(lines))


def folded(c):
    """A field goes on in a line that begins with a blank."""
    return any(line[:1] in (b" ", b"\t") for line in c.lines)


def blanks(c):
    """Blanks behind a value, or a tab before it."""
    return any(re.search(rb"[ \t]$|:[ ]*\t", line) for line in c.lines)


def reason_blanks(c):
    """Something at an end of the reason that str.strip() takes away."""
    reason = c.status_line[13:].decode("latin-1")
    return reason != reason.strip()


def bad_length(c):
    """Content-Length is not one number of at most 63 bits, however often it is said."""
    said = c.members(rb"Content-Length")
    good = all(re.fullmatch(rb"\d+", m) and int(m) < 2**63 for m in said)
    return not good or len({int(m) for m in said}) > 1


def listed_length(c):
    """Content-Length is a list of the same number."""
    return not bad_length(c) and any(b"," in v for v in c.values(rb"Content-Length"))


def coding(c):
    """Transfer-Encoding is another list than of chunked alone."""
    return bool(c.values(rb"Transfer-Encoding")) and [m for m in c.members(rb"Transfer-Encoding") if m] != [b"chunked"]


def oddly_chunked(c):
    """Chunked alone, but with blanks around it, folded, or among empty members or fields."""
    plain = [b"transfer-encoding: chunked", b"transfer-encoding:chunked"]
    fields = [l.lower() for l in c.lines if re.match(rb"Transfer-Encoding:", l, re.I)]
    return chunked(c) and (len(fields) != 1 or fields[0] not in plain or folded(c))


def coding_and_length(c):
    """Transfer-Encoding beside Content-Length."""
    return bool(c.values(rb"Transfer-Encoding") and c.values(rb"Content-Length"))


def chunked(c):
    return bool(c.values(rb"Transfer-Encoding")) and not coding(c)


def chunks(c):
    """How a chunked body is by RFC 9112 7.1: "bad", "cut", "whole", and what is behind the last chunk's line."""
    at = 0
    while True:
        m = re.compile(CHUNK_LINE + rb"\r\n").match(c.body, at)
        if not m:
            line = c.body[at:].split(b"\n")[0]
            started = re.fullmatch(rb"(?:" + CHUNK_LINE + rb"\r?)?", line)
            fits = started and int(started.group(1) or b"0", 16) < 2**63
            return ("cut" if fits and b"\n" not in c.body[at:] else "bad"), b""
        size, at = int(m.group(1), 16), m.end()
        if size >= 2**63:
            return "bad", b""
        if size == 0:
            return "whole", c.body[at:]
        at += size
        behind = c.body[at:at + 2]
        if behind != b"\r\n":
            return ("cut" if b"\r\n".startswith(behind) else "bad"), b""
        at += 2


def bad_chunk(c):
    """A chunk's size or end that is none."""
    return chunked(c) and chunks(c)[0] == "bad"


def cut_in_chunk(c):
    """The bytes end in the last chunk but its line, or in the line."""
    return chunked(c) and chunks(c)[0] == "cut"


def trailers(c):
    """The lines behind the last chunk's, up to the blank one."""
    if not chunked(c) or chunks(c)[0] != "whole":
        return []
    lines = [l[:-1] if l.endswith(b"\r") else l for l in chunks(c)[1].split(b"\n")]
    return lines[:lines.index(b"")] if b"" in lines else lines


def bad_trailer(c):
    """A trailer's line that is none."""
    return not all(is_field(line) for line in trailers(c))


def interim(c):
    """A 1xx that is not 100 (nor 101) comes first."""
    return any(line[9:12] != b"100" for line, _ in c.interims)


def many_interims(c):
    """More than a hundred 1xx."""
    return len(c.interims) > 100


def switching(c):
    """101, and Upgrade was not asked for, or it was."""
    return c.code() == b"101"


def asked_to_close(c):
    """The request had Connection: close."""
    return any(name == b"Connection" for name, _ in c.asked)


def close_in_list(c):
    """Connection has close beside others, or in a second field."""
    return b"close" in c.members(rb"Connection") and c.members(rb"Connection") != [b"close"]


def close_inside_word(c):
    """Connection has close only as part of another word."""
    return b"close" not in c.members(rb"Connection") and any(b"close" in v.lower() for v in c.values(rb"Connection"))


def chunked_by_1_0(c):
    """HTTP/1.0 and chunked."""
    return c.status_line.startswith(b"HTTP/1.0") and chunked(c)


def keep_alive_field(c):
    """HTTP/1.0 with a field Keep-Alive or Proxy-Connection, and without Connection: keep-alive."""
    return (c.status_line.startswith(b"HTTP/1.0") and b"keep-alive" not in c.members(rb"Connection") and
            bool(c.values(rb"Keep-Alive") or c.values(rb"Proxy-Connection")))


def keep_alive_inside_word(c):
    """HTTP/1.0, and Connection has keep-alive only as part of another word."""
    return (c.status_line.startswith(b"HTTP/1.0") and b"keep-alive" not in c.members(rb"Connection") and
            any(b"keep-alive" in v.lower() for v in c.values(rb"Connection")))


def keep_alive_later(c):
    """HTTP/1.0, and only a second Connection has keep-alive."""
    values = c.values(rb"Connection")
    return (c.status_line.startswith(b"HTTP/1.0") and b"keep-alive" in c.members(rb"Connection") and
            b"keep-alive" not in values[0].lower())


def bodyless(c):
    """A status or a request without a body: 1xx, 204, 304, HEAD."""
    return c.method == b"HEAD" or c.code() in (b"204", b"304") or c.code()[:1] == b"1"


def tunnel(c):
    """A 2xx to CONNECT."""
    return c.method == b"CONNECT" and c.code()[:1] == b"2"


def hundred_fields(c):
    """A hundred fields or more."""
    return any(len(lines) >= 100 for _, lines in c.interims + [(b"", c.lines)])


def hundred_trailers(c):
    """A hundred trailers or more."""
    return len(trailers(c)) >= 100


def huge(c):
    """More bytes are announced than fit into memory."""
    sizes = [int(m) for m in c.members(rb"Content-Length") if m.isdigit()] if not bad_length(c) else []
    if chunked(c):
        sizes += [int(m, 16) for m in re.findall(rb"(?:\A|\n)([0-9A-Fa-f]+)", c.body)]
    return any(size >= 2**30 for size in sizes)
