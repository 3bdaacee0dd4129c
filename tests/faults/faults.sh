#!/bin/sh
# faults.sh [FAULT]: each row of `table`, or those whose names match: the fault strikes a run of
# vmtax; then a bounded time to a sentence, nothing left on the machine, and what was stored before is
# as it was. Prints a table in Markdown of what was seen, which must be that of FAULTS.md but for the
# seconds. `make faults-update` writes it there.
#
# What QEMU's machines can do wrong beyond that is in tests/e2e/machine_faults.sh, a dashboard whose
# terminal does not read in tests/unit/test_terminal.c.
# shellcheck disable=SC2317 # functions that the table names
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_root
need_tool unshare
need_tool setpriv
need_tool prlimit
need_tool python3
here=${abs_top_srcdir:-.}/tests/faults

XDG_CACHE_HOME=$abs_top_builddir/tests/cache
export XDG_CACHE_HOME
mkdir -p "$XDG_CACHE_HOME"
chmod 700 "$XDG_CACHE_HOME"
run 0 list targets --json
usable=native
for kind in container tcg; do
    case $("$jsonpath" "$out" '*' | grep "\"id\":\"$kind\"") in
    *'"use":"cannot"'* | '') ;;
    *) usable="$usable $kind" ;;
    esac
done

program=$vmtax # of the row
launcher=      # function that puts something around it

# --- the run that is struck ---------------------------------------------------------------------

# shellcheck disable=SC2086 # words
launch() {
    : >"$out"
    $launcher "$program" run $workload --on "$target" --cpus 1 --memory 256M --blocks "$blocks" \
        --seconds "$seconds" ${append:+--append "$append"} --ndjson >"$out" 2>"$err" </dev/null &
    pid=$!
}

gone() {
    is_over "$pid"
}

# Processes of this test whose program has this name.
named() {
    for named_pid in $(ours); do
        case $(readlink "/proc/$named_pid/exe" 2>/dev/null) in */"$1"*) echo "$named_pid" ;; esac
    done
}

# What is hit: QEMU, or the agents of the target, which in a container have mounts of their own.
victims() {
    [ "$target" != tcg ] || {
        named qemu-system
        return
    }
    victims_mounts=$(readlink /proc/self/ns/mnt)
    for victim in $(named vmtax-agent); do
        victim_mounts=$(readlink "/proc/$victim/ns/mnt" 2>/dev/null) || continue
        if [ "$target" = native ] && [ "$victim_mounts" = "$victims_mounts" ]; then
            echo "$victim"
        elif [ "$target" = container ] && [ "$victim_mounts" != "$victims_mounts" ]; then
            echo "$victim"
        fi
    done
}

# Phases: what the run needs is made, before the target; the target starts; its slots run; all is
# measured, and the target stops; the result is stored. A run that ended meanwhile will be judged by
# its end.
come_to_start() {
    gone || [ -n "$(victims)" ]
}

come_to_slot() {
    gone || grep -q "\"target\":\"$target\"" "$out"
}

# Three of them last some milliseconds: the run is held in them, and what is done comes then. Each looks
# whether it is now, and again when it is held.
in_prepare() {
    set -- "$work"/run/vmtax/run-*/ledger
    [ -e "$1" ] && [ -z "$(cat "/proc/$pid"/task/*/children 2>/dev/null)" ]
}

