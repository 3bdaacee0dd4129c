#include "histogram.h"

#define SUB_COUNT (1u << HISTOGRAM_SUB_BITS)

/* There is one writer, so an increment needs no locked instruction: only that readers see whole
 * counts. */
static inline void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

static inline uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

size_t histogram_bucket(uint64_t value)
{
    if (value >> HISTOGRAM_MAX_BITS)
        return HISTOGRAM_BUCKETS - 1;
    if (value < 2 * SUB_COUNT)
        return (size_t)value;
    unsigned exponent = 63u - (unsigned)__builtin_clzll(value);
    unsigned shift = exponent - HISTOGRAM_SUB_BITS;
    return ((size_t)shift << HISTOGRAM_SUB_BITS) + (size_t)(value >> shift);
}

static unsigned shift_of(size_t bucket)
{
    size_t range = bucket >> HISTOGRAM_SUB_BITS;
    return range > 1 ? (unsigned)(range - 1) : 0;
}

uint64_t histogram_lower(size_t bucket)
{
    unsigned shift = shift_of(bucket);
    return (uint64_t)(bucket - ((size_t)shift << HISTOGRAM_SUB_BITS)) << shift;
}

uint64_t histogram_width(size_t bucket)
{
    return (uint64_t)1 << shift_of(bucket);
}

void histogram_clear(struct histogram *h)
{
    atomic_store_explicit(&h->count, 0, memory_order_relaxed);
    atomic_store_explicit(&h->clipped, 0, memory_order_relaxed);
    atomic_store_explicit(&h->max, 0, memory_order_relaxed);
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        atomic_store_explicit(&h->bucket[i], 0, memory_order_relaxed);
}

static void raise_max(struct histogram *h, uint64_t value)
{
    if (value > get(&h->max))
        atomic_store_explicit(&h->max, value, memory_order_relaxed);
}

void histogram_record_many(struct histogram *h, uint64_t value, uint64_t times)
{
    raise_max(h, value);
    add(&h->bucket[histogram_bucket(value)], times);
    if (value >> HISTOGRAM_MAX_BITS)
        add(&h->clipped, times);
    add(&h->count, times);
}

void histogram_record(struct histogram *h, uint64_t value)
{
    histogram_record_many(h, value, 1);
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
    raise_max(to, get(&from->max));
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        uint64_t n = get(&from->bucket[i]);
        if (n)
            add(&to->bucket[i], n);
    }
    add(&to->clipped, get(&from->clipped));
    add(&to->count, get(&from->count));
}

/* The rank of the q-quantile among n values, 1..n: the least integer not below q n. The tiny
 * factor keeps a q that has no exact binary form (0.07 of 100) from being pushed to the next
 * rank. */
static uint64_t nearest_rank(double q, uint64_t n)
{
    double exact = q * (double)n * (1 - 1e-14);
    if (exact >= (double)n)
        return n;
    uint64_t rank = exact > 0 ? (uint64_t)exact : 0;
    if ((double)rank < exact)
        rank++;
    return rank < 1 ? 1 : rank > n ? n : rank;
}

bool histogram_quantile(const struct histogram *h, double q, uint64_t *value)
{
    /* Not h->count: beside a running writer it may be ahead of the buckets, and the walk below
     * must arrive. Buckets only grow. */
    uint64_t total = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        total += get(&h->bucket[i]);
    if (!total)
        return false;

    uint64_t max = get(&h->max), clipped = get(&h->clipped);
    uint64_t rank = nearest_rank(q, total);
    *value = max;
    if (rank == total || rank > total - (clipped < total ? clipped : total))
        return true;
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += get(&h->bucket[i]);
        if (seen >= rank) {
            uint64_t middle = histogram_lower(i) + histogram_width(i) / 2;
            *value = middle < max ? middle : max;
            return true;
        }
    }
    return true;
}

double histogram_mean(const struct histogram *h)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        double n = (double)get(&h->bucket[i]);
        sum += n * ((double)histogram_lower(i) + (double)(histogram_width(i) - 1) / 2);
        count += n;
    }
    return count > 0 ? sum / count : 0;
}
