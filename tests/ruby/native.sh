#!/bin/sh
# SPDX-License-Identifier: MIT
exec "$(dirname "$0")/run" test_native test_docs
