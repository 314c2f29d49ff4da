#!/bin/sh
# SPDX-License-Identifier: MIT
# How many instructions an exchange takes, against the figures committed in bench/instructions: a count holds on any machine
# of one kind. What the figures are not made for (another compiler, other flags, a sanitizer) is said, and not compared.
. "$(dirname "$0")/../checks/lib.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

compiler=other
case $($CC --version 2>/dev/null) in
*clang*) compiler=clang ;;
*"Free Software Foundation"*) compiler=gcc ;;
esac
flags=$(sed -n 's/^CFLAGS = //p' "$builddir/Makefile")
flags="$flags $(sed -n 's/^SANITIZE_FLAGS = //p' "$builddir/Makefile")"
reason=
case $(uname -m) in x86_64) ;; *) reason="another processor" ;; esac
case " $flags " in *-fsanitize* | *-O[013s]* | *-flto*) reason="built with $flags" ;; *-O2*) ;; *) reason="built without -O2" ;; esac
grep -q "^$compiler " "$srcdir/bench/instructions" || reason="no figures for $CC"
command -v valgrind >/dev/null || reason="no valgrind"
if [ -n "$reason" ]; then
    echo "1..0 # SKIP $reason"
    exit 0
fi

(cd "$builddir" && make -s bench/server bench/client-libhttp) >"$scratch/make" 2>&1 || { cat "$scratch/make"; exit 2; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -out "$scratch/cert" -keyout "$scratch/key" 2>/dev/null
: >"$scratch/ports"
mkfifo "$scratch/life"
"$builddir/bench/server" "$scratch/cert" "$scratch/key" <"$scratch/life" >"$scratch/ports" &
exec 3>"$scratch/life"
tries=0
until grep -q ' .* ' "$scratch/ports" || [ "$tries" -ge 100 ]; do
    tries=$((tries + 1))
    sleep 0.2
done
ports=$(cat "$scratch/ports")

# instructions ROW TIMES: of the whole program.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$builddir/bench/client-libhttp" "$1" "$2" $ports \
        "$scratch/cert" /dev/null 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

rows=$(sed -n "s/^$compiler //p" "$srcdir/bench/instructions")
while read -r row figure; do
    # On a busy machine an exchange may begin late, and look at its connection first: then once more.
    for try in 1 2 3; do
        once=$(instructions "$row" 200)
        twice=$(instructions "$row" 400)
        count=$(((${twice:-0} - ${once:-0}) / 200))
        echo "# $row: $count instructions, committed: $figure"
        [ $((count * 100)) -gt $((figure * 103)) ] || break
    done
    [ "$count" -gt 0 ] && [ $((count * 100)) -le $((figure * 103)) ]
    ok $? "an exchange of bench's row $row takes $figure instructions, or at most 3 % more: $count"
    [ $((count * 100)) -ge $((figure * 97)) ]
    ok $? "and not so much less that the committed figure says nothing: $count"
done <<END
$rows
END
exec 3>&-
finish
