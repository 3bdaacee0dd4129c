#!/bin/sh
# The command line: help, lists, and what it says to bad input. Data on stdout, all else on stderr.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

run 0 --version
says "$out" '^vmtax [0-9]+\.[0-9]+'
run 0 --help
empty "$err"
for command in run record compare report list doctor; do
    says "$out" "^  $command "
    run 0 "$command" --help
    empty "$err"
    run 0 --help
done

for what in workloads targets results baselines themes keys; do
    run 0 list "$what"
    run 0 list "$what" --json
    "$jsonpath" "$out" '' >/dev/null || fail "list $what --json is not valid JSON"
done
run 0 list workloads
# The paper's tables: twelve system operations, thirteen context switches.
[ "$(grep -c '^  sys\.' "$out")" -ge 12 ] || fail "fewer than 12 system operations are listed"
[ "$(grep -c '^  ctx\.' "$out")" = 13 ] || fail "not 13 context switches are listed"
run 0 list targets --json
"$jsonpath" "$out" '*.id' | grep -qx native || fail "native is not listed"

run 0 doctor
says "$out" 'native'
run 0 doctor --json
"$jsonpath" "$out" '' >/dev/null || fail "doctor --json is not valid JSON"

# bad PATTERN ARGUMENT…: ends with 2, says so on stderr in one line, and nothing on stdout.
bad() {
    bad_pattern=$1
    shift
    run 2 "$@"
    empty "$out"
    says "$err" "$bad_pattern"
    says_not "$err" '[[:cntrl:]]'
    [ "$(grep -c . "$err")" -le 2 ] || fail "more than two lines about one mistake: $*"
}
escape=$(printf '\033]0;title\007')
bad 'no command "frobnicate"' frobnicate
bad 'did you mean "report"' reprot
bad 'did you mean "null"' run nul --on native
bad 'did you mean "sys.read"' run sys.raed
bad 'did you mean "container"' run null --on contaner
bad 'names no target' run null --on ''
bad 'names no target' run null --on ,
bad 'no target' run null --on 'native,,nowhere'
bad 'no option --blcks.*--blocks' run null --blcks 4
bad '--blocks 0: ' run null --blocks 0
bad '--blocks -4: ' run null --blocks -4
bad '--blocks ' run null --blocks
bad '--blocks 99999999999999999999: ' run null --blocks 99999999999999999999
bad '--blocks 4x: ' run null --blocks 4x
bad '--seconds nan: ' run null --seconds nan
bad '--seconds -1: ' run null --seconds=-1
bad '--memory 1: ' run null --memory 1
bad '--memory 12Q: ' run null --memory 12Q
bad '--profile fast: ' run null --profile fast
bad 'usage' run
bad 'no workload' run "$escape"
bad 'no list of' list workloadz
bad 'no command' "$escape"
bad '--scratch|scratch' run null --on native --scratch /nowhere/at/all
bad 'nosuch' report nosuch
bad 'nosuch' compare nosuch nosuch2
bad 'usage' compare onlyone
bad 'did you mean "csv"|no format' report nosuch --format cvs

# The dashboard without a terminal says what to use instead.
bad 'terminal' --theme dark

# Output that cannot be written is not success.
if [ -w /dev/full ]; then
    code=0
    "$vmtax" list workloads >/dev/full 2>"$err" || code=$?
    [ "$code" = 2 ] || fail "list to a full disk ends with $code"
    says "$err" 'cannot write'
fi

leftovers
