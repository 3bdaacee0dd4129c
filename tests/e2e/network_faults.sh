#!/bin/sh
# What can go wrong with a network: each fault costs its row, with the reason, and nothing else.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/inside.sh
. "${abs_top_srcdir:-.}/tests/e2e/inside.sh"

need_root
container_works || skip "$why"

# Ends that do not agree on the size of a frame: what is sent does not arrive.
start_run net.udp.rx:size=8K sys.syscall --blocks 2 --seconds 0.7
nsenter -t "$(inside)" -n ip link set eth0 mtu 1300 || fail "the interface keeps its MTU"
wait "$pid" || fail "the run with two MTUs ended with $?"
grep -q 'same MTU' "$out" || fail "it does not say that the MTUs may differ"
"$jsonpath" "$out" 'metrics.*.value' | grep -q '[1-9]' || fail "the other row has no figure beside two MTUs"

# No port is free for a server.
if has python3; then
    cat >"$work/taken" <<END
import socket, subprocess, sys
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as range:
    range.write("40000 40000")
taken = socket.socket()
taken.bind(("0.0.0.0", 40000))
taken.listen(1)
sys.exit(subprocess.call(sys.argv[1:]))
END
    # shellcheck disable=SC2016 # for the inner shell
    unshare -n sh -c 'ip link set lo up && exec python3 "$@"' - "$work/taken" "$vmtax" \
        run net.rr web:clients=1 sys.syscall --on native --loopback --blocks 2 --seconds 0.1 --json >"$out" 2>"$err" ||
        fail "the run without a free port ended with $?"
    for server in 'the server of net.rr cannot listen' 'find a free port'; do
        grep -q "$server.*Address already in use" "$out" || fail "it does not say: $server"
    done
    "$jsonpath" "$out" 'metrics.*.value' | grep -q '[1-9]' || fail "the other row has no figure without a port"
fi

# The peer dies in mid-run: what it costs is told, and nothing else is lost.
peer() {
    for living in $(ours); do
        case $(tr '\0' ' ' <"/proc/$living/cmdline") in
        *vmtax-agent*) [ "$(readlink "/proc/$living/ns/net")" != "$(readlink /proc/self/ns/net)" ] || echo "$living" ;;
        esac
    done | sort -n | head -n 1
}
has_peer() {
    [ -n "$(peer)" ]
}
start_run net.rr sys.syscall --blocks 2 --seconds 1
wait_for 20 has_peer
kill -9 "$(peer)"
wait "$pid" || fail "the run without a peer ended with $?"
"$jsonpath" "$out" 'slots.*' | grep '"net.rr"' | grep -q 'the agent of peer was ended by signal 9' || fail "it does not say that the peer is gone"
"$jsonpath" "$out" 'metrics.*.value' | grep -q '[1-9]' || fail "the other row has no figure without a peer"

start_run net.rr sys.syscall --blocks 2 --seconds 1
wait_for 20 grep -q 'net.rr' "$err"
nsenter -t "$(inside)" -n ip link set eth0 down || fail "the interface does not go down"
wait "$pid" || fail "the run without a network ended with $?"
grep -q 'interfaces at both ends up' "$out" || fail "it does not say that nothing came or went"
"$jsonpath" "$out" 'metrics.*.value' | grep -q '[1-9]' || fail "the other row has no figure"

# The host's end goes down: no other way leads to the guest, and nothing leaves this machine.
start_run net.rr web:clients=1 sys.syscall --blocks 2 --seconds 1
wait_for 20 grep -q 'net.rr' "$err"
# Its own, by what the guest's end says of it: others run beside this test.
index=$(nsenter -t "$(inside)" -n ip -o link show eth0 | sed 's/^[0-9]*: eth0@if\([0-9]*\):.*/\1/')
end=$(ip -o link | sed -n "s/^$index: \(vmtax[0-9a-f]*\)@.*/\1/p")
[ -n "$end" ] || fail "no host's end of eth0 has the number $index"
net=$(ip -4 route show dev "$end" | sed -n 's/^\(10\.213\.[^ ]*\) .*/\1/p')
ip link set "$end" down || fail "the host's end does not go down"
wait "$pid" || fail "the run with the host's end down ended with $?"
grep -q 'no way leads to .*interfaces at both ends up' "$out" || fail "it does not say that no way leads there"
! grep -q 'Connection refused' "$out" || fail "another machine was asked for the guest's server"
"$jsonpath" "$out" 'metrics.*.value' | grep -q '[1-9]' || fail "the other row has no figure without the host's end"
! ip route show type unreachable | grep -qF "unreachable ${net:?} " || fail "a route is left"

leftovers
