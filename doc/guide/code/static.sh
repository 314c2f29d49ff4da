# SPDX-License-Identifier: MIT
cc first.c $(pkg-config --cflags libhttp) \
    $(pkg-config --static --libs libhttp | sed s/-lhttp/-l:libhttp.a/) -o first
