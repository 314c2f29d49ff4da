# SPDX-License-Identifier: MIT
# TAP for checks written in sh: ". lib.sh", then pass/none/same, and "finish" last.
set -u
: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$PWD}"
: "${CC:=cc}" "${LIBHTTP_SO:=$builddir/.libs/libhttp.so.1}"
tap_count=0
tap_failed=0
LC_ALL=C
export LC_ALL
cd "$srcdir" || exit 2

# ok STATUS DESCRIPTION: held where the status is 0.
ok() {
    tap_count=$((tap_count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tap_count - $2"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $2"
    fi
}

# diag TEXT: any number of lines.
diag() {
    printf '%s\n' "$1" | sed 's/^/#   /'
}

# watch PROGRAM...: where the tests run under valgrind (TEST_WRAPPER), these, which use the library, do from now on.
watch() {
    [ -n "${TEST_WRAPPER:-}" ] || return 0
    for program; do
        mv "$program" "$program.watched"
        printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$TEST_WRAPPER" "$(realpath "$program.watched")" >"$program"
        chmod +x "$program"
    done
}

# none DESCRIPTION OFFENDERS: held where there are none; otherwise they are shown.
none() {
    if [ -z "$2" ]; then
        ok 0 "$1"
    else
        ok 1 "$1"
        diag "$2"
    fi
}

# same DESCRIPTION ONE OTHER: two sorted lists are equal; otherwise what only one of them has is shown.
same() {
    printf '%s\n' "$2" >"${TMPDIR:-/tmp}/one.$$"
    printf '%s\n' "$3" >"${TMPDIR:-/tmp}/other.$$"
    none "$1" "$(diff "${TMPDIR:-/tmp}/one.$$" "${TMPDIR:-/tmp}/other.$$" | grep '^[<>]')"
    rm -f "${TMPDIR:-/tmp}/one.$$" "${TMPDIR:-/tmp}/other.$$"
}

# sources PATTERN...: files under version control, or all of an unpacked release, whose path matches one of the shell patterns
# (in which * matches / too).
sources() {
    { git ls-files 2>/dev/null || find . -name '*build*' -prune -o -type f -print | sed 's|^\./||'; } | sort | while read -r file; do
        for pattern; do
            case $file in
            $pattern) [ ! -e "$file" ] || echo "$file" ;;
            esac
        done
    done
}

# The headers that get installed.
public_headers() {
    ls libhttp/*.h
}

# What a program needs to be compiled with beside the library, where that was built with sanitizers. Without the flags of a make
# that runs us: they may have it tell of folders. Where it remakes the Makefile first, that is told before.
sanitize_flags() {
    MAKEFLAGS='' make -s --no-print-directory -C "$builddir" sanitize-flags | tail -n 1
}

# C without comments and without what stands in quotes; lines keep their numbers.
strip_c() {
    awk '
    {
        line = $0; out = ""
        while (line != "") {
            if (inside) {
                end = index(line, "*/")
                if (!end) break
                line = substr(line, end + 2); inside = 0
            } else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047/)) {
                token = substr(line, RSTART, RLENGTH)
                out = out substr(line, 1, RSTART - 1)
                line = substr(line, RSTART + RLENGTH)
                if (token == "/*") inside = 1
                else if (token == "//") break
                else out = out "\"\""
            } else { out = out line; line = "" }
        }
        print out
    }' "$1"
}

finish() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
    exit
}
