#include <config.h>

#include "fingerprint.h"

#include "sha256.h"
#include "text.h"
#include "xalloc.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

#define UNKNOWN "unknown"

/* ---- reading ---- */

struct roots {
    const char *proc, *sys;
};

/* A small file of one line, cleaned, without the newline; false if it cannot be read. */
static bool read_line(const char *root, const char *path, char *out, size_t size)
{
    char full[256], text[4096];
    snprintf(full, sizeof full, "%s/%s", root, path);
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    size_t length = (size_t)n;
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    text_clean_n(out, size, text, length);
    return length > 0;
}

static void add(struct result *r, const char *key, const char *value)
{
    char clean[sizeof r->facts->value];
    text_clean(clean, sizeof clean, value && value[0] ? value : UNKNOWN);
    result_add_fact(r, key, clean);
}

static void add_line(struct result *r, const char *key, const char *root, const char *path)
{
    char value[200];
    add(r, key, read_line(root, path, value, sizeof value) ? value : NULL);
}

/* Longer than a fact can be: cut, with a digest of the whole, so that no change is missed. */
static void add_long(struct result *r, const char *key, const char *value)
{
    char out[sizeof r->facts->value], digest[65];
    if (strlen(value) < sizeof out) {
        add(r, key, value);
        return;
    }
    sha256_bytes(value, strlen(value), digest);
    snprintf(out, sizeof out, "%.150s ... (sha256 %.16s)", value, digest);
    add(r, key, out);
}

static void read_kernel(struct result *r, const struct roots *at)
{
    struct utsname u;
    char line[4096];
    if (uname(&u) == 0) {
        add(r, "kernel", u.release);
        add(r, "kernel.build", u.version);
        add(r, "machine", u.machine);
    } else {
        add(r, "kernel", NULL);
    }
    if (read_line(at->proc, "cmdline", line, sizeof line))
        add_long(r, "cmdline", line);
    else
        add(r, "cmdline", NULL);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_mitigations(struct result *r, const struct roots *at)
{
    char directory[256];
    char *names[64];
    size_t count = 0;
    snprintf(directory, sizeof directory, "%s/devices/system/cpu/vulnerabilities", at->sys);
    DIR *d = opendir(directory);
    if (!d) {
        add(r, "mitigations", NULL);
        return;
    }
    for (struct dirent *item = readdir(d); item && count < 64; item = readdir(d))
        if (item->d_name[0] != '.')
            names[count++] = xstrdup(item->d_name);
    closedir(d);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        char key[sizeof r->facts->key], clean[32];
        text_clean(clean, sizeof clean, names[i]);
        snprintf(key, sizeof key, "mitigations.%.24s", clean);
        add_line(r, key, directory, names[i]);
        free(names[i]);
    }
}

/* The value of the first line "name : value" of /proc/cpuinfo. */
static bool cpuinfo_field(const char *text, const char *name, char *out, size_t size)
{
    size_t length = strlen(name);
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) != 0)
            continue;
        const char *at = line + length + strspn(line + length, " \t");
        if (*at != ':')
            continue;
        at += 1 + strspn(at + 1, " \t");
        text_clean_n(out, size, at, strcspn(at, "\n"));
        return out[0];
    }
    return false;
}

