#!/bin/sh
# SPDX-License-Identifier: MIT
# The ABI is broken on a copy, in each of the ways in which that happens, and check.sh catches each.
. "$(dirname "$0")/../checks/lib.sh"

if ! type abidiff perl >/dev/null 2>&1 || [ "$($CC -dumpmachine | sed 's/-.*//')" != x86_64 ]; then
    echo "1..0 # SKIP needs amd64, perl and abidiff (abigail-tools)"
    exit
fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
sanitized=$(sanitize_flags)
copy=$root/copy

# A copy of the headers, the two sources that get broken, the map and the objects.
fresh() {
    rm -rf "$copy"
    mkdir -p "$copy/libhttp" "$copy/objects"
    cp libhttp/*.h libhttp/status.c libhttp/headers_read.c libhttp/libhttp.map "$copy/libhttp"
    (cd "$copy/objects" && ar x "$builddir/libhttp/.libs/libcore.a")
}

# edit FILE PERL: changes the copy, and stops where there was nothing to change.
edit() {
    cp "$copy/libhttp/$1" "$copy/before"
    perl -0pi -e "$2" "$copy/libhttp/$1"
    ! cmp -s "$copy/libhttp/$1" "$copy/before" || { echo "Bail out! nothing in $1 for: $2"; exit 1; }
}

# judged: builds the copy, and keeps what check.sh says of it.
judged() {
    for source in status headers_read; do
        $CC -std=c11 -D_GNU_SOURCE -g -O1 -fPIC -fvisibility=hidden $sanitized -I"$copy" -iquote libhttp \
            -c "$copy/libhttp/$source.c" -o "$copy/objects/libcore_la-$source.o" || { echo "Bail out! $source.c"; exit 1; }
    done
    $CC -shared $sanitized "$copy"/objects/*.o -Wl,-soname,libhttp.so.1 -Wl,--version-script="$copy/libhttp/libhttp.map" \
        -o "$copy/libhttp.so.1" -lssl -lcrypto -ldl -pthread || { echo "Bail out! no library"; exit 1; }
    said=$(ABI_INCLUDE="$copy" LIBHTTP_SO="$copy/libhttp.so.1" tests/abi/check.sh)
}

# caught WHAT BY: the library that was broken so was found out by the check whose description begins so.
caught() {
    judged
    if printf '%s\n' "$said" | grep -q "^not ok [0-9]* - $2"; then
        ok 0 "caught: $1"
    else
        ok 1 "caught: $1"
        diag "$said"
    fi
}

types='functions and types'

fresh
judged
none "an unbroken copy passes" "$(printf '%s\n' "$said" | grep '^not ok')"

fresh
edit status.h 's/LIBHTTP_API (int32_t libhttp_status_count)/LIBHTTP_API int32_t libhttp_status_more(void);\n$&/'
edit status.c 's/\z/int32_t libhttp_status_more(void)\n{\n    return 0;\n}\n/'
edit libhttp.map 's/\z/LIBHTTP_1.1 {\nglobal:\n    libhttp_status_more;\n} LIBHTTP_1.0;\n/'
judged
none "a function more is fine" "$(printf '%s\n' "$said" | grep "^not ok [0-9]* - $types")"

fresh
edit status.h 's/LIBHTTP_API const char \*libhttp_status_name\(int32_t status\);//'
edit status.c 's/const char \*libhttp_status_name.*?\n\}\n//s'
edit libhttp.map 's/ *libhttp_status_name;\n//'
caught "a function is removed" "$types"

fresh
edit status.h 's/libhttp_status_phrase\(int32_t/libhttp_status_phrase(int64_t/'
edit status.c 's/libhttp_status_phrase\(int32_t status\)\n\{/libhttp_status_phrase(int64_t wide)\n{\n    int32_t status = (int32_t)wide;/'
caught "a parameter's width changes" "$types"

fresh
edit error.h 's/(#define LIBHTTP_E_NOT_CONNECTED) \(.*?\)/$1 (-999)/'
caught "a status is renumbered" "every constant that is pinned"

fresh
edit libhttp.map 's/ *libhttp_status_name;\n//; s/\z/LIBHTTP_1.1 {\nglobal:\n    libhttp_status_name;\n} LIBHTTP_1.0;\n/'
caught "a function moves to another node" "$types"

fresh
edit connection.h 's/#define LIBHTTP_ENCODE_CHUNKED .*?\n//'
caught "a constant is dropped" "every constant that is pinned"

fresh
for file in headers.h headers_read.c; do
    edit $file 's/(libhttp_headers_name\([^,]*,)\s*(int32_t index),\s*(int64_t \*ret_length)/$1 $3, $2/'
done
caught "two parameters of different types are swapped" "$types"

fresh
edit status.h 's/libhttp_status_phrase\(int32_t status/$&, .../'
edit status.c 's/libhttp_status_phrase\(int32_t status/$&, .../'
caught "a function becomes variadic" "$types"
finish
