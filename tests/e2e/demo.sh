#!/bin/sh
# The tour: over a recording by itself and by keys, over a run of its own, and what it says of each.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_tool tmux

run 2 demo
says "$err" 'needs a terminal'
run 2 demo --replay nosuch
says "$err" 'no recording "nosuch"'

terminal 120x40 "$vmtax" demo --replay example
wait_for 20 shows '^ RECORDED .* 1/'
wait_for 10 shows 'Nothing is measured now'
press '>' '>' '>' '>' '>' '>'
wait_for 20 shows 'at its end'
press End
wait_for 10 shows 'What to know'
press Left
wait_for 10 shows 'Where it costs most'
press Left
wait_for 10 shows 'Everything together'
wait_for 10 shows 'as fast as native'
press Home Space
wait_for 10 shows 'rows are measured'
press Escape
wait_for 10 shows 'scoreboard'
press q
ended 0
tmux -S "$work/tmux" kill-server

# By itself: to the second slide without a key.
terminal 60x16 "$vmtax" demo --replay example --auto 1
wait_for 20 shows 'The measurement'
press q
ended 0
tmux -S "$work/tmux" kill-server

# Live: it measures, and leaves nothing behind.
terminal 100x30 "$vmtax" demo --on native --budget 5
wait_for 20 shows '^ LIVE '
press Space
wait_for 20 shows 'The measurement'
press q
wait_for 10 shows 'a run is live'
press Escape
wait_for 10 shows 'The measurement'
press q q
ended 0
leftovers
