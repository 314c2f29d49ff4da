#!/bin/sh
# SPDX-License-Identifier: MIT
# libhttp and CPython's http.client read the same responses. SWEEP_ALL=1: many more of them;
# TEST_FEWER=20: a twentieth.
here=$(dirname "$0")
exec "$here/../support/preload" python3 -B "$here/responses.py" $([ "${SWEEP_ALL:-0}" = 1 ] && echo 300000 || echo $((5000 / ${TEST_FEWER:-1}))) 1
