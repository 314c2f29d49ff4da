#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/support/launch gives a test's own status, under tests/run, which keeps logs, and under "make check" and distcheck, where
# automake has its list of logs in TEST_LOGS.
. "$(dirname "$0")/lib.sh"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
unset KEPT_LOGS TEST_WRAPPER

# status LAUNCH...: what it says and its status.
status() {
    said=$("$@" 2>&1)
    echo "$said $?"
}
for wanted in 0 3; do
    set -- sh tests/support/launch sh -c "echo said; exit $wanted"
    same "under make check a test's status is $wanted" "said $wanted" "$(TEST_LOGS='tests/a.log tests/b.log' status "$@")"
    same "under tests/run too" "said $wanted" "$(KEPT_LOGS=$dir status "$@")"
    same "and both are kept" "said $wanted" "$(cat "$dir/sh.log" "$dir/sh.status" | paste -sd ' ')"
done

# tests/trust/under leaves out what its list says, and takes no other skip.
mkdir -p "$dir/trust" "$dir/tests/logs"
cp tests/trust/under "$dir/trust"
# shellcheck disable=SC2016 # the stub expands it
printf '#!/bin/sh\necho "ran $*"\n' >"$dir/run"
chmod +x "$dir/run"
printf '%s\n' 'some tests/a all never' 'some tests/b 1 one check' 'other tests/c all elsewhere' >"$dir/trust/left_out.txt"
# under B C: what it says and its status, where the tests b and c.sh left these lines.
under() {
    printf '%s\n' "$1" >"$dir/tests/logs/tests-b.log"
    printf '%s\n' "$2" >"$dir/tests/logs/c.sh.log"
    (cd "$dir" && status trust/under some tests/a tests/b tests/c.sh)
}
one='ok 1 # SKIP not here'
told='some: 1 tests left out and 1 checks of others: tests/trust/left_out.txt'
same "under runs the others and counts what is left out" "ran tests/b tests/c.sh
$told 0" "$(under "$one" 'ok 1')"
same "it fails where a check of the list is not skipped" 1 "$(under 'ok 1' 'ok 1' | sed -n '$s/.* //p')"
same "where one is that the list does not have" 1 "$(under "$one" 'ok 2 # SKIP neither' | sed -n '$s/.* //p')"
same "where a whole test is" 1 "$(under "$one" '1..0 # SKIP all' | sed -n '$s/.* //p')"
rm "$dir/tests/logs/tests-b.log"
same "where a test left no log" 1 "$(cd "$dir" && status trust/under some tests/a tests/b | sed -n '$s/.* //p')"
echo found >"$dir/tests/logs/memcheck"
same "where valgrind found something that no test tells of" 1 "$(under "$one" 'ok 1' | sed -n '$s/.* //p')"
rm "$dir/tests/logs/memcheck"
printf '#!/bin/sh\nexit 4\n' >"$dir/run"
same "and where a test fails" 4 "$(under "$one" 'ok 1' | sed -n '$s/.* //p')"
finish
