#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A GET, a POST and a streamed read, knowing nothing of libhttp but its path and its documented signatures."""
import os
from ctypes import CDLL, byref, c_char_p, c_int32, c_int64, c_void_p, create_string_buffer, string_at

library = CDLL(os.environ["LIBHTTP_SO"])
checks = 0
failed = 0


def ok(held, description):
    global checks, failed
    checks += 1
    failed += not held
    print(("ok" if held else "not ok"), checks, "-", description, flush=True)


def function(name, result, *arguments):
    f = getattr(library, "libhttp_" + name)
    f.restype, f.argtypes = result, arguments
    return f


text = (c_char_p, c_int64)
out = c_void_p
constant_find = function("constant_find", c_int32, *text, out)
connection_new = function("connection_new", c_int32, out)
connection_free = function("connection_free", None, c_void_p)
connection_set_host = function("connection_set_host", c_int32, c_void_p, *text, c_int32)
connection_set_tls = function("connection_set_tls", c_int32, c_void_p, c_void_p)
connection_request = function("connection_request", c_int32, c_void_p, *text, *text, c_void_p, c_char_p, c_int64)
connection_getresponse = function("connection_getresponse", c_int32, c_void_p, out)
connection_error = function("connection_error", c_char_p, c_void_p)
response_free = function("response_free", None, c_void_p)
response_status = function("response_status", c_int32, c_void_p)
response_reason = function("response_reason", c_char_p, c_void_p)
response_getheader = function("response_getheader", c_int32, c_void_p, *text, *text, out, out)
response_read1 = function("response_read1", c_int32, c_void_p, c_void_p, c_int64, out)
response_read_all = function("response_read_all", c_int32, c_void_p, c_int64, out, out)
headers_new = function("headers_new", c_int32, out)
headers_add = function("headers_add", c_int32, c_void_p, *text, *text)
headers_free = function("headers_free", None, c_void_p)
tls_config_new = function("tls_config_new", c_int32, out)
tls_config_set_ca_file = function("tls_config_set_ca_file", c_int32, c_void_p, *text)
tls_config_free = function("tls_config_free", None, c_void_p)
error_name = function("error_name", c_char_p, c_int32)


def constant(name):
    name, value = name.encode(), c_int64()
    assert constant_find(name, len(name), byref(value)) == 0, name
    return value.value


NO_BODY = constant("LIBHTTP_NO_BODY")
INVALID_URL = constant("LIBHTTP_E_INVALID_URL")


def made(constructor):
    handle = c_void_p()
    assert constructor(byref(handle)) == 0
    return handle


def connect(url, ca=None):
    host, port = url.split("//")[1].split(":")
    connection = made(connection_new)
    assert connection_set_host(connection, host.encode(), len(host), int(port)) == 0
    if ca:
        config = made(tls_config_new)
        assert tls_config_set_ca_file(config, ca.encode(), len(ca)) == 0
        assert connection_set_tls(connection, config) == 0
        tls_config_free(config)
    return connection


def exchange(connection, method, target, headers=None, body=None):
    length = NO_BODY if body is None else len(body)
    response = c_void_p()
    if (connection_request(connection, method, len(method), target, len(target), headers, body, length) < 0 or
            connection_getresponse(connection, byref(response)) < 0):
        print("#", connection_error(connection).decode())
        return None
    return response


def body_of(response):
    data, length = c_void_p(), c_int64()
    if response_read_all(response, 1 << 20, byref(data), byref(length)) < 0:
        return None
    return string_at(data.value, length.value)


def get(connection):
    response = exchange(connection, b"GET", b"/index.html")
    value, length = c_char_p(), c_int64()
    ok(response_status(response) == constant("LIBHTTP_STATUS_OK"), "C-110 a GET from Python: the status")
    ok(response_reason(response) == b"OK", "C-100 its reason")
    ok(response_getheader(response, b"content-type", -1, None, 0, byref(value), byref(length)) == 0 and
       value.value == b"text/html" and length.value == 9, "C-99 a field, by any spelling")
    ok(body_of(response) == b"<html><p>Hello from the example server.</p></html>\n", "C-87 its body")
    response_free(response)


def post(connection):
    headers = made(headers_new)
    headers_add(headers, b"Content-type", -1, b"application/x-www-form-urlencoded", -1)
    response = exchange(connection, b"POST", b"/cgi-bin/query", headers, b"spam=1&eggs=2&bacon=0")
    ok(response_status(response) == 200 and b"spam=1&eggs=2&bacon=0" in body_of(response), "C-45 a POST from Python")
    response_free(response)
    headers_free(headers)


def stream(connection):
    response = exchange(connection, b"GET", b"/download")
    block, got, total, pieces = create_string_buffer(4096), c_int64(1), 0, 0
    while got.value > 0:
        if response_read1(response, block, len(block), byref(got)) != 0:
            break
        total += got.value
        pieces += 1
    ok(total == 10000000 and got.value == 0, "C-91 a streamed read gives every byte, and then its end")
    ok(pieces > 2000, "C-91 piece by piece, as much as there was room for")
    response_free(response)


def refused():
    connection = made(connection_new)
    status = connection_set_host(connection, b"a\0b", 3, 80)
    ok(status == INVALID_URL or status == constant("LIBHTTP_E_INVALID_ARGUMENT"), "T-6 a NUL in a name is seen and refused")
    ok(b"host" in connection_error(connection) and len(error_name(status)) > 0, "C-107 with a sentence and a name")
    connection_free(connection)


plain = connect(os.environ["EXAMPLE_HTTP"])
get(plain)
post(plain)
stream(plain)
connection_free(plain)
encrypted = connect(os.environ["EXAMPLE_HTTPS"], os.environ["EXAMPLE_CA"])
get(encrypted)
stream(encrypted)
connection_free(encrypted)
refused()
print("1..%d" % checks)
raise SystemExit(failed > 0)
