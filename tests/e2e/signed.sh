#!/bin/sh
# A kernel that insists on its modules' signatures gets them, although they are loaded without
# wherever it does not.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/machine.sh
. "${abs_top_srcdir:-.}/tests/e2e/machine.sh"

# refused WORDS: how often the guest's kernel refused a module.
refused() {
    # shellcheck disable=SC2016 # for the guest's shell
    printf 'echo "refused $(dmesg | grep -c "module is rejected")"\nexit\n' |
        "$vmtax" shell tcg --cpus 1 --append "$1" >"$out" 2>"$err" || fail "no guest with $1"
    tr -d '\r' <"$out" | sed -n 's/^.*refused \([0-9]\{1,\}\)$/\1/p' | tail -n 1
}

n=$(refused module.sig_enforce=1)
[ "${n:-0}" -gt 0 ] || fail "the kernel that insists on signatures refused no module: $n"
n=$(refused module.sig_enforce=0)
[ "${n:-x}" = 0 ] || fail "a kernel that does not insist refused $n modules"
leftovers