# All slots are told, and the first of what it has started has ended. Native alone is gone too soon for that.
in_end() {
    set -- "$work"/run/vmtax/run-*/ledger
    [ -e "$1" ] && [ "$(wc -l <"$out")" -ge "$(slots_of_a_run)" ] || return 1
    [ "$target" != native ] || return 0
    children=$(cat "/proc/$pid"/task/*/children 2>/dev/null | wc -w)
    [ "$children" -le "$most" ] || most=$children
    [ "$children" -lt "$most" ]
}

# Of one that was not struck, once for each target.
# shellcheck disable=SC2086 # words
slots_of_a_run() {
    [ -e "$work/slots.$target" ] || "$vmtax" run $workload --on "$target" --cpus 1 --memory 256M \
        --blocks "$blocks" --seconds "$seconds" --ndjson 2>/dev/null </dev/null |
        grep -c '"position"' >"$work/slots.$target"
    cat "$work/slots.$target"
}

in_store() {
    set -- "$state"/results/.vmtax-*.tmp
    [ -e "$1" ]
}

# hold PHASE: false if it was missed; then the run goes on.
hold() {
    looks=0 most=0
    until "in_$1"; do
        looks=$((looks + 1))
        [ $((looks % 20)) != 0 ] || ! gone || return 1
    done
    kill -STOP "$pid" 2>/dev/null || return 1
    "in_$1" && return 0
    kill -CONT "$pid" 2>/dev/null || :
    return 1
}

# A phase that was missed is waited for in another run.
hold_in() {
    held=
    for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        ! hold "$1" || { held=$attempt && return 0; }
        wait_for 60 gone
        wait "$pid" || fail "$row: a run that was not struck failed"
        rm -rf "$state"
        cp -a "$work/before" "$state"
        launch
    done
    fail "$row: the phase was missed $attempt times"
}

come_to_prepare() {
    hold_in prepare
}
come_to_end() {
    hold_in end
}
come_to_store() {
    hold_in store
}

# --- what is done -------------------------------------------------------------------------------

hit() {
    for victim in $(victims); do
        kill -s "$1" "$victim" 2>/dev/null || :
    done
}

tell() {
    kill -s "$1" "$pid"
    [ -z "$held" ] || kill -CONT "$pid" 2>/dev/null || :
}

# A watchdog of the guest's kernel finds its processor stuck, because it was stopped in a slot.
panic() {
    sleep 0.7
    hit STOP
    sleep 3
    hit CONT
}

slots_go_on() {
    [ "$(wc -l <"$out")" -gt $((stopped_at + 6)) ]
}

# What is measured does not wait for the terminal.
stop_terminal() {
    kill -USR1 "$pid"
    sleep 0.5
    stopped_at=$(wc -l <"$out")
    wait_for 20 slots_go_on
    kill -USR2 "$pid"
}

hang_up_terminal() {
    kill -TERM "$pid"
}

end_runtime() {
    for runtime in $(named vmtax-container); do
        kill -9 "$runtime" 2>/dev/null || :
    done
}

# A server's words are its own: it is found as a descendant of the run.
servers() {
    # shellcheck disable=SC2013 # numbers
    for child in $(cat "/proc/$1"/task/*/children 2>/dev/null); do
        case $(readlink "/proc/$child/exe" 2>/dev/null) in */nginx | */vmtax-httpd) echo "$child" ;; esac
        servers "$child"
    done
}

a_server() {
    [ -n "$(servers "$pid")" ]
}

end_server() {
    wait_for 30 a_server
    for server in $(servers "$pid"); do
        kill -9 "$server" 2>/dev/null || :
    done
}

# --- what is prepared, before the run -----------------------------------------------------------

# A clock that is wrong is told with the figures.
check_lie() {
    "$vmtax" report last >>"$out" 2>/dev/null || :
}

# An agent beside a copy of vmtax that lies.
prepare_lie() {
    rm -rf "${work:?}/bin"
    mkdir "$work/bin"
    cp "$vmtax" "$work/bin/vmtax"
    cat >"$work/bin/vmtax-agent" <<SCRIPT
#!/bin/sh
sum=\$(sha256sum "$work/bin/vmtax-agent")
exec python3 "$here/liar.py" $1 "\${sum%% *}" "${vmtax%/*}/vmtax-agent" "\$@"
SCRIPT
    chmod 755 "$work/bin/vmtax-agent"
    program=$work/bin/vmtax
}

# in_namespace SCRIPT COMMAND...: with other mounts.
in_namespace() {
    namespace_script=$1
    shift
    # shellcheck disable=SC2016 # for the shell in the namespace
    exec unshare -m sh -c 'mount --make-rprivate / && eval "$1" || exit 99; shift; exec "$@"' sh \
        "$namespace_script" "$@"
}

prepare_read_only_state() {
    launcher=launch_read_only
}
launch_read_only() {
    in_namespace "mount --bind $state $state && mount -o remount,bind,ro $state" "$@"
}

# The stored results lie below, and are looked at when the mount is gone.
prepare_full_state() {
    launcher=launch_full
}
launch_full() {
    in_namespace "mount -t tmpfs -o size=64k tmpfs $state && mkdir -m 700 $state/results &&
        { dd if=/dev/zero of=$state/full bs=1k count=1000 2>/dev/null || :; }" "$@"
}

