# SPDX-License-Identifier: MIT
# sessions.py HOST: a GET, a POST and an error, by CPython's http.client.
import http.client
import sys
import urllib.parse

conn = http.client.HTTPSConnection(sys.argv[1], timeout=10)

conn.request("GET", "/index.html")
response = conn.getresponse()
print(response.status, response.reason)
print(response.getheader("Content-Type", "none"))
print(response.read().decode(), end="")

form = urllib.parse.urlencode({"spam": "1", "eggs": "2 or 3"})
headers = {"Content-Type": "application/x-www-form-urlencoded"}
conn.request("POST", "/cgi-bin/query", form, headers)
response = conn.getresponse()
while block := response.read(200):
    print(block.decode(), end="")

try:
    conn.request("GET", "/a page")
except http.client.InvalidURL:
    print("InvalidURL")
conn.close()
