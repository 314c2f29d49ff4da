#!/bin/sh
# SPDX-License-Identifier: MIT
# Every function that the headers declare, called with NULL in each place and with lengths that can't be.
exec "$(dirname "$0")/run" python3 with_nothing.py
