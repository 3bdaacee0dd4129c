/* Sentences about the machine, its engines and the targets. */
#include <config.h>

#include "report/format.h"

#include "store.h"
#include "text.h"

#include <math.h>
#include <string.h>

static const char *fact(const struct result *r, const char *key)
{
    const char *value = result_fact(r, key);
    return value ? value : "unknown";
}

/* "in every target", or who has a figure by that engine: " in native, kvm"; "" if nobody has. */
static void who_ran(const struct result *r, const char *key, char *out, size_t size)
{
    bool ran[TARGETS_MAX] = {false};
    size_t count = 0, used = 0;
    for (size_t i = 0; i < r->figure_count; i++) {
        const struct figure_value *f = &r->figures[i];
        const struct metric *m = &r->metrics[f->metric];
        char of[FACT_KEY];
        result_engine_key(m->workload, m->params, of);
        if (f->measured && !ran[f->target] && strcmp(of, key) == 0) {
            ran[f->target] = true;
            count++;
        }
    }
    out[0] = '\0';
    if (count && count == r->target_count) {
        snprintf(out, size, " in every target");
        return;
    }
    for (size_t t = 0; t < r->target_count && used < size; t++)
        if (ran[t])
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : " in ",
                                     r->targets[t].id);
}

void report_engines(const struct result *r, void (*say)(void *, const char *), void *context)
{
    static const char prefix[] = "product.", engine[] = "engine.";
    char line[512], who[256];
    if (result_fact(r, "engine.linpack")) {
        const char *core = result_fact(r, "engine.linpack.core");
        snprintf(line, sizeof line, "linpack: %s, %s%s", fact(r, "engine.linpack"),
                 core ? "in every target the code for " : "the core type that the row names",
                 core ? core : "");
        say(context, line);
    }
    for (size_t i = 0; i < r->fact_count; i++) {
        const char *of = r->facts[i].key + sizeof engine - 1;
        if (strncmp(r->facts[i].key, engine, sizeof engine - 1) != 0 ||
            strncmp(of, "linpack", 7) == 0)
            continue;
        who_ran(r, r->facts[i].key, who, sizeof who);
        snprintf(line, sizeof line, "%s: %s%s", of, r->facts[i].value, who);
        say(context, line);
    }
    for (size_t i = 0; i < r->fact_count; i++) {
        if (strncmp(r->facts[i].key, prefix, sizeof prefix - 1) != 0)
            continue;
        snprintf(line, sizeof line, "%s: %s, the same in every slot that counts",
                 r->facts[i].key + sizeof prefix - 1, r->facts[i].value);
        say(context, line);
    }
}

/* The largest figure of a target over all orders of linpack on one processor or on all; NULL: it
 * has none. *orders: of so many. */
static const struct figure_value *peak(const struct result *r, size_t target, bool all,
                                       size_t *orders)
{
    const struct figure_value *best = NULL;
    *orders = 0;
    for (size_t i = 0; i < r->figure_count; i++) {
        const struct figure_value *f = &r->figures[i];
        const struct metric *m = &r->metrics[f->metric];
        if (f->target != target || !f->measured || strcmp(m->workload, "linpack") != 0 ||
            params_value(m->row, m->params, "cpus", 1) != (all ? 0 : 1))
            continue;
        ++*orders;
        if (!best || f->value > best->value)
            best = f;
    }
    return best;
}

/* LINPACK's one figure is the largest of a sweep over orders, as the paper has it. */
static void say_peaks(const struct result *r, void (*say)(void *, const char *), void *context)
{
    for (int all = 0; all < 2; all++) {
        char line[512], number[32];
        size_t used = (size_t)snprintf(line, sizeof line, "linpack on %s, the best of its orders:",
                                       all ? "all processors" : "one processor");
        size_t most = 0;
        for (size_t t = 0; t < r->target_count; t++) {
            size_t orders;
            const struct figure_value *f = peak(r, t, all, &orders);
            if (!f || used >= sizeof line)
                continue;
            const struct metric *m = &r->metrics[f->metric];
            used += (size_t)snprintf(
                line + used, sizeof line - used, "%s %s %s%s GFLOPS at %llu", most ? "," : "",
                r->targets[t].id, r->targets[t].emulated ? "~" : "",
                text_figure(number, sizeof number, f->value),
                (unsigned long long)params_value(m->row, m->params, "size", 0));
            most = orders > most ? orders : most;
        }
        if (most > 1)
            say(context, line);
    }
}

static void say_target(const struct result *r, const struct result_target *t,
                       void (*say)(void *, const char *), void *context)
{
    char line[1024], remarks[RESULT_REMARKS];
    bool own = t->kernel[0] && strcmp(t->kernel, fact(r, "kernel")) != 0;
    if (!t->cpus) {
        snprintf(line, sizeof line, "%s: not started%s%s", t->id, t->given_up[0] ? ": " : "",
                 t->given_up);
        say(context, line);
        return;
    }
    int used = snprintf(line, sizeof line, "%s: %s; %s%s%s%s%s%s; network %s%s%s", t->id,
                        t->how[0] ? t->how : t->kind, own ? "kernel " : "", own ? t->kernel : "",
                        own && t->append[0] ? " with " : "", own ? t->append : "", own ? "; " : "",
                        t->limits[0] ? t->limits : "no limits", report_network(r, t),
                        t->devices[0] ? "; devices " : "", t->devices);
    if (isfinite(t->start_s) && t->start_s > 0)
        snprintf(line + used, sizeof line - (size_t)used, "; started in %.2f s", t->start_s);
    say(context, line);
    if (*result_remarks(t, remarks)) {
        snprintf(line, sizeof line, "%s: %s", t->id, remarks);
        say(context, line);
    }
}

void report_machine(const struct result *r, void (*say)(void *context, const char *sentence),
                    void *context)
{
    char line[512], took[32], started[32];
    snprintf(line, sizeof line, "%s; kernel %s; processors online %s; governor %s; hypervisor %s",
             fact(r, "cpu.model"), fact(r, "kernel"), fact(r, "cpu.online"), fact(r, "governor"),
             fact(r, "hypervisor"));
    say(context, line);
    report_engines(r, say, context);
    say_peaks(r, say, context);
    if (strcmp(fact(r, "peer"), "host") != 0 && result_fact(r, "peer")) {
        snprintf(line, sizeof line, "servers are loaded by the peer %.96s, over the wire at %.96s",
                 fact(r, "peer"), fact(r, "peer.path"));
        say(context, line);
    }
    for (size_t i = 0; i < r->target_count; i++)
        say_target(r, &r->targets[i], say, context);
    snprintf(line, sizeof line, "%s, profile %s, %s, vmtax %s",
             store_time(started, sizeof started, r->started), r->profile[0] ? r->profile : "none",
             text_duration(took, sizeof took, r->elapsed_s), r->tool_version);
    say(context, line);
}
