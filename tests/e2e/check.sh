#!/bin/sh
# A check against a baseline of a container: nothing changed, something slower, a baseline that is too
# young, and one of another agent.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
baseline=$state/baselines/default

# A machine that does other things is no reason to fail: a test wants to know what is said of what was
# measured, so the bound is wide.
check() {
    want=$1
    shift
    run "$want" check --seconds 0.05 --find 99 -q "$@"
}

run 2 check
says "$err" 'there is no baseline "default"'
run 2 check --find 0
says "$err" 'a percentage from 0.1 to 99 is wanted'

container_works || skip "$why"
rows='sys.syscall sys.read sys.write sys.fstat sys.sig_install'
# shellcheck disable=SC2086 # words
run 0 record $rows --on container --seconds 0.05 --sessions 1
says "$err" 'too young to judge, 2 more sessions'
check 3 --budget 8
says "$out" 'INCONCLUSIVE'
says "$out" 'too young to judge, 2 more sessions'
# shellcheck disable=SC2086 # words
run 0 record $rows --on container --seconds 0.05 --sessions 3
says "$err" 'baseline "default": 4 sessions'
run 0 list baselines
says "$out" '4 sessions: '


# Nothing changed: nothing is found, and the plan was kept.
check 0 --json --budget 30
[ "$("$jsonpath" "$out" exit)" = 0 ] || fail "the document has another exit code"
[ "$("$jsonpath" "$out" sessions_before)" = 4 ] || fail "not four sessions before"
[ "$("$jsonpath" "$out" lost_rows)" = 0 ] || fail "rows are lost"
[ "$("$jsonpath" "$out" 'rows.*.target' | grep -c container)" = 5 ] || fail "not five rows of the container"

# below PID: all that descend from this process.
below() {
    # shellcheck disable=SC2013 # numbers
    for below_pid in $(cat "/proc/$1"/task/*/children 2>/dev/null); do
        echo "$below_pid"
        below "$below_pid"
    done
}

# contained ROOT: those of them that run in a container.
contained() {
    for contained_pid in $(below "$1"); do
        contained_ns=$(readlink "/proc/$contained_pid/ns/pid" 2>/dev/null) || continue
        [ "$contained_ns" = "$own_ns" ] || echo "$contained_pid"
    done
}

# slow ROOT: whatever runs in the containers of this process stands still most of the time.
slow() {
    own_ns=$(readlink /proc/self/ns/pid)
    while kill -0 "$1" 2>/dev/null && [ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat")" != Z ]; do
        slow_pids=$(contained "$1")
        if [ -z "$slow_pids" ]; then
            sleep 0.02
            continue
        fi
        # shellcheck disable=SC2086 # a list
        kill -STOP $slow_pids 2>/dev/null || :
        sleep 0.03
        # shellcheck disable=SC2086
        kill -CONT $slow_pids 2>/dev/null || :
    done
}

"$vmtax" check --seconds 0.05 --find 99 --budget 30 -q >"$out" 2>"$err" </dev/null &
checking=$!
slow $checking
code=0
wait $checking || code=$?
[ $code = 1 ] || fail "a slower container: exit code $code, not 1"
no_crash
says "$out" '^▼ WORSE'
says "$out" 'sysops +container .* worse'
says "$out" 'The hypervisor changed|Both changed'

# Another agent does other work: refused, with the reason, before anything is measured.
mkdir "$work/copies"
for program in vmtax vmtax-agent vmtax-container; do
    cp "${vmtax%/*}/$program" "$work/copies/" 2>/dev/null || :
done
echo >>"$work/copies/vmtax-agent"
code=0
"$work/copies/vmtax" check --against "$baseline" >"$out" 2>"$err" </dev/null || code=$?
[ $code = 4 ] || fail "another agent: exit code $code, not 4"
says "$out" 'FATAL +the agent is another program'
empty "$err"

# A new beginning keeps what was there.
run 0 record sys.read --on native --seconds 0.05 --sessions 1 --new
says "$err" 'kept as "default-1"'
run 0 list baselines --json
"$jsonpath" "$out" '*.name' | grep -qx default-1 || fail "the old baseline is gone"

leftovers
