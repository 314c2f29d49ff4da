#!/bin/sh
# SPDX-License-Identifier: MIT
# Each item of the contract (C-…) and of the threats (T-…) in ids.txt is named by a test that covers it. With LIBHTTP_REQUIRE_IDS=1
# one that isn't fails; otherwise they are only told.
. "$(dirname "$0")/lib.sh"

named=$(cat $(sources 'tests/*.c' 'tests/*.sh' 'tests/*.py' 'tests/*.lua' 'tests/*.rb' 'bindings/*' | grep -v '^tests/checks/ids') |
    grep -oE '[CT]-[0-9]+' | sort -u)
missing=$(grep -E '^[CT]-[0-9]+$' tests/checks/ids.txt | while read -r id; do
    printf '%s\n' "$named" | grep -qx -- "$id" || printf '%s ' "$id"
done)
if [ "${LIBHTTP_REQUIRE_IDS:-0}" = 1 ]; then
    none "every item is named by a test" "$missing"
else
    ok 0 "items without a test are told: $(printf '%s' "$missing" | wc -w) of $(grep -cE '^[CT]-' tests/checks/ids.txt)"
    diag "$missing"
fi
finish
