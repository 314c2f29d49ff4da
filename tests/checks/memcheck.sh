#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/trust/memcheck tells what valgrind finds, and nothing else.
. "$(dirname "$0")/lib.sh"
if ! command -v valgrind >/dev/null; then
    echo "1..0 # SKIP no valgrind"
    exit
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export KEPT_LOGS="$dir"

cat >"$dir/program.c" <<'END'
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *volatile block;

int main(int argc, char **argv)
{
    int status = 0;

    (void)argc;
    block = malloc(8);
    if (strcmp(argv[1], "unset") == 0 && block[3] == 'x')
        status = 1;
    if (strcmp(argv[1], "lost") != 0)
        free(block);
    block = NULL;
    if (strcmp(argv[1], "open") == 0)
        open("/dev/null", O_RDONLY);
    if (strcmp(argv[1], "child") == 0) {
        if (fork() == 0) {
            block = malloc(8);
            block = NULL;
            _exit(0);
        }
        wait(&status);
        status = WEXITSTATUS(status);
    }
    return strcmp(argv[1], "fails") == 0 ? 3 : status;
}
END
$CC -O0 "$dir/program.c" -o "$dir/program" || exit 2

# found CASE: the first line of what is told, and the status.
found() {
    rm -f "$dir/memcheck"
    told=$(tests/trust/memcheck "$dir/program" "$1" 2>&1)
    status=$?
    [ "$(printf '%s\n' "$told" | sed 's/^program: //')" = "$(sed '1,2d; $d' "$dir/memcheck" 2>/dev/null)" ] || echo "not kept: $told"
    echo "$(printf '%s\n' "$told" | sed -n '1{s/ in .*//;p}') $status"
}
same "nothing where there is nothing" " 0" "$(found clean)"
same "a program's own status" " 3" "$(found fails)"
same "what was never written" "program: Conditional jump or move depends on uninitialised value(s) 9" "$(found unset)"
same "memory lost" "program: 8 bytes 9" "$(found lost)"
same "a descriptor that nobody has closed" "program: Open file descriptor N: /dev/null 9" \
    "$(found open | sed 's/descriptor [0-9]*/descriptor N/')"
same "of a child the status" " 9" "$(found child)"
said=$(tests/trust/memcheck tests/trust/memcheck 2>&1)
same "no script, whose interpreter it would watch" "memcheck: tests/trust/memcheck is a script: $?" "$said: 2"
finish
