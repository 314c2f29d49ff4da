#!/bin/sh
# SPDX-License-Identifier: MIT
# T-24: the instructions of test_linear's responses: eight times the segments take eight times as many. One that looks at each
# byte again and again would take up to 64 times as many. Counted by callgrind: a busy machine makes no difference.
. "$(dirname "$0")/../checks/lib.sh"

skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
case " $(sed -n 's/^SANITIZE_FLAGS = //p' "$builddir/Makefile")" in *-fsanitize*) skip "built with a sanitizer" ;; esac
command -v valgrind >/dev/null || skip "no valgrind"
echo '#include <valgrind/callgrind.h>' | $CC -E - >/dev/null 2>&1 || skip "no callgrind.h"

(cd "$builddir" && make -s tests/e2e/test_linear) >&2 || exit 2

# Without what is for debuggers, as valgrind gives up on clang's.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
strip -g -o "$folder/test_linear" "$builddir/tests/e2e/test_linear" || exit 2
strip -g -o "$folder/libhttp.so.1" "$builddir/.libs/libhttp.so.1" || exit 2
LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" valgrind -q --tool=callgrind \
    --callgrind-out-file="$folder/out" "$folder/test_linear" >"$folder/tap" 2>"$folder/errors"
ok $? "T-24 each response is read"
diag "$(grep -v '^ok' "$folder/tap"; cat "$folder/errors")"

# A line for each: instructions of the small response, of the large one, and what it is.
counts() {
    for dump in "$folder"/out.*; do
        sed -n 's/^desc: Trigger: Client Request: //p; s/^totals: //p' "$dump" | paste -s -d ' '
    done | awk '{ size = $1; count = $NF; $1 = $NF = ""; counted[size, $0] = count; names[$0] }
                END { for (name in names) print counted[4000, name], counted[32000, name], name }' | sort -k 3
}

shapes=0
while read -r small large name; do
    shapes=$((shapes + 1))
    [ $((large * 10)) -lt $((small * 82)) ]
    ok $? "T-24 $name: $small instructions, and of eight times as many segments $large"
done <<END
$(counts)
END
[ $((shapes * 2)) -eq "$(grep -c '^ok' "$folder/tap")" ]
ok $? "T-24 $shapes shapes were counted"
finish
