#include <config.h>

#include "report/report.h"

#include "fallback.h"
#include "report/format.h"
#include "score.h"
#include "store.h"
#include "text.h"
#include "written.h"
#include "xalloc.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One a line. */
/* clang-format off */
const struct report_format *const report_formats[] = {
    &report_text,
    &report_plain,
    &report_json,
    &report_csv,
    &report_markdown,
    &report_html,
    &report_svg,
    &report_openmetrics,
    &report_junit,
    NULL,
};
/* clang-format on */

const struct report_format *report_find(const char *id)
{
    for (const struct report_format *const *f = report_formats; *f; f++)
        if (strcmp((*f)->id, id) == 0)
            return *f;
    return NULL;
}

void report_begin(struct report_locale *l)
{
    l->before = uselocale((locale_t)0);
    locale_t copy = duplocale(l->before);
    l->neutral = copy ? newlocale(LC_NUMERIC_MASK, "C", copy) : (locale_t)0;
    if (l->neutral)
        uselocale(l->neutral);
    else if (copy)
        freelocale(copy);
}

int report_end(struct report_locale *l, FILE *out, struct error *e)
{
    uselocale(l->before);
    if (l->neutral)
        freelocale(l->neutral);
    return report_flush(out, e);
}

/* An earlier write may have failed: its errno is gone, but the pipe still says so. */
static bool reader_gone(FILE *out)
{
    struct pollfd p = {.fd = fileno(out), .events = 0};
    return poll(&p, 1, 0) == 1 && (p.revents & (POLLERR | POLLHUP));
}

/* What standard output was led to, where that has a name; any other stream its caller names. */
static const char *name_of(FILE *out, char *clean, size_t size)
{
    char path[200];
    ssize_t n = out == stdout ? readlink("/proc/self/fd/1", path, sizeof path - 1) : -1;
    if (n <= 0 || path[0] != '/')
        return "the output";
    path[n] = '\0';
    return text_clean(clean, size, path);
}

int report_flush(FILE *out, struct error *e)
{
    char name[200];
    int why = written_flush(out);
    if (!why || why == EPIPE || reader_gone(out))
        return 0;
    return error_errno(e, why, "cannot write %s", name_of(out, name, sizeof name));
}

struct report_row *report_rows(const struct result *r, size_t *count)
{
    *count = r->metric_count * r->target_count;
    struct report_row *rows = xcalloc(*count, sizeof *rows);
    for (size_t i = 0; i < *count; i++) {
        rows[i].metric = &r->metrics[i / r->target_count];
        rows[i].target = i % r->target_count;
    }
    for (size_t i = 0; i < r->figure_count; i++) {
        const struct figure_value *f = &r->figures[i];
        struct report_row *of_metric = &rows[f->metric * r->target_count];
        of_metric[f->target].figure = f;
        if (f->target == 0)
            for (size_t t = 0; t < r->target_count; t++)
                of_metric[t].native = f;
    }
    for (size_t i = 0; i < r->comparison_count; i++) {
        const struct comparison *c = &r->comparisons[i];
        rows[c->metric * r->target_count + c->target].comparison = c;
    }
    return rows;
}

const char *report_reason(const struct result *r, const struct report_row *row)
{
    const struct comparison *c = row->comparison;
    if (row->figure && !row->figure->measured)
        return row->figure->reason[0] ? row->figure->reason : "no reason was given";
    if (!row->figure && !c)
        return result_absence(r, row->target);
    if (c && (c->verdict == VERDICT_NOT_MEASURED || c->verdict == VERDICT_CANNOT ||
              c->verdict == VERDICT_NOT_COMPARABLE))
        return c->reason[0] ? c->reason : verdicts[c->verdict].title;
    return NULL;
}

const char *report_own_reason(const struct result *r, const struct report_row *row)
{
    const char *reason = report_reason(r, row), *base = r->targets[0].id;
    size_t length = strlen(base);
    bool told = reason && row->target && row->native && !row->native->measured &&
                strncmp(reason, base, length) == 0 && strncmp(reason + length, ": ", 2) == 0 &&
                strcmp(reason + length + 2, row->native->reason) == 0;
    return told ? NULL : reason;
}

const char *report_doubt(const struct report_row *row)
{
    const struct comparison *c = row->comparison;
    if (!c || !c->reason[0] || c->estimate.n == 0)
        return NULL;
    return c->verdict == VERDICT_INCONCLUSIVE || c->estimate.n == 1 ? c->reason : NULL;
}

