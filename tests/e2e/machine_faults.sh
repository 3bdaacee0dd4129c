#!/bin/sh
# What goes wrong with a virtual machine and its surroundings: each fault is told by a sentence, in a
# bounded time, and leaves nothing behind.
# shellcheck disable=SC2317,SC2016,SC2048 # functions for wait_for; other shells' words; a list of names
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_root
need_tool unshare

small="--cpus 1 --memory 256M --blocks 2 --seconds 0.05"
one_file="file.write:size=8M,sync=fsync,direct=no"

# finished CODE SECONDS: it ends with this code within that time from now.
finished() {
    finished_from=$(date +%s)
    wait_for "$2" is_over "$pid"
    finished_code=0
    wait "$pid" || finished_code=$?
    took=$(($(date +%s) - finished_from))
    [ $finished_code = "$1" ] || fail "$fault: exit code $finished_code, not $1"
    no_crash
}

# A mount namespace in which something of the machine is different: alone WHAT ARGUMENT… of vmtax.
alone() {
    alone_what=$1
    shift
    # shellcheck disable=SC2016 # for the shell in the namespace
    unshare -m sh -c 'mount --make-rprivate / && eval "$1" || exit 99; shift; exec "$@"' sh "$alone_what" \
        "$vmtax" "$@" >"$out" 2>"$err" </dev/null &
    pid=$!
}

# The machine of $pid, as $qemu: found at once, because its boot takes a few seconds only.
found_qemu() {
    # shellcheck disable=SC2013 # numbers
    for qemu in $(cat /proc/"$pid"/task/*/children); do
        case $(readlink "/proc/$qemu/exe") in *qemu-system-x86_64) return 0 ;; esac
    done
    return 1
}

# shellcheck disable=SC2086 # $small is words
stopped_in_boot() {
    begin run null --on tcg $small
    wait_for 20 qemu_pid
    kill -STOP "$(qemu_pid)"
    finished 2 20
    says "$err" 'monitor'
}

# shellcheck disable=SC2086
stopped_later_in_boot() {
    begin run null --on tcg $small
    wait_for 20 found_qemu
    sleep 0.5 # QEMU has greeted, the guest's kernel is on its way: it takes some seconds
    kill -STOP "$qemu"
    finished 2 20
    says "$err" 'monitor|QEMU'
}

# Twice: after the first time it is started again.
# shellcheck disable=SC2086
stopped_in_a_slot() {
    begin run sys.syscall --on tcg --cpus 1 --memory 256M --blocks 20 --seconds 2 --ndjson
    wait_for 60 slot_in_guest # the next slot is the guest's, too
    sleep 0.5
    found_qemu
    first=$qemu
    kill -STOP "$first"
    again() {
        found_qemu && [ "$qemu" != "$first" ]
    }
    wait_for 60 again
    kill -STOP "$qemu"
    finished 2 60
    says "$err" 'given up|monitor'
    says "$err" '^vmtax: tcg: nothing heard for [0-9]+ s; it is given up after [0-9]+ s'
    says "$err" '^vmtax: tcg: it hangs: nothing was heard of it'
}

# A watchdog of the guest's kernel finds its processor stuck, because it was stopped in a slot.
panics_in_a_run() {
    begin run sys.syscall --on tcg --cpus 1 --memory 256M --blocks 2 --seconds 5 --ndjson \
        --append 'watchdog_thresh=1 softlockup_panic=1'
    wait_for 60 slot_in_guest # the next slot is the guest's, too
    sleep 0.7
    kill -STOP "$(qemu_pid)"
    sleep 3
    kill -CONT "$(qemu_pid)"
    wait_for 20 grep -q 'Kernel panic' "$err"
    kill -INT "$pid"
    finished 130 20
}

panics_in_a_shell() {
    echo 'echo c >/proc/sysrq-trigger' | timeout 60 "$vmtax" shell tcg --cpus 1 --memory 256M >"$out" 2>"$err" || :
    says "$err" "^vmtax: the guest.s kernel panicked.*sysrq triggered crash"
}

# shellcheck disable=SC2086
disk_full() {
    mkdir -p "$work/mnt"
    dd if=/dev/zero of="$work/image" bs=1M count=64 status=none
    mke2fs -q -F "$work/image"
    alone "mount -o loop $work/image $work/mnt" run $one_file --on tcg $small --scratch "$work/mnt"
    finished_code=0
    wait "$pid" || finished_code=$?
    [ $finished_code != 99 ] || { echo "no loop device here: $fault" && return 0; }
    [ $finished_code = 2 ] || fail "$fault: exit code $finished_code"
    says "$err" 'MiB.*(free|room|space)'
    rm -f "$work/image"
}

# shellcheck disable=SC2086
file_size_limit() {
    (ulimit -f 65536 && exec "$vmtax" run $one_file --on tcg $small) >"$out" 2>"$err" </dev/null &
    pid=$!
    finished 2 30
    says "$err" 'File too large'
}

# shellcheck disable=SC2086
no_mke2fs() {
    alone 'for f in /usr/sbin/mke2fs /sbin/mke2fs /usr/bin/mke2fs; do [ ! -e $f ] || mount --bind /dev/null $f; done' \
        run $one_file --on tcg $small
    finished 2 30
    says "$err" 'mke2fs.*(e2fsprogs|install)'
}

# shellcheck disable=SC2086
truncated_kernel() {
    for image in "${vmtax%/*}"/guest-kernel/boot/vmlinuz-* /boot/vmlinuz-*; do
        [ ! -r "$image" ] || break
    done
    [ -r "$image" ] || return 0
    for size in 100 20000 3000000; do
        head -c $size "$image" >"$work/${image##*/}"
        begin run null --on tcg $small --kernel "$work/${image##*/}"
        finished 2 10
        says "$err" "${image##*/}"
    done
}

