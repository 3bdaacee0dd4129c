/* Every kernel, called as the worker calls it: it prepares, runs counts, verifies, and leaves
 * nothing behind: no descriptor, child, mapping, file or changed setting. And the same when the
 * thing that is measured fails in the middle: then it says so. */
#include <config.h>

#include "src/result.h"
#include "tests/unit/unit.h"
#include "workloads/datafile.h"
#include "workloads/workload.h"

#include <bzlib.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct rig {
    struct work work;
    struct error error;
    struct histogram histogram;
    const struct workload_ops *ops;
    int cpus[2];
    char scratch[256];
};

/* What must be the same before and after. */
struct traces {
    size_t descriptors, children, files, mapped_kib;
    char directory[256];
    struct sigaction actions[4];
    sigset_t mask;
    cpu_set_t cpus;
    struct rlimit files_limit;
};

static const int watched_signals[4] = {SIGUSR1, SIGCHLD, SIGPIPE, SIGXFSZ};

static size_t entries(const char *path)
{
    size_t n = 0;
    DIR *d = opendir(path);
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* Ids of our children; returns how many. */
static size_t children(pid_t *ids, size_t room)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    size_t n = 0;
    int id;
    while (fscanf(f, "%d", &id) == 1) {
        if (n < room)
            ids[n] = id;
        n++;
    }
    fclose(f);
    return n;
}

static struct traces traces_take(const struct rig *r)
{
    struct traces t;
    memset(&t, 0, sizeof t);
    t.descriptors = entries("/proc/self/fd");
    t.children = children(NULL, 0);
    t.files = entries(r->scratch);
    FILE *f = fopen("/proc/self/statm", "re");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%zu", &t.mapped_kib), 1);
    fclose(f);
    t.mapped_kib *= (size_t)sysconf(_SC_PAGESIZE) / 1024;
    assert_non_null(getcwd(t.directory, sizeof t.directory));
    for (size_t i = 0; i < 4; i++)
        sigaction(watched_signals[i], NULL, &t.actions[i]);
    pthread_sigmask(SIG_BLOCK, NULL, &t.mask);
    sched_getaffinity(0, sizeof t.cpus, &t.cpus);
    getrlimit(RLIMIT_NOFILE, &t.files_limit);
    return t;
}

static void traces_equal(const struct traces *a, const struct traces *b)
{
    assert_int_equal(a->descriptors, b->descriptors);
    assert_int_equal(a->children, b->children);
    assert_int_equal(a->files, b->files);
    /* The allocator may keep a little; an array of a kernel is more. ThreadSanitizer keeps what a
     * thread that has ended had, and asks for more now and then. */
#ifndef __SANITIZE_THREAD__
    assert_true(b->mapped_kib < a->mapped_kib + 512);
#endif
    assert_string_equal(a->directory, b->directory);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(a->actions[i].sa_handler, b->actions[i].sa_handler);
    for (int s = 1; s < 32; s++)
        assert_int_equal(sigismember(&a->mask, s), sigismember(&b->mask, s));
    assert_true(CPU_EQUAL(&a->cpus, &b->cpus));
    assert_true(a->files_limit.rlim_cur == b->files_limit.rlim_cur);
}

static void rig_set(struct rig *r, const char *id, const char *params)
{
    r->error.text[0] = '\0';
    memset(&r->histogram, 0, sizeof r->histogram);
    memset(&r->work, 0, sizeof r->work);
    r->work.workload = workload_find(id);
    r->ops = workload_ops_find(id);
    assert_non_null(r->work.workload);
    assert_non_null(r->ops);
    r->work.lanes = 1;
    r->work.cpus = r->cpus;
    r->work.scratch = r->scratch;
    r->work.seed = 12345;
    r->work.error = &r->error;
    r->work.sample = 1;
    if (r->work.workload->latency)
        r->work.latency = &r->histogram;
    if (params_parse(r->work.workload, params, r->work.param, &r->error) < 0)
        fail_msg("%s", r->error.text);

    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    for (int cpu = 0; cpu < CPU_SETSIZE && r->work.cpu_count < 2; cpu++)
        if (CPU_ISSET(cpu, &set))
            r->cpus[r->work.cpu_count++] = cpu;
}

static void must(struct rig *r, int result, const char *what)
{
    if (result == 0)
        return;
    char text[sizeof r->error.text];
    memcpy(text, r->error.text, sizeof text);
    r->ops->release(&r->work);
    fail_msg("%s %s: %s", r->work.workload->id, what, text);
}

