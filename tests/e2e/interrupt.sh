#!/bin/sh
# A run is ended in each way there is. What was measured is kept when it can be; nothing stays
# behind, not even after SIGKILL, once vmtax has been started again.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

on=native,container
container_works || on=native

# Each slot is a line on stdout as it ends.
started() {
    [ "$(grep -c sys.syscall "$out")" -ge 6 ]
}

start() {
    begin run sys.syscall --on "$on" --blocks 100 --seconds 0.05 --ndjson
    wait_for 30 started
}

for signal in INT TERM HUP; do
    rm -rf "$state"
    start
    kill -s "$signal" "$pid"
    code=0
    wait "$pid" || code=$?
    [ "$code" = 130 ] || fail "SIG$signal: exit code $code, not 130"
    no_crash
    says "$err" 'partial|interrupted'
    [ "$(grep -c 'interrupted' "$err")" = 1 ] || fail "SIG$signal: it is not said once"
    stored=$(find "$state/results" -name '*.json')
    [ -n "$stored" ] || fail "SIG$signal: nothing was kept"
    "$jsonpath" "$stored" 'slots.*.workload' | grep -qx sys.syscall || fail "SIG$signal: no slots were kept"
    leftovers
done

start
kill -s KILL "$pid"
wait "$pid" 2>/dev/null || :
swept
leftovers
