#!/bin/sh
# `make dist` gives the same file whenever it is made and whatever the umask is.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_tool autoreconf
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES SOURCE_DATE_EPOCH

# The tree as it is now, whatever becomes of it meanwhile.
tar -C "$abs_top_srcdir" -cf "$work/tree" --exclude='./build*' --exclude=./.git --exclude='*.o' --exclude=./Makefile \
    --exclude=./config.status .

# release NAME UMASK: from a copy of the tree of its own, whose files are as old as now.
release() {
    mkdir "$work/$1"
    (umask "$2" && tar -xf "$work/tree" -C "$work/$1" --no-same-permissions --touch)
    # The one date that a release keeps.
    touch -r "$abs_top_srcdir/NEWS" "$work/$1/NEWS"
    (umask "$2" && cd "$work/$1" && autoreconf -fi && mkdir build-dist && cd build-dist &&
        ../configure --silent --without-lxc && make -s dist) >"$out" 2>&1 </dev/null || fail "make dist"
    sha256sum <"$(echo "$work/$1"/build-dist/vmtax-*.tar.xz)" >"$work/$1.sum"
}

release one 022
sleep 2 # the seconds of a tar or zip archive
release two 077
cmp "$work/one.sum" "$work/two.sum" || {
    tar -tvf "$work"/one/build-dist/vmtax-*.tar.xz >"$work/list.one"
    tar -tvf "$work"/two/build-dist/vmtax-*.tar.xz >"$work/list.two"
    diff "$work/list.one" "$work/list.two" | head -n 5
    fail "two releases of the same tree differ"
}
