#!/bin/sh
# The stand-ins for SPEC's programs give the same results, bit for bit, natively, in a container and
# in a virtual machine. After every execution the agent compares a digest of all that it made with the
# one right value in its source, which is the same for all targets; a slot has a figure only if all of
# its executions were right, and is verified if the law of the program's subject holds as well. So
# where every slot of every target is, there was one result everywhere. It can be so because the
# kernels are compiled without contraction and vectors for any x86-64 processor, and call no function
# that the C library chooses by processor (tests/unit/kernel-symbols.sh).
#
# A spread of them (text and tables, a library, integers, doubles, single precision), two of them on
# all processors as well; all with VMTAX_PROGRAMS=all, as programs_long.sh has it.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

spread='cint.bzip2 cint.viterbi cfp.scf cfp.water'
smp='cint.viterbi:cpus=0 cfp.scf:cpus=0'
run 0 list workloads --json
all=$("$jsonpath" "$out" '*.id' | grep -E '^(cint|cfp)\.' | tr '\n' ' ')
[ "$(echo "$all" | wc -w)" = 29 ] || fail "not twelve and seventeen programs: $all"

# right TARGETS PROGRAMS: of the last run: a figure in each of a block's two slots, all verified. Each
# processor did its part.
right() {
    "$jsonpath" "$out" 'slots.*' >"$work/slots"
    "$jsonpath" "$out" 'metrics.*' >"$work/metrics"
    for target in $1; do
        for program in $2; do
            case $program in
            *:cpus=0) cpus=0 least=$processors ;;
            *) cpus=1 least=1 ;;
            esac
            of="\"workload\":\"${program%:*}\",\"params\":\"cpus=$cpus\".*\"target\":\"$target\""
            slots=$(grep "$of" "$work/slots" | grep -c '"value":[0-9]') || :
            [ "$slots" = 4 ] || fail "$program on $target: $slots of 4 slots have a figure: $(grep "${program%:*}" "$err")"
            grep "$of" "$work/slots" | sed 's/.*"ops":\([0-9]*\).*/\1/' >"$work/ops"
            awk -v least="$least" '$1 < least {exit 1}' "$work/ops" ||
                fail "$program on $target: fewer than $least executions in a slot: $(tr '\n' ' ' <"$work/ops")"
            grep "$of" "$work/metrics" | grep -q '"verified":true' || fail "$program on $target is not verified"
        done
    done
}

# As many as vmtax measures on.
processors=$(nproc)

# A unit test executes all of them here; what a target may change shows in a spread.
here=$spread
if [ "${VMTAX_PROGRAMS-}" = all ]; then here=$all; fi
targets=native
if container_works; then targets='native container'; fi
# shellcheck disable=SC2086 # words
run 0 run $here $smp --on "$(echo $targets | tr ' ' ',')" --blocks 2 --seconds 0.02 --json
right "$targets" "$here $smp"
leftovers

# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
machine=tcg
if [ $kvm_works = yes ]; then machine=kvm; fi
# shellcheck disable=SC2086 # words
run 0 run $here $smp --on $machine --blocks 2 --seconds 0.02 --json
right "native $machine" "$here $smp"
leftovers
