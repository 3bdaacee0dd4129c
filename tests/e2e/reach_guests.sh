#!/bin/sh
# Real containers of other programs, reached as their users would: lxc-attach, crun, podman, and
# systemd-nspawn by nsenter. Programs that are not installed are unpacked from Debian's packages. Rows
# are $reach_rows (reach_long.sh: of all nine subsystems); what the guest lacks something for says so.
#
# Not here: nspawn: needs a host and a guest that systemd runs, docker and incus a daemon, pct,
# kubectl and virsh a system of their own. Their commands are tested as words (test_reach).
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"

need_root
need_tool busybox
need_static_agent
conf=$HOME/.config/vmtax/vmtax.conf
mkdir -p "${conf%/*}" "$work/deb" "$work/usr" "$work/bin"
PATH=$work/bin:$PATH:/usr/sbin
ran='' lacking=''

# provide PROGRAM PACKAGE…: it is installed, or a script in $work/bin runs it from the packages.
provide() {
    program=$1
    shift
    ! command -v "$program" >/dev/null || return 0
    (cd "$work/deb" && for package; do
        [ -e "$work/deb/$package.done" ] && continue
        apt-get -q -o APT::Sandbox::User=root download "$package" >/dev/null 2>&1 &&
            dpkg -x "$package"_*.deb "$work/usr" && : >"$package.done" || exit 1
    done) || return 1
    file=$(find "$work/usr" -name "$program" -type f -perm -1 | head -n 1)
    libraries=$(find "$work/usr" -name '*.so*' -exec dirname {} \; | sort -u | tr '\n' ':')
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$file" >"$work/bin/$program"
    chmod 755 "$work/bin/$program"
}

# A root with nothing but busybox and directories.
make_root() {
    for d in bin usr proc sys dev tmp run etc root var/tmp; do
        mkdir -p "$1/$d"
    done
    cp "$(command -v busybox)" "$1/bin/busybox"
    for tool in $(busybox --list | grep -vx busybox); do
        ln -s busybox "$1/bin/$tool"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
}

# measures NAME [apart]: those of the agent alone have figures, of the network too unless the guest's is
# apart from this machine's; the others have figures or a reason.
rows=${reach_rows:-sys.syscall net.tcp.rx linpack:size=200,cpus=1}
measures() {
    # shellcheck disable=SC2086 # words
    run 0 run $rows --on "$1" --cpus 1 --blocks 2 --seconds 0.1 --json
    "$jsonpath" "$out" 'targets.*.id' | grep -qx "$1" || fail "no target $1"
    says_not "$out" '"machines"'
    "$jsonpath" "$out" 'metrics.*' | grep -F "\"target\":\"$1\"" >"$work/rows"
    [ "${2-}" = apart ] || grep -F '"workload":"net.tcp.rx"' "$work/rows" | grep -q '"value":[0-9]' ||
        fail "$1 has no figure of net.tcp.rx"
    for row in sys.syscall ctx.2p0k ram.int.copy; do
        case " $rows " in *" $row "*) ;; *) continue ;; esac
        grep -F "\"workload\":\"$row\"" "$work/rows" | grep -q '"value":[0-9]' || fail "$1 has no figure of $row"
    done
    if grep -v '"value":[0-9]' "$work/rows" | grep -v '"reason: .'; then
        fail "$1: a row has neither a figure nor a reason"
    fi
    ran="$ran $1"
    echo "$1: $(grep -c '"value":[0-9]' "$work/rows") of $(wc -l <"$work/rows") rows have figures"
}

cannot() {
    lacking="$lacking $1"
    echo "without $1: $2"
}

make_root "$work/lxc-root"
if provide lxc-start lxc && provide lxc-attach lxc && provide lxc-stop lxc; then
    mkdir -p "$work/lxc/c1" "$work/lxc-mount"
    cat >"$work/lxc/c1/config" <<END
lxc.rootfs.path = dir:$work/lxc-root
lxc.rootfs.mount = $work/lxc-mount
lxc.net.0.type = none
lxc.mount.auto = proc:mixed sys:ro
END
    lxc-start -P "$work/lxc" -n c1 -d -l info -o "$work/lxc.log" -- /bin/sleep 600 ||
        fail "lxc-start: $(grep ERROR "$work/lxc.log" | tail -n 1)"
    echo "target.c1 = lxc:c1 -P $work/lxc" >"$conf"
    measures c1
    lxc-stop -P "$work/lxc" -k -n c1
    # liblxc leaves these in every hierarchy.
    find /sys/fs/cgroup -depth -type d \( -name 'lxc.*.c1' -o -name lxc.pivot \) -exec rmdir {} + 2>/dev/null || :
    leftovers
else
    cannot lxc "no package of it"
fi

