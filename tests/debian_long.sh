#!/bin/sh
# The Debian packages: built by dpkg-buildpackage in a fresh root of each release that is supported, judged
# by lintian, and tried by autopkgtest in another fresh root, where nothing is but the package and what it
# depends on.
#
#   DEBIAN_SUITES="bookworm trixie"   these releases
#   DEBIAN_OUT=DIR                    keeps the packages there
#
# The mirror is the one of this machine's own apt.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_root
need_tool mmdebstrap
unshare --mount --pid --fork true 2>/dev/null || skip "no namespaces can be made here"

mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\([a-z]*:[^ ]*\).*/\2/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null | head -n 1)

# Without the names of hosts.
quietly() {
    code=0
    "$@" >"$work/log" 2>&1 </dev/null || code=$?
    sed 's,[a-z][a-z0-9+.-]*://[^/ ]*,(mirror),g; s/\[IP: [^]]*\]//g' "$work/log" >"$out"
    return $code
}

# root DIRECTORY: a fresh one.
root() {
    mkdir "$1"
    tar -C "$1" -xf "$work/$suite.tar"
    cp -L /etc/resolv.conf "$1/etc/resolv.conf" 2>/dev/null || :
    cp /etc/hosts "$1/etc/hosts"
    for file in /etc/apt/apt.conf.d/99*; do
        [ ! -e "$file" ] || cp "$file" "$1/etc/apt/apt.conf.d/"
    done
    if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
        mkdir -p "$1/etc/ssl/certs"
        cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
    fi
}

# within DIRECTORY SCRIPT: in its own mounts and processes, which end with it.
within() {
    cp "$2" "$1/script"
    # shellcheck disable=SC2016 # for the shell inside
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        unshare --mount --pid --fork --kill-child sh -c 'mount --make-rprivate / && mount --bind "$1" "$1" &&
            mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --rbind /dev "$1/dev" &&
            mount -t tmpfs tmpfs "$1/run" && exec chroot "$1" sh -e /script' sh "$1"
}

cat >"$work/build" <<'END'
apt-get -q -y update
apt-get -q -y install --no-install-recommends build-essential fakeroot lintian
cd /src/vmtax
apt-get -q -y build-dep --no-install-recommends ./
dpkg-buildpackage -us -uc
cd ..
lintian --allow-root --fail-on error --display-info vmtax_*.changes
dpkg-deb --contents vmtax_*_*.deb
END
cat >"$work/try" <<'END'
apt-get -q -y update
apt-get -q -y install --no-install-recommends autopkgtest
cd /src
autopkgtest vmtax_*_*.deb vmtax_*.dsc -- null
END

for suite in ${DEBIAN_SUITES:-bookworm trixie}; do
    # shellcheck disable=SC2086 # words; no mirror: the one of Debian
    quietly mmdebstrap -q --variant=minbase --include=ca-certificates "$suite" "$work/$suite.tar" $mirror ||
        skip "no root of $suite can be made: is there a network? $(tail -n 1 "$out")"
    root "$work/root"
    mkdir -p "$work/root/src/vmtax"
    (cd "$abs_top_srcdir" && tar -cf - --exclude='./build*' --exclude=./.git --exclude='*.o' --exclude='*.a' .) |
        tar -xf - -C "$work/root/src/vmtax" --no-same-owner
    quietly within "$work/root" "$work/build" || fail "$suite: the packages are not built"
    says_not "$out" '^E: '
    for file in usr/bin/vmtax usr/libexec/vmtax/vmtax-agent usr/libexec/vmtax/vmtax-container \
        usr/libexec/vmtax/vmtax-machine usr/libexec/vmtax/vmtax-linpack usr/libexec/vmtax/vmtax-httpd \
        usr/libexec/vmtax/vmtax-oltp usr/libexec/vmtax/vmtax-jbb.jar usr/share/man/man1/vmtax.1.gz; do
        says "$out" " \\./$file\$"
    done
    sed -n '/^[WI]: /p' "$out"
    mkdir "$work/$suite"
    find "$work/root/src" -maxdepth 1 -name 'vmtax_*' -exec mv {} "$work/$suite/" \;
    rm -rf --one-file-system "$work/root"

    root "$work/root"
    mkdir "$work/root/src"
    cp "$work/$suite"/* "$work/root/src/"
    quietly within "$work/root" "$work/try" || fail "$suite: the package's own test"
    says "$out" '^comparison +PASS'
    rm -rf --one-file-system "$work/root"
    [ -z "${DEBIAN_OUT-}" ] || cp -r "$work/$suite" "$DEBIAN_OUT/"
    rm -rf "${work:?}/$suite" "$work/$suite.tar"
    echo "$suite: built, lintian without errors, autopkgtest passed"
done
