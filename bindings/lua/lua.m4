dnl SPDX-License-Identifier: MIT
dnl --with-lua[=VERSIONS]: the Lua binding, once for each ABI: 5.1 (LuaJIT takes it too), 5.3, 5.4.

dnl LIBHTTP_LUA_VERSION(VERSION, VARIABLE): sets with_$2, $2_CFLAGS and $2_DIR.
AC_DEFUN([LIBHTTP_LUA_VERSION], [
AS_CASE([,$lua_versions,], [*,$1,*], [
	PKG_CHECK_MODULES([$2], [lua$1], [lua_found="$lua_found $1"; have_$2=yes], [
		have_$2=no
		AS_IF([test "x$lua_must" = xyes], [AC_MSG_ERROR([--with-lua=$1: its headers are missing])])])
], [have_$2=no])
AM_CONDITIONAL([HAVE_$2], [test "x$have_$2" = xyes])])

AC_DEFUN([LIBHTTP_LUA], [
AC_ARG_WITH([lua], AS_HELP_STRING([--with-lua=VERSIONS],
	[the Lua binding, for 5.1,5.3,5.4 or some of them (all that are found)]))
lua_must=no
lua_found=
AS_CASE(["$with_lua"],
	[no], [lua_versions=],
	[""|yes|check], [lua_versions=5.1,5.3,5.4],
	[lua_versions=$with_lua; lua_must=yes])
AS_IF([test -z "$SWIG"], [
	AS_IF([test "x$lua_must" = xyes], [AC_MSG_ERROR([--with-lua needs swig])])
	lua_versions=])
LIBHTTP_LUA_VERSION([5.1], [LUA51])
LIBHTTP_LUA_VERSION([5.3], [LUA53])
LIBHTTP_LUA_VERSION([5.4], [LUA54])
AS_IF([test -n "$lua_found"], [BINDINGS="$BINDINGS bindings/lua"],
	[test "x$with_lua" = xyes], [AC_MSG_ERROR([--with-lua: no Lua that it could be built for])])
AC_MSG_NOTICE([Lua binding:${lua_found:- none}])
AC_CONFIG_FILES([bindings/lua/Makefile])])
