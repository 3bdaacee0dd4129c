#!/bin/sh
# Guests that exist already, reached by a command: processes beside us, a guest with nothing but
# busybox, and an SSH server on the loopback interface. Nothing stays behind in any of them.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/sshd.sh
. "${abs_top_srcdir:-.}/tests/e2e/sshd.sh"
# shellcheck source=tests/e2e/tree.sh
. "${abs_top_srcdir:-.}/tests/e2e/tree.sh"

need_static_agent
conf=$HOME/.config/vmtax/vmtax.conf
mkdir -p "${conf%/*}"
fast="--blocks 2 --seconds 0.02"

# measures TARGET: a row on native and TARGET has figures of both.
measures() {
    # shellcheck disable=SC2086 # words
    run 0 run sys.syscall --on "$1" $fast --json
    [ "$("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')" = "native $1 " ] ||
        fail "the targets are $("$jsonpath" "$out" 'targets.*.id' | tr '\n' ' ')"
    [ "$("$jsonpath" "$out" 'slots.*.value' | grep -c '[1-9]')" = 8 ] || fail "$1: not 8 figures"
    leftovers
}

# cannot TARGET PATTERN: it is not measured, and why is said in a sentence.
cannot() {
    # shellcheck disable=SC2086 # words
    run 2 run sys.syscall --on "$1" $fast
    says "$err" "$2"
    leftovers
}

# --- a command that runs a shell beside us ---------------------------------------------------------

measures exec:env
"$jsonpath" "$out" 'targets.*.kind' | grep -qx exec || fail "no target of the kind exec"
says_not "$out" '"machines"'
"$vmtax" report last >"$out"
says "$out" 'exec:env'
# Any two targets can be compared.
run 0 report last --base exec:env
says "$out" 'Performance relative to exec:env'
says "$out" '^native$'
run 2 report last --base exec:enf
says "$err" 'did you mean "exec:env"'
cannot exec:nonsuch 'there is no program nonsuch'
cannot exec:sh 'exec: is what stands before /bin/sh, which is added to it'
cannot "exec:sh -c 'echo no such guest >&2; exit 3'" 'ended with exit code 3: no such guest'
# Which disk is below its files is not known: none is counted, and no cache is seen where it may not be.
# shellcheck disable=SC2086 # words
run 0 run file.reread:size=1M --on exec:env $fast --json
"$jsonpath" "$out" 'slots.*' >"$work/slots"
grep -c '"target":"exec:env"' "$work/slots" | grep -qx 4 || fail "not four slots of it: $(head -2 "$work/slots")"
grep '"target":"exec:env"' "$work/slots" | grep -E 'disk_(read|written)_bytes|"cache"' && fail "the host's disk is its"
says "$err" 'exec:env.*whether a cache answers for its disk is not audited'
# Given up beside others, they leave why in the result.
# shellcheck disable=SC2086 # words
run 0 run sys.syscall --on "exec:env,exec:nonsuch,exec:sh -c 'echo it is shut >&2; exit 3'" $fast --quiet
says "$out" 'exec:nonsuch: not started: there is no program nonsuch'
says "$out" ': it is shut: sys.syscall'
says_not "$out" 'no block is complete|no slot was run'
run 0 report last --format json
"$jsonpath" "$out" 'targets.*.given_up' >"$work/given-up"
says "$work/given-up" 'there is no program nonsuch'
says "$work/given-up" ': it is shut'
"$jsonpath" "$out" 'metrics.*' | grep -q 'reason: there is no program nonsuch' || fail "a row does not say why"
for format in md html; do
    run 0 report last --format $format
    says "$out" 'given up: .*it is shut'
done
run 2 run null --on exec:env --judge exec:enw
says "$err" '^vmtax: --judge exec:enw: it is none of .* did you mean "exec:env"[?]$'
run 2 run null --on ssh
says "$err" 'needs a guest: ssh:HOST'
run 2 run null --on ssh:-oProxyCommand=x
says "$err" 'no name of a guest'

# Killed, it leaves the shell at the end of its input, which removes the agent.
"$vmtax" run sys.syscall --on exec:env --blocks 40 --seconds 0.2 --quiet >/dev/null 2>&1 </dev/null &
killed=$!
agent_runs() {
    find /var/tmp /tmp -maxdepth 2 -path '*/vmtax-reach-*-run.*/agent' 2>/dev/null | grep -q .
}
wait_for 10 agent_runs
kill -9 $killed
wait $killed 2>/dev/null || :
agent_is_gone() {
    ! agent_runs
}
wait_for 10 agent_is_gone
measures exec:env

# Interrupted while a slow way still carries the agent, nothing of it stays.
cat >"$work/slow" <<'END'
#!/bin/sh
python3 -c 'import os, time
while (some := os.read(0, 1024)): # what is in the pipe outlasts the patience
    os.write(1, some)
    time.sleep(0.05)' | "$@"
END
chmod 755 "$work/slow"
if has python3; then
    "$vmtax" run sys.syscall --on "exec:$work/slow" --quiet >/dev/null 2>&1 </dev/null &
    slow=$!
    wait_for 10 agent_runs
    kill -INT $slow
    code=0
    wait $slow || code=$?
    [ $code = 130 ] || fail "interrupted, the exit code is $code"
    ! agent_runs || fail "an interrupted copy stays"
    leftovers
fi

# --- servers in a network that vmtax has not made ----------------------------------------------------

# serves TARGET NETWORK: net.rr on native and TARGET has figures of both, by that network.
serves() {
    # shellcheck disable=SC2086 # words
    run 0 run net.rr --on "$1" $fast --json
    [ "$("$jsonpath" "$out" 'slots.*.value' | grep -c '[1-9]')" = 8 ] || fail "$1: not 8 figures of net.rr"
    "$jsonpath" "$out" targets.1.network | grep -Eqx "$2" ||
        fail "$1: the network is $("$jsonpath" "$out" targets.1.network)"
    leftovers
}

# serves_not TARGET PATTERN: it has no figure, and the sentence says why.
serves_not() {
    # shellcheck disable=SC2086 # words
    "$vmtax" run net.rr sys.syscall --on "$1" $fast --json >"$out" 2>"$err" </dev/null || :
    "$jsonpath" "$out" 'metrics.*' | grep -F "\"target\":\"$1\"" | grep -F net.rr >"$work/row"
    says_not "$work/row" '"value":[0-9]'
    says "$work/row" "$2"
    leftovers
}

serves exec:env loopback
if [ "$(id -u)" = 0 ] && ip link add e2e-reach-a type veth peer name e2e-reach-b 2>/dev/null; then
    at_end() {
        ip link del e2e-reach-a 2>/dev/null
    }
    setpriv --pdeathsig KILL unshare --net sleep 600 &
    far=$!
    apart() {
        [ "$(readlink "/proc/$far/ns/net")" != "$(readlink /proc/self/ns/net)" ]
    }
    wait_for 5 apart
    serves_not nsenter:$far 'no address but that of loopback: give it a network'
    ip link set e2e-reach-b netns $far
    nsenter -t $far -n ip addr add 198.18.7.2/24 dev e2e-reach-b
    nsenter -t $far -n ip link set e2e-reach-b up
    serves_not nsenter:$far 'none of its addresses .198\.18\.7\.2. is in a network of this machine'
    ip addr add 198.18.7.1/24 dev e2e-reach-a
    ip link set e2e-reach-a up
    serves nsenter:$far "the guest's own, by e2e-reach-a - 198\.18\.7\.2"
    says "$out" '"placement"'
    kill $far
    wait $far 2>/dev/null || :
    ! ip link show e2e-reach-a >/dev/null 2>&1 || ip link del e2e-reach-a
else
    echo "without a guest in another network: needs root and ip"
fi

# --- names in vmtax.conf ---------------------------------------------------------------------------

cat >"$conf" <<END
target.one = exec:env WORD='of two parts'
target.gone = exec:sh -c 'echo it is gone >&2; exit 1'
target.native = exec:env
target.x y = exec:env
target.one = exec:true
target.z = nowhere:x
END
run 0 list targets
says "$err" 'line 3 is ignored: "native" is a kind of target'
says "$err" 'line 4 is ignored: "x y" is no name for a target'
says "$err" 'line 5 is ignored: there is a target one already'
says "$err" 'line 6 is ignored: .*"nowhere:x" begins with no way to a guest'
says "$out" '^one +limited'
says "$out" '^gone +cannot'
says "$out" 'it is gone'
says "$out" '^docker:CONTAINER'
run 0 doctor
says "$out" '^cannot +gone '
run 0 list targets --json
"$jsonpath" "$out" '*.id' | grep -qx one || fail "list targets --json lacks the name"
sed -i 3,6d "$conf"
measures one
# What others' files name is never a command.
run 0 record sys.syscall --name mine --on exec:env --sessions 1 --seconds 0.02 --quiet
# Native had no limits beside that guest, and gets none without it: comparable, but that a guest is missing.
run 4 check --against mine --budget 20 --quiet
says "$err" 'exec:env: only measured when it is named'
says "$out" '1 guest of the baseline could not be measured now'
says_not "$out" 'FATAL'
leftovers

# --- next to nothing inside ------------------------------------------------------------------------

root=$work/root
busybox=$(command -v busybox || :)
if [ -n "$busybox" ] && [ "$(id -u)" = 0 ]; then
    for d in bin proc dev tmp run etc root; do
        mkdir -p "$root/$d"
    done
    mknod -m 666 "$root/dev/null" c 1 3
    cp "$busybox" "$root/bin/busybox"
    for tool in sh uname mkdir chmod rm head wc; do
        ln -s busybox "$root/bin/$tool"
    done
    cat >"$work/enter" <<END
#!/bin/sh
# enter SETUP COMMAND…: a root of its own, read-only, as SETUP makes it.
mount --rbind $root $root && mount -t proc proc $root/proc && mount -o remount,ro,bind $root &&
    eval "\$1" && shift && exec chroot $root "\$@"
END
    chmod 755 "$work/enter"
    in="exec:unshare --mount --pid --fork $work/enter"
    cat >>"$conf" <<END
target.mini = $in 'mount -t tmpfs tmpfs $root/run'
target.mini.noexec = $in 'mount -t tmpfs -o noexec tmpfs $root/tmp'
target.mini.ro = $in :
target.mini.tiny = $in 'mount -t tmpfs -o size=64k tmpfs $root/tmp; mount -t tmpfs tmpfs $root/run'
target.mini.full = $in 'mount -t tmpfs -o size=64k tmpfs $root/tmp'
target.mini.null = $in 'mount -t tmpfs tmpfs $root/dev; mount -t tmpfs tmpfs $root/run'
target.beside = $in 'mount -t tmpfs tmpfs $root/run; echo other >$root/run/id; mount --bind $root/run/id $root/proc/sys/kernel/random/boot_id'
target.elsewhere = $in 'mount -t tmpfs tmpfs $root/run; echo other >$root/run/id; mount --bind $root/run/id $root/proc/sys/kernel/random/boot_id'
END
    measures mini
    cannot mini.noexec 'no directory .*executed: .*/tmp is noexec.*/run is not writable; mount one'
    cannot mini.ro '/tmp is not writable'
    measures mini.tiny
    cannot mini.full '/tmp has no room for [0-9]+ KiB'
    cannot mini.null 'mini.null lacks /dev/null, '
    # A look says the same, of all of them in the time of one.
    echo "target.mini.silent = exec:sh -c 'sleep 60'" >>"$conf"
    run 0 list targets
    sed -i '/mini\.silent/d' "$conf"
    says "$out" '^mini +limited'
    says "$out" '^mini\.tiny +limited'
    for bad in mini.noexec mini.ro mini.full mini.null mini.silent; do
        says "$out" "^$bad +cannot"
    done
    says "$out" 'room for [0-9]+ KiB'
    says "$out" 'no answer from'
    # With another kernel it is another machine, as far as can be told, and is not judged.
    measures elsewhere
    says "$out" '"machines"'
    [ "$("$jsonpath" "$out" 'comparisons.*.verdict')" = not-comparable ] || fail "another machine is judged"
    "$vmtax" report last >"$out"
    says "$out" 'another machine than native'
    # Two guests of it are judged by each other.
    # shellcheck disable=SC2086 # words
    run 0 run sys.syscall --on elsewhere,beside $fast --quiet
    run 0 report last --base elsewhere
    says "$out" 'Performance relative to elsewhere, on its machine'
    sed -n '/^native$/,/^beside$/p' "$out" >"$work/native"
    says "$work/native" 'not comparable'
    says "$out" "native: another machine than elsewhere's: shown, never"
    sed -n '/^beside$/,/^Not measured/{/^Not measured/!p;}' "$out" >"$work/beside"
    says_not "$work/beside" 'not comparable|another machine'
    # shellcheck disable=SC2086 # words
    run 0 run sys.syscall --on elsewhere --judge mini,elsewhere $fast --json
    says_not "$out" '"machines"'
    rm -rf "$root"
else
    echo "without a minimal guest: needs root and busybox"
fi

# --- what comes along with the agent ---------------------------------------------------------------

# A guest with this machine's programs but nginx, which sees neither the build nor $work.
if [ "$(id -u)" = 0 ]; then
    cat >"$work/full" <<END
#!/bin/sh
for f in /usr/sbin/nginx /usr/local/nginx/sbin/nginx; do
    [ ! -e \$f ] || mount --bind /dev/null \$f || exit 1
done
mount -t tmpfs tmpfs "$abs_top_builddir" && exec "\$@"
END
    echo "target.full = exec:unshare --mount sh $work/full" >>"$conf"
    rows='' builds=${vmtax%/*}
    [ ! -x "$builds/vmtax-linpack" ] || rows="$rows linpack:size=200,cpus=1"
    [ ! -x "$builds/vmtax-jbb.jar" ] || rows="$rows jbb:warehouses=1"
    [ ! -x "$builds/vmtax-oltp" ] || rows="$rows oltp:engine=sqlite,rows=1000,threads=1,cpus=1"
    [ ! -x "$builds/vmtax-httpd" ] || rows="$rows web:clients=1,cpus=1"
    no_compiler || {
        small_tree "$work/tree"
        sed -i '/DEBUG = -g/d' "$work/tree/Makefile" # its directory is another there
        rows="$rows kbuild:part=quick,cpus=1"
    }
    # shellcheck disable=SC2086 # words
    run 0 run $rows --tree "$work/tree" --on full $fast --json
    "$jsonpath" "$out" 'metrics.*' | grep -F '"target":"full"' >"$work/rows"
    for row in $rows; do
        grep -F "\"workload\":\"${row%%:*}\"" "$work/rows" | grep -Eq '"value":[0-9]|runs on libmicrohttpd' ||
            fail "full has no figure of $row: $(grep -F "\"workload\":\"${row%%:*}\"" "$work/rows")"
    done
    leftovers
    # Without a library of theirs they say which.
    if [ -x "$builds/vmtax-linpack" ]; then
        blas=$(ldconfig -p | sed -n 's/.*libopenblas\.so\.0 .*=> //p' | head -n 1)
        cat >"$work/bare" <<END
#!/bin/sh
mount --bind /dev/null $(realpath "$blas") && exec sh $work/full "\$@"
END
        echo "target.bare = exec:unshare --mount sh $work/bare" >>"$conf"
        # shellcheck disable=SC2086 # words
        "$vmtax" run linpack:size=200,cpus=1 sys.syscall --on bare $fast --json >"$out" 2>"$err" </dev/null || :
        "$jsonpath" "$out" 'metrics.*' | grep -F '"target":"bare"' >"$work/rows"
        says "$work/rows" 'vmtax-linpack cannot be loaded here: is OpenBLAS installed'
        leftovers
    fi
else
    echo "without a guest that sees nothing of the build: needs root"
fi

# --- ssh -------------------------------------------------------------------------------------------

ssh_works || skip "ssh was not tested: $why"
sshd_make 127.0.0.1
port=20022
until sshd_serve "$port"; do
    port=$((port + 1))
    [ $port -lt 20042 ] || fail "no SSH server: $(cat "$ssh/log")"
done
cat >"$ssh/user" <<END
Host box
    HostName 127.0.0.1
Host box vm
    Port $port
    User root
    IdentityFile $ssh/key
    IdentitiesOnly yes
    UserKnownHostsFile $ssh/known
    StrictHostKeyChecking accept-new
Host stranger
    HostName 127.0.0.1
    Port $port
    User root
    IdentityFile $ssh/host
    IdentitiesOnly yes
    UserKnownHostsFile $ssh/known
END
cat >"$conf" <<END
target.box = ssh:box -F $ssh/user
target.stranger = ssh:stranger -F $ssh/user
target.vm = virsh:vm -4 -F $ssh/user
END
measures box
"$jsonpath" "$out" 'targets.*.kind' | grep -qx ssh || fail "no target of the kind ssh"
says_not "$out" '"machines"'
serves box loopback
cannot stranger 'Permission denied'
# A double of virsh: the address is its, all else ssh's.
mkdir "$work/bin"
cat >"$work/bin/virsh" <<END
#!/bin/sh
[ "\$*" = "-q domifaddr vm" ] && echo ' vnet0      52:54:00:00:00:01    ipv4         127.0.0.1/24'
END
chmod 755 "$work/bin/virsh"
PATH=$work/bin:$PATH
measures vm
sshd_end
cannot box 'Connection refused'