prepare_foreign_state() {
    launcher=launch_foreign
    chmod 755 "$work" "$HOME" "$HOME/.local" "$HOME/.local/state" "$state"
}
launch_foreign() {
    mkdir -p "$work/run/other"
    chown 65534:65534 "$work/run/other"
    chmod 711 "$work/run"
    exec env XDG_RUNTIME_DIR="$work/run/other" setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

# limit RESOURCE=NUMBER, as of prlimit.
prepare_limit() {
    limits=$1
    launcher=launch_limited
}
launch_limited() {
    exec prlimit "--$limits" "$@"
}

# Enough for the program and its libraries, and for next to nothing beside.
prepare_little_memory() {
    least=8
    until prlimit "--as=${least}000000" "$vmtax" --version >/dev/null 2>&1; do
        least=$((least + 1))
    done
    prepare_limit "as=${least}000000"
}

prepare_panic() {
    append='watchdog_thresh=1 softlockup_panic=1' seconds=3 blocks=2
}

prepare_stop_terminal() {
    launcher=launch_in_terminal
}
prepare_hang_up_terminal() {
    launcher=launch_in_terminal
}
launch_in_terminal() {
    exec python3 "$here/terminal.py" "$err" "$@"
}
# Nobody can be told: what was measured is kept.
check_hang_up_terminal() {
    "$vmtax" report last >>"$out" 2>/dev/null || :
}

prepare_end_server() {
    workload=web:clients=1
}

prepare_beside_another() {
    "$vmtax" run sys.syscall --on "$target" --cpus 1 --memory 256M --blocks 6 --seconds 0.1 \
        >"$work/other" 2>"$work/other.err" </dev/null &
    other=$!
}
check_beside_another() {
    wait "$other" || fail "$row: the other: $(cat "$work/other.err")"
    grep -hEo '"other_vmtax":[[:space:]]*"[^"]*"' "$state"/results/*.json | grep -qw "pid $other" ||
        fail "$row: no result has the other one, pid $other"
}

# As after a host's clock was set back: what is stored was begun a day from now.
prepare_of_tomorrow() {
    tomorrow=$(date -u -d tomorrow +%Y-%m-%d)
    for stored in "$state"/results/*.json; do
        sed "s/\"started\":[[:space:]]*\"[0-9-]*T/\"started\": \"${tomorrow}T/" "$stored" \
            >"$state/results/$(echo "$tomorrow" | tr -d -)T${stored##*T}"
    done
    grep -q "\"started\": \"$tomorrow" "$state"/results/*.json || fail "$row: nothing is of tomorrow"
    tomorrow_count=$(find "$state/results" -name '*.json' | wc -l)
}
check_of_tomorrow() {
    "$vmtax" list results --json >"$work/list" 2>>"$err" || fail "$row: the list fails"
    listed=$("$jsonpath" "$work/list" '*.started' | wc -l)
    [ "$listed" = $((tomorrow_count + 1)) ] || fail "$row: $listed results are listed, not $((tomorrow_count + 1))"
    "$vmtax" report last >/dev/null 2>>"$err" || fail "$row: there is no report"
}

# As after a host's clock was set back: what killed runs left is dated tomorrow.
prepare_left_tomorrow() {
    workload=file.write:size=8M,sync=fsync,direct=no
    true &
    wait $!
    left=/var/tmp/vmtax-$!
    mkdir -m 700 "$left"
    echo '{' >"$state/results/.vmtax-0123456789abcdef.tmp"
    touch -d tomorrow "$left" "$state/results/.vmtax-0123456789abcdef.tmp"
}

# --- one row ------------------------------------------------------------------------------------

# The first sentence that the row wants, without what is another one in each run or on each machine.
sentence() {
    grep -E -e "$message" "$work/said" | grep -v '^{' | head -n 1 |
        sed -E "s,$state,STATE,g; s,$work/run/vmtax/run-[^/]*,RUN,g; s,(${vmtax%/*}|$work/bin)/,,g" |
        sed -E 's/^ *(- )?(vmtax: )?//; s/[0-9]{8}T[0-9]{6}Z-[a-z0-9-]*/TIME/g; s/[0-9a-f]{12}…/…/g; s/vmtax-[0-9]+$/vmtax-…/' |
        sed -E 's/\[ *[0-9]+\.[0-9]+\] //; s/number [0-9]+ came instead of [0-9]+/number … came instead of …/' |
        sed -E 's/[0-9]+ times [0-9]+ bytes/… times … bytes/; s/\|/\\|/g'
}

# Files that were stored before are the same, and new ones are whole.
intact() {
    sha256sum --quiet -c "$work/stored" >/dev/null || fail "$row: stored files have changed"
    find "$state" -type f >"$work/files"
    while read -r file; do
        case $file in
        *.json) "$jsonpath" "$file" schema | grep -q vmtax.result || fail "$row: $file is damaged" ;;
        *) fail "$row: left in the state directory: $file" ;;
        esac
    done <"$work/files"
}

