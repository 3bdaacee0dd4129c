/* spec: the user's own SPEC CPU, run by its own tools.
 *
 * SPEC's tree is only read. All that its tools write goes to a private output root on the target's
 * own disk, which is new for each slot: `output_root` is an option of the config file in both
 * products, so the tools get a copy of the user's file that begins with it. There they also look
 * for the programs, which the user has built; a link leads back to those, and nothing is built in a
 * measurement.
 *
 * The figure is the time in SPEC's result file. The tools also prepare directories and compare
 * outputs, which SPEC does not count either; that bounds its time from above. */
#include <config.h>

#include "sha256.h"
#include "text.h"
#include "workloads/remove.h"
#include "workloads/spec/result.h"
#include "workloads/spec/suite.h"
#include "workloads/tool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT       "spec" /* the output root, below the scratch directory */
#define CONFIG     "vmtax.cfg"
#define CONFIG_MAX ((size_t)4 << 20)
#define DEPTH_MAX  8

enum { SPEC_SIZE, SPEC_BENCHMARK, SPEC_CPUS };
static const char *const sizes[] = {"test", "train", "ref"};

/* shrc is made to be read by a shell, and by nothing else; what is run is in the arguments. In a
 * function, so that it may set arguments of its own. */
static const char script[] = "cd \"$1\" || exit 1\n"
                             "shift\n"
                             "load() { . ./shrc; }\n"
                             "load\n"
                             "exec \"$@\"\n";

struct spec_state {
    struct tool tool;
    const struct spec_suite *suite;
    char tree[PATH_MAX];     /* SPEC's */
    char root[PATH_MAX];     /* the output root of the user's config file, or empty */
    char exe[PATH_MAX + 80]; /* directory of the benchmark's programs */
    char benchmark[32], size[16], copies[24], name[80];
    char config[PATH_MAX + 32]; /* --config=, the copy */
    char *text;                 /* of that copy */
    size_t length;
};

static int spec_failed(struct work *w, const char *what)
{
    return error_set(w->error, ERROR_SYSTEM, "%s: %s", w->workload->id, what);
}

/* ---- the user's tree ---- */

static int lacks(struct work *w, const char *what)
{
    const struct spec_state *s = w->state;
    return error_errno(w->error, errno, "%s: %s of %s in %.120s", w->workload->id, what,
                       s->suite->product, s->tree);
}

/* From the path of a config file, TREE/config/NAME. */
static int find_tree(struct work *w)
{
    struct spec_state *s = w->state;
    char path[PATH_MAX + 80];
    text_copy(s->tree, sizeof s->tree, w->tree);
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(s->tree, '/');
        if (!slash || slash == s->tree)
            return spec_failed(w, "the path of SPEC's config file is too short");
        *slash = '\0';
    }
    snprintf(path, sizeof path, "%s/shrc", s->tree);
    if (access(path, R_OK) < 0)
        return lacks(w, "shrc");
    snprintf(path, sizeof path, "%s/bin/%s", s->tree, s->suite->runner);
    if (access(path, R_OK) < 0)
        return lacks(w, s->suite->runner);
    return 0;
}

/* Where the user built: in an output root of the config file, else in SPEC's tree. */
static int find_programs(struct work *w)
{
    struct spec_state *s = w->state;
    const char *const places[] = {s->root, s->tree};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int n = snprintf(s->exe, sizeof s->exe, "%s/benchspec/%s/%s/exe", places[i],
                         s->suite->directory, s->benchmark);
        if (places[i][0] == '/' && (size_t)n < sizeof s->exe && access(s->exe, R_OK | X_OK) == 0)
            return 0;
    }
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: %s is not built: in SPEC's directory, . ./shrc && %s --config=%s "
                     "--action=build --tune=base %s",
                     w->workload->id, s->benchmark, s->suite->runner, strrchr(w->tree, '/') + 1,
                     s->benchmark);
}

/* Is this the line of a config file that says where output goes? Ours says it now. root, of
 * PATH_MAX bytes, gets what it said if that is a path and not made of SPEC's variables. */
static bool names_root(const char *line, size_t length, char *root)
{
    static const char option[] = "output_root";
    size_t skip = 0;
    while (skip < length && (line[skip] == ' ' || line[skip] == '\t'))
        skip++;
    if (length - skip < sizeof option || memcmp(line + skip, option, sizeof option - 1) != 0)
        return false;
    for (skip += sizeof option - 1; skip < length; skip++)
        if (line[skip] != ' ' && line[skip] != '\t')
            break;
    if (skip == length || line[skip] != '=')
        return false;
    for (skip++; skip < length && (line[skip] == ' ' || line[skip] == '\t');)
        skip++;
    size_t n = 0;
    while (skip + n < length && !strchr(" \t\r\n$%", line[skip + n]) && n < PATH_MAX - 1)
        n++;
    if (skip + n == length || !strchr("$%", line[skip + n]))
        snprintf(root, PATH_MAX, "%.*s", (int)n, line + skip);
    return true;
}