# shellcheck disable=SC2086
cache_read_only() {
    mkdir -p "$work/cache" && chmod 700 "$work/cache"
    XDG_CACHE_HOME=$work/cache
    alone "mount --bind $work/cache $work/cache && mount -o remount,bind,ro $work/cache" run null --on tcg $small
    finished 2 10
    says "$err" "$work/cache.*(Read-only|XDG_CACHE_HOME)"
}

# shellcheck disable=SC2086
cache_of_another() {
    mkdir -p "$work/cache/vmtax" && chmod 700 "$work/cache/vmtax"
    chown 4242 "$work/cache" "$work/cache/vmtax"
    XDG_CACHE_HOME=$work/cache
    begin run null --on tcg $small
    finished 2 10
    says "$err" "$work/cache.*"
}

no_tun() {
    echo exit >"$work/typed"
    unshare -m sh -c 'mount --make-rprivate / && mount -t tmpfs tmpfs /dev/net && exec "$@"' sh \
        "$vmtax" shell tcg --cpus 1 --memory 256M >"$out" 2>"$err" <"$work/typed" || fail "$fault: exit code $?"
    says "$err" 'network virtio, user-mode 10\.213\.'
}

# shellcheck disable=SC2086
two_at_once() {
    "$vmtax" run sys.syscall $one_file --on tcg $small --json >"$work/other" 2>"$work/other.err" </dev/null &
    other=$!
    begin run sys.syscall $one_file --on tcg $small --json
    finished 0 90
    wait $other || fail "$fault: the other: $(cat "$work/other.err")"
    for document in "$out" "$work/other"; do
        "$jsonpath" "$document" 'slots.*' | grep '"value":null' && fail "$fault: a slot without a value"
    done
    return 0
}

# shellcheck disable=SC2086
killed_with_a_disk() {
    begin run $one_file --on tcg --cpus 1 --memory 256M --blocks 100 --seconds 0.05 --ndjson
    wait_for 60 slot_in_guest
    kill -9 "$pid"
    wait "$pid" 2>/dev/null || :
    swept
}

killed_with_a_tap() {
    # A shell that waits for its input, which never comes.
    mkfifo "$work/never"
    sleep 100 >"$work/never" &
    holder=$!
    "$vmtax" shell tcg --cpus 1 --memory 256M <"$work/never" >"$out" 2>"$err" &
    pid=$!
    wait_for 60 grep -q 'network virtio, tap' "$err"
    kill -9 "$pid"
    wait "$pid" 2>/dev/null || :
    kill $holder
    rm "$work/never"
    swept
}

# shellcheck disable=SC2086
signal_in_the_boot() {
    for signal in TERM HUP; do
        begin run null --on tcg $small
        wait_for 20 qemu_pid
        kill -s $signal "$pid"
        finished 130 10
        leftovers
    done
}

faults='stopped_in_boot stopped_later_in_boot stopped_in_a_slot panics_in_a_run panics_in_a_shell disk_full
    file_size_limit no_mke2fs truncated_kernel cache_read_only cache_of_another no_tun two_at_once
    killed_with_a_disk killed_with_a_tap signal_in_the_boot'
common_cache=$XDG_CACHE_HOME
for fault in ${*:-$faults}; do
    from=$(date +%s)
    took=
    $fault
    XDG_CACHE_HOME=$common_cache
    leftovers
    echo "$fault: $(($(date +%s) - from)) s${took:+, of these $took after the fault}: $(grep '^vmtax: ' "$err" | tail -n 1)"
done
