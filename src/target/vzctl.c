#include "config.h"

#include "target/vzctl.h"

#include "clock.h"
#include "target/reach.h"
#include "target/rights.h"
#include "target/spawn.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define CONFIG_FILE "/etc/vz/vz.conf"
#define CONFIG_MAX  (64u << 10)
#define OUTPUT_MAX  512
#define WORDS_MAX   14
#define ASK_S       5.0
#define REMOVE_S    30.0
#define LIFE_S      3.0 /* from a start that ended well to the first command that runs */
#define ROUND_MS    50
/* Numbers of our own: too many for anybody to have them by hand, and with nine digits short enough
 * for the names of interfaces, "veth900000001.0". */
#define FIRST_NUMBER  900000000u
#define NUMBERS       100000000u
#define NUMBER_TRIES  16
#define NAME_PREFIX   "vmtax-"
#define CODE_NO_VSWAP 3
#define CODE_LOCKED   9
#define CODE_EXISTS   44

/* What its own codes mean to somebody who makes a container. */
static const struct {
    int code;
    const char *meaning;
} meanings[] = {
    {5, "this kernel is not OpenVZ's and cannot do it"},
    {CODE_LOCKED, "another vzctl holds the container: wait until it ends"},
    {12, "vzctl may not do it: run vmtax as root"},
    {14, "there is no such container"},
    {31, "the container is not running"},
    {33, "it could not be stopped"},
    {46, "there is no room on the disk"},
    {91, "the template is missing: put one into the template cache"},
};

/* What makes and removes containers. "%s" stands for the container, "%v" for the value. */
struct manager {
    const char *program;
    const char *const *version,
        *const *create, *const *cpus, *const *memory, *const *pages, *const *capability,
                                                                         *const *start,
                                                                             *const *stop,
                                                                                 *const *destroy;
    const char *by_hand; /* how a person removes one */
};
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct manager legacy = {
    .program = "vzctl",
    .version = WORDS("--version"),
    .create = WORDS("--quiet", "create", "%s", "--hostname", "vmtax"),
    .cpus = WORDS("--quiet", "set", "%s", "--cpumask", "%v", "--save"),
    .memory = WORDS("--quiet", "set", "%s", "--ram", "%v", "--swap", "0", "--save"),
    /* Of kernels other than OpenVZ's own. */
    .pages = WORDS("--quiet", "set", "%s", "--physpages", "%v:%v", "--save"),
    /* Else its init cannot set the limits of its processes, and does not start. */
    .capability = WORDS("--quiet", "set", "%s", "--capability", "sys_resource:off", "--save"),
    .start = WORDS("--quiet", "start", "%s"),
    .stop = WORDS("--quiet", "stop", "%s", "--fast"),
    .destroy = WORDS("--quiet", "destroy", "%s"),
    .by_hand = "vzctl stop %s --fast; vzctl destroy %s",
};

static const struct manager seven = {
    .program = "prlctl",
    .version = WORDS("--version"),
    .create = WORDS("create", "%s", "--vmtype", "ct"),
    .cpus = WORDS("set", "%s", "--cpumask", "%v"),
    .memory = WORDS("set", "%s", "--memsize", "%v"),
    .start = WORDS("start", "%s"),
    .stop = WORDS("stop", "%s", "--kill"),
    .destroy = WORDS("delete", "%s"),
    .by_hand = "prlctl stop %s --kill; prlctl delete %s",
};

/* Which of them made a container is told by its name. */
static const struct manager *manager_of(const char *guest)
{
    return strncmp(guest, NAME_PREFIX, sizeof NAME_PREFIX - 1) == 0 ? &seven : &legacy;
}

/* --- what it prints ----------------------------------------------------------------------------
 */

