/* The disk workloads against fio: the same file, opened the same way, the same records in the same
 * pattern by the same system calls (fio's engine "sync": lseek, read, write), through the page
 * cache and past it.
 *
 * What fio does beside the transfer and ours does not is switched off: times of single records,
 * buffers changed between writes, the cache dropped at the start. The rest of its work is a tenth
 * of a microsecond a record (its engine "null"), so those of the page cache are large. And its
 * buffer is what ours is, in a huge page where we may mount a file system that gives it one: of
 * scattered pages a disk is told one by one, and by chance of where they lie that took up to a
 * third longer. Where we may not it at least begins with a page, else a copy out of the page cache
 * takes 5 % longer.
 * Beside its job runs a process that looks at it every 10 ms. A virtual processor that waits for a
 * disk is then back a tenth sooner, as its kernel need not stop and restart the tick each time; so
 * something looks at ours as often.
 * Files of the page cache are small, so that the core's own caches hold them: where others use
 * memory, too, a copy from there takes a third longer or less from one moment to the next. Both
 * have a lead-in that does not count, as a slot of a run has: verify() takes the file out of the
 * cache, and a disk that was left alone for a moment answers up to a tenth more slowly at first.
 *
 * bench_fio [BLOCKS [DIRECTORY]] */
#include <config.h>

#include "json.h"
#include "tests/bench/compare.h"
#include "tests/bench/peer.h"
#include "tests/bench/scratch.h"
#include "workloads/datafile.h"
#include "workloads/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BLOCKS   10
#define MEMORY   (8 << 20)
#define LEAD_NS  UINT64_C(200000000)
#define LEAD_FIO "--ramp_time=200ms"
#define LOOK_US  10000
#define SLOT_NS  UINT64_C(500000000)
#define SLOT_FIO "--runtime=500ms"

static const struct row {
    const char *id, *rw; /* fio's word for the pattern */
    const char *size, *record;
    bool direct;
} rows[] = {
    {"file.read", "read", "1M", "256K", false},
    {"file.rewrite", "write", "1M", "256K", false},
    {"file.randread", "randread", "1M", "256K", false},
    {"file.randwrite", "randwrite", "1M", "256K", false},
    {"file.read", "read", "64M", "64K", true},
    {"file.rewrite", "write", "64M", "64K", true},
    {"file.randread", "randread", "8M", "4K", true},
    {"file.randwrite", "randwrite", "8M", "4K", true},
};

struct pair {
    const struct row *row;
    const char *memory; /* fio's option */
    const struct workload_ops *ops;
    struct work work;
    struct error error;
    uint64_t batch; /* operations of a whole pass */
};

/* Whole passes for at least ns, so that verify() finds one pass everywhere. Bytes a second. */
static double passes(struct pair *p, uint64_t ns)
{
    struct work *w = &p->work;
    uint64_t from = work_now_ns(), spent;
    w->bytes = w->excluded_ns = 0;
    do {
        if (p->ops->run(w, p->batch) < 0)
            return (double)NAN;
        spent = work_now_ns() - from;
    } while (spent < ns);
    return (double)w->bytes / (double)(spent - w->excluded_ns) * 1e9;
}

static void *look_at(void *done)
{
    while (!atomic_load((atomic_bool *)done))
        usleep(LOOK_US);
    return NULL;
}

static double ours(void *context)
{
    struct pair *p = context;
    atomic_bool done = false;
    pthread_t looker;
    if (pthread_create(&looker, NULL, look_at, &done) != 0)
        return (double)NAN;
    double value = passes(p, LEAD_NS);
    if (isfinite(value))
        value = passes(p, SLOT_NS);
    atomic_store(&done, true);
    pthread_join(looker, NULL);
    if (!isfinite(value) || p->ops->verify(&p->work) < 0) {
        fprintf(stderr, "%s\n", p->error.text);
        return (double)NAN;
    }
    return value;
}

/* Bytes a second of the one job. */
static double fio_figure(const char *text, bool writes)
{
    struct error e;
    struct json_reader r = {.name = "fio", .e = &e};
    cJSON *root = json_parse(text, strlen(text), "fio", &e);
    const cJSON *jobs = root ? json_get_array(&r, root, "jobs", 1, JSON_REQUIRED) : NULL;
    const cJSON *way = jobs ? json_get_object(&r, jobs->child, writes ? "write" : "read",
                                              JSON_REQUIRED)
                            : NULL;
    double value = way ? json_get_number(&r, way, "bw_bytes", 0, 1e15, NAN, JSON_REQUIRED)
                       : (double)NAN;
    if (!way)
        fprintf(stderr, "%s\n", e.text);
    cJSON_Delete(root);
    return value;
}

