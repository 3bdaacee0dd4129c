#!/bin/sh
# The acceptance of the statistics on a real machine; tests/sim_*.c are those by simulation. Prints Markdown
# (what ACCEPTANCE.md has) and ends with 1 if a promise is missed.
#
#   acceptance.sh [--short] [SESSIONS [TRIALS]]
#
# SESSIONS (100) of native against its twin, as quick looks and as sessions of a baseline; TRIALS (20) of every
# slowdown that is injected. The plan is shortened, the metrics are those of the quick profile: slots of
# SLOT seconds (0.05), quick looks of BUDGET seconds (40). With 100 and 20 it takes some five hours of a machine
# with nothing else to do; --short is ten minutes, 10 sessions and 2 trials, which prove nothing but that it runs.
set -eu
sessions=100 trials=20 parts=${PARTS:-looks sessions ops noisy pause quota clock cache}
if [ "${1-}" = --short ]; then
    sessions=10 trials=2
    shift
fi
sessions=${1:-$sessions} trials=${2:-$trials} slot=${SLOT:-0.05} budget=${BUDGET:-40}
top=${abs_top_builddir:-.}
source=${abs_top_srcdir:-.}
vmtax=$top/vmtax
work=$(mktemp -d "${TMPDIR:-/tmp}/vmtax-acceptance.XXXXXX")
own=
# shellcheck disable=SC2317 # it is called by the trap
finish() {
    finish_status=$?
    trap - EXIT
    [ -z "$own" ] || kill "$own" 2>/dev/null || :
    rm -rf "$work"
    exit "$finish_status"
}
trap finish EXIT
trap 'exit 130' INT TERM
mkdir -m 700 "$work/state" "$work/run" "$work/config" "$work/config/vmtax"
XDG_STATE_HOME=$work/state XDG_RUNTIME_DIR=$work/run XDG_CONFIG_HOME=$work/config
export XDG_STATE_HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME
# The guest that is slower than it was: its agent is reached through a shim, which reads from a file what to do.
echo "as it is" >"$work/shim"
echo "target.box = exec:python3 $source/tests/shim.py $work/shim" >"$work/config/vmtax/vmtax.conf"

: >"$work/missed"
failed=0
wanted() {
    case " $parts " in *" $1 "*) ;; *) return 1 ;; esac
}
# Told at the end, for a table has no room for it.
missed() {
    echo "MISSED: $*" >>"$work/missed"
    failed=1
}

# verdicts TARGET PREFIX: of a report as CSV on stdin: rows whose id begins so that are called worse, and other
# rows that are called anything but equal.
verdicts() {
    awk -F, -v target="$1" -v prefix="$2" 'NR == 1 { for (c = 1; c <= NF; c++) at[$c] = c; next }
        $at["target"] == target { v = $at["verdict"]; ours = substr($at["workload"], 1, length(prefix)) == prefix
            if (ours && (v == "worse" || v == "slightly-worse")) f++
            if (!ours && (v == "better" || v == "worse" || v == "slightly-worse")) w++ }
        END { print f + 0, w + 0 }'
}

# What is promised of a slowdown of SHARE % in rows that vary as system operations do; of 0 nothing is to be found.
promised_of() {
    case $1 in 0) ;; 5) echo 50 ;; *) echo 80 ;; esac
}

# looks HOW TARGET PREFIX SHARE PROMISED ROW...: quick looks at a guest whose rows that begin so are slower by SHARE %.
looks() {
    how=$1 target=$2 prefix=$3 share=$4 promised=$5
    shift 5
    found=0 wrong=0 i=0
    while [ $i -lt "$trials" ]; do
        i=$((i + 1))
        "$vmtax" run "$@" --on "$target" --profile quick --seconds "$slot" --budget "$budget" --quiet \
            --format csv >"$work/csv" 2>"$work/err" || { cat "$work/err" >&2; exit 2; }
        counts=$(verdicts "$target" "$prefix" <"$work/csv")
        [ "${counts% *}" -eq 0 ] || found=$((found + 1))
        [ "${counts#* }" -eq 0 ] || wrong=$((wrong + 1))
    done
    percent=$((100 * found / trials))
    echo "| $how | $share % | $trials | $percent % | ${promised:-not} | $wrong |"
    [ -z "$promised" ] || [ $percent -ge "$promised" ] || missed "a slowdown of $share %, $how"
    all_looks=$((all_looks + trials))
    all_wrong=$((all_wrong + wrong + (share == 0 ? found : 0)))
}
all_looks=0 all_wrong=0

