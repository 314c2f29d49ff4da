#!/bin/sh
# SPDX-License-Identifier: MIT
exec "$(dirname "$0")/run" test_reading test_errors test_carried test_stream
