#!/bin/sh
# SPDX-License-Identifier: MIT
exec "$(dirname "$0")/run" lua5.4 5.4
