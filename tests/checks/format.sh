#!/bin/sh
# SPDX-License-Identifier: MIT
# The code is laid out as "make format" lays it out.
. "$(dirname "$0")/lib.sh"

for file in $(sources '*.c' '*.h'); do
    clang-format "$file" | cmp -s - "$file" || bad="${bad:-}$file
"
done
none "clang-format changes nothing" "${bad:-}"
finish
