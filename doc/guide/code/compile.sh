# SPDX-License-Identifier: MIT
cc first.c $(pkg-config --cflags --libs libhttp) -o first
