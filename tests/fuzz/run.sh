#!/bin/sh
# run.sh [NAME...]: each fuzz target, or those that are named, from its seeds.
#
# Without FUZZ_SECONDS the seeds alone, once: a test of `make check`, in any build. With it, in a
# build that has libFuzzer, each target searches for so long, as many at once as there are
# processors. What is new is thrown away, an input that fails is kept in tests/fuzz of the build: it
# becomes a seed, with the mending.
set -eu

programs=${abs_top_builddir:?}/tests/fuzz
here=${abs_top_srcdir:?}/tests/fuzz
corpus=
trap '[ -z "$corpus" ] || rm -rf "$corpus"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The largest input that is tried, and what else a target needs.
options() {
    case $1 in
    qemu) echo -max_len=512 ;;
    jbb) echo -max_len=1200 ;;
    # An xz dictionary of 4 GiB is reserved when the data says so, though never used.
    kernel) echo -max_len=8192 -malloc_limit_mb=8192 -rss_limit_mb=8192 ;;
    sysbench | response) echo -max_len=9000 ;;
    result | screen | recording | paper | tar) echo -max_len=16384 ;;
    baseline | baseline_file) echo -max_len=32768 ;;
    *) echo -max_len=4096 ;;
    esac
    [ ! -f "$here/words/$1" ] || echo "-dict=$here/words/$1"
}

# with_seeds NAME COMMAND...: with the directories of its seeds as its last words. The themes that come with
# the program are seeds as they are: a copy would not change with them.
with_seeds() {
    seeds=$1
    shift
    set -- "$@" "$here/seeds/$seeds"
    [ "$seeds" != theme ] || set -- "$@" "$abs_top_srcdir/themes"
    "$@"
}

# shellcheck disable=SC2046 # words
search() {
    mkdir "$corpus/$1"
    with_seeds "$1" "$programs/fuzz_$1" -max_total_time="$FUZZ_SECONDS" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$programs/$1-" $(options "$1") "$corpus/$1" \
        >"$corpus/$1.log" 2>&1 </dev/null || echo "$1" >>"$corpus/failed"
    rm -rf "${corpus:?}/$1"
}

replay() {
    with_seeds "$1" "$programs/fuzz_$1" -runs=0 >"$corpus/$1.log" 2>&1 </dev/null ||
        echo "$1" >>"$corpus/failed"
}

# The result of one target in a line; all that it said when it failed.
tell() {
    if grep -qx "$1" "$corpus/failed" 2>/dev/null; then
        echo "FAIL: $1"
        tail -n 100 "$corpus/$1.log"
    else
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$corpus/$1.log")
        # shellcheck disable=SC2016 # for the other shell
        echo "$1: $(with_seeds "$1" sh -c 'find "$@" -type f' sh | wc -l) seeds${runs:+, $runs inputs}"
    fi
}

corpus=$(mktemp -d "${TMPDIR:-/tmp}/vmtax-test-fuzz.XXXXXX")
# shellcheck disable=SC2046 # words
[ $# != 0 ] || set -- $(cd "$here/seeds" && ls)
at_once=$(nproc)
started=0
for target; do
    if [ -z "${FUZZ_SECONDS:-}" ]; then
        replay "$target"
    else
        search "$target" &
        started=$((started + 1))
        [ $((started % at_once)) != 0 ] || wait
    fi
done
wait
for target; do
    tell "$target"
done
[ ! -s "$corpus/failed" ]
