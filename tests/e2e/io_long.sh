#!/bin/sh
# Every disk and network row in a container and in an emulated machine; loss that a firewall makes is
# what each target reports; a virtual disk in the host's cache is told from a disk.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

need_root
need_tool nft
container_works || skip "$why"
run 0 list targets --json
"$jsonpath" "$out" '*' | grep '"id":"kvm"' | grep -q '"use":"cannot"' && skip "no virtual machines here"

scratch=$(mktemp -d /var/tmp/e2e-io.XXXXXX)
at_end() {
    rm -rf "$scratch"
}

targets() {
    "$jsonpath" "$out" 'targets.*.id' | tr '\n' ' '
}

# figures N: that many slots, each with a figure.
figures() {
    "$jsonpath" "$out" 'slots.*' >"$work/slots"
    [ "$(wc -l <"$work/slots")" = "$1" ] || fail "$(wc -l <"$work/slots") slots instead of $1"
    if grep -q '"value":null' "$work/slots"; then
        fail "no figure: $(grep '"value":null' "$work/slots" | head -n 1)"
    fi
}

# Blocks are N1 G1 H1 H2 G2 N2 or their mirror: six slots each.
run 0 run file.write:size=2M,sync=fsync file.rewrite:size=2M,direct=yes file.read:size=2M,direct=yes \
    file.reread:size=2M file.randread:size=1M,record=4K,direct=yes file.randwrite:size=1M,record=4K \
    bonnie.output:size=2M bonnie.rewrite:size=2M bonnie.input:size=2M bonnie.seeks:size=2M \
    --on container,kvm --accel tcg --blocks 2 --seconds 0.1 --scratch "$scratch" --json
[ "$(targets)" = "native container tcg " ] || fail "the disk's targets are $(targets)"
figures 120

# The host's page cache answers for the virtual disk.
run 0 run file.read:size=8M,direct=yes --on kvm --accel tcg --disk-cache writeback --blocks 2 --seconds 0.2 \
    --scratch "$scratch" --json
figures 8
if grep -q disk_read_bytes "$work/slots"; then
    grep '"target":"tcg"' "$work/slots" | grep -q '"cache"' || fail "a disk in the host's cache has no flag"
    says "$err" 'tcg.* file.read .*this measures a cache'
fi
# Files that the targets' memory does not hold.
run 0 run file.write:size=192M,record=1M file.reread:size=192M,record=1M --on container,kvm --accel tcg \
    --memory 128M --blocks 2 --seconds 0.1 --scratch "$scratch" --json
figures 24
[ -z "$(ls -A "$scratch")" ] || fail "left in the scratch directory: $(ls -A "$scratch")"
leftovers

run 0 run net.tcp.tx:size=32K net.tcp.rx:size=1K net.udp.tx:size=8K,rate=8 net.udp.rx:size=8K,rate=8 net.rr \
    --on container,kvm --accel tcg --blocks 2 --seconds 0.2 --json
figures 60
[ "$("$jsonpath" "$out" 'targets.*.path' | tr '\n' ' ')" = "veth veth virtio, tap " ] ||
    fail "the paths are $("$jsonpath" "$out" 'targets.*.path' | tr '\n' ' ')"

# A network namespace as the host: its firewall drops a fifth of what the targets send.
dropping='add table ip v; add chain ip v in { type filter hook input priority 0; }; add rule ip v in udp length > 900 numgen inc mod 5 0 drop'
unshare -n nft "$dropping" || fail "no loss can be made with nft"
# shellcheck disable=SC2016 # for the inner shell
unshare -n sh -c 'nft "$1" && shift && exec "$@"' sh "$dropping" \
    "$vmtax" run net.udp.tx:size=1K,rate=4 --on container,kvm --accel tcg --blocks 2 --seconds 1 --json \
    >"$out" 2>"$err" || fail "the run with loss ended with $?"
# Of three targets; a busy machine loses some more, but never fewer.
"$jsonpath" "$out" 'metrics.*.datagrams.loss' >"$work/loss"
awk '!($1 > 0.198 && $1 < 0.25) {exit 1} END {exit NR != 3}' "$work/loss" ||
    fail "a fifth lost is reported as $(tr '\n' ' ' <"$work/loss")"
leftovers
