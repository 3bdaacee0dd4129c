/* One wrong element, word or byte in the memory or file of a kernel, put there between run() and
 * verify(): it must be found. The kernels' own state is needed for that, so their files are part of
 * this program. */
#include <config.h>

#include "tests/unit/unit.h"

#include "workloads/ram.c"

#include "workloads/membw.c"

#include "workloads/datafile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct work faults_work;
static struct error faults_error;

static struct work *prepared(const char *id, const char *params, const char *scratch)
{
    struct work *w = &faults_work;
    memset(w, 0, sizeof *w);
    w->workload = workload_find(id);
    w->lanes = 1;
    w->seed = 99;
    w->sample = 1;
    w->scratch = scratch;
    w->error = &faults_error;
    faults_error.text[0] = '\0';
    assert_int_equal(params_parse(w->workload, params, w->param, NULL), 0);
    if (workload_ops_find(id)->prepare(w) < 0)
        fail_msg("%s: %s", id, faults_error.text);
    return w;
}

static void assert_says(const char *words)
{
    if (!strstr(faults_error.text, words))
        fail_msg("it says: %s", faults_error.text);
}

static void wrong_elements_are_found(void **state)
{
    (void)state;
    for (const struct workload_ops *const *list = workload_ops_ram; *list; list++) {
        const struct workload_ops *ops = *list;
        struct work *w = prepared(ops->id, "size=64K", NULL);
        struct ram_state *s = w->state;
        const size_t places[] = {0, 1, s->n / 2 + 3, s->n - 1};
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            assert_int_equal(ops->run(w, 2), 0);
            ((unsigned char *)s->array[0])[places[i] * 8] ^= 1; /* the lowest bit */
            assert_int_equal(ops->verify(w), -1);
            assert_says("1 elements of the result are wrong");
        }
        /* A wrong source gives a wrong result. */
        ((unsigned char *)s->array[1])[777 * 8 + 4] ^= 1;
        assert_int_equal(ops->run(w, 1), 0);
        assert_int_equal(ops->verify(w), -1);
        assert_says("is number 777");
        ops->release(w);
    }
}

static void wrong_words_are_found(void **state)
{
    (void)state;
    for (const struct workload_ops *const *list = workload_ops_membw; *list; list++) {
        const struct workload_ops *ops = *list;
        struct work *w = prepared(ops->id, "size=64K", NULL);
        struct membw_state *s = w->state;
        bool reads = ops == &membw_frd || ops == &membw_rd;
        assert_int_equal(ops->verify(w), 0);
        assert_int_equal(ops->run(w, 3), 0);
        assert_int_equal(ops->verify(w), 0);
        s->block[4 * 1000] ^= 0x10000;
        if (reads)
            assert_int_equal(ops->run(w, 1), 0);
        assert_int_equal(ops->verify(w), -1);
        assert_says(reads ? "sums to" : "1 words of the block");
        ops->release(w);
    }
    /* What lies between the strides is not to be written. */
    struct work *w = prepared("membw.wr", "size=64K", NULL);
    struct membw_state *s = w->state;
    assert_int_equal(membw_wr.run(w, 1), 0);
    s->block[4 * 1000 + 1] = s->value;
    assert_int_equal(membw_wr.verify(w), -1);
    membw_wr.release(w);
    /* A sweep that was left out. */
    w = prepared("membw.frd", "size=64K", NULL);
    s = w->state;
    assert_int_equal(membw_frd.run(w, 3), 0);
    s->sweeps++;
    assert_int_equal(membw_frd.verify(w), -1);
    membw_frd.release(w);
}

static void spoil_file(const struct work *w, off_t place)
{
    const struct datafile *s = w->state;
    unsigned char byte;
    int fd = openat(s->directory, DATAFILE_NAME, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, place), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, place), 1);
    close(fd);
}

/* It says that pages were dropped where they were, and nowhere else. */
static void dropped_pages_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *id, *params;
        enum dropped dropped;
    } rows[] = {
        {"file.write", "size=1M", DROPPED_NOTHING},
        {"file.randwrite", "size=1M", DROPPED_NOTHING},
        {"bonnie.rewrite", "size=1M", DROPPED_NOTHING},
        {"file.write", "size=1M sync=fsync", DROPPED_FILE},
        {"bonnie.output", "size=1M sync=fsync", DROPPED_FILE},
        {"file.read", "size=1M", DROPPED_FILE},
    };
    char scratch[] = "faults-XXXXXX";
    assert_non_null(mkdtemp(scratch));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct workload_ops *ops = workload_ops_find(rows[i].id);
        struct work *w = prepared(rows[i].id, rows[i].params, scratch);
        assert_int_equal(ops->run(w, w->step ? w->step : 1), 0);
        assert_int_equal(ops->verify(w), 0);
        if (w->dropped != rows[i].dropped)
            fail_msg("%s %s says %d", rows[i].id, rows[i].params, (int)w->dropped);
        ops->release(w);
    }
    assert_int_equal(rmdir(scratch), 0);
}

