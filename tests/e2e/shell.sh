#!/bin/sh
# vmtax shell: a shell in a guest, and the network between guest and host, both ways.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"
need_tool tmux
need_tool python3

run 2 shell container
says "$err" 'kvm'

terminal 100x30 "$vmtax" shell tcg
guest_is_there() {
    shows 'vmtax:.*[#$] *$'
}
wait_for 120 guest_is_there
says "$err" 'EMULATED'
# shellcheck disable=SC2016 # for the guest's shell
press 'echo "kernel $(uname -r) on $(nproc) as $(id -u), $(stty size)"' Enter
wait_for 60 shows '^kernel [0-9][^ ]* on [0-9]+ as 0, 30 100'
# Its size follows the terminal's.
resize 77x23
# shellcheck disable=SC2016 # for the guest's shell
press 'until [ "$(stty size)" = "23 77" ]; do sleep 0.2; done; echo "now $(stty size)."' Enter
wait_for 60 shows '^now 23 77\.'
# The host's files, and none of them is changed.
press "echo changed >/usr/bin/vmtax-was-here && ls /usr/bin/vmtax-was-here" Enter
wait_for 60 shows '^/usr/bin/vmtax-was-here'
[ ! -e /usr/bin/vmtax-was-here ] || fail "the guest wrote to the host's files"

# Addresses stand in what was said at the start: "tap HOST - GUEST".
host=$(sed -n 's/.* \(10\.213\.[0-9.]*\) - 10\.213\.[0-9.]*.*/\1/p' "$err" | head -n 1)
guest=$(sed -n 's/.* 10\.213\.[0-9.]* - \(10\.213\.[0-9.]*\).*/\1/p' "$err" | head -n 1)
if [ -n "$host" ] && [ "$(id -u)" = 0 ]; then
    # guest -> host
    python3 - "$host" >"$work/heard" <<'PYTHON' &
import socket, sys
s = socket.create_server((sys.argv[1], 20611))
s.settimeout(90)
c, _ = s.accept()
print(c.recv(100).decode())
PYTHON
    listener=$!
    listening() {
        grep -qi ":$(printf %04X 20611) " /proc/net/tcp
    }
    wait_for 10 listening
    press "echo from the guest >/dev/tcp/$host/20611" Enter
    wait $listener || fail "nothing came from the guest"
    grep -q 'from the guest' "$work/heard" || fail "the host heard: $(cat "$work/heard")"
    # host -> guest
    press "python3 -m http.server -b $guest 20612 -d /etc 2>/dev/null &" Enter
    answers() {
        python3 -c "import urllib.request as u; print(u.urlopen('http://$guest:20612/hostname', timeout=3).read().decode())"
    }
    wait_for 90 answers
fi

press "exit" Enter
ended 0
leftovers

# Ctrl-] ends a guest whatever it does; without a terminal input and output are pipes.
terminal 80x24 "$vmtax" shell tcg
wait_for 120 guest_is_there
press 'sleep 1000' Enter
press C-]
ended 0
leftovers
# shellcheck disable=SC2016 # for the guest's shell
printf 'echo sum $((40 + 2))\nexit\n' | "$vmtax" shell tcg --cpus 1 --memory 256M >"$out" 2>"$err" || fail "exit code $? of a shell without a terminal"
says "$out" 'sum 42'
says_not "$out" 'ended;'
leftovers
# Its exit code is the shell's.
code=0
printf 'exit 7\n' | "$vmtax" shell tcg --cpus 1 --memory 256M >"$out" 2>"$err" || code=$?
[ $code = 7 ] || fail "exit code $code, and the shell's was 7"
leftovers