char *report_label(const struct metric *m, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", m->workload, m->params[0] ? " " : "", m->params);
    return out;
}

double report_iops(const struct metric *m, const struct figure_value *f)
{
    return m->row && f && f->measured ? workload_iops(m->row, m->params, f->value) : (double)NAN;
}

const char *report_network(const struct result *r, const struct result_target *t)
{
    for (size_t i = 0; i < r->metric_count; i++)
        if (r->metrics[i].row && r->metrics[i].row->served)
            return t->network[0] ? t->network : "none";
    return "not used";
}

double report_sent(const struct metric *m, const struct figure_value *f)
{
    return m->row && f
               ? workload_datagrams_mb_per_s(m->row, m->params, arrival_sent_per_s(&f->arrival))
               : (double)NAN;
}

char *report_percent(char *out, size_t size, double ratio)
{
    double percent = 100 * ratio;
    if (!isfinite(percent))
        text_copy(out, size, "n/a");
    else if (percent < 9.995)
        snprintf(out, size, "%.2f", percent);
    else if (percent < 999.95)
        snprintf(out, size, "%.1f", percent);
    else
        text_figure(out, size, percent);
    return out;
}

const enum report_outcome report_outcomes[VERDICT_COUNT] = {
    [VERDICT_BETTER] = REPORT_PASSED,          [VERDICT_SAME] = REPORT_PASSED,
    [VERDICT_SLIGHTLY_WORSE] = REPORT_FAILED,  [VERDICT_WORSE] = REPORT_FAILED,
    [VERDICT_NO_SIGN] = REPORT_PASSED,         [VERDICT_INCONCLUSIVE] = REPORT_SKIPPED,
    [VERDICT_NOT_MEASURED] = REPORT_SKIPPED,   [VERDICT_CANNOT] = REPORT_SKIPPED,
    [VERDICT_NOT_COMPARABLE] = REPORT_SKIPPED,
};

const struct report_sign report_signs[VERDICT_COUNT] = {
    [VERDICT_BETTER] = {"▲", "+"},         [VERDICT_SAME] = {"≈", "="},
    [VERDICT_SLIGHTLY_WORSE] = {"▽", "-"}, [VERDICT_WORSE] = {"▼", "!"},
    [VERDICT_NO_SIGN] = {"·", "."},        [VERDICT_INCONCLUSIVE] = {"?", "?"},
    [VERDICT_NOT_MEASURED] = {"—", "_"},   [VERDICT_CANNOT] = {"∅", "/"},
    [VERDICT_NOT_COMPARABLE] = {"≠", "#"},
};

const char report_closing[] = "The figures hold for this machine and the minutes of the run.";

/* Rows that were measured afresh. */
static size_t second_looks(const struct result *r)
{
    size_t count = 0;
    for (size_t i = 0, last = SIZE_MAX; i < r->comparison_count; i++) {
        const struct comparison *c = &r->comparisons[i];
        if (c->stage == 2 && c->metric != last && !r->metrics[c->metric].taken_from) {
            last = c->metric; /* a row's comparisons stand together */
            count++;
        }
    }
    return count;
}

/* Rows of earlier runs that were judged by the other rule. */
static bool otherwise_judged(const struct result *r)
{
    for (size_t i = 0; i < r->comparison_count; i++)
        if (r->metrics[r->comparisons[i].metric].taken_from && r->comparisons[i].estimate.n &&
            (r->comparisons[i].stage > 0) != r->two_stage)
            return true;
    return false;
}

const char *report_method(const struct result *r, char out[256])
{
    const char *others = otherwise_judged(r)
                             ? " Rows of earlier runs keep the verdicts of the rule of theirs."
                             : "";
    if (!r->two_stage) {
        snprintf(out, 256, "Verdicts are per row, uncorrected: about 1 row in 20 will be wrong.%s",
                 others);
        return out;
    }
    char some[64] = "";
    size_t again = second_looks(r);
    if (r->late.looks)
        snprintf(some, sizeof some, " (%zu of %zu: then the time was up)", again,
                 again + r->late.looks);
    snprintf(out, 256,
             "Verdicts in two stages: every row briefly, then the conspicuous ones afresh%s; the "
             "chance of any false verdict among them is held at 2 %%.%s",
             some, others);
    return out;
}

