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
