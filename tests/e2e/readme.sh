#!/bin/sh
# SPDX-License-Identifier: MIT
# What README says is so: its programs compile and run, its names exist, its numbers are the headers'.
. "$(dirname "$0")/../checks/lib.sh"

if [ -z "${EXAMPLE_HTTPS:-}" ]; then
    exec "$srcdir/examples/serve" "$builddir/examples" "$srcdir/tests/e2e/readme.sh"
fi
name=${EXAMPLE_HTTPS#https://}

none "no more than 350 lines" "$(awk 'END {if (NR > 350) print NR " lines"}' README)"
same "Quick start has two commands, and they are README's only lines that begin with a dollar" "2 2" \
    "$(awk '/^\$ / {all++} /^Quick start/ {on = 1} /^Three ways/ {on = 0} on && /^\$ / {here++} END {print here, all}' README)"

# A program is an indented block that begins with an #include; it ends before the next line that is not indented.
awk -v folder="$EXAMPLE_WORK" '
    /^    #include/ && !inside {inside = 1; file = folder "/readme" ++count ".c"}
    /^[^ ]/ {inside = 0}
    inside {print substr($0, 5) >file}' README
same "README has two programs" "readme1.c readme2.c" "$(cd "$EXAMPLE_WORK" && echo readme*.c)"
sanitized=$(sanitize_flags)
for number in 1 2; do
    program=$EXAMPLE_WORK/readme$number
    said=$($CC -std=c99 -Wall -Wextra -Wconversion -Werror $sanitized -I"$srcdir" "$program.c" "$LIBHTTP_SO" \
        -Wl,-rpath,"$(dirname "$LIBHTTP_SO")" -o "$program" 2>&1)
    none "program $number compiles without a warning" "$said"
    watch "$program"
    said=$(SSL_CERT_FILE="$EXAMPLE_CA" "$program" "$name" 2>&1)
    ok $? "program $number fetches a page"
    same "C-13 and prints it" "<html><p>Hello from the example server.</p></html>" "$said"
    said=$("$program" "$name" 2>&1)
    [ $? -ne 0 ]
    ok $? "T-40 C-13 program $number refuses a server that the system doesn't trust"
    none "and says why" "$(printf '%s' "$said" | grep -vi certificate)"
done

# "NAME   value   what for": the numbers are those of the headers.
table=$(sed -n 's/^    \(LIBHTTP_[A-Z_]*\)  *\(-\{0,1\}[0-9]\{1,\}\)  .*/\1 \2/p' README | sort)
same "C-8 C-10 C-11 C-71 the table of limits has the headers' numbers" "$(cat libhttp/*.h |
    sed -n 's/^#define \(LIBHTTP_[A-Z_]*_\(DEFAULT\|MAX\)\) (\{0,1\}\(-\{0,1\}[0-9]*\))\{0,1\}$/\1 \3/p' |
    grep -v PORT_DEFAULT | sort)" "$table"

declared=$(sed -n 's/^ *\(libhttp_[a-z0-9_]*\);/\1/p' libhttp/libhttp.map)
# Whole names anywhere, and in the table of http.client's names also those without their prefix.
named=$({
    grep -o 'libhttp_[a-z0-9_]*(' README | tr -d '('
    sed -n '/^http.client -> libhttp/,/^What is different/s/^.\{38\}//p' README |
        grep -oE '(connection|response|headers|tls_config|form|url|media|status|error|percent)_[a-z0-9_]+' | sed 's/^/libhttp_/'
} | sort -u)
none "C-139 every function that README names exists" "$(printf '%s\n' "$named" | while read -r function; do
    printf '%s\n' "$declared" | grep -qx "$function" || echo "$function"
done)"
none "and so does every constant" "$(grep -oE 'LIBHTTP_[A-Z0-9_]+[A-Z0-9]' README | sort -u | while read -r constant; do
    grep -qE "^#define $constant[^A-Z0-9_]|^#define ${constant}_" libhttp/*.h || echo "$constant"
done)"
none "C-139 strict is in the table, with the reason why it isn't offered" \
    "$(grep -q '^      strict=  *not offered: ' README || echo "it isn't")"
finish
