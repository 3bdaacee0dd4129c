#!/bin/sh
# Everything that needs a real KVM, whatever this machine has: in a guest of our own that is emulated
# together with its processor's virtualization (AMD-V), where the kernel's own kvm-amd runs guests.
# The figures are the emulator's; that there are any, and what is said of them, is what is tested.
#
# The emulator's time goes by its instructions (-icount): then a second of boot time has as many timer
# interrupts as that of a fast machine, and two nested levels of slowness do not add up to hangs. By the
# host's clock guests of guests ran into spinlocks that nobody would ever leave, after half a minute.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_root # modules, and a build tree that only root may reach

modules=
for candidate in "${vmtax%/*}"/guest-kernel/lib/modules/* /lib/modules/*; do
    case $(find "$candidate/kernel/arch/x86/kvm" -name 'kvm-amd.ko*' 2>/dev/null | head -n 1) in
    *.ko) modules=$candidate ;; # insmod of the guest takes no compressed ones by path everywhere
    esac
done
[ -n "$modules" ] || skip "no kernel with kvm-amd as a plain module"
set -- "${modules%/lib/modules/*}"/boot/vmlinu*-"${modules##*/}"
[ -r "$1" ] || skip "no image of the kernel of $modules"
kernel=$1

cat >"$work/qemu" <<'SCRIPT'
#!/bin/sh
for word; do
    [ "$word" != tcg ] || word=tcg,thread=single
    set -- "$@" "$word"
    shift
done
exec qemu-system-x86_64 "$@" -icount shift=1,sleep=off
SCRIPT
chmod 755 "$work/qemu"

cat >"$work/commands" <<COMMANDS
exec 2>/run/errors # a terminal otherwise: progress
$marks
for m in virt/lib/irqbypass drivers/crypto/ccp/ccp arch/x86/kvm/kvm arch/x86/kvm/kvm-amd; do insmod $modules/kernel/\$m.ko; done
export HOME=/run/home XDG_RUNTIME_DIR=/run/own XDG_CACHE_HOME=/run/home; mkdir -m 700 /run/home /run/own
cd /
mark targets; $vmtax list targets --json
mark doctor; $vmtax doctor
mark exits; $vmtax run exits --on native --blocks 2 --seconds 0.05 --json --quiet; mark "ended \$?"
if [ -x $abs_top_builddir/tests/unit/test_tinyvm ]; then mark unit; $abs_top_builddir/tests/unit/test_tinyvm; mark "unit ended \$?"; fi
mark machine; while sleep 1; do echo tick; done & ticker=\$!
$vmtax run sys.syscall cint.viterbi:cpus=1 cfp.scf:cpus=1 --on kvm --accel kvm --kernel $kernel --blocks 2 --cpus 1 --memory 256M --seconds 0.05 --json >/run/machine.json; code=\$?
kill \$ticker; cat /run/machine.json; mark "ended \$code"
mark left; ls /run/vmtax /sys/fs/cgroup | grep vmtax; ps ax | grep '[q]emu-system'
mark log; dmesg | tail -n 3
mark errors; tail -n 20 /run/errors
mark end
COMMANDS

# Now and then the emulator never comes back from the guest of its guest: the clock of its own guest
# stops with it. Only then, and no more than twice, another one is tried.
attempt=1
# The counter of an emulator that counts instructions runs at 1 GHz.
until (in_guest 400 "$work/commands" --cpus 1 --memory 2G --kernel "$kernel" --append tsc_early_khz=1000000 \
    --qemu "$work/qemu"); do
    [ -z "$(find "$work/session" -mmin -1)" ] || fail "the emulator runs, and the commands failed or do not end"
    [ $attempt -lt 3 ] || fail "three emulators have stopped"
    attempt=$((attempt + 1))
    echo "the emulator has stopped; attempt $attempt"
    rm -f "$work/failure"
    leftovers
done
parts_whole || fail "the commands did not come to their end"

# document NAME: the JSON of it.
document() {
    part "$1" | sed -n '/^[[{]/,/^[]}]/p' >"$work/$1.json"
    [ -s "$work/$1.json" ] || fail "$1: no document"
}

document targets
"$jsonpath" "$work/targets.json" '*' | grep '"id":"kvm"' | grep -q '"use":"works"' ||
    fail "the probe of KVM: $("$jsonpath" "$work/targets.json" '*' | grep '"id":"kvm"')"
part doctor | grep -q '^ok  *KVM  *works' || fail "doctor does not say that KVM works"
[ "$(grep -c '^\[mark ended 0\]' "$out")" = 2 ] || fail "a run in the machine failed"

document exits
for workload in exit.pio exit.mmio exit.hlt exit.cpuid; do
    "$jsonpath" "$work/exits.json" 'metrics.*.workload' | grep -qx "$workload" || fail "no $workload"
done
! "$jsonpath" "$work/exits.json" 'metrics.*.verified' | grep -vx true || fail "not verified"
"$jsonpath" "$work/exits.json" 'metrics.*.value' | while read -r value; do
    echo "$value" | awk '{exit !($1 > 10 && $1 < 1e9)}' || fail "an impossible value: $value"
done

! grep '^\[mark unit ended [^0]' "$out" || fail "test_tinyvm on a real KVM"

# QEMU's monitor has confirmed KVM, its statistics are there, and nothing of it is judged as if the
# host were a real one.
document machine
m=$work/machine.json
[ "$("$jsonpath" "$m" targets.1.id)" = kvm ] || fail "the target is $("$jsonpath" "$m" targets.1.id)"
[ "$("$jsonpath" "$m" targets.1.accel)" = kvm ] || fail "the accelerator is not KVM"
[ "$("$jsonpath" "$m" targets.1.emulated)" = false ] || fail "marked as emulated"
[ "$("$jsonpath" "$m" targets.1.virt)" = kvm ] || fail "the guest does not see KVM"
"$jsonpath" "$m" 'slots.*' | grep '"target":"kvm"' >"$work/kvm"
# Stand-ins have the one right result in a guest of a real KVM, as everywhere (programs.sh).
for program in cint.viterbi cfp.scf; do
    [ "$(grep "\"workload\":\"$program\"" "$work/kvm" | grep -c '"value":[0-9]')" = 4 ] ||
        fail "$program has no figure in a slot: $(grep "$program" "$work/kvm")"
    for target in native kvm; do
        "$jsonpath" "$m" 'metrics.*' | grep "\"workload\":\"$program\",.*\"target\":\"$target\"" |
            grep -q '"verified":true' || fail "$program on $target is not verified"
    done
done
grep '"workload":"sys.syscall"' "$work/kvm" >"$work/slots"
[ "$(grep -vc '"value":null' "$work/slots")" = 4 ] || fail "not 4 slots: $(cat "$work/slots")"
grep -q '"exits":[1-9]' "$work/slots" || fail "no exits counted: $(head -n 1 "$work/slots")"
"$jsonpath" "$m" 'comparisons.*' | grep '"target":"kvm"' | grep -q '"nested"' || fail "no flag N"
[ -z "$(part left)" ] || fail "left in the machine: $(part left)"

echo "exits: $("$jsonpath" "$work/exits.json" 'metrics.*.value' | tr '\n' ' ')ns by pio, mmio, hlt, cpuid"
echo "guest: up after $("$jsonpath" "$m" targets.1.start_s) s of the emulator's time"
echo "one slot of it: $(head -n 1 "$work/slots" | grep -o '"counters".*' | cut -c 1-600)"
leftovers
