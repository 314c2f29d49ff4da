#!/bin/sh
# SPDX-License-Identifier: MIT
# The library from LuaJIT's FFI, without headers.
exec "$(dirname "$0")/run" luajit with_luajit.lua
