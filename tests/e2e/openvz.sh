#!/bin/sh
# OpenVZ by a double of its commands (tests/doubles/vzctl) that runs what it is given in namespaces of
# its own: containers that exist, those that are made for the run, and each thing that vzctl does
# wrongly. The real agent is behind all of it.
# /etc/vz is seen by this test alone, in a mount namespace of its own.
[ "$(id -u)" != 0 ] || [ -n "${OPENVZ_SH-}" ] || exec env OPENVZ_SH=inside unshare --mount --propagation private sh "$0"
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_root
need_tool python3
need_tool nsenter

double=$work/bin/vz
mkdir -p "$work/bin" "$double/faults" "$work/etc/vz" "$work/over"
python=$(python3 -c 'import sys; print(sys.executable)')
{ echo "#!$python -IS" && tail -n +2 "${abs_top_srcdir:-.}/tests/doubles/vzctl"; } >"$work/bin/vzctl"
chmod 755 "$work/bin/vzctl"
PATH=$work/bin:$PATH

# What is left of the double's own is no matter of vmtax's; each container is ended with the test.
purge() {
    for purge_ct in "$double"/private/*; do
        [ ! -d "$purge_ct" ] || vzctl --quiet stop "${purge_ct##*/}" --fast
    done
}
trap 'purge; finish' EXIT

containers() {
    find "$double/private" -mindepth 1 -maxdepth 1 -name '9????????'
}

# Nothing that a run made is there, and what was there is as it was.
clean() {
    [ -z "$(containers)" ] || fail "left: $(containers)"
    [ -z "$(find "$double/private/101/tmp" -mindepth 1)" ] || fail "left: $(find "$double/private/101/tmp")"
    leftovers
}

measure() { # measure CODE TARGET ARGUMENT…
    measure_code=$1
    shift
    run "$measure_code" run sys.syscall --blocks 2 --seconds 0.05 --on "$@"
}

with_fault() {
    echo "${2-}" >"$double/faults/$1"
}

# --- the double itself ----------------------------------------------------------------------------

vzctl --quiet status 101 2>/dev/null | grep -q 'CTID 101 deleted unmounted down'
: >"$double/template"
vzctl --quiet create 101
vzctl --quiet set 101 --capability sys_resource:off --save
