#!/bin/sh
# LINPACK on native and in a container: verified, on one core type that is named; and what is said
# where it cannot run.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

payload=${vmtax%/*}/vmtax-linpack
[ -x "$payload" ] || skip "this build has no linpack (no OpenBLAS when it was configured)"

run 0 doctor
says "$out" '^ok +OpenBLAS +OpenBLAS [0-9.]+, for linpack'
run 0 list workloads
says "$out" '^  linpack .*, needs OpenBLAS'

# All fields of the agent's answer to one slot, in a directory without the payload.
cp "${vmtax%/*}/vmtax-agent" "$work/vmtax-agent"
ask() { # AGENT PARAMS
    ask_agent "run slot=1 workload=linpack params=$2 lead_us=1000 time_us=20000 tick_us=0 fresh=1 seed=1" "$1"
}
ask "$work/vmtax-agent" size=200%20core=Prescott
says "$out" '^fail .*libopenblas-dev'
ask "${vmtax%/*}/vmtax-agent" size=200%20core=Prescott
says "$out" '^result .*engine=OpenBLAS%20'
says "$out" 'verified=1'

# More than its share of the memory is refused, with what to do; the rest of the run goes on.
run 0 run linpack:size=8000,cpus=1 linpack:size=200,cpus=1 --on native --memory 256M --blocks 2 --seconds 0.05 --json
if "$jsonpath" "$out" targets.0.memory_mib 2>/dev/null | grep -qx 256; then
    "$jsonpath" "$out" 'slots.*' >"$work/slots"
    grep 'size=8000' "$work/slots" | grep -q 'linpack takes 488 MiB, and may take 192 of the 256 MiB here' ||
        fail "a matrix that is larger than the memory is not refused"
    grep 'size=200' "$work/slots" | grep -q '"value":null' && fail "no figure of the other"
fi

targets=native
if container_works; then targets=container; fi
run 0 run linpack:size=300 --on $targets --blocks 2 --seconds 0.05 --json
says "$err" 'OpenBLAS runs the code for [A-Z]'
grep -q '"engine.linpack.core"' "$out" || fail "the core type is not among the facts"
"$jsonpath" "$out" 'metrics.*.verified' | grep -qx false && fail "not verified"
"$jsonpath" "$out" 'metrics.*.unit' | sort -u | grep -qx GFLOPS || fail "not in GFLOPS"
"$jsonpath" "$out" 'metrics.*.value' | while read -r value; do
    echo "$value" | awk '{exit !($1 > 0.01 && $1 < 1e4)}' || fail "an impossible value: $value"
done
cp "$out" "$work/auto.json"
run 0 report "$work/auto.json"
says "$out" 'linpack: OpenBLAS [0-9.]+, in every target the code for [A-Z]'

# Another core is other work.
sed 's/\("engine.linpack.core":[[:space:]]*"\)[A-Za-z0-9]*/\1Katmai/' "$work/auto.json" >"$work/other.json"
cmp -s "$work/auto.json" "$work/other.json" && fail "the core was not changed for the test"
run 4 compare "$work/auto.json" "$work/other.json"
says "$out" 'FATAL +the core type of OpenBLAS changed from [A-Za-z0-9]+ to Katmai'
says "$out" 'not comparable'

leftovers
