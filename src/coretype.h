/* coretype.h - which code OpenBLAS runs.
 *
 * OpenBLAS has kernels for many processors and chooses by CPUID when it is loaded. One that it does
 * not know gets kernels that are several times slower, and a guest whose CPUID differs from its
 * host's would run other code than the host: that is no cost of virtualization. So a run chooses
 * one core type, by the features that all its targets have, and every target is forced to it. */
#ifndef VMTAX_CORETYPE_H
#define VMTAX_CORETYPE_H

#include <stddef.h>

/* What a core type may need; a set of these is an unsigned. */
enum cpu_feature {
    CPU_AMD = 1u << 0, /* made by AMD, not an instruction */
    CPU_SSE3 = 1u << 1,
    CPU_SSSE3 = 1u << 2,
    CPU_SSE4_2 = 1u << 3,
    CPU_AVX = 1u << 4,
    CPU_AVX2 = 1u << 5,
    CPU_FMA = 1u << 6,
    CPU_AVX512F = 1u << 7,
    CPU_AVX512DQ = 1u << 8,
    CPU_AVX512BW = 1u << 9,
    CPU_AVX512VL = 1u << 10,
    CPU_AVX512CD = 1u << 11,
};

#define CPU_FEATURES_TEXT 128

struct coretype {
    const char *name; /* as $OPENBLAS_CORETYPE and openblas_get_corename() have it */
    unsigned needs;
};

/* Best first; ends with name NULL. The first one stands for "the best that all have". */
extern const struct coretype coretypes[];
/* The names, as a parameter of the catalogue has them. */
#define CORETYPE_CHOICES "auto|SkylakeX|Zen|Haswell|Sandybridge|Nehalem|Core2|Prescott"
#define CORETYPE_AUTO    0
#define CORETYPE_LAST    7

/* The best core type that a processor with these features can run; CORETYPE_AUTO: there is none. */
size_t coretype_pick(unsigned features);

/* Features of the processor that this runs on, as far as its kernel lets them be used. */
unsigned cpu_features_read(void);
/* "sse3,ssse3,avx"; "" for none. */
void cpu_features_format(unsigned features, char out[CPU_FEATURES_TEXT]);
/* The reverse; words that are not known are passed over, NULL is none. */
unsigned cpu_features_parse(const char *text);

#endif
