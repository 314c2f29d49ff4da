#!/bin/sh
# SPDX-License-Identifier: MIT
# The library from Ruby's Fiddle, without headers.
exec "$(dirname "$0")/run" ruby with_fiddle.rb
