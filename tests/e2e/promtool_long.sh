#!/bin/sh
# What vmtax writes for Prometheus, read by Prometheus' own promtool, which also has opinions about names: a
# report, and the verdict of a check.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

# Its package would start a server: where it is not installed, it is fetched and unpacked, and kept.
fetched=$abs_top_builddir/promtool
promtool=$(command -v promtool || echo "$fetched/usr/bin/promtool")
fetch() {
    command -v apt-get >/dev/null 2>&1 && mkdir "$work/package" &&
        (cd "$work/package" && apt-get -q -o APT::Sandbox::User=root download prometheus) >/dev/null 2>&1 &&
        dpkg-deb --fsys-tarfile "$work"/package/*.deb | tar -x -f - -C "$work/package" ./usr/bin/promtool &&
        mkdir -p "$fetched" && cp -a "$work/package/usr" "$fetched/"
}
[ -x "$promtool" ] || fetch || skip "promtool is not here, and Debian's package prometheus cannot be fetched"

# judged FILE
judged() {
    [ -s "$1" ] || fail "${1##*/} is empty"
    "$promtool" check metrics <"$1" >"$work/judgement" 2>&1 || fail "promtool of ${1##*/}: $(cat "$work/judgement")"
    [ ! -s "$work/judgement" ] || fail "promtool of ${1##*/}: $(cat "$work/judgement")"
}

where=native
if container_works; then
    where=container
fi
run 0 run sys.syscall sys.read membw.frd:size=64K --on $where --blocks 2 --seconds 0.1
run 0 report last --format openmetrics
judged "$out"
grep -q '^vmtax_performance_ratio\|^vmtax_time_seconds' "$out" || fail "there are no figures"

run 0 record sys.syscall sys.read --on $where --seconds 0.05 --sessions 3 -q
code=0
"$vmtax" check --seconds 0.05 --budget 10 --metrics "$work/v.prom" >"$out" 2>"$err" </dev/null || code=$?
case $code in 0 | 1 | 3) ;; *) fail "check ends with $code" ;; esac
judged "$work/v.prom"
cp "$work/v.prom" "$work/good"

# It does refuse what is wrong.
for damage in 's/^# TYPE vmtax_check gauge/# TYPE vmtax_check gouge/' 's/^vmtax_check_exit_code .*/& x/' \
    's/check_exit_code/check_counter_total_code/'; do
    sed "$damage" "$work/good" >"$work/bad"
    ! "$promtool" check metrics <"$work/bad" >"$work/judgement" 2>&1 || fail "promtool takes anything: $damage"
done
leftovers
