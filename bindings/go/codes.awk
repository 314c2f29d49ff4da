# SPDX-License-Identifier: MIT
# Makes Go's names for the kinds of errors out of libhttp/error.h, so that they are listed nowhere else.
BEGIN {
    print "// Code generated from libhttp/error.h; DO NOT EDIT."
    print "// SPDX-License-Identifier: MIT\n"
    print "package libhttp\n"
    print "import \"libhttp.dev/go/libhttp/internal/raw\"\n"
    print "// The kinds of errors, for errors.Is."
    print "var ("
    count = split("http HTTP url URL os OS tls TLS", pairs, " ")
    for (i = 1; i < count; i += 2)
        spelled[pairs[i]] = pairs[i + 1]
}
/^\/\*\*/ { comment = "" }
/^(\/\*\*| \*)/ {
    line = $0
    gsub(/^\/\*\* ?|^ \*\/?$|^ \* ?| ?\*\/$/, "", line)
    if (line != "")
        comment = comment "\t// " line "\n"
}
/^#define LIBHTTP_E_/ {
    name = ""
    words = split(tolower(substr($2, 11)), word, "_")
    for (i = 1; i <= words; i++)
        name = name (word[i] in spelled ? spelled[word[i]] : toupper(substr(word[i], 1, 1)) substr(word[i], 2))
    printf "%s\tErr%s = Code(raw.%s)\n", comment, name, substr($2, 9)
}
END { print ")" }
