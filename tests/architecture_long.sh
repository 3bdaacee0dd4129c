#!/bin/sh
# A member of each family is added to a copy of the tree by exactly the files and changes that
# ARCHITECTURE.md shows; then it is built, and they are run.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_tool python3
need_tool patch
need_tool autoreconf
tree=$work/tree

mkdir "$tree"
(cd "$abs_top_srcdir" && tar -cf - --exclude='./build*' --exclude=./.git --exclude='*.o' --exclude='*.a' .) |
    tar -xf - -C "$tree"
cd "$tree"
[ ! -f Makefile ] || make distclean >"$out" 2>&1 || fail "the copy cannot be made clean"
python3 - ARCHITECTURE.md >"$work/changes" <<'END'
import re, sys
page = open(sys.argv[1], encoding="utf-8").read()
for info, block in re.findall(r"^```(c \S+|diff)\n(.*?)^```$", page, re.M | re.S):
    if info == "diff":
        sys.stdout.write(block)
    else:
        open(info.split()[1], "x", encoding="utf-8").write(block)
END
[ -s "$work/changes" ] || fail "the page shows no changes"
patch -p1 --fuzz=0 <"$work/changes" >"$out" 2>&1 || fail "a change does not fit"
if has clang-format && clang-format --version | grep -q 'version 14\.'; then
    find . -name '*hollow.c' -exec clang-format --dry-run -Werror {} + || fail "a file is laid out otherwise"
fi

autoreconf -fi >"$out" 2>&1 || fail "autoreconf"
./configure --silent --enable-werror --without-lxc >"$out" 2>&1 || fail "configure"
make -j2 all >"$out" 2>&1 || fail "it does not build"

vmtax=$tree/vmtax
run 0 list workloads
says "$out" '^  hollow '
run 0 list targets
says "$out" '^hollow '
run 0 run hollow --on hollow --blocks 2 --seconds 0.1
says "$out" '^  hollow .* 2 '
run 0 report last --format hollow
says "$out" '^8 slots, 1 comparisons$'
run 0 screen hollow
says "$out" '^ *hollow: 1 rows'
for words in 'run holl' 'run --on holl' 'screen holl' 'report last --format holl'; do
    # shellcheck disable=SC2086 # words
    run 0 complete -- $words
    says "$out" '^hollow	'
done
leftovers
