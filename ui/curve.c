#include "ui/curve.h"

#include "score.h"
#include "ui/detail.h"
#include "ui/layout.h"
#include "ui/list.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The points */

static bool is_word(const char *at, size_t n, const char *name)
{
    size_t length = strlen(name);
    return n > length && strncmp(at, name, length) == 0 && at[length] == '=';
}

/* Parameters without the one along the axis and the processors. */
static void set_of(const struct curve *k, const char *params, char out[PARAMS_TEXT])
{
    size_t used = 0;
    out[0] = '\0';
    for (const char *at = params + strspn(params, " "); *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (!is_word(at, n, k->x) && !is_word(at, n, "cpus"))
            used += (size_t)snprintf(out + used, PARAMS_TEXT - used, "%s%.*s", used ? " " : "",
                                     (int)n, at);
        at += n;
    }
}

static bool has_cpus(const struct curve *k)
{
    const struct workload *w = workload_find(k->id);
    for (const struct param *p = w ? w->params : NULL; p && p->name; p++)
        if (strcmp(p->name, "cpus") == 0)
            return true;
    return false;
}

void curve_read(const struct curve *k, const struct snapshot *s, bool smp, struct curve_points *out)
{
    size_t list[SWEEP_MAX], count = 0, most = 0;
    uint64_t cpus = smp ? 0 : 1;
    *out = (struct curve_points){0};
    for (size_t i = 0; i < s->metric_count && count < SWEEP_MAX; i++)
        if (strcmp(s->metrics[i].workload->id, k->id) == 0 &&
            row_param(&s->metrics[i], "cpus", cpus) == cpus)
            list[count++] = i;
    for (size_t i = 0; i < count; i++) {
        char set[PARAMS_TEXT], other[PARAMS_TEXT];
        size_t alike = 0;
        set_of(k, s->metrics[list[i]].params, set);
        for (size_t j = 0; j < count; j++) {
            set_of(k, s->metrics[list[j]].params, other);
            alike += strcmp(set, other) == 0;
        }
        if (alike > most)
            memcpy(out->set, set, sizeof set);
        most = alike > most ? alike : most;
    }
    snprintf(out->fixed, sizeof out->fixed, "%s%s",
             !has_cpus(k) ? ""
             : smp        ? "cpus=0 "
                          : "cpus=1 ",
             out->set);
    struct sweep sweep = {.id = k->id, .x = k->x, .fixed = out->fixed};
    out->count = sweep_points(s, &sweep, out->metric);
}

double curve_score(const struct curve *k, const struct snapshot *s, const struct curve_points *p,
                   size_t target, uint64_t processors)
{
    struct score_sum sum = {.count = 0};
    for (size_t i = 0; i < p->count; i++) {
        const struct board_metric *m = &s->metrics[p->metric[i]];
        const struct figure_value *f = &m->cell[target].figure;
        score_add(&sum, processors, row_param(m, k->x, 0), f->measured ? f->value : (double)NAN);
    }
    return score_mean(&sum);
}

/* On all processors over on one; NAN: one of them is not measured, or in another session. */
static double cell_gain(const struct board_cell *one, const struct board_cell *all)
{
    bool together = one->live == all->live && one->taken_over == all->taken_over &&
                    (one->live || one->measured_at == all->measured_at);
    if (!together || !one->figure.measured || !all->figure.measured || !(one->figure.value > 0))
        return (double)NAN;
    return all->figure.value / one->figure.value;
}

