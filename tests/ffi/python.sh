#!/bin/sh
# SPDX-License-Identifier: MIT
# The library from Python's ctypes, without headers.
exec "$(dirname "$0")/run" python3 with_ctypes.py
