#!/bin/sh
# The RPM package: built by rpmbuild from a release, judged by rpmlint, installed into an empty root, used
# there and removed. Libraries and compilers are this machine's own, of whatever distribution it is, so
# what the package names as its needs is held against ./bootstrap's table instead.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_root
need_tool rpmbuild
need_tool autoreconf
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES SOURCE_DATE_EPOCH
spec=$abs_top_srcdir/vmtax.spec

# --- what it needs ---------------------------------------------------------------------------------

# table NAME…: Fedora's names in these tables of ./bootstrap.
table() {
    for name; do
        sed -n "/^${name}_needs='\$/,/^'\$/p" "$abs_top_srcdir/bootstrap" | grep '|' | cut -d'|' -f4
    done | sort -u
}
# said TAG…: the names that the spec has there.
said() {
    for tag; do
        sed -n "s/^$tag: *//p" "$spec"
    done | sort -u
}
table build >"$work/build"
table guest >"$work/guest"
table build guest test >"$work/all"
{ [ "$(wc -l <"$work/build")" -gt 10 ] && [ -s "$work/guest" ]; } || fail "./bootstrap's tables are not found"
said Recommends | cmp - "$work/guest" || fail "Recommends are not what virtual machines need"
# A release has configure.
said BuildRequires Suggests >"$work/said"
grep -vx -e autoconf -e automake "$work/build" | comm -23 - "$work/said" >"$out"
[ ! -s "$out" ] || fail "needed by ./bootstrap and not in the spec: $(tr '\n' ' ' <"$out")"
said BuildRequires | comm -23 - "$work/build" >"$out"
[ ! -s "$out" ] || fail "BuildRequires that ./bootstrap does not know: $(tr '\n' ' ' <"$out")"
# To run Java takes less than to compile it.
said Suggests | grep -vx java-headless | comm -23 - "$work/all" >"$out"
[ ! -s "$out" ] || fail "Suggests that ./bootstrap does not know: $(tr '\n' ' ' <"$out")"
version=$(sed -n 's/^AC_INIT(\[vmtax\], \[\([^]]*\)\].*/\1/p' "$abs_top_srcdir/configure.ac")
[ "$(said Version)" = "$version" ] || fail "the spec is of version $(said Version), and the release is $version"

# --- built from a release --------------------------------------------------------------------------

mkdir "$work/tree"
tar -C "$abs_top_srcdir" -cf - --exclude='./build*' --exclude=./.git --exclude='*.o' --exclude=./Makefile \
    --exclude=./config.status . | tar -xf - -C "$work/tree" --no-same-owner
(cd "$work/tree" && autoreconf -fi && mkdir build-dist && cd build-dist && ../configure --silent --without-lxc &&
    make -s dist) >"$out" 2>&1 </dev/null || fail "make dist"
# liblxc's headers are where ./bootstrap unpacked them, if their package is not installed.
if ! pkg-config --exists lxc; then
    [ -d "$abs_top_builddir/lxc/usr/include" ] || skip "needs liblxc's headers: ./bootstrap fetches them"
    LXC_CFLAGS=-I$abs_top_builddir/lxc/usr/include
    LXC_LIBS=-l:liblxc.so.1
    export LXC_CFLAGS LXC_LIBS
fi
rpmbuild --nodeps --define "_topdir $work/rpm" --define "_tmppath $work" -ta "$work/tree/build-dist/vmtax-$version.tar.xz" \
    >"$out" 2>&1 </dev/null || fail "rpmbuild"
says_not "$out" 'warning: File listed twice|Installed \(but unpackaged\)'
source=$(find "$work/rpm/SRPMS" -name 'vmtax-*.src.rpm')
package=$(find "$work/rpm/RPMS" -name "vmtax-$version-*.x86_64.rpm")
{ [ -f "$source" ] && [ -f "$package" ]; } || fail "no source and binary package"
rpm -qlp "$source" | sort | tr '\n' ' ' >"$work/sources"
[ "$(cat "$work/sources")" = "vmtax-$version.tar.xz vmtax.spec " ] || fail "the source package has $(cat "$work/sources")"

