/* Images in every compression and every kind of damage; the choice among kernels; the unpacked one
 * in its cache. */
#include "config.h"

#include "unit.h"

#include "cache.h"
#include "fixture_files.h"
#include "fixture_kernel.h"
#include "target/image.h"
#include "target/kernel.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char home[64];

static int set_up(void **state)
{
    (void)state;
    return fixture_cache(home, sizeof home);
}

static int tear_down(void **state)
{
    (void)state;
    return fixture_cache_remove(home);
}

static void versions(void **state)
{
    (void)state;
    static const char *const sorted[] = {
        "5.10.0",     "6.1.0-9-amd64", "6.1.0-56-amd64", "6.9.1",    "6.12-rc7-amd64",
        "6.12",       "6.12-amd64",    "6.12.0",         "6.12.9",   "6.12.117+deb12-amd64",
        "6.12.117-1", "6.18.44",       "7.0-rc1",        "7.0-rc12", "7.0",
        "10.0",
    };
    for (size_t i = 0; i < COUNT(sorted); i++)
        for (size_t k = 0; k < COUNT(sorted); k++) {
            int order = kernel_version_compare(sorted[i], sorted[k]);
            if ((order > 0) - (order < 0) != (i > k) - (i < k))
                fail_msg("%s against %s: %d", sorted[i], sorted[k], order);
        }
    assert_int_equal(kernel_version_compare("6.01", "6.1"), 0);
    assert_true(kernel_version_compare("1.99999999999999999999", "1.100000000000000000000") < 0);
}

/* ---- images ---- */

static void every_compression(void **state)
{
    (void)state;
    struct bytes expected = fixture_vmlinux("6.1.0-x", true);
    for (const char *const *kind = fixture_kinds; *kind; kind++) {
        struct bytes b = fixture_bzimage("6.1.0-x", *kind);
        struct image i;
        struct error e = {0};
        char version[IMAGE_VERSION_MAX];
        uint8_t *plain = NULL;
        size_t size = 0;
        assert_int_equal(image_from_bytes(&i, b.data, b.size, *kind, &e), 0);
        assert_int_equal(i.format, IMAGE_BZIMAGE);
        assert_int_equal(image_version(&i, version, &e), 0);
        assert_string_equal(version, "6.1.0-x");
        if (image_unpack(&i, IMAGE_PLAIN_MAX, &plain, &size, &e) < 0)
            fail_msg("%s: %s", *kind, e.text);
        assert_int_equal(size, expected.size);
        assert_memory_equal(plain, expected.data, size);
        free(plain);
        free(b.data);
    }
    free(expected.data);
}

static void executable(void **state)
{
    (void)state;
    struct bytes b = fixture_vmlinux("6.12.1-test", true);
    struct image i;
    struct error e = {0};
    char version[IMAGE_VERSION_MAX];
    assert_int_equal(image_from_bytes(&i, b.data, b.size, "vmlinux", &e), 0);
    assert_int_equal(i.format, IMAGE_ELF);
    assert_int_equal(image_version(&i, version, &e), 0);
    assert_string_equal(version, "6.12.1-test");
    assert_int_equal(image_check_pvh(&i, &e), 0);
    free(b.data);

    b = fixture_vmlinux("6.12.1-test", false);
    assert_int_equal(image_from_bytes(&i, b.data, b.size, "vmlinux", &e), 0);
    assert_int_equal(image_check_pvh(&i, &e), -1);
    assert_non_null(strstr(e.text, "CONFIG_PVH"));
    free(b.data);

    static const struct {
        size_t at;
        uint64_t value;
        int bytes;
        const char *words;
    } damage[] = {
        {4, 1, 1, "no 64-bit x86"},         /* 32 bits */
        {5, 2, 1, "no 64-bit x86"},         /* big-endian */
        {18, 183, 2, "no 64-bit x86"},      /* another processor */
        {16, 3, 2, "no 64-bit x86"},        /* a library */
        {54, 57, 2, "damaged"},             /* size of a program header */
        {56, 0, 2, "damaged"},              /* number of them */
        {56, 65, 2, "damaged"},             /* too many */
        {32, UINT64_MAX - 3, 8, "damaged"}, /* where they are */
        {32, FIXTURE_VMLINUX - 10, 8, "damaged"},
        {64 + 8, UINT64_MAX, 8, "cut short"}, /* where a segment is */
        {64 + 32, UINT64_MAX, 8, "cut short"},
        {64 + 32, FIXTURE_VMLINUX, 8, "cut short"},
        {64, 0, 4, "nothing to load"},
        {120 + 32, 30, 8, "CONFIG_PVH"}, /* the notes end too early */
        {120 + 32, 70000, 8, "CONFIG_PVH"},
        {512, UINT32_MAX, 4, "CONFIG_PVH"}, /* a name that is longer than they are */
        {512 + 4, UINT32_MAX, 4, "CONFIG_PVH"},
    };
    for (size_t k = 0; k < COUNT(damage); k++) {
        b = fixture_vmlinux("6.1", true);
        fixture_number(b.data + damage[k].at, damage[k].value, damage[k].bytes);
        assert_int_equal(image_from_bytes(&i, b.data, b.size, "vmlinux", &e), 0);
        assert_int_equal(image_check_pvh(&i, &e), -1);
        if (!strstr(e.text, damage[k].words))
            fail_msg("%zu: \"%s\" does not say \"%s\"", k, e.text, damage[k].words);
        free(b.data);
    }
}

