#!/bin/sh
# Datagrams that are lost on the way, as on a bad wire: the kernel's netem drops a fifth of them at random on
# the host's end of the target's network; what is reported is what was dropped. Where this machine's kernel has
# no netem, in an emulated guest of ours whose kernel has it.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

need_root
need_tool tc

# netem VMTAX DIRECTORY, in a network namespace that is the host: as soon as the target's cable is there, netem
# is on it; and its counters are read until the cable is gone. All that is needed afterwards is printed.
cat >"$work/netem" <<'END'
vmtax=$1 directory=$2
"$vmtax" run net.udp.rx:size=1K,rate=4 --on native --cpus 1 --memory 64M --blocks 2 --seconds 2 --json \
    >"$directory/json" 2>"$directory/errors" &
run=$!
end=$(($(date +%s) + 60))
until cable=$(ip -o link | sed -n 's/^[0-9]*: \(vmtax[0-9a-f]*\)@.*/\1/p' | head -n 1) && [ -n "$cable" ]; do
    [ "$(date +%s)" -lt $end ] || break
    sleep 0.01
done
tc qdisc add dev "$cable" root netem loss 20% limit 100000
while tc -s qdisc show dev "$cable" >"$directory/now" 2>/dev/null && grep -q netem "$directory/now"; do
    cat "$directory/now" >"$directory/counters"
    sleep 0.02
done
wait $run || { echo "the run ended with $?"; tail -n 5 "$directory/errors"; }
echo '[mark counters]'
cat "$directory/counters"
echo '[mark json]'
cat "$directory/json"
echo '[mark end]'
END
if unshare --net tc qdisc add dev lo root netem loss 20% 2>/dev/null; then
    mkdir "$work/files"
    unshare --net sh "$work/netem" "$vmtax" "$work/files" >"$out" 2>"$err" || fail "no netem"
else
    echo "this kernel has no netem (CONFIG_NET_SCH_NETEM): in an emulated guest"
    # shellcheck source=tests/e2e/machine.sh
    . "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
    vmtax_for_guest
    # shellcheck disable=SC2154 # of vmtax_for_guest
    module=$(find "${vmtax%/*}/guest-kernel/lib/modules" /lib/modules -name 'sch_netem.ko*' 2>/dev/null | head -n 1)
    [ -n "$module" ] || skip "neither this kernel nor one for guests has netem"
    cp "$module" "$work/copies/"
    cat >"$work/commands" <<COMMANDS
exec 2>/run/errors # a terminal otherwise: progress
insmod $veth; insmod $work/copies/${module##*/}
export HOME=/run/home XDG_RUNTIME_DIR=/run/own; mkdir -m 700 /run/home /run/own /run/files
cd /
unshare --net sh $work/netem $work/copies/vmtax /run/files
cat /run/errors
COMMANDS
    chmod 644 "$work/netem"
    # shellcheck disable=SC2154 # of vmtax_for_guest
    in_guest 300 "$work/commands" --cpus 1 --memory 1G --kernel "$kernel"
fi
parts_whole || fail "it did not come to its end"

part json >"$work/json"
"$jsonpath" "$work/json" 'slots.*' | sed 's/.*"datagrams":{"sent":\([0-9]*\),"received":\([0-9]*\).*/\1 \2/' >"$work/slots"
[ "$(grep -Ec '^[1-9][0-9]* [1-9][0-9]*$' "$work/slots")" = 4 ] || fail "not all slots have datagrams"
part counters | sed -n 's/.*Sent [0-9]* bytes \([0-9]*\) pkt (dropped \([0-9]*\).*/\1 \2/p' >"$work/share"
[ -s "$work/share" ] || fail "netem was not on the target's network: $(part counters)"
# The first slot may have begun without it. Of the others: a fifth within five standard deviations, and as
# much as netem says that it dropped of what came to it, whose counters hold all slots and what set them up.
tail -n +2 "$work/slots" | awk -v netem="$(cat "$work/share")" '
    {sent += $1; lost += $1 - $2}
    END {
        split(netem, n, " ")
        sigma = sqrt(0.2 * 0.8 / sent)
        mine = lost / sent
        its = n[2] / (n[1] + n[2])
        printf "%d sent, lost %.4f, by netem %.4f, standard deviation %.4f\n", sent, mine, its, sigma
        exit !(sent > 2000 && mine > 0.2 - 5 * sigma && mine < 0.2 + 5 * sigma && mine - its < 0.02 && its - mine < 0.02)
    }' >"$work/sum" || fail "$(cat "$work/sum")"
cat "$work/sum"
leftovers
