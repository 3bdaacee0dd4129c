/* By words of eight bytes where there are as many, from the low end or from the high one. */
#include <config.h>

#include "workloads/program/plain_memory.h"

#include "workloads/workload.h"

/* At any address, over objects of any type. */
typedef uint64_t __attribute__((may_alias, aligned(1))) any_word;

enum { WORD = sizeof(any_word) };

WORK_TIMED void *plain_memset(void *to, int byte, size_t bytes)
{
    uint8_t *at = to, *end = at + bytes;
    uint64_t word = (uint8_t)byte * UINT64_C(0x0101010101010101);
    for (; (size_t)(end - at) >= WORD; at += WORD)
        *(any_word *)(void *)at = word;
    for (; at < end; at++)
        *at = (uint8_t)byte;
    return to;
}

/* A word is read whole before it is written, and what is written lies below what is still to be
 * read: right for from > to, too. */
WORK_TIMED static void copy_up(uint8_t *to, const uint8_t *from, size_t bytes)
{
    for (; bytes >= WORD; bytes -= WORD, to += WORD, from += WORD)
        *(any_word *)(void *)to = *(const any_word *)(const void *)from;
    for (; bytes; bytes--)
        *to++ = *from++;
}
WORK_TIMED static void copy_down(uint8_t *to, const uint8_t *from, size_t bytes)
{
    for (; bytes >= WORD; bytes -= WORD)
        *(any_word *)(void *)(to + bytes - WORD) = *(const any_word *)(const void *)(from + bytes -
                                                                                     WORD);
    while (bytes--)
        to[bytes] = from[bytes];
}

WORK_TIMED void *plain_memmove(void *to, const void *from, size_t bytes)
{
    /* Below 'from', or so far above that they do not overlap. */
    if ((uintptr_t)to - (uintptr_t)from >= bytes)
        copy_up(to, from, bytes);
    else
        copy_down(to, from, bytes);
    return to;
}

WORK_TIMED void *plain_memcpy(void *to, const void *from, size_t bytes)
{
    copy_up(to, from, bytes);
    return to;
}
