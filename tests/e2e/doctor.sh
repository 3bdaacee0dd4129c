#!/bin/sh
# Hazards to honest figures, on a machine that has them all: what the kernel tells of it is made up, in
# a mount namespace. Each is named with what mends it, and nothing is changed.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

need_root
unshare --mount true 2>/dev/null || skip "needs a mount namespace of its own"

cat >"$work/machine" <<'END'
set -e
online=$(cat /sys/devices/system/cpu/online)
cpus=$(getconf _NPROCESSORS_CONF)
mount -t tmpfs tmpfs /sys/devices/system/cpu
if [ -d /sys/devices/system/node ]; then # two, whose processors take turns
    mount -t tmpfs tmpfs /sys/devices/system/node
    echo 0-1 >/sys/devices/system/node/online
fi
echo "$online" >/sys/devices/system/cpu/online
cpu=0
while [ $cpu -lt "$cpus" ]; do
    directory=/sys/devices/system/cpu/cpu$cpu
    mkdir -p $directory/cpufreq $directory/thermal_throttle $directory/node$((cpu % 2))
    echo powersave >$directory/cpufreq/scaling_governor
    echo balance_power >$directory/cpufreq/energy_performance_preference
    echo 17 >$directory/thermal_throttle/core_throttle_count
    cpu=$((cpu + 1))
done
cache=/sys/devices/system/cpu/cpu0/cache
for index in 0 1 2; do
    mkdir -p $cache/index$index
    echo $((index + 1)) >$cache/index$index/level
    echo Unified >$cache/index$index/type
    echo 2048K >$cache/index$index/size
done
echo 266240K >$cache/index2/size
mkdir /sys/devices/system/cpu/intel_pstate
echo 0 >/sys/devices/system/cpu/intel_pstate/no_turbo
mount -t tmpfs tmpfs /sys/kernel/mm
mkdir /sys/kernel/mm/ksm /sys/kernel/mm/transparent_hugepage
echo 1 >/sys/kernel/mm/ksm/run
echo '[always] madvise never' >/sys/kernel/mm/transparent_hugepage/enabled
mount -t tmpfs tmpfs /var/tmp
find /sys/devices/system/cpu /sys/kernel/mm -type f -exec cat {} + >"$1/before"
"$2" doctor --json >"$1/json"
"$2" doctor >"$1/text"
echo 16M >$cache/index2/size
taskset -c "$(taskset -cp $$ | sed 's/.*[ ,-]//')" "$2" doctor --json >"$1/one.json"
echo 266240K >$cache/index2/size
find /sys/devices/system/cpu /sys/kernel/mm -type f -exec cat {} + >"$1/after"
mkdir /var/tmp/home
HOME=/var/tmp/home "$2" doctor --json >"$1/nodisk.json"
END
unshare --mount sh "$work/machine" "$work" "$vmtax" 2>"$err" || fail "the doctor ends with an error: $(cat "$err")"
cmp -s "$work/before" "$work/after" || fail "the doctor changed a setting"

# finding ID LEVEL TEXT REMEDY
finding() {
    "$jsonpath" "$work/json" '*' | grep -F "\"id\":\"$1\"" >"$work/finding" || fail "nothing about $1"
    grep -qF "\"level\":\"$2\"" "$work/finding" || fail "not $2: $(cat "$work/finding")"
    says "$work/finding" "\"text\":\"[^\"]*$3"
    says "$work/finding" "\"remedy\":\"[^\"]*$4"
}
if [ -d /sys/devices/system/node ]; then
    [ "$(nproc)" = 1 ] || finding nodes hazard 'several memory nodes' 'taskset --cpu-list .*/node[01]/cpulist'
    "$jsonpath" "$work/one.json" '*' | grep -F '"id":"nodes"' | grep -q '"level":"ok".*memory node [01] of 0-1' ||
        fail "one processor lies on several nodes"