/* The sentence of what is wrong, or "" if all went well. */
static const char *trouble(const struct bytes *b)
{
    static struct error e;
    struct image i;
    uint8_t *plain = NULL;
    size_t size;
    memset(&e, 0, sizeof e);
    if (image_from_bytes(&i, b->data, b->size, "x", &e) == 0 &&
        image_unpack(&i, IMAGE_PLAIN_MAX, &plain, &size, &e) == 0)
        free(plain);
    return e.text;
}

static void expect_trouble(const struct bytes *b, const char *words, const char *what)
{
    const char *said = trouble(b);
    if (!*said || !strstr(said, words))
        fail_msg("%s: \"%s\" does not say \"%s\"", what, said, words);
}

static void damaged_headers(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint64_t value;
        int bytes;
        const char *words;
    } damage[] = {
        {0x1fe, 0, 2, "no kernel image"},
        {0x202, 0, 1, "no kernel image"},
        {0x206, 0x207, 2, "2.6.26"},
        {0x248, UINT32_MAX, 4, "cut short"},
        {0x24c, UINT32_MAX, 4, "cut short"},
        {0x24c, 0, 4, "cannot be"},
        {0x24c, 15, 4, "cannot be"},
        {0x1f1, 255, 1, ""},
        {0x248, 63, 4, "way that vmtax does not know"},
    };
    for (size_t k = 0; k < COUNT(damage); k++) {
        struct bytes b = fixture_bzimage("6.1", "gzip");
        fixture_number(b.data + damage[k].at, damage[k].value, damage[k].bytes);
        expect_trouble(&b, damage[k].words, damage[k].words);
        free(b.data);
    }
    /* Where the version stands. */
    static const uint64_t places[] = {0, 1, 0x5ff, 0x600, 0x610, 0xffff};
    for (size_t k = 0; k < COUNT(places); k++) {
        struct bytes b = fixture_bzimage("6.1", "gzip");
        struct image i;
        char version[IMAGE_VERSION_MAX];
        fixture_number(b.data + 0x20e, places[k], 2);
        memcpy(b.data + 0x810, "6.6 behind the setup part", 25);
        assert_int_equal(image_from_bytes(&i, b.data, b.size, "x", NULL), 0);
        assert_int_equal(image_version(&i, version, NULL), -1);
        free(b.data);
    }
    static const char *const names[] = {
        "",
        " 6.1",
        "six",
        "6.1/../..",
        "6.1\x1b[2J",
        "6.1\n",
        "6.12345678901234567890123456789012345678901234567890123456789012345"};
    for (size_t k = 0; k < COUNT(names); k++) {
        struct bytes b = fixture_bzimage("6.1", "gzip");
        struct image i;
        char version[IMAGE_VERSION_MAX];
        snprintf((char *)b.data + 0x600, 100, "%s", names[k]);
        assert_int_equal(image_from_bytes(&i, b.data, b.size, "x", NULL), 0);
        assert_int_equal(image_version(&i, version, NULL), -1);
        free(b.data);
    }
}

