#!/bin/sh
# SysBench's OLTP on MariaDB and on SQLite: verified figures, on native and in a container, which are
# those that sysbench itself reports; a server that dies, a disk that is full, another sysbench: said
# clearly; nothing stays behind, also when vmtax is killed.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

agent=${vmtax%/*}/vmtax-agent
mkdir "$work/scratch"
mariadb=
if [ -x /usr/sbin/mariadbd ] && [ -x /usr/bin/sysbench ]; then mariadb=1; fi
if [ -z "$mariadb" ] && [ ! -x "${vmtax%/*}/vmtax-oltp" ]; then
    skip "needs mariadbd and sysbench, or a build with SQLite"
fi

# The process of a server whose data are below $work, or later $disk: it stands in their directory.
disk=
server() {
    find /proc -mindepth 2 -maxdepth 2 -name cwd -lname "${disk:-$work}/*/data" 2>/dev/null | cut -d/ -f3
}
no_server() {
    [ -z "$(server)" ]
}

# The agent, started as it is or with another file in sysbench's place, in a mount namespace.
sysbench=
start_agent() {
    if [ -z "$sysbench" ]; then
        exec "$agent" --scratch "$work/scratch"
    fi
    # shellcheck disable=SC2016 # for the other shell
    exec unshare -m sh -c 'mount --bind "$1" /usr/bin/sysbench && exec "$2" --scratch "$3"' - \
        "$sysbench" "$agent" "$work/scratch"
}

