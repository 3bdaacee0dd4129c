#include <config.h>

#include "workloads/agent/tsc.h"

#if defined __x86_64__
#include <cpuid.h>
#include <x86intrin.h>

bool tsc_invariant(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d >> 8 & 1);
}

uint64_t tsc_read(void)
{
    return __rdtsc();
}

#else

bool tsc_invariant(void)
{
    return false;
}

uint64_t tsc_read(void)
{
    return 0;
}

#endif
