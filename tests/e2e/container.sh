#!/bin/sh
# Native and a real container in one run; nothing of it is there afterwards.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

container_works || skip "$why"

run 0 run sys.syscall sys.fork_exit --on container --blocks 6 --seconds 0.05 --json
[ "$("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')" = "native container " ] ||
    fail "the targets are $("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')"
for want in native container; do
    "$jsonpath" "$out" 'slots.*.target' | grep -qx "$want" || fail "no slot on $want"
done
# Blocks are N1 G1 G2 N2 or their mirror: four slots each.
[ "$("$jsonpath" "$out" 'slots.*.position' | wc -l)" = 48 ] || fail "not 2 rows x 6 blocks x 4 slots"
[ "$("$jsonpath" "$out" 'comparisons.*.verdict' | wc -l)" = 2 ] || fail "not two comparisons"
[ "$("$jsonpath" "$out" 'comparisons.*.n' | sort -u)" = 6 ] || fail "a comparison without all its blocks"
# Namespaces of its own, the host's own kernel.
"$jsonpath" "$out" 'targets.*.kernel' | sort -u | wc -l | grep -qx 1 || fail "the container has another kernel"

leftovers
