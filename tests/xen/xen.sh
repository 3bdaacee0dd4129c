#!/bin/sh
# Domains of Xen as targets, for real: a Debian dom0 under a real Xen, emulated by QEMU. What is
# measured in PV and PVH domains and in one that runs already, what is said of them, and that nothing
# of them is left, however they end. The figures are the emulator's; that there are any is what is
# tested. With SHORT=yes only what is measured in a PV domain, and its crash.
# shellcheck disable=SC2016,SC2154 # what is quoted so is for dom0 to expand; variables are lib.sh's
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/xen/dom0.sh
. "${abs_top_srcdir:-.}/tests/xen/dom0.sh"

begun=$(date +%s)
mark() {
    echo "$(($(date +%s) - begun)) s: $*"
}

# What Xen, the kernel and the tools have of domains: devices, links, mounts, files, processes, entries
# of xenstore.
have='xl list | awk "{print \$1}"; xenstore-list /local/domain; xenstore-list /vm
    xenstore-ls -f | grep vmtax
    find /run/xen /run/xen-hotplug /var/lib/xen /var/log/xen /run/vmtax /var/tmp -mindepth 1 \
        ! -name domid-history ! -name xen-hotplug.log 2>/dev/null | sort
    ls /sys/class/net /sys/bus/xen-backend/devices; losetup -a
    cut -d " " -f 5 /proc/self/mountinfo
    ps -e -o args= | grep -e "[x]en-qemu" -e "[x]l " -e "[v]mtax" -e "[s]sh "; true'
remember() {
    dom0_run 0 60 "$have"
    cp "$out" "$work/before"
}
nothing_left() {
    dom0_run 0 60 "$have"
    cmp -s "$out" "$work/before" || dom0_fail "left in dom0: $(diff "$work/before" "$out")"
}

# guest KIND: what the document in $out says of its second target, and a figure in every slot.
guest() {
    [ "$("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')" = "native $1 " ] ||
        fail "the targets are $("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')"
    [ "$("$jsonpath" "$out" targets.1.virt)" = xen ] || fail "virt is $("$jsonpath" "$out" targets.1.virt)"
    [ "$("$jsonpath" "$out" targets.1.emulated)" = false ] || fail "marked as emulated"
    "$jsonpath" "$out" 'slots.*' | grep -F "\"target\":\"$1\"" >"$work/slots"
    # Where others keep the emulator from running for 10 s, the agent takes that for a hang.
    grep '"value":null' "$work/slots" | grep -v 'did not come out of its lead-in' >"$work/null" &&
        fail "no figure: $(head -n 1 "$work/null")"
    grep -v '"value":null' "$work/slots" >"$work/figures"
    mv "$work/figures" "$work/slots"
    counted '"workload"' vcpu_cpu_s
}

# counted PATTERN COUNTER…: each slot of these rows has them, and they are not 0.
counted() {
    counted_rows=$1
    shift
    grep -e "$counted_rows" "$work/slots" >"$work/rows" || fail "no slot of $counted_rows"
    for counter; do
        ! grep -v "\"$counter\":[0-9.e-]*[1-9]" "$work/rows" || fail "$counter is not counted"
    done
}

# made KIND: one that was made for the run.
made() {
    guest "$1"
    counted '"workload"' vmm_cpu_s
    [ "$("$jsonpath" "$out" targets.1.cpus)" = 1 ] || fail "not one processor"
    "$jsonpath" "$out" targets.1.limits | grep -q '1 vCPU, memory 256 MiB' || fail "not the limits"
}

few='--blocks 2 --seconds 0.2 --cpus 1 --memory 256M'
disk=file.write:size=8M,sync=fsync,direct=no

dom0_start 300
mark "dom0 is ready"
dom0_run 0 60 'vmtax list targets --json'
for kind in xen pvh; do
    "$jsonpath" "$out" '*' | grep "\"id\":\"$kind\"" | grep -v '"way"' | grep '"use":"limited"' |
        grep -q 'Xen 4\.' || fail "the probe of $kind: $("$jsonpath" "$out" '*' | grep "\"id\":\"$kind\"")"
done
dom0_run 0 100 'vmtax run sys.syscall --on native --blocks 2 --seconds 0.05 --cpus 1 --quiet'
remember

# --- PV: all that the guest has what it takes for -----------------------------------------------

dom0_run 0 1200 "vmtax run cint.mincost:cpus=1 ram.int.copy:size=4M,cpus=1 sys.syscall sys.fork_exec ctx.2p0k:placement=same $disk net.rr \
    web:clients=1,connection=keep,size=1K oltp:threads=1,rows=1000 --on xen $few --json"