# shellcheck disable=SC2086 # words
strike() {
    target=$1 phase=$2 row="$fault, $target, $phase"
    program=$vmtax launcher='' workload=sys.syscall blocks=12 seconds=0.1 append='' held=''
    case $phase in prepare | end | store) blocks=2 seconds=0.05 ;; esac
    rm -rf "$state"
    cp -a "$work/before" "$state"
    prepare=prepare_${action%% *}
    check=check_${action%% *}
    command -v "$prepare" >/dev/null && case $action in
    *' '*) $prepare ${action#* } ;;
    *) $prepare ;;
    esac
    find "$state" -type f ! -name '.*' -exec sha256sum {} + >"$work/stored"
    [ "$phase" != end ] || slots_of_a_run >/dev/null
    launch
    if command -v "${action%% *}" >/dev/null; then
        case $phase in
        start | slot) wait_for 60 "come_to_$phase" ;;
        *) "come_to_$phase" ;;
        esac
        ! gone || fail "$row: the run ended before the fault"
        struck=$(date +%s.%N)
        $action
    else
        struck=$(date +%s.%N)
    fi
    wait_for "$limit" gone
    code=0
    wait "$pid" || code=$?
    took=$(echo "$struck $(date +%s.%N)" | awk '{printf "%.1f", $2 - $1}')
    case " $codes " in *" $code "*) ;; *) fail "$row: exit code $code, not $codes" ;; esac
    no_crash
    [ "$action" != 'tell KILL' ] || run 0 run sys.syscall --on native --blocks 2 --seconds 0.05
    command -v "$check" >/dev/null && $check
    cat "$err" "$out" | tr '\r' '\n' >"$work/said"
    says "$work/said" "$message"
    says_not "$work/said" "$(printf '[\033\007]')"
    intact
    leftovers
    printf '| %s | %s | %s | %s | %s s of %s | %s |\n' "$fault" "$target" "$phase" \
        "$(echo "$codes" | sed 's/ / or /g')" "$took" "$limit" "$(sentence)" | tee -a "$work/table.new"
}

trim() {
    echo "$1" | sed 's/^ *//; s/ *$//'
}

page=$abs_top_srcdir/FAULTS.md

# What the page has of this row now.
on_page() {
    grep -F "| $fault | $1 | $2 | " "$page" >>"$work/table.new" || :
}

# But for the seconds, and where either of several sentences comes, for that.
without_time() {
    sed -n 's/^\(| [^|]* | [^|]* | [^|]* | [^|]* \)| [0-9.]* s of \(.*\)/\1| \2/p' "$1" |
        awk -F ' [|] ' -v file="$work/either" 'BEGIN {while ((getline name <file) > 0) either[name] = 1}
            substr($1, 3) in either {sub(/ [|] [^|]* [|]$/, " |")}
            {print}'
}

# The rows after one that failed are of interest, too.
: >"$work/either"
failed=0
failed_row() {
    failed=$((failed + 1))
    echo "| $fault | $target | $phase | | | FAILED: $(tail -n 1 "$work/failure") |"
    tail -n 20 "$err"
    for left in $(ours); do
        kill -9 "$left" 2>/dev/null || :
    done
    machine | sort >"$work/machine.before"
}

# What is stored before each fault: two results.
run 0 run null --on native --blocks 2 --seconds 0.05
run 0 run sys.syscall --on native --blocks 2 --seconds 0.05
cp -a "$state" "$work/before"

echo '| fault | target | phase | exit | time to the end | it says |'
echo '|---|---|---|---|---|---|'
sed 's/\\|/\\x7c/g' "$here/table" | grep -v '^#' >"$work/table"
while IFS='|' read -r fault targets phases action codes message limit <&3; do
    fault=$(trim "$fault") action=$(trim "$action") codes=$(trim "$codes") limit=$(trim "$limit")
    message=$(trim "$message" | sed 's/\\x7c/|/g')
    case $message in '~ '*) echo "$fault" >>"$work/either" ;; esac
    message=${message#\~ }
    for target in $targets; do
        for phase in $phases; do
            if [ $# != 0 ] && ! echo "$fault" | grep -Eq -e "$1"; then
                on_page "$target" "$phase"
                continue
            fi
            case " $usable " in
            *" $target "*) (strike "$target" "$phase") || failed_row ;;
            *) echo "| $fault | $target | $phase | | | not here |" && on_page "$target" "$phase" ;;
            esac
        done
    done
done 3<"$work/table"
[ "$failed" = 0 ] || fail "$failed rows"
if [ -n "${VMTAX_FAULTS_UPDATE-}" ]; then
    awk -v rows="$work/table.new" '
        /^\| fault \| target / {print; getline; print; while ((getline line <rows) > 0) print line; skip = 1; next}
        /^$/ {skip = 0}
        !skip {print}' "$page" >"$work/page"
    cat "$work/page" >"$page"
fi
without_time "$work/table.new" >"$work/seen"
without_time "$page" | diff -u - "$work/seen" || fail "FAULTS.md does not say what was seen: make faults-update"