static void read_processor(struct result *r, const struct roots *at)
{
    char *text = xcalloc(16384, 1);
    char value[200], path[256], digest[65];
    snprintf(path, sizeof path, "%s/cpuinfo", at->proc);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, 16383);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        text[0] = '\0';
    bool model = cpuinfo_field(text, "model name", value, sizeof value) ||
                 cpuinfo_field(text, "cpu model", value, sizeof value);
    add(r, "cpu.model", model ? value : NULL);
    add(r, "microcode", cpuinfo_field(text, "microcode", value, sizeof value) ? value : NULL);
    char *flags_text = xcalloc(8192, 1);
    if (cpuinfo_field(text, "flags", flags_text, 8192) ||
        cpuinfo_field(text, "Features", flags_text, 8192)) {
        sha256_bytes(flags_text, strlen(flags_text), digest);
        digest[16] = '\0';
        add(r, "cpu.flags", digest);
    } else {
        add(r, "cpu.flags", NULL);
    }
    free(flags_text);
    free(text);

    add_line(r, "cpu.online", at->sys, "devices/system/cpu/online");
    bool smt = read_line(at->sys, "devices/system/cpu/smt/active", value, sizeof value);
    add(r, "smt", !smt ? NULL : value[0] == '1' ? "on" : "off");
    add_line(r, "governor", at->sys, "devices/system/cpu/cpu0/cpufreq/scaling_governor");
    if (read_line(at->sys, "devices/system/cpu/intel_pstate/no_turbo", value, sizeof value))
        add(r, "boost", value[0] == '1' ? "off" : "on");
    else if (read_line(at->sys, "devices/system/cpu/cpufreq/boost", value, sizeof value))
        add(r, "boost", value[0] == '1' ? "on" : "off");
    else
        add(r, "boost", NULL);
}

/* "always [madvise] never" says madvise. */
static void read_huge_pages(struct result *r, const struct roots *at)
{
    char value[200];
    char *open = NULL, *close = NULL;
    if (read_line(at->sys, "kernel/mm/transparent_hugepage/enabled", value, sizeof value)) {
        open = strchr(value, '[');
        close = open ? strchr(open, ']') : NULL;
    }
    if (close)
        *close = '\0';
    add(r, "thp", close ? open + 1 : NULL);
}

static bool meminfo_kib(const char *text, const char *name, uint64_t *kib)
{
    const char *at = strstr(text, name);
    return at && sscanf(at + strlen(name), ": %" SCNu64 " kB", kib) == 1;
}

static void read_memory(struct result *r, const struct roots *at)
{
    char path[256], text[4096], value[40];
    uint64_t total, swap_total, swap_free;
    snprintf(path, sizeof path, "%s/meminfo", at->proc);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = '\0';
    if (meminfo_kib(text, "MemTotal", &total)) {
        snprintf(value, sizeof value, "%" PRIu64, total / 1024);
        add(r, "memory_mib", value);
    } else {
        add(r, "memory_mib", NULL);
    }
    if (meminfo_kib(text, "SwapTotal", &swap_total) && meminfo_kib(text, "SwapFree", &swap_free))
        add(r, "swap", !swap_total ? "none" : swap_free < swap_total ? "in use" : "not in use");
    else
        add(r, "swap", NULL);
}

/* Who runs below us. The processor says it best; where it cannot, the kernel may. "none" is only
 * said when the processor says so. */
static void read_hypervisor(struct result *r, const struct roots *at)
{
    char value[200];
#if defined __x86_64__ || defined __i386__
    static const struct {
        const char *signature, *name;
    } known[] = {
        {"KVMKVMKVM", "KVM"},           {"Linux KVM Hv", "KVM"},     {"XenVMMXenVMM", "Xen"},
        {"VMwareVMware", "VMware"},     {"Microsoft Hv", "Hyper-V"}, {"VBoxVBoxVBox", "VirtualBox"},
        {"TCGTCGTCGTCG", "QEMU (TCG)"}, {"bhyve bhyve ", "bhyve"},   {"ACRNACRNACRN", "ACRN"},
        {" lrpepyh  vr", "Parallels"},
    };
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        if (!(c & (1u << 31))) {
            /* A Xen PV guest sees the host's processor as it is. */
            if (read_line(at->sys, "hypervisor/type", value, sizeof value))
                add(r, "hypervisor", value);
            else
                add(r, "hypervisor", "none");
            return;
        }
        char signature[13] = "";
        __cpuid(0x40000000, a, b, c, d);
        memcpy(signature, &b, 4);
        memcpy(signature + 4, &c, 4);
        memcpy(signature + 8, &d, 4);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            if (strcmp(signature, known[i].signature) == 0) {
                add(r, "hypervisor", known[i].name);
                return;
            }
        }
        snprintf(value, sizeof value, "of unknown kind \"%s\"", signature);
        add(r, "hypervisor", value);
        return;
    }
