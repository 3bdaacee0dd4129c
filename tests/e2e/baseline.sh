#!/bin/sh
# A baseline goes to another machine as a file: whole or not at all, with its ages, never over one that is
# there, and not where nothing could be compared with it.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
baselines=$state/baselines

run 2 baseline
says "$err" 'usage: vmtax baseline list\|show\|export\|import\|remove'
run 2 baseline exprot
says "$err" 'did you mean "export"'
run 2 baseline export default
says "$err" 'usage: vmtax baseline export BASELINE FILE'
run 2 baseline show
says "$err" 'there is no baseline "default"'
run 2 baseline remove default
says "$err" 'there is no baseline "default"'

run 0 record sys.syscall sys.read --on native --seconds 0.05 --sessions 3 -q
run 0 baseline show
says "$out" '^baseline "default": 3 sessions; all (just now|[0-9]+ minutes? ago)'
[ "$(grep -c '2 rows on native' "$out")" = 3 ] || fail "not three sessions are shown"
says "$out" 'nothing differs that is known'
run 0 baseline show default --json
[ "$("$jsonpath" "$out" comparable)" = true ] || fail "a baseline of this machine is not comparable"
[ "$("$jsonpath" "$out" 'sessions.*.rows' | tr -d '\n')" = 222 ] || fail "not two rows in each session"
run 0 baseline list
says "$out" '^default .*3 sessions'

# --- the file --------------------------------------------------------------------------------------

run 0 baseline export default "$work/file"
empty "$out"
[ "$(stat -c %a "$work/file")" = 600 ] || fail "others can read the file"
[ "$(wc -l <"$work/file")" = 4 ] || fail "not a head and three sessions"
run 0 baseline export default -
cmp -s "$out" "$work/file" || fail "standard output gets another file"
run 2 baseline export default "$work/nowhere/file"
echo old >"$work/old"
if [ -w /dev/full ]; then
    run 2 baseline export default /dev/full
    says "$err" 'No space left'
fi
run 2 baseline export nosuch "$work/old"
[ "$(cat "$work/old")" = old ] || fail "an export that failed took the old file"

# Where a baseline is taken, its file is, too.
run 0 baseline show "$work/file"
says "$out" '^baseline "default": 3 sessions'
code=0
"$vmtax" check --against "$work/file" --seconds 0.05 --budget 8 --find 99 -q >"$out" 2>"$err" </dev/null || code=$?
case $code in 0 | 1 | 3) ;; *) fail "exit code $code of a check against a file" ;; esac
says "$out" 'baseline "default": 3 sessions'
code=0
"$vmtax" compare "$work/file" default >"$out" 2>"$err" </dev/null || code=$?
case $code in 0 | 3) ;; *) fail "a baseline and its file differ: exit code $code" ;; esac
[ "$(grep -c ' +0\.0 % ' "$out")" = 2 ] || fail "a baseline and its file differ"

# By its bare name, too, where the store has none of that name: the same as everywhere else.
cd "$work"
mv file e.bl
run 0 baseline show e.bl
says "$out" '^baseline "default": 3 sessions'
run 0 baseline export e.bl -
cmp -s "$out" e.bl || fail "another file than the one that was named"
mv e.bl default
run 0 baseline show default
says "$out" '^baseline "default": 3 sessions'
run 0 baseline export default -
mv default file
cmp -s "$out" file || fail "the stored baseline is not the one that is taken"
printf '{"schema":"vmtax.baseline/1' >default
code=0
"$vmtax" compare default default >"$out" 2>"$err" </dev/null || code=$?
case $code in 0 | 3) ;; *) fail "compare takes a file before the stored baseline: exit code $code" ;; esac
rm default
cd "$OLDPWD"

# Copies of a session are no sessions.
mkdir "$work/copied"
for i in 1 2 3; do
    cp "$(find "$baselines/default" -name '*Z-session.json' | head -n 1)" "$work/copied/$i.json"
done
run 0 baseline show "$work/copied"
says "$out" '^baseline "copied": too young to judge, 2 more sessions'
says "$err" '2 sessions of the baseline .* are copies of another, and do not count'

# A list counts as whoever judges by them does, and says what it left out.
cp -r "$work/copied" "$baselines/copied"
for list in 'list baselines' 'baseline list'; do
    # shellcheck disable=SC2086 # words
    run 0 $list
    says "$out" '^copied .*  1 session  '
    says "$out" '^    too young to judge, 2 more sessions: '
    says "$out" '^    2 more are copies of another, and do not count$'
    empty "$err"