/* Reads a file of at most max bytes into the worker's memory; NULL with errno. */
static char *read_file(int directory, const char *path, size_t max, size_t *length)
{
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    char *text = NULL;
    *length = 0;
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > max)
        errno = EFBIG;
    else
        text = malloc((size_t)st.st_size + 1);
    for (ssize_t n = 1; text && n > 0 && *length < (size_t)st.st_size; *length += (size_t)n)
        if ((n = read(fd, text + *length, (size_t)st.st_size - *length)) < 0)
            n = 0;
    close(fd);
    return text;
}

/* The copy of the user's config file, and what it is known by: all targets must have the same. */
static int read_config(struct work *w)
{
    struct spec_state *s = w->state;
    char digest[65];
    size_t length;
    char *user = read_file(AT_FDCWD, w->tree, CONFIG_MAX, &length);
    if (!user)
        return tool_cannot(w, "read SPEC's config file");
    sha256_bytes(user, length, digest);
    snprintf(w->engine, sizeof w->engine, "%s, config %.8s", s->suite->product, digest);
    size_t room = length + PATH_MAX + 64;
    s->text = malloc(room);
    if (s->text)
        s->length = (size_t)snprintf(s->text, room, "output_root = %s/" ROOT "\n", w->scratch);
    for (size_t at = 0; s->text && at < length;) {
        const char *end = memchr(user + at, '\n', length - at);
        size_t line = end ? (size_t)(end - user) - at + 1 : length - at;
        if (!names_root(user + at, line, s->root)) {
            memcpy(s->text + s->length, user + at, line);
            s->length += line;
        }
        at += line;
    }
    free(user);
    return s->text ? 0 : spec_failed(w, "no memory for SPEC's config file");
}

/* ---- the output root ---- */

