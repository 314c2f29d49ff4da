#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CPython's http.client on the same bytes, and what became of it."""
import http.client
import io


class Waiting(Exception):
    """More would be read than there will ever be, from a peer that stays."""


class Bytes(io.RawIOBase):
    def __init__(self, data, ends):
        super().__init__()
        self.data, self.ends = data, ends

    def readable(self):
        return True

    def readinto(self, room):
        if not self.data and not self.ends:
            raise Waiting
        n = min(len(room), len(self.data))
        room[:n] = self.data[:n]
        self.data = self.data[n:]
        return n


class Socket:
    """As much of a socket as http.client uses: `sent` is what left."""

    def __init__(self, data=b"", ends=True):
        self.sent = b""
        self.incoming = Bytes(data, ends)

    def makefile(self, mode):
        assert mode == "rb"
        return io.BufferedReader(self.incoming)

    def sendall(self, data):
        self.sent += bytes(data)

    def close(self):
        pass

    def setsockopt(self, *_):
        pass


def connection(host="h", port=None, socket=None):
    c = http.client.HTTPConnection(host, port)
    c._create_connection = lambda *_: socket
    return c


def name_of(error):
    return "waiting" if isinstance(error, Waiting) else type(error).__name__


def read(response):
    try:
        return response.read(), "complete"
    except http.client.IncompleteRead as error:
        return error.partial, "IncompleteRead"
    except Exception as error:
        return None, name_of(error)


def text(value):
    return value.encode("latin-1", "surrogateescape")


def ask(method, fields, data, ends):
    c = connection(socket=Socket(data, ends))
    c.request(method.decode(), "h:1" if method == b"CONNECT" else "/",
              headers={n.decode(): v.decode() for n, v in fields})
    try:
        response = c.getresponse()
    except Exception as error:
        return {"got": name_of(error)}
    outcome = {"got": "response", "status": response.status, "version": response.version,
               "reason": text(response.reason),
               "fields": [(text(n), text(v)) for n, v in response.getheaders()],
               "close": bool(response.will_close)}
    outcome["body"], outcome["end"] = read(response)
    return outcome
