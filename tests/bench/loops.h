/* loops.h - the plainest loops that do what the memory kernels do, as STREAM writes them. loops.c
 * is compiled twice: with the kernels' own flags (plain_) and for this very processor with -O3
 * -march=native (native_), where the compiler may vectorise as it likes. */
#ifndef VMTAX_BENCH_LOOPS_H
#define VMTAX_BENCH_LOOPS_H

#include <stddef.h>
#include <stdint.h>

#define LOOPS_OF(build)                                                                           \
    void build##_int_copy(uint64_t *restrict d, const uint64_t *a, const uint64_t *b, size_t n);  \
    void build##_int_scale(uint64_t *restrict d, const uint64_t *a, const uint64_t *b, size_t n); \
    void build##_int_add(uint64_t *restrict d, const uint64_t *a, const uint64_t *b, size_t n);   \
    void build##_int_triad(uint64_t *restrict d, const uint64_t *a, const uint64_t *b, size_t n); \
    void build##_float_copy(double *restrict d, const double *a, const double *b, size_t n);      \
    void build##_float_scale(double *restrict d, const double *a, const double *b, size_t n);     \
    void build##_float_add(double *restrict d, const double *a, const double *b, size_t n);       \
    void build##_float_triad(double *restrict d, const double *a, const double *b, size_t n);     \
    /* the vector kernels' source: 128-bit streaming stores */                                    \
    void build##_stream_copy(double *restrict d, const double *a, const double *b, size_t n);     \
    void build##_stream_scale(double *restrict d, const double *a, const double *b, size_t n);    \
    void build##_stream_add(double *restrict d, const double *a, const double *b, size_t n);      \
    void build##_stream_triad(double *restrict d, const double *a, const double *b, size_t n);    \
    /* value plus the sum of the block; value stored in it */                                     \
    uint32_t build##_frd(const uint32_t *p, size_t n, uint32_t value);                            \
    uint32_t build##_rd(const uint32_t *p, size_t n, uint32_t value);                             \
    uint32_t build##_fwr(uint32_t *p, size_t n, uint32_t value);                                  \
    uint32_t build##_wr(uint32_t *p, size_t n, uint32_t value)

LOOPS_OF(plain);
LOOPS_OF(native);

#endif
