# SPDX-License-Identifier: MIT
"""What is measured, a row each, and who does it."""
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

KIB, MIB = 1 << 10, 1 << 20
OURS = ["libhttp", "lua5.4", "LuaJIT", "Ruby", "Go", "Go Transport"]
COMPILED = ["floor", "libhttp", "curl", "neon"]


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    how: str  # client.h says what there is
    path: str
    server: str  # by its name in servers.py
    counted: int  # exchanges to count: the difference between so many and twice as many
    timed: int  # exchanges of a round that is timed
    scripts: bool = False  # by the languages' clients too
    cpu: bool = False  # measured by the client's processor time, without the server's
    scale: int = 1  # what counts are multiplied by: bodies of 16 MiB stand for longer ones
    body: int = 0  # of a long body: its length, which the path names
    roots: bool = False  # the certificate to trust stands among the system's


ROWS = [
    Row("get", "keep-alive GET, 1 KiB", "keep", "/k", "plain", 200, 6000, scripts=True),
    Row("get-tls", "keep-alive GET, TLS 1.3", "keep", "/k", "tls", 100, 4000, scripts=True),
    Row("get-nginx", "keep-alive GET, nginx TLS", "keep", "/k", "nginx-tls", 200, 4000),
    Row("head", "GET, 99 fields, 8 KiB", "keep", "/f/99", "plain", 200, 6000),
    Row("down", "1 GiB down", "keep", "/d/{}", "plain", 4, 24, scripts=True, cpu=True, scale=64, body=16 * MIB),
    Row("down-tls", "1 GiB down, TLS", "keep", "/d/{}", "tls", 4, 8, cpu=True, scale=64, body=16 * MIB),
    Row("file", "1 GiB file of nginx", "keep", "/d/{}", "nginx", 4, 32, cpu=True, scale=64, body=16 * MIB),
    Row("file-tls", "1 GiB file of nginx, TLS", "keep", "/d/{}", "nginx-tls", 4, 8, cpu=True, scale=64, body=16 * MIB),
    Row("chunks", "256 MiB in 16 KiB chunks", "keep", f"/c/{16 * KIB}/{KIB}", "plain", 4, 16, scripts=True, scale=16, body=16 * MIB),
    Row("up", "256 MiB file up", "put", "/u", "plain", 4, 16, scripts=True, cpu=True, scale=16, body=16 * MIB),
    Row("up-tls", "256 MiB file up, TLS", "put", "/u", "tls", 4, 8, cpu=True, scale=16, body=16 * MIB),
    Row("connect", "connect, GET, close", "new", "/k", "plain", 100, 500, scripts=True),
    Row("resumed", "connect, TLS resumed", "new", "/k", "tls", 10, 60, scripts=True),
    Row("full", "connect, TLS in full", "new", "/k", "full", 10, 50),
    Row("roots", "connect, TLS, all roots", "new", "/k", "full", 2, 10, roots=True),
]
# Name, HOW, server: bytes of heap of a connection.
HEAPS = [
    ("plain, busy", "busy", "crowd", False),
    ("plain, idle", "idle", "crowd", False),
    ("TLS, busy", "busy", "crowd-tls", False),
    ("TLS, idle", "idle", "crowd-tls", False),
    ("TLS, idle, system's roots", "idle", "crowd-tls", True),
]
# What grows, the sizes, what is done for each, and what is counted: two decades each.
DECADES = [10, 32, 100, 316, 1000]
LINES = [
    ("fields of a head", "instructions", "/f/{}", DECADES),
    ("chunks of a body", "instructions", "/c/16/{}", [10 * n for n in DECADES]),
    ("bytes of a body", "system calls", "/d/{}", [n // 10 * MIB if n > 10 else MIB for n in DECADES]),
    ("connections", "instructions", None, [10 * n for n in DECADES]),
]


class Clients:
    """The commands of those that are there, by name, as they were built."""

    def __init__(self, source, build):
        self.source = source
        self.commands = {name: [f"{build}/bench/client-{name}"] for name in COMPILED if os.path.exists(f"{build}/bench/client-{name}")}
        self.compiled = list(self.commands)
        os.environ.update(LUA_PATH=f"{source}/bindings/lua/?.lua;;", LUA_CPATH=f"{build}/bindings/lua/lua5.1/?.so;;",
                          LUA_CPATH_5_4=f"{build}/bindings/lua/lua5.4/?.so;;",
                          RUBYLIB=f"{build}/bindings/ruby:{source}/bindings/ruby")
        lua, ruby = 'require "socket" require "libhttp"', 'require "libhttp"'
        self.script("lua5.4", "lua5.4", "client.lua", lua)
        self.script("LuaJIT", "luajit", "client.lua", lua)
        self.script("LuaSocket", "lua5.4", "client_luasocket.lua", 'require "socket.http" require "ssl.https"')
        self.script("lua-curl", "luajit", "client_luacurl.lua", 'require "socket" require "curl"')
        self.script("Ruby", "ruby", "client.rb", ruby)
        self.script("Net::HTTP", "ruby", "client_net_http.rb", 'require "net/http"')
        if os.path.exists(f"{build}/bench/client-go"):
            self.commands.update({name: [f"{build}/bench/client-go", kind] for name, kind in (
                ("Go", "connection"), ("Go Transport", "transport"), ("Go net/http", "net-http"))})
        self.commands["http.client"] = [sys.executable, f"{source}/bench/client_http_client.py"]
        self.ours = [name for name in OURS if name in self.commands]

    def script(self, name, interpreter, file, needs):
        """Where the interpreter is there, and runs what the client needs."""
        if path := shutil.which(interpreter):
            if subprocess.run([path, "-e", needs], capture_output=True, check=False).returncode == 0:
                self.commands[name] = [path, f"{self.source}/bench/{file}"]

    def of(self, row):
        # neon reads one certificate of a file.
        return list(self.commands) if row.scripts else [client for client in self.compiled if client != "neon" or not row.roots]