echo "# Acceptance of the statistics"
echo
echo "$(date -u +%Y-%m-%d), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(getconf _NPROCESSORS_ONLN)" \
    "processors, Linux $(uname -r); slots of $slot s, quick looks of $budget s; load at the start" \
    "$(cut -d' ' -f1 /proc/loadavg)."

if wanted looks; then
    echo
    echo "## Nothing changed: quick looks at native and its twin"
    echo
    "$source/tests/bench/aa.sh" "$sessions" all --seconds "$slot" --budget "$budget" >"$work/aa" 2>&1 || failed=1
    grep -v '^session ' "$work/aa"
fi

if wanted sessions; then
    echo
    echo "## A check against a baseline of five sessions"
    echo
    left=$sessions
    while [ "$left" -gt 0 ]; do
        n=$((left > 20 ? 20 : left))
        "$vmtax" record --name aa --on twin --seconds "$slot" --sessions $n --quiet
        left=$((left - n))
    done
    "$top/tests/acceptance" aa || failed=1
fi

if wanted ops || wanted noisy || wanted pause || wanted quota; then
    echo
    echo "## A guest of which some rows are slower, by quick looks"
    echo
    echo "| how | by | looks | found in | promised | with a false verdict elsewhere |"
    echo "|---|--:|--:|--:|--:|--:|"
fi
if wanted ops; then
    for share in 0 5 10; do
        echo "ops 0.$(printf %02d $share) sys." >"$work/shim"
        looks 'so much less is counted' box sys. $share "$(promised_of $share)" sysops memory ctxsw
    done
fi
# Where more varies, twice as much must be slower.
if wanted noisy; then
    for share in 10 20; do
        echo "ops 0.$share file." >"$work/shim"
        looks 'so much less is counted of files' box file. $share "$(promised_of $((share / 2)))" disk memory
    done
fi
if wanted pause; then
    rm -f "$work/shim.log"
    for share in 5 10; do
        echo "pause 0.$(printf %02d $share)" >"$work/shim"
        looks 'its processes stand still' box sys. $share "$(promised_of $share)" sysops
    done
fi

# quota SHARE: until it is killed, the containers of this script's runs may use so much less of one processor.
# The ledgers of the runs name their cgroups: the first target's are native's.
quota() {
    trap - EXIT
    while sleep 0.05; do
        cat "$work"/run/vmtax/run-*/ledger 2>/dev/null | tr ' ' '\n' | grep '^/sys/fs/cgroup/.*/vmtax-.*\.2$' |
            while read -r group; do
                if [ -f "$group/cpu.cfs_quota_us" ]; then
                    echo 10000 >"$group/cpu.cfs_period_us"
                    echo $((10000 - 100 * $1)) >"$group/cpu.cfs_quota_us" && echo set >"$work/quota"
                elif [ -f "$group/cpu.max" ]; then
                    echo "$((10000 - 100 * $1)) 10000" >"$group/cpu.max" && echo set >"$work/quota"
                fi
            done 2>/dev/null || :
    done
}
strangle() {
    rm -f "$work/quota"
    quota "$1" &
    own=$!
}
let_go() {
    [ -s "$work/quota" ] || missed "no quota could be set"
    kill "$own" 2>/dev/null || :
    wait "$own" 2>/dev/null || :
    own=
}
if wanted quota; then
    for share in 5 10; do
        strangle $share
        looks 'a quota of its cgroup' container sys. $share "$(promised_of $share)" sysops
        let_go
    done
fi
# One in so few is chance; of many at most one in twenty.
if [ $all_looks -gt 0 ]; then
    echo
    echo "$all_wrong of these $all_looks looks have a false verdict elsewhere (promised: at most 1 in 20)."
    [ $((20 * all_wrong)) -le $((all_looks > 20 ? all_looks : 20)) ] || missed "$all_wrong of $all_looks looks with a false verdict"
fi
if wanted pause && [ -s "$work/shim.log" ]; then
    awk '{ s += $1 } END { printf "\nStood still for %.1f %% of the time on average, by the clock.\n", 100 * s / NR }' \
        "$work/shim.log"
