#!/bin/sh
# What programs read of vmtax is what its schemas say, by another's validator: each document of a real
# run is valid, and none that is damaged.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
/usr/bin/python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null ||
    skip "needs jsonschema 4 for python3"
schemas=${abs_top_srcdir:-.}/data/schema

# judged NAME KIND FILE…
judged() {
    judged_schema=$schemas/$1.json
    shift
    /usr/bin/python3 "${abs_top_srcdir:-.}/tests/e2e/schema.py" "$judged_schema" "$@" >"$work/judgement" 2>&1 ||
        fail "$judged_schema: $(tail -n 3 "$work/judgement")"
    echo "${judged_schema##*/}: $(cat "$work/judgement")"
}

rows='sys.syscall sys.read net.rr'
where=native
if container_works; then
    where=container
fi
# shellcheck disable=SC2086 # words
run 0 record $rows --on $where --sessions 3 --seconds 0.05 -q
code=0
"$vmtax" check --seconds 0.05 --budget 20 --json --rec -q >"$work/check" 2>"$err" </dev/null || code=$?
no_crash
case $code in 0 | 1 | 3 | 4) ;; *) fail "check ends with $code" ;; esac
judged check json "$work/check"
judged result json "$state"/baselines/default/*.json
run 0 baseline export default "$work/exported"
head -n 1 "$work/exported" >"$work/head"
grep -l '"verdict":{"exit":' "$state"/recordings/*.rec >/dev/null || fail "the recording of the check has no verdict"
judged baseline json "$work/head"
sed 1d "$work/exported" | split -l 1 - "$work/session."
judged result json "$work"/session.*

run 0 run sys.syscall sys.read --on $where --blocks 2 --seconds 0.2 --rec -q
judged result json "$state"/results/*.json
zcat "${abs_top_srcdir:-.}/data/example.rec.gz" >"$work/example"
judged recording lines "$state"/recordings/*.rec "$work/example"

run 0 doctor --json
cp "$out" "$work/doctor"
judged doctor json "$work/doctor"

# A field that the schema has the manual has, too.
# shellcheck disable=SC2016 # python's
/usr/bin/python3 -c 'import json, sys
for record in json.load(open(sys.argv[1]))["$defs"]["records"]["oneOf"]:
    print("\n".join(record["properties"]))' "$schemas/agent.json" | sort -u >"$work/keys"
while read -r key; do
    grep -Eq "^\.(It|Cm|Ic).*[ =]$key( |=|\$)" "${abs_top_srcdir:-.}/man/vmtax-agent.8" ||
        [ "$key" = verb ] || fail "vmtax-agent(8) does not have $key"
done <"$work/keys"

# The agent: what it is asked, what it says, and what vmtax itself asks of it.
agent=${vmtax%/*}/vmtax-agent
if [ -x "$agent" ]; then
    cat >"$work/requests" <<'END'
clock id=1
run slot=1 workload=null lead_us=20000 time_us=300000 tick_us=20000 fresh=1 seed=1
run slot=3 workload=net.rr params=size%3D1 role=serve lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1
run slot=4 workload=net.rr role=load address=127.0.0.1 ports=7 lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1
stop
rest id=2
END
    mkfifo "$work/asked"
    "$agent" <"$work/asked" >"$work/records" &
    exec 3>"$work/asked"
    sed -n 1,2p "$work/requests" >&3
    heard() {
        grep -q "^$1" "$work/records"
    }
    wait_for 30 heard 'result .*slot=1'
    echo run slot=2 workload=nothing lead_us=20000 time_us=100000 tick_us=0 fresh=1 seed=1 >&3
    echo nonsense >&3
    sed -n 3p "$work/requests" >&3
    wait_for 30 heard 'serving .*slot=3'
    sed -n 6p "$work/requests" >&3
    wait_for 30 heard 'rest .*id=2'
    exec 3>&-
    wait
    for verb in hello clock begin tick end result fail note serving rest; do
        heard $verb || fail "the agent did not say $verb"
    done
    printf 'boot stage=a%%20kernel\nboot failed=no%%20disk\n' >>"$work/records"
    judged agent records "$work/records" "$work/requests"
fi

leftovers
