#!/bin/sh
# What root in a virtual machine can do to the host: SECURITY.md says nothing but what is tried here.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_root

need_tool python3

marks=$work/marks
mkdir -m 777 "$marks"
echo secret >"$work/secret"
chmod 600 "$work/secret"
# The guest's root is a layer over its mount of the host's files, and covers it. In a mount namespace of
# its own root takes that off, stands in the first root, and tries what lies in /host, twice: as it is
# mounted, and mounted anew for writing.
cat >"$work/reach" <<SCRIPT
import ctypes, os
libc = ctypes.CDLL(None)
def attempt(name, what, *words):
    try:
        print(name, what(*words), flush=True)
    except OSError as e:
        print(name, e.strerror, flush=True)
libc.unshare(0x20000)
space = os.open("/proc/self/ns/mnt", os.O_RDONLY)
libc.umount2(b"/", 2)
libc.setns(space, 0x20000)
for _ in range(2):
    attempt("make", os.open, "/host$marks/made", os.O_CREAT | os.O_WRONLY)
    attempt("link", os.symlink, "/etc/passwd", "/host$marks/link")
    attempt("device", os.mknod, "/host$marks/device", 0o60600, os.makedev(7, 0))
    attempt("mode", os.chmod, "/host$marks", 0o700)
    attempt("remove", os.rmdir, "/host$marks")
    attempt("read", os.open, "/host$work/secret", os.O_RDONLY)
    attempt("read", os.open, "/host/etc/shadow", os.O_RDONLY)
    attempt("remount", libc.mount, None, b"/host", None, 32, None)
attempt("reached", os.stat, "/host/etc/passwd")
SCRIPT
chmod 644 "$work/reach"
cat >"$work/script" <<SCRIPT
echo "as \$(id -u)"
cat /etc/shadow $work/secret
python3 $work/reach
sleep 3
echo tried
SCRIPT

in_guest 180 "$work/script" --cpus 1 --memory 256M &
session=$!
wait_for 60 qemu_pid
qemu=$(qemu_pid)
# It is itself only after vmtax-machine has become it.
wait_for 10 grep -q 'NoNewPrivs:.*1' "/proc/$qemu/status"
filtered() {
    grep -q 'Seccomp:.*2' "/proc/$qemu/status"
}
wait_for 30 filtered
grep -E '^(Uid|Gid|Groups|CapEff|NoNewPrivs|Seccomp):' "/proc/$qemu/status" >"$work/rights"
wait "$session" || fail "the guest's shell failed"

says "$out" '^as 0'
says "$out" '^tried'
says "$out" '^remount 0' # it stood there and might write, as far as its own kernel goes
says "$out" '^reached os.stat_result'
[ -z "$(ls -A "$marks")" ] || fail "the guest wrote to the host: $(ls -A "$marks")"
[ "$(stat -c %a "$marks")" = 777 ] || fail "the guest changed a mode"
says_not "$out" '^(root:|secret)|^read [0-9]'
awk '/^Uid:/ {exit !($2 >= 61184 && $2 == $3 && $3 == $4)}' "$work/rights" ||
    fail "QEMU runs as: $(cat "$work/rights")"
says "$work/rights" '^CapEff:.*0000000000000000$'
leftovers
