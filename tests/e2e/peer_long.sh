#!/bin/sh
# The peer on another machine: a network namespace with an SSH server, at the other end of a wire.
# Streams, datagrams and pages cross it, from native, a container and an emulated machine; loss that is
# made there is what is reported; each fault costs its row and says why; nothing is left at either end.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/sshd.sh
. "${abs_top_srcdir:-.}/tests/e2e/sshd.sh"

need_root
need_tool nft
ssh_works || skip "$why"
container_works || skip "$why"

# --- two machines and a wire -----------------------------------------------------------------------

here=e2e-here-$$ there=e2e-there-$$
ip netns add "$here" 2>/dev/null || skip "no network namespaces here"
at_end() {
    sshd_end
    ip netns del "$here"
    ip netns del "$there"
}
ip netns add "$there"
ip -n "$here" link add wire type veth peer name wire netns "$there"
ip -n "$here" address add 192.0.2.1/24 dev wire
ip -n "$there" address add 192.0.2.2/24 dev wire
for end in "$here" "$there"; do
    ip -n "$end" link set lo up
    ip -n "$end" link set wire up
done
in_here() {
    nsenter --net="/run/netns/$here" "$@"
}
in_there() {
    nsenter --net="/run/netns/$there" "$@"
}
sshd_make 192.0.2.2
sshd_serve 22 nsenter --net="/run/netns/$there" || fail "no SSH server: $(cat "$ssh/log")"
cat >"$ssh/user" <<END
Host box
    HostName 192.0.2.2
    User root
    IdentityFile $ssh/key
    IdentitiesOnly yes
    UserKnownHostsFile $ssh/known
    StrictHostKeyChecking accept-new
END
mkdir -p "$HOME/.config/vmtax"
cat >"$HOME/.config/vmtax/vmtax.conf" <<END
target.box = ssh:box -F $ssh/user
target.beside = exec:env -u SSH_CONNECTION
target.elsewhere = exec:env SSH_CONNECTION='198.51.100.7 1 198.51.100.8 22'
target.six = exec:env SSH_CONNECTION='2001:db8::7 1 2001:db8::8 22'
target.self = exec:env SSH_CONNECTION='127.0.0.1 1 127.0.0.1 22'
END
# run() starts it at this end.
outside=$vmtax
vmtax=$work/vmtax
printf '#!/bin/sh\nexec nsenter --net="/run/netns/%s" "%s" "$@"\n' "$here" "$outside" >"$vmtax"
chmod 755 "$vmtax"

# Agents at the other end; sshd's children are in its network.
agents_there() {
    for agent in $(pgrep -f 'vmtax-reach-.*/agent'); do
        [ "$(readlink "/proc/$agent/ns/net")" != "$(in_there readlink /proc/self/ns/net)" ] || echo "$agent"
    done
}
agent_is_there() {
    [ -n "$(agents_there)" ]
}
peer_is_gone() {
    ! agent_is_there && [ -z "$(find /var/tmp /tmp -maxdepth 1 -name 'vmtax-reach-*' 2>/dev/null)" ]
}
forwards() {
    in_here cat /proc/sys/net/ipv4/conf/wire/forwarding
}
# Nothing at either end.
nothing_left() {
    leftovers
    wait_for 20 peer_is_gone
    [ -z "$(in_here nft list tables)" ] || fail "left of the address translation: $(in_here nft list tables)"
    [ "$(forwards)" = 0 ] || fail "this end still forwards"
    [ "$(ip -n "$here" -o link | grep -c vmtax)" = 0 ] || fail "left: $(ip -n "$here" -o link)"
}
crossed() {
    ip -n "$there" -s -o link show wire | tr -s '\\ ' '\n' | grep -E '^[0-9]{5,}$' | sort -n | tail -n 1
}

# --- what cannot be the peer -----------------------------------------------------------------------

for word in "beside:does not say by which address" "elsewhere:sees this machine as 198.51.100.7, which is none" \
    "six:is reached by IPv6" "self:is this machine"; do
    run 2 run net.rr --on native --peer "${word%%:*}" --blocks 2 --seconds 0.1
    says "$err" "${word#*:}"
done
nothing_left

# --- what crosses the wire -------------------------------------------------------------------------

before=$(crossed)
run 0 run net.rr net.tcp.tx:size=32K net.tcp.rx:size=8K net.udp.tx:size=1K,rate=8 net.udp.rx:size=8K,rate=8 \
    web:clients=2 --on container --peer box --blocks 2 --seconds 0.2 --json
[ "$("$jsonpath" "$out" 'metrics.*.verified' | grep -cx true)" = 12 ] || fail "not all rows measured with a peer"
[ "$("$jsonpath" "$out" 'targets.*.path' | tr '\n' ';')" = 'wire;veth, NAT, wire;' ] ||
    fail "the paths are $("$jsonpath" "$out" 'targets.*.path' | tr '\n' ';')"
[ "$("$jsonpath" "$out" host.peer)" = box ] || fail "the result does not tell its peer"
says "$out" '"peer.path":[[:space:]]*"wire, 192.0.2.1"'
says "$err" 'box.* is the peer: .* at wire, 192.0.2.1'
"$jsonpath" "$out" comparisons.0.flags | grep -q placement || fail "the other path is not flagged"
[ $(($(crossed) - before)) -gt 10000000 ] || fail "nothing crossed the wire"
nothing_left

