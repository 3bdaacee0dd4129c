#!/bin/sh
# Timed code (section .text.timed of the kernels) reaches nothing but timed code, the sentences for
# failures, data, and the functions named here: thin wrappers of system calls and our own. Above all
# no function that the C library chooses by processor: memcpy, memset, strlen and the like; compilers
# make calls of those by themselves. libbz2, which cint.bzip2 measures, was compiled elsewhere and has
# no such section: nothing in it may reach one of those.
library=${abs_top_builddir:?}/libkernels.a
bz2=$abs_top_builddir/workloads/cint/libbz2.o
agent=$abs_top_builddir/vmtax-agent
allowed='^(syscall|getpid|getppid|stat|fstat|kill|sigaction|fork|_exit|execve|waitpid|open|openat'\
'|close|fsync|lseek|unlinkat|__errno_location|histogram_record|process_miscounted|link_(failed|wrong|short)'\
'|write|send|recv|socket|connect|epoll_(ctl|wait)|timerfd_settime'\
'|work_now_ns|work_exclude_begin|work_exclude_end|ioctl'\
'|BZ2_bz(Compress|Decompress)(Init|End)?|tinyvm_(begin|arm|disarm|enter|done)|tool_run)$'
# What libraries for C choose by processor, or may in another version; fortified names, too.
dispatched='^_*(mem|str|stp|wcs|wmem|rawmem|bcmp|bcopy|bzero)'
data='^\.(text\.timed|text\.failed|rodata.*|data.*|bss|L.*)$'

# Functions of one file of ours that another one calls: timed code as well.
timed=$(LC_ALL=C nm -f sysv "$library" 2>/dev/null |
    awk -F'|' '$3 ~ /T/ && $7 ~ /^ *\.text\.timed *$/ { gsub(/ /, "", $1); print $1 }' |
    sort -u | tr '\n' '|')
test -z "$timed" || allowed="$allowed|^(${timed%|})$"

# Lines "object symbol" of the relocations of timed code that are not allowed; exit status 1 if none
# was seen at all.
judge() {
    awk -v allowed="$allowed" -v data="$data" '
        /^File:/ { object = $2 }
        /^Relocation section/ { timed = $3 ~ /^.\.rela?\.text\.timed.$/ }
        timed && $3 ~ /^R_/ {
            seen++
            name = $5
            sub(/@.*/, "", name)
            if (name !~ allowed && name !~ data) print object, name
        }
        END { exit seen < 20 }'
}

# Of the undefined symbols, one a line, those that are chosen by processor: by their names, or
# because those who link them say so.
judge_undefined() {
    awk -v dispatched="$dispatched" -v chosen="$chosen" '
        BEGIN { n = split(chosen, names, " "); for (i = 1; i <= n; i++) is_chosen[names[i]] }
        $1 ~ dispatched || $1 in is_chosen { print $1 }'
}

if nm "$library" 2>/dev/null | grep -Eq '__(asan|tsan|ubsan)_|__gcov'; then
    echo 'SKIP: this build is instrumented; its timed code calls the sanitizer or the profiler'
    exit 77
fi
if ! command -v readelf >/dev/null; then
    echo 'SKIP: no readelf (package binutils)'
    exit 77
fi

# The judge itself: it must see what must not be.
sample=$(
    echo "File: x.o"
    echo "Relocation section '.rela.text.timed' at offset 0x1 contains 22 entries:"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        echo '0000000000000010  0000000900000004 R_X86_64_PLT32 0000000000000000 syscall - 4'
    done
    echo '0000000000000010  0000000900000004 R_X86_64_PLT32 0000000000000000 memcpy - 4'
    echo '0000000000000010  0000000900000004 R_X86_64_PLT32 0000000000000000 .text + 4'
)
if test "$(echo "$sample" | judge)" != 'x.o memcpy
x.o .text'; then
    echo 'FAIL: this test does not find memcpy in a sample that has it'
    exit 1
fi

if ! found=$(LC_ALL=C readelf -rW "$library" | judge); then
    echo "FAIL: hardly any relocation of timed code in $library; is it still in .text.timed?"
    exit 1
fi
if test -n "$found"; then
    echo 'FAIL: timed code calls what it must not:'
    echo "$found" | sort | uniq -c
    exit 1
fi

# What the agent has of functions that are chosen when it starts (symbols of type IFUNC).
chosen=$(LC_ALL=C readelf -sW "$agent" | awk '$4 == "IFUNC" { print $8 }' | tr '\n' ' ')
if test "$(printf '%s\n' malloc memcpy plain_memcpy __memset_chk | judge_undefined)" != 'memcpy
__memset_chk'; then
    echo 'FAIL: this test does not find memcpy among the undefined symbols'
    exit 1
fi
undefined=$(nm -u "$bz2" | awk '{ print $NF }')
if ! echo "$undefined" | grep -q '^plain_memset$'; then
    echo "FAIL: $bz2 does not call plain_memset; did objcopy run?"
    exit 1
fi
if found=$(echo "$undefined" | judge_undefined) && test -n "$found"; then
    echo 'FAIL: libbz2 calls what is chosen by processor; redirect it in workloads/local.mk:'
    echo "$found"
    exit 1
fi
