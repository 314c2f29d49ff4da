#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Calls every function that the headers declare with NULL for each pointer and with lengths that can't be: none crashes, and what is
an error says which argument it was. A function added tomorrow is called too."""
import os
import re
from ctypes import CDLL, POINTER, byref, c_char_p, c_int32, c_int64, c_void_p, cast, create_string_buffer, sizeof
from pathlib import Path

root = Path(__file__).resolve().parents[2]
library = CDLL(os.environ["LIBHTTP_SO"])
os.chdir(os.environ["EXAMPLE_WORK"])  # a key log is made where its path leads
INVALID_ARGUMENT = -47
# What is no status though it is an int32_t: the handle's getters. Any other function of a handle that returns int32_t is one.
STATUS_OF_CONST = {"wait", "headers_copy", "headers_get"}
# NULL is a value of its own there, or the result isn't wanted.
OPTIONAL = {
    "connection_set_unix": {"path"}, "connection_set_tunnel": {"host", "headers"}, "connection_finish": {"trailers"},
    "connection_set_source_address": {"host"}, "tls_config_set_client_certificate": {"certificate", "key", "passphrase"},
    "tls_config_set_client_certificate_data": {"certificate", "key", "passphrase"}, "percent_encode": {"safe"},
}
# Refused for the state that this sweep calls in; test_bad_input.c calls them in the right one.
STATE, CANNOT_SEND_HEADER = -48, -10
# With nothing at all it says how long nothing would be.
LENGTH_OF_NOTHING = {"percent_encode"}
OPTIONAL_ANYWHERE = {"headers", "fallback", "ret_length", "ret_port", "ret_fd", "ret_events", "ret_ms", "ret_generation"}
checks = failed = 0


def ok(held, description, *details):
    global checks, failed
    checks += 1
    failed += not held
    print("ok" if held else "not ok", checks, "-", description, flush=True)
    for detail in details if not held else ():
        print("#  ", detail)


class Function:
    """One declaration: result, name without the prefix, [(type, name)]."""

    def __init__(self, result, name, arguments):
        self.result, self.name = result, name.removeprefix("libhttp_")
        self.arguments = [a.rsplit(" ", 1) if "*" not in a else [a[:a.rindex("*") + 1], a[a.rindex("*") + 1:]]
                          for a in arguments if a != "void"]
        self.call = getattr(library, name)
        self.call.restype = {"int32_t": c_int32, "int64_t": c_int64, "void": None}.get(result, c_void_p)
        self.call.argtypes = [c_void_p if "*" in kind else {"int32_t": c_int32, "int64_t": c_int64}[kind]
                              for kind, _ in self.arguments]
        first = self.arguments[0][0] if self.arguments else ""
        handle = re.match(r"(const )?libhttp_(\w+) \*$", first)
        self.handle = handle.group(2) if handle else None
        self.const = bool(handle and handle.group(1))

    def is_status(self):
        if self.result != "int32_t" or not self.arguments:
            return False
        if self.handle and self.const:
            return self.name in STATUS_OF_CONST or self.name.endswith("_wait")
        return bool(self.handle) or any(kind.endswith("**") or name.startswith("ret") for kind, name in self.arguments)


def declarations():
    for header in sorted((root / "libhttp").glob("*.h")):
        code = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        code = re.sub(r"^#.*(\\\n.*)*", "", code, flags=re.M)
        for result, name, arguments in re.findall(r"LIBHTTP_API ([\w ]+?\*?)\s*(libhttp_\w+)\(([^)]*)\);", code):
            yield Function(result.strip(), name, [" ".join(a.split()) for a in arguments.split(",")])


functions = {f.name: f for f in declarations()}
mapped = set(re.findall(r"^\s*libhttp_(\w+);", (root / "libhttp/libhttp.map").read_text(), flags=re.M))
ok(set(functions) == mapped, "T-6 every function of the map is called here", sorted(set(functions) ^ mapped))


def call(function, values):
    print("# libhttp_%s%r" % (function.name, tuple(values)), flush=True) if os.environ.get("VERBOSE") else None
    return function.call(*values)


def new(kind):
    handle = c_void_p()
    assert call(functions[kind + "_new"], [byref(handle)]) == 0
    return handle


class Handles:
    """A live handle of each kind, without a server: the connection is carried, its response fed by hand."""

    def __init__(self, head=b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"):
        self.connection, self.headers, self.form = new("connection"), new("headers"), new("form")
        self.url, self.media, self.tls_config = new("url"), new("media"), new("tls_config")
        self.response, self.stream = self.exchange(head), c_void_p()
        self.upgraded = new("connection")
        self.second = self.exchange(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", self.upgraded)
        assert call(functions["response_stream"], [self.second, byref(self.stream)]) == 0

    def exchange(self, head, connection=None):
        connection = connection or self.connection
        data, length, response, fields = c_void_p(), c_int64(), c_void_p(), new("headers")
        call(functions["headers_add"], [fields, b"Upgrade", -1, b"x", -1])
        call(functions["headers_add"], [fields, b"Connection", -1, b"Upgrade", -1])
        call(functions["connection_set_host"], [connection, b"h", -1, 80])
        call(functions["connection_set_carried"], [connection])
        call(functions["connection_request"], [connection, b"GET", -1, b"/", -1, fields, None, -2])
        call(functions["connection_getresponse"], [connection, byref(response)])
        call(functions["connection_take"], [connection, byref(data), byref(length)])
        call(functions["connection_took"], [connection, length])
        call(functions["connection_feed"], [connection, head, len(head), byref(length)])
        assert call(functions["connection_getresponse"], [connection, byref(response)]) == 0
        call(functions["headers_free"], [fields])
        return response

    def free(self):
        for kind in ("stream", "response", "connection", "headers", "form", "url", "media", "tls_config"):
            call(functions[kind + "_free"], [getattr(self, kind)])
        call(functions["response_free"], [self.second])
        call(functions["connection_free"], [self.upgraded])


class Arguments:
    """Usual values for a function's arguments."""

    def __init__(self, function, handles):
        self.kept, self.values = [], []
        for kind, name in function.arguments:
            if re.match(r"(const )?libhttp_(\w+) \*$", kind):
                value = getattr(handles, re.match(r"(?:const )?libhttp_(\w+) \*$", kind).group(1))
            elif "*" in kind:
                value = create_string_buffer(64)
                value.raw = b"h" + bytes(63)
                self.kept.append(value)
                value = cast(value, c_void_p)
            else:
                value = 1 if kind == "int64_t" else 0
            self.values.append(value)