# Guests whose shell is of another C library: Debian's mksh is built with musl, too, and with klibc.
cat >"$work/enter" <<END
#!/bin/sh
mount --bind \$1 \$1 && mount -t proc proc \$1/proc && mount -t tmpfs tmpfs \$1/run && exec chroot \$1 /bin/sh
END
for libc in x86_64-linux-musl klibc; do
    if ! provide mksh mksh || ! shell=$(find "$work/usr" /usr/lib -path "*/lib/$libc/bin/mksh" 2>/dev/null | grep .); then
        cannot $libc "no shell that is built with it"
        continue
    fi
    make_root "$work/$libc-root"
    rm "$work/$libc-root/bin/sh"
    cp "$(echo "$shell" | head -n 1)" "$work/$libc-root/bin/sh"
    mknod -m 666 "$work/$libc-root/dev/null" c 1 3
    echo "target.$libc = exec:unshare --mount --pid --fork sh $work/enter $work/$libc-root" >"$conf"
    measures $libc
    # /bin/sh of the target is what is started there.
    run 0 run sys.fork_sh --on $libc --cpus 1 --blocks 2 --seconds 0.1 --json
    [ "$("$jsonpath" "$out" 'slots.*.value' | grep -c '[1-9]')" = 8 ] || fail "$libc: no figures of its shell"
    leftovers
done

# crun and podman want cgroups of the second version alone: in mounts of their own they see them.
# What is started there stays there, so the target enters the same mounts.
cat >"$work/alone" <<END
#!/bin/sh
umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && echo \$\$ >$work/alone.pid && exec sleep 600
END
unshare --mount sh "$work/alone" 2>"$work/alone.err" &
alone=$!
wait_for 5 test -s "$work/alone.pid"
inside() {
    nsenter -t "$alone" -m "$@"
}

make_root "$work/oci/rootfs"
if ! provide crun crun libyajl2; then
    cannot crun "no package of it"
else
    (cd "$work/oci" && crun spec && python3 - <<'END'
import json
c = json.load(open("config.json"))
c["process"].update(terminal=False, args=["sleep", "600"])
c["process"].pop("rlimits", None)
c["root"] = {"path": "rootfs", "readonly": True}
c["linux"].pop("resources", None)
c["linux"]["namespaces"] = [n for n in c["linux"]["namespaces"] if n["type"] != "cgroup"]
c["mounts"] = [m for m in c["mounts"] if m["type"] != "cgroup"]
c["mounts"].append({"destination": "/run", "type": "tmpfs", "source": "tmpfs"})
json.dump(c, open("config.json", "w"))
END
    )
    if inside "$(command -v crun)" --root "$work/crun" run -d -b "$work/oci" vmtax-e2e-crun </dev/null >"$work/crun.log" 2>&1; then
        echo "target.crun = exec:nsenter -t $alone -m $(command -v crun) --root $work/crun exec vmtax-e2e-crun" >"$conf"
        measures crun apart
        inside "$(command -v crun)" --root "$work/crun" delete -f vmtax-e2e-crun
        leftovers
    else
        cannot crun "$(tail -n 1 "$work/crun.log")"
    fi
fi

make_root "$work/podman-root"
if ! provide podman podman libsubid4 libgpgme11 libassuan0 || ! provide conmon conmon || ! provide crun crun libyajl2; then
    cannot podman "no package of it"
else
    cat >"$work/containers.conf" <<END
[containers]
cgroups="disabled"
netns="host"
default_ulimits=["nofile=1024:1024","nproc=1024:1024"]
[engine]
cgroup_manager="cgroupfs"
events_logger="none"
conmon_path=["$(command -v conmon)"]
runtime="crun"
[engine.runtimes]
crun=["$(command -v crun)"]
END
    cat >"$work/bin/our-podman" <<END
#!/bin/sh
CONTAINERS_CONF=$work/containers.conf exec nsenter -t $alone -m $(command -v podman) --root $work/pod \
    --runroot $work/podrun --tmpdir $work/podtmp --storage-driver vfs --cgroup-manager cgroupfs "\$@"
END
    chmod 755 "$work/bin/our-podman"
    if our-podman run -d --name web --security-opt seccomp=unconfined --rootfs "$work/podman-root" sleep 600 \
        </dev/null >"$work/podman.log" 2>&1; then
        mkdir "$work/first"
        ln -s ../bin/our-podman "$work/first/podman"
        # As a user writes it: podman:web, with this podman the first in $PATH.
        PATH=$work/first:$PATH
        measures podman:web
        our-podman rm -f -t 0 web >/dev/null
        leftovers
    else
        cannot podman "$(tail -n 1 "$work/podman.log")"
    fi
fi
kill $alone 2>/dev/null || :
wait $alone 2>/dev/null || :

make_root "$work/nspawn-root"
if provide systemd-nspawn systemd-container; then
    systemd-nspawn -q --keep-unit --register=no -D "$work/nspawn-root" --as-pid2 /bin/sleep 654 \
        </dev/null >"$work/nspawn.log" 2>&1 &
    nspawn=$!
    first_process() {
        guest=$(grep -slxzF 654 /proc/[0-9]*/cmdline 2>/dev/null | while read -r f; do
            [ "$(tr '\0' ' ' 2>/dev/null <"$f")" = '/bin/sleep 654 ' ] && echo "$f"
        done | sed 's,/proc/\([0-9]*\)/.*,\1,' | head -n 1)
        [ -n "$guest" ]
    }
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        ! first_process || break
        kill -0 $nspawn 2>/dev/null || break
        sleep 0.2
    done
    if first_process; then
        measures "nsenter:$guest"
        kill "$guest"
        wait $nspawn 2>/dev/null || :
        leftovers
    else
        cannot nspawn "$(tail -n 1 "$work/nspawn.log")"
    fi
else
    cannot nspawn "no package of it"
fi

[ -n "$ran" ] || skip "none can be started here:$lacking"
echo "measured:$ran"
