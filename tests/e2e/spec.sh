#!/bin/sh
# `vmtax run spec.*` on a directory that behaves as an installed SPEC CPU does (fake_spec): SPEC's own
# time as the figure, its own words when it fails, its tree as it was, nothing left behind.
# Guests have a /tmp of their own.
TMPDIR=/var/tmp
export TMPDIR
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

fake=${abs_top_srcdir:-.}/tests/e2e/fake_spec
need_tool setsid
need_tool pgrep
for year in 2006 2017; do
    sh "$fake" "$work/$year" "$year"
done
tree() {
    find "$1" -exec stat -c '%n %s %Y %Z %a' {} + | sort
}
tree "$work/2006" >"$work/before"

# The figure is what the result file says, on every target.
guests=native
if container_works; then guests=native,container; fi
figures() {
    "$jsonpath" "$out" 'slots.*.value' |
        awk '!($1 > 0.2485 && $1 < 0.2515) { exit 1 } { n++ } END { exit n < 4 }' ||
        fail "not SPEC's own time: $("$jsonpath" "$out" 'slots.*.value' | tr '\n' ' ')"
}
run 0 run spec.int2006:benchmark=429.mcf,size=test spec.fp2006:benchmark=470.lbm,cpus=0 --on "$guests" \
    --blocks 2 --spec "$work/2006" --spec-config right --json
figures
[ "$("$jsonpath" "$out" 'metrics.*.unit' | sort -u)" = s ] || fail "not in seconds"
says "$out" "SPEC's own times, estimates"
says "$out" 'SPEC CPU2006, config [0-9a-f]{8}'
says "$err" 'estimates'
run 0 run spec.int2017:benchmark=505.mcf_r,size=train --on "$guests" --blocks 2 --spec "$work/2017" \
    --spec-config flood.cfg --json
figures
# Programs may have been built in an output root of the user's own.
mkdir -p "$work/apart"
cp -r "$work/2017/benchspec" "$work/apart"
rm -r "$work/2017/benchspec/CPU/505.mcf_r/exe"
printf 'output_root = %s\nfake = right\n' "$work/apart" >"$work/2017/config/apart.cfg"
run 0 run spec.int2017:benchmark=505.mcf_r --on "$guests" --blocks 2 --spec "$work/2017" --spec-config apart --json
figures
leftovers

# refused CONFIG PATTERN: no figure, and the reason in SPEC's words.
refused() {
    run 2 run spec.int2006:benchmark=429.mcf --on native --blocks 2 --spec "$work/2006" --spec-config "$1" --json
    [ "$("$jsonpath" "$out" 'slots.*.value' | sort -u)" = null ] || fail "$1: a figure"
    says "$out" "$2"
}
refused re 'SPEC says RE, it failed while it ran: exit code 139'
refused ve 'SPEC says VE, its output is not right: output miscompared'
refused nr 'SPEC says NR, it was not run'
refused license 'runspec 429.mcf failed \(1\): ERROR: no licence number'
refused space 'No space left on device'
refused quiet 'left no result'
refused lie 'claims 3600.500 s, but took'
refused twice 'SPEC ran it more than once'
refused copies 'ran 3 copies instead of 1'
refused garbage 'has nothing on it'
run 2 run spec.int2006:benchmark=403.gcc --on native --blocks 2 --spec "$work/2006" --spec-config right --json
says "$out" '403.gcc is not built: .*--config=right.cfg --action=build'
leftovers

tree "$work/2006" | cmp -s - "$work/before" || fail "SPEC's own directory has changed"

# A hang ends with the run, whatever processes it has.
begin run spec.int2006:benchmark=429.mcf --on native --blocks 2 --spec "$work/2006" --spec-config hang
sleeper() {
    pgrep -f '^sleep 86399$'
}
wait_for 30 sleeper
kill -s INT "$pid"
code=0
wait "$pid" || code=$?
[ "$code" = 130 ] || fail "interrupted: exit code $code, not 130"
no_crash
gone() {
    ! sleeper
}
wait_for 10 gone
leftovers

# What cannot be is said before anything runs.
run 2 run spec.int2006 --on native
says "$err" '--spec DIR'
run 2 run spec --on native --spec "$work" --spec-config right
says "$err" 'there is no shrc'
run 2 run spec --on native --spec "$work/nowhere"
says "$err" 'No such file'
run 2 run spec --on native --spec "$work/2006"
says "$err" 'which config file\? .*--spec-config.*Example-linux.cfg, copies.cfg'
run 2 run spec --on native --spec "$work/2006" --spec-config rigth
says "$err" 'no such file in SPEC.s directory config, but .*right.cfg'
run 2 run spec.int2017 --on native --spec "$work/2006" --spec-config right
says "$err" 'spec.int2017 is not in .*, which is SPEC CPU2006'

if [ "$guests" != native ]; then
    elsewhere=$(mktemp -d /tmp/vmtax-e2e.XXXXXX)
    sh "$fake" "$elsewhere" 2006
    run 2 run spec --on "$guests" --spec "$elsewhere" --spec-config right
    rm -rf "$elsewhere"
    says "$err" 'guests have a /tmp of their own'
fi

# The only file that is no example needs no name.
find "$work/2017/config" -name '[a-z]*.cfg' ! -name right.cfg -delete
run 0 list workloads --spec "$work/2017"
says "$out" 'works by .*/2017/config/right.cfg'
says "$out" 'cannot: --spec is SPEC CPU2017'
run 0 list workloads
says "$out" 'needs SPEC CPU2006: --spec DIR'
run 0 doctor --spec "$work/2017"
says "$out" '^ok +SPEC CPU +SPEC CPU2017'
run 0 doctor --spec "$work"
says "$out" '^cannot +SPEC CPU '
