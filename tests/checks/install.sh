#!/bin/sh
# SPDX-License-Identifier: MIT
# What make install leaves is enough for pkg-config, a compiler and a program, with the shared library and with the static one.
. "$(dirname "$0")/lib.sh"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
said=$(make -C "$builddir" install DESTDIR="$root" 2>&1)
ok $? "make install succeeds"
[ "$tap_failed" -eq 0 ] || diag "$said"

pc=$(find "$root" -name libhttp.pc)
libdir=$(dirname "$(dirname "$pc")")
prefix=$root$(sed -n "s/^prefix=//p" "$pc")
export PKG_CONFIG_PATH="$(dirname "$pc")"
from_pc() {
    pkg-config --define-variable=prefix="$prefix" "$@" libhttp
}

same "the headers are there, and only those" "$(public_headers)" \
    "$(cd "$prefix/include" && find . -type f | sed 's|^\./||' | sort)"
[ ! -d "$builddir/doc/pages" ] || same "the manual is there" "$(cd "$builddir/doc/pages" && find man? -name '*.[37]' | sort)" \
    "$(cd "$prefix/share/man" && find man? -name '*.[37]' | sort)"
same "the guide is there" "$(cd doc/guide && find . -type f ! -name local.mk ! -name '.clang-format' | sort)" \
    "$(cd "$(dirname "$(find "$root" -name tour.html)")" && find . -type f | sort)"
none "pkg-config gives no flag of the static build for the shared one" "$(from_pc --libs | grep -E 'ssl|crypto|pthread|-ldl')"
none "it gives the version of version.h" "$(grep 'define LIBHTTP_VERSION_STRING' libhttp/version.h |
    grep -v "\"$(from_pc --modversion)\"")"

cat >"$root/program.c" <<'END'
#include <libhttp/http.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    libhttp_connection *connection = NULL;
    int32_t status = libhttp_connection_new(&connection);

    libhttp_connection_free(connection);
    return status != LIBHTTP_OK || strcmp(libhttp_version(), LIBHTTP_VERSION_STRING) != 0;
}
END
sanitized=$(sanitize_flags)
said=$($CC $sanitized "$root/program.c" $(from_pc --cflags --libs) -o "$root/shared" 2>&1)
none "a program compiles with the shared library" "$said"
LD_LIBRARY_PATH="$libdir" "$root/shared"
ok $? "and runs"
none "and needs libhttp.so.1 alone" "$(readelf -d "$root/shared" | grep NEEDED | grep -vE 'libhttp\.so\.1|libc\.|lib(a|t|ub)san')"
said=$($CC $sanitized "$root/program.c" $(from_pc --cflags) "$libdir/libhttp.a" \
    $(from_pc --static --libs-only-l | sed 's/-lhttp//') -pthread -o "$root/static" 2>&1)
none "a program compiles with the static library" "$said"
"$root/static"
ok $? "and runs too"

said=$(make -C "$builddir" uninstall DESTDIR="$root" 2>&1)
ok $? "make uninstall succeeds"
none "and leaves no file of the library, its manual and its guide" "$(cd "$root" && find . ! -type d | grep -E '/(include|pkgconfig|man[37])/|/libhttp\.(a|la|so)|/tour\.html$|/code/')"
finish
