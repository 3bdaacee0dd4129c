#include <config.h>

#include "coretype.h"

#include <stdio.h>
#include <string.h>

#define UP_TO_AVX2 (CPU_SSE3 | CPU_SSSE3 | CPU_SSE4_2 | CPU_AVX | CPU_AVX2 | CPU_FMA)

const struct coretype coretypes[] = {
    {"auto", 0},
    {"SkylakeX",
     UP_TO_AVX2 | CPU_AVX512F | CPU_AVX512DQ | CPU_AVX512BW | CPU_AVX512VL | CPU_AVX512CD},
    {"Zen", UP_TO_AVX2 | CPU_AMD},
    {"Haswell", UP_TO_AVX2},
    {"Sandybridge", CPU_SSE3 | CPU_SSSE3 | CPU_SSE4_2 | CPU_AVX},
    {"Nehalem", CPU_SSE3 | CPU_SSSE3 | CPU_SSE4_2},
    {"Core2", CPU_SSE3 | CPU_SSSE3},
    {"Prescott", CPU_SSE3},
    {NULL, 0},
};

static const struct {
    const char *name; /* as in /proc/cpuinfo, but for amd */
    unsigned feature;
} names[] = {
    {"amd", CPU_AMD},           {"sse3", CPU_SSE3},         {"ssse3", CPU_SSSE3},
    {"sse4_2", CPU_SSE4_2},     {"avx", CPU_AVX},           {"avx2", CPU_AVX2},
    {"fma", CPU_FMA},           {"avx512f", CPU_AVX512F},   {"avx512dq", CPU_AVX512DQ},
    {"avx512bw", CPU_AVX512BW}, {"avx512vl", CPU_AVX512VL}, {"avx512cd", CPU_AVX512CD},
};

size_t coretype_pick(unsigned features)
{
    for (size_t i = CORETYPE_AUTO + 1; coretypes[i].name; i++)
        if ((coretypes[i].needs & ~features) == 0)
            return i;
    return CORETYPE_AUTO;
}

unsigned cpu_features_read(void)
{
    unsigned f = 0;
#if defined(__x86_64__) || defined(__i386__)
    __builtin_cpu_init();
    f |= __builtin_cpu_is("amd") ? CPU_AMD : 0u;
    f |= __builtin_cpu_supports("sse3") ? CPU_SSE3 : 0u;
    f |= __builtin_cpu_supports("ssse3") ? CPU_SSSE3 : 0u;
    f |= __builtin_cpu_supports("sse4.2") ? CPU_SSE4_2 : 0u;
    f |= __builtin_cpu_supports("avx") ? CPU_AVX : 0u;
    f |= __builtin_cpu_supports("avx2") ? CPU_AVX2 : 0u;
    f |= __builtin_cpu_supports("fma") ? CPU_FMA : 0u;
    f |= __builtin_cpu_supports("avx512f") ? CPU_AVX512F : 0u;
    f |= __builtin_cpu_supports("avx512dq") ? CPU_AVX512DQ : 0u;
    f |= __builtin_cpu_supports("avx512bw") ? CPU_AVX512BW : 0u;
    f |= __builtin_cpu_supports("avx512vl") ? CPU_AVX512VL : 0u;
    f |= __builtin_cpu_supports("avx512cd") ? CPU_AVX512CD : 0u;
#endif
    return f;
}

void cpu_features_format(unsigned features, char out[CPU_FEATURES_TEXT])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((features & names[i].feature) && used < CPU_FEATURES_TEXT)
            used += (size_t)snprintf(out + used, CPU_FEATURES_TEXT - used, "%s%s", used ? "," : "",
                                     names[i].name);
}

unsigned cpu_features_parse(const char *text)
{
    unsigned features = 0;
    while (text && *text) {
        size_t length = strcspn(text, ",");
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strlen(names[i].name) == length && memcmp(names[i].name, text, length) == 0)
                features |= names[i].feature;
        text += length + (text[length] == ',');
    }
    return features;
}
