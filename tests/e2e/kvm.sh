#!/bin/sh
# A virtual machine as a target, emulated where KVM does not work: what it measures, what is said
# about it, and that nothing of it is left, however it ends.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"

# --- KVM is confirmed or refused, never pretended -------------------------------------------------

from=$(date +%s)
if [ $kvm_works = yes ]; then
    run 0 run null --on kvm --accel kvm --blocks 2 --seconds 0.05 --json
    [ "$("$jsonpath" "$out" targets.1.accel)" = kvm ] || fail "the accelerator is not KVM"
else
    run 2 run null --on kvm --accel kvm --blocks 2 --seconds 0.05
    says "$err" 'kvm cannot be used here: .*(KVM|/dev/kvm)'
    [ $(($(date +%s) - from)) -le 5 ] || fail "it takes more than 5 s to notice that KVM does not work"
fi
leftovers

# --- all kinds of workload ----------------------------------------------------------------------

# Without a word about it, kvm is emulated where it does not work.
accel=
[ $kvm_works = no ] || accel="--accel tcg"
# As root only: an ordinary user's guests have a way to a server in them just where /dev/net/tun is for all.
served=
slots=28
[ "$(id -u)" != 0 ] || served="net.rr:size=1 web:clients=1" slots=36
# shellcheck disable=SC2086 # words
run 0 run sys.syscall sys.fork_exec ctx.2p0k:placement=same membw.frd:size=64K cint.path $served \
    file.write:size=8M,sync=fsync,direct=no file.read:size=8M,direct=yes \
    --on kvm,container $accel --blocks 2 --seconds 0.05 --json
