#!/bin/sh
# SPDX-License-Identifier: MIT
exec "$(dirname "$0")/run" test_sessions test_requests test_messages