bool vzctl_read_status(const char *line, struct vzctl_status *out)
{
    char kind[8], id[VZCTL_NAME_MAX], exists[16], mounted[16], state[16], suspended[16] = "";
    struct vzctl_status s = {.exists = false};
    int n = sscanf(line, "%7s %63s %15s %15s %15s %15s", kind, id, exists, mounted, state,
                   suspended);
    if (n < 5 || (strcmp(kind, "CTID") != 0 && strcmp(kind, "VEID") != 0))
        return false;
    s.exists = strcmp(exists, "exist") == 0;
    s.mounted = strcmp(mounted, "mounted") == 0;
    s.running = strcmp(state, "running") == 0;
    s.suspended = strcmp(suspended, "suspended") == 0;
    if ((!s.exists && strcmp(exists, "deleted") != 0) ||
        (!s.mounted && strcmp(mounted, "unmounted") != 0) ||
        (!s.running && strcmp(state, "down") != 0) || (n == 6 && !s.suspended))
        return false;
    text_clean(s.id, sizeof s.id, id);
    *out = s;
    return true;
}

bool vzctl_read_setting(const char *text, const char *key, char *out, size_t size)
{
    size_t length = strlen(key);
    bool found = false;
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        line += strspn(line, " \t");
        if (strncmp(line, key, length) != 0 || line[length] != '=')
            continue;
        const char *value = line + length + 1;
        bool quoted = *value == '"' || *value == '\'';
        size_t n = quoted ? strcspn(value + 1, *value == '"' ? "\"\n" : "'\n")
                          : strcspn(value, " \t\r#\n");
        /* The last one counts, as in a shell. */
        found = n > 0 && n < size;
        snprintf(out, size, "%.*s", found ? (int)n : 0, value + quoted);
    }
    return found;
}

