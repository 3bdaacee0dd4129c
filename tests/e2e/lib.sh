# shellcheck shell=sh
# shellcheck disable=SC2034 # variables are for the tests
# Sourced by each end-to-end test, which uses the program only as its users do: by its command line,
# its screen in a terminal (tmux) and its exit code.
#
# A test lives in a directory of its own ($work) that holds its home, run directory and tmux socket,
# so that tests neither see the user's files nor each other. What can be seen is waited for with a deadline
# (wait_for), not slept through. At the end `leftovers` says what the program left behind on the machine.
#
#   VMTAX=/usr/bin/vmtax tests/e2e/NAME.sh     tests another program than that of the build
set -eu

: "${abs_top_builddir:=$PWD}"
vmtax=${VMTAX:-$abs_top_builddir/vmtax}
jsonpath=$abs_top_builddir/tests/e2e/jsonpath
work=$(mktemp -d "${TMPDIR:-/tmp}/vmtax-e2e.XXXXXX")
mkdir -m 700 "$work/home" "$work/run"
HOME=$work/home
XDG_RUNTIME_DIR=$work/run
LC_ALL=C.UTF-8
TERM=${TERM:-xterm-256color}
export HOME XDG_RUNTIME_DIR LC_ALL TERM
unset XDG_CONFIG_HOME XDG_STATE_HOME NO_COLOR TMUX
state=$HOME/.local/state/vmtax

out=$work/out # of the last `run`
err=$work/err

# A test that has something of its own to undo, however it ends, has a function of this name.
at_end() {
    :
}

