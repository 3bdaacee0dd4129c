/* histogram.h - latency histogram with a bounded relative error.
 *
 * Values are unsigned integers (nanoseconds). Values below 2^(B+1) have a bucket each and are
 * exact. Above, every power-of-two range [2^k, 2^(k+1)) is cut into 2^B equal buckets of width
 * 2^(k-B). A value in a bucket is represented by the bucket's midpoint, so it is off by at most
 * half a width: 2^(k-B-1) / 2^k = 2^-(B+1). With B = 6 that is 1/128 < 0.79 %, below the 1 % that
 * is promised. Range: up to 2^HISTOGRAM_MAX_BITS - 1 ns (about 18 minutes); larger values count in
 * the last bucket and in `clipped`. One writer; readers in another thread or process see each
 * bucket atomically (relaxed), never a torn count. */
#ifndef VMTAX_HISTOGRAM_H
#define VMTAX_HISTOGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS 6
#define HISTOGRAM_MAX_BITS 40
#define HISTOGRAM_BUCKETS  ((HISTOGRAM_MAX_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

/* Plain data without pointers: it may live in memory that two processes share. All zero is an empty
 * histogram. */
struct histogram {
    _Atomic uint64_t count;
    _Atomic uint64_t clipped;
    _Atomic uint64_t max; /* exact largest value */
    _Atomic uint64_t bucket[HISTOGRAM_BUCKETS];
};

void histogram_clear(struct histogram *h);
void histogram_record(struct histogram *h, uint64_t value); /* single writer */
/* The same value so many times. */
void histogram_record_many(struct histogram *h, uint64_t value, uint64_t times);
/* to += from; to has one writer. */
void histogram_merge(struct histogram *to, const struct histogram *from);
/* The q-quantile (0 < q <= 1), nearest rank, as a bucket midpoint, never above max; false if the
 * histogram is empty. The last rank, and ranks among the clipped values, give max. Beside a running
 * writer it is the quantile of some moment during the call. */
bool histogram_quantile(const struct histogram *h, double q, uint64_t *value);

/* The mean, of bucket midpoints; 0 for an empty one. */
double histogram_mean(const struct histogram *h);

/* The bucket of a value, and a bucket's lower bound and width; for drawing and tests. */
size_t histogram_bucket(uint64_t value);
uint64_t histogram_lower(size_t bucket);
uint64_t histogram_width(size_t bucket);

#endif
