#include <config.h>

#include "tests/bench/loops.h"

#define PASTE(a, b) a##_##b
#define JOIN(a, b)  PASTE(a, b)
#define LOOP(name)  JOIN(BUILD, name)

#define LN_2        0.69314718055994530942

#define EACH(type, name, expression)                                          \
    void LOOP(name)(type *restrict d, const type *a, const type *b, size_t n) \
    {                                                                         \
        (void)b;                                                              \
        for (size_t i = 0; i < n; i++)                                        \
            d[i] = expression;                                                \
    }

EACH(uint64_t, int_copy, a[i])
EACH(uint64_t, int_scale, 77 * a[i])
EACH(uint64_t, int_add, a[i] + b[i])
EACH(uint64_t, int_triad, a[i] + 77 * b[i])
EACH(double, float_copy, a[i])
EACH(double, float_scale, LN_2 *a[i])
EACH(double, float_add, a[i] + b[i])
EACH(double, float_triad, a[i] + LN_2 * b[i])

#ifdef __SSE2__
#include <emmintrin.h>

#define STREAM(name, expression)                                                    \
    void LOOP(name)(double *restrict d, const double *a, const double *b, size_t n) \
    {                                                                               \
        __m128d k = _mm_set1_pd(LN_2);                                              \
        (void)k;                                                                    \
        (void)b;                                                                    \
        for (size_t i = 0; i < n; i += 2)                                           \
            _mm_stream_pd(d + i, expression);                                       \
        _mm_sfence();                                                               \
    }
STREAM(stream_copy, _mm_load_pd(a + i))
STREAM(stream_scale, _mm_mul_pd(k, _mm_load_pd(a + i)))
STREAM(stream_add, _mm_add_pd(_mm_load_pd(a + i), _mm_load_pd(b + i)))
STREAM(stream_triad, _mm_add_pd(_mm_load_pd(a + i), _mm_mul_pd(k, _mm_load_pd(b + i))))
#endif

/* bw_mem's way is a part of the method: chunks of 128 words without a branch inside. */
#define CHUNK 128

#define CHUNKS(name, step, type, statement)                                                 \
    uint32_t LOOP(name)(type * p, size_t n, uint32_t value)                                 \
    {                                                                                       \
        for (size_t i = 0; i < n; i += CHUNK) {                                             \
            _Pragma("GCC unroll 128") for (size_t k = 0; k < CHUNK; k += (step)) statement; \
        }                                                                                   \
        return value;                                                                       \
    }
CHUNKS(frd, 1, const uint32_t, value += p[i + k])
CHUNKS(rd, 4, const uint32_t, value += p[i + k])
CHUNKS(fwr, 1, uint32_t, p[i + k] = value)
CHUNKS(wr, 4, uint32_t, p[i + k] = value)