void curve_gain(const struct curve *k, const struct snapshot *s, const struct curve_points *p,
                struct curve_gain *out)
{
    char fixed[2][sizeof p->fixed];
    size_t one[SWEEP_MAX], all[SWEEP_MAX], most = 0;
    double highest = 0;
    snprintf(fixed[0], sizeof fixed[0], "cpus=1 %s", p->set);
    snprintf(fixed[1], sizeof fixed[1], "cpus=0 %s", p->set);
    const struct sweep up = {.id = k->id, .x = k->x, .fixed = fixed[0]};
    const struct sweep smp = {.id = k->id, .x = k->x, .fixed = fixed[1]};
    size_t ones = sweep_points(s, &up, one), alls = sweep_points(s, &smp, all);
    *out = (struct curve_gain){.known = false};
    for (size_t t = 0; t < TARGETS_MAX; t++)
        out->ratio[t] = (double)NAN;
    for (size_t i = 0; i < ones * alls; i++) {
        const struct board_metric *a = &s->metrics[one[i / alls]], *b = &s->metrics[all[i % alls]];
        struct curve_gain g = {.known = true, .x = row_param(a, k->x, 0)};
        size_t count = 0;
        for (size_t t = 0; t < TARGETS_MAX; t++) {
            g.ratio[t] = t < s->target_count ? cell_gain(&a->cell[t], &b->cell[t]) : (double)NAN;
            count += isfinite(g.ratio[t]) ? 1 : 0;
        }
        double native = b->cell[0].figure.value;
        if (row_param(b, k->x, 0) != g.x || !isfinite(g.ratio[0]) || count < most ||
            (count == most && native <= highest))
            continue;
        most = count;
        highest = native;
        *out = g;
    }
}

static bool is_smp(const struct view *v)
{
    return v->other_view[0];
}

/* Is it a row that asks at a fixed rate, on one processor or on all? */
static bool is_at_rate(const struct curve *k, const struct board_metric *m, bool smp)
{
    uint64_t cpus = smp ? 0 : 1;
    return k->at_rate && strcmp(m->workload->id, k->at_rate) == 0 &&
           row_param(m, "cpus", cpus) == cpus;
}

/* What the cursor walks along: the points of the curve, or where there is none
 * the rows at a fixed rate. */
struct walk {
    struct curve_points points;
    bool at_rate;
};

static struct walk walk_of(const struct curve *k, const struct snapshot *s, const struct view *v)
{
    struct walk w = {.at_rate = false};
    struct curve_points *p = &w.points;
    curve_read(k, s, is_smp(v), p);
    if (p->count > 0)
        return w;
    for (size_t i = 0; i < s->metric_count && p->count < SWEEP_MAX; i++)
        if (is_at_rate(k, &s->metrics[i], is_smp(v)))
            p->metric[p->count++] = i;
    w.at_rate = p->count > 0;
    return w;
}

/* Has any of these rows a figure, of whichever target? */
static bool any_measured(const struct snapshot *s, const struct curve_points *p)
{
    for (size_t i = 0; i < p->count; i++)
        for (size_t t = 0; t < s->target_count; t++)
            if (s->metrics[p->metric[i]].cell[t].figure.measured)
                return true;
    return false;
}

/* Is there anything with the other number of processors? */
static bool has_other(const struct curve *k, const struct snapshot *s, const struct view *v)
{
    struct view other = *v;
    other.other_view[0] = !is_smp(v);
    if (!has_cpus(k))
        return false;
    struct walk w = walk_of(k, s, &other);
    return any_measured(s, &w.points);
}

static uint64_t processors(const struct snapshot *s, bool smp)
{
    if (!smp)
        return 1;
    uint64_t known = s->target_count > 0 ? s->targets[0].cpus : 0;
    uint64_t all = snapshot_processors(&s->host);
    return known ? known : all ? all : 1;
}

/* What the keys ask */

size_t curve_columns(const struct curve *k, const struct snapshot *s, const struct view *v)
{
    return walk_of(k, s, v).points.count;
}

size_t curve_metric(const struct curve *k, const struct snapshot *s, const struct view *v)
{
    struct walk w = walk_of(k, s, v);
    return v->column[0] < w.points.count ? w.points.metric[v->column[0]] : SIZE_MAX;
}

bool curve_word(const struct curve *k, const struct snapshot *s, const struct view *v, char *out,
                size_t size)
{
    row_word_or_subsystem(s, curve_metric(k, s, v), k->subsystem, out, size);
    return true;
}

/* "UP", "SMP"; nothing where the workload does not know processors. */
static const char *mode(const struct curve *k, bool smp)
{
    return !has_cpus(k) ? "" : smp ? "SMP" : "UP";
}

/* "score 2.10k, kvm 2.04k": made of several rows, so that no interval is known
 * of their relation.
 */