#endif
    add(r, "hypervisor", read_line(at->sys, "hypervisor/type", value, sizeof value) ? value : NULL);
}

/* Who runs guests here: the exits are those of this module. */
static void read_kvm(struct result *r, const struct roots *at)
{
    static const char *const modules[] = {"kvm_intel", "kvm_amd", "kvm_pvm"};
    char path[256];
    snprintf(path, sizeof path, "%s/module", at->sys);
    const char *found = access(path, F_OK) == 0 ? "none" : NULL;
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        snprintf(path, sizeof path, "%s/module/%s", at->sys, modules[i]);
        if (access(path, F_OK) == 0)
            found = modules[i];
    }
    add(r, "kvm", found);
}

/* Are we in a container ourselves? Said only when something says so. */
static void read_container(struct result *r)
{
    char value[64];
    if (read_line("/run", "systemd/container", value, sizeof value))
        add(r, "inside", value);
    else if (access("/.dockerenv", F_OK) == 0)
        add(r, "inside", "docker");
    else if (access("/run/.containerenv", F_OK) == 0)
        add(r, "inside", "podman");
    else
        add(r, "inside", "no sign of a container");
}

static void read_userland(struct result *r)
{
    char value[200], digest[65];
    snprintf(value, sizeof value, "glibc %s", gnu_get_libc_version());
    add(r, "libc", value);
    char *shell = realpath("/bin/sh", NULL);
    if (shell && sha256_file(shell, digest, NULL) == 0) {
        snprintf(value, sizeof value, "%.120s (sha256 %.16s)", shell, digest);
        add(r, "sh", value);
    } else {
        add(r, "sh", NULL);
    }
    free(shell);
}

void fingerprint_read_from(struct result *r, const char *proc, const char *sys)
{
    const struct roots at = {.proc = proc, .sys = sys};
    read_kernel(r, &at);
    read_mitigations(r, &at);
    read_processor(r, &at);
    read_huge_pages(r, &at);
    read_memory(r, &at);
    add_line(r, "clocksource", sys, "devices/system/clocksource/clocksource0/current_clocksource");
    read_hypervisor(r, &at);
    read_kvm(r, &at);
    read_container(r);
    read_userland(r);
}

void fingerprint_read(struct result *r)
{
    fingerprint_read_from(r, "/proc", "/sys");
}

/* ---- comparing ---- */

/* What a changed fact means. A key that ends with '.' stands for all that begin with it. Facts that
 * have no row are notes. */
