#!/bin/sh
# jbb on native and in a container: verified figures of the same JVM; nothing of it is left, also
# when vmtax is killed; and what is said where there is no Java program, no JVM, no memory for one, or
# where it dies.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

jar=${vmtax%/*}/vmtax-jbb.jar
[ -x "$jar" ] || skip "this build has no jbb (no JDK when it was configured)"
command -v java >/dev/null || skip "there is no JVM (Debian: default-jre-headless)"

# The JVMs of this test. Where a server's user may not go its program is handed to it open.
is_up() {
    for jvm in $(pgrep -f -- '-jar '); do
        case $(tr '\0' ' ' <"/proc/$jvm/cmdline") in
        *"-jar $jar "* | *"-jar $work/"*) echo "$jvm" ;;
        *'-jar /proc/self/fd/'*)
            find "/proc/$jvm/fd" '(' -lname "$jar" -o -lname "$work/*.jar" ')' -printf "$jvm\n" -quit
            ;;
        esac
    done 2>/dev/null | grep .
}
is_down() {
    ! is_up
}

run 0 doctor
says "$out" '^ok +Java +Java [0-9][0-9._]* .*java.*, for jbb'

# The answer to one slot of an agent, which is started by the command.
ask() { # WAREHOUSES COMMAND…
    warehouses=$1
    shift
    ask_agent "run slot=1 workload=jbb params=warehouses=$warehouses%20cpus=1 lead_us=1000 time_us=20000 tick_us=0 fresh=1 seed=1" "$@"
    is_down || fail "a JVM is left"
}
agent=${vmtax%/*}/vmtax-agent

# A directory without the program has a remedy.
cp "$agent" "$work/vmtax-agent"
ask 1 "$work/vmtax-agent"
says "$out" '^fail .*default-jdk-headless'

# Where root alone may go it runs as well, though not as root.
mkdir -m 700 "$work/inside"
cp "$agent" "$jar" "$work/inside/"
ask 1 "$work/inside/vmtax-agent"
says "$out" '^result .*verified=1'

# No room for the heap of a JVM.
# shellcheck disable=SC2016 # for the other shell
ask 1 sh -c 'ulimit -v 500000 && exec "$0"' "$agent"
says "$out" '^fail .*the%20JVM%20of%20jbb%20ended%20with%20exit%20code%201:.*heap'

# A JVM that is killed.
(
    wait_for 30 is_up
    own_user "$(is_up)"
    # shellcheck disable=SC2046 # several, if at all
    kill -9 $(is_up)
) &
ask 1 "$agent"
wait
says "$out" '^fail .*the%20JVM%20of%20jbb%20was%20killed%20by%20signal%209:.*is%20there%20enough%20memory'

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    # shellcheck disable=SC2016 # for the other shell
    without='mount -t tmpfs none /usr/lib/jvm && exec "$@"'
    if [ -d /usr/lib/jvm ] && ! unshare -m sh -c "$without" - java -version >/dev/null 2>&1; then
        ask 1 unshare -m sh -c "$without" - "$agent"
        says "$out" '^fail .*default-jre-headless'
        unshare -m sh -c "$without" - "$vmtax" doctor >"$out" 2>"$err" || :
        says "$out" 'Java +there is no JVM: no jbb .looked for: /usr/bin/java'
        # The quick comparison goes on without it, and says what it lacks.
        unshare -m sh -c "$without" - "$vmtax" run java sys.syscall --profile quick --budget 30 \
            --on native --json >"$out" 2>"$err" || fail "no quick comparison without a JVM: $(cat "$err")"
        "$jsonpath" "$out" 'slots.*.flags' | grep -q default-jre-headless ||
            fail "the row does not say what it lacks: $(cat "$out")"
        "$jsonpath" "$out" 'metrics.*.value' | grep -q '^[0-9]' || fail "nothing else was measured"
    fi
    # The doctor promises nothing of a file that is no JVM.
    doctor_of_mute /usr/bin/java \
        'Java /usr/bin/java does not answer with a version: no jbb .*apt-get install default-jre-headless'
    # One that never gets steady: its slots say so. (A stand-in that answers as the program does.)
    mkdir "$work/unsteady"
    cat >"$work/unsteady/java" <<'EOF'
#!/bin/sh
echo "ready name=OpenJDK version=17 steady=0 warm_ms=5000 rate=1000"
while read -r word count how; do
    case $word in
    go) sleep 0.01; echo "done ops=$count" ;;
    times) printf 'time ns=%s n=%s\n' 1000 90 2000 10; echo 'times n=100' ;;
    check) echo right ;;
    esac
done
EOF
    chmod +x "$work/unsteady/java"
    # shellcheck disable=SC2016 # for the other shell
    ask 1 unshare -m sh -c 'mount -t overlay -o lowerdir="$1:/usr/bin" none /usr/bin && exec "$2"' - \
        "$work/unsteady" "$agent"
    says "$out" '^result .*verified=1 unsteady=1 '
    # And with the times of its transactions, each within 1 %.
    says "$out" '^result .* lat_n=100 p50_ns=(99[2-9]|100[0-8]) p90_ns=(99[2-9]|100[0-8]) p99_ns=20?[01]?[0-9]* '
    # One that ends without a word, and one that closes its output and does not end.
    mkdir "$work/silent"
    for does in 'exit 1' 'exec >&- 2>&- <&-; exec sleep 60'; do
        printf '#!/bin/sh\n%s\n' "$does" >"$work/silent/java"
        chmod +x "$work/silent/java"
        # shellcheck disable=SC2016 # for the other shell
        ask 1 unshare -m sh -c 'mount -t overlay -o lowerdir="$1:/usr/bin" none /usr/bin && exec "$2"' - \
            "$work/silent" "$agent"
        case $does in
        exit*) says "$out" '^fail .*ended%20with%20exit%20code%201:.*java%20-version.*default-jre-headless' ;;
        *) says "$out" '^fail .*the%20JVM%20of%20jbb%20gives%20no%20answer' ;;
        esac
        grep -q 'enough%20memory' "$out" && fail "it is asked for memory: $(cat "$out")"
    done
    # A JVM with a heap that is too small for its warehouses, in the place of the real one.
    mkdir "$work/bin"
    cat >"$work/bin/java" <<EOF
#!/bin/sh
for word; do
    shift
    case \$word in -Xm*) ;; *) set -- "\$@" "\$word" ;; esac
done
exec $(readlink -f "$(command -v java)") -Xmx48m "\$@"
EOF
    chmod +x "$work/bin/java"
    # shellcheck disable=SC2016 # for the other shell
    ask 8 unshare -m sh -c 'mount -t overlay -o lowerdir="$1:/usr/bin" none /usr/bin && exec "$2"' - \
        "$work/bin" "$agent"
    says "$out" '^fail .*the%20JVM%20is%20out%20of%20memory'
fi

targets=native
if container_works; then targets=container; fi
run 0 run jbb:warehouses=2 --on $targets --blocks 2 --seconds 1 --json --rec
grep -q '"engine.jbb"' "$out" || fail "the JVM is not among the facts"
# Who watches is not told that it measures while the JVM is still being started.
recording=$(echo "$state"/recordings/*.rec)
grep -o '"run.phase":"[a-z]*"' "$recording" | head -n 2 | tr '\n' ' ' |
    grep -qx '"run.phase":"prepare" "run.phase":"measure" ' ||
    fail "the phases of the first slot: $(grep -o '"run.phase":"[^"]*"' "$recording" | head -n 4)"
"$jsonpath" "$out" 'metrics.*.verified' | grep -qx false && fail "not verified"
"$jsonpath" "$out" 'metrics.*.value' | while read -r value; do
    echo "$value" | awk '{exit !($1 > 1 && $1 < 1e7)}' || fail "an impossible value: $value"
done
is_down || fail "a JVM is left"
# Every slot has times of its transactions, one in sixteen of them.
"$jsonpath" "$out" 'slots.*' >"$work/slots"
[ "$(grep -c '"p99":[0-9]' "$work/slots")" = "$(wc -l <"$work/slots")" ] ||
    fail "a slot has no latencies: $(head -n 1 "$work/slots")"

# One row is its own score, in each form that people or programs read.
"$jsonpath" "$out" 'metrics.*.value' >"$work/figures"
"$jsonpath" "$out" 'scores.*.value' | cmp -s - "$work/figures" ||
    fail "the scores are not the figures: $("$jsonpath" "$out" 'scores.*.value')"
if /usr/bin/python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null; then
    /usr/bin/python3 "${abs_top_srcdir:-.}/tests/e2e/schema.py" "${abs_top_srcdir:-.}/data/schema/result.json" \
        json "$out" >"$work/judgement" 2>&1 || fail "the schema: $(tail -n 3 "$work/judgement")"
fi
for format in text plain md html; do
    run 0 report last --format $format
    tr '\n' ' ' <"$out" | grep -Eq 'score of +jbb on +one +processor is +its +only +figure, +of +2 +warehouses: +native +[0-9.k]+ +op/s' ||
        fail "no score in $format: $(grep -A 3 -i score "$out")"
done

# The JVM dies: that row has a reason, the other one a figure.
begin run jbb:warehouses=1 sys.syscall --on native --blocks 2 --seconds 1 --json
wait_for 20 is_up
# shellcheck disable=SC2046 # several, if at all
kill -9 $(is_up)
wait "$pid" || fail "a JVM that dies ends the run"
grep -q 'the JVM of jbb was killed by signal 9' "$out" || fail "nobody says that the JVM died"
other_goes_on
is_down || fail "a JVM is left"

# Killed in the middle, it leaves no JVM.
begin run jbb --on native --blocks 2 --seconds 5
wait_for 20 is_up
kill -9 "$pid"
wait_for 10 is_down

# The next run clears up after it.
run 0 run sys.syscall --on native --blocks 2 --seconds 0.05
leftovers
