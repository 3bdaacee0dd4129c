/* The guest's first file system, read back by cpio; when it is made anew; what it refuses. */
#include "config.h"

#include "unit.h"

#include "cache.h"
#include "fixture_files.h"
#include "fixture_kernel.h"
#include "target/initramfs.h"
#include "target/modules.h"
#include "workloads/payload/linpack.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char home[64], cache[PATH_MAX], agent[PATH_MAX];
static const char agent_bytes[] = "\177ELF this is the agent";

static int set_up(void **state)
{
    (void)state;
    struct error e;
    if (fixture_cache(home, sizeof home) < 0)
        return -1;
    snprintf(agent, sizeof agent, "%s/agent", home);
    fixture_file(agent, agent_bytes, sizeof agent_bytes);
    return cache_directory(cache, sizeof cache, &e);
}

static int tear_down(void **state)
{
    (void)state;
    return fixture_cache_remove(home);
}

/* What cpio says when it reads the archive, with these options. It must be there: nothing else
 * would notice an archive that only libarchive can read. */
static size_t run_cpio(const char *archive, const char *const *options, char *out, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const char *argv[8] = {"cpio", "--quiet"};
        for (size_t i = 0; i < 5 && options[i]; i++)
            argv[2 + i] = options[i];
        int in = open(archive, O_RDONLY);
        if (in < 0 || dup2(in, 0) < 0 || dup2(ends[1], 1) < 0)
            _exit(126);
        close(ends[0]);
        execvp("cpio", (char *const *)argv);
        _exit(127);
    }
    close(ends[1]);
    size_t used = 0;
    ssize_t n;
    while (used + 1 < size && (n = read(ends[0], out + used, size - used - 1)) > 0)
        used += (size_t)n;
    out[used] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        fail_msg("this test needs the program cpio: install the package cpio");
    assert_int_equal(status, 0);
    return used;
}

static struct kernel kernel(const char *version, const char *kind, const char *end)
{
    struct kernel k = {.source = "a test"};
    snprintf(k.version, sizeof k.version, "%s", version);
    snprintf(k.modules, sizeof k.modules, "%s/lib/modules/%s", home, version);
    fixture_modules(home, version, kind, end);
    return k;
}

static void make(const struct kernel *k, unsigned sets, char path[PATH_MAX])
{
    struct error e = {0};
    if (initramfs_make(agent, k, sets, cache, path, PATH_MAX, &e) < 0)
        fail_msg("%s", e.text);
}

static void refuse(const struct kernel *k, unsigned sets, const char *words)
{
    struct error e = {0};
    char path[PATH_MAX];
    assert_int_equal(initramfs_make(agent, k, sets, cache, path, sizeof path, &e), -1);
    if (!strstr(e.text, words))
        fail_msg("\"%s\" does not say \"%s\"", e.text, words);
}

static size_t entries(void)
{
    size_t count = 0;
    DIR *d = opendir(cache);
    struct dirent *entry;
    assert_non_null(d);
    while ((entry = readdir(d)))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(d);
    return count;
}

static const char names[] = "dev\n"
                            "dev/console\n"
                            "modules\n"
                            "signatures\n"
                            "modules/00-virtio_pci_legacy_dev.ko\n"
                            "modules/01-virtio_pci_modern_dev.ko\n"
                            "modules/02-virtio.ko\n"
                            "modules/03-virtio_pci.ko\n"
                            "modules/04-virtio_mmio.ko\n"
                            "modules/05-virtio_console.ko\n"
                            "modules/06-9pnet.ko\n"
                            "modules/07-netfs.ko\n"
                            "modules/08-fscache.ko\n"
                            "modules/09-9p.ko\n"
                            "modules/10-9pnet_virtio.ko\n"
                            "modules/11-overlay.ko\n"
                            "payloads\n"
                            "init\n";