fi
finding governor hazard 'governor powersave' 'echo performance [|] tee /sys/.*/scaling_governor'
finding epp hazard 'balance_power' 'echo performance [|] tee /sys/.*energy_performance_preference'
finding boost note 'turbo is on' 'echo 1 > /sys/.*no_turbo'
finding caches note 'level 3, has 260 MiB and holds 29 of the 29 stand-ins .* none works in several times' 'membw.frd:size='
"$jsonpath" "$work/one.json" '*' | grep -F '"id":"caches"' |
    grep -q '"level":"ok".*level 3, has 16 MiB and holds [1-9][0-9]* of the 29 .*works in [0-9.]* times' ||
    fail "stand-ins go beyond 16 MiB: $("$jsonpath" "$work/one.json" '*' | grep -F '"id":"caches"')"
finding heat hazard '17 times' 'core_throttle_count'
finding merging hazard 'KSM' 'echo 0 > /sys/kernel/mm/ksm/run'
finding huge-pages note 'always' 'echo madvise > /sys/'
finding scratch hazard 'tmpfs, which has no disk' '--scratch DIR'
# One processor, or no disk: which workloads cannot be measured for want of it.
"$jsonpath" "$work/one.json" '*' >"$work/one"
grep -F '"id":"processors"' "$work/one" | grep -q '"level":"hazard".*virsh setvcpus' || fail "one processor is no hazard"
grep -F '"family":"workload"' "$work/one" | grep -F '"id":"ctx.2p0k"' |
    grep -q '"level":"note".*but for 1 of its 2 rows: one processor' || fail "rows on two processors on one"
grep -F '"family":"workloads"' "$work/one" | grep -F '"id":"ctxsw"' |
    grep -q '"level":"note".*[0-9] of them not in all rows: one processor' || fail "all of context switches on one"
"$jsonpath" "$work/nodisk.json" '*' >"$work/nodisk"
grep -F '"id":"scratch"' "$work/nodisk" | grep -q 'no other place for disk workloads' || fail "another place than none"
grep -F '"family":"workload"' "$work/nodisk" | grep -F '"id":"file.write"' | grep -q '"level":"cannot".*which has no disk' ||
    fail "files are written without a disk"
if grep -F '"family":"workload"' "$work/nodisk" | grep -F '"id":"sys.read"' | grep -q which; then
    fail "a system operation needs a disk"
fi
# Each subsystem is told, with what can be measured of it.
for subsystem in processor memory disk network web database java sysops ctxsw exits; do
    "$jsonpath" "$work/json" '*' | grep -F '"family":"workloads"' | grep -qF "\"id\":\"$subsystem\"" ||
        fail "nothing about $subsystem"
done
# And each workload: those of the list, but for SPEC's own, which have a line.
run 0 list workloads --json
"$jsonpath" "$out" '*.id' | grep -v -e '^spec\.' -e '^null$' | sort >"$work/listed"
"$jsonpath" "$work/json" '*' | grep -F '"family":"workload"' | sed 's/.*"id":"\([^"]*\)".*/\1/' | sort >"$work/told"
cmp -s "$work/listed" "$work/told" || fail "workloads: $(diff "$work/listed" "$work/told")"
says "$work/text" '^ok +SysOps +all 12 workloads can be measured'

# --- what is not a setting of the kernel: /proc made up, a control group's quota, work, a slow clock -----

# Time stolen: /proc/stat grows at each reading, a tenth of it below this machine.
cat >"$work/stat" <<'END'
n=1
while :; do
    n=$((n + 100))
    printf 'cpu  %d 0 0 %d 0 0 0 %d 0 0\ncpu0 %d 0 0 %d 0 0 0 %d 0 0\n' $((8 * n)) $n $n $((8 * n)) $n $n >"$1"
    sleep 0.02
done
END
cat >"$work/world" <<'END'
set -e
mkfifo "$1/stolen"
sh "$1/stat" "$1/stolen" 2>/dev/null &
writer=$!
mount --bind "$1/stolen" /proc/stat
sed -e 's/^SwapTotal:.*/SwapTotal:        2097152 kB/' -e 's/^SwapFree:.*/SwapFree:         1048576 kB/' /proc/meminfo \
    >"$1/meminfo"
