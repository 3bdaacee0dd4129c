#!/bin/sh
# The exits and the probe on a real KVM, whatever this machine has: in a guest that is emulated together
# with its processor's virtualization (AMD-V), where the kernel's own kvm-amd runs our guests. The
# figures are the emulator's; that there are any, and that they are verified, is what is tested.
#
#   VMTAX_TEST_KERNEL=DIR   a kernel package unpacked to DIR (boot/vmlinuz-*, lib/modules/*); without it
#                           the running system's own is tried
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

need_tool qemu-system-x86_64
need_tool cpio
init=$abs_top_builddir/tests/e2e/nested_init
[ -x "$init" ] || skip "tests/e2e/nested_init is not built: make check_PROGRAMS"
agent=$abs_top_builddir/vmtax-agent
! ldd "$init" 2>&1 | grep -q '=>' || skip "this build is instrumented: its programs are dynamic"

root=${VMTAX_TEST_KERNEL:-}
kernel=
for candidate in "$root"/boot/vmlinuz-*; do
    version=${candidate##*/vmlinuz-}
    if [ -r "$candidate" ] && [ -d "$root/lib/modules/$version" ]; then
        kernel=$candidate
        modules=$root/lib/modules/$version
    fi
done
[ -n "$kernel" ] || skip "no kernel with its modules: name an unpacked one with VMTAX_TEST_KERNEL"

tree=$work/tree
mkdir -p "$tree/modules.d" "$tree/dev" "$tree/usr/share" "$tree/var/tmp"
for module in irqbypass ccp kvm kvm-amd; do
    found=$(find "$modules" -name "$module.ko" | head -n 1)
    [ -n "$found" ] || found=$(find "$modules" -name "$module.ko.xz" | head -n 1)
    case $found in
    '') continue ;; # built in
    *.xz) xz -dc "$found" >"$tree/modules.d/$module.ko" ;;
    *) cp "$found" "$tree/modules.d/" ;;
    esac
    echo "/modules.d/$module.ko" >>"$tree/modules"
done
cp "$init" "$tree/init"
cp "$agent" "$vmtax" "$tree/"
# What the program needs of this system.
unit=$abs_top_builddir/tests/unit/test_tinyvm
[ ! -x "$unit" ] || cp "$unit" "$tree/"
{
    ldd "$vmtax"
    [ ! -x "$unit" ] || ldd "$unit"
} | sed -n 's/^.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*/\1/p' |
    while read -r library; do
        mkdir -p "$tree${library%/*}"
        cp -L "$library" "$tree$library"
    done
{
    echo "/vmtax run exits --on native --blocks 2 --json --quiet"
    echo "/vmtax run exit.hlt:placement=cross --on native --blocks 2 --json --quiet"
    [ ! -x "$unit" ] || echo "/test_tinyvm"
} >"$tree/commands"
(cd "$tree" && find . | cpio -o -H newc --quiet) >"$work/initramfs"

# One thread for both of its processors: with two, the emulator itself hangs now and then.
timeout 300 qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -machine q35 \
    -accel tcg,thread=single -cpu qemu64,+svm,+npt -smp 2 -m 1G -kernel "$kernel" -initrd "$work/initramfs" \
    -append 'console=ttyS0 panic=-1 quiet' -serial "file:$work/console" </dev/null >"$out" 2>"$err" ||
    fail "the machine did not end by itself: $(tail -n 5 "$work/console")"
tr -d '\r' <"$work/console" >"$out"

says "$out" '^nested: probe usable=1 ns=[0-9.]+ emulated=[0-9]+ $'
says "$out" '^nested: done'
says_not "$out" '^nested: ended [^0]'
[ "$(grep -c '^nested: ended 0$' "$out")" -ge 2 ] || fail "a run in the machine failed"
# The two documents.
awk -v work="$work" '/^nested: run/ {n++; on = 1; next} /^nested: ended/ {on = 0} on && n {print >(work "/" n ".json")}' "$out"
for workload in exit.pio exit.mmio exit.hlt exit.cpuid; do
    "$jsonpath" "$work/1.json" 'metrics.*.workload' | grep -qx "$workload" || fail "no $workload"
done
for document in 1 2; do
    "$jsonpath" "$work/$document.json" 'metrics.*.verified' >"$work/verified"
    if grep -qvx true "$work/verified"; then
        fail "not verified"
    fi
    "$jsonpath" "$work/$document.json" 'metrics.*.value' | while read -r value; do
        echo "$value" | awk '{exit !($1 > 10 && $1 < 1e9)}' || fail "an impossible value: $value"
    done
done
echo "probe: $(sed -n 's/^nested: probe //p' "$out")"
"$jsonpath" "$work/1.json" 'metrics.*.value' | tr '\n' ' '
echo "ns by pio, mmio, hlt, cpuid"
