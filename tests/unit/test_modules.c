/* Module trees: order, names, what is built in; circles, lies and rubbish in modules.dep. */
#include "config.h"

#include "unit.h"

#include "fixture_files.h"
#include "fixture_kernel.h"
#include "target/modules.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int resolve(const char *dep, const char *builtin, const struct module_want *wants,
                   size_t count, struct module_list *out, struct error *e)
{
    return modules_resolve_texts("/lib/modules/6.1-test", dep, strlen(dep), builtin,
                                 strlen(builtin), wants, count, out, e);
}

/* The list as names, for comparison at one look. */
static const char *names(const struct module_list *list)
{
    static char text[4096];
    *text = '\0';
    for (size_t i = 0; i < list->count; i++) {
        char name[MODULE_NAME_MAX];
        assert_true(module_name(list->paths[i], strlen(list->paths[i]), name));
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "", name);
    }
    return text;
}

static void expect(const char *dep, const char *builtin, const struct module_want *wants,
                   size_t count, const char *expected)
{
    struct module_list list;
    struct error e = {0};
    if (resolve(dep, builtin, wants, count, &list, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(names(&list), expected);
    modules_release(&list);
}

static void expect_error(const char *dep, const char *builtin, const struct module_want *wants,
                         size_t count, const char *words)
{
    struct module_list list;
    struct error e = {0};
    assert_int_equal(resolve(dep, builtin, wants, count, &list, &e), -1);
    assert_int_equal(list.count, 0);
    if (!strstr(e.text, words))
        fail_msg("\"%s\" does not say \"%s\"", e.text, words);
}

static const struct module_want want_a[] = {{"a", false}};

static void order(void **state)
{
    (void)state;
    static const struct module_want wants[] = {{"a", false}, {"d", false}, {"a", false}};
    /* Whatever the order of the lines and within them. */
    expect("k/a.ko: k/b.ko k/c.ko\nk/b.ko: k/c.ko\nk/c.ko:\nk/d.ko: k/b.ko\n", "", wants,
           COUNT(wants), "c b a d");
    expect("k/d.ko: k/b.ko\nk/c.ko:\nk/a.ko: k/c.ko k/b.ko\nk/b.ko: k/c.ko", "", wants,
           COUNT(wants), "c b a d");
    struct module_list list;
    assert_int_equal(resolve("k/a.ko:\n", "", want_a, 1, &list, NULL), 0);
    assert_string_equal(list.paths[0], "/lib/modules/6.1-test/k/a.ko");
    modules_release(&list);
}

static void dashes_and_ends(void **state)
{
    (void)state;
    static const struct module_want wants[] = {{"virtio-rng", false}, {"net_failover", false}};
    expect("k/virtio-rng.ko.xz: k/rng-core.ko.zst\nk/rng-core.ko.zst:\nk/net-failover.ko.gz:\n", "",
           wants, 2, "rng_core virtio_rng net_failover");
    static const struct {
        const char *path, *name;
    } cases[] = {
        {"a/b-c.ko", "b_c"}, {"b.ko.xz", "b"},      {"b.ko.zst", "b"}, {"b.ko.gz", "b"},
        {"b.ko.bz2", NULL},  {"b", NULL},           {".ko", NULL},     {"a/.ko.xz", NULL},
        {"b c.ko", NULL},    {"b\x1b[2J.ko", NULL}, {"b.c.ko", NULL},  {"", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char name[MODULE_NAME_MAX];
        bool good = module_name(cases[i].path, strlen(cases[i].path), name);
        assert_int_equal(good, cases[i].name != NULL);
        if (good)
            assert_string_equal(name, cases[i].name);
    }
}

static void built_in(void **state)
{
    (void)state;
    static const struct module_want wants[] = {{"b-c", false}, {"a", false}};
    expect("k/a.ko:\n", "k/b_c.ko\n", wants, 2, "a");
    /* A module's need that is built in. */
    expect("k/a.ko: k/b-c.ko\n", "k/b_c.ko\n", wants, 2, "a");
}

static void missing(void **state)
{
    (void)state;
    static const struct module_want wants[] = {{"o", true}, {"a", false}, {"p", true}};
    expect("k/a.ko:\nk/p.ko: k/gone.ko\n", "", wants, 3, "a");
    expect_error("k/b.ko:\n", "", want_a, 1, "the kernel 6.1-test has no module a");
    expect_error("", "", want_a, 1, "has no module a");
    expect_error("k/a.ko: k/b.ko\n", "", want_a, 1, "has no module b");
    /* What an optional one could not have is still there for others. */
    static const struct module_want later[] = {{"o", true}, {"a", false}};
    expect("k/o.ko: k/a.ko k/gone.ko\nk/a.ko:\n", "", later, 2, "a");
    expect_error("k/o.ko: k/gone.ko\nk/a.ko: k/o.ko\n", "", later, 2, "has no module gone");
}

static void circles(void **state)
{
    (void)state;
    expect_error("k/a.ko: k/b.ko\nk/b.ko: k/a.ko\n", "", want_a, 1, "circles");
    expect_error("k/a.ko: k/a.ko\n", "", want_a, 1, "circles");
    char dep[65536] = "";
    size_t used = 0;
    for (int i = 0; i < 1000; i++)
        used += (size_t)snprintf(dep + used, sizeof dep - used, "k/m%d.ko: k/m%d.ko\n", i, i + 1);
    static const struct module_want deep[] = {{"m0", false}};
    expect_error(dep, "", deep, 1, "circles");
    static const struct module_want optional[] = {{"a", true}, {"b", true}, {"c", false}};
    expect("k/a.ko: k/b.ko\nk/b.ko: k/a.ko\nk/c.ko:\n", "", optional, 3, "c");
}

static void too_many(void **state)
{
    (void)state;
    static char dep[65536];
    size_t used = (size_t)snprintf(dep, sizeof dep, "k/a.ko:");
    for (int i = 0; i < 300; i++)
        used += (size_t)snprintf(dep + used, sizeof dep - used, " k/m%d.ko", i);
    for (int i = 0; i < 300; i++)
        used += (size_t)snprintf(dep + used, sizeof dep - used, "\nk/m%d.ko:", i);
    expect_error(dep, "", want_a, 1, "more than 256");
}

static void hostile_lines(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "../../etc/a.ko:\n", "/etc/a.ko:\n", "k/../a.ko:\n", "k//a.ko:\n",         "./a.ko:\n",
        "k/..:\n",           "a.ko/:\n",     "k/a.ko\n",     "k/\x1b[2Jx/a.ko:\n", ":\n",
        "k/a.ko \n",         "k/\xff/a.ko:", " k/a.ko:\n",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        expect_error(lines[i], "", want_a, 1, "has no module a");
        /* A good line behind it counts. */
        char text[128];
        snprintf(text, sizeof text, "%s\nx/a.ko:\n", lines[i]);
        expect(text, "", want_a, 1, "a");
    }
    expect_error("k/a.ko: ../../b.ko\nk/b.ko:\n", "", want_a, 1, "damaged");
    expect_error("k/a.ko: /b.ko\nk/b.ko:\n", "", want_a, 1, "damaged");
    expect_error("k/a.ko: k/b.txt\n", "", want_a, 1, "damaged");
    /* NUL bytes end nothing. */
    struct module_list list;
    static const char nul[] = "k/x\0y.ko:\nk/a.ko:\n";
    assert_int_equal(
        modules_resolve_texts("/m", nul, sizeof nul - 1, NULL, 0, want_a, 1, &list, NULL), 0);
    modules_release(&list);
    /* A line that is too long is no line; the next one is. */
    size_t size = 70000;
    char *text = calloc(size + 32, 1);
    memcpy(text, "k/a.ko:", 7);
    memset(text + 7, ' ', size);
    expect_error(text, "", want_a, 1, "has no module a");
    memcpy(text + size, "\nz/a.ko:\n", 9);
    expect(text, "", want_a, 1, "a");
    free(text);
}

static void first_counts(void **state)
{
    (void)state;
    struct module_list list;
    assert_int_equal(resolve("updates/a.ko:\nkernel/a.ko:\n", "", want_a, 1, &list, NULL), 0);
    assert_string_equal(list.paths[0], "/lib/modules/6.1-test/updates/a.ko");
    modules_release(&list);
}

static void sets(void **state)
{
    (void)state;
    char root[64], tree[PATH_MAX], dep[PATH_MAX + 32];
    fixture_private(root, sizeof root);
    snprintf(tree, sizeof tree, "%s/lib/modules/6.1-x", root);
    struct module_list list;
    struct error e = {0};
    fixture_modules(root, "6.1-x", NULL, "");
    assert_int_equal(modules_resolve_sets(tree, MODULES_NEEDED, &list, &e), 0);
    assert_string_equal(names(&list),
                        "virtio_pci_legacy_dev virtio_pci_modern_dev virtio virtio_pci virtio_mmio "
                        "virtio_console 9pnet netfs fscache 9p 9pnet_virtio overlay");
    modules_release(&list);
    /* One machine type's transport only. */
    assert_int_equal(modules_resolve_sets(tree, MODULES_MMIO | MODULES_BASE, &list, &e), 0);
    assert_string_equal(names(&list), "virtio virtio_mmio virtio_console");
    modules_release(&list);
    assert_int_equal(
        modules_resolve_sets(tree, MODULES_DISK_VIRTIO | MODULES_SCRATCH_FS, &list, &e), 0);
    assert_string_equal(names(&list), "virtio virtio_blk crc32c_intel crc16 mbcache jbd2 ext4");
    modules_release(&list);
    assert_int_equal(modules_resolve_sets(tree, MODULES_NET_E1000, &list, &e), -1);
    assert_non_null(strstr(e.text, "6.1-x has no module e1000"));
    /* Without depmod's work. */
    snprintf(dep, sizeof dep, "%s/modules.dep", tree);
    assert_int_equal(unlink(dep), 0);
    assert_int_equal(modules_resolve_sets(tree, MODULES_BASE, &list, &e), -1);
    char words[PATH_MAX];
    snprintf(words, sizeof words, "run depmod -b %s 6.1-x", root);
    assert_non_null(strstr(e.text, words));
    assert_int_equal(fixture_remove(root), 0);
}

static void signatures(void **state)
{
    (void)state;
    static const char mark[] = "~Module signature appended~\n";
    uint8_t file[200] = {0};
    size_t tail = 12 + strlen(mark);
    memset(file, 'm', 50);
    memcpy(file + sizeof file - strlen(mark), mark, strlen(mark));
    uint8_t *length = file + sizeof file - strlen(mark) - 4;
    /* All that may stand there, and one more. */
    const size_t most = sizeof file - tail;
    for (size_t n = 0; n <= most + 1; n++) {
        length[3] = (uint8_t)n;
        assert_int_equal(module_signature(file, sizeof file), n <= most ? n + tail : 0);
    }
    memset(length, 0xff, 4);
    assert_int_equal(module_signature(file, sizeof file), 0);
    memset(length, 0, 4);
    length[2] = 1; /* 256 */
    assert_int_equal(module_signature(file, sizeof file), 0);
    /* Cut at either end, and damaged. */
    length[2] = 0;
    assert_int_equal(module_signature(file, sizeof file - 1), 0);
    assert_int_equal(module_signature(file + sizeof file - tail, tail), tail);
    assert_int_equal(module_signature(file + sizeof file - tail + 1, tail - 1), 0);
    assert_int_equal(module_signature(file, 0), 0);
    file[sizeof file - 1] = ' ';
    assert_int_equal(module_signature(file, sizeof file), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),         cmocka_unit_test(dashes_and_ends),
        cmocka_unit_test(built_in),      cmocka_unit_test(missing),
        cmocka_unit_test(circles),       cmocka_unit_test(too_many),
        cmocka_unit_test(hostile_lines), cmocka_unit_test(first_counts),
        cmocka_unit_test(sets),          cmocka_unit_test(signatures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
