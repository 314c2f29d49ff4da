# SPDX-License-Identifier: MIT
# ffi.py HOST: a page by libhttp, from Python's ctypes, without a binding.
import os
import sys
from ctypes import CDLL, byref, c_char_p, c_int32, c_int64, c_void_p, string_at

http = CDLL(os.environ.get("LIBHTTP_SO", "libhttp.so.1"))


def declare(name, result, *arguments):
    function = getattr(http, "libhttp_" + name)
    function.restype, function.argtypes = result, arguments
    return function


text, out = (c_char_p, c_int64), c_void_p
constant_find = declare("constant_find", c_int32, *text, out)
tls_default = declare("tls_config_default", c_void_p)
new = declare("connection_new", c_int32, out)
set_host = declare("connection_set_host", c_int32, c_void_p, *text, c_int32)
set_tls = declare("connection_set_tls", c_int32, c_void_p, c_void_p)
request = declare("connection_request", c_int32, c_void_p, *text, *text,
                  c_void_p, c_char_p, c_int64)
getresponse = declare("connection_getresponse", c_int32, c_void_p, out)
error = declare("connection_error", c_char_p, c_void_p)
free = declare("connection_free", None, c_void_p)
read_all = declare("response_read_all", c_int32, c_void_p, c_int64, out, out)
response_error = declare("response_error", c_char_p, c_void_p)
response_free = declare("response_free", None, c_void_p)


def constant(name):
    value = c_int64()
    if constant_find(name.encode(), -1, byref(value)) < 0:
        raise NameError(name)
    return value.value


def check(status, error, handle):
    if status < 0:
        sys.exit(error(handle).decode())


conn, response, body, length = c_void_p(), c_void_p(), c_void_p(), c_int64()
host, no_body = sys.argv[1].encode(), constant("LIBHTTP_NO_BODY")
port = constant("LIBHTTP_PORT_DEFAULT")
if new(byref(conn)) < 0:
    raise MemoryError
check(set_host(conn, host, len(host), port), error, conn)
check(set_tls(conn, tls_default()), error, conn)
check(request(conn, b"GET", 3, b"/", 1, None, None, no_body), error, conn)
check(getresponse(conn, byref(response)), error, conn)
check(read_all(response, 1000000, byref(body), byref(length)),
      response_error, response)
print(string_at(body.value, length.value).decode(), end="")
response_free(response)
free(conn)
