#!/bin/sh
# Machines of other sizes than this one: in an emulated guest of our own, to which processors are added until
# there are eight and from which some are taken away, also in the middle of a run; sets of processors smaller
# than the machine, down to one; two memory nodes; huge pages in reserve; no swap; limits by control groups v1,
# v2 and both; another locale and time zone. Nothing hangs, and what cannot be done is told.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_root # in the guest, too: the container is liblxc's
need_tool python3
container_works || skip "no container: $why"

vmtax_for_guest

# A QEMU to whose machine processors can be added, by a monitor of this test's own.
mkdir -m 777 "$work/monitor"
chmod 777 "$work/monitor"
cat >"$work/qemu" <<SCRIPT
#!/bin/sh
for word; do
    case \$word in cpus=*) word=cpus=2,maxcpus=8,sockets=1,cores=8,threads=1 ;; esac
    set -- "\$@" "\$word"
    shift
done
exec qemu-system-x86_64 "\$@" -qmp unix:$work/monitor/socket,server=on,wait=off
SCRIPT
chmod 755 "$work/qemu"
cat >"$work/add" <<'END'
"""add SOCKET SESSION: once the guest says that it is ready, all processors that its machine has room for."""
import json, socket, sys, time
path, session = sys.argv[1:]
while "[mark ready]" not in open(session, errors="replace").read():
    time.sleep(0.2)
monitor = socket.socket(socket.AF_UNIX)
monitor.connect(path)
lines = monitor.makefile("r")
def ask(name, **arguments):
    monitor.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
    while True:
        answer = json.loads(lines.readline())
        if "return" in answer or "error" in answer:
            return answer.get("return", answer)
json.loads(lines.readline())
ask("qmp_capabilities")
free = [c for c in ask("query-hotpluggable-cpus") if "qom-path" not in c]
for cpu in reversed(free):
    print(ask("device_add", driver=cpu["type"], **cpu["props"]), flush=True)
END

cat >"$work/commands" <<COMMANDS
exec 2>/run/errors # a terminal otherwise: progress
$marks
insmod $veth
export HOME=/run/home XDG_RUNTIME_DIR=/run/own; mkdir -m 700 /run/home /run/own
cd /
cpu=/sys/devices/system/cpu
run() { $work/copies/vmtax run "\$@" --blocks 2 --seconds 0.05 --memory 300M --json; mark "ended \$?"; }
mark ready
for i in \$(seq 300); do [ ! -d \$cpu/cpu7 ] || break; sleep 0.2; done
for n in 2 3 4 5 6 7; do echo 1 >\$cpu/cpu\$n/online; done
echo 0 >\$cpu/cpu3/online; echo 0 >\$cpu/cpu6/online
echo 8 >/proc/sys/vm/nr_hugepages
mark online; cat \$cpu/online /sys/devices/system/node/online; grep HugePages_Total /proc/meminfo
mark doctor; $work/copies/vmtax doctor
mark six; run ram.int.copy:size=8M,cpus=0 sys.pipe:placement=cross --on container --cpus 6
mark some; taskset -c 0-2,5 $work/copies/vmtax run ram.int.copy:cpus=0 --on native --cpus 3 --blocks 2 --seconds 0.05 --json; mark "ended \$?"
mark more; taskset -c 0-2 $work/copies/vmtax run null --on native --cpus 5 2>&1; mark "ended \$?"
mark one; taskset -c 5 $work/copies/vmtax run sys.syscall sys.pipe:placement=cross --on container --blocks 2 --seconds 0.05 --memory 300M --json; mark "ended \$?"
mark away; $work/copies/vmtax run sys.syscall --on container --blocks 20 --seconds 0.2 --memory 300M --json >/run/away & away=\$!
sleep 8; echo 0 >\$cpu/cpu7/online; wait \$away; code=\$?; cat /run/away; mark "ended \$code"; echo 1 >\$cpu/cpu7/online
mark words; LOCPATH=$LOCPATH LC_ALL=de_DE.UTF-8 TZ=Pacific/Kiritimati $work/copies/vmtax report last --format csv; mark "ended \$?"
groups() { # groups NAME V1...: v2 without what these hierarchies of v1 have
    umount -R /sys/fs/cgroup; mount -t tmpfs tmpfs /sys/fs/cgroup; name=\$1; shift
    for v1; do mkdir /sys/fs/cgroup/\$v1; mount -t cgroup -o \$v1 cgroup /sys/fs/cgroup/\$v1 || { mark "no \$name"; return 1; }; done
    if [ \$name = hybrid ]; then mkdir /sys/fs/cgroup/unified; mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified; fi
}
mark v1; groups v1 memory cpuset cpuacct cpu freezer devices && run sys.syscall --on container
mark hybrid; groups hybrid memory cpuset && run sys.syscall --on container
mark left; find /sys/fs/cgroup \( -name '*vmtax*' -o -name '*lxc*' \); grep vmtax /proc/mounts; ls /sys/class/net | grep vmtax; ls -d /run/vmtax /tmp/vmtax-[0-9]* 2>/dev/null
mark errors; tail -n 20 /run/errors
mark end
COMMANDS

