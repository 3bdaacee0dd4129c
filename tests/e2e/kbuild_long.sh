#!/bin/sh
# A real kernel of Debian's sources: the whole of it natively and in a container, the quick part in an
# emulated machine as well. The same objects everywhere, on one processor and on all.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

run 0 list workloads --json
missing=$("$jsonpath" "$out" '*' | grep '"id":"kbuild"' | sed -n 's/.*"missing":"\([^"]*\)".*/\1/p')
[ -z "$missing" ] || skip "needs the packages: $missing"

# measured TARGETS ROW...: each row has a verified figure in each slot.
measured() {
    measured_on=$1
    shift
    run 0 run "$@" --on "$measured_on" --blocks 2 --json
    "$jsonpath" "$out" 'metrics.*.verified' | grep -vx true && fail "not verified"
    ! "$jsonpath" "$out" 'slots.*.value' | grep -q null || fail "a slot without a figure"
    "$jsonpath" "$out" 'slots.*' | sed 's/,"position.*"value"/ "value"/' | cut -c 1-120
    grep -Eo '"product[^,]*[0-9a-f]{16}"' "$out"
}
# The digest of a row of the last run.
digest() {
    sed -n "s/.*\"product.kbuild $1\":[[:space:]]*\"\([^\"]*\)\".*/\1/p" "$out"
}

guests=native
if container_works; then guests=native,container; else echo "no container: $why"; fi
measured "$guests" kbuild:part=quick kbuild:part=whole,cpus=0
[ "$(digest 'part=whole cpus=0' | cut -d ' ' -f 1)" -gt 200 ] || fail "few objects"
native=$(digest 'part=quick cpus=1')

# What a machine compiles by emulation has the objects of native's.
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
measured native,tcg kbuild:part=quick
[ "$(digest 'part=quick cpus=1')" = "$native" ] || fail "not the objects of the first run"
leftovers
