#!/bin/sh
# KVM that is there and of no use: a probe that is satisfied, and then a QEMU (a double,
# tests/e2e/fake_qemu) that claims to use KVM while its guest never says a word. It is noticed in
# time, with the reason, and what is measured instead is the emulated guest.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_tool python3

fake=$(cd "${abs_top_srcdir:-.}" && pwd)/tests/e2e/fake_qemu
# The program finds its helpers beside its agent: here with a probe of KVM that knows no doubt.
mkdir -p "$work/double"
for double_file in vmtax vmtax-agent vmtax-container; do
    cp "${vmtax%/*}/$double_file" "$work/double/"
done
[ ! -d "${vmtax%/*}/guest-kernel" ] || ln -sf "${vmtax%/*}/guest-kernel" "$work/double/guest-kernel"
cat >"$work/double/vmtax-machine" <<SCRIPT
#!/bin/sh
[ "\$1" != probe ] || { echo 'probe usable=1 reason= remedy='; exit; }
exec "${vmtax%/*}/vmtax-machine" "\$@"
SCRIPT
chmod 755 "$work/double/vmtax-machine"
vmtax=$work/double/vmtax

# Each: how it fails, what is said of it, and the most that it may take, in seconds: five, but for
# one of which nothing says that it will not come up, without KVM's statistics, as of an old QEMU.
cases='
ends            QEMU.could.not.start.the.guest:.*the.device.is.of.no.use   3
ends-flooding   QEMU.could.not.start.the.guest:.*                          4
not-kvm         QEMU.s.monitor.says.that.it.does.not.use.KVM               3
internal-error  internal.error.of.KVM                                      4
interprets      KVM.is.there.but.interprets.the.guest.*million             5
stands-still    KVM.is.there.but.does.not.run.the.guest                    5
deaf            monitor                                                    5
floods          monitor                                                    5
goes-deaf       QEMU.has.not.answered.on.its.monitor                       5
idle            said.nothing.and.done.nothing                             20
'
echo "$cases" | while read -r how says most; do
    [ -n "$how" ] || continue
    from=$(date +%s)
    FAKE_QEMU=$how run 2 run null --on kvm --accel kvm --qemu "$fake" --cpus 1 --memory 256M --blocks 2 \
        --seconds 0.05
    took=$(($(date +%s) - from))
    says "$err" "$(echo "$says" | tr . .)"
    # A busy machine may be late, but not by much.
    [ "$took" -le "$((most + 2))" ] || fail "$how: $took s"
    echo "$how: $took s: $(grep '^vmtax: ' "$err" | tail -n 1)"
    leftovers
done

# The same, and the emulated guest is measured instead.
for how in interprets internal-error not-kvm ends stands-still deaf; do
    FAKE_QEMU=$how run 0 run sys.syscall --on kvm --qemu "$fake" --cpus 1 --memory 256M --blocks 2 --seconds 0.05 --json
    [ "$("$jsonpath" "$out" targets.1.id)" = tcg ] || fail "$how: stored as $("$jsonpath" "$out" targets.1.id)"
    [ "$("$jsonpath" "$out" targets.1.accel)" = tcg ] || fail "$how: the accelerator is not TCG"
    [ "$("$jsonpath" "$out" targets.1.emulated)" = true ] || fail "$how: emulation is not marked"
    says "$err" 'kvm: EMULATED, because .*(KVM|device|monitor)'
    leftovers
done
# Neither works: both are said.
FAKE_QEMU=not-kvm FAKE_TCG=ends run 2 run null --on kvm --qemu "$fake" --cpus 1 --memory 256M --blocks 2
says "$err" 'of no use.*emulated, because.*does not use KVM'
leftovers
