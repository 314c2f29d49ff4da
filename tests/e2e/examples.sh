#!/bin/sh
# SPDX-License-Identifier: MIT
# The demonstration that README's first command runs: every example does what it should.
. "$(dirname "$0")/../checks/lib.sh"

said=$("$srcdir/examples/demo" "$builddir/examples" 2>&1 </dev/null)
ok $? "the demonstration succeeds"
diag "$said"
finish
