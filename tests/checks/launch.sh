#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/support/launch gives a test's own status, under tests/run, which keeps logs, and under "make check" and distcheck, where
# automake has its list of logs in TEST_LOGS.
. "$(dirname "$0")/lib.sh"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
unset KEPT_LOGS

# status LAUNCH...: what it says and its status.
status() {
    said=$("$@" 2>&1)
    echo "$said $?"
}
for wanted in 0 3; do
    set -- sh tests/support/launch sh -c "echo said; exit $wanted"
    same "under make check a test's status is $wanted" "said $wanted" "$(TEST_LOGS='tests/a.log tests/b.log' status "$@")"
    same "under tests/run too" "said $wanted" "$(KEPT_LOGS=$dir status "$@")"
    same "and both are kept" "said $wanted" "$(cat "$dir/sh.log" "$dir/sh.status" | paste -sd ' ')"
done
finish
