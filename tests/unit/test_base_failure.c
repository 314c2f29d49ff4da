/* SPDX-License-Identifier: MIT */
/* failure: the code, the sentence, the facts. */
#include <errno.h>
#include <stdio.h>

#include "base/failure.h"
#include "base/limits.h"
#include "support/counts.h"
#include "tap.h"

#undef fail /* tap.h has one too */

static void test_sentence(void)
{
    struct failure f;

    failure_init(&f);
    is_str(failure_text(&f), "", "before the first failure the sentence is empty");
    is(f.missing, -1, "and nothing is missing that anybody knows of");
    is(fail(&f, LIBHTTP_E_BAD_STATUS_LINE, "not a status line: %s", QUOTE(span_of("a\0'\xff", 4))),
       LIBHTTP_E_BAD_STATUS_LINE, "fail returns its code");
    is_str(failure_text(&f), "not a status line: 'a\\x00\\x27\\xff'",
           "C-65 what was seen is quoted, made printable");
    fail_detail(&f, span_of("a\0b", 3));
    is_mem(f.detail, f.detail_length, "a\0b", 3, "the offending bytes are kept as they were");
    fail(&f, LIBHTTP_E_TIMEOUT, "was: %s", failure_text(&f));
    contains(failure_text(&f), "was: not a status line", "a new sentence may quote the old one");
    ok(f.detail == NULL, "and the old one's detail is gone");
    fail_os(&f, LIBHTTP_E_OS, ECONNREFUSED, "connect to %s", "x");
    is_str(failure_text(&f), "connect to x: Connection refused", "a system error is named");
    is(f.os_error, ECONNREFUSED, "its number kept");
    failure_done(&f);
}

static void test_limits(void)
{
    static char large[5000];
    char wanted[100];
    struct failure f;

    memset(large, 'x', sizeof large - 1);
    snprintf(wanted, sizeof wanted, "'%.64s'... and", large);
    failure_init(&f);
    fail(&f, LIBHTTP_E_BAD_HEADER, "%s and", QUOTE(span_of(large, sizeof large)));
    is_str(failure_text(&f), wanted, "T-20 a long line is cut in the sentence, which says so");
    fail_detail(&f, span_of(large, sizeof large));
    is(f.detail_length, LIMIT_DETAIL, "T-20 the detail is cut at its limit");
    fail(&f, LIBHTTP_E_BAD_HEADER, "%s", large + 1);
    ok(strlen(failure_text(&f)) < 1100, "and a sentence has an end");
    fail_os(&f, LIBHTTP_E_OS, ECONNREFUSED, "%s", large + 1);
    ok(strlen(failure_text(&f)) < 1100, "that of a system's error as well");
    is(f.os_error, ECONNREFUSED, "whose number is kept where there is no room for its name");
    failure_done(&f);
}

static void test_memory(void)
{
    struct failure f, copy;

    failure_init(&f);
    failure_init(&copy);
    if (malloc_is_counted()) {
        malloc_fail_at(1, true);
        fail(&f, LIBHTTP_E_TIMEOUT, "a sentence");
        malloc_fail_at(0, false);
        is_str(failure_text(&f), libhttp_error_description(LIBHTTP_E_TIMEOUT),
               "T-36 without memory for the sentence the error's own description is there");
        fail(&f, LIBHTTP_E_BAD_HEADER, "a sentence");
        malloc_fail_at(1, true);
        is(fail_detail(&f, span_text("x")), LIBHTTP_E_BAD_HEADER,
           "T-36 without memory for the detail");
        malloc_fail_at(0, false);
        ok(f.detail == NULL && f.detail_length == 0, "there is none");
        is_str(failure_text(&f), "a sentence", "and the sentence stays");
    }
    fail_memory(&f);
    is_str(failure_text(&f), libhttp_error_description(LIBHTTP_E_NO_MEMORY),
           "out of memory has its sentence");
    fail(&f, LIBHTTP_E_INCOMPLETE_READ, "cut");
    f.missing = 7;
    failure_copy(&copy, &f);
    is(copy.missing, 7, "a copy has the facts");
    is_str(failure_text(&copy), "cut", "and the sentence");
    failure_copy(&copy, &copy);
    is_str(failure_text(&copy), "cut", "a copy onto itself changes nothing");
    failure_done(&f);
    failure_done(&copy);
}

int main(void)
{
    test_sentence();
    test_limits();
    test_memory();
    return done_testing();
}
