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
