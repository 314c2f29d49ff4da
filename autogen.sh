#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes configure and its helpers in build-aux/. Needed once after a clone, and again after configure.ac changed by hand.
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force
