#!/bin/sh
# SPDX-License-Identifier: MIT
# The same under the race detector.
exec "$(dirname "$0")/run" -race
