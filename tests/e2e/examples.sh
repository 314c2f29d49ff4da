#!/bin/sh
# SPDX-License-Identifier: MIT
# The demonstration that README's first command runs: every example does what it should.
. "$(dirname "$0")/../checks/lib.sh"

programs=$(mktemp -d)
trap 'rm -rf "$programs"' EXIT
ln -s "$builddir"/examples/[a-z]* "$programs"
watch $(find "$programs" -type l -executable ! -name server)
said=$("$srcdir/examples/demo" "$programs" 2>&1 </dev/null)
ok $? "the demonstration succeeds"
diag "$said"

# refuses COMMAND...: it fails, run by sh beside the example server.
refuses() {
    ! "$srcdir/examples/serve" "$builddir/examples" sh -c "cd '$builddir/examples' && $1" >/dev/null 2>&1 </dev/null
}
refuses './get $EXAMPLE_HTTP/index.html >/dev/full'
ok $? "get tells that its output couldn't be written"
refuses 'echo mine >$EXAMPLE_WORK/kept; ./download $EXAMPLE_HTTP/index.html $EXAMPLE_WORK/kept ||
    ! grep -q mine $EXAMPLE_WORK/kept'
ok $? "download leaves alone what is there already"
finish