static void check_archive(const struct kernel *k)
{
    char path[PATH_MAX], out[8192];
    make(k, MODULES_NEEDED, path);
    run_cpio(path, (const char *const[]){"-t", NULL}, out, sizeof out);
    assert_string_equal(out, names);
    run_cpio(path, (const char *const[]){"-tvn", "init", NULL}, out, sizeof out);
    assert_non_null(strstr(out, "-rwxr-xr-x   1 0        0 "));
    run_cpio(path, (const char *const[]){"-tvn", "dev/console", NULL}, out, sizeof out);
    assert_non_null(strstr(out, "crw-------   1 0        0 "));
    assert_non_null(strstr(out, "  5,   1 "));
    run_cpio(path, (const char *const[]){"-tvn", "modules", NULL}, out, sizeof out);
    assert_non_null(strstr(out, "drwxr-xr-x"));

    size_t n = run_cpio(path, (const char *const[]){"-i", "--to-stdout", "init", NULL}, out,
                        sizeof out);
    assert_int_equal(n, sizeof agent_bytes);
    assert_memory_equal(out, agent_bytes, n);
    n = run_cpio(path, (const char *const[]){"-i", "--to-stdout", "modules/10-*", NULL}, out,
                 sizeof out);
    char expected[256] = "\177ELF ";
    snprintf(expected + 5, sizeof expected - 5, "module net/9p/9pnet_virtio of %s", k->version);
    assert_int_equal(n, sizeof expected);
    assert_memory_equal(out, expected, n);
}

static void read_by_another(void **state)
{
    (void)state;
    struct kernel plain = kernel("6.1-plain", NULL, ""), xz = kernel("6.12-xz", "xz", "xz"),
                  zst = kernel("6.18-zst", "zstd", "zst"), gz = kernel("6.6-gz", "gzip", "gz");
    check_archive(&plain);
    check_archive(&xz);
    check_archive(&zst);
    check_archive(&gz);
}

/* A signature lies beside its module; the two together are the file again. */
static void signatures_apart(void **state)
{
    (void)state;
    struct kernel k = kernel("6.1-signed", NULL, "");
    char path[PATH_MAX], out[8192];
    static const char module[] = "\177ELF a module";
    static const char signature[] = "0123456789\0\0\2\0\0\0\0\0\0\0\0\12"
                                    "~Module signature appended~\n";
    char whole[sizeof module + sizeof signature];
    memcpy(whole, module, sizeof module - 1);
    memcpy(whole + sizeof module - 1, signature, sizeof signature - 1);
    snprintf(path, sizeof path, "%s/kernel/fs/overlayfs/overlay.ko", k.modules);
    fixture_file(path, whole, sizeof module + sizeof signature - 2);
    make(&k, MODULES_OVERLAY, path);
    run_cpio(path, (const char *const[]){"-t", NULL}, out, sizeof out);
    assert_string_equal(out, "dev\ndev/console\nmodules\nsignatures\nmodules/00-overlay.ko\n"
                             "signatures/00-overlay.ko\npayloads\ninit\n");
    size_t n = run_cpio(path, (const char *const[]){"-i", "--to-stdout", "modules/*", NULL}, out,
                        sizeof out);
    n += run_cpio(path, (const char *const[]){"-i", "--to-stdout", "signatures/*", NULL}, out + n,
                  sizeof out - n);
    assert_int_equal(n, sizeof module + sizeof signature - 2);
    assert_memory_equal(out, whole, n);
}

