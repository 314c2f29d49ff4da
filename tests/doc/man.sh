#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual: every function, header and error has its page, no comment lacks what a page needs, mandoc finds nothing to warn
# of, and the code in it compiles.
. "$(dirname "$0")/../checks/lib.sh"

if ! type perl mandoc >/dev/null 2>&1; then
    echo "1..0 # SKIP needs perl and mandoc"
    exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pages=$work/pages
said=$(SOURCE_DATE_EPOCH=0 perl -w doc/man/mkman "$srcdir" "$pages" 2>&1)
none "the pages are made without a warning" "$said"
none "mandoc -Tlint has nothing to warn of" "$(mandoc -Tlint -W warning "$pages"/man?/*)"

functions=$(sed -n 's/^ *\(libhttp_[a-z0-9_]*\);/\1/p' libhttp/libhttp.map)
errors=$(sed -n 's/^#define \(LIBHTTP_E_[A-Z_]*\) .*/\1/p' libhttp/error.h)
same "man3 has a page for each function and each error, and no other" \
    "$(printf '%s\n' "$functions" "$errors" | sort)" "$(cd "$pages/man3" && ls | sed 's/\.3$//' | sort)"
none "each page has its function or error in NAME and in SYNOPSIS" "$(for name in $functions $errors; do
    mandoc -Tascii "$pages/man3/$name.3" | col -b >"$work/page"
    sed -n '/^NAME/,/^SYNOPSIS/p' "$work/page" | grep -qw "$name" || echo "$name: NAME"
    sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' "$work/page" | grep -qw "$name" || echo "$name: SYNOPSIS"
done)"
none "man7 has a page for each header" "$(for header in $(public_headers | grep -v '/api\.h$'); do
    grep -qlFx ".In $header" "$pages"/man7/* || echo "$header"
done)"
none "no link and no cross reference leads nowhere" "$(
    find "$pages" -type l ! -exec test -e {} \; -print
    sed -n 's/^\.Xr \(libhttp[^ ]*\|LIBHTTP[^ ]*\) \([37]\).*/\1.\2/p' "$pages"/man?/* | sort -u | while read -r page; do
        [ -e "$pages/man${page##*.}/$page" ] || echo "$page"
    done)"

mandoc -Tascii -O width=120 "$pages/man7/libhttp-errors.7" | col -bx >"$work/errors"
none "libhttp-errors(7) has each error of the table with its name and number" "$(
    tr '\n' ' ' <libhttp/error.c | grep -o '{LIBHTTP_E_[A-Z_]*, [A-Z_]*, "[A-Za-z]*"' | tr -d '{,"' | while read -r code parent name; do
        grep -qE "^ +$code \($name, -[0-9]+\)" "$work/errors" || echo "$code $name"
    done)"
same "the table has each error of the header" "$(printf '%s\n' "$errors" | sort)" \
    "$(grep -o '{LIBHTTP_E_[A-Z_]*' libhttp/error.c | tr -d '{' | sort)"
none "each constant is on a page of section 7" "$(sed -n 's/^#define \(LIBHTTP_[A-Z0-9_]*\) .*/\1/p' $(public_headers | grep -v /api) |
    while read -r constant; do
        grep -qE "^\.It .*Dv $constant( |\$)" "$pages"/man7/* || echo "$constant"
    done)"

mandoc -Tascii -O width=120 "$pages/man7/libhttp-info.7" | col -bx | grep -q 'LIBHTTP_TIME_RESOLVED (0), LIBHTTP_TIME_CONNECTED (1)'
ok $? "constants that share a comment have each its value"
mandoc -Tascii "$pages/man7/libhttp-status.7" | col -bx | grep -A 1 'LIBHTTP_STATUS_OK (200)' | grep -qx ' *OK\.'
ok $? "the phrase of 200 is no constant"

none "no comment of a header lacks anything" "$(doc/man/lacking "$srcdir")"
broken=$(doc/man/lacking --breaks "$srcdir")
none "whatever a comment loses, it is missed" "$(printf '%s\n' "$broken" | grep -v '^# ')"
[ "$(printf '%s\n' "$broken" | sed -n 's/^# \([0-9]*\) breaks$/\1/p')" -gt 400 ]
ok $? "in hundreds of comments"

# lose FILE EXPRESSION PATTERN: in a copy of the headers that the expression breaks, that is missed.
lose() {
    rm -rf "$work/broken"
    mkdir "$work/broken"
    cp -R libhttp "$work/broken/libhttp"
    perl -0pi -e "$2" "$work/broken/libhttp/$1"
    ! cmp -s "libhttp/$1" "$work/broken/libhttp/$1" && doc/man/lacking "$work/broken" | grep -qE "$3"
    ok $? "missed in a header: $3"
}
lose info.h 's{/\*\*[^/]*\*/\n(?=LIBHTTP_API int32_t libhttp_connection_port)}{}' \
    '^info.h: libhttp_connection_port has no comment$'
