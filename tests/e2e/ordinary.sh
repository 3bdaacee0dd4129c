#!/bin/sh
# As an ordinary user: what he may do, he gets; virtual machines with a scratch disk, and both paths of
# their network. A tap interface in a namespace of QEMU's own where /dev/net/tun is for all, else
# user-mode.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_root # to become another user, and to see into his namespaces
need_tool setpriv
need_tool unshare
need_tool nsenter
need_tool python3
unshare -m true 2>/dev/null || skip "no mount namespace can be made here"

user=54321
# Where he may read them, even if the tree is below a directory that is not for all.
mkdir -m 755 "$work/own"
for program in vmtax vmtax-agent vmtax-machine vmtax-container; do
    cp "${vmtax%/*}/$program" "$work/own/"
done
[ ! -d "${vmtax%/*}/guest-kernel" ] || cp -r "${vmtax%/*}/guest-kernel/" "$work/own/guest-kernel"
vmtax=$work/own/vmtax
chmod 711 "$work"
chown -R $user:$user "$HOME" "$XDG_RUNTIME_DIR"
XDG_CACHE_HOME=$HOME/.cache
cd /

# as_user COMMAND…
as_user() {
    setpriv --reuid=$user --regid=$user --clear-groups "$@"
}

as_user "$vmtax" list targets --json >"$out" 2>"$err" </dev/null || fail "list targets: exit code $?"
case $("$jsonpath" "$out" '*' | grep '"id":"tcg"') in
*'"use":"cannot"'* | '') fail "no machine for an ordinary user: $("$jsonpath" "$out" '*' | grep '"id":"tcg"')" ;;
esac

as_user "$vmtax" run sys.syscall file.write:size=4M,sync=fsync,direct=no --on tcg --cpus 1 --memory 256M \
    --scratch "$HOME" --blocks 2 --seconds 0.05 --json >"$out" 2>"$err" </dev/null || fail "run: exit code $?"
no_crash
"$jsonpath" "$out" 'slots.*' | grep '"target":"tcg"' >"$work/slots"
[ "$(grep -vc '"value":null' "$work/slots")" = 8 ] || fail "not 8 values: $(cat "$work/slots")"
[ "$("$jsonpath" "$out" targets.1.network)" = none ] || fail "a network that no workload needs"
leftovers

# --- the network -------------------------------------------------------------------------------

# hear IN FILE ADDRESS: what comes there, heard by a program that IN (a command's words) starts, on a
# free port: $port.
hear() {
    $1 python3 - "$3" >"$2" <<'PYTHON' &
import socket, sys
s = socket.create_server((sys.argv[1], 0))
print("listening on", s.getsockname()[1], flush=True)
s.settimeout(90)
c, _ = s.accept()
print(c.recv(100).decode())
PYTHON
    hearer=$!
    wait_for 20 grep -q '^listening' "$2"
    port=$(sed -n 's/^listening on //p' "$2")
}

# guest COMMAND…: a guest's shell, started by COMMAND, a program that becomes vmtax: $shell is its number.
# What is typed there comes from $work/typed, open as descriptor 9.
guest() {
    rm -f "$work/typed" "$err"
    mkfifo "$work/typed"
    "$@" "$vmtax" shell tcg --cpus 1 --memory 256M <"$work/typed" >"$out" 2>"$err" &
    shell=$!
    exec 9>"$work/typed"
    wait_for 90 grep -q '10\.213\.' "$err"
    host=$(sed -n 's/.* \(10\.213\.[0-9.]*\) - 10\.213\.[0-9.]*.*/\1/p' "$err" | head -n 1)
    address=$(sed -n 's/.* 10\.213\.[0-9.]* - \(10\.213\.[0-9.]*\).*/\1/p' "$err" | head -n 1)
}

guest_ends() {
    echo exit >&9
    exec 9>&-
    wait $shell || fail "the shell ended with $?"
    leftovers
}

# A device of his own makes the tap possible; nothing of the machine's /dev is changed.
cat >"$work/own/with-tun" <<SCRIPT
#!/bin/sh
mount --make-rprivate / && mount -t tmpfs -o mode=755 tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200 || exit 99
exec setpriv --reuid=$user --regid=$user --clear-groups "\$@"
SCRIPT
chmod 755 "$work/own/with-tun"
if unshare -m "$work/own/with-tun" sh -c 'exec 3<>/dev/net/tun && unshare -Un true' 2>/dev/null; then
    guest unshare -m "$work/own/with-tun"
    says "$err" 'network virtio, tap in a namespace 10\.213\.'
    hear "nsenter -n -t $(qemu_pid)" "$work/heard" "$host"
    echo "echo from the guest >/dev/tcp/$host/$port" >&9
    wait $hearer || fail "nothing came from the guest by the tap"
    grep -q 'from the guest' "$work/heard" || fail "heard by the tap: $(cat "$work/heard")"
    echo "python3 -m http.server -b $address 20612 -d /etc >/dev/null 2>&1 &" >&9
    answers() {
        nsenter -n -t "$(qemu_pid)" python3 -c "import urllib.request as u; print(u.urlopen('http://$address:20612/hostname', timeout=3).read().decode())"
    }
    wait_for 90 answers
    # Not to be seen from anywhere else.
    ! grep -qwF "$host" /proc/net/fib_trie || fail "the tap is in the host's own network"
    guest_ends
    # What loads servers is inside of that network, too.
    unshare -m "$work/own/with-tun" "$vmtax" run net.rr web:clients=1 --on tcg --cpus 1 --memory 512M \
        --blocks 2 --seconds 0.2 --scratch "$HOME" --json >"$out" 2>"$err" </dev/null ||
        fail "rows of servers: exit code $?"
    "$jsonpath" "$out" 'slots.*' | grep '"target":"tcg"' >"$work/slots"
    [ "$(grep -vc '"value":null' "$work/slots")" = 8 ] || fail "not 8 values by the tap: $(cat "$work/slots")"
    leftovers
else
    tapless="no device file can be made, or no user namespace, so no tap of a user's own"
fi

# Without the device: user-mode, where the host's end of the network is the host's own loopback.
guest setpriv --reuid=$user --regid=$user --clear-groups
says "$err" 'network virtio, user-mode 10\.213\.'
hear "" "$work/heard" 127.0.0.1
echo "echo by user-mode >/dev/tcp/$host/$port" >&9
wait $hearer || fail "nothing came from the guest by user-mode"
grep -q 'by user-mode' "$work/heard" || fail "heard by user-mode: $(cat "$work/heard")"

# Killed: nothing stays after the next start.
kill -9 $shell
wait $shell 2>/dev/null || :
exec 9>&-
wait_for 20 no_qemu
as_user "$vmtax" run null --on native --blocks 2 --seconds 0.05 >"$out" 2>"$err" </dev/null || fail "the next run: exit code $?"
leftovers
[ -z "${tapless-}" ] || skip "not tried: $tapless"
