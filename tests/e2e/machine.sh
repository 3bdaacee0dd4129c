# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # variables are for the tests, or lib.sh's
# Sourced after lib.sh by tests with virtual machines.
#
# Guests boot the agent itself as their first process, so it must be static.

need_tool qemu-system-x86_64
[ "$(uname -m)" = x86_64 ] || skip "needs an x86-64 processor"

# Unpacking a kernel takes a second: once for all tests of this build.
XDG_CACHE_HOME=$abs_top_builddir/tests/cache
export XDG_CACHE_HOME
mkdir -p "$XDG_CACHE_HOME"
chmod 700 "$XDG_CACHE_HOME"

need_static_agent

# The reason, if no guest can be started here, not even emulated.
run 0 list targets --json
case $("$jsonpath" "$out" '*' | grep '"id":"tcg"') in
*'"use":"cannot"'* | '')
    skip "no guest can be started: $("$jsonpath" "$out" '*' | grep '"id":"tcg"' | sed 's/.*"reason":"\([^"]*\)".*/\1/')"
    ;;
esac
# Does KVM itself work? Then `--on kvm` is the real thing.
kvm_works=no
case $("$jsonpath" "$out" '*' | grep '"id":"kvm"') in
*'"use":"works"'*) kvm_works=yes ;;
esac

# The process of QEMU that belongs to this test.
qemu_pid() {
    # shellcheck disable=SC2013 # names without blanks
    for qemu_environ in $(grep -lsF -e "=$work/" /proc/[0-9]*/environ); do
        qemu_proc=${qemu_environ%/environ}
        case $(readlink "$qemu_proc/exe" 2>/dev/null) in *qemu-system-x86_64) ;; *) continue ;; esac
        echo "${qemu_proc#/proc/}"
        return 0
    done
    return 1
}

no_qemu() {
    ! qemu_pid
}

# With --ndjson: a slot of the emulated guest has ended.
slot_in_guest() {
    grep -q '"target":"tcg"' "$out"
}

# in_guest SECONDS SCRIPT OPTION…: run a shell script in an emulated guest; what it prints is in $out.
# The guest's root is this machine's, without rights of root here, and its /tmp is its own: that is taken
# away, so that the build tree and $work are there by their names.
in_guest() {
    in_guest_most=$1 in_guest_script=$2
    shift 2
    chmod 755 "$work"
    chmod 644 "$in_guest_script"
    printf 'umount /tmp; sh %s </dev/null; exit\n' "$in_guest_script" >"$work/typed"
    timeout "$in_guest_most" "$vmtax" shell tcg "$@" <"$work/typed" >"$work/session" 2>"$err" || in_guest_code=$?
    # Without what a shell says to a terminal.
    tr -d '\r' <"$work/session" | sed "s/$(printf '\033')\[[?0-9;]*[a-zA-Z]//g" >"$out"
    [ -z "${in_guest_code-}" ] || fail "the shell of the guest ended with $in_guest_code"
}

# vmtax_for_guest: to run vmtax itself in a guest, with containers. In $work/copies are the programs, where
# whoever runs the machine may read them even if the tree is below a directory that is not for all, and the
# module that a container's network wants, $veth; $kernel is the image that it is of. Skips the test if there
# is no such kernel.
vmtax_for_guest() {
    veth=$(find "${vmtax%/*}/guest-kernel/lib/modules" /lib/modules -name 'veth.ko*' 2>/dev/null | head -n 1)
    version=${veth##*/lib/modules/}
    for kernel in "${veth%/lib/modules/*}"/boot/vmlinu*-"${version%%/*}"; do
        break
    done
    if [ -z "$veth" ] || [ ! -r "$kernel" ]; then
        skip "no kernel with the module veth"
    fi
    mkdir -m 755 "$work/copies"
    for program in vmtax vmtax-agent vmtax-container; do
        cp "${vmtax%/*}/$program" "$work/copies/"
    done
    cp "$veth" "$work/copies/"
    veth=$work/copies/${veth##*/}
}