static void rig_prepare(struct rig *r, const char *id, const char *params)
{
    rig_set(r, id, params);
    must(r, r->ops->prepare(&r->work), "prepare");
}

/* The kernel must have refused, with a sentence that has this in it. */
static void rig_refused(struct rig *r, int result, const char *says)
{
    assert_int_equal(result, -1);
    if (!strstr(r->error.text, says))
        fail_msg("%s says: %s", r->work.workload->id, r->error.text);
}

static uint64_t count_for(const struct rig *r, uint64_t wanted)
{
    uint64_t step = r->work.step ? r->work.step : 1;
    return (wanted + step - 1) / step * step;
}

static int rig_new(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    char name[] = "kernels-XXXXXX";
    if (!r || !mkdtemp(name) || !realpath(name, r->scratch))
        return -1;
    *state = r;
    return 0;
}

static int rig_free(void **state)
{
    struct rig *r = *state;
    int result = rmdir(r->scratch); /* fails if something was left */
    free(r);
    return result;
}

static void every_row_has_a_kernel(void **state)
{
    (void)state;
    size_t rows = 0, kernels = 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        assert_non_null(workload_ops_find(w->id));
        rows += workload_ops_find(w->id) != &workload_ops_program; /* test_programs.c has those */
    }
    for (size_t i = 0; workload_ops_lists[i]; i++)
        for (const struct workload_ops *const *ops = workload_ops_lists[i]; *ops;
             ops++, kernels++) {
            assert_non_null(workload_find((*ops)->id));
            assert_true((*ops)->prepare && (*ops)->run && (*ops)->verify && (*ops)->release);
        }
    assert_int_equal(rows, kernels);
}

static bool may_lack_direct_io(const struct rig *r)
{
    return r->work.workload->disk && r->work.param[3];
}

/* One life of a kernel: several runs, as slots have them. */
static void live(struct rig *r, const char *id, const char *params)
{
    static const uint64_t counts[] = {1, 2, 7};
    rig_set(r, id, params);
    if (r->ops->prepare(&r->work) < 0 || (may_lack_direct_io(r) && r->ops->run(&r->work, 1) < 0)) {
        r->ops->release(&r->work);
        bool without_kvm = (r->work.workload->needs & NEED_KVM) && access("/dev/kvm", R_OK | W_OK);
        if (!strstr(r->error.text, without_kvm ? "/dev/kvm" : "direct=yes"))
            fail_msg("%s: %s", id, r->error.text);
        return; /* this file system, or machine, has none; it said so */
    }
    bool bytes = r->work.workload->figure == FIGURE_MB_PER_S || r->work.workload->disk;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint64_t count = count_for(r, counts[i]), before = r->work.bytes;
        must(r, r->ops->run(&r->work, count), "run");
        assert_true((r->work.bytes - before > 0) == bytes);
        assert_int_equal((r->work.bytes - before) % count, 0);
        if (r->ops->overhead)
            must(r, r->ops->overhead(&r->work, count), "overhead");
        if (i != 1)
            must(r, r->ops->verify(&r->work), "verify");
    }
    if (r->work.workload->latency)
        assert_true(r->histogram.count > 0);
    r->ops->release(&r->work);
    assert_null(r->work.state);
}

static void kernels_leave_nothing_behind(void **state)
{
    struct rig *r = *state;
    static const struct {
        const char *prefix, *params[6];
    } variants[] = {
        {"null", {""}},
        {"sys.pipe", {"placement=same", "placement=cross"}},
        {"sys.", {""}},
        {"ctx.", {"placement=same", "placement=cross"}},
        {"ram.", {"size=4K", "size=1M"}},
        {"membw.", {"size=512", "size=64K", "size=1M"}},
        {"file.",
         {"size=1M", "size=1M sync=fsync", "size=1M direct=yes", "size=64K record=512",
          "size=12K record=4K direct=yes sync=fsync"}},
        {"bonnie.",
         {"size=1M", "size=1M sync=fsync", "size=1M direct=yes", "size=64K chunk=512",
          "size=16K direct=yes sync=fsync"}},
        {"exit.hlt", {"placement=same", "placement=cross"}},
        {"exit.", {""}},
        /* These have tests of their own. */
        {"cint.", {NULL}},
        {"cfp.", {NULL}},
        {"linpack", {NULL}},
        {"kbuild", {NULL}},
        {"spec.", {NULL}},
        {"oltp", {NULL}},
        {"jbb", {NULL}},
        {"net.", {NULL}},
        {"web", {NULL}},
    };
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        size_t v = 0;
        while (strncmp(w->id, variants[v].prefix, strlen(variants[v].prefix)) != 0)
            v++;
        for (size_t i = 0; i < 6 && variants[v].params[i]; i++) {
            uint64_t values[PARAMS_MAX];
            assert_int_equal(params_parse(w, variants[v].params[i], values, NULL), 0);
            if (workload_needs(w, values) & NEED_TWO_CPUS && sysconf(_SC_NPROCESSORS_ONLN) < 2)
                continue;
            struct traces before = traces_take(r);
            live(r, w->id, variants[v].params[i]);
            struct traces after = traces_take(r);
            traces_equal(&before, &after);
        }
    }
}

