#!/bin/sh
# One short run on native from the command line, and all that can be done with its result.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

run 0 run sys.syscall sys.stat --on native --blocks 4 --seconds 0.05 --json
"$jsonpath" "$out" schema | grep -qx 'vmtax.result/1' || fail "not a result document"
[ "$("$jsonpath" "$out" 'targets.*.id')" = native ] || fail "more targets than native"
[ "$("$jsonpath" "$out" 'metrics.*.workload' | tr '\n' ' ')" = "sys.syscall sys.stat " ] ||
    fail "not the two rows that were asked for"
"$jsonpath" "$out" 'metrics.*.value' | while read -r value; do
    # Microseconds: more than nothing, less than a tenth of a second.
    echo "$value" | awk '{exit !($1 > 0.001 && $1 < 1e5)}' || fail "an impossible value: $value"
done
"$jsonpath" "$out" 'metrics.*.verified' | grep -qx true || fail "not verified"
"$jsonpath" "$out" 'metrics.*.ci95.0' >/dev/null || fail "no interval"
"$jsonpath" "$out" 'metrics.*.n' >/dev/null || fail "no n"

# It is stored: private, and the same document.
stored=$(find "$state/results" -name '*.json')
[ "$(echo "$stored" | wc -l)" = 1 ] || fail "not one stored result"
[ "$(stat -c %a "$stored")" = 600 ] || fail "the stored result is not 0600"
cp "$stored" "$work/first.json"
run 0 list results --json
[ "$("$jsonpath" "$out" '*' | wc -l)" = 1 ] || fail "list results does not list one"

run 0 report "$stored"
says "$out" 'sys\.syscall|[Ss]ystem call'
run 0 report "$stored" --format json
"$jsonpath" "$out" 'slots.*.value' >"$work/slots" || fail "no slots in the report"
"$jsonpath" "$work/first.json" 'slots.*.value' | cmp -s - "$work/slots" || fail "the report has other slots"
run 0 report "$stored" --format csv
# A row for each, every row with as many fields as the first (no field has a comma or a quote here).
grep -v '"' "$out" | awk -F, 'NR == 1 {n = NF} NF != n {exit 1}' || fail "CSV rows of different lengths"
says "$out" 'sys\.stat'
run 0 report "$stored" --format md
says "$out" '^\|'
run 0 report "$stored" --format csv --output "$work/r.csv"
empty "$out"
[ -s "$work/r.csv" ] || fail "--output wrote nothing"

run 0 run null --on native --blocks 2 --seconds 0.05 --ndjson
"$jsonpath" -l "$out" '' >/dev/null || fail "--ndjson: a line is not JSON"

# A result against itself is not worse; the exit code says so (or that it cannot be sure).
code=0
"$vmtax" compare "$stored" "$stored" >"$out" 2>"$err" || code=$?
case $code in 0 | 3) ;; *) fail "compare with itself ends with $code" ;; esac

# Nothing measured is no success, and no result.
run 2 run file.write --on native --budget 1 --blocks 2 --seconds 5
says "$err" 'nothing was measured'
empty "$out"
# Nor is a row that failed on every target.
code=0
"$vmtax" run membw.frd:size=256M --on native --memory 64M --blocks 2 --seconds 0.02 >"$out" 2>"$err" || code=$?
if grep -q 'memory 64 MiB' "$out"; then # where memory can be limited
    [ "$code" = 2 ] || fail "no row measured, but the exit code is $code"
    says "$err" 'nothing was measured; '
fi

# A standard stream that is closed is not replaced by a file of ours.
code=0
"$vmtax" run null --on native --blocks 2 --seconds 0.05 >&- 2>"$err" || code=$?
[ "$code" = 2 ] || fail "a closed stdout ends with $code"
says "$err" 'cannot write.*Bad file descriptor'

# A damaged file is named, not believed.
head -c 1000 "$work/first.json" >"$work/cut.json"
run 2 report "$work/cut.json"
says "$err" 'cut\.json'
empty "$out"
printf '{"schema":"vmtax.result/99"}' >"$work/future.json"
run 2 report "$work/future.json"
says "$err" 'future\.json'

# No right to store: the figures are still printed, and the reason is told.
if [ "$(id -u)" != 0 ]; then
    chmod 500 "$state/results"
    run 0 run null --on native --blocks 2 --seconds 0.05
    says "$err" 'not stored'
    chmod 700 "$state/results"
fi

leftovers