static void cut_anywhere(void **state)
{
    (void)state;
    for (const char *const *kind = fixture_kinds; *kind; kind++) {
        struct bytes b = fixture_bzimage("6.1", *kind);
        static const size_t lengths[] = {0, 3, 0x1f0, 0x24f, 0x250, 0x600, 2048, 2112, 2200, 30000};
        for (size_t k = 0; k < COUNT(lengths); k++) {
            assert_true(lengths[k] < b.size);
            struct bytes part = {b.data, lengths[k]};
            expect_trouble(&part, "", *kind);
        }
        free(b.data);
    }
}

/* A payload that ends early, a size that is not true, something else inside. */
static void lying_payloads(void **state)
{
    (void)state;
    struct bytes plain = fixture_vmlinux("6.1", true);
    for (const char *const *kind = fixture_kinds; *kind; kind++) {
        bool own = strcmp(*kind, "gzip") == 0; /* has the size itself */
        struct bytes packed = fixture_compress(*kind, plain.data, plain.size);
        packed.data = realloc(packed.data, packed.size + 4);
        assert_non_null(packed.data);
        uint8_t *trailer = packed.data + packed.size - (own ? 4 : 0);
        size_t size = packed.size + (own ? 0 : 4);
        static const struct {
            int64_t off;
            const char *words;
        } sizes[] = {{0, NULL}, {1, ""}, {-1, "larger"}, {1000000, ""}};
        for (size_t k = 0; k < COUNT(sizes); k++) {
            fixture_number(trailer, plain.size + (uint64_t)sizes[k].off, 4);
            struct bytes b = fixture_wrap("6.1", packed.data, size, (uint32_t)size);
            if (!sizes[k].words)
                assert_string_equal(trouble(&b), "");
            else
                expect_trouble(&b, own ? "" : sizes[k].words, *kind);
            free(b.data);
        }
        static const uint64_t wild[] = {0, 10, 0x20000001, UINT32_MAX};
        for (size_t k = 0; k < COUNT(wild); k++) {
            fixture_number(trailer, wild[k], 4);
            struct bytes b = fixture_wrap("6.1", packed.data, size, (uint32_t)size);
            expect_trouble(&b, "cannot be", *kind);
            free(b.data);
        }
        /* Half the data with a true size behind it. */
        size_t half = packed.size / 2;
        fixture_number(packed.data + half, plain.size, 4);
        struct bytes b = fixture_wrap("6.1", packed.data, half + 4, (uint32_t)half + 4);
        expect_trouble(&b, "", *kind);
        free(b.data);
        free(packed.data);
    }
    free(plain.data);
    /* Not a kernel inside. */
    char text[4096];
    memset(text, 'x', sizeof text);
    struct bytes packed = fixture_compress("gzip", text, sizeof text);
    struct bytes b = fixture_wrap("6.1", packed.data, packed.size, (uint32_t)packed.size);
    expect_trouble(&b, "no 64-bit x86 kernel", "text");
    free(packed.data);
    free(b.data);
    static const uint8_t lzo[32] = {0x89, 'L', 'Z', 'O', [30] = 1};
    b = fixture_wrap("6.1", lzo, sizeof lzo, sizeof lzo);
    expect_trouble(&b, "lzo", "lzo");
    free(b.data);
}

/* ---- the choice ---- */

static void put_image(const char *root, const char *path, const char *version)
{
    char name[256];
    struct bytes b = fixture_bzimage(version, "gzip");
    snprintf(name, sizeof name, "%s/%s", root, path);
    fixture_file(name, b.data, b.size);
    free(b.data);
}

