#!/bin/sh
# SPDX-License-Identifier: MIT
# What CONTRIBUTING asks of every file, where a machine can see it.
. "$(dirname "$0")/lib.sh"

code=$(sources '*.c' '*.h')
library=$(sources 'libhttp/*.c' 'libhttp/*.h')

# A script may have its #! line before it.
none "every source says its licence in its first lines" "$(for file in $(sources '*.c' '*.h' '*.sh' '*.py' '*.lua' '*.rb' \
    '*.go' '*.ac' '*.am' '*.mk' '*.i' 'tests/run' '.ci/run' 'examples/demo'); do
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
done)"
none "no line over 100 columns" "$(awk 'length($0) > 100 {print FILENAME ":" FNR ": " length($0)}' $code | head -50)"
none "no tab, no blank at a line's end" "$(grep -nE "$(printf '\t')|[[:blank:]]\$" $code | head -20)"
none "no file of the library over 450 lines" "$(wc -l $library | awk '$2 != "total" && $1 > 450 {print $2 ": " $1}')"
none "no public header over 260 lines" "$(wc -l $(public_headers) | awk '$2 != "total" && $1 > 260 {print $2 ": " $1}')"

# Functions: from the line before a brace in the first column to the next closing brace there.
lengths=$(awk 'FNR == 1 {start = 0}
    /^[A-Za-z_].*\(/ {head = $0; at = FNR}
    /^\{/ {start = at ? at : FNR}
    /^\}/ && start {n = head; sub(/\(.*/, "", n); sub(/.*[ *]/, "", n); print FNR - start + 1, FILENAME ":" start, n; start = at = 0}' \
    $(printf '%s\n' "$library" | grep '\.c$'))
none "no function of the library over 60 lines" "$(printf '%s\n' "$lengths" | awk '$1 > 60')"
echo "# functions: $(printf '%s\n' "$lengths" | sort -n | awk '{l[NR] = $1} END {
    print NR ", median " l[int((NR + 1) / 2)] " lines, p90 " l[int(NR * 0.9)] ", longest " l[NR]}')"

banned='strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|scanf|sscanf|alloca|rand|strerror|'
banned=$banned'gethostbyname|inet_addr|inet_ntoa|signal|setlocale|isalpha|isdigit|isalnum|isspace|isxdigit|toupper|tolower|'
banned=$banned'strcasecmp|strncasecmp|printf|puts|abort|exit|assert|localtime|gmtime|ctime|asctime|usleep|sleep|system|popen'
none "no function that overflows, hides errors, knows the locale or speaks for the host" "$(
    for file in $(printf '%s\n' "$library" | grep '\.c$'); do
        strip_c "$file" | grep -nE "(^|[^a-zA-Z0-9_>.])($banned)[[:space:]]*\(" | sed "s|^|$file:|"
    done)"
# .data.rel.ro holds constants with addresses in them, and names with __ are the sanitizers'.
none "no variable that could be changed lies outside functions, but for the three of the design" "$(
    objdump -t "$builddir"/libhttp/.libs/libcore.a 2>/dev/null | awk '
        /file format/ {file = $1}
        / O \.t?(data|bss)/ && !/ O \.data\.rel\.ro/ && !/__/ {print file, $NF}' |
        grep -vE '^(lt[0-9]*-)?libcore_la-(process|tls_config[a-z_]*)\.o: ')"

lists=$(cat libhttp/local.mk tests/local.mk examples/local.mk)
listed() {
    for file in $(sources "$@"); do
        case $lists in
        *"$file"* | *"${file%.c}"*) ;;
        *) echo "$file" ;;
        esac
    done
}
none "every source and test stands in a local.mk" "$(listed 'libhttp/*.[ch]' 'tests/*.[ch]' 'examples/*.[ch]' 'tests/checks/*.sh')"
none "every test and script can be executed" "$(for file in $(sources 'tests/*.sh' 'tests/*.py' 'tests/*.lua' 'tests/*.rb'); do
    case $file in
    */lib.sh) ;;
    *) [ -x "$file" ] || echo "$file" ;;
    esac
done)"
finish
