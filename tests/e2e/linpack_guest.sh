#!/bin/sh
# LINPACK in a guest: the program that solves comes with the agent, from a directory that no guest can
# read; and a guest whose processor can less makes every target run what it can.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

[ -z "${VMTAX-}" ] || skip "tests the files of the build"
[ -x "$abs_top_builddir/vmtax-linpack" ] || skip "this build has no linpack (no OpenBLAS when it was configured)"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"

# Where QEMU, without rights of root, sees nothing; and the guest has a /tmp of its own anyway.
mkdir -m 700 "$work/closed"
for file in vmtax vmtax-agent vmtax-machine vmtax-container vmtax-linpack; do
    from=${vmtax%/*}/$file
    [ -e "$from" ] || from=${around:-$abs_top_builddir}/$file
    cp "$from" "$work/closed/"
done
[ ! -d "${vmtax%/*}/guest-kernel" ] || ln -s "${vmtax%/*}/guest-kernel" "$work/closed/guest-kernel"

run 0 run linpack:size=200,cpus=1 --on native --blocks 2 --seconds 0.05 --json
alone=$("$jsonpath" "$out" host | sed -n 's/.*"engine.linpack.core":"\([A-Za-z0-9]*\)".*/\1/p')
[ -n "$alone" ] || fail "no core type is stored"
cp "$out" "$work/alone.json"

vmtax=$work/closed/vmtax
targets=tcg
if container_works; then targets=tcg,container; fi
# Without XSAVE a processor has no AVX.
run 0 run linpack:size=200,cpus=1 linpack:size=200,cpus=0 --on $targets --append noxsave --blocks 2 --seconds 0.05 --json
says "$err" 'OpenBLAS runs the code for Nehalem in every target'
core=$("$jsonpath" "$out" host | sed -n 's/.*"engine.linpack.core":"\([A-Za-z0-9]*\)".*/\1/p')
[ "$core" = Nehalem ] || fail "the core type that all can run is stored as '$core'"
# The program refuses to be measured on another one, so each figure is of this.
"$jsonpath" "$out" 'slots.*' >"$work/slots"
for target in native $(echo $targets | tr , ' '); do
    [ "$(grep -c "\"target\":\"$target\"" "$work/slots")" = 8 ] || fail "not 8 slots on $target"
done
grep '"value":null' "$work/slots" && fail "no figure"
"$jsonpath" "$out" 'comparisons.*' | grep '"target":"tcg"' | grep -v '"verdict":"not-comparable"' &&
    fail "an emulated row was judged"
cp "$out" "$work/guest.json"
run 0 report "$work/guest.json"
says "$out" 'tcg \(EMULATED\)'
says "$out" 'linpack: OpenBLAS [0-9.]+, in every target the code for Nehalem'

# A core type that is named and that the guest lacks is a reason there, and a figure elsewhere.
if [ "$alone" != Nehalem ]; then
    run 0 run "linpack:size=200,cpus=1,core=$alone" --on tcg --append noxsave --blocks 2 --seconds 0.05 --json
    "$jsonpath" "$out" 'slots.*' >"$work/slots"
    grep '"target":"native"' "$work/slots" | grep -q '"value":null' && fail "no figure on native"
    grep '"target":"tcg"' "$work/slots" | grep -q "core=$alone needs what this processor lacks: " ||
        fail "the guest does not say what it lacks"

    # Native alone had taken another: not the same work, and that is all that differs for this row.
    run 4 compare "$work/alone.json" "$work/guest.json"
    says "$out" "FATAL +the core type of OpenBLAS changed from $alone to Nehalem"
    says "$out" 'not comparable'
fi

leftovers