finish() {
    finish_status=$?
    trap - EXIT
    set +e
    at_end
    tmux -S "$work/tmux" kill-server 2>/dev/null || :
    for finish_pid in $(ours); do
        kill -9 "$finish_pid" 2>/dev/null || :
    done
    if [ "$finish_status" != 0 ] && [ "$finish_status" != 77 ]; then
        for finish_file in "$out" "$err"; do
            [ ! -s "$finish_file" ] || { echo "--- end of ${finish_file##*/}:" && tail -n 40 "$finish_file"; }
        done
        [ -e "$work/failure" ] ||
            echo "a command failed that should not have, after: vmtax ${run_words-(not run yet)}" >"$work/failure"
        # With the run directories below go the ledgers: what they promise to remove goes before.
        [ ! -d "$work/run/vmtax" ] ||
            timeout 30 "$vmtax" run null --on native --blocks 2 --seconds 0.05 >/dev/null 2>&1 </dev/null || :
    fi
    cat "$work/failure" 2>/dev/null || :
    rm -rf "$work"
    exit "$finish_status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The reason is said last, after the output that led to it.
fail() {
    echo "FAIL: $*" >>"$work/failure"
    exit 1
}

skip() {
    echo "$*"
    exit 77
}

need_root() {
    [ "$(id -u)" = 0 ] || skip "needs root"
}

need_tool() {
    command -v "$1" >/dev/null 2>&1 || skip "needs $1"
}

# has TOOL: is it here? If not, the list at the end of all tests says what was left out for want of it.
has() {
    command -v "$1" >/dev/null 2>&1 || {
        partly "needs $1"
        return 1
    }
}

# partly WHY: the rest of the test is run.
partly() {
    echo "PARTLY: $*"
}

# run CODE ARGUMENT…: vmtax with these arguments must end with CODE. Its output is in $out and $err.
run() {
    run_want=$1
    shift
    run_words=$*
    run_got=0
    "$vmtax" "$@" >"$out" 2>"$err" </dev/null || run_got=$?
    [ "$run_got" = "$run_want" ] || fail "vmtax $*: exit code $run_got, not $run_want"
    no_crash
}

# begin ARGUMENT…: vmtax with these arguments in the background, as $pid.
begin() {
    run_words=$*
    "$vmtax" "$@" >"$out" 2>"$err" </dev/null &
    pid=$!
}

# is_over PID: whether or not anybody has waited for its end.
is_over() {
    [ ! -d "/proc/$1" ] || grep -q '^State:.[ZX]' "/proc/$1/status" 2>/dev/null
}

# After one that was killed: the next start sweeps what it left, and says so.
swept() {
    run 0 run null --on native --blocks 2 --seconds 0.05
    says "$err" 'earlier run|left'
}

no_crash() {
    if grep -q -e 'ERROR: .*Sanitizer' -e 'runtime error:' -e 'WARNING: ThreadSanitizer' "$err"; then
        fail "a sanitizer reports a fault"
    fi
}

is_dynamic() {
    readelf -lW "$1" 2>/dev/null | grep -q INTERP
}

# The agent of a sanitizer's build is dynamic, and runs in no guest that lacks this machine's libraries: there
# the rest of the program is tested with the static agent of the build around it.
need_static_agent() {
    if [ -n "${VMTAX-}" ] || ! is_dynamic "$abs_top_builddir/vmtax-agent"; then
        return 0
    fi
    around=${abs_top_builddir%/*}
    if [ ! -x "$around/vmtax-agent" ] || is_dynamic "$around/vmtax-agent"; then
        skip "the agent of this build is dynamic, and there is no static one in $around"
    fi
    mkdir "$work/static"
    for static_file in "$abs_top_builddir"/vmtax "$abs_top_builddir"/vmtax-*; do
        [ ! -f "$static_file" ] || [ ! -x "$static_file" ] || cp "$static_file" "$work/static/"
    done
    cp "$around/vmtax-agent" "$work/static/"
    [ ! -d "$around/guest-kernel" ] || ln -s "$around/guest-kernel" "$work/static/guest-kernel"
    vmtax=$work/static/vmtax
}

# own_user PID: of root's servers each is of a user of its own, who has no name and no rights.
own_user() {
    [ "$(id -u)" = 0 ] || return 0
    grep -E '^(Uid|Gid|Groups|CapEff):' "/proc/$1/status" | tr -s '\t ' ' ' >"$work/user" ||
        fail "process $1 is gone"
    awk '/^[UG]id/ {if ($2 < 61184 || $2 != $3 || $3 != $4) exit 1}
        /^Groups/ {if (NF > 1) exit 1}
        /^CapEff/ {if ($2 !~ /^0*$/) exit 1}' "$work/user" || fail "server $1 runs as: $(cat "$work/user")"
    ! getent passwd "$(awk '/^Uid/ {print $2}' "$work/user")" || fail "server $1 is of a user who has a name"
}

# ask_agent LINE COMMAND…: what an agent, which the command starts, answers to the line, in $out. Until then its
# input stays open.
# shellcheck disable=SC2094 # it waits for what the agent writes
ask_agent() {
    ask_line=$1
    shift
    : >"$out"
    {
        echo "$ask_line"
        wait_for 60 grep -q -e '^result' -e '^serving' -e '^fail' "$out"
    } | "$@" >"$out" 2>"$err"
    no_crash
}

# doctor_of_mute PROGRAM WORDS: what the doctor says where that is a file which tells no version, whether it ends
# well or not; in a mount namespace.
doctor_of_mute() {
    for mute_does in 'exit 0' 'echo failed >&2; exit 1'; do
        printf '#!/bin/sh\n%s\n' "$mute_does" >"$work/mute"
        chmod 755 "$work/mute"
        # shellcheck disable=SC2016 # for the other shell
        unshare -m sh -c 'mount --bind "$1" "$2" && exec "$3" doctor' - "$work/mute" "$1" "$vmtax" \
            >"$out" 2>"$err" || :
        tr -s ' \n' ' ' <"$out" >"$work/doctor" # in one line
        says "$work/doctor" "note $2"
    done
}

# Can a container be started here? If not, $why says why.
container_works() {
    run 0 list targets --json
    why=$("$jsonpath" "$out" '*' | grep '"id":"container"')
    case $why in *'"use":"cannot"'* | '') return 1 ;; esac
    return 0
}

# says FILE PATTERN: the file has a line that matches (grep -E).
says() {
    grep -Eq -e "$2" "$1" || fail "${1##*/} does not say: $2"
}

says_not() {
    if grep -Eq -e "$2" "$1"; then
        fail "${1##*/} says: $(grep -E -e "$2" "$1" | head -n 1)"
    fi
}

empty() {
    [ ! -s "$1" ] || fail "${1##*/} is not empty"
}

# A script that says much, as in a guest, begins with $marks, and sets a mark before each part of it.
# shellcheck disable=SC2016 # for that script
marks='mark() { echo "[mark $1]"; }'

# part NAME: what $out has from such a mark to the next.
part() {
    awk -v name="[mark $1]" '$0 == name {on = 1; next} /^\[mark / {on = 0} on' "$out"
}

# Did it come to its end, which is its last mark?
parts_whole() {
    grep -q '^\[mark end\]' "$out"
}

# After a run in which something of another row died: sys.syscall has a figure, and the other one none.
other_goes_on() {
    "$jsonpath" "$out" 'metrics.*' >"$work/rows" || fail "the run has no result"
    grep '"workload":"sys.syscall"' "$work/rows" | grep -q '"value":[0-9]' || fail "the other row has no figure"
    if grep -v '"workload":"sys.syscall"' "$work/rows" | grep -q '"value":[0-9]'; then
        fail "a row whose server died has a figure: $(grep -v sys.syscall "$work/rows" | head -n 1)"
    fi
}

# wait_for SECONDS COMMAND…: until the command succeeds; fails when that takes longer. On a busy machine
# the command itself may take most of the time, so the one that counts begins when the time is over.
wait_for() {
    wait_limit=$1
    wait_end=$(($(date +%s) + wait_limit))
    shift
    wait_begun=$(date +%s)
    until "$@" >/dev/null 2>&1; do
        [ "$wait_begun" -lt "$wait_end" ] || fail "after $wait_limit s still not: $*"
        sleep 0.05
        wait_begun=$(date +%s)
    done
}

# --- a terminal ---------------------------------------------------------------------------------

# terminal COLUMNSxROWS COMMAND…: starts the command in a terminal of its own, with a private tmux.
# The exit code of the command is written to $work/code when it ends.
terminal() {
    terminal_size=$1
    shift
    rm -f "$work/code"
    {
        printf "'%s' " "$@"
        # shellcheck disable=SC2016 # for the shell in the terminal
        printf '; echo $? >%s.part; mv %s.part %s; stty -a >%s; exec cat\n' \
            "$work/code" "$work/code" "$work/code" "$work/stty"
    } >"$work/command"
    wait_for 20 terminal_open
}

# Again when a server that was told to end just now takes the call and ends.
terminal_open() {
    tmux -f /dev/null -S "$work/tmux" new-session -d -x "${terminal_size%x*}" -y "${terminal_size#*x}" \
        "sh $work/command 2>$err"
}

screen() {
    tmux -S "$work/tmux" capture-pane -p
}

# shows PATTERN: does the screen show it now?
shows() {
    screen | grep -Eq -e "$1"
}

press() {
    tmux -S "$work/tmux" send-keys "$@"
}

resize() {
    tmux -S "$work/tmux" resize-window -x "${1%x*}" -y "${1#*x}"
}

# ended CODE: wait until the command in the terminal has ended, with that code.
ended() {
    wait_for 30 test -f "$work/code"
    [ "$(cat "$work/code")" = "$1" ] || fail "exit code $(cat "$work/code") in the terminal, not $1"
}

# --- what is left behind ------------------------------------------------------------------------

# Processes that carry this test's home in their environment, but this shell and the terminal.
# One look at all environments: a program for each process of a busy machine would take longer than
# what is waited for.
ours() {
    # shellcheck disable=SC2013 # names of files without blanks
    for ours_environ in $(grep -lsF -e "=$work/" /proc/[0-9]*/environ); do
        ours_proc=${ours_environ%/environ}
        ours_pid=${ours_proc#/proc/}
        [ "$ours_pid" != $$ ] || continue
        case $(tr '\0' ' ' 2>/dev/null <"$ours_proc/cmdline") in
        *tmux* | *"$work/command"*) continue ;;
        *vmtax*) ;;
        *) continue ;;
        esac
        # A shell of this test itself (a subshell, or make's) is not the program's.
        [ "$(readlink "$ours_proc/exe" 2>/dev/null)" = "$(readlink /proc/$$/exe)" ] || echo "$ours_pid"
    done
}

