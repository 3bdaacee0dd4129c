#!/bin/sh
# Limits by cgroup v2 alone, which this machine may not have: in an emulated guest of our own, whose
# only hierarchy it is. Native and container, from the root group and from a group that has processes of
# its own, and nothing left of them, however the run ended.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_root # in the guest, too: the container is liblxc's
container_works || skip "no container: $why"

vmtax_for_guest

cat >"$work/commands" <<COMMANDS
exec 2>/run/errors # a terminal otherwise: progress
$marks
insmod $veth
export HOME=/run/home XDG_RUNTIME_DIR=/run/own; mkdir -m 700 /run/home /run/own
cd /
left() { find /sys/fs/cgroup \( -name '*vmtax*' -o -name '*lxc*' \); grep vmtax /proc/mounts; ls /sys/class/net | grep vmtax; ls -d /run/vmtax /tmp/vmtax-[0-9]* 2>/dev/null; }
measure() { $work/copies/vmtax run sys.syscall --on container --seconds 0.05 --memory 300M "\$@"; }
mark root; measure --blocks 2 --json; mark "ended \$?"
mark left; left
mkdir -p /sys/fs/cgroup/above/own; echo \$\$ >/sys/fs/cgroup/above/own/cgroup.procs
mark below; measure --blocks 2 --json; mark "ended \$?"
mark left; left
$work/copies/vmtax run sys.syscall --on container --blocks 100 --seconds 0.05 --memory 300M >/dev/null 2>&1 </dev/null &
for i in \$(seq 200); do
    find /sys/fs/cgroup -path '*vmtax*' -name memory.max -exec grep -hx 314572800 {} + 2>/dev/null >/run/seen; [ ! -s /run/seen ] || break
    sleep 0.2
done
mark limits; sort -u /run/seen
kill -9 \$!; wait; sleep 1
mark swept; $work/copies/vmtax run null --on native --blocks 2 --seconds 0.05 >/dev/null; mark "ended \$?"
mark left; left
mark errors; tail -n 20 /run/errors
mark end
COMMANDS
in_guest 150 "$work/commands" --kernel "$kernel"
parts_whole || fail "the commands did not come to their end"
[ "$(grep -c '^\[mark ended 0\]' "$out")" = 3 ] || fail "a run in the guest failed"

for case in root below; do
    part $case | sed -n '/^{/,/^}/p' >"$work/$case.json"
    [ "$("$jsonpath" "$work/$case.json" 'targets.*.id' | tr '\n' ' ')" = "native container " ] ||
        fail "$case: the targets are $("$jsonpath" "$work/$case.json" 'targets.*.id')"
    "$jsonpath" "$work/$case.json" 'targets.*.limits' >"$work/limits"
    [ "$(grep -c 'memory 300 MiB (cgroup v2)' "$work/limits")" = 2 ] ||
        fail "$case: the limits are $(cat "$work/limits")"
    "$jsonpath" "$work/$case.json" 'slots.*' | grep -q '"value":null' && fail "$case: a slot without a value"
    "$jsonpath" "$work/$case.json" 'slots.*' | grep '"target":"container"' | grep -q '"cpu_s":[0-9]' ||
        fail "$case: no processor time of the group"
done
part limits | grep -qx 314572800 || fail "no group of a run has the limit"
says "$err" 'EMULATED'
[ -z "$(part left)" ] || fail "left in the guest: $(part left)"
leftovers