fi

# checks WANTED...: so many checks against the baseline of before; counts their exit codes.
checks() {
    i=0
    : >"$work/codes"
    while [ $i -lt "$trials" ]; do
        i=$((i + 1))
        code=0
        "$vmtax" check --against before --seconds "$slot" --budget "$budget" --quiet --json >"$work/json" \
            2>"$work/err" || code=$?
        moved=$(python3 -c 'import json, sys
groups = json.load(open(sys.argv[1]))["subsystems"]
print(sum(g["target"] != "native" and g["verdict"] in ("worse", "slightly-worse") for g in groups),
      sum(g["target"] != "native" and g["verdict"] == "better" for g in groups))' "$work/json")
        echo "$code:${moved% *}:${moved#* }" >>"$work/codes"
    done
    awk -F: -v n="$trials" '{ worse += $2 > 0; better += $3 > 0; code[$1]++ }
        END { printf "%d of %d call the container worse, %d better; exit codes:", worse, n, better
            for (c in code) printf " %d times %d", code[c], c; print "." }' "$work/codes" | tee "$work/checks"
}
if wanted quota; then
    echo
    echo "## Checks against five sessions of the system operations in a container"
    echo
    "$vmtax" record sysops --name before --on container --seconds "$slot" --sessions 5 --quiet
    printf 'Nothing changed: '
    checks
    bad=$(sed 's/.*container worse, \([0-9]*\) better.*/\1/' "$work/checks")
    bad=$((bad + $(sed 's/ of .*//' "$work/checks")))
    [ $((20 * bad)) -le $((trials > 20 ? trials : 20)) ] || missed "$bad of $trials checks of what did not change"
    for share in 10 20; do
        strangle $share
        printf '\nA quota of %d %% less: ' $share
        checks
        let_go
    done
    [ $((10 * $(sed 's/ of .*//' "$work/checks"))) -ge $((8 * trials)) ] || missed "a quota of 20 % less"
fi

# flagged FLAG TARGET: rows of the target with that flag that are not decided, and all rows of it.
flagged() {
    python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
rows = [c for c in r["comparisons"] if c["target"] == sys.argv[3]]
free = [c for c in rows if sys.argv[2] in c["flags"] and c["verdict"] not in
        ("better", "same", "worse", "slightly-worse")]
print(len(free), len(rows))' "$work/json" "$1" "$2"
}
if wanted clock; then
    echo
    echo "## A guest whose clock runs 2 % slow"
    echo
    echo "clock 0.02" >"$work/shim"
    "$vmtax" run sysops --on box --blocks 6 --seconds "$slot" --quiet --json >"$work/json" 2>"$work/err"
    counts=$(flagged clock box)
    rate=$(python3 -c 'import json, sys
print("%.4f" % [t["clock"]["rate"] for t in json.load(open(sys.argv[1]))["targets"] if t["id"] == "box"][0])' "$work/json")
    echo "Its rate is found to be $rate; ${counts% *} of ${counts#* } rows carry C and have no verdict."
    if [ "${counts% *}" != "${counts#* }" ] || [ "${counts% *}" -eq 0 ]; then
        missed "a slow clock"
    fi
fi

if wanted cache; then
    echo
    echo "## A guest's disk that the host's cache answers"
    echo
    "$vmtax" run file.read:size=8M,direct=yes --on kvm --accel tcg --disk-cache writeback --blocks 2 --seconds 0.2 \
        --quiet --json >"$work/json" 2>"$work/err" || :
    if ! grep -q disk_read_bytes "$work/json"; then
        missed "a disk in the host's cache was not tried: the disk here does not tell what it moves, or there are no virtual machines"
    elif python3 -c 'import json, sys
slots = [s for s in json.load(open(sys.argv[1]))["slots"] if s["target"] == "tcg"]
sys.exit(not slots or any("cache" not in s["flags"] for s in slots))' "$work/json"; then
        echo "Every slot of the guest carries \$."
    else
        missed "a disk in the host's cache"
    fi
fi
echo
cat "$work/missed"
if [ $failed = 0 ]; then
    echo "All promises kept."
else
    echo "Promises missed."
fi
exit $failed
