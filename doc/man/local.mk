# SPDX-License-Identifier: MIT
# The manual, made from the headers' comments by perl; without it there is none.

man_generator = \
	doc/man/mkman \
	doc/man/Comment.pm \
	doc/man/Headers.pm \
	doc/man/Mdoc.pm
EXTRA_DIST += $(man_generator) doc/man/lacking

if HAVE_PERL
noinst_DATA = doc/pages/stamp
doc/pages/stamp: $(man_generator) $(public_headers) libhttp/error.c README
	$(AM_V_GEN)rm -rf doc/pages && $(MKDIR_P) doc/pages && $(PERL) $(srcdir)/doc/man/mkman $(srcdir) doc/pages && touch $@

# A page of its own is a file, a name that shares one a link.
install-data-local: doc/pages/stamp
	@echo " installing the manual in $(DESTDIR)$(mandir)"; for section in man3 man7; do \
		$(MKDIR_P) "$(DESTDIR)$(mandir)/$$section" && \
		$(INSTALL_DATA) $$(find doc/pages/$$section -type f) "$(DESTDIR)$(mandir)/$$section" && \
		cp -RPf $$(find doc/pages/$$section -type l) "$(DESTDIR)$(mandir)/$$section" || exit; \
	done
uninstall-local: doc/pages/stamp
	@(cd doc/pages && find man3 man7 ! -type d) | while read -r page; do rm -f "$(DESTDIR)$(mandir)/$$page"; done
endif
.PHONY: clean-manual
clean-local: clean-manual
clean-manual:
	rm -rf doc/pages