done
run 0 list baselines --json
"$jsonpath" "$out" '*' | grep -q '"name":"copied".*"sessions":1,"copies":2,"series":\[[0-9]*\]' ||
    fail "the list does not count as the check does: $(cat "$out")"
rm -r "$baselines/copied"

# --- another machine: another store ------------------------------------------------------------------

XDG_STATE_HOME=$work/other
export XDG_STATE_HOME
there=$work/other/vmtax/baselines
sums() {
    (cd "$work/other" && find . -type f -exec sha256sum {} + | sort) 2>/dev/null || :
}
run 0 baseline import "$work/file"
says "$out" '^baseline "default": 3 sessions'
says "$out" 'nothing differs that is known'
[ "$(ls "$there/default")" = "$(ls "$baselines/default")" ] || fail "the sessions have other names, so other ages"
[ "$(stat -c %a "$there/default")" = 700 ] || fail "others can read the directory"
run 0 baseline export default -
cmp -s "$out" "$work/file" || fail "what was imported is not what was exported"

# What is there stays, unless it is begun anew, and then it is kept.
sums >"$work/before"
run 2 baseline import "$work/file"
says "$err" 'there is a baseline "default" already: --new keeps it'
run 2 baseline import "$work/file" --name ../up
says "$err" "a baseline's name has"
sums | cmp -s - "$work/before" || fail "a refused import changed the store"
run 0 baseline import "$work/file" --new
says "$err" 'kept as "default-1"'
"$vmtax" baseline import - --name copied <"$work/file" >"$out" 2>"$err" || fail "standard input is not read"
run 0 list baselines --json
"$jsonpath" "$out" '*.name' | sort | tr '\n' ' ' >"$work/names"
[ "$(cat "$work/names")" = 'copied default default-1 ' ] || fail "there are $(cat "$work/names")"

# Bad input: the reason, and nothing is changed.
refused() {
    refused_pattern=$1
    shift
    run 2 baseline import "$@" --name bad
    says "$err" "$refused_pattern"
    empty "$out"
    sums | cmp -s - "$work/before" || fail "bad input changed the store: $refused_pattern"
}
sums >"$work/before"
head -c -20 "$work/file" >"$work/cut"
refused 'cut off or changed since it was exported' "$work/cut"
sed 's/"ops":\([0-9]\)/"ops":1\1/' "$work/file" >"$work/changed"
cmp -s "$work/changed" "$work/file" && fail "nothing was changed"
refused 'cut off or changed since it was exported' "$work/changed"
head -n 1 "$work/file" | tr -d '\n' >"$work/head"
refused 'cut off in its first line' "$work/head"
refused 'is not what vmtax baseline export writes' "$(find "$baselines/default" -name '*Z-session.json' | head -n 1)"
: >"$work/empty"
refused 'is not what vmtax baseline export writes' "$work/empty"
refused 'is not a file' "$work"
refused 'cannot read' "$work/nosuch"
truncate -s 257M "$work/huge"
refused 'larger than 256 MiB' "$work/huge"

# seal CHANGE: the file again, with its sum, after a change of python to head and sessions.
seal() {
    python3 - "$work/file" "$1" >"$work/sealed" <<'EDIT'
import hashlib, json, sys
with open(sys.argv[1], encoding="utf-8") as f:
    head, *sessions = [json.loads(line) for line in f]
exec(sys.argv[2])
body = "".join(json.dumps(s, separators=(",", ":")) + "\n" for s in sessions)
head["sha256"] = hashlib.sha256(body.encode()).hexdigest()
print(json.dumps(head, separators=(",", ":")))
print(body, end="")
EDIT
}
seal 'head["sessions"] = 4'
refused 'does not have the 4 sessions' "$work/sealed"
seal 'head["sessions"] = 2'
refused 'does not have the 2 sessions' "$work/sealed"
seal 'head["name"] = "../../up"'
refused "a baseline's name has" "$work/sealed"
seal 'head["schema"] = "vmtax.baseline/2"'
refused 'this version reads vmtax.baseline/1' "$work/sealed"
seal 'sessions[1]["partial"] = True'
refused 'session 2 was cut short' "$work/sealed"
seal 'sessions[2]["slots"] = []; sessions[2]["metrics"] = []; sessions[2]["comparisons"] = []'
refused 'session 3 has no figure' "$work/sealed"
seal 'sessions[2] = sessions[0]'
refused 'has a session more than once' "$work/sealed"
seal 'sessions[0]["slots"][0]["target"] = "nobody"'
refused 'session 1' "$work/sealed"

