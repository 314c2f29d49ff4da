dnl SPDX-License-Identifier: MIT
dnl --with-ruby[=PROGRAM]: the Ruby binding, for the Ruby that this is.

AC_DEFUN([LIBHTTP_RUBY], [
AC_ARG_WITH([ruby], AS_HELP_STRING([--with-ruby=PROGRAM], [the Ruby binding, for this ruby (where one is found)]))
AS_CASE(["$with_ruby"],
	[no], [RUBY=],
	[""|yes|check], [AC_PATH_PROG([RUBY], [ruby])],
	[RUBY=$with_ruby; AC_PATH_PROG([RUBY], ["$with_ruby"])])
ruby_config() {
	"$RUBY" -rrbconfig -e "print RbConfig::CONFIG.fetch(%([$]1))" 2>/dev/null
}
ruby_missing=
AS_IF([test -z "$RUBY"], [ruby_missing="no ruby"],
	[test -z "$SWIG"], [ruby_missing="no swig"],
	[! test -e "`ruby_config rubyhdrdir`/ruby.h"], [ruby_missing="ruby's headers are missing"])
AS_IF([test -z "$ruby_missing"], [
	RUBY_CFLAGS="-I`ruby_config rubyhdrdir` -I`ruby_config rubyarchhdrdir`"
	RUBY_LIBS="-L`ruby_config libdir` `ruby_config LIBRUBYARG_SHARED`"
	dnl Beside Ruby the vendor's folders, elsewhere the site's, below our own prefix.
	ruby_kind=site
	AS_IF([test "x$prefix" = "x`ruby_config prefix`"], [ruby_kind=vendor])
	ruby_below='s,^/usr/local/,$(exec_prefix)/,;s,^'`ruby_config prefix`'/,$(exec_prefix)/,'
	RUBY_LIBDIR=`ruby_config ${ruby_kind}libdir | sed "$ruby_below"`
	RUBY_ARCHDIR=`ruby_config ${ruby_kind}archdir | sed "$ruby_below"`
	BINDINGS="$BINDINGS bindings/ruby"
	ruby_version=`ruby_config ruby_version`
	AC_MSG_NOTICE([Ruby binding: $ruby_version])
], [
	AS_CASE(["$with_ruby"], [""|no|check], [], [AC_MSG_ERROR([--with-ruby: $ruby_missing])])
	AC_MSG_NOTICE([Ruby binding: none ($ruby_missing)])
])
AC_SUBST([RUBY_CFLAGS])
AC_SUBST([RUBY_LIBS])
AC_SUBST([RUBY_LIBDIR])
AC_SUBST([RUBY_ARCHDIR])
AC_CONFIG_FILES([bindings/ruby/Makefile])])
