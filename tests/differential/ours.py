#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libhttp by ctypes: an exchange whose bytes are carried by hand, and what became of it."""
import ctypes
import os

LIB = ctypes.CDLL(os.environ["LIBHTTP_SO"])
I32, I64, P, S = ctypes.c_int32, ctypes.c_int64, ctypes.c_void_p, ctypes.c_char_p
OK, AGAIN = 0, 1
NO_BODY, LENGTH_UNKNOWN = -2, -3


def declare(name, result, *arguments):
    function = getattr(LIB, "libhttp_" + name)
    function.restype = result
    function.argtypes = arguments
    return function


error_name = declare("error_name", S, I32)
error_parent = declare("error_parent", I32, I32)
headers_new = declare("headers_new", I32, ctypes.POINTER(P))
headers_free = declare("headers_free", None, P)
headers_add = declare("headers_add", I32, P, S, I64, S, I64)
headers_count = declare("headers_count", I32, P)
headers_name = declare("headers_name", S, P, I32, P)
headers_value = declare("headers_value", S, P, I32, P)
new = declare("connection_new", I32, ctypes.POINTER(P))
free = declare("connection_free", None, P)
set_host = declare("connection_set_host", I32, P, S, I64, I32)
set_tunnel = declare("connection_set_tunnel", I32, P, S, I64, I32, P)
set_carried = declare("connection_set_carried", I32, P)
feed = declare("connection_feed", I32, P, S, I64, ctypes.POINTER(I64))
feed_eof = declare("connection_feed_eof", I32, P)
take = declare("connection_take", I32, P, ctypes.POINTER(P), ctypes.POINTER(I64))
took = declare("connection_took", I32, P, I64)
is_open = declare("connection_is_open", I32, P)
request = declare("connection_request", I32, P, S, I64, S, I64, P, S, I64)
request_fd = declare("connection_request_fd", I32, P, S, I64, S, I64, P, I32, I64)
request_pieces = declare("connection_request_pieces", I32, P, S, I64, S, I64, P, I64)
putrequest = declare("connection_putrequest", I32, P, S, I64, S, I64, I32)
putheader = declare("connection_putheader", I32, P, S, I64, S, I64)
putheader_continue = declare("connection_putheader_continue", I32, P, S, I64)
endheaders = declare("connection_endheaders", I32, P, I32)
send = declare("connection_send", I32, P, S, I64, ctypes.POINTER(I64))
send_fd = declare("connection_send_fd", I32, P, I32, I64, ctypes.POINTER(I64))
finish = declare("connection_finish", I32, P, P)
flush = declare("connection_flush", I32, P)
getresponse = declare("connection_getresponse", I32, P, ctypes.POINTER(P))
response_free = declare("response_free", None, P)
response_status = declare("response_status", I32, P)
response_version = declare("response_version", I32, P)
response_reason = declare("response_reason", S, P)
response_headers = declare("response_headers", P, P)
response_will_close = declare("response_will_close", I32, P)
response_read = declare("response_read", I32, P, P, I64, ctypes.POINTER(I64))


def name_of(status):
    return error_name(status).decode()


def family(name):
    """The error's name and those of its ancestors."""
    names = [name]
    index = declare("error_at", I32, I32)
    codes = {name_of(index(i)): index(i) for i in range(declare("error_count", I32)())}
    code = error_parent(codes[name]) if name in codes else 0
    while code:
        names.append(name_of(code))
        code = error_parent(code)
    return names


def headers(fields):
    handle = P()
    headers_new(ctypes.byref(handle))
    for name, value in fields:
        if headers_add(handle, name, len(name), value, len(value)) < 0:
            headers_free(handle)
            raise ValueError("InvalidArgument")
    return handle


class Connection:
    """Carried: `sent` is what left."""

    def __init__(self, host=b"h", port=-1):
        self.handle = P()
        self.sent = b""
        new(ctypes.byref(self.handle))
        self.status = set_host(self.handle, host, len(host), port)
        self.carry()

    def carry(self):
        set_carried(self.handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        free(self.handle)

    def take(self):
        data, length = P(), I64(1)
        while take(self.handle, ctypes.byref(data), ctypes.byref(length)) == OK and length.value:
            self.sent += ctypes.string_at(data, length.value)
            took(self.handle, length.value)

    def feed(self, data, ends):
        taken = I64()
        while data and feed(self.handle, data, len(data), ctypes.byref(taken)) == OK:
            if not taken.value:
                raise OverflowError("more than fits before something is read")
            data = data[taken.value:]
        if ends:
            feed_eof(self.handle)


def fields_of(handle):
    return [(headers_name(handle, i, None), headers_value(handle, i, None))
            for i in range(headers_count(handle))]


def read(response):
    room = ctypes.create_string_buffer(65536)
    got = I64(1)
    body = b""
    status = OK
    while status == OK and got.value:
        status = response_read(response, room, len(room), ctypes.byref(got))
        if status == OK:
            body += room.raw[:got.value]
    return body, "waiting" if status == AGAIN else name_of(status) if status < 0 else "complete"


def ask(method, fields, data, ends):
    """What becomes of a request whose answer is `data`."""
    with Connection() as c:
        h = headers(fields)
        target = b"h:1" if method == b"CONNECT" else b"/"
        request(c.handle, method, -1, target, -1, h, None, NO_BODY)
        headers_free(h)
        flush(c.handle)
        c.take()
        c.feed(data, ends)
        response = P()
        status = getresponse(c.handle, ctypes.byref(response))
        if status != OK:
            return {"got": "waiting" if status == AGAIN else name_of(status)}
        outcome = {"got": "response", "status": response_status(response),
                   "version": response_version(response),
                   "reason": response_reason(response),
                   "fields": fields_of(response_headers(response)),
                   "close": bool(response_will_close(response))}
        outcome["body"], outcome["end"] = read(response)
        response_free(response)
        return outcome