left_own() {
    for left_pid in $(ours); do
        echo "process $left_pid: $(tr '\0' ' ' 2>/dev/null <"/proc/$left_pid/cmdline")"
    done
    sed -n "s,^[^ ]* [^ ]* [^ ]* [^ ]* \(${work}[^ ]*\) .*,mount \1,p" /proc/self/mountinfo
    find "$work/run" -mindepth 2 -name 'run-*' -prune -exec echo "run directory" {} \; 2>/dev/null || :
}

# What runs of vmtax that are alive have made or are about to make: their directories and the lines of
# their ledgers. A ledger is locked as long as its owner lives, and so is a scratch directory, whose
# ledger may lie where nobody looks. What lies in a guest that is reached names the process that removes
# it, and the namespace of its number.
living() {
    for living_ledger in /run/vmtax/run-*/ledger /tmp/vmtax-[0-9]*/run-*/ledger \
        "${work%/*}"/vmtax-e2e.*/run/vmtax/run-*/ledger; do
        if [ -e "$living_ledger" ] && ! flock -n "$living_ledger" true 2>/dev/null; then
            dirname "$living_ledger"
            cat "$living_ledger" 2>/dev/null || :
        fi
    done
    for living_scratch in /var/tmp/vmtax-[0-9]*; do
        [ ! -d "$living_scratch" ] || flock -n "$living_scratch" true 2>/dev/null || echo "$living_scratch"
    done
    for living_reach in /tmp/vmtax-reach-* /var/tmp/vmtax-reach-*; do
        [ -d "$living_reach" ] || continue
        living_space=${living_reach##*/vmtax-reach-} living_space=pid:[${living_space%%-*}]
        if [ "$living_space" = "$(readlink /proc/self/ns/pid)" ]; then
            [ ! -d "/proc/${living_reach##*.}" ] || echo "$living_reach"
        elif readlink /proc/[0-9]*/ns/pid 2>/dev/null | grep -qxF "$living_space"; then
            echo "$living_reach"
        fi
    done
}

# Runs (vmtax-PID-SUFFIX) whose cgroups have living processes. Ledgers in another root, as of a
# container beside this one, are not seen, nor are its processes; the unified hierarchy tells of them.
at_work() {
    {
        find /sys/fs/cgroup -path '*/vmtax*' -name cgroup.procs -exec grep -l . {} +
        find /sys/fs/cgroup -path '*/vmtax*' -name cgroup.events -exec grep -l '^populated 1' {} +
    } 2>/dev/null | sed -n 's,^[^ ]*/\(vmtax-[^/.]*\).*,\1,p' | sort -u
}

# One line for each thing of the whole machine that carries the program's name and belongs to no run
# that is alive: what is ours of those left_own says.
machine() {
    living >"$work/living"
    everything | while IFS= read -r machine_line; do
        grep -qF -- "${machine_line##* }" "$work/living" || echo "$machine_line"
    done
}

everything() {
    at_work >"$work/at_work"
    find /sys/fs/cgroup -type d -name '*vmtax*' 2>/dev/null | sed 's/^/cgroup /' | grep -vFf "$work/at_work" || :
    # The name of a link does not tell its run.
    if [ ! -s "$work/at_work" ]; then
        find /sys/class/net -name 'vmtax*' | sed 's,.*/,link ,'
    fi
    for machine_dir in /tmp /var/tmp /dev/shm /run; do
        find "$machine_dir" -mindepth 1 -maxdepth 1 -name 'vmtax*' ! -name 'vmtax-e2e.*' \
            ! -name 'vmtax-bootstrap.*' ! -name 'vmtax-test-*' 2>/dev/null | sed 's/^/file /'
    done
    find /run/vmtax /tmp/vmtax-[0-9]* -mindepth 1 -maxdepth 1 -name 'run-*' 2>/dev/null | sed 's/^/run directory /'
    awk '$5 ~ /vmtax/ {print "mount " $5}' /proc/self/mountinfo | grep -v "$work" || :
}

# Other runs of vmtax on this machine come and go: what is left by this test is what stays.
clean_now() {
    machine | sort | comm -13 "$work/machine.before" - >"$work/machine.now"
    if [ -f "$work/machine.left" ]; then
        comm -12 "$work/machine.left" "$work/machine.now" >"$work/machine.both"
        mv "$work/machine.both" "$work/machine.left"
    else
        mv "$work/machine.now" "$work/machine.left"
    fi
    left_own >"$work/left"
    cat "$work/machine.left" >>"$work/left"
    [ ! -s "$work/left" ]
}

# Nothing of the program is there any more: processes, mounts, links, cgroups, directories.
leftovers() {
    rm -f "$work/machine.left"
    leftovers_end=$(($(date +%s) + 15))
    until clean_now; do
        [ "$(date +%s)" -lt "$leftovers_end" ] || fail "left behind: $(cat "$work/left")"
        sleep 0.1
    done
}

machine | sort >"$work/machine.before"