[ "$("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')" = "native tcg container " ] ||
    fail "the targets are $("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')"
[ "$("$jsonpath" "$out" targets.1.accel)" = tcg ] || fail "emulation is not stored as such"
[ "$("$jsonpath" "$out" targets.1.emulated)" = true ] || fail "emulation is not marked"
[ "$("$jsonpath" "$out" targets.1.virt)" = tcg ] || fail "the guest's own processor does not say TCG"
[ "$("$jsonpath" "$out" targets.1.cpus)" = "$("$jsonpath" "$out" targets.0.cpus)" ] || fail "not as many processors as native"
"$jsonpath" "$out" targets.1.limits | grep -q '1536 MiB' || fail "not the memory that was asked for"
[ "$("$jsonpath" "$out" targets.0.kernel)" != "$("$jsonpath" "$out" targets.1.kernel)" ] ||
    fail "the guest has the host's kernel"
"$jsonpath" "$out" 'slots.*' | grep '"target":"tcg"' >"$work/slots"
[ "$(wc -l <"$work/slots")" = $slots ] || fail "$(wc -l <"$work/slots") slots in the guest instead of $slots"
# A context switch may not stand out from its overhead in a short slot of an emulated guest; that is
# a reason. Everything else has a figure.
if grep '"value":null' "$work/slots" | grep -qv 'its own overhead'; then
    fail "no figure: $(grep '"value":null' "$work/slots" | grep -v 'its own overhead' | head -n 1)"
fi
# A kernel of its own gives up its page cache; a container's is the host's.
[ "$("$jsonpath" "$out" 'targets.*.caches' | tr '\n' ';')" = \
    "its file's alone: the rest are the host's;all clean pages of its kernel;its file's alone: the rest are the host's;" ] ||
    fail "dropped between slots: $("$jsonpath" "$out" 'targets.*.caches' | tr '\n' ';')"
# Files of 8 MiB on two targets, and the whole image of the third.
says "$err" 'rows take up to 8 MiB on each target, below .* up to 89 MiB in all with the disks of machines'
# Shown, never judged.
"$jsonpath" "$out" 'comparisons.*' | grep '"target":"tcg"' | grep -v '"verdict":"not-comparable"' &&
    fail "an emulated row was judged"
[ $kvm_works = yes ] || says "$err" 'kvm: EMULATED, because .*(KVM|/dev/kvm)'
# Nor compared, and that is said; and lists tell what is stored of it.
run 0 list results
says "$out" 'native, tcg EMULATED, container$'
run 0 list results --json
[ "$("$jsonpath" "$out" '0.targets.*.emulated' | tr '\n' ' ')" = "false true false " ] ||
    fail "the list of results does not tell what was emulated"
code=0
"$vmtax" compare last last >"$out" 2>"$err" || code=$?
no_crash
says "$out" '^What was emulated \(tcg\) is left out'
"$vmtax" compare last last --json >"$out" 2>"$err" || [ $? = "$code" ] || fail "another exit code with --json"
"$jsonpath" "$out" 'notes.0' | grep -q 'emulated (tcg) is left out' || fail "JSON does not say that tcg is left out"
leftovers

# --- other machines and devices -----------------------------------------------------------------

# A kvm that would be the same emulated guest is no second target, and is not stored as one.
machines=tcg
[ $kvm_works = yes ] || machines=tcg,kvm
run 0 run sys.syscall file.write:size=8M,sync=fsync,direct=no --on $machines --machine q35 --disk-cache writeback \
    --blocks 2 --seconds 0.05 --cpus 1 --memory 512M --json
[ "$("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')" = "native tcg " ] ||
    fail "the targets of --on $machines are $("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')"
[ $kvm_works = yes ] || says "$err" 'kvm is left out: .*the same as tcg'
"$jsonpath" "$out" targets.1.how | grep -q q35 || fail "not the machine type that was asked for"
"$jsonpath" "$out" targets.1.limits | grep -q '512 MiB' || fail "not the memory that was asked for"
# The scratch files' place may be one that only root can enter, which QEMU cannot as who it runs.
private=$(mktemp -d /var/tmp/e2e-kvm.XXXXXX)
at_end() {
    rm -rf "$private"
}
run 0 run file.write:size=8M,sync=fsync,direct=no --on tcg --devices emulated --blocks 2 --seconds 0.05 \
    --scratch "$private" --json
"$jsonpath" "$out" 'slots.*' | grep '"target":"tcg"' | grep -q '"value":null' && fail "no figure with emulated devices"
leftovers

# --- a clock that is slow on purpose ------------------------------------------------------------

# TCG's counter is the host's; a guest that is told of a faster one lets its clock run behind.
mhz=$(sed -n 's/^cpu MHz[^0-9]*\([0-9]*\).*/\1/p' /proc/cpuinfo | head -n 1)
if [ -n "$mhz" ] && grep -q constant_tsc /proc/cpuinfo; then
    run 0 run sys.syscall --on tcg --blocks 2 --seconds 0.3 --append "tsc_early_khz=$((mhz * 1030))" --json
    rate=$("$jsonpath" "$out" targets.1.clock.rate)
    awk "BEGIN { exit !($rate > 0.955 && $rate < 0.985) }" || fail "a clock that runs 3 % slow has the rate $rate"
    "$jsonpath" "$out" 'comparisons.*' | grep '"target":"tcg"' | grep -q '"clock"' || fail "no flag C"
fi

# --- what cannot be ------------------------------------------------------------------------------

run 2 run null --on tcg --kernel /etc/passwd
says "$err" '/etc/passwd'
# Nothing boots to find out that there is nothing to measure.
run 2 run exits --on tcg
says "$err" 'on tcg, which would be emulated.*--on native'
says_not "$err" 'starting'
# A program that cannot be QEMU is told at once, with what to do.
for wrong in /etc /bin/true; do
    run 2 run null --on tcg --qemu "$wrong"
    grep -q -e "--qemu $wrong is .*name a qemu-system-x86_64" "$err" || fail "--qemu $wrong: $(cat "$err")"
done
run 2 run null --on tcg --qemu /nonexistent
says "$err" '/nonexistent'
mkdir -p "$HOME/.config/vmtax"
for name in qemu kernel; do
    echo "$name = /nonexistent" >"$HOME/.config/vmtax/vmtax.conf"
    run 2 run null --on tcg
    says "$err" "^vmtax: [^ ]*/vmtax.conf, line 1: $name.*/nonexistent"
done
rm "$HOME/.config/vmtax/vmtax.conf"
run 2 run null --on tcg --machine microvm --devices emulated
says "$err" 'microvm'
run 2 run null --on kvm --accel hvf
says "$err" 'auto\|kvm\|tcg'
run 2 run file.write --on tcg --append 'vmtax.root=nothing'
says "$err" 'own'
leftovers

# --- ends that are not the planned one -----------------------------------------------------------

# The kernel finds no first process and panics.
run 2 run null --on tcg --append rdinit=/nothing
says "$err" 'panicked.*Kernel panic'
leftovers

# QEMU hangs while the guest boots.
begin run null --on tcg --blocks 2 --seconds 0.05
wait_for 40 qemu_pid
kill -STOP "$(qemu_pid)"
wait_for 30 is_over "$pid"
code=0
wait "$pid" || code=$?
[ $code = 2 ] || fail "QEMU that hangs in the boot: exit code $code"
says "$err" monitor
leftovers

# Interrupted while the guest boots.
for signal in INT KILL; do
    begin run null --on tcg --blocks 40
    wait_for 40 qemu_pid
    kill -s $signal "$pid"
    code=0
    wait "$pid" 2>/dev/null || code=$?
    [ $signal = KILL ] || [ $code = 130 ] || fail "SIG$signal in the boot: exit code $code"
    wait_for 20 no_qemu
done
swept
leftovers

# QEMU dies in the middle of a run: once it is started again, twice it is given up.
begin run sys.syscall --on tcg --blocks 40 --seconds 0.05 --ndjson
again() {
    grep -q 'the agent of tcg ended' "$err" && qemu_pid
}
wait_for 120 slot_in_guest
kill -9 "$(qemu_pid)"
wait_for 90 again
lines=$(wc -l <"$out")
more() {
    [ "$(wc -l <"$out")" -gt $((lines + 8)) ]
}
wait_for 120 more
kill -9 "$(qemu_pid)"
code=0
wait "$pid" || code=$?
[ $code = 2 ] || fail "a guest that died twice: exit code $code"
says "$err" 'given up'
[ -n "$(find "$state/results" -name '*.json' -newer "$work/command" 2>/dev/null || find "$state/results" -name '*.json')" ] ||
    fail "what was measured is not kept"
run 0 report last --format json
"$jsonpath" "$out" targets.1.remark | grep -q 'started again in the run: .*' ||
    fail "the result does not tell that its guest was replaced"
leftovers
