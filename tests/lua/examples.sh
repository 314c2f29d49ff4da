#!/bin/sh
# SPDX-License-Identifier: MIT
# The Lua examples say what they should, in every Lua that the binding is built for.
. "$(dirname "$0")/../checks/lib.sh"
if [ -z "${EXAMPLE_HTTP:-}" ]; then
    exec "$srcdir/examples/serve" "$builddir/examples" "$srcdir/tests/lua/examples.sh"
fi
http=${EXAMPLE_HTTP##*:}
https=${EXAMPLE_HTTPS##*:}

# says LUA EXAMPLE ARGUMENTS...: what the example prints.
says() {
    interpreter=$1
    example=$2
    shift 2
    timeout 120 "$srcdir/tests/support/preload" "$interpreter" "$srcdir/examples/lua/$example.lua" "$@" 2>&1
}
# has DESCRIPTION TEXT PATTERN...: the text has a line for each of the patterns.
has() {
    description=$1
    text=$2
    shift 2
    missing=$(for pattern; do printf '%s\n' "$text" | grep -q "$pattern" || echo "missing: $pattern"; done)
    none "$description" "$missing"
    [ -z "$missing" ] || diag "$text"
}
tab=$(printf '\t')

for interpreter in lua5.1 luajit lua5.3 lua5.4; do
    version=${interpreter#lua}
    [ "$version" != jit ] || version=5.1
    modules=$builddir/bindings/lua/lua$version
    [ -e "$modules/libhttp/core.so" ] && command -v $interpreter >/dev/null || continue
    export LUA_PATH="$srcdir/bindings/lua/?.lua;;" LUA_CPATH="$modules/?.so;;"
    has "$interpreter: GET over TLS" "$(says $interpreter get localhost "$https" "$EXAMPLE_CA")" \
        "^200${tab}OK" 'Hello from the example server' 'piece 5 of 5' "^404${tab}Not Found"
    has "$interpreter: HEAD" "$(says $interpreter head 127.0.0.1 "$http")" "^200${tab}OK" '^Content-Length: 51' "^0${tab}true"
    has "$interpreter: POST" "$(says $interpreter post 127.0.0.1 "$http")" "^200${tab}OK" '@number=12524\|%40number=12524'
    if $interpreter -e 'require "ltn12"' 2>/dev/null; then
        has "$interpreter: PUT by ltn12" "$(says $interpreter pump 127.0.0.1 "$http" "$EXAMPLE_CA")" \
            "^201${tab}Created" "^received $(wc -c <"$EXAMPLE_CA") bytes"
    fi
    if $interpreter -e 'require "cqueues"' 2>/dev/null; then
        has "$interpreter: many at once" "$(says $interpreter many 127.0.0.1 "$http" 50)" '^50 answers'
    fi
done
if [ $tap_count -eq 0 ]; then
    echo "1..0 # SKIP the Lua binding is not built"
    exit
fi
finish