mount --bind "$1/meminfo" /proc/meminfo
sed -e 's/ hypervisor\( \|$\)/\1/g' -e 's/^flags.*/& hypervisor/' /proc/cpuinfo >"$1/cpuinfo"
sed 's/ hypervisor\( \|$\)/\1/g' /proc/cpuinfo >"$1/metal"
mount --bind "$1/cpuinfo" /proc/cpuinfo
mount -t tmpfs tmpfs /sys/devices/system/cpu
echo 0-1 >/sys/devices/system/cpu/online
mkdir /sys/devices/system/cpu/cpufreq
echo 1 >/sys/devices/system/cpu/cpufreq/boost
mount -t tmpfs tmpfs /sys/devices/system/clocksource
mkdir /sys/devices/system/clocksource/clocksource0
echo hpet >/sys/devices/system/clocksource/clocksource0/current_clocksource
echo tsc hpet acpi_pm >/sys/devices/system/clocksource/clocksource0/available_clocksource
mount -t tmpfs tmpfs /sys/fs/cgroup
echo 150000 100000 >/sys/fs/cgroup/cpu.max
if [ -n "$3" ]; then
    mount -o loop "$3" /var/tmp
fi
LD_PRELOAD=$4 "$2" doctor --json >"$1/json"
kill $writer
umount /proc/stat
umount /proc/cpuinfo
mount --bind "$1/metal" /proc/cpuinfo
"$2" doctor --json >"$1/json.metal" </dev/null
END
# A file system on a file with holes, where one can be mounted.
sparse=$work/image
truncate -s 64M "$sparse"
{ PATH=$PATH:/sbin:/usr/sbin mke2fs -qF -t ext4 "$sparse" &&
    unshare --mount mount -o loop "$sparse" /var/tmp; } >/dev/null 2>&1 || sparse=
# A clock that is asked of the kernel, four times over: as one is that programs cannot read themselves. No other
# library may come before a sanitizer's.
slow=
if has cc && ! ldd "$vmtax" | grep -q 'lib[at]san'; then
    cat >"$work/slow.c" <<'END'
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *t)
{
    for (int i = 0; i < 3; i++)
        syscall(SYS_clock_gettime, id, t);
    return (int)syscall(SYS_clock_gettime, id, t);
}
END
    cc -shared -fPIC -o "$work/slow.so" "$work/slow.c" && slow=$work/slow.so
fi
unshare --mount sh "$work/world" "$work" "$vmtax" "$sparse" "$slow" 2>"$err" ||
    fail "the doctor ends with an error: $(cat "$err")"
finding steal hazard 'takes 10\.0 % of processor time' 'in the hypervisor below'
finding swap hazard '1024 MiB of swap are in use' 'swapoff -a'
finding nested note 'itself a virtual machine' ''
finding boost note 'boost is on' 'echo 0 > /sys/.*/cpufreq/boost'
finding quota hazard '1\.50 processors, by a quota' 'without a limit on processors'
missing=
if [ -n "$sparse" ]; then
    finding scratch hazard 'on a file with holes' 'fallocate --length'
else
    missing='a loop device'
fi
if [ -n "$slow" ]; then
    finding clock hazard 'clock source hpet costs [0-9]+ ns a reading: it is not read in user space' \
        'echo tsc > /sys/.*current_clocksource'
else
    missing="$missing${missing:+ and }a clock of our own"
fi
mv "$work/json.metal" "$work/json"
finding nested ok 'no hypervisor below this machine' ''

# Work of others: half of the machine at least.
busy=
while [ "$(echo "$busy" | wc -w)" -lt "$(getconf _NPROCESSORS_ONLN)" ]; do
    (
        trap - EXIT
        while :; do :; done
    ) &
    busy="$busy $!"
done
"$vmtax" doctor --json >"$work/json" 2>"$err" || fail "the doctor ends with an error"
# shellcheck disable=SC2086 # numbers
kill $busy
finding load hazard 'the machine is busy: .*load [0-9]' 'top -b -n 1 -o %CPU'

# The directory that vmtax.conf names.
mkdir -p "$HOME/.config/vmtax"
echo 'scratch = /dev/shm' >"$HOME/.config/vmtax/vmtax.conf"
run 0 doctor --json
cp "$out" "$work/json"
finding scratch hazard '/dev/shm is on tmpfs, which has no disk' '--scratch DIR'

[ -z "$missing" ] || skip "without $missing"
