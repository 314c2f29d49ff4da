#!/bin/sh
# SPDX-License-Identifier: MIT
# Each item of the contract (C-…) and of the threats (T-…) in ids.txt is named by a test that covers it.
. "$(dirname "$0")/lib.sh"

named=$(cat $(sources 'tests/*.c' 'tests/*.sh' 'tests/*.py' 'tests/*.lua' 'tests/*.rb' 'bindings/*' | grep -v '^tests/checks/ids') |
    grep -oE '[CT]-[0-9]+' | sort -u)
missing=$(grep -E '^[CT]-[0-9]+$' tests/checks/ids.txt | while read -r id; do
    printf '%s\n' "$named" | grep -qx -- "$id" || printf '%s ' "$id"
done)
none "every item is named by a test" "$missing"
finish