static const struct rule {
    const char *key;
    enum fact_class class;
    const char *only;
    const char *title;
    const char *effect; /* "kernel changed from A to B: <effect>" */
} rules[] = {
    {"sh", FACT_FATAL, "sys.fork_sh", "/bin/sh", "fork+sh starts another program"},
    {"engine.linpack", FACT_FATAL, "linpack", "the library of linpack",
     "its kernels may be other ones"},
    {"engine.linpack.core", FACT_FATAL, "linpack", "the core type of OpenBLAS",
     "linpack runs other kernels"},
    {"engine.jbb", FACT_FATAL, "jbb", "the JVM of jbb", "it compiles and collects in another way"},
    {"engine.kbuild", FACT_FATAL, "kbuild", "the compiler of kbuild",
     "it compiles in another way and makes other objects"},
    {"engine.oltp", FACT_FATAL, "oltp", "the engine of oltp",
     "another database, or another version of it, does other work"},
    {"engine.web", FACT_FATAL, "web", "the web server",
     "another server, or another version of it, does other work"},
    {"engine.web.rate", FACT_FATAL, "web.rate", "the web server of web.rate",
     "another server, or another version of it, does other work"},
    {"product.", FACT_FATAL, "kbuild", "what was made by", "other sources, or another compiler"},
    {"hypervisor", FACT_WARN, NULL, "the hypervisor below this machine",
     "native itself runs on something else; any row may differ"},
    {"inside", FACT_WARN, NULL, "the container around vmtax",
     "native itself runs under other limits; any row may differ"},
    {"cpu.model", FACT_WARN, NULL, "the processor",
     "absolute figures are those of another machine; only ratios can be compared"},
    {"kernel", FACT_WARN, NULL, "the kernel",
     "system calls, process creation and context switches may differ"},
    {"kernel.build", FACT_NOTE, NULL, "the kernel's build", "the same version built anew"},
    {"cmdline", FACT_WARN, NULL, "the kernel's command line",
     "mitigations, huge pages or reserved processors may have been set"},
    {"mitigations.", FACT_WARN, NULL, "the mitigation",
     "system calls, context switches and exits to the hypervisor may differ"},
    {"microcode", FACT_WARN, NULL, "the microcode", "any processor-bound row may differ"},
    {"cpu.flags", FACT_WARN, NULL, "the set of processor features",
     "libraries and the kernel may take other paths"},
    {"cpu.online", FACT_WARN, NULL, "the set of processors in use",
     "rows on several processors may differ"},
    {"smt", FACT_WARN, NULL, "simultaneous multithreading",
     "rows on several processors may differ"},
    {"governor", FACT_WARN, NULL, "the frequency governor", "every processor-bound row may differ"},
    {"boost", FACT_WARN, NULL, "frequency boost", "every processor-bound row may differ"},
    {"thp", FACT_WARN, NULL, "the setting of transparent huge pages",
     "memory, process creation and Java rows may differ"},
    {"swap", FACT_WARN, NULL, "the use of swap", "memory and disk rows may be disturbed by paging"},
    {"other_vmtax", FACT_WARN, NULL, "the set of other runs at the same time",
     "any row may be disturbed"},
    {"clocksource", FACT_WARN, NULL, "the clock source",
     "whatever reads the time often may differ"},
    {"scratch.filesystem", FACT_WARN, NULL, "the file system of the scratch directory",
     "disk rows measure something else"},
    {"kvm", FACT_WARN, NULL, "the module that runs guests", "exits are answered by other code"},
    {"libc", FACT_NOTE, NULL, "the C library", "programs that are started (fork+exec) may differ"},
    {"memory_mib", FACT_NOTE, NULL, "the size of memory (MiB)",
     "disk rows have another page cache"},
};

struct findings {
    struct fingerprint_difference *out;
    size_t room, count;
};

static struct fingerprint_difference *found(struct findings *f, enum fact_class class,
                                            const char *key)
{
    if (f->count == f->room)
        BUG("more differences than there can be");
    struct fingerprint_difference *d = &f->out[f->count++];
    memset(d, 0, sizeof *d);
    d->class = class;
    text_copy(d->key, sizeof d->key, key);
    return d;
}

#define SAY(d, ...) snprintf((d)->sentence, sizeof(d)->sentence, __VA_ARGS__)

static const struct rule *rule_of(const char *key)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        size_t length = strlen(rules[i].key);
        bool prefix = rules[i].key[length - 1] == '.';
        if (prefix ? strncmp(key, rules[i].key, length) == 0 : strcmp(key, rules[i].key) == 0)
            return &rules[i];
    }
    return NULL;
}

static bool known(const char *value)
{
    return value && value[0] && strcmp(value, UNKNOWN) != 0;
}

