#!/bin/sh
# Datagrams that are lost are counted, each of them: a firewall drops every fifth, and its own counters say
# how many came and went. In both directions, on native and in a container.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/inside.sh
. "${abs_top_srcdir:-.}/tests/e2e/inside.sh"

need_root
need_tool nft
unshare --net true 2>/dev/null || skip "no network namespaces can be made here"
fifth='add table ip v; add counter ip v seen; add counter ip v dropped;
    add chain ip v in { type filter hook input priority 0; };
    add rule ip v in udp length > 900 counter name seen numgen inc mod 5 0 counter name dropped drop'
unshare --net nft "$fifth" 2>/dev/null ||
    skip "no loss can be made: nft has no numgen here ($(unshare --net nft "$fifth" 2>&1 | head -n 1))"

# packets COUNTER FILE: what nft counted.
packets() {
    sed -n "/counter $1 {/,/}/s/.*packets \([0-9]*\).*/\1/p" "$2"
}
# full FILE: datagrams that found the receiver's buffer full, by the kernel's own count. A busy machine loses
# some in this way: they are lost, too.
full() {
    awk '$1 == "Udp:" && !n {for (i = 2; i <= NF; i++) if ($i == "RcvbufErrors") n = i; next}
         $1 == "Udp:" {print $n; exit}' "$1"
}
# Lines "sent received", one a slot.
datagrams() {
    "$jsonpath" "$out" 'slots.*' | sed 's/.*"datagrams":{"sent":\([0-9]*\),"received":\([0-9]*\).*/\1 \2/' >"$work/slots"
    grep -Evq '^[1-9][0-9]* [0-9]+$' "$work/slots" && fail "a slot has no datagrams: $(grep -Ev '^[1-9]' "$work/slots" | head -n 1)"
    [ "$(wc -l <"$work/slots")" = "$1" ] || fail "$(wc -l <"$work/slots") slots instead of $1"
}

# What targets send: the host is a network namespace with that firewall from before the first datagram to
# after the last one, so that all of them add up.
cat >"$work/host" <<END
#!/bin/sh
nft "\$1" && shift || exit 99
code=0
"\$@" || code=\$?
nft list counters >$work/counters
cat /proc/net/snmp >$work/snmp
exit \$code
END
targets=native slots=4
if container_works; then targets=container slots=8; fi
unshare --net sh "$work/host" "$fifth" "$vmtax" run net.udp.tx:size=1K,rate=4 --on $targets --blocks 2 \
    --seconds 0.5 --json >"$out" 2>"$err" || fail "the run with loss ended with $?"
no_crash
datagrams $slots
seen=$(packets seen "$work/counters") dropped=$(packets dropped "$work/counters") full=$(full "$work/snmp")
awk -v seen="$seen" -v dropped="$dropped" 'BEGIN {d = 5 * dropped - seen; exit !(seen > 500 && d > -5 && d < 5)}' ||
    fail "the firewall itself dropped $dropped of $seen"
awk -v seen="$seen" -v dropped="$dropped" -v full="$full" '
    {sent += $1; lost += $1 - $2}
    END {
        printf "%d sent, %d lost; by the firewall %d and %d, by the kernel %d more\n", sent, lost, seen, dropped, full
        exit !(sent == seen && lost == dropped + full)
    }' "$work/slots" >"$work/sum" || fail "$(cat "$work/sum")"
cat "$work/sum"
# And in each slot it is a fifth.
awk -v full="$full" '{d = $1 - $2 - $1 / 5; if (d <= -1 || d >= 1 + full) {print; exit 1}}' "$work/slots" ||
    fail "a slot's loss is not a fifth"
"$jsonpath" "$out" 'metrics.*.datagrams.loss' >"$work/loss"
awk -v full="$full" '!($1 > 0.195 && $1 < 0.205 + full / 500) {exit 1} END {exit !NR}' "$work/loss" ||
    fail "a fifth lost is reported as $(tr '\n' ' ' <"$work/loss")"

run 0 report last --format md
says "$out" '## Datagrams'

# What they receive: the firewall is the target's, and comes while a slot runs, so only later ones are a
# fifth. The network is held open, to ask its kernel when the run is over. Between two workers nobody may be in it.
hold() {
    command exec 9<"/proc/$(inside)/ns/net"
}
in_held() {
    nsenter --net=/proc/$$/fd/9 "$@"
}
start_run net.udp.rx:size=1K,rate=8 --blocks 2 --seconds 0.7
wait_for 10 hold
in_held nft "$fifth" || fail "no loss can be made in the target"
wait "$pid" || fail "the run with loss ended with $?"
in_held nft list counters >"$work/counters"
in_held cat /proc/net/snmp >"$work/snmp"
exec 9<&-
datagrams 4
full=$(full "$work/snmp")
tail -n 2 "$work/slots" | awk -v full="$full" '{d = $1 - $2 - $1 / 5; if (d <= -1 || d >= 1 + full) {print; exit 1}}' ||
    fail "a slot's loss is not a fifth: $(tr '\n' ';' <"$work/slots")"
# The firewall cannot have seen more than was sent, nor dropped more than was lost.
awk -v seen="$(packets seen "$work/counters")" -v dropped="$(packets dropped "$work/counters")" -v full="$full" '
    {sent += $1; lost += $1 - $2}
    END {exit !(seen <= sent && lost >= dropped && lost <= dropped + full + sent - seen)}' "$work/slots" ||
    fail "the firewall counted $(tr '\n' ' ' <"$work/counters"), the slots are $(tr '\n' ';' <"$work/slots")"
leftovers
