#!/bin/sh
# `vmtax run exits`: figures where there is a KVM, else one sentence that says what to do.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

run 0 list workloads
says "$out" '^  exit\.pio +ns +by name +.*needs KVM'
run 0 list workloads --json
[ "$("$jsonpath" "$out" '*' | grep -c '"needs":\["kvm"\]')" = 4 ] || fail "not four rows that need KVM"

# Not part of everything: a machine without KVM is no failure.
run 0 run all --on native --blocks 2 --seconds 0.01 --budget 3 --json
says_not "$out" 'exit\.pio'

# The doctor promises no less than a run gives, and whole sentences.
run 0 doctor --json
"$jsonpath" "$out" '*' | grep -F '"family":"workloads"' | grep -F '"id":"exits"' >"$work/doctor"
"$jsonpath" "$out" '*' | grep -F '"id":"kvm"' >"$work/kvm"
if grep -q kvm_pvm "$work/kvm"; then
    grep -q '(kvm_pvm, made for kernels that know it)"' "$work/kvm" || fail "cut off: $(cat "$work/kvm")"
fi
if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
    says "$work/doctor" 'all 4 workloads can be measured'
else
    says "$work/doctor" '0 of 4 workloads can be measured'
fi

code=0
"$vmtax" run exits --on native --blocks 2 --json >"$out" 2>"$err" || code=$?
no_crash
[ "$("$jsonpath" "$out" 'metrics.*.workload' | tr '\n' ' ')" = 'exit.pio exit.mmio exit.hlt exit.cpuid ' ] ||
    fail "not the four exits"
[ "$("$jsonpath" "$out" 'metrics.*.unit' | sort -u)" = ns ] || fail "not in nanoseconds"
[ "$("$jsonpath" "$out" 'metrics.*.better' | sort -u)" = lower ] || fail "not lower is better"
if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
    # A KVM of any kind: figures. One that is software may not know how to interrupt a guest.
    [ "$code" = 0 ] || fail "there is /dev/kvm, but the exit code is $code"
    "$jsonpath" "$out" 'metrics.*' | while read -r metric; do
        case $metric in *'"value":null'*'"reason: exit.hlt: '*)
            [ -d /sys/module/kvm_pvm ] || fail "not measured: $metric"
            continue
            ;;
        esac
        case $metric in *'"verified":true'*) ;; *) fail "not verified: $metric" ;; esac
        echo "$metric" | sed 's/.*"value"://' | awk -F, '{exit !($1 > 50 && $1 < 1e8)}' ||
            fail "an impossible value: $metric"
    done
    # Both words of one time: ticks are nanoseconds at the rate of the counter, the same in every row.
    if grep -q '"tsc_per_op"' "$out"; then
        "$jsonpath" "$out" 'slots.*.tsc_per_op' >"$work/ticks"
        "$jsonpath" "$out" 'slots.*.value' | grep -v null | paste - "$work/ticks" |
            awk '{r = $2 / $1; if (NR == 1) first = r; if (r < 0.99 * first || r > 1.01 * first) exit 1}' ||
            fail "ticks and nanoseconds do not agree"
    fi
    run 0 run exits --blocks 2
    says "$out" 'exit\.pio'
else
    # The same sentence for each of them.
    [ "$code" = 2 ] || fail "there is no /dev/kvm, but the exit code is $code"
    [ "$(grep -c '"reason: .*/dev/kvm' "$out")" -ge 4 ] || fail "no reason for each row"
    says "$err" 'nothing was measured'
    code=0
    "$vmtax" run exits --on native --blocks 2 >"$out" 2>"$err" || code=$?
    [ "$code" = 2 ] || fail "exit code $code"
    says "$out" '/dev/kvm'
    tr -s '\n ' '  ' <"$out" >"$work/words" # where its lines end hangs on the reason
    says "$work/words" 'exit\.pio, exit\.mmio, exit\.hlt placement=same, exit\.cpuid'
    [ "$(grep -c /dev/kvm "$err")" = 1 ] || fail "the same reason more than once while it runs"
    says "$err" 'native: the same for exit\.mmio, exit\.hlt placement=same, exit\.cpuid'
fi

leftovers
