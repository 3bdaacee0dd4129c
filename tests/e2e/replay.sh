#!/bin/sh
# A run is recorded, listed and shown once more; a recording that was cut off; what is none.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_tool tmux
need_tool python3

run 2 replay
says "$err" 'needs a terminal'
run 2 replay nosuch
says "$err" 'no recording "nosuch"'
run 0 list recordings
says "$err" 'none yet'

run 0 run sys.read sys.write --on native --blocks 2 --seconds 0.3 --rec
says "$err" 'recorded as .*-session\.rec'
run 0 list recordings
says "$out" '^[0-9]{8}T[0-9]{6}Z-session '
file=$(echo "$state"/recordings/*.rec)
[ "$(stat -c %a "$file")" = 600 ] || fail "others may read the recording"
python3 -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
slots = [rate for line in lines for rate in line.get("rate", ()) if rate.get("slot")]
sys.exit(len(slots) < 4)' "$file" || fail "a line of the recording is no JSON, or slots are missing"

# At its end stands what stood at the end of the run.
terminal 120x40 "$vmtax" replay last
wait_for 20 shows 'recording: .* 20[0-9]{2}-[0-9]{2}-[0-9]{2}  0:0'
press '>' '>' '>'
wait_for 20 shows 'at its end'
press 9
wait_for 20 shows 'system operations'
press , ,
wait_for 20 shows ' paused'
press '['
wait_for 20 shows ' 0:00/'
press r
wait_for 20 shows 'this is a recording: nothing is measured'
press q
ended 0
tmux -S "$work/tmux" kill-server

# A crash leaves half of a line.
size=$(stat -c %s "$file")
head -c $((size - 20)) "$file" | gzip >"$work/cut.rec.gz"
terminal 80x24 "$vmtax" replay "$work/cut.rec.gz"
wait_for 20 shows 'recording: '
press q
ended 0
tmux -S "$work/tmux" kill-server

# A check: who replays it sees the verdict that its user saw, with the exit code, from its moment on.
run 0 record sys.read sys.write --on native --cpus 1 --seconds 0.05 --sessions 3 -q
code=0
"$vmtax" check --seconds 0.05 --budget 30 --rec >"$out" 2>"$err" </dev/null || code=$?
no_crash
case $code in 0 | 1 | 3) ;; *) fail "check ends with $code" ;; esac
says "$err" 'recorded as '
headline=$(sed -n '1s/^[^ ]* \(.*\)  .*/\1/p' "$out")
file=$(sed -n 's/^vmtax: recorded as \(.*\); vmtax replay last shows it$/\1/p' "$err")
run 0 screen verdict "$file" --size 100x30
says "$out" "$headline .* rows? worse"
says "$out" "exit code $code"
run 0 screen verdict "$file" --at 1
says "$out" 'session [123] of [23]'
says "$out" '[0-9]:[0-9]{2} left'
terminal 120x40 "$vmtax" replay "$file"
wait_for 20 shows 'recording: '
press ,
wait_for 20 shows ' paused'
press '[' '[' '[' '[' '[' '[' '['
wait_for 20 shows ' 0:00/.* paused'
press . . .
wait_for 20 shows 'session [123] of [23]'
press c
wait_for 20 shows 'this is a recording: nothing is measured'
press Space '>' '>' '>' '>'
wait_for 60 shows "exit code $code"
wait_for 20 shows 'at its end'
shows "$headline " || fail "the replay's verdict is not $headline"
press 1
wait_for 20 shows 'scoreboard'
press c
wait_for 20 shows "exit code $code"
press '[' '[' '[' '[' '[' '[' '['
wait_for 20 shows ' 0:00/'
wait_for 20 shows 'scoreboard'
press q
ended 0
tmux -S "$work/tmux" kill-server

# What forbids a comparison is the verdict of a check that measured nothing.
if [ "$(nproc)" -gt 1 ]; then
    run 4 check --cpus 2 --rec
    file=$(sed -n 's/^vmtax: recorded as \(.*\); vmtax replay last shows it$/\1/p' "$err")
    run 0 screen verdict "$file" --size 100x30
    says "$out" 'NOT COMPARABLE'
    says "$out" 'native had 1 processor and has 2'
    says "$out" 'exit code 4'
fi

# No room for it: said, and nothing is measured for nothing.
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$work/ro"
    mount -t tmpfs -o size=4k tmpfs "$work/ro" && head -c 4096 /dev/zero >"$work/ro/full" 2>/dev/null
    code=0
    XDG_STATE_HOME=$work/ro "$vmtax" run sys.read --on native --blocks 2 --rec >"$out" 2>"$err" </dev/null ||
        code=$?
    umount "$work/ro"
    [ $code = 2 ] || fail "exit code $code without room for a recording"
    says "$err" 'No space left'
fi
leftovers