/* Two threads share out the arrays; bytes are counted by each. */
static void lanes_share_the_arrays(void **state)
{
    struct rig *r = *state;
    uint64_t bytes = 0;
    for (unsigned lane = 0; lane < 3; lane++) {
        rig_set(r, "ram.int.triad", "size=96K cpus=3");
        r->work.lane = lane;
        r->work.lanes = 3;
        must(r, r->ops->prepare(&r->work), "prepare");
        must(r, r->ops->run(&r->work, 2), "run");
        must(r, r->ops->verify(&r->work), "verify");
        bytes += r->work.bytes;
        r->ops->release(&r->work);
    }
    assert_int_equal(bytes, 2 * 3 * 96 * 1024);
}

/* Results that were not written since the last slot are found. */
static void unwritten_arrays_are_found(void **state)
{
    struct rig *r = *state;
    rig_prepare(r, "ram.float.add", "size=64K");
    rig_refused(r, r->ops->verify(&r->work), "elements of the result are wrong");
    must(r, r->ops->run(&r->work, 1), "run");
    must(r, r->ops->verify(&r->work), "verify");
    rig_refused(r, r->ops->verify(&r->work), "elements of the result are wrong");
    r->ops->release(&r->work);
}

/* Which of our descriptors is this file? */
static int descriptor_of(const char *path)
{
    struct stat wanted, st;
    assert_int_equal(stat(path, &wanted), 0);
    for (int fd = 3; fd < 1024; fd++)
        if (fstat(fd, &st) == 0 && st.st_ino == wanted.st_ino && st.st_dev == wanted.st_dev)
            return fd;
    return -1;
}

static void replace_descriptor(const char *path, const char *by, int mode)
{
    int fd = descriptor_of(path), other = open(by, mode | O_CLOEXEC);
    assert_true(fd >= 0 && other >= 0);
    assert_int_equal(dup2(other, fd), fd);
    close(other);
}

