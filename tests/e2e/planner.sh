#!/bin/sh
# In a real terminal: a run is planned and measured, settings are written and hold at the next
# start, keys are those of vmtax.conf.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_tool tmux
XDG_CONFIG_HOME=$work/config
XDG_STATE_HOME=$work/state
export XDG_CONFIG_HOME XDG_STATE_HOME
conf=$XDG_CONFIG_HOME/vmtax/vmtax.conf

terminal 120x40 "$vmtax" --seconds 0.01 --blocks 2
wait_for 20 shows 'a quick comparison'
press Escape
press O
wait_for 20 shows 'settings'
press E
wait_for 20 test -s "$conf"
grep -q '^blocks = 2$' "$conf" || fail "the number of blocks is not in $conf"
grep -q '^seconds = 0.01$' "$conf" || fail "the length of a slot is not in $conf"
[ "$(wc -l <"$conf")" = 2 ] || fail "more than what was given is in $conf"
press Escape

# Native alone, system operations alone: all, then none in both columns, and one mark.
press p
wait_for 20 shows 'plan a run'
press '*'
press '*'
wait_for 20 shows '1 target × '
press Tab
# Where there is a /dev/kvm the exits can be marked, and are not: the first * marks them, too.
if shows '\[ \] exits'; then
    press '*'
    wait_for 20 shows '\[x\] exits'
fi
press '*'
wait_for 20 shows 'no workload is marked'
press Enter
wait_for 20 shows 'plan a run'
for _ in 1 2 3 4 5 6 7; do
    press j
done
press Space
wait_for 20 shows '1 target × [0-9]+ rows? of 1 subsystem × 2 blocks'
press Enter
planned() {
    set -- "$XDG_STATE_HOME"/vmtax/results/*.json
    [ -s "$1" ]
}
wait_for 60 planned
wait_for 20 shows 'Nothing runs'
press q
ended 0
set -- "$XDG_STATE_HOME"/vmtax/results/*.json
grep -q '"sys.fork_exit"' "$1" || fail "a row of the plan is not in its result"
! grep -q '"ram\.' "$1" || fail "a row that was not marked was measured"
! grep -q '"id":[[:space:]]*"twin"' "$1" || fail "a target that was not marked was measured"
tmux -S "$work/tmux" kill-server
leftovers

# The user's keys, and a line that makes no sense.
printf 'key.quit = X\nkey.sort = u\n' >>"$conf"
run 0 list keys
says "$out" '^X .*quit'
says "$out" '^s .*sort'
terminal 80x24 "$vmtax"
wait_for 20 shows 'X quit'
press L
wait_for 20 shows 'line 4 is ignored'
press X
ended 0
tmux -S "$work/tmux" kill-server

# Guests that have names are tried: why one cannot be used is said, and one that is slow to answer may be
# marked.
cat >>"$conf" <<END
target.one = exec:env
target.shut = exec:sh -c 'echo it is shut >&2; exit 3'
target.slow = exec:sh -c 'sleep 4; exec sh'
END
terminal 120x40 "$vmtax"
wait_for 20 shows 'X quit'
press p
wait_for 20 shows 'plan a run'
shows '— .*shut +the command' || fail "a guest that cannot be used has no reason: $(screen)"
shows '\[ \] .*slow +no answer yet' || fail "a slow guest cannot be marked: $(screen)"
shows '\[ \] .*one +[^ ]*env' || fail "a guest that works cannot be marked: $(screen)"
why='shut cannot be marked: .*it is shut'
for _ in 1 2 3 4 5 6 7 8 9; do
    shows "$why" || press j
    sleep 0.2
done
shows "$why" || fail "a guest that cannot be used does not say why: $(screen)"
press Escape
press X
ended 0
