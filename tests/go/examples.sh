#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples in Go, run against the example server.
exec "$(dirname "$0")/run" examples
