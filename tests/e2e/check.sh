#!/bin/sh
# A check against a baseline of a container: nothing changed, the container much slower than it was,
# a baseline that is too young, and one of another agent.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
baseline=$state/baselines/default

# What is not here to try it with is told at the end.
missing=
lacks() {
    missing="$missing${missing:+, }$1"
}

# A machine that does other things is no reason to fail: a test wants to know what is said of what was
# measured, so the bound is wide.
check() {
    want=$1
    shift
    run "$want" check --seconds 0.05 --find 99 -q "$@"
}

run 2 check
says "$err" 'there is no baseline "default"'
run 2 check --find 0
says "$err" 'a percentage from 0.1 to 99 is wanted'

container_works || skip "$why"
rows='sys.syscall sys.read sys.write sys.fstat sys.sig_install'
# shellcheck disable=SC2086 # words
run 0 record $rows --on container --seconds 0.05 --sessions 1
says "$err" 'too young to judge, 2 more sessions'
# What is emulated has no verdict to wait for.
run 0 list targets --json
if "$jsonpath" "$out" '*' | grep '"id":"tcg"' | grep -vq '"use":"cannot"'; then
    run 2 check --on tcg
    says "$err" 'tcg is emulated here, and what is emulated is never judged: leave it out'
fi
check 3 --budget 8
says "$out" 'INCONCLUSIVE'
says "$out" 'too young to judge, 2 more sessions'
# shellcheck disable=SC2086 # words
run 0 record $rows --on container --seconds 0.05 --sessions 3
says "$err" 'baseline "default": 4 sessions'
run 0 list baselines
says "$out" '4 sessions: '