static void score_text(const struct curve *k, const struct snapshot *s, const struct view *v,
                       const struct curve_points *p, char *out, size_t size)
{
    size_t target = row_target(s, v);
    uint64_t from = processors(s, is_smp(v));
    char number[NUMBER_MAX], other[NUMBER_MAX];
    double native = curve_score(k, s, p, 0, from);
    double guest = target > 0 ? curve_score(k, s, p, target, from) : (double)NAN;
    if (isfinite(native) && isfinite(guest))
        snprintf(out, size, "score %s, %s %s%s", number_short(number, native),
                 s->targets[target].id, s->targets[target].emulated ? "~" : "",
                 number_short(other, guest));
    else if (isfinite(native))
        snprintf(out, size, "score %s", number_short(number, native));
    else
        out[0] = '\0';
}

/* "500/s: 0.21 ms; kvm 97.2±1.1 n8 P; p99 0.94 ms": the first such row on these
 * processors, in the order in which the frame keeps it when it is narrow. */
static void rate_text(const struct curve *k, const struct snapshot *s, const struct view *v,
                      char *out, size_t size)
{
    size_t target = row_target(s, v), i = 0, used;
    char figure[32], number[NUMBER_MAX], half[NUMBER_MAX], letters[FLAG_COUNT + 1];
    while (i < s->metric_count && !is_at_rate(k, &s->metrics[i], is_smp(v)))
        i++;
    if (i == s->metric_count || !s->metrics[i].cell[0].figure.measured)
        return;
    struct row native = row_read(s, i, 0), guest = row_read(s, i, target);
    snprintf(out, size, "%llu/s: %s", (unsigned long long)row_param(&s->metrics[i], "rate", 0),
             row_own_figure(&native, figure));
    used = strlen(out);
    if (target > 0 && guest.compared) {
        stats_flags(guest.flags & ~(uint32_t)FLAG_NESTED, letters);
        snprintf(out + used, size - used, "; %s %s%s%s n%zu%s%s", s->targets[target].id,
                 guest.emulated ? "~" : "", number_ratio(number, 6, guest.ratio, UNIT_PERCENT),
                 guest.emulated ? "" : row_half(&guest, UNIT_PERCENT, half), guest.n,
                 letters[0] ? " " : "", letters);
        used = strlen(out);
    }
    if (native.cell->figure.latency.known)
        snprintf(out + used, size - used, "; p99 %s ms",
                 number_short(number, native.cell->figure.latency.p99_us / 1000));
}

/* "runs: container, 4021 op/s now; 8 clients UP": the row that is being measured, if it is of this
 * panel. */
static bool running_text(const struct curve *k, const struct snapshot *s, char *out, size_t size)
{
    char now[REASON_TEXT], what[40];
    size_t metric = s->run.metric;
    if (!row_running(s, metric, now) || s->run.target >= s->target_count)
        return false;
    const struct board_metric *m = &s->metrics[metric];
    unsigned long long x = row_param(m, k->x, 0);
    if (k->at_rate && strcmp(m->workload->id, k->at_rate) == 0)
        snprintf(what, sizeof what, "%llu/s", (unsigned long long)row_param(m, "rate", 0));
    else if (strcmp(m->workload->id, k->id) == 0)
        snprintf(what, sizeof what, "%llu %s", x, x == 1 ? k->one : k->many);
    else
        return false;
    now[strcspn(now, ";")] = '\0'; /* the rest of it stands in the box, and at this point */
    snprintf(out, size, "runs: %.20s, %.40s; %s%s%s", s->targets[s->run.target].id, now, what,
             has_cpus(k) ? " " : "", mode(k, row_param(m, "cpus", 1) == 0));
    return true;
}

/* Boxes */