static double theirs(void *context)
{
    const struct pair *p = context;
    const struct row *row = p->row;
    char file[256], size[32], record[32], rw[32];
    snprintf(file, sizeof file, "--filename=%s/" DATAFILE_NAME, p->work.scratch);
    snprintf(size, sizeof size, "--size=%s", row->size);
    snprintf(record, sizeof record, "--bs=%s", row->record);
    snprintf(rw, sizeof rw, "--rw=%s", row->rw);
    const char *const argv[] = {"fio",
                                "--name=bench",
                                file,
                                size,
                                record,
                                rw,
                                row->direct ? "--direct=1" : "--direct=0",
                                LEAD_FIO,
                                SLOT_FIO,
                                "--time_based",
                                "--ioengine=sync",
                                "--invalidate=0",
                                "--fadvise_hint=0",
                                "--gtod_reduce=1",
                                "--scramble_buffers=0",
                                "--iomem_align=4096",
                                p->memory,
                                "--allow_file_create=0",
                                "--output-format=json",
                                NULL};
    char *text = peer_say(argv, PEER_LOUD);
    double value = text ? fio_figure(text, strstr(row->rw, "write")) : (double)NAN;
    free(text);
    return value;
}

static bool prepare(struct pair *p, const struct row *row, const char *scratch, const char *memory,
                    int *cpu)
{
    char params[PARAMS_TEXT];
    *p = (struct pair){.row = row,
                       .memory = memory,
                       .ops = workload_ops_find(row->id),
                       .work = {.workload = workload_find(row->id),
                                .lanes = 1,
                                .cpus = cpu,
                                .cpu_count = 1,
                                .scratch = scratch,
                                .seed = 1,
                                .sample = WORK_SAMPLE_EVERY}};
    p->work.error = &p->error;
    snprintf(params, sizeof params, "size=%s record=%s direct=%s", row->size, row->record,
             row->direct ? "yes" : "no");
    if (params_parse(p->work.workload, params, p->work.param, &p->error) < 0 ||
        p->ops->prepare(&p->work) < 0) {
        printf("%-18s not measured: %s\n", row->id, p->error.text);
        p->ops->release(&p->work);
        return false;
    }
    bool random = strstr(row->rw, "rand");
    p->batch = random ? p->work.param[DATAFILE_SIZE] / p->work.param[DATAFILE_RECORD] : 1;
    return true;
}

/* fio's option for memory in huge pages: a file of a file system that only this process sees. */
static void huge_memory(const char *scratch, char *option, size_t size)
{
    char place[280], file[300];
    snprintf(option, size, "--mem=malloc");
    snprintf(place, sizeof place, "%s/memory", scratch);
    snprintf(file, sizeof file, "%s/buffer", place);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mkdir(place, 0700) < 0 || mount("none", place, "tmpfs", 0, "huge=always,size=16m") < 0) {
        printf("fio's memory lies where it comes: %s\n", strerror(errno));
        return;
    }
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || (errno = posix_fallocate(fd, 0, MEMORY)) != 0)
        printf("fio's memory lies where it comes: %s\n", strerror(errno));
    else
        snprintf(option, size, "--mem=mmapshared:%s", file);
    if (fd >= 0)
        close(fd);
}

static bool compare_rows(const char *scratch, int cpu, unsigned blocks)
{
    bool pass = true;
    char memory[320];
    huge_memory(scratch, memory, sizeof memory);
    compare_heading();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pair p;
        char peer[64];
        if (!prepare(&p, &rows[i], scratch, memory, &cpu)) {
            pass = false;
            continue;
        }
        snprintf(peer, sizeof peer, "fio %s %s%s", rows[i].rw, rows[i].record,
                 rows[i].direct ? " direct" : "");
        struct compare c = {.name = rows[i].id,
                            .peer = peer,
                            .ours = ours,
                            .theirs = theirs,
                            .context = &p,
                            .rule = COMPARE_WITHIN_OR_COVERS,
                            .low = 0.95,
                            .high = 1.05,
                            .unit = "MB/s",
                            .scale = 1e-6};
        pass &= compare_run(&c, blocks);
        p.ops->release(&p.work);
    }
    return pass;
}

int main(int argc, char **argv)
{
    unsigned blocks = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : BLOCKS;
    char scratch[200];
    struct statfs fs;
    int cpu = compare_pin();
    char *version = peer_say((const char *[]){"fio", "--version", NULL}, PEER_SILENT);
    bool possible = version;
    free(version);
    if (!possible) {
        printf("%-18s not measured: no fio here (package fio)\n", "file");
        return COMPARE_NOT_MEASURED;
    }
    snprintf(scratch, sizeof scratch, "%s/vmtax-bench-fio-XXXXXX", argc > 2 ? argv[2] : "/var/tmp");
    if (cpu < 0 || !scratch_make(scratch) || statfs(scratch, &fs) < 0) {
        perror("cannot pin to one processor, or make a directory");
        return 1;
    }
    bool pass = fs.f_type != TMPFS_MAGIC;
    if (pass)
        pass = compare_rows(scratch, cpu, blocks);
    else
        printf("%-18s not measured: %s is in memory\n", "file", scratch);
    return pass ? 0 : 1;
}