mark "PV is measured"
made xen
[ "$(sed 's/.*"workload":"\([^"]*\)".*/\1/' "$work/slots" | sort -u | wc -l)" = 9 ] || fail "not nine workloads"
counted '"file.write"' vdisk_written_bytes
counted '"net.rr"' net_received_bytes net_sent_bytes
"$jsonpath" "$out" targets.1.how | grep -q '^Xen 4.* PV domain$' || fail "how: $("$jsonpath" "$out" targets.1.how)"
"$jsonpath" "$out" targets.1.network | grep -q '^vif, bridge 10\.213\.' || fail "not over a bridge"
nothing_left

# A kernel that finds no first process panics: said, and no figure.
dom0_run 2 200 "vmtax run sys.syscall --on xen $few --append rdinit=/none"
says "$err" 'the domain crashed'
mark "a crash is told"
nothing_left

if [ "${SHORT-}" = yes ]; then
    dom0_stop
    leftovers
    mark "all of the short form"
    exit 0
fi

# --- PVH ----------------------------------------------------------------------------------------

dom0_run 0 600 "vmtax run sys.syscall $disk net.rr --on pvh $few --json"
mark "PVH is measured"
made pvh
"$jsonpath" "$out" targets.1.how | grep -q 'PVH domain$' || fail "how: $("$jsonpath" "$out" targets.1.how)"
nothing_left

# --- ends ---------------------------------------------------------------------------------------

# One of Xen's scripts fails.
dom0_run 2 200 "chmod -x /etc/xen/scripts/vif-bridge; vmtax run net.rr --on xen $few; code=\$?
    chmod +x /etc/xen/scripts/vif-bridge; exit \$code"
says "$err" 'the domain (could not be made|did not come up): xl .*/vif-bridge'
mark "a failing script is told"
nothing_left

# vmtax is interrupted, and killed, while its domain measures.
long="vmtax run sys.syscall $disk net.rr --on xen $few --seconds 60 --quiet >/dev/null 2>&1"
until_it_runs='until xl list | grep -q "vmtax.* -b\|vmtax.* r-"; do sleep 1; done; sleep 5'
dom0_run 0 300 "$long & $until_it_runs; kill -INT \$!; wait \$!; [ \$? = 130 ]"
mark "an interrupted run has ended"
nothing_left
dom0_run 0 300 "$long & $until_it_runs; kill -9 \$!; sleep 1; xl list | grep vmtax"
dom0_run 0 100 'vmtax run sys.syscall --on native --blocks 2 --seconds 0.05 --cpus 1 --quiet'
mark "a killed run is swept"
nothing_left

# --- a domain that runs -------------------------------------------------------------------------

# Of the kernel and the first files that the runs above used, with a shell on its console.
dom0_run 0 200 'set -e
    ip link add xenbr0 type bridge; ip addr add 10.9.0.1/24 dev xenbr0; ip link set xenbr0 up
    mkdir -m 700 -p /root/.ssh; ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519
    cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
    echo "StrictHostKeyChecking no" >/root/.ssh/config
    { echo "name = \"box\""; echo "type = \"pv\""; echo "vcpus = 1"; echo "memory = 192"
      echo "kernel = \"$(ls /root/.cache/vmtax/vmlinux-* | head -n 1)\""
      echo "ramdisk = \"$(ls -S /root/.cache/vmtax/initramfs-* | head -n 1)\""
      echo "cmdline = \"console=hvc0 quiet vmtax.xen=1 vmtax.root=hostroot vmtax.shell=1 vmtax.term=dumb vmtax.address=10.9.0.2 vmtax.gateway=10.9.0.1 vmtax.prefix=24\""
      echo "p9 = [ \"tag=hostroot,security_model=none,path=/\" ]"
      echo "vif = [ \"mac=00:16:3e:00:00:01,bridge=xenbr0\" ]"; } >/root/box.cfg
    xl create -q /root/box.cfg
    until busybox ping -c 1 -W 2 10.9.0.2 >/dev/null; do sleep 1; done'
mark "a domain runs"
remember
serves_at_its_address() {
    "$jsonpath" "$out" targets.1.network | grep -qx "the guest's own, by xenbr0 - 10.9.0.2" ||
        fail "network is $("$jsonpath" "$out" targets.1.network)"
}
dom0_run 2 60 "vmtax run null --on xen:nobody"
says "$err" 'there is no domain nobody of Xen[.:] xl list'
dom0_run 2 60 "vmtax run null --on xen:Domain-0"
says "$err" 'Domain-0 is dom0 itself[.:] native measures it'
dom0_run 2 60 "xl pause box; vmtax run null --on xen:box; code=\$?; xl unpause box; exit \$code"
says "$err" 'the domain box is paused[.:] xl unpause box'

dom0_run 0 400 "vmtax run sys.syscall net.rr --on 'xen:box console' $few --json"
mark "it is measured by its console"
guest 'xen:box console'
serves_at_its_address
nothing_left

# What is typed there still reaches a shell.
dom0_run 0 120 'tty=$(xenstore-read "/local/domain/$(xl domid box)/console/tty")
    (echo "dropbearkey -t ed25519 -f /tmp/key >/tmp/log 2>&1; dropbear -r /tmp/key" >"$tty")
    until timeout 20 ssh -o BatchMode=yes 10.9.0.2 true; do sleep 2; done'
dom0_run 0 400 "vmtax run sys.syscall net.rr --on xen:box $few --json"
mark "it is measured by ssh"
guest xen:box
serves_at_its_address
nothing_left
dom0_run 0 60 'ssh 10.9.0.2 "ls -d /tmp/vmtax* /var/tmp/vmtax* 2>/dev/null; cat /proc/sys/kernel/printk"'
[ "$(grep -c . "$out")" = 1 ] || dom0_fail "left in the domain: $(cat "$out")"
dom0_run 0 60 'xl destroy box'
dom0_stop
leftovers
mark "all"
