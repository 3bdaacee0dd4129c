#!/bin/sh
# The command line: help, lists, and what it says to bad input. Data on stdout, all else on stderr.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

# A word that is longer, such as the path of a cgroup, stays whole, on a line of its own.
narrow() {
    awk '(length($0) > 80 && NF > 1) || / $/' "$1" >"$work/wide"
    [ ! -s "$work/wide" ] || fail "wider than 80 columns, or blanks at an end: $(head -n 1 "$work/wide")"
}

run 0 --version
says "$out" '^vmtax [0-9]+\.[0-9]+'
# The agent says who built it, and by which checksum it is known.
"${vmtax%/*}/vmtax-agent" --version >"$out" 2>"$err" || fail "vmtax-agent --version"
empty "$err"
says "$out" '^vmtax-agent [0-9]+\.[0-9]+'
says "$out" '^built by (gcc|clang) [0-9].* with glibc 2\.'
[ "$(sed -n 's/^sha256 //p' "$out")" = "$(sha256sum <"${vmtax%/*}/vmtax-agent" | cut -d' ' -f1)" ] ||
    fail "vmtax-agent --version tells another checksum"
run 0 --help
empty "$err"
for command in run record compare report list doctor; do
    says "$out" "^  $command "
    run 0 "$command" --help
    empty "$err"
    says "$out" "^usage: vmtax $command"
    narrow "$out"
    run 0 --help
done
narrow "$out"

for what in workloads targets results baselines themes keys; do
    run 0 list "$what"
    run 0 list "$what" --json
    "$jsonpath" "$out" '' >/dev/null || fail "list $what --json is not valid JSON"
done
run 0 list workloads
# The paper's tables: twelve system operations, thirteen context switches.
[ "$(grep -c '^  sys\.' "$out")" -ge 12 ] || fail "fewer than 12 system operations are listed"
[ "$(grep -c '^  ctx\.' "$out")" = 13 ] || fail "not 13 context switches are listed"
narrow "$out"
run 0 list keys --json
"$jsonpath" "$out" '*.help' | grep -q 'quit' || fail "list keys --json does not tell how to quit"
"$jsonpath" "$out" '*.key' | tr -d '\n' | grep -q '1234567890HWL$' || fail "list keys does not tell those of the panels"
run 0 list targets --json
"$jsonpath" "$out" '*.id' | grep -qx native || fail "native is not listed"
"$jsonpath" "$out" '*.emulated' | grep -qx 'true\|false' || fail "it is not said what would be emulated"

run 0 doctor
says "$out" 'native'
narrow "$out"
run 0 doctor --json
"$jsonpath" "$out" '' >/dev/null || fail "doctor --json is not valid JSON"
for check in kvm qemu guest-kernel openblas left heat quota merging exits sysops; do
    "$jsonpath" "$out" '*.id' | grep -qx "$check" || fail "doctor does not look at $check"
done

# bad PATTERN ARGUMENT…: ends with 2, says so on stderr in one line, and nothing on stdout.
bad() {
    bad_pattern=$1
    shift
    run 2 "$@"
    empty "$out"
    says "$err" "$bad_pattern"
    says_not "$err" '[[:cntrl:]]'
    # That nothing is limited is said to an ordinary user in any case.
    [ "$(grep -v "no limits here" "$err" | grep -c .)" -le 2 ] || fail "more than two lines about one mistake: $*"
}
bad 'vmtax run sys.read' sys.read
bad 'vmtax run memory' memory
escape=$(printf '\033]0;title\007')
bad 'no command "frobnicate"' frobnicate
bad 'did you mean "report"' reprot
bad 'did you mean "null"' run nul --on native
bad 'did you mean "sys.read"' run sys.raed
bad 'did you mean "container"' run null --on contaner
bad 'did you mean "sys"' run syss
bad 'did you mean "docker:web"' run null --on dokcer:web
bad 'did you mean "docker"' run null --on dokcer
says_not "$err" ':"'
bad 'names no target' run null --on ''
bad 'names no target' run null --on ,
bad 'no target' run null --on 'native,,nowhere'
bad 'no option --blcks.*--blocks' run null --blcks 4
bad '--blocks 0: ' run null --blocks 0
bad '--blocks -4: ' run null --blocks -4
bad '--blocks ' run null --blocks
bad '--blocks 99999999999999999999: ' run null --blocks 99999999999999999999
bad '--blocks 4x: ' run null --blocks 4x
bad '--seconds nan: ' run null --seconds nan
bad '--seconds -1: ' run null --seconds=-1
bad '--memory 1: ' run null --memory 1
bad '--memory 12Q: ' run null --memory 12Q
bad '--profile fast: ' run null --profile fast
bad 'usage' run
bad 'no workload' run "$escape"
bad 'of membw.frd is outside its range' run membw.frd:size=3
bad 'did you mean "size"' run membw.frd:sise=8M
bad 'size such as' run "membw.frd:size=$escape"
bad 'no option -x;' run null -x
bad '--kernel "": a file is wanted' run null --kernel ''
bad '--scratch "": a directory is wanted' run null --scratch ''
bad '--qemu "": a file is wanted' run null --qemu ''
bad '--profile "": ' run null --profile ''
bad 'exclude each other' run null --json --ndjson
bad '--theme means nothing to .vmtax run' run null --theme dark
bad '--json takes no value' run null --json=yes
bad '--scratch /dev/null: ' run null --scratch /dev/null
bad '--scratch /proc: it is on proc, which has no disk' run null --scratch /proc
bad 'name has' record null --name ../x
bad 'there are text, plain, json, csv, md, html, svg, openmetrics, junit' report nosuch --format prometheus
bad 'only --format svg' report nosuch --format html --subsystem memory
bad 'did you mean "memory"' report nosuch --format svg --subsystem memorie
bad 'too many' doctor now
bad 'no list of' list workloadz
bad 'no command' "$escape"
bad 'parameters belong to one workload' run memory:cpus=1
bad 'parameters belong to one workload' run 'sys.*:cpus=1'
bad '--scratch|scratch' run null --on native --scratch /nowhere/at/all
bad 'nosuch' report nosuch
bad 'nosuch' compare nosuch nosuch2
bad 'usage' compare onlyone
bad 'did you mean "csv"|no format' report nosuch --format cvs

# The dashboard without a terminal says what to use instead.
bad 'terminal' --theme dark

# Output that cannot be written is not success.
if [ -w /dev/full ]; then
    code=0
    "$vmtax" list workloads >/dev/full 2>"$err" || code=$?
    [ "$code" = 2 ] || fail "list to a full disk ends with $code"
    says "$err" 'cannot write /dev/full: No space left'
fi

# A reader that has seen enough is no error, and nothing is said about it.
for arguments in 'list workloads --json' 'list workloads' 'doctor' 'run null --on native --blocks 2 --seconds 0.02 -q'; do
    # shellcheck disable=SC2086 # words
    { "$vmtax" $arguments 2>"$err" || echo "$?" >"$work/closed"; } | true
    [ ! -e "$work/closed" ] || fail "$arguments into a closed pipe ends with $(cat "$work/closed")"
    says_not "$err" 'Broken pipe|cannot write'
done

# Nothing could be measured: the reason, and no success.
run 2 run 'membw.frd:size=64K cpus=1024' --on native --blocks 2
says "$err" 'more than the [0-9]+ that are usable'
says "$err" 'nothing was measured; the reasons'
says "$err" 'not stored: no row has a figure'
says_not "$err" 'stored as'

# --ascii means it, whatever the locale.
run 0 run sys.syscall --on native --blocks 2 --seconds 0.02 --ascii
[ -z "$(tr -d '\000-\177' <"$out")" ] || fail "--ascii writes other characters"

# Help of help is help, and who types a wrong word is told which.
run 0 help help
says "$out" '^usage: vmtax '
run 2 demo --size 10x10
says "$err" 'means nothing to .vmtax demo.'
run 0 record --help
says "$out" 'native and on every guest'
says "$out" 'in two blocks, not in eight'
code=0
"$abs_top_srcdir/bootstrap" foo >"$out" 2>"$err" </dev/null || code=$?
[ $code = 2 ] || fail "bootstrap foo: exit code $code"
says "$err" '^bootstrap: there is no "foo"'
for program in container machine; do
    code=0
    "${vmtax%/*}/vmtax-$program" --help >"$out" 2>"$err" </dev/null || code=$?
    [ $code = 2 ] || fail "vmtax-$program --help: exit code $code"
    says "$err" "^vmtax-$program is started by vmtax; see vmtax\(1\)\$"
done

# Settings: a bad line is named and ignored, a good one counts, the command line wins.
mkdir -p "$HOME/.config/vmtax"
printf '# mine\nthme = dark\njson = yes\nblocks = 3x\nquiet = yes\non = native\n' >"$HOME/.config/vmtax/vmtax.conf"
run 0 run null --blocks 2 --seconds 0.02
says "$err" 'vmtax.conf, line 2 is ignored: .*theme'
says "$err" 'vmtax.conf, line 3 is ignored: json belongs on the command line'
says "$err" 'vmtax.conf, line 4 is ignored: blocks 3x: .*2 to 200'
says_not "$err" 'stored as|row'
says_not "$out" 'Performance relative'
run 2 run null --on nowhere
rm "$HOME/.config/vmtax/vmtax.conf"
mkdir "$HOME/.config/vmtax/vmtax.conf"
run 0 list themes
says "$err" 'vmtax.conf is not a file; it is ignored'
rmdir "$HOME/.config/vmtax/vmtax.conf"
mkfifo "$HOME/.config/vmtax/vmtax.conf"
run 0 list themes
says "$err" 'vmtax.conf is not a file; it is ignored'
rm "$HOME/.config/vmtax/vmtax.conf"
truncate -s 20G "$HOME/.config/vmtax/vmtax.conf"
run 0 list themes
says "$err" 'vmtax.conf is larger than 1 MiB: not settings; it is ignored'
rm "$HOME/.config/vmtax/vmtax.conf"

# What the machine does not have.
bad 'this machine has [0-9]+M' run null --memory 1000T
echo 'cpus = 256' >"$HOME/.config/vmtax/vmtax.conf"
bad 'vmtax.conf, line 1: cpus 256: (this machine has|vmtax may use) [0-9]+ ' run null
bad '^vmtax: --cpus 255: ' run null --cpus 255
# Nobody typed --scratch.
for line in 'scratch = /nowhere' 'tree = /nowhere' 'on = nowhere' 'peer = nowhere' 'spec = /nowhere'; do
    printf '# mine\n%s\n' "$line" >"$HOME/.config/vmtax/vmtax.conf"
    what=null
    case $line in spec*) what='spec.*' ;; esac
    bad "^vmtax: [^ ]*/vmtax.conf, line 2: ${line%% *}.*nowhere" run "$what"
done
echo 'against = nowhere' >"$HOME/.config/vmtax/vmtax.conf"
bad '^vmtax: [^ ]*/vmtax.conf, line 1: against: there is no baseline "nowhere"' check
echo 'name = no/where' >"$HOME/.config/vmtax/vmtax.conf"
bad "^vmtax: [^ ]*/vmtax.conf, line 1: name: a baseline's name has" record null
rm "$HOME/.config/vmtax/vmtax.conf"
if [ ! -e /sys/hypervisor/type ]; then
    for target in xen pvh xen:dom 'xen:dom console'; do
        bad 'does not run under Xen. install a Xen hypervisor .* in its dom0' run null --on "$target"
    done
fi

# A baseline that could not be stored is not measured.
mkdir "$work/full"
: >"$work/full/vmtax"
code=0
XDG_STATE_HOME=$work/full "$vmtax" record null --sessions 1 --seconds 0.02 >"$out" 2>"$err" </dev/null || code=$?
[ $code = 2 ] || fail "record without a place for its sessions ends with $code"
says_not "$err" 'session 1 of'

# A result that was cut off is set aside, once; its name reaches no terminal as it is.
run 0 run null --on native --blocks 2 --seconds 0.02
name=$(printf 'cut\033[31m')
printf '{"schema": "vmtax.result/1", ' >"$state/results/$name.json"
run 0 list results
says "$err" "$state/results/cut.*: damaged at line 1, byte 30: .*; set aside as cut.*json.damaged: it is left out"
! grep -q "$(printf '\033')" "$err" || fail "an escape sequence of a file's name is written"
[ -f "$state/results/$name.json.damaged" ] || fail "the file is gone"
run 0 list results
empty "$err"

# What vmtax did not make it leaves, and says so once in a call.
echo '{"mine": 1}' >"$state/results/notes.json"
for words in 'list results' --plain 'report last'; do
    # shellcheck disable=SC2086 # words
    run 0 $words
    [ "$(grep -c 'results/notes.json.*vmtax did not make it: left as it is' "$err")" = 1 ] ||
        fail "vmtax $words does not tell once of a foreign file: $(cat "$err")"
done
[ -f "$state/results/notes.json" ] || fail "a foreign file is gone"
rm "$state/results/notes.json"
echo 5 >"$work/number.json"
run 2 report "$work/number.json"
says "$err" 'number.json: damaged: not an object'

# A damaged session of a baseline is set aside, too, which goes on without it; what to do is told.
mkdir -p "$state/baselines/some"
printf '{"schema": "vmtax.result/1",\n"x": tru' >"$state/baselines/some/20260101T000000Z-session.json"
run 0 list baselines
says "$err" "$state/baselines/some/20260101T000000Z-session.json: damaged at line 2, byte [0-9]+: .*vmtax record --name some adds"
[ -f "$state/baselines/some/20260101T000000Z-session.json.damaged" ] || fail "the session is gone"
run 0 list baselines
says_not "$err" damaged
rm -r "$state/baselines/some"

# A report ends at a signal, whatever it waits for.
mkfifo "$work/reader"
begin report last --output "$work/reader"
waits() {
    grep -q '^State:.*S' "/proc/$pid/status" && [ "$(readlink "/proc/$pid/exe")" = "$(readlink -f "$vmtax")" ]
}
wait_for 10 waits
kill -TERM "$pid"
wait_for 5 is_over "$pid"

leftovers