def sentence(function, handles):
    if not function.handle or function.name.endswith("_new"):
        return None
    raw = functions[function.handle + "_error"].call(getattr(handles, function.handle))
    return cast(raw, c_char_p).value.decode("utf-8", "replace")


# Those take the handle away, or hand over a descriptor that isn't ours to give.
LEFT_ALONE = {name for name in functions if name.endswith("_free")} | {"connection_send_fd", "connection_request_fd",
                                                                       "connection_set_fd", "connection_set_debug_fd"}

for function in functions.values():
    result = call(function, [0 if "*" not in kind else None for kind, _ in function.arguments])
    if function.is_status():
        ok(result == INVALID_ARGUMENT or function.name in LENGTH_OF_NOTHING, "T-6 libhttp_%s: NULL as handle is an error" % function.name, result)
    elif function.result == "int32_t" and function.handle:
        ok(result in (0, -1), "T-6 libhttp_%s: of NULL it is 0 or -1" % function.name, result)
    else:
        ok(True, "T-6 libhttp_%s takes NULL" % function.name)


def with_one_bad(function, position, bad):
    """The call with one argument changed: (status, sentence)."""
    handles = Handles()
    arguments = Arguments(function, handles)
    arguments.values[position] = bad
    result = call(function, arguments.values)
    said = sentence(function, handles)
    handles.free()
    return result, said


for function in functions.values():
    if function.name in LEFT_ALONE or not function.arguments:
        continue
    held, details = True, []
    for position, (kind, name) in enumerate(function.arguments):
        if "*" in kind and not (function.handle and position == 0):
            result, said = with_one_bad(function, position, None)
            optional = name in OPTIONAL_ANYWHERE or name in OPTIONAL.get(function.name, ())
            right = (optional or not function.is_status() or result < 0) and (result is None or not said or result >= 0 or
                                                                             result != INVALID_ARGUMENT or name in said)
            if not right:
                held = False
                details.append("NULL as %s: %s, %r" % (name, result, said))
        elif kind == "int64_t" and re.search(r"length|capacity|maximum", name):
            for bad in (-5, -(1 << 63)):
                result, said = with_one_bad(function, position, bad)
                word = name.replace("_length", "")
                if result in (STATE, CANNOT_SEND_HEADER):
                    continue
                if function.is_status() and (result != INVALID_ARGUMENT or (said and word not in said)):
                    if word in ("fallback",):  # not looked at where the field is there, or it is NULL
                        continue
                    held = False
                    details.append("%d as %s: %s, %r" % (bad, name, result, said))
    ok(held, "T-6 libhttp_%s: NULL in each place, and lengths that can't be" % function.name, *details)

print("1..%d" % checks)
raise SystemExit(failed > 0)