/* What precedes the first difference of two long values is of no use in a sentence. */
static void shorten(const char *a, const char *b, char *short_a, char *short_b, size_t size)
{
    size_t same = 0;
    if (strlen(a) >= size || strlen(b) >= size) {
        while (a[same] && a[same] == b[same])
            same++;
        while (same && a[same - 1] != ' ')
            same--;
    }
    const char *from[2] = {a + same, b + same};
    char *to[2] = {short_a, short_b};
    for (int i = 0; i < 2; i++) {
        char part[256];
        snprintf(part, sizeof part, "%s%s", same ? "... " : "", from[i]);
        if (!text_copy(to[i], size, part))
            memcpy(to[i] + size - 4, "...", 4);
    }
}

static void compare_fact(struct findings *f, const char *key, const char *old, const char *new)
{
    const struct rule *rule = rule_of(key);
    char title[80], a[64], b[64];
    if (known(old) == known(new) && (!known(old) || strcmp(old, new) == 0))
        return;
    bool prefix = rule && rule->key[strlen(rule->key) - 1] == '.';
    snprintf(title, sizeof title, "%s%s%s", rule ? rule->title : key, prefix ? " " : "",
             prefix ? key + strlen(rule->key) : "");
    if (known(old) && known(new)) {
        struct fingerprint_difference *d = found(f, rule ? rule->class : FACT_NOTE, key);
        d->only = rule ? rule->only : NULL;
        shorten(old, new, a, b, sizeof a);
        SAY(d, "%s changed from %s to %s%s%s", title, a, b, rule ? ": " : "",
            rule ? rule->effect : "");
    } else {
        const char *value = known(old) ? old : new;
        shorten(value, value, a, b, sizeof a);
        SAY(found(f, FACT_NOTE, key), "%s is known only %s (%s): whether it changed cannot be told",
            title, known(old) ? "from before" : "now", a);
    }
}

static void compare_facts(struct findings *f, const struct result *old, const struct result *new)
{
    for (size_t i = 0; i < old->fact_count; i++)
        compare_fact(f, old->facts[i].key, old->facts[i].value,
                     result_fact(new, old->facts[i].key));
    for (size_t i = 0; i < new->fact_count; i++)
        if (!result_fact(old, new->facts[i].key))
            compare_fact(f, new->facts[i].key, NULL, new->facts[i].value);
}

static void compare_tool(struct findings *f, const struct result *old, const struct result *new)
{
    if (!old->agent_sha256[0] || !new->agent_sha256[0]) {
        if (old->agent_sha256[0] != new->agent_sha256[0])
            SAY(found(f, FACT_NOTE, "agent"),
                "the agent's digest is known on one side only: whether both measured with the same "
                "program cannot be told");
    } else if (strcmp(old->agent_sha256, new->agent_sha256) != 0) {
        SAY(found(f, FACT_FATAL, "agent"),
            "the agent is another program (sha256 %.12s, now %.12s): its kernels may do other "
            "work, so no row can be compared",
            old->agent_sha256, new->agent_sha256);
    }
    if (strcmp(old->tool_version, new->tool_version) != 0)
        SAY(found(f, FACT_NOTE, "version"), "vmtax was %s and is %s", old->tool_version,
            new->tool_version);
    if (strcmp(old->profile, new->profile) != 0)
        SAY(found(f, FACT_NOTE, "profile"),
            "the profile was %s and is %s: other numbers of blocks, other rows", old->profile,
            new->profile);
}

static void compare_limits(struct findings *f, const struct result_target *a,
                           const struct result_target *b)
{
    char was[48], is[48];
    if (a->cpus != b->cpus)
        SAY(found(f, FACT_FATAL, "limits"),
            "%s had %" PRIu64 " processors and has %" PRIu64 ": its figures cannot be compared",
            a->id, a->cpus, b->cpus);
    if (a->memory_mib == b->memory_mib)
        return;
    snprintf(was, sizeof was, "a memory limit of %" PRIu64 " MiB", a->memory_mib);
    snprintf(is, sizeof is, "%" PRIu64 " MiB", b->memory_mib);
    SAY(found(f, FACT_FATAL, "limits"), "%s had %s and has %s: its figures cannot be compared",
        a->id, a->memory_mib ? was : "no memory limit", b->memory_mib ? is : "none");
}