lose headers.h 's{ `from`,}{,}' '^headers.h: libhttp_headers_copy: from isn.t named$'
lose wait.h 's{For all of them: none of these functions blocks}{}' '^wait.h: libhttp_connection_wait doesn.t say whether it blocks$'
lose wait.h 's{ Errors: INVALID_ARGUMENT \(c is NULL\)\.}{}' '^wait.h: libhttp_connection_wait names no error$'
lose error.h 's{/\*\* A deadline passed[^/]*\*/\n}{\n}' '^error.h: LIBHTTP_E_TIMEOUT has no comment$'

# wrong EXPRESSION PATTERN: of a copy that the expression breaks no pages are made, and that is said.
wrong() {
    rm -rf "$work/broken"
    mkdir "$work/broken"
    cp -R libhttp README "$work/broken"
    perl -0pi -e "$1" "$work/broken"/libhttp/*.h
    ! said=$(doc/man/mkman "$work/broken" "$work/broken/pages" 2>&1) && printf '%s\n' "$said" | grep -q "$2"
    ok $? "no pages are made: $2"
}
wrong 's{TUNNEL_FAILED,}{TUNEL_FAILED,}' 'libhttp_connection_connect: there is no LIBHTTP_E_TUNEL_FAILED'
wrong 's{Free it with libhttp_url_free}{Free it with libhttp_url_fre}' "a comment names libhttp_url_fre(), which isn't there"
wrong 's{`flags` is 0 or LIBHTTP_URL_ALLOW_USER}{`flags` is 0 or LIBHTTP_URL_USER}' "a comment names LIBHTTP_URL_USER, which isn't there"
wrong 's{Errors: those of send\.}{Errors: those of sent.}' "a comment has the errors of sent(), which isn't known"

# What stands in .Bd is C: whole programs, and lines of one.
awk -v folder="$work" '
    /^\.Bd -literal/ {file = folder "/" (FILENAME ~ /libhttp\.7$/ ? "whole" : "lines") ++count ".c"; next}
    /^\.Ed/ {file = ""}
    file {gsub(/^\\&/, ""); gsub(/\\-/, "-"); gsub(/\\e/, "\\"); print >file}' "$(readlink -f "$pages")"/man?/*.[37]
same "there is one program and lines of others" "yes yes" \
    "$([ "$(ls "$work"/whole*.c | wc -l)" -eq 1 ] && echo yes) $([ "$(ls "$work"/lines*.c | wc -l)" -ge 2 ] && echo yes)"
for code in "$work"/lines*.c; do
    {
        printf '#include <libhttp/http.h>\n#include <stdio.h>\n'
        echo 'int main(void) {libhttp_connection *conn = NULL; libhttp_headers *h = NULL; libhttp_url *url = NULL; int32_t i = 0;'
        cat "$code"
        echo '(void)conn; (void)h; (void)url; (void)i; return 0;}'
    } >"$work/whole-$(basename "$code")"
done
none "all of it compiles without a warning" "$(for code in "$work"/whole*.c; do
    $CC -std=c99 -Wall -Wextra -Werror -fsyntax-only -I"$srcdir" "$code" 2>&1
done)"
finish