static void erase(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void erase(const char *format, ...)
{
    char path[PATH_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    assert_int_equal(fixture_remove(path), 0);
}

static char private[128];

static void expect_kernel(const char *running, const char *wanted, const char *version,
                          const char *source)
{
    const char *const roots[] = {private, NULL};
    struct kernel k;
    struct error e = {0};
    if (kernel_find_below(home, running, wanted, *private ? roots : NULL, &k, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(k.version, version);
    assert_string_equal(k.source, source);
    assert_int_equal(access(k.image, R_OK), 0);
    char dep[PATH_MAX + 32];
    snprintf(dep, sizeof dep, "%s/modules.dep", k.modules);
    assert_int_equal(access(dep, R_OK), 0);
    assert_non_null(strstr(k.modules, version));
}

static void expect_none(const char *wanted, const char *words, const char *also)
{
    const char *const roots[] = {private, NULL};
    struct kernel k;
    struct error e = {0};
    assert_int_equal(kernel_find_below(home, "6.1-run", wanted, roots, &k, &e), -1);
    if (!strstr(e.text, words) || !strstr(e.text, also))
        fail_msg("\"%s\" does not say \"%s\" and \"%s\"", e.text, words, also);
    assert_true(strlen(e.text) < sizeof e.text - 1); /* nothing cut off */
}

static void choice(void **state)
{
    (void)state;
    *private = '\0';
    put_image(home, "boot/vmlinuz-6.9-a", "6.9-a");
    put_image(home, "boot/vmlinuz-6.12-a", "6.12-a");
    put_image(home, "boot/vmlinuz-6.1-run", "6.1-run");
    put_image(home, "boot/initrd.img-7.0", "7.0");
    fixture_modules(home, "6.9-a", NULL, "");
    fixture_modules(home, "6.12-a", NULL, "");
    fixture_modules(home, "6.1-run", NULL, "");
    expect_kernel("6.1-run", NULL, "6.1-run", "the running kernel");
    expect_kernel("6.0-other", NULL, "6.12-a", "newest below /boot");
    /* The image named like the running kernel is another. */
    put_image(home, "boot/vmlinuz-6.1-run", "6.1-cheat");
    fixture_modules(home, "6.1-cheat", NULL, "");
    expect_kernel("6.1-run", NULL, "6.12-a", "newest below /boot");
    erase("%s/lib/modules/6.1-cheat", home);
    /* Without modules, without depmod, without 9p: the next. */
    erase("%s/lib/modules/6.12-a", home);
    expect_kernel("6.1-run", NULL, "6.9-a", "newest below /boot");
    erase("%s/lib/modules/6.9-a/modules.dep", home);
    char image[128];
    snprintf(image, sizeof image, "%s/lib/modules/6.1-run/vmlinuz", home);
    put_image(home, "lib/modules/6.1-run/vmlinuz", "6.1-run");
    expect_kernel("6.1-run", NULL, "6.1-run", "the running kernel");
    expect_kernel("6.0-other", NULL, "6.1-run", "newest below /lib/modules");
    erase("%s", image);

    snprintf(private, sizeof private, "%s/private", home);
    expect_none(NULL, "6.12-a, are missing", "./bootstrap");
    put_image(private, "boot/vmlinuz-6.2-p", "6.2-p");
    put_image(private, "boot/vmlinuz-6.10-p", "6.10-p");
    fixture_modules(private, "6.2-p", "xz", "xz");
    fixture_modules(private, "6.10-p", NULL, "");
    expect_kernel("6.1-run", NULL, "6.10-p", "unpacked for guests");
    snprintf(image, sizeof image, "%s/boot/vmlinuz-6.2-p", private);
    expect_kernel("6.1-run", image, "6.2-p", "--kernel");
}

static void refusals(void **state)
{
    (void)state;
    char image[128];
    snprintf(private, sizeof private, "%s/private", home);
    expect_none(NULL, "no kernel for guests below /boot", "linux-image-amd64");
    put_image(home, "boot/vmlinuz-6.1-cloud-amd64", "6.1-cloud-amd64");
    fixture_modules(home, "6.1-cloud-amd64", NULL, "");
    char dep[256];
    snprintf(dep, sizeof dep, "%s/lib/modules/6.1-cloud-amd64/modules.dep", home);
    fixture_text(dep,
                 "kernel/drivers/virtio/virtio_pci.ko:\nkernel/drivers/virtio/virtio_mmio.ko:\n"
                 "kernel/drivers/char/virtio_console.ko:\n");
    expect_none(NULL, "the cloud flavour has no 9p", "linux-image-amd64");
    put_image(home, "boot/vmlinuz-6.2-x", "6.2-x");
    put_image(home, "boot/vmlinuz-6.3-x", "6.3-x");
    fixture_modules(home, "6.3-x", NULL, "");
    snprintf(dep, sizeof dep, "%s/lib/modules/6.3-x/modules.dep", home);
    fixture_text(dep, "\n");
    expect_none(NULL, "has no module virtio_pci", "and 1 more");

    snprintf(image, sizeof image, "%s/boot/vmlinuz-6.2-x", home);
    expect_none(image, "--kernel:", "are missing");
    expect_none("/nonexistent/vmlinuz", "--kernel: cannot read", "No such file");
    expect_none("/dev/null", "not a regular file", "");
    expect_none(home, "not a regular file", "");
    snprintf(image, sizeof image, "%s/\x1b[2Jtext", home);
    fixture_text(image, "hello");
    expect_none(image, "no kernel image", "");
    struct kernel k;
    struct error e = {0};
    assert_int_equal(kernel_find_below(home, "x", image, NULL, &k, &e), -1);
    assert_null(strchr(e.text, '\x1b'));
    /* A long way to it still leaves the remedy whole. */
    snprintf(image, sizeof image, "%s/boot/vmlinuz-%050d", home, 7);
    fixture_text(image, "hello");
    expect_none(NULL, "no kernel here will do", "for guests only");
}

/* The real machine: whatever it has, there is an answer. */
static void this_machine(void **state)
{
    (void)state;
    struct kernel k;
    struct kernel_roots roots;
    struct error e = {0};
    kernel_private_roots(&roots);
    assert_non_null(roots.list[0]);
    assert_non_null(strstr(roots.list[0], "/guest-kernel"));
    assert_null(roots.list[2]);
    if (kernel_find(NULL, roots.list, &k, &e) < 0)
        assert_non_null(strstr(e.text, "bootstrap"));
    else
        assert_int_equal(access(k.image, R_OK), 0);
}

/* ---- unpacked ---- */

static void unpack(const struct kernel *k, const char *cache, char out[PATH_MAX])
{
    struct error e = {0};
    if (kernel_unpack(k, cache, out, PATH_MAX, &e) < 0)
        fail_msg("%s", e.text);
}

static void unpacked_once(void **state)
{
    (void)state;
    char cache[PATH_MAX], path[PATH_MAX], again[PATH_MAX];
    struct error e = {0};
    struct stat before, after;
    struct kernel k = {.version = "6.1"};
    assert_int_equal(cache_directory(cache, sizeof cache, &e), 0);
    put_image(home, "boot/vmlinuz", "6.1");
    snprintf(k.image, sizeof k.image, "%s/boot/vmlinuz", home);
    unpack(&k, cache, path);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(before.st_size, FIXTURE_VMLINUX);
    unpack(&k, cache, again);
    assert_string_equal(path, again);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    /* Damaged: anew, with the same contents. */
    assert_int_equal(truncate(path, FIXTURE_VMLINUX - 100000), 0);
    unpack(&k, cache, again);
    assert_string_equal(path, again);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(after.st_size, FIXTURE_VMLINUX);
    /* An upgraded kernel under the same name. */
    put_image(home, "boot/vmlinuz", "6.2");
    struct timespec times[2] = {{.tv_sec = 5}, {.tv_sec = 5}};
    assert_int_equal(utimensat(AT_FDCWD, k.image, times, 0), 0);
    unpack(&k, cache, again);
    assert_string_not_equal(path, again);
    /* A vmlinux is used as it is. */
    struct bytes b = fixture_vmlinux("6.1", true);
    snprintf(k.image, sizeof k.image, "%s/boot/vmlinux", home);
    fixture_file(k.image, b.data, b.size);
    free(b.data);
    unpack(&k, cache, path);
    assert_string_equal(path, k.image);
    /* Nothing is left of what failed. */
    struct bytes bad = fixture_bzimage("6.1", "xz");
    bad.data[bad.size / 2] ^= 1;
    fixture_file(k.image, bad.data, bad.size);
    free(bad.data);
    assert_int_equal(kernel_unpack(&k, cache, path, sizeof path, &e), -1);
    assert_non_null(strstr(e.text, "damaged"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions),
        cmocka_unit_test(every_compression),
        cmocka_unit_test(executable),
        cmocka_unit_test(damaged_headers),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(lying_payloads),
        cmocka_unit_test_setup_teardown(choice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals, set_up, tear_down),
        cmocka_unit_test(this_machine),
        cmocka_unit_test_setup_teardown(unpacked_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
