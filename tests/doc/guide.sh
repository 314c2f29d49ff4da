#!/bin/sh
# SPDX-License-Identifier: MIT
# The guide's pages: valid and plain, no link leads nowhere, what they show is code that the tests run, and their names and numbers
# are the library's.
. "$(dirname "$0")/../checks/lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pages() {
    python3 "$srcdir/tests/doc/guide_pages.py" "$1" 2>&1
}
none "each page is valid HTML" "$(for page in doc/guide/*.html; do
    tidy -quiet -errors --drop-empty-elements no "$page" 2>&1 | sed "s|^|$page: |"
done)"
none "and plain" "$(pages elements)"
none "every link leads somewhere, and to everything" "$(pages links)"
none "all code shown stands in a file that the tests run" "$(pages code)"
none "every function and constant named exists" "$(pages names)"
none "what is in the folder is what is installed" "$(pages listed)"

# The numbers, by a program: as constants, and what a new connection gives for each that is a default.
pages numbers >"$work/numbers"
{
    cat <<'END'
#include "base/limits.h"
#include <libhttp/http.h>
#include <stdio.h>
#define SHOW(name) printf(#name " %lld\n", (long long)(name))
#define SAME(getter, number) (getter(c) == (number) ? 0 : printf(#getter " gives %lld\n", (long long)getter(c)))
int main(void)
{
    libhttp_connection *c = NULL;
    if (libhttp_connection_new(&c) < 0) return 1;
END
    while read -r name number; do
        echo "SHOW($name);"
        case $name in
        *_DEFAULT)
            echo "SAME(libhttp_connection_$(printf '%s' "$name" | sed 's/^LIBHTTP_//; s/_DEFAULT$//' | tr 'A-Z' 'a-z'), $number);"
            ;;
        esac
    done <"$work/numbers"
    printf '%s\n' 'libhttp_connection_free(c);' 'return 0;' '}'
} >"$work/numbers.c"
said=$($CC $(sanitize_flags) -I"$srcdir" -iquote "$srcdir/libhttp" "$work/numbers.c" "$LIBHTTP_SO" \
    -Wl,-rpath,"$(dirname "$LIBHTTP_SO")" -o "$work/program" 2>&1)
none "the numbers are compared with the library's" "$said"
same "C-8 C-10 C-11 C-71 and are the same" "$("$work/program")" "$(cat "$work/numbers")"
none "C-71 every default and maximum of the headers is on the page" "$(sed -n \
    's/^#define \(LIBHTTP_[A-Z_]*_\(DEFAULT\|MAX\)\) .*/\1/p' libhttp/*.h | grep -v PORT_DEFAULT |
    while read -r name; do grep -q "^$name " "$work/numbers" || echo "$name"; done)"
finish
