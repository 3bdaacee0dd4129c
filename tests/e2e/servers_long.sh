#!/bin/sh
# The web server, the database and the JVM in a virtual machine, though it be emulated: the host's
# own programs, without any preparation; verified figures, and nothing is left.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_root

for program in /usr/sbin/nginx /usr/sbin/mariadbd /usr/bin/sysbench /usr/bin/java; do
    [ -x "$program" ] || skip "needs $program (./bootstrap installs it)"
done
[ -x "${vmtax%/*}/vmtax-jbb.jar" ] || skip "this build has no jbb (no JDK when it was configured)"

accel=
[ $kvm_works = no ] || accel="--accel tcg"
# shellcheck disable=SC2086 # two words
run 0 run web:clients=4 web.rate:clients=16,rate=50 oltp:threads=2,rows=1000 jbb:warehouses=1 \
    --on kvm $accel --blocks 2 --seconds 1 --json
"$jsonpath" "$out" 'metrics.*' | grep '"target":"tcg"' >"$work/metrics"
for workload in web web.rate oltp jbb; do
    grep -q "\"workload\":\"$workload\".*\"verified\":true" "$work/metrics" ||
        fail "$workload has no verified figure in the machine: $(cat "$work/metrics")"
done
for engine in 'engine.web.*nginx' 'engine.oltp.*MariaDB' 'engine.jbb.*OpenJDK'; do
    says "$out" "$engine"
done
leftovers

# Where memory holds only one, there is never more than one.
if container_works && unshare -m true 2>/dev/null; then
    sed 's/^MemAvailable:.*/MemAvailable: 90000 kB/' /proc/meminfo >"$work/meminfo"
    # shellcheck disable=SC2016 # for the other shell
    unshare -m sh -c 'mount --bind "$1" /proc/meminfo && shift && exec "$@"' - "$work/meminfo" \
        "$vmtax" run web:clients=1 --on container --blocks 2 --seconds 0.2 --json >"$out" 2>"$err" &
    pid=$!
    most=0
    while kill -0 "$pid" 2>/dev/null; do
        number=0
        for server in $(pgrep -f '^nginx: master process .* -p \./'); do
            case $(readlink "/proc/$server/cwd") in
            */vmtax-"$pid"/*) number=$((number + 1)) ;;
            esac
        done
        [ $number -le 1 ] || fail "two servers at once"
        [ $number -le $most ] || most=$number
        sleep 0.02
    done
    [ $most = 1 ] || fail "no server was seen"
    wait "$pid" || fail "exit code $? where memory is short"
    says "$err" 'memory: web took .* up in one target at a time'
    "$jsonpath" "$out" 'metrics.*.value' | grep -q '^[0-9]' || fail "no figure where memory is short"
fi

leftovers