/* What the time did not suffice for. */
static void time_caveat(const struct result *r, void (*say)(void *, const char *), void *context)
{
    char line[256];
    size_t planned = 0;
    for (size_t i = 0; i < r->metric_count; i++)
        planned += !r->metrics[i].taken_from;
    if (r->late.rows) {
        snprintf(line, sizeof line,
                 "The time ran out: %zu of %zu rows were not measured, or not to their end.",
                 r->late.rows, planned > r->late.rows ? planned : r->late.rows);
        say(context, line);
    }
    if (r->late.looks) {
        size_t all = second_looks(r) + r->late.looks;
        snprintf(line, sizeof line,
                 "%s %zu of %zu conspicuous rows were not measured again, and have no verdict.",
                 r->late.rows ? "Of those that were," : "The time ran out:", r->late.looks, all);
        say(context, line);
    }
}

static const char *fact(const struct result *r, const char *key)
{
    const char *value = result_fact(r, key);
    return value && strcmp(value, "unknown") != 0 ? value : NULL;
}

static void target_caveats(const struct result *r, void (*say)(void *, const char *), void *context)
{
    char line[256];
    for (size_t i = 0; i < r->target_count; i++) {
        const struct result_target *t = &r->targets[i];
        if (t->emulated) {
            snprintf(line, sizeof line,
                     "%s is emulated in software: no hypervisor's figures, and outside every mean.",
                     t->id);
            say(context, line);
        }
        if (result_crosses(r, i, 0)) {
            snprintf(line, sizeof line,
                     "%s runs on another machine than %s: the comparison crosses machines and "
                     "gives no verdict.",
                     t->id, r->targets[0].id);
            say(context, line);
        }
        if (t->clock_stepped || (t->flags & FLAG_CLOCK)) {
            snprintf(line, sizeof line, "The clock of %s %s.", t->id,
                     t->clock_stepped ? "stepped while it was measured: no verdicts"
                                      : "does not run like the host's");
            say(context, line);
        }
    }
}

/* Were exits measured on a KVM that is software? */
static bool interpreted_exits(const struct result *r)
{
    const char *kvm = fact(r, "kvm");
    for (size_t i = 0; kvm && strcmp(kvm, "kvm_pvm") == 0 && i < r->figure_count; i++) {
        const struct workload *w = r->metrics[r->figures[i].metric].row;
        if (w && w->subsystem == SUBSYSTEM_EXITS && r->figures[i].measured)
            return true;
    }
    return false;
}

/* A report of what the dashboard shows may hold rows of earlier runs. */
static void taken_caveat(const struct result *r, void (*say)(void *, const char *), void *context)
{
    size_t count = 0;
    int64_t oldest = INT64_MAX;
    for (size_t i = 0; i < r->metric_count; i++)
        if (r->metrics[i].taken_from) {
            count++;
            oldest = r->metrics[i].taken_from < oldest ? r->metrics[i].taken_from : oldest;
        }
    if (count == 0)
        return;
    char line[256], when[32];
    snprintf(line, sizeof line,
             "%zu of %zu rows are from earlier runs under the same conditions, the oldest of %s.",
             count, r->metric_count, store_time(when, sizeof when, oldest));
    say(context, line);
}

/* Figures of what took the place of the usual engine. */
static void fallback_caveats(const struct result *r, void (*say)(void *, const char *),
                             void *context)
{
    char what[FALLBACK_TEXT], line[FALLBACK_TEXT + 1];
    for (size_t i = 0; i < r->fact_count; i++)
        if (fallback_sentence(r->facts[i].key, r->facts[i].value, what)) {
            snprintf(line, sizeof line, "%s.", what);
            say(context, line);
        }
}

/* What else ran meanwhile, by the rule of the dashboard's "quiet?". */
static void load_caveat(const struct result *r, void (*say)(void *, const char *), void *context)
{
    const struct result_load *l = &r->load;
    char line[320];
    if (!l->busy)
        return;
    snprintf(
        line, sizeof line,
        "The machine was not quiet in %zu of %zu looks during the run (at the worst: %s); other "
        "programs used %.0f %% of a processor on average. Figures may be disturbed.",
        l->busy, l->looks, l->why[0] ? l->why : "no reason was given", 100 * l->others);
    say(context, line);
}

