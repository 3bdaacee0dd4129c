#!/bin/sh
# What root in a virtual machine can do to the host: SECURITY.md says nothing but what is tried here.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_root

marks=$work/marks
mkdir -m 777 "$marks"
echo secret >"$work/secret"
chmod 600 "$work/secret"
# The share of the host's root once more, to write: what is written must not end in the layer above.
cat >"$work/script" <<SCRIPT
echo "as \$(id -u)"
mkdir -p /run/again
mount -t 9p -o trans=virtio,version=9p2000.L,rw root /run/again
mount -o remount,rw /run/again
touch /run/again$marks/made
echo more >>/run/again$work/secret
chmod 777 /run/again$work/secret
rm /run/again$work/secret
ln -s /etc/passwd /run/again$marks/link
mknod /run/again$marks/device b 7 0
cat /run/again/etc/shadow /etc/shadow
cat /run/again$work/secret
ls -d /run/again/etc/passwd
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
says "$out" '^/run/again/etc/passwd' # the share was mounted: what failed was the writing
[ -z "$(ls -A "$marks")" ] || fail "the guest wrote to the host: $(ls -A "$marks")"
[ "$(stat -c %a "$work/secret")" = 600 ] || fail "the guest changed a file's mode"
says_not "$out" '^(root:|secret)'
[ "$(cat "$work/secret")" = secret ] || fail "the guest changed a file"
awk '/^Uid:/ {exit !($2 >= 61184 && $2 == $3 && $3 == $4)}' "$work/rights" ||
    fail "QEMU runs as: $(cat "$work/rights")"
says "$work/rights" '^CapEff:.*0000000000000000$'
leftovers
