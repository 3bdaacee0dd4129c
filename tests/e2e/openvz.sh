#!/bin/sh
# OpenVZ by a double of its commands (tests/doubles/vzctl) that runs what it is given in namespaces of
# its own: containers that exist, those that are made for the run, and each thing that vzctl does
# wrongly. The real agent is behind all of it.
# /etc/vz is seen by this test alone: in a mount namespace of its own.
[ "$(id -u)" != 0 ] || [ -n "${OPENVZ_SH-}" ] ||
    OPENVZ_SH=inside exec unshare --mount --propagation private sh "$0"
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_root
need_tool python3
need_tool nsenter

double=$work/bin/vz
cache=$work/template/cache
mkdir -p "$double/faults" "$cache" "$work/etc/vz"
python=$(python3 -c 'import sys; print(sys.executable)')
{ echo "#!$python -IS" && tail -n +2 "${abs_top_srcdir:-.}/tests/doubles/vzctl"; } >"$work/bin/vzctl"
chmod 755 "$work/bin/vzctl"
cp -a /etc/. "$work/etc/"
mount --bind "$work/etc" /etc
printf 'TEMPLATE=%s\nDEF_OSTEMPLATE="debian-12"\n' "$work/template" >/etc/vz/vz.conf
without=$PATH

# The double's own containers are no matter of vmtax's; each ends with the test.
at_end() {
    for purge_ct in "$double"/private/*; do
        [ ! -d "$purge_ct" ] || "$work/bin/vzctl" --quiet stop "${purge_ct##*/}" --fast || :
    done
    umount /etc || :
}

made() {
    find "$double/private" -mindepth 1 -maxdepth 1 \( -name '9????????' -o -name 'vmtax-*' \)
}

# Nothing that a run made is there, and what was there is as it was.
clean() {
    [ -z "$(made)" ] || fail "a container is left: $(made)"
    [ -z "$(find "$double/private/101/tmp" -mindepth 1)" ] || fail "in 101 is left: $(ls "$double/private/101/tmp")"
    [ -z "$(find /sys/fs/cgroup -maxdepth 2 -name 'vz-9????????')" ] || fail "a cgroup is left"
}

measure() { # measure CODE TARGET ARGUMENT…
    measure_code=$1
    shift
    run "$measure_code" run sys.syscall --blocks 2 --seconds 0.05 --on "$@"
}

fault() {
    echo "${2-}" >"$double/faults/$1"
}

mend() {
    rm "$double/faults/$1"
}

# What is missing is named, and how to get it; the network is not asked for a template.
measure 2 openvz
says "$err" 'no vzctl here.*install'
PATH=$work/bin:$without
measure 2 openvz
says "$err" 'default template debian-12 is not in .*debian-12.tar.gz'
[ ! -e "$double/downloads" ] || fail "a template was looked for in the network"
: >"$cache/debian-12.tar.gz"
: >"$double/template"

# One that exists: as it is, by its words of status.
measure 2 openvz:101
says "$err" 'no container 101'
vzctl --quiet create 101
vzctl --quiet set 101 --capability sys_resource:off --save
measure 2 openvz:101
says "$err" '101 is down: vzctl start 101'
vzctl --quiet start 101
fault noise
measure 0 openvz:101 --json
mend noise
[ "$("$jsonpath" "$out" 'targets.1.kind')" = openvz ] || fail "the kind is $("$jsonpath" "$out" 'targets.1.kind')"
[ "$("$jsonpath" "$out" 'targets.1.how')" = 'vzctl 4.11.1' ] || fail "by $("$jsonpath" "$out" 'targets.1.how')"
vzctl status 101 | grep -q running || fail "the container was stopped"
clean

# The code of what ended in it is among vzctl's own: 31 says "not running", and it runs.
fault shell-exits 31
measure 2 openvz:101
mend shell-exits
says "$err" 'ended with exit code 31'
says_not "$err" 'is down'

# The pump locks itself up when both sides write: the double does, and all above went through it.
timeout -s KILL 3 setsid sh -c 'head -c 3000000 /dev/zero |
    vzctl --quiet exec2 101 "head -c 1000000 /dev/zero; cat" | wc -c' >"$work/pumped" 2>/dev/null || :
[ ! -s "$work/pumped" ] || fail "the double's pump does not lock itself up: $(cat "$work/pumped")"
grep -lsF "$work/bin/vzctl" /proc/[0-9]*/cmdline | while IFS=/ read -r _ _ double_pid _; do kill -9 "$double_pid" 2>/dev/null || :; done

# Made, limited, measured, counted and destroyed; meanwhile the first number is taken by somebody
# else, whose container stays, and the lock is held.
fault taken
fault busy 3
measure 0 openvz --memory 300M --json
[ "$("$jsonpath" "$out" 'targets.1.id')" = openvz ] || fail "the target is $("$jsonpath" "$out" 'targets.1.id')"
[ -d "$(made)/theirs" ] || fail "what somebody else made is gone"
rm -r "$(made)"
grep -q 'set 9.* --physpages 300M:300M' "$double/log" || fail "no limit was set"
[ ! -w /sys/fs/cgroup/cpuacct ] || "$jsonpath" "$out" 'slots.*' | grep '"target":"openvz"' | grep -q '"cpu_s"' ||
    fail "its processor time is not counted"
clean

# A start that ends well and starts nothing.
fault no-init
measure 2 openvz
mend no-init
says "$err" 'no init runs in the container 9'
clean

# Killed: the next start destroys it.
begin run sys.syscall --on openvz --blocks 100 --seconds 0.05 --ndjson
wait_for 30 grep -q sys.syscall "$out"
kill -s KILL "$pid"
wait "$pid" 2>/dev/null || :
[ -n "$(made)" ] || fail "no container was made"
run 0 run null --on native --blocks 2 --seconds 0.05
clean

# OpenVZ 7 makes them by prlctl.
ln -s vzctl "$work/bin/prlctl"
measure 0 openvz --json
[ "$("$jsonpath" "$out" 'targets.1.how')" = 'prlctl 7.0.220' ] || fail "by $("$jsonpath" "$out" 'targets.1.how')"
grep -q '^prlctl delete vmtax-' "$double/log" || fail "it was not removed by prlctl"
clean

vzctl --quiet stop 101 --fast
leftovers
