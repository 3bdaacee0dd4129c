#!/bin/sh
# `vmtax run kbuild` on a tree that looks like a kernel's from afar: a figure that was verified, the
# compiler's own line when the build is broken, nothing left behind.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

for tool in make gcc ld flex bison bc awk sed; do
    need_tool "$tool"
done
tree=$work/tree
mkdir -p "$tree/lib"
for i in 1 2 3 4 5; do
    echo "int f$i(int x) { return x + $i; }" >"$tree/lib/f$i.c"
done
echo 'int main(void) { return 0; }' >"$tree/main.c"
: >"$tree/Kconfig"
cat >"$tree/Makefile" <<'EOF'
objects = $(O)/lib/f1.o $(O)/lib/f2.o $(O)/lib/f3.o $(O)/lib/f4.o $(O)/lib/f5.o
.PHONY: tinyconfig prepare lib/ vmlinux
tinyconfig: ; mkdir -p $(O)/lib && : >$(O)/.config
prepare: ; test -f $(O)/.config
$(O)/%.o: %.c ; gcc -c -o $@ $<
$(O)/lib/built-in.a: $(objects) ; ar rcs $@ $^
lib/: $(O)/lib/built-in.a
vmlinux: $(O)/main.o $(O)/lib/built-in.a ; gcc -o $(O)/vmlinux $^
EOF

guests=native
if container_works; then guests=native,container; fi
run 0 run kbuild:part=quick kbuild:part=whole,cpus=0 --on "$guests" --blocks 2 --tree "$tree" --json
[ "$("$jsonpath" "$out" 'metrics.*.unit' | sort -u)" = s ] || fail "not in seconds"
[ "$("$jsonpath" "$out" 'metrics.*.verified' | sort -u)" = true ] || fail "not verified"
! "$jsonpath" "$out" 'slots.*.value' | grep -q null || fail "a slot without a figure"

echo 'int f3(int x) { return y; }' >"$tree/lib/f3.c"
run 2 run kbuild --on native --blocks 2 --tree "$tree" --json
says "$out" 'lib/f3\.c:1:.*error:'
[ "$("$jsonpath" "$out" 'slots.*.value' | sort -u)" = null ] || fail "a figure of a broken build"

run 2 run kbuild --on native --tree "$work" --json
says "$err" 'no Makefile'

leftovers