static int make_directories(int parent, const char *path)
{
    char part[PATH_MAX];
    text_copy(part, sizeof part, path);
    for (char *at = part; (at = strchr(at, '/')); *at++ = '/') {
        *at = '\0';
        if (mkdirat(parent, part, 0700) < 0 && errno != EEXIST)
            return -1;
    }
    return mkdirat(parent, part, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

static int write_config(const struct spec_state *s)
{
    int fd = openat(s->tool.scratch, ROOT "/config/" CONFIG,
                    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t done = 0;
    ssize_t n = fd >= 0;
    while (n > 0 && done < s->length) {
        n = write(fd, s->text + done, s->length - done);
        done += n > 0 ? (size_t)n : 0;
    }
    int rc = fd >= 0 && done == s->length ? 0 : -1;
    if (fd >= 0 && close(fd) < 0)
        rc = -1;
    return rc;
}

static int spec_arrange(struct work *w)
{
    struct spec_state *s = w->state;
    char path[PATH_MAX], link[PATH_MAX + 8];
    remove_tree(s->tool.scratch, ROOT);
    snprintf(path, sizeof path, ROOT "/benchspec/%s/%s", s->suite->directory, s->benchmark);
    snprintf(link, sizeof link, "%s/exe", path);
    if (make_directories(s->tool.scratch, path) < 0 ||
        make_directories(s->tool.scratch, ROOT "/result") < 0 ||
        make_directories(s->tool.scratch, ROOT "/config") < 0 ||
        symlinkat(s->exe, s->tool.scratch, link) < 0 || write_config(s) < 0)
        return tool_cannot(w, "make SPEC's output root in the scratch directory");
    return 0;
}

/* ---- the result ---- */

/* The first raw result file below a directory: it may be in one of an experiment (expid). */
static int find_result(int parent, const char *name, int depth)
{
    int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = directory >= 0 && depth <= DEPTH_MAX ? fdopendir(directory) : NULL;
    int found = -1;
    if (!d && directory >= 0)
        close(directory);
    for (struct dirent *entry; d && found < 0 && (entry = readdir(d));) {
        size_t length = strlen(entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (length > 4 && strcmp(entry->d_name + length - 4, ".rsf") == 0)
            found = openat(directory, entry->d_name,
                           O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        else
            found = find_result(directory, entry->d_name, depth + 1);
    }
    if (d)
        closedir(d);
    return found;
}

WORK_FAILED static int rank(const char *line)
{
    static const char *const words[] = {"No space left", "icense", "ERROR", "rror:", "rror"};
    size_t n = sizeof words / sizeof *words;
    for (size_t i = 0; i < n; i++)
        if (strstr(line, words[i]))
            return (int)(n - i);
    return 0;
}

static int no_result(struct work *w)
{
    const struct spec_state *s = w->state;
    char why[160] = "they said nothing";
    tool_says(&s->tool, rank, why, sizeof why);
    return error_set(w->error, ERROR_SYSTEM, "%s: %s: SPEC's tools left no result: %s",
                     w->workload->id, s->benchmark, why);
}

static int read_result(struct work *w, struct spec_result *out)
{
    struct spec_state *s = w->state;
    char path[32];
    size_t length;
    int fd = find_result(s->tool.scratch, ROOT "/result", 0);
    if (fd < 0)
        return no_result(w);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    char *text = read_file(AT_FDCWD, path, SPEC_RESULT_MAX, &length);
    close(fd);
    if (!text)
        return tool_cannot(w, "read SPEC's result file");
    int rc = spec_result_parse(text, length, s->benchmark, out, w->error);
    free(text);
    return rc;
}

/* ---- the workload ---- */

static int spec_prepare(struct work *w)
{
    struct rlimit stack;
    if (!w->scratch || !w->tree)
        return spec_failed(w, "it needs a directory and a SPEC CPU tree");
    struct spec_state *s = calloc(1, sizeof *s);
    if (!s)
        return spec_failed(w, "no memory");
    w->state = s;
    s->suite = spec_suite_find(w->workload->id);
    if (tool_open(&s->tool, w, w->param[SPEC_CPUS]) < 0)
        return -1;
    param_word(&w->workload->params[SPEC_BENCHMARK], w->param[SPEC_BENCHMARK], s->benchmark,
               sizeof s->benchmark);
    snprintf(s->size, sizeof s->size, "--size=%s", sizes[w->param[SPEC_SIZE]]);
    snprintf(s->copies, sizeof s->copies, "%s%zu", s->suite->copies, s->tool.cpus);
    snprintf(s->name, sizeof s->name, "%s %s", s->suite->runner, s->benchmark);
    snprintf(s->config, sizeof s->config, "--config=%s/" ROOT "/config/" CONFIG, w->scratch);
    /* Several of the programs keep their arrays on the stack, as SPEC's documents warn. */
    if (getrlimit(RLIMIT_STACK, &stack) == 0) {
        stack.rlim_cur = stack.rlim_max;
        setrlimit(RLIMIT_STACK, &stack);
    }
    return find_tree(w) < 0 || read_config(w) < 0 ? -1 : find_programs(w);
}

/* What SPEC's own result says of it is better than a line of its log. */
WORK_FAILED static int tools_failed(struct work *w)
{
    struct error said = *w->error;
    struct spec_result ignored;
    if (read_result(w, &ignored) == 0 || w->error->kind != ERROR_SYSTEM ||
        !strstr(w->error->text, "SPEC says"))
        *w->error = said;
    return -1;
}

WORK_TIMED static int spec_run(struct work *w, uint64_t count)
{
    struct spec_state *s = w->state;
    static const char *const files[] = {"/bin/sh", "/usr/bin/sh", NULL};
    char sh[] = "sh", c[] = "-c", action[] = "--action=validate", tune[] = "--tune=base";
    char once[] = "--iterations=1", estimate[] = "--noreportable", nobuild[] = "--nobuild";
    char on[] = "--ignore_errors", group[] = "--nosetprocgroup", csv[] = "--output_format=csv";
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
    char *argv[] = {sh,        c,         (char *)(uintptr_t)script,
                    sh,        s->tree,   (char *)(uintptr_t)s->suite->runner,
                    s->config, action,    tune,
                    s->size,   once,      estimate,
                    nobuild,   on,        group,
                    csv,       s->copies, s->benchmark,
                    NULL};
    char *envp[] = {path, locale, s->tool.home, s->tool.temporary, NULL};
    struct tool_command command = {
        .name = s->name, .files = files, .argv = argv, .envp = envp, .rank = rank};
    for (uint64_t i = 0; i < count; i++)
        if (tool_run(&s->tool, w, &command) < 0)
            return tools_failed(w);
    return 0;
}

static int spec_verify(struct work *w)
{
    struct spec_state *s = w->state;
    struct spec_result result;
    if (read_result(w, &result) < 0)
        return -1;
    if (result.copies && result.copies != s->tool.cpus)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: SPEC ran %llu copies instead of %zu: its config file says so",
                         s->benchmark, (unsigned long long)result.copies, s->tool.cpus);
    w->own_ns = (uint64_t)(result.seconds * 1e9);
    remove_tree(s->tool.scratch, ROOT);
    return 0;
}

static void spec_release(struct work *w)
{
    struct spec_state *s = w->state;
    if (!s)
        return;
    if (s->tool.scratch >= 0)
        remove_tree(s->tool.scratch, ROOT);
    tool_close(&s->tool);
    free(s->text);
    free(s);
    w->state = NULL;
}

#define SPEC(suite)                                                                     \
    {                                                                                   \
        .id = suite, .prepare = spec_prepare, .arrange = spec_arrange, .run = spec_run, \
        .verify = spec_verify, .release = spec_release                                  \
    }
static const struct workload_ops int2006 = SPEC("spec.int2006"), fp2006 = SPEC("spec.fp2006"),
                                 int2017 = SPEC("spec.int2017"), fp2017 = SPEC("spec.fp2017");

const struct workload_ops *const workload_ops_spec[] = {&int2006, &fp2006, &int2017, &fp2017, NULL};
