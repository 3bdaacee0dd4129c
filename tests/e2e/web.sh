#!/bin/sh
# A static page by a real web server, on native and in a container: verified figures with an engine,
# latencies, also at a fixed rate; a server that dies in mid-run or has no space, and the rows after
# it; nothing stays behind.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

[ -x /usr/sbin/nginx ] || [ -x "${vmtax%/*}/vmtax-httpd" ] ||
    skip "needs nginx, or a build with libmicrohttpd"
need_root

# Those of the run whose process is $pid: its scratch directory is named after it. One look at all
# processes, as in lib.sh; nginx rewrites its words into one.
pid=0
servers() {
    # shellcheck disable=SC2013 # names of files without blanks
    for cmdline in $(grep -lszE '^nginx: master process .* -p \./|/vmtax-httpd$' /proc/[0-9]*/cmdline); do
        case $(readlink "${cmdline%/cmdline}/cwd") in
        */vmtax-"$pid"/*) basename "${cmdline%/cmdline}" ;;
        esac
    done
}
no_servers() {
    [ -z "$(servers)" ]
}

targets=native
if container_works; then targets=container; fi
run 0 doctor
says "$out" '^(ok|note) +web server +.*(nginx|libmicrohttpd) [0-9]'
run 0 run web:clients=4 web.rate:clients=16,rate=300 --on "$targets" --blocks 2 --seconds 0.3 --json
"$jsonpath" "$out" 'metrics.*.verified' | grep -qx false && fail "not verified"
grep -qE '"engine.web":.*"(nginx|libmicrohttpd) [0-9.]+' "$out" ||
    fail "the engine is not named"
"$jsonpath" "$out" 'metrics.*.value' | while read -r value; do
    echo "$value" | awk '{exit !($1 > 1 && $1 < 1e7)}' || fail "an impossible value: $value"
done
for list in slots metrics; do
    "$jsonpath" "$out" "$list.*.value" | grep -c '^[0-9]' >"$work/values"
    "$jsonpath" "$out" "$list.*.errors" | grep -c '^[0-9]*$' | cmp -s - "$work/values" ||
        fail "not all of $list tell their errors"
done
"$jsonpath" "$out" 'slots.*.latency_us.p99' | grep -q '^[0-9]' || fail "no latencies"

# At a fixed rate there are as many answers as were due, and a time of one.
"$jsonpath" "$out" 'metrics.*' | grep '"workload":"web.rate"' >"$work/rate"
grep -q '"unit":"µs"' "$work/rate" || fail "web.rate has no time: $(cat "$work/rate")"
grep -o '"count":[0-9]*' "$work/rate" | tr -dc '0-9\n' | while read -r count; do
    # four slots of 0.3 s at least, at 300 a second; a busy machine makes them longer
    if [ "$count" -lt 340 ] || [ "$count" -gt 1000 ]; then fail "$count answers at 300 a second"; fi
done

# It dies: that row has a reason, the other one a figure.
begin run web:clients=1 sys.syscall --on native --blocks 2 --seconds 1 --json
there() { ! no_servers; }
wait_for 60 there
for server in $(servers); do
    own_user "$server"
    kill -9 "$server" 2>/dev/null || :
done
wait "$pid" || fail "a server that dies ends the run"
grep -q 'web server' "$out" || fail "nobody says that the server died"
other_goes_on
wait_for 10 no_servers

# Where it has no PID namespace, the master of nginx dies alone, and its worker would answer on.
if [ -x /usr/sbin/nginx ] && unshare -U -r sh -c 'echo 0 >/proc/sys/user/max_pid_namespaces' 2>/dev/null; then
    # shellcheck disable=SC2016 # for the other shell
    unshare -U -r sh -c 'echo 0 >/proc/sys/user/max_pid_namespaces && exec "$@"' - \
        "$vmtax" run web:clients=1 null --on native --blocks 2 --seconds 2 --json >"$out" 2>"$err" &
    pid=$!
    wait_for 60 there
    sleep 1
    for server in $(servers); do kill -9 "$server"; done
    wait "$pid" || fail "a master that dies ends the run"
    grep -q 'the server of web in native ended while it was measured: .* was killed by signal 9: is there enough memory' "$out" ||
        fail "nobody says that the master died: $(grep -m 3 reason "$out")"
    for process in $(pgrep -f '^nginx: worker process'); do
        case $(readlink "/proc/$process/cwd") in
        */vmtax-"$pid"/*) fail "a worker is left" ;;
        esac
    done
fi

# The doctor promises nothing of a file that is no nginx.
if [ -x /usr/sbin/nginx ] && unshare -m true 2>/dev/null; then
    doctor_of_mute /usr/sbin/nginx \
        'web server /usr/sbin/nginx does not answer with a version: no web .*apt-get install --reinstall nginx'
fi

# No space for its page.
if unshare -m true 2>/dev/null; then
    mkdir "$work/small"
    # shellcheck disable=SC2016 # for the other shell
    ask_agent "run slot=1 workload=web params=size=1M lead_us=0 time_us=100000 tick_us=0 fresh=1 seed=1 role=serve" \
        unshare -m sh -c 'mount -t tmpfs -o size=64k none "$1" && exec "$2" --scratch "$1"' - \
        "$work/small" "${vmtax%/*}/vmtax-agent"
    says "$out" '^fail .*for%20the%20web%20server:%20No%20space%20left'
fi

# vmtax dies: so does the server.
begin run web:clients=1 --on native --blocks 4 --seconds 2
wait_for 60 there
kill -9 "$pid"
wait "$pid" 2>/dev/null || :
wait_for 20 no_servers
# Its files are removed by the next run.
run 0 run null --on native --blocks 2 --seconds 0.05

leftovers
