# SPDX-License-Identifier: MIT
"""client_http_client.py HOW URL TIMES CA-FILE FILE: CPython's own http.client; client.h says what that means."""
import http.client
import ssl
import sys
import time
import urllib.parse

how, address, times, ca, file = sys.argv[1:]
url = urllib.parse.urlsplit(address)
buffer = bytearray(65536)
if url.scheme == "https":
    conn = http.client.HTTPSConnection(url.netloc, timeout=30, context=ssl.create_default_context(cafile=ca))
else:
    conn = http.client.HTTPConnection(url.netloc, timeout=30)


def exchange():
    if how == "put":
        with open(file, "rb") as body:
            body_length = str(body.seek(0, 2))
            body.seek(0)
            conn.request("PUT", url.path, body, {"Content-Length": body_length})
    else:
        conn.request("GET", url.path)
    response = conn.getresponse()
    if url.path[:3] in ("/c/", "/d/"):
        got = 0
        while count := response.readinto(buffer):
            got += count
    else:
        got = len(response.read())
    if how == "new":
        conn.close()
    return got, response


if how not in ("keep", "new", "put", "call"):
    sys.exit(3)
expected, last = exchange()
begun, used = time.monotonic(), time.process_time()
if how == "call":
    for _ in range(int(times)):
        assert last.getheader("ETag")
else:
    for _ in range(int(times)):
        assert exchange()[0] == expected
print(f"{time.monotonic() - begun:.6f} {time.process_time() - used:.6f}")
