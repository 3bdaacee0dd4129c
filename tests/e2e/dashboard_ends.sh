#!/bin/sh
# A dashboard with a run that is live is ended in each way: by keys, after a question, and in those that ask
# nobody: its terminal goes away, it crashes, it is killed. The terminal is as it was where that can be, and
# nothing of the run stays behind.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_tool tmux

on=native,container
container_works || on=native

# The oldest process of the program itself, not of its agents.
dashboard_pid() {
    dashboard_exe=$(readlink -f "$vmtax")
    for dashboard_one in $(ours | sort -n); do
        if [ "$(readlink "/proc/$dashboard_one/exe" 2>/dev/null)" = "$dashboard_exe" ]; then
            echo "$dashboard_one"
            return 0
        fi
    done
    return 1
}

agents() {
    for agents_one in $(ours); do
        tr '\0' ' ' 2>/dev/null <"/proc/$agents_one/cmdline" | grep -o 'vmtax-agent' || :
    done
}

# Slots run: the targets have started.
live() {
    shows 'block|rep|[0-9]+ ?%' && [ -n "$(agents)" ] && shows 'live [0-9]'
}

start() {
    rm -f "$work/stty" "$work/code"
    rm -rf "$state"
    terminal 120x40 "$vmtax" --on "$on"
    wait_for 20 shows 'a quick comparison'
    press Enter
    wait_for 60 live
    pid=$(dashboard_pid)
}

gone() {
    [ -z "$(ours)" ]
}

sane() {
    wait_for 20 test -s "$work/stty"
    for mode in echo icanon; do
        grep -Eq "(^| )$mode( |;|\$)" "$work/stty" || fail "after $1: the terminal is left without $mode"
    done
}

# However the question is answered: with Q the last screen stays, without the question; with q none does.
for keys in 'Q Enter' 'Q y' 'Q Q' 'q Enter'; do
    start
    press "${keys% *}"
    wait_for 20 shows 'a run is live'
    press "${keys#* }"
    ended 0
    sane "$keys"
    case $keys in
    Q*) shows '\? help .*Tab box' || fail "after $keys: the last screen is not left" ;;
    *) ! shows '\? help .*Tab box' || fail "after $keys: a screen is left" ;;
    esac
    ! shows 'a run is live' || fail "after $keys: the question is left"
    wait_for 20 gone
    leftovers
    tmux -S "$work/tmux" kill-server
done

for signal in HUP TERM; do
    start
    kill -s "$signal" "$pid"
    ended "$((128 + $([ "$signal" = HUP ] && echo 1 || echo 15)))"
    sane "SIG$signal"
    wait_for 20 gone
    leftovers
    tmux -S "$work/tmux" kill-server
done

# The terminal itself is gone.
start
tmux -S "$work/tmux" kill-server
wait_for 30 gone
leftovers

# The crash of whoever draws: the sanitizers have that signal for themselves.
if [ -n "${VMTAX-}" ] || ! is_dynamic "$abs_top_builddir/vmtax-agent"; then
    start
    kill -s SEGV "$pid"
    ended 139
    sane SIGSEGV
    wait_for 20 gone
    run 0 run null --on native --blocks 2 --seconds 0.05
    leftovers
    tmux -S "$work/tmux" kill-server
fi

# Nobody can give the terminal back, but the run's processes end, and the next run finds the rest.
start
kill -s KILL "$pid"
ended 137
wait_for 20 gone
run 0 run null --on native --blocks 2 --seconds 0.05
leftovers
