#!/bin/sh
# SPDX-License-Identifier: MIT
# The layers: an #include points down only, client to wire and net to base, and each layer touches only its own part of the system.
. "$(dirname "$0")/lib.sh"

# "FILE INCLUDE", a line each.
all=$(for file in $(sources 'libhttp/*.c' 'libhttp/*.h'); do
    grep -hE '^[[:space:]]*#[[:space:]]*include' "$file" | sed -E 's/^[^"<]*(["<][^">]*[">]).*/\1/' | sed "s|^|$file |"
done)

# must_not DESCRIPTION FILES INCLUDES: no file whose path matches the first includes what matches the second.
must_not() {
    none "$1" "$(printf '%s\n' "$all" | awk -v files="$2" -v includes="$3" '$1 ~ files && $2 ~ includes')"
}
# only DESCRIPTION FILES INCLUDES: nobody but those files includes it.
only() {
    none "$1" "$(printf '%s\n' "$all" | awk -v files="$2" -v includes="$3" '$1 !~ files && $2 ~ includes')"
}

must_not "base includes base alone" '^libhttp/base/' '^"(wire|net|client)/|^"[a-z_]*[.]h"'
must_not "wire includes wire and base alone" '^libhttp/wire/' '^"(net|client)/|^"[a-z_]*[.]h"'
must_not "net includes net and base alone" '^libhttp/net/' '^"(wire|client)/|^"[a-z_]*[.]h"'
must_not "client doesn't include the objects above it" '^libhttp/client/' '^"[a-z_]*[.]h"'
must_not "below client only the tables of errors and statuses are public" '^libhttp/(base|wire)/' \
    '^<libhttp/(connection|response|headers|stream|tls_config|options|wait|info|http)[.]h'
must_not "net knows TLS configurations and no other object" '^libhttp/net/' \
    '^<libhttp/(connection|response|headers|stream|options|wait|info|http)[.]h'
must_not "public headers include public headers and <stdint.h>" '^libhttp/[a-z_]*[.]h$' '^"|^<([^ls]|l[^i]|s[^t]|std[^i])'
only "OpenSSL is for net's TLS alone" '^libhttp/(net/tls[a-z0-9_]*[.][ch]|tls_config[a-z0-9_]*[.]c)$' '^<openssl/'
only "sockets and waiting are for net and the one loop that waits" \
    '^libhttp/(net/[a-z0-9_]*[.][ch]|client/drive[.]c)$' \
    '^<(sys/(socket|un|epoll|eventfd|timerfd|sendfile|select|uio)|poll|netdb|netinet/.*|arpa/inet|net/if)[.]h>'
only "the clock is read in one place, and waited for in net" '^libhttp/(base/clock[.]c|net/)' '^<time[.]h>'
only "threads are net's and the process's" '^libhttp/(base/|net/)' '^<pthread[.]h>'
none "an include with quotes names its layer" "$(printf '%s\n' "$all" | awk '$2 ~ /^"[.]/ || $2 ~ /^"libhttp\//')"
finish
