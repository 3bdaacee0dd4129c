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
taskset -c "$(taskset -cp $$ | sed 's/.*[ ,-]//')" "$2" doctor --json >"$1/one.json"
find /sys/devices/system/cpu /sys/kernel/mm -type f -exec cat {} + >"$1/after"
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
finding heat hazard '17 times' 'core_throttle_count'
finding merging hazard 'KSM' 'echo 0 > /sys/kernel/mm/ksm/run'
finding huge-pages note 'always' 'echo madvise > /sys/'
finding scratch hazard 'tmpfs, which is memory' '--scratch DIR'
# Each subsystem is told, with what can be measured of it.
for subsystem in processor memory disk network web database java sysops ctxsw exits; do
    "$jsonpath" "$work/json" '*' | grep -F '"family":"workloads"' | grep -qF "\"id\":\"$subsystem\"" ||
        fail "nothing about $subsystem"
done
says "$work/text" '^ok +SysOps +all 12 workloads can be measured'