# The container did not change: nothing is found of it, and the plan was kept. Of native there may be: a
# machine that does other things is slower.
code=0
before=$(date +%s)
"$vmtax" check --find 99 --json --budget 30 >"$out" 2>"$err" </dev/null || code=$?
took=$(($(date +%s) - before))
announced=$(sed -n 's/^vmtax: .* sessions of .*, \([0-9]*:[0-9]*\) of 0:30$/\1/p' "$err")
[ -n "$announced" ] || fail "the plan was not announced: $(cat "$err")"
[ $((60 * ${announced%:*} + 1${announced#*:} - 100)) -le 30 ] || fail "announced are $announced of 0:30"
# What begins within the budget may end a slot later, and targets stop.
[ $took -le 33 ] || fail "it took $took s of 30 (announced: $announced)"
case $code in 0 | 1 | 3) ;; *) fail "exit code $code of a check" ;; esac
[ "$("$jsonpath" "$out" exit)" = "$code" ] || fail "the document has another exit code"
"$jsonpath" "$out" 'subsystems.*' | grep '"container"' >"$work/groups"
grep -Eq '"verdict":[[:space:]]*"(same|no-sign|inconclusive)"' "$work/groups" ||
    fail "of a container that did not change: $(cat "$work/groups")"
[ "$("$jsonpath" "$out" sessions_before)" = 4 ] || fail "not four sessions before"
[ "$("$jsonpath" "$out" lost_rows)" = 0 ] || fail "rows are lost"
[ "$("$jsonpath" "$out" 'rows.*.target' | grep -c container)" = 5 ] || fail "not five rows of the container"

# The dashboard steps aside from what is measured; a check in it measures the same processors as before.
if has tmux; then
    terminal 120x40 "$vmtax" --seconds 0.05 --budget 30
    wait_for 20 shows 'baseline default'
    if shows 'machine changed'; then fail "the machine is said to be another one"; fi
    press c
    wait_for 120 shows 'check after upgrade'
    if shows 'NOT COMPARABLE'; then fail "a check in the dashboard measured something else: $(screen)"; fi
    wait_for 120 shows 'rows worse'
    press q
    ended 0
    tmux -S "$work/tmux" kill-server
    # Its key records as many sessions as the command does, and says how many.
    cp -a "$baseline" "$work/kept"
    terminal 120x40 "$vmtax" --seconds 0.05 --budget 3 --on container
    wait_for 20 shows 'baseline default'
    press b
    seven() {
        set -- "$baseline"/*.json
        [ $# = 7 ]
    }
    wait_for 120 seven
    press L
    wait_for 20 shows 'baseline default: session 3 of 3'
    press q
    ended 0
    tmux -S "$work/tmux" kill-server
    run 0 list baselines
    says "$out" '7 sessions: '
    rm -r "$baseline"
    mv "$work/kept" "$baseline"
else
    lacks tmux
fi

# The container once was faster: its times in the stored slots are cut, those of native are not. So it,
# and not the host, got slower, by nine tenths, in every row: what a busy machine does not hide.
mkdir "$work/faster"
python3 - "$baseline" "$work/faster" <<'EDIT'
import json, os, sys
for name in os.listdir(sys.argv[1]):
    if not name.endswith(".json"):
        continue
    with open(os.path.join(sys.argv[1], name)) as f:
        session = json.load(f)
    for slot in session["slots"]:
        if slot["target"] == "container" and slot["value"]:
            slot["value"] *= 0.1
    with open(os.path.join(sys.argv[2], name), "w") as f:
        json.dump(session, f)
EDIT
check 1 --against "$work/faster" --budget 30 --metrics "$work/v.prom" --junit "$work/v.xml" \
    --html "$work/v.html" --md "$work/v.md" --redact
says "$out" 'WORSE'
says "$out" '^  sysops +container +5 +-[89][0-9]\.[0-9] % .*worse'
# What native itself did meanwhile is the machine's affair.
says "$out" 'guests moved against (native|it)'

# The same for other programs, whose own parsers read it.
grep -qx 'vmtax_check_exit_code 1' "$work/v.prom" || fail "the metrics do not say worse"
grep -q '<failure type="worse" message="worse: -[89][0-9]\.[0-9] %' "$work/v.xml" || fail "nothing failed in JUnit"
[ "$(stat -c %a "$work/v.prom")" = 644 ] || fail "the collector cannot read the metrics"
if has xmllint; then
    xmllint --nonet --noout --schema "$abs_top_srcdir/tests/unit/junit.xsd" "$work/v.xml" 2>"$err" ||
        fail "JUnit is none: $(cat "$err")"
else
    lacks xmllint
fi
if /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
    /usr/bin/python3 -c 'import sys
from prometheus_client import parser as old
from prometheus_client.openmetrics import parser as new
text = open(sys.argv[1], encoding="utf-8").read()
families = list(new.text_string_to_metric_families(text))
assert len(families) == len(list(old.text_string_to_metric_families(text))) > 12
assert all(f.documentation and (not f.unit or f.name.endswith("_" + f.unit)) for f in families)' \
        "$work/v.prom" 2>"$err" || fail "the metrics are none: $(cat "$err")"
else
    lacks python3-prometheus-client
fi
# For people elsewhere: a page that needs nothing, a document.
says "$work/v.html" '<b class="worse">▼ WORSE</b>'
says "$work/v.html" 'aria-label="Subsystems relative to before'
says "$work/v.md" '^# ▼ WORSE$'
says "$work/v.md" '^\| SysOps \| container \| 5 \| -[89][0-9]\.[0-9] %'
for file in "$out" "$work/v.prom" "$work/v.xml" "$work/v.html" "$work/v.md"; do
    says_not "$file" "(^|[^[:alnum:]])$(uname -n)([^[:alnum:]]|\$)"
    says_not "$file" "$HOME"
done
if has tidy; then
    tidy -quiet -errors --show-info no "$work/v.html" >"$err" 2>&1 || fail "the page is none: $(cat "$err")"
else
    lacks tidy
fi
if has cmark-gfm; then
    python3 "$abs_top_srcdir/tests/unit/markdown.py" "$work/v.md" 2>"$err" || fail "the document is none: $(cat "$err")"
else
    lacks cmark-gfm
fi
# On a terminal the verdict is the dashboard's picture; who asks for text gets that, and so does a pipe.
says_not "$out" '╭|\+-- check after upgrade'
if command -v tmux >/dev/null 2>&1; then
    terminal 100x50 "$vmtax" check --seconds 0.05 --find 99 --quiet --against "$work/faster" --budget 20
    ended 1
    for words in 'check after upgrade faster' 'WORSE +[0-9]+ of [0-9]+ rows worse' 'exit code 1' 'sys\.read +container' \
        'guests moved against (native|it)' 'Look next: vmtax run sys\.' 'Would have been found with 80 % probability' \
        'Nothing else changed|note: |warn: '; do
        shows "$words" || fail "no \"$words\" on the terminal: $(screen)"
    done
    if shows '^usage|subsystem +target|E export|baseline ─ doubt'; then fail "text, or keys: $(screen)"; fi
    tmux -S "$work/tmux" kill-server
    terminal 100x50 "$vmtax" check --seconds 0.05 --quiet --against "$work/faster" --budget 20 --format text
    ended 1
    shows '^  subsystem +target' || fail "no text on the terminal that asked for it: $(screen)"
    tmux -S "$work/tmux" kill-server
fi
# What cannot be kept, or written where others look, is told with each of its files, and is no verdict.
: >"$work/no-state"
export XDG_STATE_HOME="$work/no-state"
check 2 --against "$work/faster" --budget 8 --metrics /dev/full --html /dev/full
says "$out" 'WORSE|INCONCLUSIVE'
says "$err" 'the session is not stored'
[ "$(grep -c '^vmtax: cannot write /dev/full .*: No space left' "$err")" = 2 ] || fail "not two files that are full: $(cat "$err")"
# A row that an older version measured, with parameters that it has no more, is told, and the rest is checked.
mkdir "$work/older"
for session in "$work/faster"/*.json; do
    python3 -c 'import json, sys
document = json.load(sys.stdin)
for of in document["metrics"] + document["slots"]:
    if of["workload"] == "sys.read":
        of["params"] = "depth=3"
json.dump(document, sys.stdout)' <"$session" >"$work/older/${session##*/}"
done
check 2 --against "$work/older" --budget 8
says "$err" 'the session is not stored'
says "$err" '^vmtax: 1 row of the baseline left out: this version of vmtax has it no more'
says_not "$out" 'sys\.read '
unset XDG_STATE_HOME
check 2 --format cvs
says "$err" 'a verdict has no format "cvs"; there are text, json, md, html, openmetrics, junit'
check 2 --format htlm
says "$err" 'did you mean "html"'
check 2 --format md --json
says "$err" 'exclude each other'
check 2 --html "$work"
says "$err" 'is a directory'
says_not "$err" 'session'
check 2 --metrics /nowhere/v.prom --md /nowhere/v.md
says "$err" 'cannot write /nowhere/v.prom'
says "$err" 'cannot write /nowhere/v.md'
says_not "$err" 'session'

# Processors, memory and slots are the baseline's, whatever vmtax.conf says for runs. Who asks for others is
# refused before anything is measured.
conf=$HOME/.config/vmtax/vmtax.conf
mkdir -p "${conf%/*}"
run 0 record sys.syscall sys.read --on container --cpus 1 --memory 512M --seconds 0.04 --sessions 3 --name small
says "$err" 'baseline "small": 3 sessions'
echo 'cpus = 2' >"$conf"
code=0
"$vmtax" check --against small --find 99 >"$out" 2>"$err" </dev/null || code=$?
rm "$conf"
case $code in 0 | 1 | 3) ;; *) fail "exit code $code of a check by the baseline's limits" ;; esac
says "$err" 'each target has 1 processor and (512 MiB of memory|no memory limit), slots of 0.04 s, as in the baseline'
says_not "$out" 'FATAL|slots were'
if [ "$(nproc)" -gt 1 ]; then
    before=$(date +%s)
    run 4 check --against small --cpus 2
    says "$out" 'FATAL +native had 1 processor and has 2'
    says "$out" 'nothing was measured'
    empty "$err"
    run 4 check --against small --cpus 2 --json
    [ "$("$jsonpath" "$out" sessions_now)" = 0 ] || fail "something was measured of what is refused"
    [ $(($(date +%s) - before)) -lt 30 ] || fail "it took long to be refused"
    # Nor do such sessions join it.
    run 4 record sys.syscall --on container --seconds 0.04 --sessions 1 --name small
    says "$err" 'nothing is recorded: .*baseline "small"'
    says "$err" 'FATAL +native had 1 processor and has 2'
    says "$err" 'record --new begins the baseline again'
    set -- "$state"/baselines/small/*.json
    [ $# = 3 ] || fail "a session joined that cannot be compared"
fi

# A row that one session alone has is told, and a subsystem that has nothing else leaves the verdict open.
run 0 record ctx.2p0k --on container --cpus 1 --memory 512M --seconds 0.04 --sessions 1 --name small -q
code=0
"$vmtax" check --against small --find 99 --json >"$out" 2>"$err" </dev/null || code=$?
case $code in 1 | 3) ;; *) fail "exit code $code without a subsystem of the baseline" ;; esac
says "$err" '1 row of the baseline left out: fewer than 3 of its sessions have it'
[ "$("$jsonpath" "$out" young_rows)" = 1 ] || fail "no row is too young"
[ "$("$jsonpath" "$out" 'left_out_subsystems.*')" = ctxsw ] || fail "the subsystem is not missed"
says "$out" 'Nothing of ctxsw was measured, which the baseline has'

# Another agent does other work: refused, with the reason, before anything is measured.
mkdir "$work/copies"
for program in vmtax vmtax-agent vmtax-container; do
    cp "${vmtax%/*}/$program" "$work/copies/" 2>/dev/null || :
done
echo >>"$work/copies/vmtax-agent"
code=0
"$work/copies/vmtax" check --against "$baseline" >"$out" 2>"$err" </dev/null || code=$?
[ $code = 4 ] || fail "another agent: exit code $code, not 4"
says "$out" 'FATAL +the agent is another program'
empty "$err"
for format in json md html openmetrics junit; do
    code=0
    "$work/copies/vmtax" check --against "$baseline" --format $format >"$out" 2>"$err" </dev/null || code=$?
    [ $code = 4 ] || fail "another agent, as $format: exit code $code, not 4"
    says "$out" 'the agent is another program|vmtax_check_exit_code 4'
done

# A new beginning keeps what was there.
run 0 record sys.read --on native --seconds 0.05 --sessions 1 --new
says "$err" 'kept as "default-1"'
run 0 list baselines --json
"$jsonpath" "$out" '*.name' | grep -qx default-1 || fail "the old baseline is gone"

leftovers
[ -z "$missing" ] || skip "all but what needs $missing"
