#!/bin/sh
# A/A: native against its twin through the whole pipeline, in short sessions. The method promises that at most
# one session in twenty has any false verdict (better, slightly worse, worse).
#   aa.sh [SESSIONS] [WORKLOAD...]      20 sessions of the quick comparison of everything
set -eu
sessions=${1:-20}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- all
vmtax=${abs_top_builddir:-.}/vmtax
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
trap 'exit 130' INT TERM
XDG_STATE_HOME=$state
export XDG_STATE_HOME

bad=0 rows=0 false_rows=0 i=0
while [ "$i" -lt "$sessions" ]; do
    i=$((i + 1))
    "$vmtax" run "$@" --profile quick --on twin --quiet --format csv >"$state/csv"
    # Columns by name: a new one must not move the verdict.
    counts=$(awk -F, 'NR == 1 { for (c = 1; c <= NF; c++) at[$c] = c; next }
        $at["target"] == "twin" { n++; v = $at["verdict"]
            if (v == "better" || v == "worse" || v == "slightly-worse") { f++; print $at["workload"], $at["params"], $at["ratio"], v >"/dev/stderr" } }
        END { print n + 0, f + 0 }' "$state/csv")
    n=${counts% *} f=${counts#* }
    rows=$((rows + n)) false_rows=$((false_rows + f))
    [ "$f" -eq 0 ] || bad=$((bad + 1))
    echo "session $i of $sessions: $n rows, $f false"
done
allowed=$(((sessions + 19) / 20))
echo "A/A: $bad of $sessions sessions with a false verdict, $false_rows of $rows rows; allowed: $allowed"
[ "$rows" -gt 0 ] && [ "$bad" -le "$allowed" ]
