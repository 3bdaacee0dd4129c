/* What the host's device moved, and whether a cache answered in its place. */
#include "blockdev.h"

#include "unit.h"
#include "workloads/catalog.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sectors read and written are the third and the seventh word. */
static void counters_of_a_device(void **state)
{
    (void)state;
    struct counters c = {.known = 0};
    assert_true(blockdev_parse("  10 0 2048 3 20 0 4096 5 0 6 7 0 0 0 0\n", &c));
    assert_int_equal(c.value[COUNTER_DISK_READ], 2048 * 512);
    assert_int_equal(c.value[COUNTER_DISK_WRITTEN], 4096 * 512);
    /* Another device's are added. */
    assert_true(blockdev_parse("1 0 2 3 4 0 6 5", &c));
    assert_int_equal(c.value[COUNTER_DISK_READ], 2050 * 512);
}

static void damaged_counters(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "1 2 3", "1 2 x 4 5 6 7", "a b c d e f g",
                                        "1 2 9223372036854775807 4 5 6 7"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct counters c = {.known = 0};
        assert_false(blockdev_parse(texts[i], &c));
        assert_int_equal(c.known, 0);
    }
}

static struct counters moved(uint64_t read, uint64_t written)
{
    struct counters c = {.known = 0};
    counters_add(&c, COUNTER_DISK_READ, read);
    counters_add(&c, COUNTER_DISK_WRITTEN, written);
    return c;
}

static void cached(void **state)
{
    (void)state;
    static const struct {
        unsigned moves;
        double claimed;
        uint64_t read, written;
        bool cached;
    } cases[] = {
        {DISK_READS, 1000, 1000, 0, false},
        {DISK_READS, 1000, 0, 0, true},
        {DISK_READS, 1000, 499, 5000, true}, /* what was written does not count */
        {DISK_READS, 1000, 500, 0, false},   /* others may have asked for some, too */
        {DISK_WRITES, 1000, 1000, 0, true},
        {DISK_WRITES, 1000, 0, 1200, false}, /* with what the file system adds */
        {DISK_READS | DISK_WRITES, 1000, 1000, 1000, false},
        {DISK_READS | DISK_WRITES, 1000, 0, 1000, true}, /* one way is enough */
        {0, 1000, 0, 0, false},                          /* a row that measures no disk */
        {DISK_READS, 0, 0, 0, false},                    /* nothing was claimed */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct counters c = moved(cases[i].read, cases[i].written);
        if (blockdev_cached(cases[i].moves, cases[i].claimed, &c) != cases[i].cached)
            fail_msg("case %zu", i);
    }
    /* Where nobody counts nothing is said. */
    struct counters unknown = {.known = 0};
    assert_false(blockdev_cached(DISK_READS, 1000, &unknown));
}

static void a_file_of_counters(void **state)
{
    (void)state;
    char path[] = "/tmp/vmtax-test-blockdev-XXXXXX";
    struct blockdev b = {.stat = ""};
    struct counters c = {.known = 0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    dprintf(fd, "1 0 8 3 4 0 16 5 0 6 7\n");
    close(fd);
    blockdev_count(&b, &c); /* no device */
    assert_int_equal(c.known, 0);
    snprintf(b.stat, sizeof b.stat, "%s", path);
    blockdev_count(&b, &c);
    assert_int_equal(c.value[COUNTER_DISK_WRITTEN], 16 * 512);
    unlink(path);
    blockdev_count(&b, &c); /* it went away */
    assert_int_equal(c.value[COUNTER_DISK_WRITTEN], 16 * 512);
}

static void put(const char *directory, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* What the kernel tells of a disk, and of a partition, whose disk lies around it. */
static void scheduler_and_holes(void **state)
{
    (void)state;
    static const char *const made[] = {"", "/d", "/d/queue", "/d/loop", "/d/p"};
    static const char *const files[] = {"/d/queue/scheduler", "/d/loop/backing_file", "/image"};
    char root[] = "/tmp/vmtax-test-XXXXXX", path[128], image[128], said[160];
    struct blockdev disk = {.stat = ""}, part = {.stat = ""}, none = {.stat = ""};
    assert_non_null(mkdtemp(root));
    for (size_t i = 1; i < sizeof made / sizeof *made; i++) {
        snprintf(path, sizeof path, "%s%s", root, made[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    snprintf(image, sizeof image, "%s/image", root);
    snprintf(disk.stat, sizeof disk.stat, "%s/d/stat", root);
    snprintf(part.stat, sizeof part.stat, "%s/d/p/stat", root);
    put(root, "d/queue/scheduler", "none [mq-deadline] bfq\n");
    put(root, "d/loop/backing_file", image);
    assert_true(blockdev_scheduler(&disk, said, sizeof said));
    assert_string_equal(said, "mq-deadline");
    put(root, "d/queue/scheduler", "none\n");
    assert_true(blockdev_scheduler(&part, said, sizeof said));
    assert_string_equal(said, "none");
    assert_false(blockdev_scheduler(&none, said, sizeof said));

    assert_false(blockdev_sparse(&part, said, sizeof said)); /* the file is gone */
    put(root, "image", "x");
    assert_int_equal(truncate(image, 1 << 20), 0);
    assert_true(blockdev_sparse(&part, said, sizeof said));
    assert_string_equal(said, image);
    int fd = open(image, O_WRONLY | O_CLOEXEC);
    assert_int_equal(posix_fallocate(fd, 0, 1 << 20), 0);
    close(fd);
    assert_false(blockdev_sparse(&disk, said, sizeof said));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s%s", root, files[i]);
        unlink(path);
    }
    for (size_t i = sizeof made / sizeof *made; i-- > 0;) {
        snprintf(path, sizeof path, "%s%s", root, made[i]);
        assert_int_equal(rmdir(path), 0);
    }
}

/* A file system without a device, and none at all. */
static void no_device(void **state)
{
    (void)state;
    struct blockdev b;
    struct error e;
    assert_int_equal(blockdev_find(&b, "/proc", &e), -1);
    assert_non_null(strstr(e.text, "does not tell what it moves"));
    assert_non_null(strstr(e.text, "--scratch"));
    assert_string_equal(b.stat, "");
    assert_int_equal(blockdev_find(&b, "/proc/no/such/place", &e), -1);
    assert_non_null(strstr(e.text, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_of_a_device),
        cmocka_unit_test(damaged_counters),
        cmocka_unit_test(cached),
        cmocka_unit_test(a_file_of_counters),
        cmocka_unit_test(scheduler_and_holes),
        cmocka_unit_test(no_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
