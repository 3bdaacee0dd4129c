/* The histogram's promise: at most 1 % error, exact small values, whole counts beside a writer. */
#include "histogram.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Every bucket begins where the one before it ends, and holds exactly its own values. */
static void test_buckets_tile(void **state)
{
    (void)state;
    uint64_t expected = 0;
    for (size_t b = 0; b < HISTOGRAM_BUCKETS; b++) {
        uint64_t lower = histogram_lower(b), width = histogram_width(b);
        assert_int_equal(lower, expected);
        assert_int_equal(histogram_bucket(lower), b);
        assert_int_equal(histogram_bucket(lower + width - 1), b);
        expected = lower + width;
    }
    assert_int_equal(expected, (uint64_t)1 << HISTOGRAM_MAX_BITS);
    assert_int_equal(histogram_bucket(expected), HISTOGRAM_BUCKETS - 1);
    assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
}

/* The worst representation error over every bucket, at both of its ends. */
static void test_error_bound(void **state)
{
    (void)state;
    double worst = 0;
    for (size_t b = 0; b < HISTOGRAM_BUCKETS; b++) {
        double lower = (double)histogram_lower(b), width = (double)histogram_width(b);
        double middle = lower + floor(width / 2);
        if (lower > 0) {
            worst = fmax(worst, (middle - lower) / lower);
            worst = fmax(worst, (lower + width - 1 - middle) / (lower + width - 1));
        }
    }
    assert_true(worst <= 1.0 / (2 << HISTOGRAM_SUB_BITS));
    assert_true(worst < 0.01);
    assert_true(worst > 0.005); /* the bound is used, not missed by a mistake in this test */
}

static void test_empty_and_small(void **state)
{
    (void)state;
    struct histogram *h = calloc(1, sizeof *h);
    uint64_t v = 7;
    assert_false(histogram_quantile(h, 0.5, &v));
    assert_int_equal(v, 7);
    for (uint64_t i = 1; i <= 100; i++)
        histogram_record(h, i);
    const struct {
        double q;
        uint64_t want;
    } cases[] = {
        {0.001, 1}, {0.01, 1}, {0.07, 7}, {0.5, 50}, {0.501, 51}, {0.9, 90}, {0.99, 99}, {1, 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(histogram_quantile(h, cases[i].q, &v));
        assert_int_equal(v, cases[i].want);
    }
    histogram_clear(h);
    assert_false(histogram_quantile(h, 0.5, &v));
    assert_int_equal(h->max, 0);
    free(h);
}

/* Against the exact nearest-rank quantile of values over nine decades. */
static void test_quantiles(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct histogram *h = calloc(1, sizeof *h);
    uint64_t *values = calloc(N, sizeof *values);
    uint64_t seed = 1;
    for (size_t i = 0; i < N; i++) {
        double u = (double)(next(&seed) >> 11) * 0x1p-53;
        values[i] = (uint64_t)exp(u * 20);
        histogram_record(h, values[i]);
    }
    qsort(values, N, sizeof *values, by_value);
    const double q[] = {0.0001, 0.01, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1};
    for (size_t i = 0; i < sizeof q / sizeof *q; i++) {
        size_t rank = (size_t)ceil(q[i] * (double)N - 1e-9);
        double exact = (double)values[rank ? rank - 1 : 0];
        uint64_t v;
        assert_true(histogram_quantile(h, q[i], &v));
        assert_true(fabs((double)v - exact) <= exact / 128);
    }
    assert_int_equal(h->max, values[N - 1]);
    free(values);
    free(h);
}

static void test_mean(void **state)
{
    (void)state;
    struct histogram *h = calloc(1, sizeof *h);
    assert_non_null(h);
    assert_true(histogram_mean(h) == 0);
    for (uint64_t i = 1; i <= 100; i++) /* exact, as its buckets are one wide */
        histogram_record(h, i);
    assert_true(histogram_mean(h) == 50.5);
    for (uint64_t i = 0; i < 1000; i++)
        histogram_record(h, 1000000 + 2000 * i);
    double right = (5050 + 1000 * 1000000.0 + 2000 * 499500.0) / 1100;
    assert_true(histogram_mean(h) > right * 0.992 && histogram_mean(h) < right * 1.008);
    free(h);
}

static void test_clipped(void **state)
{
    (void)state;
    struct histogram *h = calloc(1, sizeof *h);
    uint64_t v, edge = (uint64_t)1 << HISTOGRAM_MAX_BITS;
    histogram_record(h, edge - 1);
    assert_int_equal(h->clipped, 0);
    histogram_record(h, edge);
    histogram_record(h, 3 * edge);
    assert_int_equal(h->clipped, 2);
    assert_int_equal(h->count, 3);
    assert_true(histogram_quantile(h, 1, &v));
    assert_int_equal(v, 3 * edge);
    assert_true(histogram_quantile(h, 0.66, &v)); /* a clipped one: not below its real size */
    assert_true(v >= edge);
    free(h);
}

static void test_merge(void **state)
{
    (void)state;
    struct histogram *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b),
                     *both = calloc(1, sizeof *both);
    uint64_t seed = 3;
    for (int i = 0; i < 5000; i++) {
        uint64_t v = next(&seed) >> (20 + i % 40);
        histogram_record(i % 3 ? a : b, v);
        histogram_record(both, v);
    }
    histogram_merge(a, b);
    assert_int_equal(a->count, both->count);
    assert_int_equal(a->max, both->max);
    assert_int_equal(a->clipped, both->clipped);
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        assert_int_equal(a->bucket[i], both->bucket[i]);
    free(a);
    free(b);
    free(both);
}

/* One writer and one reader at the same time; under ThreadSanitizer this is the proof that the
 * reader needs no lock. */
struct shared {
    struct histogram h;
    _Atomic bool done;
};

static void *write_values(void *argument)
{
    struct shared *s = argument;
    uint64_t seed = 9;
    for (int i = 0; i < 300000; i++)
        histogram_record(&s->h, 1000 + next(&seed) % 1000);
    atomic_store(&s->done, true);
    return NULL;
}

static void test_reader_beside_writer(void **state)
{
    (void)state;
    struct shared *s = calloc(1, sizeof *s);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_values, s), 0);
    size_t looks = 0;
    uint64_t before = 0;
    bool done;
    do {
        done = atomic_load(&s->done);
        uint64_t v;
        if (histogram_quantile(&s->h, 0.5, &v)) {
            assert_in_range(v, 990, 2010);
            looks++;
        }
        uint64_t count = atomic_load(&s->h.count);
        assert_true(count >= before);
        before = count;
    } while (!done);
    assert_int_equal(pthread_join(writer, NULL), 0);
    assert_true(looks > 0);
    assert_int_equal(s->h.count, 300000);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets_tile),
        cmocka_unit_test(test_error_bound),
        cmocka_unit_test(test_empty_and_small),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_clipped),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_reader_beside_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
