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
# The manual's example of a screen is where it was installed, wherever that is.
make -C "$abs_top_builddir" -s install-data DESTDIR= prefix="$work/own" >"$out" 2>&1 || fail "make install-data"
for man in "$root/usr" "$work/own"; do
    grep -h '^vmtax screen .*example' "$man/share/man/man1/vmtax.1" >"$work/example" ||
        fail "the manual has no example of a screen"
    grep -qF " ${man#"$root"}/share/vmtax/example.rec.gz " "$work/example" || fail "not installed there: $(cat "$work/example")"
done
(cd / && PATH="$root/usr/bin:$PATH" sh "$work/example") >"$out" 2>"$err" || fail "the manual's example fails: $(cat "$err")"
says "$out" scoreboard
# Others may read and run it, and write nothing.
find "$root/usr" ! -type l \( -perm /022 -o ! -perm -444 \) >"$work/rights"
[ ! -s "$work/rights" ] || fail "rights: $(head -n 1 "$work/rights")"

make_there uninstall
files >"$work/left"
(cd "$root" && find . -path '*vmtax*') >>"$work/left"
[ ! -s "$work/left" ] || fail "left behind: $(head -n 3 "$work/left")"
