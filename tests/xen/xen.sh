#!/bin/sh
# Domains of Xen as targets, for real: a Debian dom0 under a real Xen, emulated by QEMU. What is
# measured in PV and PVH domains, what is said of them, and that nothing of them is left, however
# they end. The figures are the emulator's; that there are any is what is tested.
# shellcheck disable=SC2154 # variables are lib.sh's
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/xen/dom0.sh
. "${abs_top_srcdir:-.}/tests/xen/dom0.sh"

begun=$(date +%s)
mark() {
    echo "$(($(date +%s) - begun)) s: $*"
}

# Domains, devices, files and processes of ours that Xen, the kernel and the tools still have: none.
nothing_left() {
    dom0_run 0 60 'xl list | tail -n +3; xenstore-list /local/domain | grep -v "^0$"
        ls /run/vmtax /var/log/xen /var/tmp | grep -e vmtax -e run- -e qemu-dm; losetup -a
        ls /sys/class/net | grep -e vmtax -e vif; grep vmtax /proc/self/mountinfo
        ps ax | grep -e "[x]en-qemu" -e "[x]l create" -e "[v]mtax run"; true'
    [ ! -s "$out" ] || dom0_fail "left in dom0: $(cat "$out")"
}

# guest KIND: what the document in $out says of its second target.
guest() {
    [ "$("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')" = "native $1 " ] ||
        fail "the targets are $("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')"
    [ "$("$jsonpath" "$out" targets.1.virt)" = xen ] || fail "virt is $("$jsonpath" "$out" targets.1.virt)"
    [ "$("$jsonpath" "$out" targets.1.cpus)" = 1 ] || fail "not one processor"
    [ "$("$jsonpath" "$out" targets.1.emulated)" = false ] || fail "marked as emulated"
    "$jsonpath" "$out" targets.1.limits | grep -q '1 vCPU, memory 256 MiB' || fail "not the limits"
    "$jsonpath" "$out" 'slots.*' | grep "\"target\":\"$1\"" >"$work/slots"
    ! grep '"value":null' "$work/slots" || fail "no figure"
    grep -q '"vcpu_cpu_s"' "$work/slots" || fail "no processor time of the domain: $(head -n 1 "$work/slots")"
}

few='--blocks 2 --seconds 0.2 --cpus 1 --memory 256M'

dom0_start 300
mark "dom0 is ready"
dom0_run 0 60 'vmtax list targets --json'
for kind in xen pvh; do
    "$jsonpath" "$out" '*' | grep "\"id\":\"$kind\"" | grep '"use":"limited"' | grep -q 'Xen 4\.' ||
        fail "the probe of $kind: $("$jsonpath" "$out" '*' | grep "\"id\":\"$kind\"")"
done

# --- PV: processor, files, disk and network -----------------------------------------------------

dom0_run 0 400 "vmtax run sys.syscall sys.fork_exec file.write:size=8M,sync=fsync,direct=no net.rr \
    --on xen $few --json"
mark "PV is measured"
guest xen
[ "$(wc -l <"$work/slots")" = 8 ] || fail "$(wc -l <"$work/slots") slots instead of 8"
"$jsonpath" "$out" targets.1.how | grep -q '^Xen 4.* PV domain$' || fail "how: $("$jsonpath" "$out" targets.1.how)"
"$jsonpath" "$out" targets.1.network | grep -q '^vif, bridge 10\.213\.' || fail "not over a bridge"
nothing_left

# --- PVH ----------------------------------------------------------------------------------------

dom0_run 0 400 "vmtax run sys.syscall --on pvh $few --json"
mark "PVH is measured"
guest pvh
"$jsonpath" "$out" targets.1.how | grep -q 'PVH domain$' || fail "how: $("$jsonpath" "$out" targets.1.how)"
nothing_left

# --- ends ---------------------------------------------------------------------------------------

# A kernel that finds no first process panics: said, and no figure.
dom0_run 2 200 "vmtax run sys.syscall --on xen $few --append rdinit=/none"
says "$err" 'the domain crashed'
mark "a crash is told"
nothing_left

# vmtax is killed while its domain measures: the domain is there, and the next start takes it away.
dom0_run 0 200 "vmtax run sys.syscall file.write:size=8M,sync=fsync,direct=no net.rr --on xen $few \
        --seconds 60 --quiet >/dev/null 2>&1 &
    until xl list | grep -q 'vmtax.* -b\|vmtax.* r-'; do sleep 1; done; sleep 5
    kill -9 \$!; sleep 1; xl list | grep -c vmtax"
dom0_run 0 100 'vmtax run sys.syscall --on native --blocks 2 --seconds 0.05 --cpus 1 --quiet'
mark "a killed run is swept"
nothing_left
dom0_stop
leftovers