bool vzctl_is_ours(const char *guest)
{
    uint64_t number;
    if (text_u64(guest, FIRST_NUMBER + NUMBERS - 1, &number))
        return number >= FIRST_NUMBER;
    return manager_of(guest) == &seven && strlen(guest) < VZCTL_NAME_MAX &&
           guest[strspn(guest,
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* --- calling it --------------------------------------------------------------------------------
 */

struct answer {
    int code;
    char out[OUTPUT_MAX]; /* the first of what it printed, as it came */
    char last[200];       /* the last line of its standard error */
};

/* All that it prints until it ends; what does not fit is dropped. */
static int listen_to(struct spawn *s, struct vzctl_caller caller, struct answer *a, struct error *e)
{
    int to, from;
    size_t used = 0;
    double until = clock_now_s() + caller.seconds;
    int rc = 0;
    spawn_take_streams(s, &to, &from);
    close(to); /* it would read what is not for it */
    struct pollfd p[2] = {{.fd = from, .events = POLLIN},
                          {.fd = caller.interrupt_fd, .events = POLLIN}};
    while (rc == 0 && !spawn_wait_end(s, 0)) {
        char bytes[OUTPUT_MAX];
        int n = poll(p, 2, ROUND_MS);
        ssize_t got = n > 0 && p[0].revents ? read(from, bytes, sizeof bytes) : -1;
        for (ssize_t i = 0; i < got && used < sizeof a->out - 1; i++)
            a->out[used++] = bytes[i];
        if (got == 0)
            p[0].fd = -1; /* it closed it, and may go on */
        if (n > 0 && p[1].revents)
            rc = error_set(e, ERROR_INTERRUPTED, "interrupted");
        else if (clock_now_s() > until)
            rc = error_set(e, ERROR_SYSTEM, "does not end within %.0f s", caller.seconds);
    }
    ssize_t got = rc == 0 ? read(from, a->out + used, sizeof a->out - 1 - used) : 0;
    a->out[used + (got > 0 ? (size_t)got : 0)] = '\0';
    close(from);
    return rc;
}

static void fill(const char *word, const char *guest, const char *value, char *out, size_t size)
{
    size_t used = 0;
    for (; *word && used + 1 < size; word++) {
        const char *with = strncmp(word, "%s", 2) == 0   ? guest
                           : strncmp(word, "%v", 2) == 0 ? value
                                                         : NULL;
        int n = with ? snprintf(out + used, size - used, "%s", with) : 0;
        if (with)
            word++;
        else
            out[used++] = *word;
        used += n > 0 ? (size_t)n : 0;
        used = used < size ? used : size - 1;
    }
    out[used] = '\0';
}

/* -1: it could not be called, with a sentence; else what it answered. */
static int call(const char *program, const char *const *words, const char *guest, const char *value,
                struct vzctl_caller caller, struct answer *a, struct error *e)
{
    char path[PATH_MAX], text[WORDS_MAX][256];
    const char *argv[WORDS_MAX] = {path};
    memset(a, 0, sizeof *a);
    if (reach_program(program, path, sizeof path) < 0)
        return error_set(e, ERROR_SYSTEM, "there is no %s here", program);
    for (size_t i = 0; words[i] && i + 2 < WORDS_MAX; i++) {
        fill(words[i], guest, value ? value : "", text[i], sizeof text[i]);
        argv[i + 1] = text[i];
    }
    /* An init that vzctl has just started is of its process group until it leaves it by itself. */
    struct spawn_options how = {.argv = argv,
                                .pass_fd = -1,
                                .ledger = caller.ledger,
                                .cpus = caller.cpus,
                                .cpu_count = caller.cpu_count,
                                .leaves_group = true};
    struct spawn *s = spawn_new(&how, e);
    if (!s)
        return -1;
    int rc = listen_to(s, caller, a, e);
    a->code = spawn_exit_code(s);
    spawn_last_line(s, a->last, sizeof a->last);
    spawn_free(s);
    return rc < 0 && e && e->kind == ERROR_SYSTEM ? error_prefix(e, "%s %s", program, words[0])
                                                  : rc;
}

/* call(), again as long as another vzctl holds the container. */
static int call_patiently(const char *program, const char *const *words, const char *guest,
                          const char *value, struct vzctl_caller caller, struct answer *a,
                          struct error *e)
{
    double until = clock_now_s() + caller.seconds;
    for (;;) {
        int rc = call(program, words, guest, value, caller, a, e);
        if (rc < 0 || a->code != CODE_LOCKED || clock_now_s() > until)
            return rc;
        struct pollfd p = {.fd = caller.interrupt_fd, .events = POLLIN};
        if (poll(&p, 1, ROUND_MS) > 0)
            return error_set(e, ERROR_INTERRUPTED, "interrupted");
    }
}

/* "vzctl start 900000001 ended with exit code 47: its last words": a sentence for a code that is
 * not 0. */
static int refused(const char *program, const char *verb, const char *guest, const struct answer *a,
                   struct error *e)
{
    char last[160];
    const char *meaning = "";
    for (size_t i = 0; program == legacy.program && i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].code == a->code)
            meaning = meanings[i].meaning;
    text_clean(last, sizeof last, a->last);
    return error_set(e, ERROR_SYSTEM, "%s %s %s ended with exit code %d%s%s%s%s%s", program, verb,
                     guest, a->code, *last ? ": " : "", last, *meaning ? " (" : "", meaning,
                     *meaning ? ")" : "");
}

/* --- looking -----------------------------------------------------------------------------------
 */

/* Without a template vzctl would ask the network for one. */
static int look_template(char *remedy, size_t size, struct error *e)
{
    char *text = malloc(CONFIG_MAX + 1), name[128], root[PATH_MAX - 160], path[PATH_MAX];
    FILE *file = fopen(CONFIG_FILE, "re");
    size_t n = text && file ? fread(text, 1, CONFIG_MAX, file) : 0;
    if (file)
        fclose(file);
    bool named = false;
    if (text) {
        text[n] = '\0';
        named = vzctl_read_setting(text, "DEF_OSTEMPLATE", name, sizeof name);
        if (!vzctl_read_setting(text, "TEMPLATE", root, sizeof root))
            snprintf(root, sizeof root, "/vz/template");
    }
    free(text);
    if (!named) {
        snprintf(remedy, size, "name one as DEF_OSTEMPLATE in " CONFIG_FILE);
        return error_set(e, ERROR_SYSTEM, "there is no default template to make a container of");
    }
    static const char *const ends[] = {"", ".gz", ".xz", ".bz2", ".lzma", ".lz4", ".zst"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "%s/cache/%s.tar%s", root, name, ends[i]);
        if (access(path, R_OK) == 0)
            return 0;
    }
    char clean[128];
    text_clean(clean, sizeof clean, name);
    snprintf(remedy, size, "put it there as %.160s.tar.gz", clean);
    return error_set(e, ERROR_SYSTEM, "the default template %s is not in %.200s/cache", clean,
                     root);
}

int vzctl_look(bool make, char *how, size_t how_size, char *remedy, size_t remedy_size,
               struct error *e)
{
    char path[PATH_MAX], version[24] = "";
    const struct manager *m = make && reach_program(seven.program, path, sizeof path) == 0
                                  ? &seven
                                  : &legacy;
    struct answer a;
    remedy[0] = '\0';
    if (reach_program(legacy.program, path, sizeof path) < 0) {
        snprintf(remedy, remedy_size,
                 "install OpenVZ (openvz.org), or the package vzctl where a system still has it");
        return error_set(e, ERROR_SYSTEM, "there is no vzctl here");
    }
    if (geteuid() != 0) {
        snprintf(remedy, remedy_size, "run vmtax as root");
        return error_set(e, ERROR_SYSTEM, "vzctl says what is so to root only");
    }
    if (call(m->program, m->version, "", NULL,
             (struct vzctl_caller){.seconds = ASK_S, .interrupt_fd = -1}, &a, e) < 0)
        return -1;
    /* "vzctl version 4.11.1" */
    if (sscanf(a.out, "%*s version %23[0-9A-Za-z.-]", version) == 1)
        snprintf(how, how_size, "%s %s", m->program, version);
    else
        snprintf(how, how_size, "%s", m->program);
    return make && m == &legacy ? look_template(remedy, remedy_size, e) : 0;
}

int vzctl_status(const char *guest, struct vzctl_status *out, struct error *e)
{
    struct answer a;
    if (call(legacy.program, WORDS("status", "%s"), guest, NULL,
             (struct vzctl_caller){.seconds = ASK_S, .interrupt_fd = -1}, &a, e) < 0)
        return -1;
    char clean[80];
    a.out[strcspn(a.out, "\n")] = '\0';
    if (vzctl_read_status(a.out, out))
        return 0;
    text_clean(clean, sizeof clean, a.out[0] ? a.out : a.last);
    return error_set(e, ERROR_SYSTEM, "vzctl status %s says no words that are known: \"%s\"", guest,
                     clean);
}

int vzctl_prove(const char *guest, struct vzctl_caller caller, char *cpus, size_t size,
                struct error *e)
{
    /* By a shell alone: what else a template has is not known. */
    static const char question[] =
        "kill -0 1 && while read -r k v; do case $k in Cpus_allowed_list:) echo vmtax-cpus $v;; "
        "esac; done </proc/self/status";
    static const char mark[] = "vmtax-cpus ";
    struct answer a;
    double until = clock_now_s() + LIFE_S;
    struct pollfd p = {.fd = caller.interrupt_fd, .events = POLLIN};
    do {
        if (call(legacy.program, WORDS("--quiet", "exec2", "%s", question), guest, NULL, caller, &a,
                 e) < 0)
            return -1;
        const char *found = strstr(a.out, mark);
        size_t n = found ? strspn(found + sizeof mark - 1, "0123456789,-") : 0;
        if (n > 0 && n < size) {
            snprintf(cpus, size, "%.*s", (int)n, found + sizeof mark - 1);
            return 0;
        }
        if (poll(&p, 1, ROUND_MS) > 0)
            return error_set(e, ERROR_INTERRUPTED, "interrupted");
    } while (clock_now_s() < until);
    return refused(legacy.program, "exec2", guest, &a, e);
}

/* --- making and removing -----------------------------------------------------------------------
 */

int vzctl_invent(const char *name, char guest[VZCTL_NAME_MAX], struct error *e)
{
    char path[PATH_MAX];
    if (reach_program(seven.program, path, sizeof path) == 0) {
        snprintf(guest, VZCTL_NAME_MAX, "%s", name);
        for (char *c = guest; *c; c++)
            *c = *c == '.' ? '-' : *c;
        return 0;
    }
    for (int i = 0; i < NUMBER_TRIES; i++) {
        unsigned random;
        struct vzctl_status is;
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            return error_errno(e, errno, "no random number for a container");
        snprintf(guest, VZCTL_NAME_MAX, "%u", FIRST_NUMBER + random % NUMBERS);
        if (vzctl_status(guest, &is, e) < 0)
            return -1;
        if (!is.exists)
            return 0;
    }
    return error_set(e, ERROR_SYSTEM, "no free number for a container between %u and %u",
                     FIRST_NUMBER, FIRST_NUMBER + NUMBERS - 1);
}

static int set(const struct manager *m, const char *const *words, const char *guest,
               const char *value, struct vzctl_caller caller, struct answer *a, struct error *e)
{
    if (call_patiently(m->program, words, guest, value, caller, a, e) < 0)
        return -1;
    return a->code == 0 ? 0 : refused(m->program, "set", guest, a, e);
}

static int limit(const struct manager *m, const char *guest, const struct vzctl_limits *limits,
                 struct vzctl_caller caller, struct error *e)
{
    struct answer a;
    char memory[32];
    if (set(m, m->cpus, guest, limits->cpus, caller, &a, e) < 0)
        return -1;
    if (m->capability && !rights_have(CAP_SYS_RESOURCE) &&
        set(m, m->capability, guest, NULL, caller, &a, e) < 0)
        return -1;
    if (!limits->memory_bytes)
        return 0;
    snprintf(memory, sizeof memory, "%" PRIu64 "M", limits->memory_bytes >> 20);
    if (set(m, m->memory, guest, memory, caller, &a, e) == 0)
        return 0;
    return m->pages && a.code == CODE_NO_VSWAP ? set(m, m->pages, guest, memory, caller, &a, e)
                                               : -1;
}

int vzctl_make(const char *guest, const struct vzctl_limits *limits, struct vzctl_caller caller,
               bool *taken, struct error *e)
{
    const struct manager *m = manager_of(guest);
    struct answer a;
    *taken = false;
    if (call_patiently(m->program, m->create, guest, NULL, caller, &a, e) < 0)
        return -1;
    *taken = a.code == CODE_EXISTS && m == &legacy;
    if (a.code != 0)
        return refused(m->program, "create", guest, &a, e);
    if (limit(m, guest, limits, caller, e) < 0 ||
        call_patiently(m->program, m->start, guest, NULL, caller, &a, e) < 0)
        return -1;
    return a.code == 0 ? 0 : refused(m->program, "start", guest, &a, e);
}

int vzctl_remove(const char *guest, struct error *e)
{
    const struct manager *m = manager_of(guest);
    struct vzctl_caller caller = {.seconds = REMOVE_S, .interrupt_fd = -1};
    struct vzctl_status is;
    struct answer a;
    struct error why;
    char how[200];
    fill(m->by_hand, guest, NULL, how, sizeof how);
    if (!vzctl_is_ours(guest))
        return error_set(e, ERROR_DATA, "the container %.64s is not one that a run makes", guest);
    if (vzctl_status(guest, &is, &why) == 0 && !is.exists)
        return 0;
    if (call_patiently(m->program, m->stop, guest, NULL, caller, &a, &why) == 0 &&
        call_patiently(m->program, m->destroy, guest, NULL, caller, &a, &why) == 0 &&
        (a.code == 0 || refused(m->program, "destroy", guest, &a, &why) == 0))
        return 0;
    return error_set(e, ERROR_SYSTEM, "the container %s could not be removed: %s (%s)", guest,
                     why.text, how);
}
