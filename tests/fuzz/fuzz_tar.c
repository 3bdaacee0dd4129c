/* fuzz_tar.c - the archive of a kernel's sources, which an agent unpacks, damaged or another's.
 *
 * Held beside "no sanitizer complains": nothing but directories and regular files with one name is
 * made, all of it below the directory, and no more files than are told. */
#include <config.h>

#include "target/undo.h"
#include "tests/fuzz/fuzz.h"
#include "workloads/kbuild/tar.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_MAX 16384

static uint64_t regular;

static int look(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)path, (void)at;
    require(kind == FTW_D || kind == FTW_F);
    if (kind == FTW_F) {
        require(S_ISREG(st->st_mode) && st->st_nlink == 1 && !(st->st_mode & 07000));
        require(st->st_size <= INPUT_MAX);
        regular++;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char outer[] = "/tmp/vmtax-test-XXXXXX", inner[sizeof outer + 8];
    struct error e = {.text = ""};
    uint64_t files = 0;
    int archive = memfd_create("archive", MFD_CLOEXEC);
    require(archive >= 0 && mkdtemp(outer));
    require(write(archive, data, size) == (ssize_t)size && lseek(archive, 0, SEEK_SET) == 0);
    snprintf(inner, sizeof inner, "%s/inner", outer);
    require(mkdir(inner, 0700) == 0);
    int directory = open(inner, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    require(directory >= 0);
    int rc = tar_unpack(archive, directory, &files, &e);
    close(directory);
    close(archive);
    if (rc < 0) {
        require(e.text[0] != '\0');
        require_shown(e.text);
    }
    regular = 0;
    require(nftw(inner, look, 8, FTW_PHYS) == 0);
    require(rc < 0 || regular <= files);
    /* Beside it there is nothing. */
    require(rmdir(outer) < 0 && undo_directory(inner, &e) <= 0);
    require(nftw(outer, look, 8, FTW_PHYS) == 0);
    require(undo_directory(outer, &e) == 0);
    return 0;
}