/* What the flag P stands for here: it has more than one cause. */
static void placement_caveat(const struct result *r, void (*say)(void *, const char *),
                             void *context)
{
    size_t shared = 0, last = SIZE_MAX, path[TARGETS_MAX] = {0};
    char line[320];
    for (size_t i = 0; i < r->comparison_count; i++) {
        const struct comparison *c = &r->comparisons[i];
        const struct workload *w = r->metrics[c->metric].row;
        const struct result_target *t = &r->targets[c->target], *base = &r->targets[c->reference];
        if (!(c->flags & FLAG_PLACEMENT) || ((t->flags | base->flags) & FLAG_PLACEMENT))
            continue; /* its limits say what its processors are */
        if (w && w->served && strcmp(t->path, base->path) != 0)
            path[c->target]++;
        else if (c->metric != last) { /* a row's comparisons stand together */
            last = c->metric;
            shared++;
        }
    }
    for (size_t t = 0; t < r->target_count; t++) {
        if (r->targets[t].flags & FLAG_PLACEMENT) {
            snprintf(line, sizeof line, "%s may have run on other processors than %s (P).",
                     r->targets[t].id, r->targets[0].id);
            say(context, line);
        }
        if (path[t]) {
            snprintf(line, sizeof line,
                     "%s is reached by another path than %s (%s, %s): %zu of its rows compare the "
                     "paths, too (P).",
                     r->targets[t].id, r->targets[0].id, r->targets[t].path, r->targets[0].path,
                     path[t]);
            say(context, line);
        }
    }
    if (shared) {
        snprintf(line, sizeof line,
                 "%zu row%s had every processor that there is: load, work and vmtax shared them, "
                 "with %s and guest%s alike (P).",
                 shared, shared == 1 ? "" : "s", r->target_count ? r->targets[0].id : "native",
                 r->target_count > 2 ? "s" : "");
        say(context, line);
    }
}

bool report_has_scores(const struct result *r)
{
    struct score scores[SCORES_MAX];
    return score_of(r, scores) > 0;
}

void report_scores(const struct result *r, void (*say)(void *, const char *), void *context)
{
    struct score scores[SCORES_MAX];
    char line[SCORE_TEXT];
    size_t count = score_of(r, scores);
    for (size_t i = 0; i < count; i++)
        say(context, score_sentence(r, &scores[i], line));
}

void report_caveats(const struct result *r, void (*say)(void *, const char *), void *context)
{
    char line[256];
    size_t stolen = 0;
    const char *hypervisor = fact(r, "hypervisor"), *governor = fact(r, "governor");
    const char *swap = fact(r, "swap"), *inside = fact(r, "inside");
    for (size_t i = 0; i < r->slot_count; i++)
        stolen += (r->slots[i].flags & FLAG_STEAL) || r->slots[i].steal > 0.01;
    if (r->partial)
        say(context, result_guests_left(r)
                         ? "The run was interrupted: this is what was measured until then."
                         : "The run ended with its last guest: this is what was measured until "
                           "then.");
    time_caveat(r, say, context);
    taken_caveat(r, say, context);
    if (hypervisor && strcmp(hypervisor, "none") != 0) {
        snprintf(line, sizeof line,
                 "Native is itself a guest (%s): its figures carry that hypervisor's cost, and the "
                 "guests' overhead is on top of it.",
                 hypervisor);
        say(context, line);
    }
    if (inside && strcmp(inside, "no sign of a container") != 0) {
        snprintf(line, sizeof line, "vmtax ran inside a container (%s).", inside);
        say(context, line);
    }
    if (stolen) {
        snprintf(line, sizeof line,
                 "The hypervisor below took more than 1 %% of the time in %zu of %zu slots.",
                 stolen, r->slot_count);
        say(context, line);
    }
    if (fact(r, "other_vmtax")) {
        snprintf(line, sizeof line,
                 "Another vmtax was running at the same time (%.120s): the figures are disturbed.",
                 fact(r, "other_vmtax"));
        say(context, line);
    }
    fallback_caveats(r, say, context);
    load_caveat(r, say, context);
    target_caveats(r, say, context);
    placement_caveat(r, say, context);
    if (interpreted_exits(r))
        say(context, "The exits are those of kvm_pvm, which interprets every instruction of such a "
                     "guest: they are not a processor's.");
    if (governor && strcmp(governor, "performance") != 0) {
        snprintf(line, sizeof line,
                 "The frequency governor is %s: figures follow the processor's mood; performance "
                 "would be steadier.",
                 governor);
        say(context, line);
    }
    if (swap && strcmp(swap, "in use") == 0)
        say(context, "Swap was in use: memory and disk rows may be disturbed.");
}
