#!/bin/sh
# What `make install` puts somewhere works there, and `make uninstall` takes all of it away.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
[ -f "$abs_top_builddir/Makefile" ] || skip "needs a build directory"
# Of the make that runs this test nothing.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
root=$work/root
umask 022

make_there() {
    make -C "$abs_top_builddir" -s "$@" DESTDIR="$root" prefix=/usr >"$out" 2>&1 || fail "make $*"
}

files() {
    (cd "$root" && find . ! -type d) | sed 's,^\./,,' | sort
}

make_there install
files >"$work/installed"
for file in bin/vmtax libexec/vmtax/vmtax-agent libexec/vmtax/vmtax-container libexec/vmtax/vmtax-machine \
    share/vmtax/paper.json share/vmtax/example.rec.gz share/vmtax/schema/result.json share/vmtax/schema/agent.json \
    share/man/man1/vmtax.1 share/man/man5/vmtax.conf.5 share/man/man7/vmtax-method.7 share/man/man8/vmtax-agent.8 \
    share/bash-completion/completions/vmtax share/zsh/site-functions/_vmtax \
    share/fish/vendor_completions.d/vmtax.fish; do
    grep -qx "usr/$file" "$work/installed" || fail "usr/$file is not installed"
done
cmp "$root/usr/share/vmtax/schema/check.json" "${abs_top_srcdir:-.}/data/schema/check.json" || fail "another schema"
"$root/usr/bin/vmtax" --version >"$out" || fail "it does not run there"
says "$out" '^vmtax [0-9]'
# Others may read and run it, and write nothing.
find "$root/usr" ! -type l \( -perm /022 -o ! -perm -444 \) >"$work/rights"
[ ! -s "$work/rights" ] || fail "rights: $(head -n 1 "$work/rights")"

make_there uninstall
files >"$work/left"
(cd "$root" && find . -path '*vmtax*') >>"$work/left"
[ ! -s "$work/left" ] || fail "left behind: $(head -n 3 "$work/left")"