static void failing_system_calls_are_found(void **state)
{
    struct rig *r = *state;

    rig_prepare(r, "sys.read", "");
    replace_descriptor("/dev/zero", "/dev/null", O_RDONLY); /* end of file instead of a byte */
    rig_refused(r, r->ops->run(&r->work, 10), "reading a byte");
    r->ops->release(&r->work);

    rig_prepare(r, "sys.read", "");
    replace_descriptor("/dev/zero", "/proc/self/exe", O_RDONLY); /* another byte */
    rig_refused(r, r->ops->run(&r->work, 10), "reading a byte");
    rig_refused(r, r->ops->verify(&r->work), "the device");
    r->ops->release(&r->work);

    rig_prepare(r, "sys.write", "");
    replace_descriptor("/dev/null", "/dev/full", O_WRONLY);
    rig_refused(r, r->ops->run(&r->work, 10), "No space left");
    r->ops->release(&r->work);

    static const char *const of_file[] = {"sys.stat", "sys.open_close"};
    for (size_t i = 0; i < 2; i++) {
        rig_prepare(r, of_file[i], "");
        assert_int_equal(unlink("vmtax-sys"), 0);
        rig_refused(r, r->ops->run(&r->work, 10), "No such file");
        rig_refused(r, r->ops->verify(&r->work), "the file");
        r->ops->release(&r->work);
    }

    rig_prepare(r, "sys.stat", "");
    int fd = open("other", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(rename("other", "vmtax-sys"), 0);
    rig_refused(r, r->ops->run(&r->work, 10), "stat()");
    rig_refused(r, r->ops->verify(&r->work), "was changed");
    r->ops->release(&r->work);

    rig_prepare(r, "sys.fstat", "");
    replace_descriptor("vmtax-sys", "/dev/null", O_RDONLY);
    rig_refused(r, r->ops->run(&r->work, 10), "fstat()");
    r->ops->release(&r->work);
}

/* The parent of the process that measures changes: getppid() is not what it was. */
static void another_parent_is_found(void **state)
{
    struct rig *r = *state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t between = fork();
    assert_true(between >= 0);
    if (between == 0) {
        pid_t parent = getpid();
        pid_t child = fork();
        if (child == 0) {
            rig_set(r, "sys.syscall", "");
            bool prepared = r->ops->prepare(&r->work) == 0 && r->ops->run(&r->work, 3) == 0;
            kill(parent, SIGKILL);
            while (getppid() == parent)
                sched_yield();
            char found = prepared && r->ops->run(&r->work, 3) < 0 && r->ops->verify(&r->work) < 0;
            _exit(write(ends[1], &found, 1) == 1 ? 0 : 1);
        }
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(waitpid(between, NULL, 0), between);
    char found = 0;
    assert_int_equal(read(ends[0], &found, 1), 1);
    close(ends[0]);
    assert_true(found);
}

static void failing_signals_are_found(void **state)
{
    struct rig *r = *state;
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    rig_prepare(r, "sys.sig_install", "");
    must(r, r->ops->run(&r->work, 5), "run");
    sigaction(SIGUSR1, &ignore, NULL);
    rig_refused(r, r->ops->verify(&r->work), "not in place");
    r->ops->release(&r->work);

    rig_prepare(r, "sys.sig_handle", "");
    must(r, r->ops->run(&r->work, 5), "run");
    sigaction(SIGUSR1, &ignore, NULL);
    rig_refused(r, r->ops->run(&r->work, 5), "0 handled signals instead of 5");
    r->ops->release(&r->work);
}

static void kill_and_wait(pid_t pid)
{
    siginfo_t info;
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static void failing_processes_are_found(void **state)
{
    struct rig *r = *state;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    pid_t ids[64];

    rig_prepare(r, "sys.fork_exit", "");
    sigaction(SIGCHLD, &ignore, NULL); /* nobody can be waited for */
    rig_refused(r, r->ops->run(&r->work, 1), "No child");
    r->ops->release(&r->work);

    static const char *const executing[] = {"sys.fork_exec", "sys.fork_sh"};
    for (size_t i = 0; i < 2; i++) {
        rig_prepare(r, executing[i], "");
        replace_descriptor("/proc/self/exe", "/bin/sh", O_RDONLY); /* other bytes: no hello there */
        rig_refused(r, r->ops->run(&r->work, 1), "a");
        r->ops->release(&r->work);
        rig_prepare(r, executing[i], "");
        replace_descriptor("/proc/self/exe", "/dev/null", O_RDONLY); /* cannot be executed */
        rig_refused(r, r->ops->run(&r->work, 1), "cannot execute");
        r->ops->release(&r->work);
    }

    rig_prepare(r, "sys.pipe", "");
    assert_int_equal(children(ids, 64), 1);
    kill_and_wait(ids[0]);
    rig_refused(r, r->ops->run(&r->work, 10), "ended");
    rig_refused(r, r->ops->verify(&r->work), "ended");
    r->ops->release(&r->work);

    for (size_t victim = 0; victim < 3; victim++) {
        rig_prepare(r, "ctx.4p16k", "");
        assert_int_equal(children(ids, 64), 3);
        kill_and_wait(ids[victim]);
        rig_refused(r, r->ops->run(&r->work, 4000), "ended");
        rig_refused(r, r->ops->verify(&r->work), "ended");
        r->ops->release(&r->work);
    }
}

/* Rings and helpers die with the process that made them, whatever kills it. */
static void helpers_die_with_the_worker(void **state)
{
    struct rig *r = *state;
    static const char *const ids[] = {"ctx.64p64k", "sys.pipe"};
    static const size_t helpers[] = {63, 1};
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* orphans become ours */
    for (size_t i = 0; i < 2; i++) {
        int ends[2];
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        pid_t worker = fork();
        assert_true(worker >= 0);
        if (worker == 0) {
            rig_set(r, ids[i], "");
            if (r->ops->prepare(&r->work) < 0 || write(ends[1], "r", 1) != 1)
                _exit(1);
            for (;;)
                r->ops->run(&r->work, 64);
        }
        close(ends[1]);
        char ready;
        assert_int_equal(read(ends[0], &ready, 1), 1);
        kill(worker, SIGKILL);
        /* Helpers hold no end of our pipe. */
        assert_int_equal(read(ends[0], &ready, 1), 0);
        close(ends[0]);
        size_t gone = 0;
        while (waitpid(-1, NULL, 0) > 0) /* a helper that lives on would hang here */
            gone++;
        assert_int_equal(gone, helpers[i] + 1);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void impossible_requests_are_refused(void **state)
{
    struct rig *r = *state;
    static const struct {
        const char *id, *params, *scratch, *says;
        size_t cpus;
    } cases[] = {
        {"sys.pipe", "placement=cross", "", "needs two processors", 1},
        {"ctx.8p0k", "placement=cross", "", "needs two processors", 1},
        {"sys.stat", "", NULL, "--scratch", 2},
        {"sys.open_close", "", "/nonexistent", "/nonexistent", 2},
        {"file.write", "", NULL, "--scratch", 2},
        {"file.read", "", "/nonexistent", "/nonexistent", 2},
        {"file.write", "size=100K record=64K", "", "multiple of record", 2},
        {"file.write", "size=6000 record=1500", "", "multiple of record", 2},
        {"bonnie.seeks", "size=100K chunk=8K", "", "multiple of chunk", 2},
        {"bonnie.seeks", "", "/nonexistent", "/nonexistent", 2},
        {"membw.frd", "size=1000", "", "multiple of 512", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct traces before = traces_take(r);
        rig_set(r, cases[i].id, cases[i].params);
        r->work.cpu_count = cases[i].cpus;
        if (!cases[i].scratch || cases[i].scratch[0])
            r->work.scratch = cases[i].scratch;
        rig_refused(r, r->ops->prepare(&r->work), cases[i].says);
        r->ops->release(&r->work);
        struct traces after = traces_take(r);
        traces_equal(&before, &after);
    }
}

#define FILE_BYTES ((size_t)2 << 20)
#define BLOCK      ((size_t)4096)

static int by_contents(const void *a, const void *b)
{
    return memcmp(a, b, BLOCK);
}

/* What the kernel left in its file. */
static unsigned char *written_file(const struct rig *r)
{
    char path[sizeof r->scratch + 32];
    unsigned char *bytes = malloc(FILE_BYTES + 1);
    assert_non_null(bytes);
    snprintf(path, sizeof path, "%s/" DATAFILE_NAME, r->scratch);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    assert_int_equal(fread(bytes, 1, FILE_BYTES + 1, f), FILE_BYTES);
    fclose(f);
    return bytes;
}

/* A file system that compresses, or shares equal blocks, has nothing of it. */
static void files_cannot_be_compressed(void **state)
{
    struct rig *r = *state;
    static const struct {
        const char *id, *params;
    } cases[] = {{"file.write", "size=2M record=64K"},
                 {"file.write", "size=2M record=512"},
                 {"file.write", "size=2M record=2M"},
                 {"file.rewrite", "size=2M record=4K"},
                 {"file.randwrite", "size=2M record=4K"},
                 {"file.read", "size=2M record=64K"},
                 {"bonnie.output", "size=2M"},
                 {"bonnie.rewrite", "size=2M"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rig_prepare(r, cases[i].id, cases[i].params);
        if (r->ops->arrange)
            must(r, r->ops->arrange(&r->work), "arrange");
        must(r, r->ops->run(&r->work, count_for(r, 1)), "run");
        unsigned char *bytes = written_file(r);
        unsigned length = FILE_BYTES + FILE_BYTES / 50 + 600; /* the most that it can be */
        char *small = malloc(length);
        assert_non_null(small);
        int rc = BZ2_bzBuffToBuffCompress(small, &length, (char *)bytes, FILE_BYTES, 9, 0, 0);
        assert_int_equal(rc, BZ_OK);
        if (length < FILE_BYTES / 100 * 99)
            fail_msg("what %s wrote with %s compresses to %u bytes", cases[i].id, cases[i].params,
                     length);
        qsort(bytes, FILE_BYTES / BLOCK, BLOCK, by_contents);
        for (size_t k = BLOCK; k < FILE_BYTES; k += BLOCK)
            assert_memory_not_equal(bytes + k - BLOCK, bytes + k, BLOCK);
        free(small);
        free(bytes);
        r->ops->release(&r->work);
    }
}

static void files_beyond_a_limit_are_refused(void **state)
{
    struct rig *r = *state;
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 256 * 1024;
    rig_prepare(r, "file.write", "size=1M");
    setrlimit(RLIMIT_FSIZE, &small);
    int result = r->ops->run(&r->work, 1);
    setrlimit(RLIMIT_FSIZE, &before);
    rig_refused(r, result, "File too large; free some space");
    r->ops->release(&r->work);
}

/* With a small file system of our own, where we may mount one. In a child: the mount goes with it.
 */
static int small_disk(struct rig *r)
{
    char mine[300], filler[300];
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", r->scratch, "tmpfs", 0, "size=32m") < 0)
        return 77;
    snprintf(mine, sizeof mine, "%s/.", r->scratch);
    snprintf(filler, sizeof filler, "%s/filler", r->scratch);
    r->work.scratch = mine;

    rig_set(r, "file.write", "size=64M");
    if (r->ops->prepare(&r->work) == 0 || !strstr(r->error.text, "MiB are free on ") ||
        !strstr(r->error.text, "(tmpfs), 72 are needed: free some there"))
        return 1;
    r->ops->release(&r->work);

    /* A path as long as any that is shown: the remedy at the end still stands in a result. */
    char far[500];
    size_t n = 0;
    for (; n < 160; n += 2)
        memcpy(far + n, "/.", 2);
    snprintf(far + n, sizeof far - n, "%s", mine);
    rig_set(r, "file.randwrite", "size=64G");
    r->work.scratch = far;
    if (r->ops->prepare(&r->work) == 0 || strlen(r->error.text) + 40 >= REASON_MAX ||
        !strstr(r->error.text, "with --scratch DIR"))
        return 13;
    r->ops->release(&r->work);
    r->work.scratch = mine;

    /* Filled up by somebody after the check. */
    rig_set(r, "file.write", "size=16M");
    if (r->ops->prepare(&r->work) < 0)
        return 2;
    int fd = open(filler, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || posix_fallocate(fd, 0, 24 << 20) != 0)
        return 3;
    close(fd);
    if (r->ops->run(&r->work, 1) == 0 || !strstr(r->error.text, "No space left") ||
        !strstr(r->error.text, "--scratch"))
        return 4;
    r->ops->release(&r->work);
    if (unlink(filler) < 0)
        return 5;

    if (mount("none", r->scratch, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL) < 0)
        return 6;
    static const char *const ids[] = {"file.write", "file.read", "sys.stat"};
    for (size_t i = 0; i < 3; i++) {
        rig_set(r, ids[i], "");
        r->work.param[0] = 1 << 20;
        bool failed = r->ops->prepare(&r->work) < 0 || r->ops->run(&r->work, 1) < 0;
        if (!failed || !strstr(r->error.text, "Read-only file system") ||
            !strstr(r->error.text, "--scratch"))
            return 7 + (int)i;
        r->ops->release(&r->work);
    }
    return 0;
}

static void full_and_read_only_disks_are_named(void **state)
{
    struct rig *r = *state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(unshare(CLONE_NEWNS) < 0 ? 77 : small_disk(r));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("a file system cannot be mounted here (needs root)\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
    int hello = workload_hello(argc, argv);
    if (hello >= 0)
        return hello;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_a_kernel),
        cmocka_unit_test(kernels_leave_nothing_behind),
        cmocka_unit_test(lanes_share_the_arrays),
        cmocka_unit_test(unwritten_arrays_are_found),
        cmocka_unit_test(failing_system_calls_are_found),
        cmocka_unit_test(another_parent_is_found),
        cmocka_unit_test(failing_signals_are_found),
        cmocka_unit_test(failing_processes_are_found),
        cmocka_unit_test(helpers_die_with_the_worker),
        cmocka_unit_test(impossible_requests_are_refused),
        cmocka_unit_test(files_cannot_be_compressed),
        cmocka_unit_test(files_beyond_a_limit_are_refused),
        cmocka_unit_test(full_and_read_only_disks_are_named),
    };
    return cmocka_run_group_tests(tests, rig_new, rig_free);
}