# What could not be compared with here: the reason, and code 4.
foreign() {
    run 4 baseline import "$work/sealed" --name bad
    says "$err" "$1"
    says "$err" 'is not imported: it cannot be compared with here'
    sums | cmp -s - "$work/before" || fail "a refused import changed the store: $1"
}
seal 'sessions[0]["tool"]["agent_sha256"] = "0" * 64'
foreign 'the agent is another program'
seal 'sessions[2]["tool"]["agent_sha256"] = "0" * 64'
foreign 'the agent is another program'
seal 'sessions[0]["targets"][0]["cpus"] = 255'
foreign 'native had 255 processors, and here are'
seal 'sessions[1]["targets"][0]["memory_mib"] = 1 << 40'
foreign 'native had 1099511627776 MiB of memory'
# Another kernel labels what is found, and forbids nothing.
seal '[s["host"].update(kernel="5.10.0-1") for s in sessions]'
run 0 baseline import "$work/sealed" --name older
says "$out" 'warn +the kernel changed from 5\.10\.0-1 to '
run 0 baseline remove older

# Killed at any time, an import has given nothing or all of it.
seal 'sessions = [dict(s, elapsed_s=s["elapsed_s"] + i) for i in range(20) for s in sessions]; head["sessions"] = 60'
for hundredths in 01 02 04 06 08 10 12 15 18 22 26 30; do
    timeout -s KILL "0.$hundredths" "$vmtax" baseline import "$work/sealed" --name killed >/dev/null 2>&1 || :
    if [ -d "$there/killed" ]; then
        [ "$(find "$there/killed" -name '*.json' | wc -l)" = 60 ] || fail "a part of a baseline after $hundredths"
        run 0 baseline remove killed
    fi
done
run 0 baseline import "$work/sealed" --name killed
says "$out" 'strong, 60 sessions'
run 0 baseline remove killed
[ "$(find "$there" -name '.*' | wc -l)" = 0 ] || fail "left in the store: $(ls -A "$there")"

# --- what the doctor says ------------------------------------------------------------------------------

finding() {
    "$jsonpath" "$out" '*' | grep -F '"family":"baseline"' >"$work/finding"
    grep -qF "\"level\":\"$1\"" "$work/finding" || fail "not $1: $(cat "$work/finding")"
    says "$work/finding" "$2"
}
run 0 doctor --json
finding ok '3 sessions; '
run 0 baseline remove default
[ ! -e "$there/default" ] || fail "the baseline is still there"
[ -d "$there/copied" ] || fail "another baseline is gone"
# Only what vmtax put there is removed, and of what lies elsewhere only the link to it.
echo '{}' >"$there/copied/notes.json"
sums >"$work/before"
run 2 baseline remove copied
says "$err" 'the baseline "copied" is not removed: .*copied/notes.json is not vmtax'
sums | cmp -s - "$work/before" || fail "a baseline that was not removed is not what it was"
run 0 list baselines
[ "$(grep -c 'notes.json.*vmtax did not make it: left as it is' "$err")" = 1 ] || fail "not told once: $(cat "$err")"
rm "$there/copied/notes.json"
mkdir "$work/elsewhere"
cp "$there"/copied/*.json "$work/elsewhere"
ln -s "$work/elsewhere" "$there/linked"
run 0 list baselines
says "$out" '^linked '
run 0 baseline remove linked
[ ! -L "$there/linked" ] || fail "the link is still there"
[ "$(find "$work/elsewhere" -type f | wc -l)" = 3 ] || fail "what a link names is gone"
mv "$there" "$there.away"
ln -s baselines "$there"
run 2 baseline remove copied
says "$err" 'cannot remove the baseline "copied": Too many levels'
rm "$there"
mv "$there.away" "$there"
run 0 doctor --json
finding note 'nothing to check against.*"remedy":"vmtax record"'
mkdir "$work/copies"
for program in vmtax vmtax-agent vmtax-container; do
    cp "${vmtax%/*}/$program" "$work/copies/" 2>/dev/null || :
done
echo >>"$work/copies/vmtax-agent"
run 0 baseline import "$work/file"
"$work/copies/vmtax" doctor --json >"$out" 2>"$err" || fail "the doctor of another agent fails"
finding hazard 'cannot be compared with any more: the agent is another program.*vmtax record --new'
code=0
"$work/copies/vmtax" baseline import "$work/file" --name bad >"$out" 2>"$err" || code=$?
[ $code = 4 ] || fail "another agent: exit code $code"

leftovers
