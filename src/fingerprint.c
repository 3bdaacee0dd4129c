#include <config.h>

#include "fingerprint.h"

#include "text.h"
#include "xalloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fact_class_ids[] = {"note", "warn", "fatal"};
const char *const fact_class_words[] = {"note", "warn", "FATAL"};

#define WORDS_TOLD 4 /* of a list of names */

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
    {"engine.oltp.", FACT_FATAL, "oltp", "the engine of oltp",
     "another version of a database does other work"},
    {"engine.web", FACT_FATAL, "web", "the web server",
     "another server, or another version of it, does other work"},
    {"engine.web.rate", FACT_FATAL, "web.rate", "the web server of web.rate",
     "another server, or another version of it, does other work"},
    {"product.", FACT_FATAL, "kbuild", "what was made by", "other sources, or another compiler"},
    {"peer", FACT_WARN, NULL, "the peer", "network and web rows took another path"},
    {"hypervisor", FACT_WARN, NULL, "the hypervisor below this machine",
     "native itself runs on something else; any row may differ"},
    {"inside", FACT_WARN, NULL, "the container around vmtax",
     "native itself runs under other limits; any row may differ"},
    {"machine", FACT_FATAL, NULL, "the architecture", "its programs are other ones"},
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
    {"memory.nodes", FACT_WARN, NULL, "the set of memory nodes",
     "memory may lie farther from the processors"},
    {"smt", FACT_WARN, NULL, "simultaneous multithreading",
     "rows on several processors may differ"},
    {"governor", FACT_WARN, NULL, "the frequency governor", "every processor-bound row may differ"},
    {"frequency.driver", FACT_WARN, NULL, "the frequency driver",
     "every processor-bound row may differ"},
    {"epp", FACT_WARN, NULL, "the preference between energy and performance",
     "every processor-bound row may differ"},
    {"boost", FACT_WARN, NULL, "frequency boost", "every processor-bound row may differ"},
    {"thp", FACT_WARN, NULL, "the setting of transparent huge pages",
     "memory, process creation and Java rows may differ"},
    {"ksm", FACT_WARN, NULL, "the merging of equal pages (KSM)",
     "writes to the memory of guests may differ, and who scans it takes processor time"},
    {"swap", FACT_WARN, NULL, "the use of swap", "memory and disk rows may be disturbed by paging"},
    {"other_vmtax", FACT_WARN, NULL, "the set of other runs at the same time",
     "any row may be disturbed"},
    {"clocksource", FACT_WARN, NULL, "the clock source",
     "whatever reads the time often may differ"},
    {"scratch.filesystem", FACT_WARN, NULL, "the file system of the scratch directory",
     "disk rows measure something else"},
    {"scratch.device", FACT_WARN, NULL, "the disk below the scratch directory",
     "disk rows measure something else"},
    {"scratch.scheduler", FACT_WARN, NULL, "the scheduler of the scratch directory's disk",
     "disk rows past the page cache may differ"},
    {"kvm", FACT_WARN, NULL, "the module that runs guests", "exits are answered by other code"},
    {"kvm.halt_poll_ns", FACT_WARN, NULL, "how long KVM polls before a processor of a guest sleeps",
     "whatever waits in a guest may differ: network, pipes, context switches"},
    {"kvm.parameters", FACT_WARN, NULL, "the set of KVM's parameters",
     "memory, exits and whatever waits in a guest may differ"},
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

const char *fingerprint_rule(size_t i)
{
    return i < sizeof rules / sizeof *rules ? rules[i].key : NULL;
}

static bool known(const char *value)
{
    return value && value[0] && strcmp(value, FINGERPRINT_UNKNOWN) != 0;
}