/* The programs of the agent come along, from wherever it is, and a changed one makes it anew. */
static void payloads_come_along(void **state)
{
    (void)state;
    struct kernel k = kernel("6.1-p", NULL, "");
    char bare[PATH_MAX], path[PATH_MAX], out[8192], program[PATH_MAX + 64];
    static const char bytes[] = "\177ELF solves", others[] = "\177ELF another";
    make(&k, MODULES_OVERLAY, bare);
    snprintf(program, sizeof program, "%s/" LINPACK_PROGRAM, home);
    fixture_file(program, bytes, sizeof bytes);
    assert_int_equal(chmod(program, 0700), 0);
    make(&k, MODULES_OVERLAY, path);
    assert_string_not_equal(path, bare);
    run_cpio(path, (const char *const[]){"-t", NULL}, out, sizeof out);
    assert_string_equal(out, "dev\ndev/console\nmodules\nsignatures\nmodules/00-overlay.ko\n"
                             "payloads\npayloads/" LINPACK_PROGRAM "\ninit\n");
    run_cpio(path, (const char *const[]){"-tvn", "payloads/*", NULL}, out, sizeof out);
    assert_non_null(strstr(out, "-rwxr-xr-x   1 0        0 "));
    size_t n = run_cpio(path, (const char *const[]){"-i", "--to-stdout", "payloads/*", NULL}, out,
                        sizeof out);
    assert_int_equal(n, sizeof bytes);
    assert_memory_equal(out, bytes, n);
    fixture_file(program, others, sizeof others);
    make(&k, MODULES_OVERLAY, bare);
    assert_string_not_equal(path, bare);
    fixture_text(program, "no program");
    refuse(&k, MODULES_OVERLAY, LINPACK_PROGRAM);
    /* A Java archive is one, too. */
    static const char archive[] = "PK\3\4 classes";
    fixture_file(program, archive, sizeof archive);
    make(&k, MODULES_OVERLAY, path);
    run_cpio(path, (const char *const[]){"-t", NULL}, out, sizeof out);
    assert_non_null(strstr(out, "payloads/" LINPACK_PROGRAM "\n"));
}

static ino_t inode(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_ino;
}

static void made_anew_when(void **state)
{
    (void)state;
    struct kernel k = kernel("6.1-a", NULL, ""), other = kernel("6.1-b", NULL, "");
    char first[PATH_MAX], path[PATH_MAX], dep[PATH_MAX + 32];
    make(&k, MODULES_NEEDED, first);
    ino_t i = inode(first);
    make(&k, MODULES_NEEDED, path);
    assert_string_equal(first, path);
    assert_int_equal(inode(path), i);

    make(&k, MODULES_NEEDED | MODULES_DISK_VIRTIO, path);
    assert_string_not_equal(first, path);
    make(&other, MODULES_NEEDED, path);
    assert_string_not_equal(first, path);
    /* depmod ran again, with the same result */
    struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    snprintf(dep, sizeof dep, "%s/modules.dep", k.modules);
    assert_int_equal(utimensat(AT_FDCWD, dep, times, 0), 0);
    make(&k, MODULES_NEEDED, path);
    char *key = strstr(path, "initramfs-");
    assert_non_null(key);
    assert_int_not_equal(strncmp(key, strstr(first, "initramfs-"), 30), 0);
    /* another agent */
    fixture_file(agent, "\177ELF x", 6);
    make(&k, MODULES_NEEDED, first);
    assert_string_not_equal(first, path);
    assert_true(entries() <= CACHE_KEEP);

    assert_int_equal(truncate(first, 100), 0);
    make(&k, MODULES_NEEDED, path);
    assert_string_equal(first, path);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > 1000);
}

static void refused(void **state)
{
    (void)state;
    struct kernel k = kernel("6.1-r", NULL, "");
    char path[PATH_MAX + 64];
    refuse(&k, MODULES_NEEDED | MODULES_NET_E1000, "has no module e1000");
    snprintf(path, sizeof path, "%s/kernel/fs/9p/9p.ko", k.modules);
    fixture_text(path, "not a module at all");
    refuse(&k, MODULES_NEEDED, "9p.ko is damaged");
    struct bytes half = fixture_compress("xz", path, sizeof path);
    fixture_file(path, half.data, half.size / 2);
    free(half.data);
    refuse(&k, MODULES_NEEDED, "damaged");
    assert_int_equal(unlink(path), 0);
    refuse(&k, MODULES_NEEDED, "cannot read");
    assert_int_equal(mkdir(path, 0700), 0);
    refuse(&k, MODULES_NEEDED, "not a regular file");
    assert_int_equal(entries(), 0);
    make(&k, MODULES_BASE, path);
    assert_int_equal(unlink(agent), 0);
    refuse(&k, MODULES_BASE, "agent");
    assert_int_equal(entries(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(read_by_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(signatures_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(payloads_come_along, set_up, tear_down),
        cmocka_unit_test_setup_teardown(made_anew_when, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
