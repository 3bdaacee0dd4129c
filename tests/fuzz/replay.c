/* replay.c - main() of a fuzz target where there is no libFuzzer: each file that is named, and each
 * in a directory that is named, once. So the ordinary objects meet all seeds and whatever once was
 * a fault. */
#include <config.h>

#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define INPUT_MAX (1u << 20)

/* In memory of exactly its size, where a sanitizer sees every byte beyond it. */
static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *room = malloc(INPUT_MAX);
    if (!f || !room) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    size_t size = fread(room, 1, INPUT_MAX, f);
    fclose(f);
    uint8_t *data = malloc(size ? size : 1);
    if (!data)
        exit(1);
    memcpy(data, room, size);
    free(room);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static int replay(const char *path)
{
    DIR *directory = opendir(path);
    int count = 0;
    if (!directory)
        return replay_file(path);
    for (struct dirent *d; (d = readdir(directory));) {
        char name[4096];
        if (d->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, d->d_name);
        count += replay_file(name);
    }
    closedir(directory);
    return count;
}

/* Words that begin with '-' are options of libFuzzer, which mean nothing here. */
int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-')
            count += replay(argv[i]);
    if (count == 0) {
        fprintf(stderr, "%s: no input\n", argv[0]);
        return 1;
    }
    return 0;
}
