#!/bin/sh
# SPDX-License-Identifier: MIT
exec "$(dirname "$0")/run" test_reach test_misuse test_settings
