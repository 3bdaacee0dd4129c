# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # variables are for the test, or lib.sh's
# Sourced after lib.sh: a Debian dom0 under a real Xen, in QEMU's emulation, so without any hardware.
# The hypervisor and dom0's root come from Debian's packages (image); the vmtax of this build is
# installed above them. Commands and what they print go through a directory that both sides see.

need_root # dom0's files are root's
for dom0_tool in qemu-system-x86_64 mmdebstrap cpio depmod modprobe xz mke2fs; do
    need_tool "$dom0_tool"
done
[ "$(uname -m)" = x86_64 ] || skip "needs an x86-64 processor"

dom0_image=${VMTAX_XEN_IMAGE:-$abs_top_builddir/xen}
dom0_share=$work/share
dom0_pid=
dom0_number=0

# dom0_start SECONDS: boots; fails when dom0 is not ready by then.
dom0_start() {
    "$abs_top_srcdir/tests/xen/image" "$dom0_image" 2>"$work/why" ||
        skip "the files for Xen cannot be made: $(tail -n 1 "$work/why")"
    mkdir -p "$dom0_share/jobs" "$work/own"
    cp "$abs_top_srcdir/tests/xen/dom0_init" "$dom0_share/"
    make -C "$abs_top_builddir" -s install-strip DESTDIR="$work/own" prefix=/usr/local >"$work/install" 2>&1 ||
        fail "make install-strip: $(tail -n 1 "$work/install")"
    # A disk for scratch files, as only a real file system's are measured.
    truncate -s 1G "$work/disk"
    mke2fs -q -F -t ext4 "$work/disk"
    # Xen and dom0 talk on one serial port, which is only kept; one processor, because several are
    # slower here than one. A PVH domain needs SVM with nested paging.
    qemu-system-x86_64 -accel tcg -cpu qemu64,+svm,+npt -m 2560 -smp 1 -display none -monitor none \
        -no-reboot -net none -serial file:"$work/console" \
        -virtfs local,path="$dom0_image/tree",mount_tag=tree,security_model=none,readonly=on \
        -virtfs local,path="$work/own",mount_tag=own,security_model=none,readonly=on \
        -virtfs local,path="$dom0_share",mount_tag=share,security_model=none \
        -drive file="$work/disk",if=virtio,format=raw,cache=unsafe \
        -kernel "$dom0_image/xen" \
        -append 'dom0_mem=1280M,max:1280M console=com1 com1=115200,8n1 loglvl=warning guest_loglvl=warning noreboot' \
        -initrd "$dom0_image/vmlinux console=hvc0 quiet panic=-1,$dom0_image/initramfs" \
        >"$work/qemu" 2>&1 </dev/null &
    dom0_pid=$!
    dom0_wait "$1" "$dom0_share/ready"
}

# dom0_wait SECONDS FILE: until it is there, by the clock: a machine that hangs does not wait.
dom0_wait() {
    dom0_until=$(($(date +%s) + $1))
    until [ -e "$2" ]; do
        kill -0 "$dom0_pid" 2>/dev/null || dom0_fail "QEMU has ended: $(tail -n 1 "$work/qemu")"
        [ "$(date +%s)" -lt "$dom0_until" ] || dom0_fail "dom0: not within $1 s"
        sleep 0.2
    done
}

dom0_fail() {
    for dom0_console in "$work/console" "$dom0_share"/consoles/*; do
        [ ! -s "$dom0_console" ] || { echo "--- end of ${dom0_console##*/}:" && tail -c 2000 "$dom0_console"; }
    done
    fail "$*"
}

# dom0 SECONDS COMMANDS: runs them there by bash; their exit code. What they print is in $out, $err.
dom0() {
    dom0_number=$((dom0_number + 1))
    dom0_job=$dom0_share/jobs/$dom0_number
    printf '%s\n' "$2" >"$dom0_job.new"
    mv "$dom0_job.new" "$dom0_job.cmd"
    dom0_wait "$1" "$dom0_job.code"
    cp "$dom0_job.out" "$out"
    cp "$dom0_job.err" "$err"
    return "$(cat "$dom0_job.code")"
}

# dom0_run CODE SECONDS COMMANDS: they must end with that code.
dom0_run() {
    dom0_code=0
    dom0 "$2" "$3" || dom0_code=$?
    [ "$dom0_code" = "$1" ] || dom0_fail "in dom0: $3: exit code $dom0_code, not $1"
}

dom0_stop() {
    [ -z "$dom0_pid" ] || kill "$dom0_pid" 2>/dev/null || :
    wait "$dom0_pid" 2>/dev/null || :
    dom0_pid=
}

# What lib.sh does at the end, after the machine.
dom0_finish() {
    dom0_status=$?
    dom0_stop
    # finish takes the status from $?, and a failing command alone would end the script here.
    if (exit "$dom0_status"); then finish; else finish; fi
}
trap dom0_finish EXIT
