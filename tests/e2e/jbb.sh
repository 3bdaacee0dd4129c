#!/bin/sh
# jbb on native and in a container: verified figures of the same JVM; nothing of it is left, also
# when vmtax is killed; and what is said where there is no Java program.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

jar=${vmtax%/*}/vmtax-jbb.jar
[ -x "$jar" ] || skip "this build has no jbb (no JDK when it was configured)"
command -v java >/dev/null || skip "there is no JVM (Debian: default-jre-headless)"

is_up() {
    pgrep -f -- "-jar $jar"
}
is_down() {
    ! is_up
}

run 0 doctor
says "$out" '^ok +Java +.*java, for jbb'

# A directory without the program has a remedy.
cp "${vmtax%/*}/vmtax-agent" "$work/vmtax-agent"
# shellcheck disable=SC2094 # it waits for what the agent writes
(
    echo "run slot=1 workload=jbb params=warehouses=1%20cpus=1 lead_us=1000 time_us=20000 tick_us=0 fresh=1 seed=1"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        grep -q '^fail' "$out" && break
        sleep 0.5
    done
) | "$work/vmtax-agent" >"$out" 2>"$err"
says "$out" '^fail .*default-jdk-headless'

targets=native
if container_works; then targets=container; fi
run 0 run jbb:warehouses=2 --on $targets --blocks 2 --seconds 0.3 --json
grep -q '"engine.jbb"' "$out" || fail "the JVM is not among the facts"
"$jsonpath" "$out" 'metrics.*.verified' | grep -qx false && fail "not verified"
"$jsonpath" "$out" 'metrics.*.value' | while read -r value; do
    echo "$value" | awk '{exit !($1 > 1 && $1 < 1e7)}' || fail "an impossible value: $value"
done
is_down || fail "a JVM is left"

# Killed in the middle, it leaves no JVM.
"$vmtax" run jbb --on native --blocks 2 --seconds 5 >"$out" 2>"$err" &
killed=$!
wait_for 20 is_up
kill -9 $killed
wait_for 10 is_down

# The next run clears up after it.
run 0 run sys.syscall --on native --blocks 2 --seconds 0.05
leftovers
