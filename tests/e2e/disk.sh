#!/bin/sh
# Disk rows natively, with the audit of caches; what does not fit is refused; nothing is left.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

scratch=$(mktemp -d /var/tmp/e2e-disk.XXXXXX)
at_end() {
    umount "$scratch/small" 2>/dev/null
    rm -rf "$scratch"
}

# A file that was just read is in the page cache: no disk moves a byte of it.
run 0 run file.reread:size=1M file.randwrite:size=1M,record=4K bonnie.output:size=1M bonnie.rewrite:size=1M \
    bonnie.input:size=1M bonnie.seeks:size=1M file.randread:size=1M,record=4K,direct=yes \
    --on native --blocks 2 --seconds 0.05 --scratch "$scratch" --json
"$jsonpath" "$out" 'slots.*' >"$work/slots"
[ "$(wc -l <"$work/slots")" = 28 ] || fail "$(wc -l <"$work/slots") slots instead of 28"
if grep -q '"value":null' "$work/slots"; then
    fail "no figure: $(grep '"value":null' "$work/slots" | head -n 1)"
fi
says "$err" 'rows take up to 1 MiB on each target, below .* up to 1 MiB in all'
# Where the disk tells what it moves.
if grep -q disk_read_bytes "$work/slots"; then
    says "$err" 'file.reread .*the disk moved .*: this measures a cache'
    grep -q '"cache"' "$work/slots" || fail "no slot carries the flag of a cache"
else
    says "$err" 'does not tell what it moves'
fi

# What is written and never flushed keeps its pages, and nothing else is said.
run 0 run file.write:size=1M --on native --blocks 2 --seconds 0.05 --scratch "$scratch" --json
says_not "$err" 'page cache dropped between slots'
run 0 run file.read:size=1M --on native --blocks 2 --seconds 0.05 --scratch "$scratch" --json

# Whose the page cache is says who may drop it between slots: natively that is nobody. A guest that was there
# already drops all of it where it is a virtual machine with a kernel of its own and the agent may. Here both
# are this machine with another boot and a file in place of the kernel's, so that nothing is dropped in truth.
says "$err" 'native: page cache dropped between slots: its file.s alone: the rest are the host.s'
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
    mkdir -p "$HOME/.config/vmtax"
    for guest in may maynot; do
        : >"$work/$guest.drop"
        echo "00000000-0000-4000-8000-00000000000${#guest}" >"$work/$guest.boot"
        cat >"$work/$guest.enter" <<END
#!/bin/sh
mount --bind $work/$guest.boot /proc/sys/kernel/random/boot_id &&
    mount --bind $work/$guest.drop /proc/sys/vm/drop_caches || exit 1
[ $guest = may ] || mount -o remount,bind,ro /proc/sys/vm/drop_caches || exit 1
exec /bin/sh
END
        echo "target.$guest = exec:unshare --mount sh $work/$guest.enter"
    done >"$HOME/.config/vmtax/vmtax.conf"
    run 0 run file.read:size=1M --on may,maynot --blocks 2 --seconds 0.05 --scratch "$scratch" --json
    if "$jsonpath" "$out" targets.1.virt | grep -Eqx 'none|container|openvz|unknown'; then
        says "$err" 'may: page cache dropped .*its file.s alone: others may use the rest'
        empty "$work/may.drop"
    else
        says "$err" 'may: page cache dropped .*all clean pages of its kernel'
        [ "$(cat "$work/may.drop")" = 1 ] || fail "the agent wrote $(cat "$work/may.drop") for 1"
        says "$err" 'maynot: page cache dropped .*its file.s alone: the agent may not drop the rest'
    fi
    empty "$work/maynot.drop"
    "$jsonpath" "$out" 'targets.*.caches' | grep -c . | grep -qx 3 || fail "not every target tells what it dropped"
    rm "$HOME/.config/vmtax/vmtax.conf"
fi

# A small disk: a row that does not fit is not measured, with the reason; the others are.
small() {
    [ "$(id -u)" = 0 ] && has mke2fs && truncate -s 48M "$work/image" &&
        mke2fs -qF -t ext4 "$work/image" && mkdir "$scratch/small" &&
        mount -o loop "$work/image" "$scratch/small"
} 2>/dev/null
if small; then
    run 0 run bonnie.input:size=1M bonnie.output:size=64M --on native --blocks 2 --seconds 0.05 \
        --scratch "$scratch/small" --json
    "$jsonpath" "$out" 'slots.*' >"$work/slots"
    says "$work/slots" "bonnie.output.*MiB are free on $scratch/small \\(ext4\\), 72 are needed: free some there.* --scratch DIR"
    says_not "$work/slots" '/vmtax-[0-9]'
    says "$err" 'below .* MiB are free: what finds no room is not measured.* --scratch DIR'
    run 2 run bonnie.output:size=64M --on native --blocks 2 --seconds 0.05 --scratch "$scratch/small"
    says "$err" 'MiB are free, and no row finds room there.* --scratch DIR'
    says "$work/slots" 'bonnie.input.*"value":[0-9]'
    [ "$(ls -A "$scratch/small")" = lost+found ] || fail "left on the small disk: $(ls -A "$scratch/small")"
    mount -o remount,ro "$scratch/small"
    run 2 run bonnie.input:size=1M --on native --blocks 2 --seconds 0.05 --scratch "$scratch/small"
    says "$err" 'Read-only file system'
    umount "$scratch/small"
    rmdir "$scratch/small"
fi

# A container has the same disk, by the same path.
if [ "$(id -u)" = 0 ] && container_works; then
    run 0 run file.write:size=2M,sync=fsync file.randread:size=1M,record=4K,direct=yes bonnie.rewrite:size=1M \
        --on container --blocks 2 --seconds 0.05 --scratch "$scratch" --json
    "$jsonpath" "$out" 'slots.*' | grep '"target":"container"' >"$work/slots"
    [ "$(wc -l <"$work/slots")" = 12 ] || fail "$(wc -l <"$work/slots") slots in the container instead of 12"
    if grep -q '"value":null' "$work/slots"; then
        fail "no figure in the container: $(grep '"value":null' "$work/slots" | head -n 1)"
    fi
    [ "$("$jsonpath" "$out" 'metrics.*.iops' | grep -c '[1-9]')" = 6 ] || fail "not all rows have IOPS"
fi

[ -z "$(ls -A "$scratch")" ] || fail "left in the scratch directory: $(ls -A "$scratch")"
leftovers