# The answer to one slot of an agent.
# shellcheck disable=SC2094 # it waits for what the agent writes
ask() { # PARAMS SECONDS [DURING]
    : >"$out"
    (
        echo "run slot=1 workload=oltp params=$1 lead_us=0 time_us=${2}000000 tick_us=250000 fresh=1 seed=1"
        if [ $# -gt 2 ]; then
            wait_for 60 grep -q -e '^begin' -e '^fail' "$out"
            "$3"
        fi
        wait_for 60 grep -q -e '^result' -e '^fail' "$out"
    ) | (start_agent) >"$out" 2>"$err"
    no_crash
    no_server || fail "the server is still there"
    [ -z "$(ls "$work/scratch")" ] || fail "files are left: $(ls "$work/scratch")"
}

if [ -x "${vmtax%/*}/vmtax-oltp" ]; then
    ask threads=2%20rows=1000%20engine=sqlite 1
    says "$out" '^result .*verified=1 engine=SQLite%20[0-9.]*%20durable'
fi
if [ -z "$mariadb" ]; then
    ask engine=mariadb 1
    says "$out" '^fail .*mariadb-server-core'
    leftovers
    exit 0
fi

ask threads=2%20rows=1000%20engine=mariadb 1
says "$out" '^result .*verified=1 engine=MariaDB%20[0-9.]*%20durable,%20sysbench%201\.0\.'

kill_server() {
    sleep 0.2
    own_user "$(server)"
    kill -9 "$(server)"
}
ask rows=1000%20engine=mariadb 2 kill_server
says "$out" '^fail .*the%20MariaDB%20server%20was%20killed%20by%20signal%209'

# One that is stopped is alive, and does not answer. Sysbench waits for it in the next slot, for long.
stop_server() {
    kill -STOP "$(server)"
}
ask rows=1000%20engine=mariadb 2 stop_server
says "$out" '^fail .*the%20MariaDB%20server%20has%20stopped%20answering'

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    # What sysbench says at the end of the slot is what the result says.
    cp /usr/bin/sysbench "$work/real"
    cat >"$work/copied" <<EOF
#!/bin/bash
exec "$work/real" "\$@" > >(exec tee -a "$work/said")
EOF
    chmod +x "$work/copied"
    sysbench=$work/copied
    ask threads=2%20rows=1000%20engine=mariadb 2
    says "$out" '^tick .*ops=[1-9]'
    last() { # LABEL: the last number behind it
        sed -n "s/^ *$1: *\\([0-9.]*\\).*/\\1/p" "$work/said" | tail -n 1
    }
    field() { # KEY: of the result
        sed -n "s/^result .* $1=\\([0-9]*\\) .*/\\1/p" "$out"
    }
    for pair in reads:read writes:write others:other transactions:transactions \
        ops:transactions errors:'ignored errors'; do
        [ "$(field "${pair%%:*}")" = "$(last "${pair#*:}")" ] ||
            fail "$pair: $(field "${pair%%:*}") is not sysbench's $(last "${pair#*:}")"
    done
    echo "$(field ns) $(last 'total time')" |
        awk '{d = $1 * 1e-9 - $2; exit !(d < 1e-6 && d > -1e-6)}' || fail "the time is not sysbench's"
    echo "$(field p99_ns) $(field p50_ns) $(last max) $(last min)" |
        awk '{exit !($1 * 1e-6 <= $3 * 1.1 && $2 * 1e-6 >= $4 * 0.9)}' || fail "impossible latencies"

    printf '#!/bin/sh\necho "sysbench 1.1.0-18a9f86 (using LuaJIT)"\n' >"$work/other"
    chmod +x "$work/other"
    sysbench=$work/other
    ask rows=1000%20engine=mariadb 1
    says "$out" '^fail .*this%20is%20sysbench%201\.1\.0.*install%201\.0\.x'
    # shellcheck disable=SC2016 # for the other shell
    unshare -m sh -c 'mount --bind "$1" /usr/bin/sysbench && exec "$2" doctor' - "$sysbench" \
        "$vmtax" >"$out" 2>"$err" || :
    says "$out" '^note +database +/usr/bin/sysbench is sysbench 1\.1\.0-18a9f86, whose'
    # shellcheck disable=SC2016 # for the other shell
    printf '%s\n' '#!/bin/sh' 'case "$*" in *run) kill -9 $$ ;; *) exec '"$work"'/real "$@" ;; esac' \
        >"$work/other"
    ask rows=1000%20engine=mariadb 1
    says "$out" '^fail .*sysbench%20was%20killed%20by%20signal%209:%20is%20there%20enough%20memory'
    sysbench=

    # A file system that is too small for the data, in a mount namespace that ends with it.
    # shellcheck disable=SC2016 # for the other shell
    ask_agent "run slot=1 workload=oltp params=rows=1000 lead_us=0 time_us=1000000 tick_us=0 fresh=1 seed=1" \
        unshare -m sh -c 'mount -t tmpfs -o size=16m none "$1" && exec "$2" --scratch "$1"' - "$work/scratch" "$agent"
    says "$out" '^fail .*oltp:%2016%20MiB%20are%20free%20on%20.*,%20193%20are%20needed'
fi

# The other rows of a run go on, and the result says the engine.
targets=native
if container_works; then targets=container; fi
run 0 run oltp:threads=1,rows=1000 sys.syscall --on $targets --blocks 2 --json
"$jsonpath" "$out" 'metrics.*.verified' | grep -qx false && fail "not verified"
grep -q '"engine.oltp":[[:space:]]*"MariaDB [0-9.]* durable, sysbench 1\.0\.' "$out" ||
    fail "the engine is not among the facts"
"$jsonpath" "$out" 'metrics.*.value' | while read -r value; do
    echo "$value" | awk '{exit !($1 > 0)}' || fail "an impossible value: $value"
done
cp "$out" "$work/mariadb.json"

# Both engines in one run: each row has its own.
run 0 run oltp:rows=1000,engine=mariadb oltp:rows=1000,engine=sqlite --on native --blocks 2 --json
[ "$("$jsonpath" "$out" 'metrics.*.value' | grep -c '[1-9]')" = 2 ] || fail "one engine keeps the other out"
"$jsonpath" "$out" 'metrics.*.engine' >"$work/engines"
says "$work/engines" '^MariaDB'
says "$work/engines" '^SQLite'
run 0 report last
says "$out" 'oltp\.sqlite: SQLite [0-9.]*'

# A quick look has what starts at once first, and one server for both blocks, also after a row that
# had another kind of server: none starts, and is warmed for two seconds at least, between them.
for other in sys.syscall 'web --blocks 2'; do
    # shellcheck disable=SC2086 # words
    run 0 run oltp:threads=1,rows=1000 $other --on native --loopback --profile quick --budget 30 --json
    python3 - "$out" >"$work/order" 2>&1 <<'ORDER' || fail "with $other: $(cat "$work/order")"
import json, sys
with open(sys.argv[1]) as f:
    slots = [s for s in json.load(f)["slots"] if s["stage"] == 1]
at = [[s["at_s"] for s in slots if (s["workload"] == "oltp") == oltp] for oltp in (False, True)]
print(at)
if [len(times) for times in at] != [4, 4] or max(at[0]) > min(at[1]):
    sys.exit("not in order")
if at[1][2] - at[1][1] > 3:
    sys.exit("a server for each block")
ORDER
done

"$jsonpath" "$out" 'metrics.*.statements.reads' | grep -q '^[1-9]' || fail "reads are not in it"

# vmtax dies: so does the server, and the next run removes its files.
disk=$(mktemp -d /var/tmp/e2e-oltp.XXXXXX)
at_end() {
    rm -rf "$disk"
}
start_on_disk() { # WORDS…
    begin run "$@" --on native --blocks 2 --seconds 20 --scratch "$disk" --json
}
# Server and load, by their home.
there() {
    grep -lszF -e "HOME=$disk/" /proc/[0-9]*/environ | grep -q .
}
loaded() {
    # shellcheck disable=SC2013 # names of files without blanks
    for cmdline in $(grep -lszxF -e oltp_read_write /proc/[0-9]*/cmdline); do
        ! grep -qszF -e "HOME=$disk/" "${cmdline%/cmdline}/environ" || return 0
    done
    return 1
}
not_there() {
    ! there
}
# Its server dies under load: that row has a reason, the other one a figure.
start_on_disk oltp:rows=1000 sys.syscall
wait_for 60 loaded
kill -9 "$(server)"
wait "$pid" || fail "a database server that dies ends the run"
grep -q 'the MariaDB server was killed by signal 9' "$out" || fail "nobody says that the server died"
other_goes_on
not_there || fail "something of the database is left"

start_on_disk oltp:rows=1000
wait_for 60 loaded
kill -9 "$pid"
wait "$pid" 2>/dev/null || :
wait_for 20 not_there
run 0 run null --on native --blocks 2 --seconds 0.05 --scratch "$disk"
[ -z "$(ls "$disk")" ] || fail "files of the run that was killed are left: $(ls "$disk")"

# Another engine is other work; of the other row there is too little for a verdict.
sed 's/"MariaDB \([0-9.]*\) durable/"SQLite \1 durable/' "$work/mariadb.json" >"$work/sqlite.json"
run 3 compare "$work/mariadb.json" "$work/sqlite.json"
says "$out" 'the engine of oltp changed from MariaDB'
says "$out" '^ +native .*not comparable'

leftovers
