#!/bin/sh
# SPDX-License-Identifier: MIT
# The bench in its quick form: each client that is there does each row, so that it doesn't rot.
. "$(dirname "$0")/../checks/lib.sh"
case $(sed -n 's/^SANITIZE_FLAGS = //p' "$builddir/Makefile") in
*-fsanitize*)
    echo "1..0 # SKIP the interpreters would have to be given the sanitizer"
    exit 0
    ;;
esac
(cd "$builddir" && make -s bench-peers) >&2 || exit 2
exec "$srcdir/bench/run" quick
