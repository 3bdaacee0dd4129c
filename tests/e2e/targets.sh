#!/bin/sh
# Targets with the real agent, start to stop: as root and as an ordinary user, twenty times, two at
# once, killed at every place, with nothing left behind.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-$(dirname "$0")/../..}/tests/e2e/lib.sh"

# Where another user may execute them too.
chmod 711 "$work"
mkdir -m 755 "$work/bin"
cp "$abs_top_builddir/vmtax-agent" "$abs_top_builddir/vmtax-container" \
    "$abs_top_builddir/tests/e2e/targets_tool" "$work/bin/"
tool=$work/bin/targets_tool
agent=$work/bin/vmtax-agent
as= # the prefix that makes a command another user's
skipped=

try() { # try CODE ARGUMENT…: the tool ends with this code
    try_want=$1
    shift
    try_got=0
    $as "$tool" "$@" >"$out" 2>"$err" </dev/null || try_got=$?
    [ "$try_got" = "$try_want" ] || fail "$*: exit code $try_got, not $try_want"
    no_crash
}

hold() { # hold KIND: $holder is the tool, $keeper the process that it started
    : >"$out"
    $as "$tool" hold "$1" "$agent" >"$out" 2>"$err" </dev/null &
    holder=$!
    wait_for 15 grep -q '^held ' "$out"
    keeper=$(sed -n 's/^held //p' "$out")
}

nothing_lives() {
    [ -z "$(ours)" ]
}

# Waits for that; who lives on is named, with what it waits for.
all_died() {
    all_died_end=$(($(date +%s) + 10))
    until nothing_lives; do
        if [ "$(date +%s)" -ge "$all_died_end" ]; then
            for all_died_pid in $(ours); do
                echo "process $all_died_pid: $(tr '\0' ' ' <"/proc/$all_died_pid/cmdline")"
                grep -E '^(State|PPid|NSpid|SigBlk|SigIgn):' "/proc/$all_died_pid/status" | tr '\n' ' '
                echo "waits in $(cat "/proc/$all_died_pid/wchan"), $(cat "/proc/$all_died_pid/syscall")"
                ls -l "/proc/$all_died_pid/fd"
                cat "/proc/$all_died_pid/stack" "/proc/$all_died_pid/cgroup" || :
            done 2>&1
            fail "10 s after its owner was killed it lives on: $1"
        fi
        sleep 0.05
    done
}

cycles() {
    try 0 cycle "$1" "$agent" 20
    [ "$(grep -c '^hello_ms' "$out")" = 20 ] || fail "not twenty starts"
    sed -n 's/^hello_ms=\([0-9]*\).* how=.*/\1/p' "$out" | sort -n >"$work/ms"
    echo "$who, $1: $(sed -n '1s/^[^ ]* //p' "$out"): hello after $(sed -n 1p "$work/ms") to $(sed -n '$p' "$work/ms") ms, middle $(sed -n 10p "$work/ms")"
    # Half of them, not the luckiest one. Under a sanitizer an agent takes its time.
    grep -q "^SANITIZE_CFLAGS='-" "$abs_top_builddir/config.log" || [ "$(sed -n 10p "$work/ms")" -lt 300 ] ||
        fail "no hello within 300 ms in half of the starts"
    leftovers
}

stopped_by_signal() {
    hold "$1"
    kill -TERM "$holder"
    wait "$holder" || fail "$1: a stop by SIGTERM ends with $?"
    leftovers
}

killed_keeper() {
    hold "$1"
    kill -KILL "$keeper"
    wait "$holder" || fail "$1: after its process was killed the tool ends with $?"
    says "$out" '^ended: was ended by signal 9'
    leftovers
}

killed_tool() {
    hold "$1"
    kill -KILL "$holder"
    wait "$holder" 2>/dev/null || :
    wait_for 10 is_over "$keeper"
    all_died "$1"
    try 0 sweep
    says "$out" '^swept 1$'
    leftovers
    try 0 sweep
    says "$out" '^swept 0$'
}

# At ten moments of a start, the first before anything was made.
killed_while_starting() {
    for moment in 00 01 02 03 04 05 06 08 10 15; do
        $as "$tool" cycle "$1" "$agent" 3 >/dev/null 2>&1 </dev/null &
        holder=$!
        sleep "0.$moment"
        kill -KILL "$holder" 2>/dev/null || :
        wait "$holder" 2>/dev/null || :
        all_died "$1, killed after 0.$moment s"
        try 0 sweep
    done
    leftovers
}

failed_start() {
    printf '#!/bin/sh\necho some reason >&2\nexit 3\n' >"$work/bin/failing"
    chmod 755 "$work/bin/failing"
    try 2 cycle "$1" "$work/bin/failing" 1
    says "$err" "^the agent in $1 ended with exit code 3: some reason$"
    try 2 cycle "$1" "$work/bin/nonesuch" 1
    says "$err" nonesuch
    leftovers
}

two_at_once() {
    $as "$tool" cycle "$1" "$agent" 5 >"$work/first" 2>&1 </dev/null &
    first=$!
    $as "$tool" cycle "$1" "$agent" 5 >"$work/second" 2>&1 </dev/null &
    second=$!
    wait "$first" || fail "$1: of two at once the first failed: $(tail -n 1 "$work/first")"
    wait "$second" || fail "$1: of two at once the second failed: $(tail -n 1 "$work/second")"
    leftovers
}

# liblxc fails: a keeper that cannot do it, in front of the one that can.
fallback() {
    mkdir -m 755 "$work/broken"
    cp "$agent" "$work/broken/vmtax-agent"
    cat >"$work/broken/vmtax-container" <<END
#!/bin/sh
case \$1 in how=lxc) echo "no such luck" >&2; exit 2 ;; esac
exec "$work/bin/vmtax-container" "\$@"
END
    chmod 755 "$work/broken/vmtax-container"
    try 0 cycle container "$work/broken/vmtax-agent" 3
    says "$out" 'how="namespaces'
    says "$out" 'limits="cpus [0-9]*, memory 512 MiB'
    says "$out" 'network="veth 10\.213\.'
    leftovers
}

all_of() {
    try 0 probe "$1" "$agent"
    if grep -q 'use=2' "$out"; then
        skipped="$skipped; $1 as $who: $(sed 's/.*reason="\([^"]*\)" remedy="\([^"]*\)".*/\1; \2/' "$out")"
        return
    fi
    cycles "$1"
    stopped_by_signal "$1"
    killed_keeper "$1"
    killed_tool "$1"
    killed_while_starting "$1"
    failed_start "$1"
    two_at_once "$1"
}

who=$(id -un 2>/dev/null || id -u)
all_of native
all_of container
if [ "$(id -u)" = 0 ]; then
    grep -q '^#define HAVE_LXC 1' "$abs_top_builddir/config.h" && [ -z "$skipped" ] && fallback
    if has setpriv; then
        who="an ordinary user"
        uid=54321
        mkdir -m 700 "$work/user"
        chown "$uid:$uid" "$work/user"
        XDG_RUNTIME_DIR=$work/user
        as="setpriv --reuid=$uid --regid=$uid --clear-groups"
        cd /
        all_of native
        all_of container
    else
        skipped="$skipped; as an ordinary user: needs setpriv (package util-linux)"
    fi
fi
[ -z "$(find /run/lxc -path "*$work*" 2>/dev/null)" ] || fail "liblxc left files in /run/lxc"
[ -z "$skipped" ] || skip "not tried: ${skipped#; }"
