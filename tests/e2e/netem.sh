#!/bin/sh
# Datagrams that are lost on the way, as on a bad wire: the kernel's netem drops a fifth of them at random on
# the host's end of the target's network; what is reported is what was dropped.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

need_root
need_tool tc
unshare --net true 2>/dev/null || skip "no network namespaces can be made here"
unshare --net tc qdisc add dev lo root netem loss 20% 2>/dev/null ||
    skip "this kernel has no netem (CONFIG_NET_SCH_NETEM): loss is made by a firewall alone (loss.sh)"

# The host is a network namespace of ours. As soon as the target's cable is there, netem is on it; and its
# counters are read until the cable is gone.
cat >"$work/host" <<'END'
#!/bin/sh
work=$1
shift
"$@" &
run=$!
end=$(($(date +%s) + 30))
until cable=$(ip -o link | sed -n 's/^[0-9]*: \(vmtax[0-9a-f]*\)@.*/\1/p' | head -n 1) && [ -n "$cable" ]; do
    [ "$(date +%s)" -lt $end ] || break
    sleep 0.01
done
tc qdisc add dev "$cable" root netem loss 20% limit 100000 || echo "no netem on '$cable'" >&2
while tc -s qdisc show dev "$cable" >"$work/now" 2>/dev/null && grep -q netem "$work/now"; do
    cp "$work/now" "$work/netem"
    sleep 0.02
done
wait $run
END
unshare --net sh "$work/host" "$work" "$vmtax" run net.udp.rx:size=1K,rate=8 --on native --blocks 2 --seconds 1 \
    --json >"$out" 2>"$err" || fail "the run with netem ended with $?"
no_crash
[ -s "$work/netem" ] || fail "netem was not on the target's network: $(cat "$err")"
"$jsonpath" "$out" 'slots.*' | sed 's/.*"datagrams":{"sent":\([0-9]*\),"received":\([0-9]*\).*/\1 \2/' >"$work/slots"
[ "$(grep -Ec '^[1-9][0-9]* [1-9][0-9]*$' "$work/slots")" = 4 ] || fail "not all slots have datagrams"
# The first slot may have begun without it. Of the others: a fifth within five standard deviations, and as
# much as netem says that it dropped of what came to it, whose counters hold all slots and what set them up.
sed 's/^/slots: /' "$work/slots"
sed 's/^/netem: /' "$work/netem"
sed -n 's/.*Sent [0-9]* bytes \([0-9]*\) pkt (dropped \([0-9]*\).*/\1 \2/p' "$work/netem" >"$work/share"
tail -n +2 "$work/slots" | awk -v netem="$(cat "$work/share")" '
    {sent += $1; lost += $1 - $2}
    END {
        split(netem, n, " ")
        sigma = sqrt(0.2 * 0.8 / sent)
        mine = lost / sent
        its = n[2] / (n[1] + n[2])
        printf "lost %.4f, by netem %.4f, standard deviation %.4f\n", mine, its, sigma
        exit !(sent > 2000 && mine > 0.2 - 5 * sigma && mine < 0.2 + 5 * sigma && mine - its < 0.02 && its - mine < 0.02)
    }' >"$work/sum" || fail "$(cat "$work/sum")"
cat "$work/sum"
leftovers