# The same files as an installation by hand, but for what each package has. Whether pages of the manual are
# compressed is the distribution's to say.
make -s -C "$abs_top_builddir" install DESTDIR="$work/hand" prefix=/usr zshcompletiondir=/usr/share/zsh/site-functions \
    >"$out" 2>&1 || fail "make install"
(cd "$work/hand" && find . -type f -o -type l) | sed 's,^\.,,' | sort >"$work/by-hand"
rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$package" | sed -n '/^d/d; s,^\([^ ]* \)\(/usr/share/man/.*\)\.gz$,\1\2,; s/^[^ ]* //p' |
    grep -v -e '^/usr/share/doc/' -e '^/usr/share/licenses/' -e '/\.build-id' | sort >"$work/packaged"
diff "$work/by-hand" "$work/packaged" >"$out" || fail "other files than by make install"
rpm -qp --requires "$package" >"$work/requires"
for library in libncursesw libstatgrab libcjson libarchive; do
    says "$work/requires" "^$library\\.so"
done

# Without a distribution's rules rpmlint wants of every package who signed it, who packed it, and a group,
# which are the distribution's to say; and the suffix of vmtax.conf.5 misleads it. The agent is static
# because it is copied into guests that have other libraries, or none.
cat >"$work/rpmlintrc" <<'END'
addFilter("E: (no-signature|no-packager-tag|no-group-tag)")
addFilter("E: bad-manual-page-folder .*/vmtax.conf.5")
addFilter("E: statically-linked-binary /usr/libexec/vmtax/vmtax-agent")
END
if has rpmlint; then
    rpmlint -r "$work/rpmlintrc" "$source" "$package" >"$out" 2>&1 </dev/null || fail "rpmlint finds errors"
    sed -n '/: W: /p; $p' "$out"
fi

# --- in an empty root ------------------------------------------------------------------------------

root=$work/root
mkdir "$root"
rpm --root "$root" --nodeps -i "$package" >"$out" 2>&1 || fail "rpm -i"
[ "$("$root/usr/bin/vmtax" --version | head -n 1)" = "$("$vmtax" --version | head -n 1)" ] ||
    fail "the packaged vmtax is not this one"
rpm --root "$root" --nodeps -V vmtax >"$out" 2>&1 || fail "rpm -V"

# Libraries and tools are lent to it.
cat >"$work/within" <<'END'
for d in bin sbin lib lib64; do
    [ ! -h /$d ] || cp -P /$d "$1/$d"
    [ -h /$d ] || [ ! -d /$d ] || { mkdir "$1/$d" && mount --rbind /$d "$1/$d"; } || exit 1
done
for d in /etc /usr/lib /usr/lib64 /proc /sys /dev; do
    [ ! -d $d ] || { mkdir -p "$1$d" && mount --rbind $d "$1$d"; } || exit 1
done
mkdir -p "$1/root" "$1/run" "$1/tmp" "$1/var/tmp"
exec chroot "$1" /usr/bin/vmtax run sys.syscall --on twin --cpus 1 --blocks 2 --seconds 0.05 --json
END
rm -f "$out"
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 unshare --mount sh "$work/within" "$root" \
    >"$out" 2>"$err" </dev/null || fail "the packaged vmtax does not measure"
[ "$("$jsonpath" "$out" 'slots.*.value' | grep -c '[1-9]')" = 8 ] || fail "not 8 figures"

rpm --root "$root" --nodeps -e vmtax >"$out" 2>&1 || fail "rpm -e"
find "$root/usr" -name '*vmtax*' >"$out"
[ ! -s "$out" ] || fail "rpm -e leaves files"
leftovers
echo "$(basename "$package"): built, $(wc -l <"$work/packaged") files, measured in an empty root, removed"