static void compare_text(struct findings *f, enum fact_class class, const char *key,
                         const char *target, const char *what, const char *a, const char *b,
                         const char *effect)
{
    if (a[0] && b[0] && strcmp(a, b) != 0)
        SAY(found(f, class, key), "%s of %s changed from %s to %s: %s", what, target, a, b, effect);
}

static void compare_target(struct findings *f, const struct result_target *a,
                           const struct result_target *b)
{
    bool native = strcmp(a->kind, "native") == 0;
    if (strcmp(a->kind, b->kind) != 0)
        SAY(found(f, FACT_FATAL, "kind"), "%s was of kind %s and is of kind %s", a->id, a->kind,
            b->kind);
    if (a->emulated != b->emulated)
        SAY(found(f, FACT_FATAL, "emulated"),
            "%s %s emulated in software and %s: its figures cannot be compared", a->id,
            a->emulated ? "was" : "was not", b->emulated ? "is now" : "is not now");
    compare_limits(f, a, b);
    if (!native) {
        compare_text(f, FACT_WARN, "vmm", a->id, "the runtime", a->how, b->how,
                     "its overhead may differ for that alone");
        if (strcmp(a->kind, "container") != 0) /* a container has the host's kernel */
            compare_text(f, FACT_WARN, "guest.kernel", a->id, "the kernel", a->kernel, b->kernel,
                         "system calls, processes and context switches in it may differ");
        compare_text(f, FACT_WARN, "guest.devices", a->id, "the devices", a->devices, b->devices,
                     "whatever uses its disk or its network may differ");
        if (a->kernel[0] && b->kernel[0])
            compare_text(f, FACT_WARN, "guest.append", a->id, "the words for the kernel",
                         a->append[0] ? a->append : "none", b->append[0] ? b->append : "none",
                         "anything in it may differ");
        compare_text(f, FACT_WARN, "guest.clocksource", a->id, "the clock source", a->clocksource,
                     b->clocksource, "whatever reads the time often may differ");
    }
}

static void compare_targets(struct findings *f, const struct result *old, const struct result *new)
{
    for (size_t i = 0; i < old->target_count; i++) {
        const struct result_target *a = &old->targets[i];
        size_t j = result_find_target(new, a->id);
        if (j < new->target_count)
            compare_target(f, a, &new->targets[j]);
        else
            SAY(found(f, FACT_NOTE, "targets"), "%s was measured before only", a->id);
    }
    for (size_t j = 0; j < new->target_count; j++)
        if (result_find_target(old, new->targets[j].id) == old->target_count)
            SAY(found(f, FACT_NOTE, "targets"), "%s is measured now only", new->targets[j].id);
}

size_t fingerprint_compare(const struct result *old, const struct result *new,
                           struct fingerprint_difference *out, size_t room)
{
    /* All of them first: the fatal ones must be among those that fit. */
    size_t most = old->fact_count + new->fact_count + 16 * TARGETS_MAX;
    struct fingerprint_difference *all = xcalloc(most, sizeof *all);
    struct findings f = {.out = all, .room = most};
    compare_tool(&f, old, new);
    compare_targets(&f, old, new);
    compare_facts(&f, old, new);
    size_t written = 0;
    for (int class = FACT_FATAL; class >= FACT_NOTE; class --)
        for (size_t i = 0; i < f.count && written < room; i++)
            if (all[i].class == (enum fact_class) class)
                out[written++] = all[i];
    free(all);
    return f.count;
}

bool fingerprint_other_work(const struct result *a, const struct result *b, const char *workload)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const struct rule *rule = &rules[i];
        if (rule->class != FACT_FATAL || !rule->only || !text_glob(rule->only, workload))
            continue;
        const char *x = result_fact(a, rule->key), *y = result_fact(b, rule->key);
        if (known(x) && known(y) && strcmp(x, y) != 0)
            return true;
    }
    return false;
}
