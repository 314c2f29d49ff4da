# SPDX-License-Identifier: MIT
# What the tests share.
set -eu
# shellcheck disable=SC2034 # for those who read this in
doc=/usr/share/doc
cd "$AUTOPKGTEST_TMP"

# Runs the test that calls it once more, beside the example server: $EXAMPLE_HTTP, $EXAMPLE_HTTPS, $EXAMPLE_CA.
with_server() {
    [ -z "${EXAMPLE_HTTP:-}" ] || return 0
    gcc -Wall -Werror $doc/libhttp-dev/examples/server*.c -lssl -lcrypto -pthread -o server
    exec $doc/libhttp-dev/examples/serve . "$test"
}

# says TEXT COMMAND...: the command succeeds, and a line of what it prints is TEXT.
says() {
    text=$1
    shift
    said=$("$@" 2>&1) && printf '%s\n' "$said" | grep -qxF "$text" || {
        printf '%s\nfrom: %s\nhas no line: %s\n' "$said" "$*" "$text" >&2
        exit 1
    }
    printf 'ok: %s\n' "$*"
}
page='<html><p>Hello from the example server.</p></html>'