: >"$work/session"
python3 "$work/add" "$work/monitor/socket" "$work/session" >"$work/added" 2>&1 &
adder=$!
in_guest 600 "$work/commands" --machine pc --qemu "$work/qemu" --cpus 2 --memory 1536M --kernel "$kernel" --append numa=fake=2
kill $adder 2>/dev/null || :
wait $adder 2>/dev/null || :
parts_whole || fail "the commands did not come to their end: $(cat "$work/added")"

# figures NAME LANES: a document whose slots have values, of the row of all processors by so many lanes.
figures() {
    part "$1" | sed -n '/^{/,/^}/p' >"$work/$1.json"
    [ "$("$jsonpath" "$work/$1.json" 'slots.*.value' | grep -c '[1-9]')" -ge 4 ] || fail "$1: figures are missing"
}
# ends NAME CODE
ends() {
    [ "$(awk -v name="[mark $1]" '$0 == name {on = 1} on && /^\[mark ended / {print; exit}' "$out")" = "[mark ended $2]" ] ||
        fail "$1: another exit code than $2"
}

part online >"$work/part"
grep -qx 0-2,4-5,7 "$work/part" || fail "other processors than 0-2,4-5,7 are in use: $(cat "$work/part" "$work/added")"
grep -qx 0-1 "$work/part" || fail "not two memory nodes: $(cat "$work/part")"
says "$work/part" '^HugePages_Total: +8$'
part doctor >"$work/part"
says "$work/part" '^(ok|hazard) +memory nodes +(all|the) processors that are measured lie on'
says "$work/part" '^ok +processors +6 processors: 2 for the workload'
says "$work/part" '^ok +swap +no swap'
figures six
ends six 0
[ "$("$jsonpath" "$work/six.json" 'targets.*.limits' | grep -c 'memory 300 MiB (cgroup v2)')" = 2 ] ||
    fail "six: the limits are $("$jsonpath" "$work/six.json" 'targets.*.limits')"
[ "$("$jsonpath" "$work/six.json" 'targets.*.cpus' | tr '\n' ' ')" = '6 6 ' ] || fail "six: not six processors"
says "$work/six.json" '"cpu.online":[[:space:]]*"0-2,4-5,7"'
figures some
ends some 0
part more >"$work/part"
ends more 2
says "$work/part" 'vmtax may use 3 of the 6 processors'
part one >"$work/part"
ends one 0
says "$work/part" 'sys.syscall'
says "$work/part" 'two processors'
figures away
ends away 0
part words >"$work/part"
ends words 0
says_not "$work/part" '[0-9],[0-9]+,[0-9]{1,2}[^0-9].*;'
for mode in v1 hybrid; do
    if grep -q "^\[mark no $mode\]" "$out"; then
        echo "this kernel has no control groups of the kind $mode"
        continue
    fi
    figures $mode
    ends $mode 0
    [ "$("$jsonpath" "$work/$mode.json" 'targets.*.limits' | grep -c 'memory 300 MiB (cgroup v1)')" = 2 ] ||
        fail "$mode: the limits are $("$jsonpath" "$work/$mode.json" 'targets.*.limits')"
done
part left >"$work/part"
empty "$work/part"
leftovers
