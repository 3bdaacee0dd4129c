#!/bin/sh
# `vmtax run kbuild` on a tree that looks like a kernel's from afar: a figure that was verified, the
# compiler's own line when the build is broken, nothing left behind.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/tree.sh
. "${abs_top_srcdir:-.}/tests/e2e/tree.sh"

why=$(no_compiler) && skip "$why"
tree=$work/tree
small_tree "$tree"

guests=native
if container_works; then guests=native,container; fi
run 0 run kbuild:part=quick kbuild:part=quick,cpus=0 kbuild:part=whole,cpus=0 --on "$guests" --blocks 2 \
    --tree "$tree" --json
[ "$("$jsonpath" "$out" 'metrics.*.unit' | sort -u)" = s ] || fail "not in seconds"
[ "$("$jsonpath" "$out" 'metrics.*.verified' | sort -u)" = true ] || fail "not verified"
! "$jsonpath" "$out" 'slots.*.value' | grep -q null || fail "a slot without a figure"

for row in 'part=quick cpus=1' 'part=quick cpus=0' 'part=whole cpus=0'; do
    grep -Eq "\"product.kbuild $row\":[[:space:]]*\"[3-4] objects [0-9a-f]{16}\"" "$out" ||
        fail "what $row made is not among the facts"
done
cp "$out" "$work/good.json"
run 0 report "$work/good.json"
says "$out" 'kbuild: gcc [0-9.]+ in every target'
says "$out" 'kbuild part=whole cpus=0: 4 objects [0-9a-f]{16}'
says "$out" 'native [0-9.]+ s, [0-9.]+k? an hour'

# Another compiler's objects are other work.
sed 's/[34] objects [0-9a-f]*/7 objects 0000000000000000/' "$work/good.json" >"$work/other.json"
"$vmtax" compare "$work/good.json" "$work/other.json" >"$out" 2>"$err" || :
says "$out" 'FATAL +what was made by kbuild part=(quick|whole) cpus=[01] changed from'

# Objects that differ in the container, or from slot to slot, are found though make is content.
# Native has its figures, or its first slot only.
if [ "$guests" != native ]; then
    # shellcheck disable=SC2016 # for make
    salt='$(shell tr -dc a-z </proc/1/comm)' good=2 # its second block would be compared with nothing
else
    # shellcheck disable=SC2016 # for make
    salt='$(shell date +%s%N)' good=1
fi
cp "$tree/Makefile" "$work/unsalted"
sed "1i SALT = '-DSALT=\"$salt\"'" "$work/unsalted" >"$tree/Makefile"
echo 'const char *const salt = SALT;' >"$tree/lib/f2.c"
run 0 run kbuild --on "$guests" --blocks 2 --tree "$tree" --json
"$jsonpath" "$out" 'slots.*' | grep -v '"value":null' >"$work/slots"
[ "$(grep -c '"target":"native"' "$work/slots")" = "$good" ] || fail "not $good slots of native"
! grep '"target":"container"' "$work/slots" || fail "a figure of other objects"
says "$out" 'made 3 objects .* not the same work'
cp "$work/unsalted" "$tree/Makefile"

echo 'int f2(int x) { return x; }' >"$tree/lib/f2.c"
echo 'int f3(int x) { return y; }' >"$tree/lib/f3.c"
run 2 run kbuild --on native --blocks 2 --tree "$tree" --json
says "$out" 'lib/f3\.c:1:.*error:'
[ "$("$jsonpath" "$out" 'slots.*.value' | sort -u)" = null ] || fail "a figure of a broken build"

run 2 run kbuild --on native --tree "$work" --json
says "$err" 'no Makefile'

# Killed in the middle of it, vmtax leaves nothing that goes on compiling: the agent, though it comes to
# hear of the death only later, ends what make's own makes have started.
cp "$work/unsalted" "$tree/Makefile"
# shellcheck disable=SC2016 # for make
sed -i 's/^lib\/:.*/lib\/: ; $(MAKE) -f long.mk/' "$tree/Makefile"
echo 'all: ; sleep 599.25' >"$tree/long.mk"
compiles() { pgrep -f '^sleep 599[.]25' >/dev/null; }
begin run kbuild --on native --blocks 2 --tree "$tree" --quiet
wait_for 60 compiles
agent=$(pgrep -P "$pid")
kill -STOP "$agent"
kill -KILL "$pid"
wait "$pid" || :
kill -CONT "$agent"
does_not_compile() { ! compiles; }
wait_for 10 does_not_compile
cp "$work/unsalted" "$tree/Makefile"
run 0 run null --on native --blocks 2 # clears up

# What is missing has a package: the sources, ...
run 0 list workloads
cp "$out" "$work/list"
run 0 doctor
if [ -z "$(find /usr/src -maxdepth 1 -name 'linux-source-*.tar.xz')" ]; then
    says "$work/list" 'needs apt-get install .*linux-source'
    tr -s ' \n' ' ' <"$out" >"$work/doctor" # in one line
    says "$work/doctor" ' kernel compile no kernel can be compiled: no kbuild without --tree DIR '
    run 2 run kbuild --on native --json
    says "$out" 'apt install linux-source'
else
    says_not "$work/list" 'needs apt-get install .*linux-source'
    says "$out" 'kernel compile +the tools and sources for kbuild are here'
fi

# ... a compiler, or a tool that the kernel's build uses. /dev/null in its place is none: nobody may
# execute it.
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
    cat >"$work/without" <<'END'
program=$(readlink -f "$(command -v "$1")")
shift
mount --bind /dev/null "$program" && exec "$@"
END
    # without TOOL PACKAGE: each command that asks for it says so.
    without() {
        unshare --mount sh "$work/without" "$1" "$vmtax" list workloads >"$out" 2>"$err" ||
            fail "list without $1: $(cat "$err")"
        says "$out" "needs apt-get install $2( linux-source)?\$"
        unshare --mount sh "$work/without" "$1" "$vmtax" doctor >"$out" 2>"$err" ||
            fail "doctor without $1: $(cat "$err")"
        says "$out" 'kernel compile +no kernel can be compiled: no kbuild$'
        says "$out" "apt-get install $2( linux-source)?\$"
        code=0
        unshare --mount sh "$work/without" "$1" "$vmtax" run kbuild --on native --blocks 2 --tree "$tree" --json \
            >"$out" 2>"$err" </dev/null || code=$?
        [ "$code" = 2 ] || fail "a run without $1 ends with $code"
        says "$out" "kbuild finds no tools to build with: apt install $2\""
        [ "$("$jsonpath" "$out" 'slots.*.value' | sort -u)" = null ] || fail "a figure without $1"
    }
    without gcc gcc
    without bison bison
else
    echo "not tried, it needs root and a mount namespace: a missing compiler"
fi

leftovers
