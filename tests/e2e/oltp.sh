#!/bin/sh
# SysBench's OLTP on MariaDB and on SQLite: verified figures, on native and in a container; a server
# that dies, a disk that is full: said clearly, and nothing stays behind.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

agent=${vmtax%/*}/vmtax-agent
mkdir "$work/scratch"
mariadb=
if [ -x /usr/sbin/mariadbd ] && [ -x /usr/bin/sysbench ]; then mariadb=1; fi
if [ -z "$mariadb" ] && [ ! -x "${vmtax%/*}/vmtax-oltp" ]; then
    skip "needs mariadbd and sysbench, or a build with SQLite"
fi

# The process of a server below $work. One look at all, as in lib.sh.
server() {
    # shellcheck disable=SC2013 # names of files without blanks
    for cmdline in $(grep -lsz -e "^--datadir=$work/" /proc/[0-9]*/cmdline); do
        basename "${cmdline%/cmdline}"
    done
}
no_server() {
    [ -z "$(server)" ]
}

# The answer to one slot of an agent.
# shellcheck disable=SC2094 # it waits for what the agent writes
ask() { # PARAMS SECONDS [DURING]
    : >"$out"
    (
        echo "run slot=1 workload=oltp params=$1 lead_us=0 time_us=${2}000000 tick_us=0 fresh=1 seed=1"
        if [ $# -gt 2 ]; then
            wait_for 60 grep -q -e '^begin' -e '^fail' "$out"
            "$3"
        fi
        wait_for 60 grep -q -e '^result' -e '^fail' "$out"
    ) | "$agent" --scratch "$work/scratch" >"$out" 2>"$err"
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
    kill -9 "$(server)"
}
ask rows=1000%20engine=mariadb 2 kill_server
says "$out" '^fail .*the%20MariaDB%20server%20was%20killed%20by%20signal%209'

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    # A file system that is too small for the data, in a mount namespace that ends with it.
    : >"$out"
    # shellcheck disable=SC2016,SC2094 # for the other shell; it waits for what the agent writes
    (
        echo "run slot=1 workload=oltp params=rows=1000 lead_us=0 time_us=1000000 tick_us=0 fresh=1 seed=1"
        wait_for 60 grep -q -e '^result' -e '^fail' "$out"
    ) | unshare -m sh -c 'mount -t tmpfs -o size=16m none "$1" && exec "$2" --scratch "$1"' - \
        "$work/scratch" "$agent" >"$out" 2>"$err"
    says "$out" '^fail .*MariaDB%20server%20'
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

# Another engine is other work; of the other row there is too little for a verdict.
sed 's/"MariaDB \([0-9.]*\) durable/"SQLite \1 durable/' "$work/mariadb.json" >"$work/sqlite.json"
run 3 compare "$work/mariadb.json" "$work/sqlite.json"
says "$out" 'the engine of oltp changed from MariaDB'
says "$out" '^ +native .*not comparable'

leftovers
