#!/bin/sh
# The check as it is by default, after a baseline as it is by default: all nine subsystems on native and a container,
# over within the three minutes that were announced, and nothing of the machine left out in silence.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
container_works || skip "$why"

run 0 record --on container
says "$err" 'baseline "default": 3 sessions'
code=0
before=$(date +%s)
"$vmtax" check --json >"$out" 2>"$err" </dev/null || code=$?
took=$(($(date +%s) - before))
cat "$err"
# A busy machine may find anything of native but what cannot be compared.
case $code in 0 | 1 | 3) ;; *) fail "exit code $code of a check" ;; esac
announced=$(sed -n 's/^vmtax: .* sessions of .*, \([0-9]*:[0-9]*\) of 3:00$/\1/p' "$err")
[ -n "$announced" ] || fail "the plan was not announced"
[ $((60 * ${announced%:*} + 1${announced#*:} - 100)) -le 180 ] || fail "announced are $announced"
# The last slot and the end of the targets come after the last block that was begun.
[ $took -le 185 ] || fail "it took $took s, announced were $announced of 3:00"
echo "announced $announced, took $took s, exit code $code"

[ "$("$jsonpath" "$out" sessions_now)" -ge 2 ] || fail "fewer than two sessions"
[ -z "$("$jsonpath" "$out" 'left_out_subsystems.*' 2>/dev/null || :)" ] || fail "whole subsystems were left out"
"$jsonpath" "$out" 'subsystems.*' >"$work/groups"
for subsystem in processor memory disk network web database java sysops ctxsw; do
    for target in native container; do
        grep "\"$subsystem\"" "$work/groups" | grep -q "\"$target\"" ||
            fail "nothing of $subsystem on $target: $(cat "$work/groups")"
    done
done
leftovers
