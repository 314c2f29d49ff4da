# SPDX-License-Identifier: MIT
# The guide: pages written by hand, and the programs that they show. tests/doc/guide.sh holds the one to the other.

dist_html_DATA = \
	doc/guide/architecture.html \
	doc/guide/architecture.svg \
	doc/guide/embedding.html \
	doc/guide/from-http-client.html \
	doc/guide/from-libcurl.html \
	doc/guide/guide.css \
	doc/guide/index.html \
	doc/guide/modes.svg \
	doc/guide/security.html \
	doc/guide/tour.html

guide_codedir = $(htmldir)/code
dist_guide_code_DATA = \
	doc/guide/code/answer.c \
	doc/guide/code/carried.c \
	doc/guide/code/compile.sh \
	doc/guide/code/fetch.c \
	doc/guide/code/fetch_curl.c \
	doc/guide/code/ffi.py \
	doc/guide/code/first.c \
	doc/guide/code/patience.c \
	doc/guide/code/pieces.c \
	doc/guide/code/poll.c \
	doc/guide/code/sessions.c \
	doc/guide/code/sessions.py \
	doc/guide/code/static.sh \
	doc/guide/code/strict.c
EXTRA_DIST += doc/guide/code/.clang-format
