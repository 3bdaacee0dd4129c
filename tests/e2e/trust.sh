#!/bin/sh
# Whom a run lets in, what it takes from others, and what root gives up: sockets that wait for somebody,
# programs of $PATH, links that lie in wait, capabilities.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/tree.sh
. "${abs_top_srcdir:-.}/tests/e2e/tree.sh"
need_tool python3

# --- who listens -----------------------------------------------------------------------------------

# While rows with servers are measured, all sockets that wait for somebody are looked at, of every process
# that vmtax started: they are bound to the loopback interface or to the run's private network.
cat >"$work/listeners" <<'END'
"""listeners PID: until it ends, who of its descendants waits for strangers, and where; once each."""
import ipaddress, os, sys, time

def stat(pid):
    """State and parent; a process that has ended is a zombie until it is waited for."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            state, parent = f.read().rsplit(b")", 1)[1].split()[:2]
            return state, int(parent)
    except OSError:
        return b"Z", 0

def family(root):
    parents = {int(pid): stat(pid)[1] for pid in os.listdir("/proc") if pid.isdigit()}
    found = {root}
    while more := {p for p, parent in parents.items() if parent in found} - found:
        found |= more
    return found

def address(text):
    raw = b"".join(bytes.fromhex(text[i:i + 8])[::-1] for i in range(0, len(text), 8))
    return ipaddress.ip_address(raw)

def waits(proto, state, port):
    return state == "0A" if proto.startswith("tcp") else state == "07" and port != 0

def sockets(pid):
    own = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            own.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
        except OSError:
            pass
    own = {link[8:-1] for link in own if link.startswith("socket:[")}
    for proto in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6") if own else ():
        with open(f"/proc/{pid}/net/{proto}") as f:
            for line in f.readlines()[1:]:
                word = line.split()
                at, port = word[1].split(":")
                if word[9] in own and waits(proto, word[3], int(port, 16)):
                    yield proto, address(at)

root, seen = int(sys.argv[1]), set()
while stat(root)[0] != b"Z":
    for pid in family(root):
        try:
            program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
            for proto, at in sockets(pid):
                if (program, proto, at) not in seen:
                    seen.add((program, proto, at))
                    print(program, proto, at, flush=True)
        except OSError:
            pass
    time.sleep(0.1)
END

# watch ARGUMENT…: a run with these; who listened stands in $work/seen.
watch() {
    "$vmtax" run "$@" --blocks 2 --seconds 0.3 >"$out" 2>"$err" </dev/null &
    watched=$!
    python3 "$work/listeners" $watched >"$work/seen" || fail "the watcher failed"
    wait $watched || fail "vmtax run $*"
    awk '$3 !~ /^(127\.|10\.213\.|::1$)/' "$work/seen" >"$work/open"
    [ ! -s "$work/open" ] || fail "open to others: $(cat "$work/open")"
}

# listened PROGRAM ADDRESS
listened() {
    says "$work/seen" "^$1 tcp $2"
}

# One row of each kind of server.
rows="net.tcp.rx:size=32K net.rr net.udp.tx:size=8K net.udp.rx:size=32K,rate=0"
servers=$rows database=oltp:threads=1,rows=1000
if [ -x /usr/sbin/nginx ] || [ -x "${vmtax%/*}/vmtax-httpd" ]; then
    servers="$rows web:clients=1"
fi
# shellcheck disable=SC2086 # words
watch $servers "$database" jbb:warehouses=1 --on native --loopback
listened vmtax-agent '127\.0\.0\.1$'
[ "$servers" = "$rows" ] || listened '(nginx|vmtax-httpd)' '127\.0\.0\.1$'
says_not "$work/seen" '^(mariadbd|java|vmtax-oltp|sysbench) '
leftovers
if [ "$(id -u)" = 0 ] && container_works; then
    # shellcheck disable=SC2086 # words
    watch $servers --on container
    listened vmtax-agent '10\.213\.'
    [ "$servers" = "$rows" ] || listened '(nginx|vmtax-httpd)' '10\.213\.'
    leftovers
fi

# --- programs of $PATH -----------------------------------------------------------------------------

mkdir "$work/decoys"
for program in qemu-system-x86_64 mke2fs nginx mariadbd sysbench java make gcc cc ld as ar sh bash awk sed ip nft mount \
    umount modprobe insmod xl lxc-start xz unxz gzip zstd cpio tar uname hostname vmtax-agent vmtax-container vmtax-machine; do
    printf '#!/bin/sh\necho %s >>"%s/ran"\nexit 1\n' "$program" "$work" >"$work/decoys/$program"
    chmod 755 "$work/decoys/$program"
done
with_decoys() {
    PATH=$work/decoys:$PATH "$vmtax" "$@" >"$out" 2>"$err" </dev/null || fail "vmtax $* with another PATH"
    [ ! -e "$work/ran" ] || fail "of \$PATH was run: $(sort -u "$work/ran" | tr '\n' ' ')"
}
with_decoys doctor
with_decoys list targets
with_decoys run sys.fork_sh sys.fork_exec web:clients=1 "$database" jbb:warehouses=1 --on native --blocks 2 --seconds 0.1
if ! no_compiler >/dev/null; then
    small_tree "$work/tree"
    with_decoys run kbuild:part=quick --on native --blocks 2 --tree "$work/tree"
fi
if container_works; then
    with_decoys run sys.fork_sh --on container --blocks 2 --seconds 0.1
fi
# A machine wants a kernel unpacked, a disk with a file system, and modules.
"$vmtax" list targets --json >"$out" 2>"$err" || fail "vmtax list targets"
case $("$jsonpath" "$out" '*' | grep '"id":"tcg"') in
*'"use":"cannot"'* | '') ;;
*) with_decoys run file.write:size=8M,sync=fsync,direct=no --on tcg --cpus 1 --memory 256M --blocks 2 --seconds 0.1 ;;
esac
leftovers

# --- links that lie in wait ------------------------------------------------------------------------

[ "$(id -u)" = 0 ] || exit 0
mkdir -m 755 "$work/copies" "$work/victim"
chmod 755 "$work"
for program in vmtax vmtax-agent vmtax-container vmtax-machine; do
    cp "${vmtax%/*}/$program" "$work/copies/"
done
user=48879
# as_user COMMAND…: one who has no private directory but in /tmp.
as_user() {
    env -i HOME=/nonexistent LC_ALL=C.UTF-8 setpriv --reuid=$user --regid=$user --clear-groups "$@"
}
bait=/tmp/vmtax-$user
if [ -e $bait ] || [ -L $bait ]; then
    fail "$bait is there already"
fi
# What the directory of a run would be is a link, or a directory of somebody else.
for how in link directory; do
    if [ $how = link ]; then
        chown $user "$work/victim"
        ln -s "$work/victim" $bait
    else
        mkdir -m 777 $bait
    fi
    code=0
    as_user "$work/copies/vmtax" run null --on native --blocks 2 --seconds 0.05 >"$out" 2>"$err" </dev/null || code=$?
    find $bait "$work/victim" -mindepth 1 >"$work/written"
    rm -rf $bait
    [ $code = 2 ] || fail "a $how is taken: exit code $code"
    says "$err" "$bait is not a directory of this user alone"
    empty "$work/written"
done
leftovers

# --- what root gives up ----------------------------------------------------------------------------

# sys_module 16, sys_rawio 17, sys_pacct 20, sys_boot 22, sys_time 25, audit_control 30, mac_override 32, mac_admin 33, syslog 34,
# wake_alarm 35, block_suspend 36, audit_read 37.
given_up=0x3f42530000
"$vmtax" run null --on native --blocks 100 --seconds 0.1 >/dev/null 2>&1 </dev/null &
running=$!
agents() {
    ours >"$work/agents"
    grep -qvx $running "$work/agents"
}
wait_for 10 agents
for pid in $running $(cat "$work/agents"); do
    for set in CapInh CapPrm CapEff CapBnd; do
        has=0x$(sed -n "s/^$set:[[:space:]]*//p" "/proc/$pid/status")
        [ $((has & given_up)) = 0 ] || fail "process $pid keeps $has in $set"
    done
done
[ $((0x$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status) & given_up)) != 0 ] ||
    echo "this test has none of these capabilities itself"
kill -INT $running
wait $running || :
leftovers
