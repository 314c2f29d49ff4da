#!/bin/sh
# SPDX-License-Identifier: MIT
# The ABI: what headers declare, the map lists and the library exports is one and the same, in the types that foreign callers know.
# With --declared it prints the declared names instead, as the map writes them.
. "$(dirname "$0")/lib.sh"

declared=$(for header in $(public_headers); do strip_c "$header"; done | grep -v '^#' | tr '\n' ' ' |
    grep -o 'LIBHTTP_API [^();]*(' | sed 's/.*[ *]\([a-z0-9_]*\)($/\1/' | LC_ALL=C sort)
if [ "${1:-}" = --declared ]; then
    printf '%s\n' "$declared" | sed 's/.*/    &;/'
    exit
fi
mapped=$(grep -o '^[[:space:]]*libhttp_[a-z0-9_]*;' libhttp/libhttp.map | tr -d ' \t;' | LC_ALL=C sort)
exported=$(nm -D --defined-only "$LIBHTTP_SO" | awk '$2 != "A" {print $3}' | LC_ALL=C sort)

same "the map lists what the headers declare" "$declared" "$mapped"
same "the library exports what the map lists, under its node" \
    "$(printf '%s\n' "$mapped" | sed 's/$/@@LIBHTTP_1.0/' | LC_ALL=C sort)" "$exported"
none "no symbol is declared or listed twice" "$(printf '%s\n' "$declared" | uniq -d; printf '%s\n' "$mapped" | uniq -d)"
none "every exported name begins with libhttp_" "$(printf '%s\n' "$exported" | grep -v '^libhttp_')"

dynamic=$(readelf -dW "$LIBHTTP_SO")
for wanted in 'SONAME.*\[libhttp\.so\.1\]' 'FLAGS.*BIND_NOW' 'FLAGS_1.*NODELETE'; do
    printf '%s\n' "$dynamic" | grep -q "$wanted"
    ok $? "the library's dynamic section has $wanted"
done
readelf -lW "$LIBHTTP_SO" | grep -q GNU_RELRO
ok $? "relocations are read-only once made"
case $dynamic in
*libasan* | *libubsan* | *libtsan*) ;;
*) same "it needs the C library and OpenSSL, nothing else" "libc libcrypto libssl" \
    "$(printf '%s\n' "$dynamic" | sed -n 's/.*NEEDED.*\[\(lib[a-z]*\)\..*/\1/p' | sort | tr '\n' ' ' | sed 's/ $//')" ;;
esac

offenders=$(for header in $(public_headers); do
    strip_c "$header" | grep -nE '(^|[^a-z_])(size_t|ssize_t|off_t|time_t|bool|_Bool|long|short|unsigned|u?int(8|16)_t|uint(32|64)_t|enum|double|float|union|int)([^a-z0-9_]|$)|\.\.\.' |
        grep -v '#' | sed "s|^|$header:|"
done)
none "headers know int32_t, int64_t, text, data and opaque handles, and no variadic function" "$offenders"
none "only handles are structs, and no header shows what is inside one" \
    "$(for header in $(public_headers); do strip_c "$header" | grep -nE 'struct [a-z_]+ *\{' | sed "s|^|$header:|"; done)"
finish