static void wrong_bytes_are_found(void **state)
{
    (void)state;
    char scratch[] = "faults-XXXXXX";
    assert_non_null(mkdtemp(scratch));
    for (const struct workload *row = workload_find("file.write");
         row && row->subsystem == SUBSYSTEM_DISK; row = workload_next(row)) {
        const struct workload_ops *ops = workload_ops_find(row->id);
        const off_t places[] = {0, 4097, 700001, (1 << 20) - 1};
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            struct work *w = prepared(ops->id, "size=1M sync=fsync", scratch);
            assert_int_equal(ops->run(w, 2), 0);
            assert_int_equal(ops->verify(w), 0);
            spoil_file(w, places[i]);
            assert_int_equal(ops->verify(w), -1);
            assert_says("is not what was written");
            ops->release(w);
        }
    }

    /* A read finds a stamp of another place, or of an earlier pass, while it runs. */
    struct work *w = prepared("file.read", "size=1M", scratch);
    struct datafile *s = w->state;
    assert_int_equal(workload_ops_find("file.read")->run(w, 1), 0);
    spoil_file(w, 8 * 4096 + 3);
    assert_int_equal(workload_ops_find("file.read")->run(w, 1), -1);
    assert_says("at byte 0 is not"); /* of the record */
    workload_ops_find("file.read")->release(w);
    w = prepared("file.read", "size=1M", scratch);
    s = w->state;
    s->pass++;
    assert_int_equal(workload_ops_find("file.read")->run(w, 1), -1);
    workload_ops_find("file.read")->release(w);

    /* What a pass of random writing has not reached yet is the last pass's. */
    const struct workload_ops *random = workload_ops_find("file.randwrite");
    w = prepared("file.randwrite", "size=1M", scratch);
    s = w->state;
    assert_int_equal(random->run(w, 5), 0);
    assert_int_equal(random->verify(w), 0);
    s->pass++;
    assert_int_equal(random->verify(w), -1);
    s->pass--;
    assert_int_equal(random->run(w, 11 + 16), 0);
    assert_int_equal(random->verify(w), 0);
    random->release(w);

    /* A process that seeks tells what it found. */
    const struct workload_ops *seeks = workload_ops_find("bonnie.seeks");
    w = prepared("bonnie.seeks", "size=64K chunk=64K", scratch);
    assert_int_equal(seeks->run(w, 128), 0);
    assert_int_equal(seeks->verify(w), 0);
    spoil_file(w, 3);
    assert_int_equal(seeks->run(w, 128), -1);
    assert_says("at byte 0 is not");
    seeks->release(w);

    /* A shorter file. */
    w = prepared("file.rewrite", "size=1M", scratch);
    s = w->state;
    assert_int_equal(workload_ops_find("file.rewrite")->run(w, 1), 0);
    int fd = openat(s->directory, DATAFILE_NAME, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0 && ftruncate(fd, 1000000) == 0);
    close(fd);
    assert_int_equal(workload_ops_find("file.rewrite")->verify(w), -1);
    assert_says("1000000 bytes instead of 1048576");
    workload_ops_find("file.rewrite")->release(w);
    assert_int_equal(rmdir(scratch), 0);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 64);
}

/* No two blocks of a file are alike, and bytes are spread evenly: nothing to compress or share. */
static void data_are_incompressible(void **state)
{
    (void)state;
    char scratch[] = "faults-XXXXXX";
    assert_non_null(mkdtemp(scratch));
    struct work *w = prepared("file.write", "size=8M", scratch);
    struct datafile *s = w->state;
    assert_int_equal(workload_ops_find("file.write")->run(w, 1), 0);
    int fd = openat(s->directory, DATAFILE_NAME, O_RDONLY | O_CLOEXEC);
    size_t blocks = (8 << 20) / 4096, seen[256] = {0};
    unsigned char *heads = malloc(blocks * 64);
    unsigned char *block = malloc(4096);
    assert_true(fd >= 0 && heads && block);
    for (size_t i = 0; i < blocks; i++) {
        assert_int_equal(pread(fd, block, 4096, (off_t)i * 4096), 4096);
        memcpy(heads + i * 64, block, 64);
        for (size_t k = 8; k < 4096; k++)
            seen[block[k]]++;
    }
    qsort(heads, blocks, 64, by_bytes);
    for (size_t i = 1; i < blocks; i++)
        assert_memory_not_equal(heads + (i - 1) * 64, heads + i * 64, 64);
    for (size_t k = 0; k < 256; k++)
        assert_in_range(seen[k], (8 << 20) / 256 * 92 / 100, (8 << 20) / 256 * 108 / 100);
    free(block);
    free(heads);
    close(fd);
    workload_ops_find("file.write")->release(w);
    assert_int_equal(rmdir(scratch), 0);
}

/* Where a small file reaches a disk its bytes do not repeat within what file systems compress. */
static void few_bytes_stay_in_caches(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        uint64_t pool;
    } cases[] = {{"size=1M record=64K", 256 << 10},
                 {"size=1M record=1M", 1 << 20},
                 {"size=1M record=64K sync=fsync", 1 << 20},
                 {"size=1M record=64K direct=yes", 1 << 20},
                 {"size=2M record=64K", 1 << 20}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char scratch[] = "faults-XXXXXX";
        assert_non_null(mkdtemp(scratch));
        struct work *w = prepared("file.write", cases[i].params, scratch);
        assert_int_equal(((struct datafile *)w->state)->pool_bytes, cases[i].pool);
        workload_ops_find("file.write")->release(w);
        assert_int_equal(rmdir(scratch), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_elements_are_found), cmocka_unit_test(wrong_words_are_found),
        cmocka_unit_test(dropped_pages_are_told),   cmocka_unit_test(wrong_bytes_are_found),
        cmocka_unit_test(data_are_incompressible),  cmocka_unit_test(few_bytes_stay_in_caches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
