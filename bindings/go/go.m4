dnl SPDX-License-Identifier: MIT
dnl --with-go[=PROGRAM]: the Go package: its sources, the generated ones included, and its tests.

AC_DEFUN([LIBHTTP_GO], [
AC_ARG_WITH([go], AS_HELP_STRING([--with-go=PROGRAM], [the Go package, tested with this go (where one is found)]))
AS_CASE(["$with_go"],
	[no], [GO=],
	[""|yes|check], [AC_PATH_PROG([GO], [go])],
	[GO=$with_go; AC_PATH_PROG([GO], ["$with_go"])])
go_missing=
AS_IF([test -z "$GO"], [go_missing="no go"],
	[test -z "$SWIG"], [go_missing="no swig"])
AS_IF([test -z "$go_missing"], [
	BINDINGS="$BINDINGS bindings/go"
	AC_MSG_NOTICE([Go package: $($GO version)])
], [
	AS_CASE(["$with_go"], [""|no|check], [], [AC_MSG_ERROR([--with-go: $go_missing])])
	AC_MSG_NOTICE([Go package: none ($go_missing)])
])
dnl go.mod is the one place where the module's path stands.
GO_MODULE=`sed -n 's/^module //p' "$srcdir/bindings/go/go.mod"`
AC_SUBST([GO_MODULE])
AC_CONFIG_FILES([bindings/go/Makefile])])
