#!/bin/sh
# Reports of a result that was measured here, in every format, each read by a parser of others.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

run 2 --plain
says "$err" 'none is stored yet'
run 0 run sys.syscall sys.read membw.frd:size=4K membw.frd:size=64K membw.frd:size=1M --on native \
    --blocks 2 --seconds 0.05
for format in text plain json csv md html svg openmetrics junit; do
    run 0 report last --format "$format"
    [ -s "$out" ] || fail "nothing as $format"
    cp "$out" "$work/r.$format"
    run 0 report last --format "$format" --output "$work/file"
    empty "$out"
    cmp -s "$work/file" "$work/r.$format" || fail "--output wrote another $format"
    run 0 report last --format "$format" --redact
    # Of its own machine nothing is told that names it.
    says_not "$out" "(^|[^[:alnum:]])$(uname -n)([^[:alnum:]]|\$)"
    says_not "$out" "$HOME"
done
run 0 report last --format plain
cp "$out" "$work/plain"
run 0 --plain
cmp -s "$out" "$work/plain" || fail "the dashboard's findings are others than the report's"
says "$out" '^sys\.read on native: [0-9.]+ microseconds, interval '
run 0 report last --format svg --subsystem memory
says "$out" 'Memory: sweeps'
says_not "$out" SysOps

# What is no result is named, however large it is.
truncate -s 65M "$work/huge.json"
run 2 report "$work/huge.json" --format html
says "$err" 'huge\.json is larger than 64 MiB'
empty "$out"
printf '{"schema": "vmtax.result/1", "tool": []}' >"$work/wrong.json"
run 2 report "$work/wrong.json" --format svg
says "$err" 'wrong\.json.*tool'
empty "$out"

# The distribution's python has the distribution's modules.
judge() {
    ! has "$1" || "$@" >"$out" 2>&1 || fail "$* refuses the report"
}
judge xmllint --nonet --noout "$work/r.svg"
judge xmllint --nonet --noout --schema "$abs_top_srcdir/tests/unit/junit.xsd" "$work/r.junit"
if has cmark-gfm; then
    judge python3 "$abs_top_srcdir/tests/unit/markdown.py" "$work/r.md"
fi
judge tidy -quiet -errors --show-info no "$work/r.html"
judge python3 -c 'import csv, json, sys
json.load(open(sys.argv[1], encoding="utf-8"))
assert len(list(csv.DictReader(open(sys.argv[2], newline="", encoding="utf-8")))) == 5' \
    "$work/r.json" "$work/r.csv"
module() {
    if /usr/bin/python3 -c "import $1" 2>/dev/null; then
        judge /usr/bin/python3 -c "$2" "$3" "$abs_top_srcdir/data/schema/result.json"
    else
        partly "needs python3's module $1"
    fi
}
module prometheus_client 'import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
assert len(list(read(open(sys.argv[1], encoding="utf-8").read()))) > 5' "$work/r.openmetrics"
module jsonschema 'import json, jsonschema, sys
document, schema = [json.load(open(f, encoding="utf-8")) for f in sys.argv[1:]]
jsonschema.Draft202012Validator(schema).validate(document)' "$work/r.json"
# A disk that is full costs no report that was there.
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    mkdir "$work/small"
    # shellcheck disable=SC2016 # for the other shell
    unshare -m sh -c 'mount -t tmpfs -o size=8k none "$2" && echo kept >"$2/page" &&
        ! "$1" report "$3" --format html --output "$2/page" 2>"$4" && [ "$(ls "$2")" = page ] &&
        grep -qx kept "$2/page"' - "$vmtax" "$work/small" last "$err" || fail "a full disk took the old page"
    says "$err" 'small/page: .*No space left'
fi

# Nor does a device that is full look like success, in any format: its name, and the cause.
if [ -w /dev/full ]; then
    for format in text plain json csv md html svg openmetrics junit; do
        run 2 report last --format $format --output /dev/full
        says "$err" '^vmtax: /dev/full: cannot write the output: No space left on device$'
        code=0
        "$vmtax" report last --format $format >/dev/full 2>"$err" || code=$?
        [ $code = 2 ] || fail "$format to a full device ends with $code"
        says "$err" '^vmtax: cannot write /dev/full: No space left on device$'
    done
fi

# A recording is no result.
run 2 report "$abs_top_srcdir/data/example.rec.gz"
says "$err" 'vmtax replay'
