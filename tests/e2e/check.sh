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

# Tenths of what a row does are noise here; a copy of the baseline that was five times faster is not.
fast=$work/fast/default
mkdir -p "$fast"
for file in "$baseline"/*.json; do
    awk '/"target": *"container"/ { guest = 1 } /"target": *"native"/ { guest = 0 }
        guest && /^[^a-z]*"value":/ { match($0, /[0-9.e+-]+/); v = substr($0, RSTART, RLENGTH)
            sub(/[0-9.e+-]+/, v / 5) } { print }' "$file" >"$fast/${file##*/}"
done
