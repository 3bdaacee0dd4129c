#!/bin/sh
# What of the acceptance (tests/acceptance.sh) no other work on the machine can spoil: a guest whose clock is slow,
# a disk that the host's cache answers.
PARTS='clock cache' exec sh "${abs_top_srcdir:?}/tests/acceptance.sh" --short
