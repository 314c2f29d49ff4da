#!/bin/sh
# SPDX-License-Identifier: MIT
# The guide's programs compile without a warning, by the commands that it shows, and do what it says.
. "$(dirname "$0")/../checks/lib.sh"

if [ -z "${EXAMPLE_HTTPS:-}" ]; then
    exec "$srcdir/examples/serve" "$builddir/examples" "$srcdir/tests/doc/guide_code.sh"
fi
host=${EXAMPLE_HTTPS#https://}
work=$EXAMPLE_WORK
page='<html><p>Hello from the example server.</p></html>'
export SSL_CERT_FILE="$EXAMPLE_CA" CC LIBHTTP_SO

# What the guide's commands find: the library of this build, and a "cc" that takes no warning for an answer.
flags="-std=gnu11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror $(sanitize_flags)"
sed -e "s|^libdir=.*|libdir=$(dirname "$LIBHTTP_SO")|; s|^includedir=.*|includedir=$srcdir|" \
    "$builddir/pkgconfig/libhttp.pc" >"$work/libhttp.pc"
mkdir "$work/bin"
printf '#!/bin/sh\nexec %s %s "$@" -Wl,-rpath,%s\n' "$CC" "$flags" "$(dirname "$LIBHTTP_SO")" >"$work/bin/cc"
chmod +x "$work/bin/cc"
export PKG_CONFIG_PATH="$work" PATH="$work/bin:$PATH"
cp "$srcdir"/doc/guide/code/*.c "$work"
cd "$work" || exit 2

# compiled NAME COMMAND: held where it says nothing.
compiled() {
    none "$1 compiles" "$(sh -ec "$2" 2>&1)"
}
# prints DESCRIPTION TEXT COMMAND...: held where the command succeeds with that on its standard output.
prints() {
    what=$1
    expected=$2
    shift 2
    said=$("$@" 2>err)
    ok $? "$what"
    same "and prints what it should" "$expected" "$said"
    [ ! -s err ] || diag "$(cat err)"
}

compiled first "$(cat "$srcdir/doc/guide/code/compile.sh")"
watch first
prints "C-13 first fetches a page" "$page" ./first "$host"
said=$(SSL_CERT_FILE=/dev/null ./first "$host" 2>&1)
[ $? -ne 0 ]
ok $? "T-40 and refuses a server that the system doesn't trust"
if [ -e "$(dirname "$LIBHTTP_SO")/libhttp.a" ]; then
    compiled "with the static library, first" "$(cat "$srcdir/doc/guide/code/static.sh")"
    none "it doesn't need the shared one" "$(readelf -d first | grep 'NEEDED.*libhttp')"
    watch first
    prints "and runs too" "$page" ./first "$host"
fi
for program in answer carried fetch patience pieces poll sessions strict; do
    compiled "$program" "cc $program.c \$(pkg-config --cflags --libs libhttp) -o $program"
    watch $program
done

said=$(./answer "$host" /index.html /chunked /parrot.spam)
ok $? "C-100 answer tells of three pages over one connection"
same "C-99 of each its status, its length and its type" "/index.html: 200 OK|  51 bytes of type text/html|/chunked: 200 OK|  \
65 bytes of type unknown|/parrot.spam: 404 Not Found|  31 bytes of type text/html|" \
    "$(printf '%s\n' "$said" | grep -E '^/|bytes of' | tr '\n' '|')"

prints "C-120 patience has a page in time" "$page" ./patience 60000 "$host" /index.html
said=$(./patience 200 "$host" '/slow?ms=3600000' 2>&1)
[ $? -ne 0 ]
ok $? "C-120 and gives up where there is none"
same "after a second try" "2" "$(printf '%s\n' "$said" | grep -c '^Timeout')"

yes parrot | head -n 10000 >body
prints "C-130 pieces puts what it reads" "201 Created" sh -c './pieces "$1" /parrots <body' sh "$host"
prints "poll waits by itself" "$page" ./poll "$host" /index.html
prints "carried fetches over a socket of its own" "$page" ./carried localhost "${host#*:}"
prints "ffi.py needs no binding" "$page" "$srcdir/tests/support/preload" python3 "$srcdir/doc/guide/code/ffi.py" "$host"

prints "C-129 strict fetches from a server that it is told to trust" "$page" \
    env -u SSL_CERT_FILE ./strict "$EXAMPLE_HTTPS/index.html" "$EXAMPLE_CA"
for url in "$EXAMPLE_HTTP/" "https://user@$host/" "https://$host\\@example.org/" "$EXAMPLE_HTTPS/download"; do
    ./strict "$url" "$EXAMPLE_CA" >out 2>err
    [ $? -ne 0 ] && [ ! -s out ] && [ -s err ]
    ok $? "T-7 T-26 and refuses $url: $(cat err)"
done

python=$(python3 "$srcdir/doc/guide/code/sessions.py" "$host")
ok $? "sessions.py runs with http.client"
none "and had a page, an answer to its form, and its error" "$(printf '%s\n' "$python" | grep -vxE \
    "200 OK|text/html|$page|<p>You asked: spam=1&eggs=2[+]or[+]3</p>|InvalidURL")"
prints "C-135 sessions.c does the same" "$python" ./sessions "$host"

prints "C-133 fetch fetches by URL" "$page" ./fetch "$EXAMPLE_HTTP/index.html"
mine=$(./fetch "$EXAMPLE_HTTPS/download" 2>&1 >out)
same "and counts" "200, 10000000 bytes" "$mine"
if pkg-config --exists libcurl; then
    compiled fetch_curl 'cc fetch_curl.c $(pkg-config --cflags --libs libcurl) -o fetch_curl'
    prints "fetch_curl does what fetch does" "$page" ./fetch_curl "$EXAMPLE_HTTP/index.html"
    same "and counts as it does" "$mine" "$(./fetch_curl "$EXAMPLE_HTTP/download" 2>&1 >out)"
    # Whatever the page names of libcurl exists.
    {
        printf '%s\n' '#include <curl/curl.h>' 'int main(void)' '{'
        grep -ohE '\bcurl_[a-z_]+\b' "$srcdir/doc/guide/from-libcurl.html" | sort -u | sed 's/.*/    (void)&;/'
        grep -ohE '\bCURL(OPT|INFO|E|M|MOPT)_[A-Z_0-9]+\b' "$srcdir/doc/guide/from-libcurl.html" | sort -u | sed 's/.*/    (void)&;/'
        printf '%s\n' '    return 0;' '}'
    } >names.c
    compiled "a program of all of libcurl's names in the guide" \
        'cc -Wno-deprecated-declarations names.c $(pkg-config --cflags --libs libcurl) -o names'
fi
finish
