#!/bin/sh
# SPDX-License-Identifier: MIT
# How many instructions, system calls and mallocs an exchange takes, against the figures committed in bench/instructions, and how
# they grow: counts hold on any machine of one kind. Instructions that the figures are not made for (another compiler, other
# flags) are not compared; a sanitizer makes all of them others.
. "$(dirname "$0")/../checks/lib.sh"

compiler=other
case $($CC --version 2>/dev/null) in
*clang*) compiler=clang ;;
*"Free Software Foundation"*) compiler=gcc ;;
esac
flags=$(sed -n 's/^CFLAGS = //p' "$builddir/Makefile")
flags="$flags $(sed -n 's/^SANITIZE_FLAGS = //p' "$builddir/Makefile")"
skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
case " $flags " in *-fsanitize*) skip "built with $flags" ;; esac
command -v valgrind >/dev/null || skip "no valgrind"
strace -qq -o /dev/null true 2>/dev/null || skip "system calls can't be traced here"
case $(uname -m) in x86_64) ;; *) compiler= ;; esac
case " $flags " in *-O[013s]* | *-flto*) compiler= ;; *-O2*) ;; *) compiler= ;; esac

programs="bench/server bench/client-floor bench/client-libhttp examples/many"
(cd "$builddir" && make -s $programs) >&2 || exit 2

# Without what is for debuggers, as valgrind gives up on clang's.
stripped=$(mktemp -d)
trap 'rm -rf "$stripped"' EXIT
mkdir "$stripped/bench" "$stripped/examples" "$stripped/libs"
for program in $programs; do
    strip -g -o "$stripped/$program" "$builddir/$program" || exit 2
done
strip -g -o "$stripped/libs/libhttp.so.1" "$builddir/.libs/libhttp.so.1" || exit 2
builddir=$stripped LD_LIBRARY_PATH="$stripped/libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" "$srcdir/bench/run" counts $compiler
