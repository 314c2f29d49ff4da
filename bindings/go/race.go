// SPDX-License-Identifier: MIT

//go:build race

package libhttp

import "syscall"

// The race detector takes what a process writes to a socket and reads from one for a synchronisation,
// but sees only what goes through package syscall. So, where it is built in, a call there says it for C.

var nothing, _ = syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)

func leaving() { syscall.Write(-1, nil) }

func arrived() { syscall.Read(nothing, nil) }