static void draw_graph(const struct curve *k, struct canvas *c, struct rect r,
                       const struct snapshot *s, const struct view *v, const struct curve_points *p)
{
    const struct hint top[] = {{has_cpus(k) ? ACTION_OTHER_VIEW : ACTION_AXIS, !has_cpus(k) ? NULL
                                                                               : is_smp(v)
                                                                                   ? " UP"
                                                                                   : " SMP"},
                               {has_cpus(k) ? ACTION_AXIS : ACTION_NONE, NULL},
                               {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_LEFT, "→ cursor"}, {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    const struct workload *w = workload_find(k->id);
    const struct sweep sweep = {.id = k->id,
                                .x = k->x,
                                .fixed = p->fixed,
                                .counts = true,
                                .one = k->one,
                                .many = k->many,
                                .bare = true};
    char note[128], below[128] = "";
    snprintf(note, sizeof note, "%s / %s ↑ %s%s%s", w ? workload_unit(w) : "", k->many,
             mode(k, is_smp(v)), p->set[0] && r.w >= 90 ? " " : "", r.w >= 90 ? p->set : "");
    if (k->score)
        score_text(k, s, v, p, below, sizeof below);
    if (k->at_rate)
        rate_text(k, s, v, below, sizeof below);
    running_text(k, s, below, sizeof below);
    struct box box = {.title = k->title,
                      .note = note,
                      .number = k->key,
                      .top = top,
                      .bottom = bottom,
                      .bottom_note = below[0] ? below : NULL,
                      .focus = true};
    struct rect in = widget_box(c, r, &box);
    int told = row_draw_paper(c, in, s, v, w);
    in.y += told;
    in.h -= told;
    if (p->count == 0 && has_other(k, s, v)) {
        struct page page = page_begin(c, in);
        page_textf(&page, STYLE_DIM, 0, "not measured on %s: %s shows the other",
                   is_smp(v) ? "all processors" : "one processor",
                   key_word(c->keymap, ACTION_OTHER_VIEW));
    } else if (p->count == 0) {
        list_nothing(c, in, s, v, k->subsystem);
    } else {
        sweep_draw(c, in, s, v, &sweep, 0, v->column[0]);
    }
}

/* Of a curve without points the row at a fixed rate, whole. */
static void draw_at_rate(const struct curve *k, struct canvas *c, struct rect r,
                         const struct snapshot *s, const struct view *v,
                         const struct curve_points *p)
{
    const struct hint top[] = {{ACTION_OTHER_VIEW, is_smp(v) ? " UP" : " SMP"},
                               {ACTION_TARGET, NULL},
                               {ACTION_UNITS, NULL},
                               {ACTION_NONE, NULL}};
    const struct hint bottom[] = {
        {p->count > 1 ? ACTION_LEFT : ACTION_OPEN, p->count > 1 ? "→ cursor" : NULL},
        {p->count > 1 ? ACTION_OPEN : ACTION_RUN, NULL},
        {p->count > 1 ? ACTION_RUN : ACTION_NONE, NULL},
        {ACTION_NONE, NULL}};
    char note[64], below[128];
    size_t metric = curve_metric(k, s, v);
    snprintf(note, sizeof note, "at a fixed rate %s", mode(k, is_smp(v)));
    if (metric < s->metric_count)
        snprintf(note, sizeof note, "at %llu requests a second %s",
                 (unsigned long long)row_param(&s->metrics[metric], "rate", 0), mode(k, is_smp(v)));
    if (!running_text(k, s, below, sizeof below))
        snprintf(below, sizeof below, "no row by %s is measured", k->many);
    struct box box = {.title = k->title,
                      .note = note,
                      .number = k->key,
                      .top = top,
                      .bottom = bottom,
                      .bottom_note = below,
                      .focus = true};
    detail_draw(c, widget_box(c, r, &box), s, v, metric);
}

static struct axis table_axis(const struct snapshot *s, const struct view *v, size_t metric)
{
    double percents[TARGETS_MAX];
    for (size_t t = 0; t < s->target_count; t++) {
        struct row r = row_read(s, metric, t);
        percents[t] = t > 0 && r.compared && !r.emulated ? 100 * r.ratio : (double)NAN;
    }
    return row_zoom(row_axis(percents, s->target_count), v->zoom[0]);
}

#define STATEMENTS_WIDTH 70 /* as wide as they can be */

/* Where the table's columns begin and how wide they are; 0: not there. */
struct table {
    int target, figure, mark, ratio, n, flags, latency, errors; /* latency: of each of three */
};

static struct table table_columns(int w, bool latency, bool errors)
{
    struct table t = {.target = w >= 60   ? 14
                                : w >= 40 ? 12
                                          : 2,
                      .figure = 8,
                      .ratio = 8,
                      .n = w >= 40 ? 6 : 0,
                      .flags = w >= 60 ? 4 : 0};
    int left = w - t.target - t.figure - t.ratio - t.n - t.flags;
    if (latency && left >= 8 * 3 + 8)
        t.latency = 8;
    else if (latency && left >= 7 * 3)
        t.latency = 7;
    /* Beside the mark, not in its place. */
    if (errors && left - 3 * 7 - 7 - 2 >= 6)
        t.latency = t.errors = 7;
    t.mark = left - 3 * t.latency - t.errors - 2;
    t.mark = t.mark < 6 ? 0 : t.mark > 44 ? 44 : t.mark;
    return t;
}

static void draw_latency(struct canvas *c, int y, int x, int w, const struct latency *l)
{
    const double values[] = {l->p50_us, l->p90_us, l->p99_us};
    for (int i = 0; i < 3; i++) {
        char number[NUMBER_MAX], text[32] = "—";
        bool ms = values[i] >= 1000;
        if (l->known)
            snprintf(text, sizeof text, "%s%s", number_short(number, values[i] / (ms ? 1000 : 1)),
                     ms ? "ms" : "µs");
        canvas_text_right(c, y, x + (i + 1) * w - 1, l->known ? STYLE_TEXT : STYLE_DIM, 0, text);
    }
}

/* On a groove with native as the ruler. */
static void draw_mark(struct canvas *c, int y, int x, int w, const struct axis *a,
                      const struct row *r)
{
    struct mark mark = row_mark(r);
    if (r->compared)
        widget_whisker(c, y, x, w, a, &mark);
}

static void draw_target(struct canvas *c, int y, struct rect in, const struct table *t,
                        const struct axis *a, const struct snapshot *s, const struct view *v,
                        size_t metric, size_t target)
{
    struct row r = row_read(s, metric, target);
    char number[NUMBER_MAX], text[32], letters[FLAG_COUNT + 1], reason[REASON_TEXT];
    int x = in.x + t->target;
    widget_target(c, y, in.x, t->target - 1, r.target);
    if (!r.measured) {
        row_own_reason(s, &r, c->keymap, reason);
        widget_cut(c, y, x, in.x + in.w - x, STYLE_DIM, 0, reason);
        return;
    }
    snprintf(text, sizeof text, "%s%s", r.emulated ? "~" : "",
             number_short(number, r.cell->figure.value));
    canvas_text_right(c, y, x + t->figure - 2, r.emulated ? STYLE_DIM : STYLE_TEXT, 0, text);
    x += t->figure;
    if (target > 0 && t->mark)
        draw_mark(c, y, x, t->mark, a, &r);
    else if (t->mark > 12 && r.metric->baseline_known)
        canvas_textf(c, y, x, STYLE_DIM, 0, "baseline %s",
                     number_short(number, r.metric->baseline_value));
    x += t->mark ? t->mark + 1 : 0;
    if (target > 0)
        widget_ratio(c, y, x, t->ratio, r.ratio, r.verdict,
                     v->unit == UNIT_RAW ? UNIT_PERCENT : v->unit, r.emulated);
    x += t->ratio;
    if (target > 0 && t->n && r.n > 0)
        canvas_textf(c, y, x + 1, STYLE_DIM, 0, "n%zu", r.n);
    x += t->n;
    if (target > 0 && t->flags)
        canvas_textf(c, y, x, STYLE_WARN, 0, "%.3s",
                     stats_flags(r.flags & ~(uint32_t)FLAG_NESTED, letters));
    x += t->flags;
    if (t->latency)
        draw_latency(c, y, x, t->latency, &r.cell->figure.latency);
    if (t->errors) {
        uint64_t errors = r.cell->figure.statements.errors;
        snprintf(text, sizeof text, "%llu", (unsigned long long)errors);
        canvas_text_right(c, y, x + 3 * t->latency + t->errors - 1,
                          errors ? STYLE_WARN : STYLE_TEXT, 0,
                          errors < 100000 ? text : number_short(number, (double)errors));
    }
}

static void draw_table(const struct curve *k, struct canvas *c, struct rect r,
                       const struct snapshot *s, const struct view *v, const struct curve_points *p)
{
    static const struct hint top[] = {
        {ACTION_WHY, NULL}, {ACTION_TARGET, NULL}, {ACTION_UNITS, NULL}, {ACTION_NONE, NULL}};
    char title[64];
    bool any = v->column[0] < p->count;
    size_t metric = any ? p->metric[v->column[0]] : SIZE_MAX;
    unsigned long long x = any ? row_param(&s->metrics[metric], k->x, 0) : 0;
    snprintf(title, sizeof title, "at %llu %s", x, x == 1 ? k->one : k->many);
    bool runs = s->run.active && s->run.metric == metric;
    const char *engine = any ? s->metrics[metric].engine : "";
    /* Drawn whole or not at all: the row's details have it, too. */
    struct box box = {.title = title,
                      .note = runs ? "runs now" : NULL,
                      .top = top,
                      .bottom_note = engine[0] ? engine : NULL};
    struct rect in = widget_box(c, r, &box);
    if (!any || in.h < 1)
        return;
    const struct workload *w = s->metrics[metric].workload;
    struct table t = table_columns(in.w, w->latency, k->errors);
    struct axis a = table_axis(s, v, metric);
    int y = in.y, at = in.x + t.target + t.figure;
    size_t chosen = row_target(s, v);
    if (in.h > 1) {
        struct rect former = canvas_clip(c, (struct rect){y, in.x, 1, in.w});
        canvas_text_right(c, y, at - 2, STYLE_DIM, 0, workload_unit(w));
        if (t.mark > 8)
            canvas_text(c, y, at, STYLE_DIM, 0, "vs native");
        at += t.mark + (t.mark ? 1 : 0) + t.ratio + t.n + t.flags;
        for (int i = 0; i < 3 && t.latency; i++)
            canvas_text_right(c, y, at + (i + 1) * t.latency - 1, STYLE_DIM, 0,
                              (const char *const[]){"p50", "p90", "p99"}[i]);
        if (t.errors)
            canvas_text_right(c, y, at + 3 * t.latency + t.errors - 1, STYLE_DIM, 0, "errors");
        canvas_unclip(c, former);
        y++;
    }
    for (size_t i = 0; i < s->target_count && y < in.y + in.h; i++) {
        if (y == in.y + in.h - 1 && i < chosen) /* the last line is the chosen one's */
            i = chosen;
        draw_target(c, y++, in, &t, &a, s, v, metric, i);
    }
    char text[STATEMENTS_TEXT];
    if (y < in.y + in.h && in.w >= STATEMENTS_WIDTH &&
        row_statements(&s->metrics[metric].cell[chosen].figure, text)) {
        struct rect former = canvas_clip(c, (struct rect){y, in.x, 1, in.w});
        canvas_textf(c, y, in.x, STYLE_DIM, 0, "%s %s", s->targets[chosen].id, text);
        canvas_unclip(c, former);
    }
}

/* The last row of a full table would be cut: as many as there are targets. */
static int table_rows(const struct curve *k, const struct snapshot *s)
{
    return (s->target_count > 2 ? (int)s->target_count : 2) + 3 + k->statements;
}

static void draw_gain(struct canvas *c, int y, int right, const struct board_target *t, double gain)
{
    char text[24], number[NUMBER_MAX];
    if (!isfinite(gain))
        return;
    snprintf(text, sizeof text, "%s×%s", t->emulated ? "~" : "", number_fit(number, 4, gain, 2));
    canvas_text_right(c, y, right, STYLE_DIM, 0, text);
}

/* Where each target's curve bends and how high it is; what all processors
 * bring. */
static void put_figure(struct canvas *c, int y, int right, const struct board_target *t,
                       double value)
{
    char number[NUMBER_MAX];
    number_short(number, value);
    widget_figure(c, y, right, isfinite(value) ? number : NULL, t->emulated);
}

static void draw_saturation(const struct curve *k, struct canvas *c, struct rect r,
                            const struct snapshot *s, const struct view *v,
                            const struct curve_points *p)
{
    struct curve_gain gain;
    char note[48];
    curve_gain(k, s, p, &gain);
    snprintf(note, sizeof note, gain.known ? "%s; SMP/UP at %llu" : "%s", mode(k, is_smp(v)),
             (unsigned long long)gain.x);
    struct box box = {.title = "saturation", .note = note};
    struct rect in = widget_box(c, r, &box);
    const int column = 7;
    int right = in.x + in.w - 1, score = k->score ? column : 0;
    if (in.h < 2)
        return;
    if (has_cpus(k))
        canvas_text_right(c, in.y, right, STYLE_DIM, 0, "SMP/UP");
    if (score)
        canvas_text_right(c, in.y, right - column, STYLE_DIM, 0, "score");
    canvas_text_right(c, in.y, right - column - score, STYLE_DIM, 0, "peak");
    canvas_text_right(c, in.y, right - 2 * column - score, STYLE_DIM, 0, "knee");
    for (size_t t = 0; t < s->target_count && (int)t + 1 < in.h; t++) {
        int y = in.y + 1 + (int)t;
        char number[NUMBER_MAX];
        size_t peak = sweep_peak(s, p->metric, p->count, t);
        struct knee knee = sweep_knee(s, p->metric, p->count, t);
        widget_target(c, y, in.x, in.w - 3 * column - score - 1, &s->targets[t]);
        if (knee.point != SIZE_MAX) {
            snprintf(number, sizeof number, "%s%llu", knee.rising ? ">" : "",
                     (unsigned long long)row_param(&s->metrics[knee.point], k->x, 0));
            canvas_text_right(c, y, right - 2 * column - score,
                              s->targets[t].emulated ? STYLE_DIM : STYLE_TEXT, 0, number);
        }
        put_figure(c, y, right - column - score, &s->targets[t],
                   peak == SIZE_MAX ? (double)NAN : s->metrics[peak].cell[t].figure.value);
        if (score)
            put_figure(c, y, right - column, &s->targets[t],
                       curve_score(k, s, p, t, processors(s, is_smp(v))));
        if (has_cpus(k))
            draw_gain(c, y, right, &s->targets[t], gain.ratio[t]);
    }
}

static void draw_row(struct canvas *c, struct rect r, const struct snapshot *s,
                     const struct view *v, size_t metric)
{
    struct box box = {.title = "this row"};
    detail_draw(c, widget_box(c, r, &box), s, v, metric);
}

/* The smallest terminals: a row for each point, with the chosen target's
 * relation. */
static void draw_text(const struct curve *k, struct canvas *c, struct rect area,
                      const struct snapshot *s, const struct view *v, const struct walk *walk)
{
    const struct curve_points *p = &walk->points;
    size_t target = row_target(s, v);
    struct rect in = {area.y, area.x + 1, area.h, area.w - 2};
    char figure[32], below[128] = "";
    if (in.h < 1 || in.w < 30)
        return;
    struct rect former = canvas_clip(c, in);
    int x = canvas_text(c, in.y, in.x, STYLE_STRONG, ATTR_BOLD, k->title);
    x = canvas_textf(c, in.y, x, STYLE_DIM, 0, " by %s  %s", walk->at_rate ? "rate" : k->many,
                     mode(k, is_smp(v)));
    if (running_text(k, s, below, sizeof below))
        below[strcspn(below, ";")] = '\0';
    else if (k->score)
        score_text(k, s, v, p, below, sizeof below);
    canvas_textf(c, in.y, x, STYLE_DIM, 0, "  %s", below);
    in.y++;
    in.h--;
    if (p->count == 0)
        list_nothing(c, in, s, v, k->subsystem);
    size_t first = widget_scroll(0, v->column[0], (size_t)(in.h > 0 ? in.h : 1), p->count);
    for (size_t i = first; i < p->count && (int)(i - first) < in.h; i++) {
        int y = in.y + (int)(i - first);
        size_t m = p->metric[i];
        struct row native = row_read(s, m, 0), r = row_read(s, m, target);
        widget_cursor(c, y, in.x, v->column[0] == i);
        canvas_textf(
            c, y, in.x, v->column[0] == i ? STYLE_STRONG : STYLE_TEXT, 0, "%4llu",
            (unsigned long long)row_param(&s->metrics[m], walk->at_rate ? "rate" : k->x, 0));
        if (s->run.active && s->run.metric == m)
            canvas_put(c, y, in.x + 6, glyph(c->glyphs, GLYPH_NOW), STYLE_STRONG, ATTR_BOLD);
        canvas_text(c, y, in.x + 8, STYLE_NATIVE, 0,
                    native.measured ? row_own_figure(&native, figure) : "—");
        if (target == 0)
            continue;
        widget_mark(c, y, in.x + 24, r.target);
        canvas_text(c, y, in.x + 26, r.emulated ? STYLE_DIM : STYLE_TEXT, 0,
                    r.measured ? row_own_figure(&r, figure) : "—");
        enum unit_mode unit = v->unit == UNIT_RAW ? UNIT_PERCENT : v->unit;
        widget_ratio(c, y, in.x + 38, 8, r.ratio, r.verdict, unit, r.emulated);
        canvas_text(c, y, in.x + 46, r.bounded ? STYLE_DIM : STYLE_WARN, 0,
                    r.emulated ? "excl"
                    : r.n      ? row_half(&r, unit, figure)
                               : "");
        if (r.n)
            canvas_textf(c, y, in.x + 53, STYLE_DIM, 0, "n%zu", r.n);
    }
    if (v->column[0] < p->count && (int)(p->count - first) < in.h)
        canvas_text(c, in.y + in.h - 1, in.x, STYLE_DIM, 0,
                    s->metrics[p->metric[v->column[0]]].engine);
    canvas_unclip(c, former);
}

static void draw_wide(const struct curve *k, struct canvas *c, struct rect area,
                      const struct snapshot *s, const struct view *v, const struct curve_points *p)
{
    struct rect part[2], right[3];
    int rows = table_rows(k, s);
    const struct part across[2] = {{.min = 60, .weight = 3, .priority = 2},
                                   {.min = 38, .weight = 2, .max = 76, .priority = 1}};
    const struct part down[3] = {{.min = rows, .max = rows + 1, .weight = 1, .priority = 3},
                                 {.min = rows, .max = rows + 1, .weight = 1, .priority = 2},
                                 {.min = 8, .weight = 2, .priority = 1}};
    layout_columns(area, across, 2, part);
    draw_graph(k, c, part[0], s, v, p);
    if (part[1].w == 0)
        return;
    layout_rows(part[1], down, 3, right);
    if (right[0].h > 0)
        draw_table(k, c, right[0], s, v, p);
    if (right[1].h > 0)
        draw_saturation(k, c, right[1], s, v, p);
    if (right[2].h > 0)
        draw_row(c, right[2], s, v, curve_metric(k, s, v));
}

void curve_draw(const struct curve *k, struct canvas *c, struct rect area, const struct snapshot *s,
                const struct view *v)
{
    struct walk w = walk_of(k, s, v);
    const struct curve_points *p = &w.points;
    enum size_class size = layout_area_size(area);
    struct rect part[2];
    if (size <= SIZE_TEXT) {
        draw_text(k, c, area, s, v, &w);
    } else if (w.at_rate) {
        draw_at_rate(k, c, area, s, v, p);
    } else if (v->expanded || p->count == 0) { /* of no point there is nothing more to say */
        draw_graph(k, c, area, s, v, p);
    } else if (size >= SIZE_WIDE) {
        draw_wide(k, c, area, s, v, p);
    } else {
        const struct part down[2] = {{.min = 10, .weight = 1, .priority = 2},
                                     {.min = table_rows(k, s), .priority = 1}};
        layout_rows(area, down, 2, part);
        draw_graph(k, c, part[0], s, v, p);
        if (part[1].h > 0)
            draw_table(k, c, part[1], s, v, p);
    }
}
