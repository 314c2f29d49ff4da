#!/bin/sh
# SPDX-License-Identifier: MIT
# The ABI that was promised, against the library of today: "make abi-check". Additions are fine, nothing else is. breaks.sh has it
# judge broken copies: $ABI_INCLUDE holds their libhttp/*.h, $LIBHTTP_SO is their library.
. "$(dirname "$0")/../checks/lib.sh"

abi=$srcdir/tests/abi
: "${ABI_INCLUDE:=$srcdir}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# abidiff takes what stands in this folder's headers for public, hence not the source's own.
mkdir -p "$dir/include/libhttp"
cp "$ABI_INCLUDE"/libhttp/*.h "$dir/include/libhttp"

# The types: the baseline was made on amd64.
case $($CC -dumpmachine) in
x86_64-*) can_compare=$(type abidiff 2>/dev/null) ;;
*) can_compare= ;;
esac
if [ -n "$can_compare" ]; then
    readelf -SW "$LIBHTTP_SO" | grep -q '\.debug_info'
    ok $? "the library has debugging information to compare"
    said=$(abidiff --headers-dir2 "$dir/include" --drop-private-types --no-corpus-path --no-added-syms \
        "$abi/libhttp.abi" "$(readlink -f "$LIBHTTP_SO")" 2>&1)
    ok $? "functions and types are those of the baseline, or more"
    [ "$tap_failed" -eq 0 ] || diag "$said"
else
    ok 0 "functions and types are those of the baseline, or more # SKIP needs amd64 and abidiff (abigail-tools)"
fi

# Constants, which abidiff can't see.
said=$($CC -std=c11 -Wall -Werror -fsyntax-only -I"$dir/include" "$abi/pinned.c" 2>&1)
none "every constant that is pinned is there and has its value" "$said"
same "every constant of the headers is pinned" "$("$abi/pins" --names "$dir/include")" \
    "$(sed -n 's/^PIN(\(LIBHTTP_[A-Z0-9_]*\), .*/\1/p' "$abi/pinned.c" | sort)"

# Debian's list: it and the library name the same symbols at the same nodes.
if [ -e debian/libhttp1.symbols ]; then
    same "debian/libhttp1.symbols has the library's symbols and nodes" \
        "$(sed -n 's/^ \([^ ]*\) .*/\1/p' debian/libhttp1.symbols | sort)" \
        "$(nm -D --defined-only "$LIBHTTP_SO" | awk '$2 == "A" {print $3 "@" $3; next} {sub("@@", "@", $3); print $3}' | sort)"
fi

# A program from back then: the baseline's headers and today's library.
sanitized=$(sanitize_flags)
ln -s "$LIBHTTP_SO" "$dir/libhttp.so"
ln -s "$LIBHTTP_SO" "$dir/libhttp.so.1"
{
    echo '#include <libhttp/http.h>'
    echo 'typedef void function(void);'
    echo 'function *const all_functions[] = {'
    sed -n "s/.*<elf-symbol name='\(libhttp_[a-z0-9_]*\)'.*/    (function *)\1,/p" "$abi/libhttp.abi"
    echo '    0};'
} >"$dir/all.c"
said=$($CC -std=c11 -Wall -Werror $sanitized -I"$abi/include" "$abi/old_program.c" "$dir/all.c" -L"$dir" -lhttp \
    -o "$dir/old_program" 2>&1)
none "a program compiles with the baseline's headers, which has every function of the baseline" "$said"
watch "$dir/old_program"
said=$(LD_BIND_NOW=1 LD_LIBRARY_PATH="$dir" timeout 60 "$dir/old_program" 2>&1)
ok $? "it runs with the library of today"
[ "$tap_failed" -eq 0 ] || diag "$said"
finish