/* What precedes the first difference of two long values is of no use in a sentence. */
static void shorten(const char *a, const char *b, char *short_a, char *short_b, size_t size)
{
    size_t same = 0;
    if (strcmp(a, b) != 0 && (strlen(a) >= size || strlen(b) >= size)) {
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

static bool has_word(const char *list, const char *word, size_t length)
{
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* "avx2, bmi1, bmi2 and 7 more": the words of a list that the other lacks. Returns how many. */
static size_t words_lacking(const char *list, const char *other, char *out, size_t size)
{
    size_t n = 0, told = 0, used = 0;
    out[0] = '\0';
    for (const char *at = list + strspn(list, " "); *at; at += strspn(at, " ")) {
        char word[40];
        size_t length = strcspn(at, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        if (length < sizeof word && !has_word(other, word, length) && ++n <= WORDS_TOLD) {
            used += (size_t)snprintf(out + used, size - used, "%s%s", told++ ? ", " : "", word);
            if (used >= size)
                used = size - 1;
        }
        at += length;
    }
    if (n > told)
        snprintf(out + used, size - used, " and %zu more", n - told);
    return n;
}

/* A list of names, in whatever order: those that came and those that went. */
static void compare_names(struct findings *f, const struct rule *rule, const char *old,
                          const char *new)
{
    char gone[64], come[64];
    size_t less = words_lacking(old, new, gone, sizeof gone);
    size_t more = words_lacking(new, old, come, sizeof come);
    if (!strchr(old, ' ') != !strchr(new, ' ')) /* a digest, as earlier versions had it */
        SAY(found(f, FACT_NOTE, rule->key),
            "%s has no names on one side: whether it changed cannot be told", rule->title);
    else if (less || more)
        SAY(found(f, rule->class, rule->key), "%s changed: %s%s%s%s%s: %s", rule->title,
            less ? "without " : "", gone, less && more ? ", " : "", more ? "now with " : "", come,
            rule->effect);
}

static void compare_fact(struct findings *f, const char *key, const char *old, const char *new)
{
    const struct rule *rule = rule_of(key);
    char title[80], a[64], b[64];
    if (known(old) == known(new) && (!known(old) || strcmp(old, new) == 0))
        return;
    if (rule && strcmp(key, "cpu.flags") == 0 && known(old) && known(new)) {
        compare_names(f, rule, old, new);
        return;
    }
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
    for (size_t i = 0; i < old->fact_count; i++) {
        const char *value = result_fact(new, old->facts[i].key);
        /* Some facts come with a run only: its engines, its scratch directory. */
        if (value || new->slot_count)
            compare_fact(f, old->facts[i].key, old->facts[i].value, value);
    }
    for (size_t i = 0; i < new->fact_count; i++)
        if (!result_fact(old, new->facts[i].key))
            compare_fact(f, new->facts[i].key, NULL, new->facts[i].value);
}

static void compare_tool(struct findings *f, const struct result *old, const struct result *new)
{
    /* One side may be facts alone, before anything is measured. */
    bool whole = old->tool_version[0] && new->tool_version[0];
    if (!old->agent_sha256[0] || !new->agent_sha256[0]) {
        if (whole && old->agent_sha256[0] != new->agent_sha256[0])
            SAY(found(f, FACT_NOTE, "agent"),
                "the agent's digest is known on one side only: whether both measured with the same "
                "program cannot be told");
    } else if (strcmp(old->agent_sha256, new->agent_sha256) != 0) {
        SAY(found(f, FACT_FATAL, "agent"),
            "the agent is another program (sha256 %.12s, now %.12s): its kernels may do other "
            "work, so no row can be compared",
            old->agent_sha256, new->agent_sha256);
    }
    if (whole && strcmp(old->tool_version, new->tool_version) != 0)
        SAY(found(f, FACT_NOTE, "version"), "vmtax was %s and is %s", old->tool_version,
            new->tool_version);
    if (old->profile[0] && new->profile[0] && strcmp(old->profile, new->profile) != 0)
        SAY(found(f, FACT_NOTE, "profile"),
            "the profile was %s and is %s: other numbers of blocks, other rows", old->profile,
            new->profile);
}

static const char *slots_text(const struct result *r, char *out, size_t size)
{
    if (r->slot_s > 0)
        snprintf(out, size, "%.3g s long", r->slot_s);
    else
        snprintf(out, size, "%.3g times as long as the catalogue says", r->slot_scale);
    return out;
}

/* Not known of results of before it was stored. */
static void compare_slots(struct findings *f, const struct result *old, const struct result *new)
{
    char was[64], is[64];
    if (!(old->slot_scale > 0) || !(new->slot_scale > 0) ||
        (old->slot_s == new->slot_s && (old->slot_s > 0 || old->slot_scale == new->slot_scale)))
        return;
    SAY(found(f, FACT_NOTE, "slots"),
        "slots were %s and are %s: figures of shorter ones vary more, and are of a colder machine",
        slots_text(old, was, sizeof was), slots_text(new, is, sizeof is));
}

static void compare_limits(struct findings *f, const struct result_target *a,
                           const struct result_target *b)
{
    char was[48], is[48];
    if (a->cpus != b->cpus)
        SAY(found(f, FACT_FATAL, "limits"),
            "%s had %" PRIu64 " processor%s and has %" PRIu64 ": its figures cannot be compared",
            a->id, a->cpus, a->cpus == 1 ? "" : "s", b->cpus);
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
    if (!a[0] || !b[0] || strcmp(a, b) == 0)
        return;
    struct fingerprint_difference *d = found(f, class, key);
    text_copy(d->target, sizeof d->target, target);
    SAY(d, "%s of %s changed from %s to %s: %s", what, target, a, b, effect);
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
        else if (new->slot_count) /* before anything is measured not all are known */
            SAY(found(f, FACT_NOTE, "targets"), "%s was measured before only", a->id);
    }
    for (size_t j = 0; j < new->target_count; j++)
        if (old->slot_count && result_find_target(old, new->targets[j].id) == old->target_count)
            SAY(found(f, FACT_NOTE, "targets"), "%s is measured now only", new->targets[j].id);
}

bool fingerprint_forbids(const struct fingerprint_difference *d)
{
    return d->class == FACT_FATAL && !d->only;
}

bool fingerprint_touches(const struct fingerprint_difference *d, const char *workload,
                         const char *target)
{
    if (d->class == FACT_NOTE || strcmp(d->key, "other_vmtax") == 0)
        return false;
    return (!d->only || (workload && text_glob(d->only, workload))) &&
           (!d->target[0] || (target && strcmp(d->target, target) == 0));
}

size_t fingerprint_compare(const struct result *old, const struct result *new,
                           struct fingerprint_difference *out, size_t room)
{
    /* All of them first: the fatal ones must be among those that fit. */
    size_t most = old->fact_count + new->fact_count + 16 * TARGETS_MAX;
    struct fingerprint_difference *all = xcalloc(most, sizeof *all);
    struct findings f = {.out = all, .room = most};
    compare_tool(&f, old, new);
    compare_slots(&f, old, new);
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

bool fingerprint_other_processor(const struct result *a, const struct result *b)
{
    const char *x = result_fact(a, "cpu.model"), *y = result_fact(b, "cpu.model");
    return known(x) && known(y) && strcmp(x, y) != 0;
}

/* The fact of a rule that is about this row; NULL: that of another engine, say. */
static const char *key_of(const struct rule *rule, const char *workload, const char *params,
                          char out[FACT_KEY])
{
    char engine[FACT_KEY];
    size_t length = strlen(rule->key);
    bool prefix = rule->key[length - 1] == '.';
    if (prefix && strcmp(rule->key, "product.") == 0) {
        result_product_key(workload, params, out);
        return out;
    }
    result_engine_key(workload, params, out);
    if (prefix) /* the row names its engine */
        return strncmp(out, rule->key, length) == 0 ? out : NULL;
    result_engine_key(workload, "", engine);
    return strcmp(rule->key, engine) != 0 || strcmp(out, engine) == 0 ? rule->key : NULL;
}

bool fingerprint_other_work(const struct result *a, const struct result *b, const char *workload,
                            const char *params)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const struct rule *rule = &rules[i];
        if (rule->class != FACT_FATAL || !rule->only || !text_glob(rule->only, workload))
            continue;
        char buffer[FACT_KEY];
        const char *key = key_of(rule, workload, params, buffer);
        const char *x = key ? result_fact(a, key) : NULL, *y = key ? result_fact(b, key) : NULL;
        if (known(x) && known(y) && strcmp(x, y) != 0)
            return true;
    }
    return false;
}