if "$outside" list targets --json | grep -q '"id": *"tcg"'; then
    run 0 run net.rr net.udp.tx:size=1K,rate=4 --on kvm --accel tcg --peer box --blocks 2 --seconds 0.2 --json
    [ "$("$jsonpath" "$out" 'metrics.*.verified' | grep -cx true)" = 4 ] || fail "not all rows measured of a machine"
    "$jsonpath" "$out" 'targets.*.path' | grep -qx 'virtio, tap, NAT, wire' || fail "the machine's path is another"
    nothing_left
fi

# What this end forwards meanwhile is the server's connections, and nothing else of the target's.
begin run net.rr --on container --peer box --blocks 2 --seconds 3 --json
translates() {
    in_here nft list tables | grep -q vmtax
}
wait_for 30 translates
ip -n "$there" route add 10.213.0.0/16 via 192.0.2.1
guest=$(in_here ip -o link | sed -n 's/^[0-9]*: \(vmtax[0-9a-f]*\)@.*/\1/p' | head -n 1)
link=$(in_here ip -o -4 address show dev "$guest" | sed -n 's/.* inet \([0-9.]*\)\/.*/\1/p')
# One process of each network.
inside=
for living in $(lsns -t net -n -o PID); do
    case $(nsenter --net="/proc/$living/ns/net" ip -o -4 address 2>/dev/null) in
    *"inet $link/"*) ;; # this end itself
    *" eth0 "*"${link%.*}."*) inside=$living ;;
    esac
done
[ -n "$inside" ] || fail "nothing runs in the container"
nsenter --net="/proc/$inside/ns/net" ip route add 192.0.2.0/24 via "$link"
translates || fail "the slot of the container is over too early"
if nsenter --net="/proc/$inside/ns/net" timeout 2 bash -c 'exec 3<>/dev/tcp/192.0.2.2/22' 2>/dev/null; then
    fail "the container reaches the peer through this machine"
fi
translates || fail "the slot of the container was over before it was tried"
wait "$pid" || fail "the run that was looked into ended with $?"
ip -n "$there" route del 10.213.0.0/16
nothing_left

# --- loss ------------------------------------------------------------------------------------------

# loss LOW HIGH: of each target's row.
loss() {
    "$jsonpath" "$out" 'metrics.*.datagrams.loss' >"$work/loss"
    awk -v low="$1" -v high="$2" '!($1 > low && $1 < high) {exit 1} END {exit NR != 2}' "$work/loss" ||
        fail "losses of $3 are reported as $(tr '\n' ' ' <"$work/loss")"
}
in_there nft 'add table ip v; add chain ip v in { type filter hook input priority 0; }; add rule ip v in udp length > 900 numgen inc mod 5 0 drop'
run 0 run net.udp.tx:size=1K,rate=4 --on container --peer box --blocks 2 --seconds 1 --json
loss 0.198 0.25 'a fifth'
in_there nft delete table ip v
if in_there tc qdisc add dev wire root netem loss 5% delay 5ms 2>/dev/null; then
    run 0 run net.udp.rx:size=1K,rate=8 --on container --peer box --blocks 2 --seconds 1 --json
    loss 0.03 0.1 '5 %'
    in_there tc qdisc del dev wire root
else
    echo "without netem, which this kernel has not"
fi
nothing_left

# --- faults ----------------------------------------------------------------------------------------

# without_peer PATTERN: that reason stands at net.rr's slots, and the other row has a figure.
without_peer() {
    "$jsonpath" "$out" 'slots.*' | grep '"net.rr"' | grep -Eq "$1" || fail "net.rr does not say: $1"
    "$jsonpath" "$out" 'metrics.*' | grep '"sys.syscall"' | grep -q '"value":[0-9]' || fail "the other row has no figure"
    nothing_left
}
start() {
    begin run net.rr sys.syscall --on native --peer box --blocks 2 --seconds 1.5 --json
    wait_for 30 agent_is_there
    sleep 1
}
ended_well() {
    wait "$pid" || fail "the run $1 ended with $?"
}

# No port of this end may be reached.
in_here nft 'add table ip v; add chain ip v in { type filter hook input priority 0; }; add rule ip v in ip saddr 192.0.2.2 ct state new drop'
run 0 run net.rr sys.syscall --on native --peer box --blocks 2 --seconds 0.1 --json
in_here nft delete table ip v
without_peer 'nothing came or went between the peer and 192.0.2.1 for 8 s.*no firewall between'

# The agent there is killed.
start
# shellcheck disable=SC2046 # several, if at all
kill -9 $(agents_there)
ended_well "without its peer"
without_peer 'the agent of box (was )?ended'

# The wire is cut, and mended when the run is over.
start
ip -n "$there" link set wire down
ended_well "with its wire cut"
ip -n "$there" link set wire up
without_peer 'nothing came or went|hangs|ended|silent'

# Nobody answers there.
sshd_end
run 0 run net.rr sys.syscall --on native --peer box --blocks 2 --seconds 0.1 --json
without_peer 'Connection refused'
sshd_serve 22 nsenter --net="/run/netns/$there" || fail "no SSH server again: $(cat "$ssh/log")"

# vmtax is killed while addresses are translated: the next run takes it away.
begin run net.rr --on container --peer box --blocks 20 --seconds 1
wait_for 30 translates
[ "$(forwards)" = 1 ] || fail "nothing is forwarded"
kill -9 "$pid"
wait "$pid" 2>/dev/null || :
run 0 run null --on native --blocks 2 --seconds 0.05
nothing_left
