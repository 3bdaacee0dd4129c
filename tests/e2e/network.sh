#!/bin/sh
# The host's side loads, the target serves: streams and datagrams on native and in a container, by a
# path of the same kind; a loss of all is one, too (loss.sh has exact ones).
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/inside.sh
. "${abs_top_srcdir:-.}/tests/e2e/inside.sh"

need_root
container_works || skip "$why"

run 0 run net.tcp.tx:size=32K net.tcp.rx:size=1K net.udp.tx:size=32K net.udp.rx:size=32K net.rr \
    --on container --blocks 2 --seconds 0.1 --json
[ "$("$jsonpath" "$out" 'metrics.*.verified' | grep -cx true)" = 10 ] || fail "not all rows measured"
[ "$("$jsonpath" "$out" 'targets.*.path' | tr '\n' ' ')" = "veth veth " ] ||
    fail "the paths are $("$jsonpath" "$out" 'targets.*.path' | tr '\n' ' ')"
# Two rows of datagrams on two targets, a loss for each.
"$jsonpath" "$out" 'metrics.*.datagrams.loss' >"$work/loss" || fail "no loss is reported"
awk '!($1 >= 0 && $1 < 1) {exit 1} END {exit NR != 4}' "$work/loss" || fail "impossible losses"

# Native by loopback is another path than a container's, and is said to be.
run 0 run net.rr --on container --loopback --blocks 2 --seconds 0.1 --json
[ "$("$jsonpath" "$out" 'targets.*.path' | tr '\n' ' ')" = "loopback veth " ] ||
    fail "by loopback the paths are $("$jsonpath" "$out" 'targets.*.path' | tr '\n' ' ')"
"$jsonpath" "$out" comparisons.0.flags | grep -q placement || fail "the other path is not flagged"

# What cannot be the peer.
run 2 run net.rr --on native --peer nobody --blocks 2 --seconds 0.1
says "$err" 'vmtax: --peer: there is no target "nobody"'
run 2 run net.rr --on native --peer container --blocks 2 --seconds 0.1
says "$err" 'the peer is another machine, such as ssh:HOST'
# Before anything is started or asked.
for peer in docker:x nsenter:1 'xen:x console'; do
    run 2 run net.rr --on native --peer "$peer" --blocks 2 --seconds 0.1
    says "$err" "^vmtax: --peer $peer: the peer is another machine, such as ssh:HOST"
done
run 2 run net.rr --on native --peer exec:env --loopback --blocks 2 --seconds 0.1
says "$err" 'leave one of them out'

# Where none arrives all is lost, which is measured: the row goes on to its end, and what it may come
# from is told.
swallowing='add table ip v; add chain ip v in { type filter hook input priority 0; }; add rule ip v in meta l4proto udp meta length > 900 drop'
if ! unshare -n nft "$swallowing" 2>/dev/null; then
    leftovers
    skip "needs nft for a loss of all; the rest passed"
fi
start_run net.udp.rx:size=1K,rate=8 --blocks 2 --seconds 0.7
nsenter -t "$(inside)" -n nft "$swallowing" || fail "no loss can be made"
wait "$pid" || [ $? -le 1 ] || fail "the run that lost all ended with $?"
[ "$("$jsonpath" "$out" 'slots.*.datagrams.sent' | wc -l)" = 4 ] || fail "slots were left out"
[ "$("$jsonpath" "$out" 'slots.*.datagrams.received' | grep -cx 0)" -ge 3 ] ||
    fail "a loss of all is none"
grep -q 'none of [0-9]* datagrams arrived' "$out" || fail "it is not said that none arrived"
# The sender's rate is what it was told, whatever arrived.
"$jsonpath" "$out" 'metrics.*.sent_mb_per_s' >"$work/rate"
awk '!($1 > 0.8 && $1 < 1.1) {exit 1} END {exit NR != 1}' "$work/rate" ||
    fail "8 Mbit/s are told as $(cat "$work/rate") MB/s"
leftovers
