#!/bin/sh
# SPDX-License-Identifier: MIT
# Every public header compiles alone, as pedantic C99 and as C++98, with each compiler that is here.
. "$(dirname "$0")/lib.sh"

flags="-pedantic -Wall -Wextra -Werror -fsyntax-only -I$srcdir"
for header in $(public_headers); do
    include="#include <$header>"
    for compiler in gcc clang; do
        said=$(echo "$include" | $compiler -std=c99 $flags -x c - 2>&1)
        none "$header is C99 for $compiler" "$said"
    done
    for compiler in g++ clang++; do
        said=$(echo "$include" | $compiler -std=c++98 $flags -x c++ - 2>&1)
        none "$header is C++98 for $compiler" "$said"
    done
done
same "the umbrella brings every other header along" \
    "$(public_headers | grep -v '/http\.h$')" \
    "$(echo '#include <libhttp/http.h>' | $CC -E -I. - | sed -n 's|^# [0-9]* "\./\(libhttp/[a-z_]*\.h\)".*|\1|p' |
        sort -u | grep -v '/http\.h$')"
finish
