#include "ui/row.h"

#include "text.h"
#include "ui/prose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct row row_read(const struct snapshot *s, size_t metric, size_t target)
{
    const struct board_metric *m = &s->metrics[metric];
    const struct board_target *t = &s->targets[target];
    const struct board_cell *cell = &m->cell[target];
    struct row r = {
        .metric = m,
        .target = t,
        .cell = cell,
        .measured = cell->figure.measured,
        .ratio = NAN,
        .low = NAN,
        .high = NAN,
        .detectable = NAN,
        .emulated = t->emulated,
        .verdict = VERDICT_NOT_MEASURED,
        .stale = cell->figure.measured && !cell->live,
        .older = cell->figure.measured && cell->taken_over,
        .age_s = fmax(0, (double)s->clock - (double)cell->measured_at),
    };
    if (!cell->compared)
        return r;
    const struct comparison *c = &cell->comparison;
    r.verdict = c->verdict;
    r.flags = c->flags;
    r.emulated |= (c->flags & FLAG_EMULATED) != 0;
    if (c->estimate.n == 0 || !isfinite(c->estimate.centre) || c->verdict == VERDICT_NOT_MEASURED ||
        c->verdict == VERDICT_CANNOT)
        return r;
    r.compared = true;
    r.n = c->estimate.n;
    r.ratio = exp(c->estimate.centre);
    r.bounded = stats_telling(&c->estimate) && isfinite(c->estimate.low) &&
                isfinite(c->estimate.high);
    r.approximate = c->estimate.approximate;
    if (r.bounded) {
        r.low = exp(c->estimate.low);
        r.high = exp(c->estimate.high);
    }
    if (isfinite(c->detectable))
        r.detectable = stats_loss(c->detectable);
    r.brief = c->stage == 1;
    return r;
}

bool row_running(const struct snapshot *s, size_t metric, char out[REASON_TEXT])
{
    const struct board_run *run = &s->run;
    if (!run->active || metric >= s->metric_count || metric != run->metric)
        return false;
    const struct workload *w = s->metrics[metric].workload;
    bool measures = strcmp(run->phase, BOARD_PHASE_MEASURE) == 0;
    size_t last = run->rate_first + run->rate_count - 1;
    const struct board_rate *tick = run->rate_count ? &run->rate[last % BOARD_RATE_MAX] : NULL;
    char figure[32];
    if (measures && tick && tick->target == run->target && !tick->slot)
        snprintf(out, REASON_TEXT, "%s%s now",
                 run->target < s->target_count && s->targets[run->target].emulated ? "~" : "",
                 row_figure(w, tick->value, figure));
    else if (strcmp(run->phase, BOARD_PHASE_PREPARE) == 0 && w->preparing)
        snprintf(out, REASON_TEXT, "%s; %s", run->phase, w->preparing);
    else
        snprintf(out, REASON_TEXT, "%s", run->phase);
    return true;
}

static bool being_measured(const struct snapshot *s, size_t metric, char out[REASON_TEXT])
{
    char now[REASON_TEXT];
    if (!row_running(s, metric, now) || s->run.target >= s->target_count)
        return false;
    snprintf(out, REASON_TEXT, "being measured: %.20s, %.250s", s->targets[s->run.target].id, now);
    return true;
}

void row_reason(const struct snapshot *s, const struct row *r, const struct keymap *map,
                char out[REASON_TEXT])
{
    const char *reason = NULL;
    out[0] = '\0';
    if (r->cell->compared && r->cell->comparison.reason[0])
        reason = r->cell->comparison.reason;
    else if (r->cell->figure.reason[0])
        reason = r->cell->figure.reason;
    if (reason) {
        snprintf(out, REASON_TEXT, "%s", reason);
        return;
    }
    const struct board_target *t = r->target;
    switch (t->state) {
    case BOARD_TARGET_FAILED:
        snprintf(out, REASON_TEXT, "%s failed: %s", t->id, t->reason);
        return;
    case BOARD_TARGET_UNUSABLE:
        snprintf(out, REASON_TEXT, "%s cannot be used here: %s", t->id, t->reason);
        return;
    case BOARD_TARGET_STARTING:
        snprintf(out, REASON_TEXT, "%s is starting%s%s", t->id, t->reason[0] ? ": " : "",
                 t->reason);
        return;
    case BOARD_TARGET_OFF:
    case BOARD_TARGET_READY:
        break;
    }
    if (being_measured(s, (size_t)(r->metric - s->metrics), out))
        return;
    if (s->replayed)
        snprintf(out, REASON_TEXT, "not measured by this moment of the recording");
    else if (s->run.active)
        snprintf(out, REASON_TEXT,
                 "not measured yet: its turn comes in this run, or press %s later",
                 key_word(map, ACTION_RUN));
    else if (s->stored)
        snprintf(out, REASON_TEXT, "not measured in this stored result");
    else
        snprintf(out, REASON_TEXT, "not measured yet: %s runs it", key_word(map, ACTION_RUN));
}

void row_own_reason(const struct snapshot *s, const struct row *r, const struct keymap *map,
                    char out[REASON_TEXT])
{
    char now[REASON_TEXT];
    bool runs = being_measured(s, (size_t)(r->metric - s->metrics), now);
    row_reason(s, r, map, out);
    if (runs && r->target == &s->targets[s->run.target])
        snprintf(out, REASON_TEXT, "%s", now);
    else if (runs && strcmp(out, now) == 0)
        snprintf(out, REASON_TEXT, "not yet: %s runs", s->targets[s->run.target].id);
}

/* What was said of a row when it could not be measured; NULL: nothing. */
static const char *told(const struct board_metric *m, size_t targets)
{
    for (size_t t = 0; t < targets; t++) {
        const struct board_cell *cell = &m->cell[t];
        if (cell->compared && cell->comparison.reason[0])
            return cell->comparison.reason;
        if (!cell->figure.measured && cell->figure.reason[0])
            return cell->figure.reason;
    }
    return NULL;
}

void row_missing(const struct snapshot *s, const size_t *metrics, size_t count, const char *word,
                 const struct keymap *map, char out[REASON_TEXT])
{
    const char *why = NULL;
    bool turn = s->run.active && !s->replayed;
    for (size_t i = 0; i < count; i++)
        if (being_measured(s, metrics[i], out))
            return;
    for (size_t i = 0; i < count && !why; i++)
        why = told(&s->metrics[metrics[i]], s->target_count);
    size_t used = (size_t)snprintf(out, REASON_TEXT, "not measured%s%s",
                                   why           ? ": "
                                   : s->replayed ? " by this moment of the recording"
                                   : turn        ? " yet: its turn comes"
                                   : s->stored   ? " in this stored result"
                                                 : " yet",
                                   why ? why : "");
    if (turn || (why && s->run.active)) /* its reason may be that its turn comes */
        return;
    /* A picture of something stored may stand where there are no keys. */
    if (s->replayed || s->stored)
        snprintf(out + used, REASON_TEXT - used, "; `vmtax run %s` measures it", word);
    else
        snprintf(out + used, REASON_TEXT - used, "; %s measures it", key_word(map, ACTION_RUN));
}

/* One "name=value" of the canonical text, in place: labels are made for every row and frame. */
struct word {
    const char *name, *value;
    int name_n, value_n;
};

/* The word at or after at; returns what follows it, NULL if there is none. */
static const char *word_next(const char *at, struct word *w)
{
    while (*at == ' ')
        at++;
    if (!*at)
        return NULL;
    w->name = at;
    while (*at && *at != ' ' && *at != '=')
        at++;
    w->name_n = (int)(at - w->name);
    if (*at == '=')
        at++;
    w->value = at;
    while (*at && *at != ' ')
        at++;
    w->value_n = (int)(at - w->value);
    return at;
}

static bool is_name(const struct word *w, const char *name)
{
    return strncmp(w->name, name, (size_t)w->name_n) == 0 && !name[w->name_n];
}

static bool is_value(const struct word *w, const char *value)
{
    return strncmp(w->value, value, (size_t)w->value_n) == 0 && !value[w->value_n];
}

static bool same_span(const char *a, int a_n, const char *b, int b_n)
{
    return a_n == b_n && memcmp(a, b, (size_t)a_n) == 0;
}

/* Is this parameter the same in every point of the catalogue? Then it says nothing. */
static bool is_constant(const struct workload *workload, const struct word *w)
{
    for (const struct point *p = workload->points; p && p->params; p++) {
        struct word other = {0};
        const char *at = p->params;
        while ((at = word_next(at, &other)))
            if (same_span(other.name, other.name_n, w->name, w->name_n) &&
                same_span(other.value, other.value_n, w->value, w->value_n))
                break;
        if (!at)
            return false;
    }
    return workload->points && workload->points->params;
}

static size_t append(char *out, size_t used, size_t size, const char *text, size_t n)
{
    if (n > size - 1 - used)
        n = size - 1 - used;
    memcpy(out + used, text, n);
    out[used + n] = '\0';
    return used + n;
}

void row_params(const struct board_metric *m, char out[PARAMS_TEXT])
{
    struct word w = {0};
    size_t used = 0;
    out[0] = '\0';
    for (const char *at = m->params; (at = word_next(at, &w));) {
        const char *glue = " ", *text = w.value, *after = "";
        size_t n = (size_t)w.value_n;
        if (is_constant(m->workload, &w))
            continue;
        if (is_name(&w, "cpus")) {
            if (is_value(&w, "0"))
                text = "smp", n = 3;
            else if (is_value(&w, "1"))
                continue;
            else
                after = " cpus";
        } else if (is_name(&w, "placement")) {
            after = "-cpu";
        } else if (is_name(&w, "record")) {
            glue = "/";
        } else if (is_name(&w, "sync") || is_name(&w, "direct")) {
            if (is_value(&w, "none") || is_value(&w, "no"))
                continue;
            if (is_value(&w, "yes"))
                text = w.name, n = (size_t)w.name_n;
        } else if (is_name(&w, "size") && is_value(&w, "ref")) {
            continue; /* SPEC's usual one; the benchmark's name needs the room */
        }
        if (n + strlen(after) == 0)
            continue;
        if (used > 0)
            used = append(out, used, PARAMS_TEXT, glue, 1);
        used = append(out, used, PARAMS_TEXT, text, n);
        used = append(out, used, PARAMS_TEXT, after, strlen(after));
    }
}

void row_label(const struct board_metric *m, char out[LABEL_MAX])
{
    char params[PARAMS_TEXT];
    row_params(m, params);
    size_t used = append(out, 0, LABEL_MAX, m->workload->title, strnlen(m->workload->title, 30));
    if (params[0]) {
        used = append(out, used, LABEL_MAX, " ", 1);
        append(out, used, LABEL_MAX, params, strlen(params));
    }
}

void row_word(const struct board_metric *m, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", m->workload->id, m->params[0] ? ":" : "", m->params);
    for (char *p = out; *p; p++)
        if (*p == ' ')
            *p = ',';
}

void row_word_or_subsystem(const struct snapshot *s, size_t metric, enum subsystem sub, char *out,
                           size_t size)
{
    if (metric < s->metric_count)
        row_word(&s->metrics[metric], out, size);
    else
        text_copy(out, size, subsystems[sub].id);
}

uint64_t row_param(const struct board_metric *m, const char *name, uint64_t otherwise)
{
    return params_value(m->workload, m->params, name, otherwise);
}

size_t row_list(const struct snapshot *s, const struct view *v, enum subsystem sub,
                const char *prefix, size_t out[ROWS_MAX])
{
    size_t count = 0, length = strlen(prefix);
    for (size_t i = 0; i < s->metric_count && count < ROWS_MAX; i++) {
        const struct board_metric *m = &s->metrics[i];
        char label[LABEL_MAX];
        if ((sub != SUBSYSTEM_COUNT && m->workload->subsystem != sub) ||
            strncmp(m->workload->id, prefix, length) != 0)
            continue;
        if (v->filter[0]) {
            row_label(m, label);
            if (!strstr(label, v->filter) && !strstr(m->workload->id, v->filter))
                continue;
        }
        out[count++] = i;
    }
    return count;
}

struct mark row_mark(const struct row *r)
{
    return (struct mark){
        .value = r->ratio * 100,
        .low = r->low * 100,
        .high = r->high * 100,
        .bounded = r->bounded,
        .native = 100,
        .kind = r->target->kind,
        .emulated = r->emulated,
        .line = style_of_verdict(r->verdict),
    };
}

struct axis row_axis(const double *percents, size_t count)
{
    double low = 100, high = 100;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(percents[i]))
            continue;
        low = fmin(low, percents[i]);
        high = fmax(high, percents[i]);
    }
    /* The whole scale once something lost more than half, so that the loss looks like what it is;
     * else as near as the data allow, by steps that keep the axis from trembling while they come.
     */
    static const double floors[] = {95, 90, 80, 70, 50, 0};
    static const double ceilings[] = {102, 105, 110, 120, 150, 200};
    struct axis a = {.low = 0, .high = 200};
    for (size_t i = 0; i < sizeof floors / sizeof floors[0]; i++) {
        if (low >= floors[i]) {
            a.low = floors[i];
            break;
        }
    }
    for (size_t i = 0; i < sizeof ceilings / sizeof ceilings[0]; i++) {
        if (high <= ceilings[i]) {
            a.high = ceilings[i];
            break;
        }
    }
    if (a.low < 80 && a.high < 110)
        a.high = 110;
    return a;
}

struct axis row_zoom(struct axis fit, size_t level)
{
    static const struct axis ranges[ZOOM_LEVELS - 1] = {
        {.low = 95, .high = 102}, {.low = 90, .high = 105}, {.low = 75, .high = 110}, {0, 110, 0}};
    level %= ZOOM_LEVELS;
    return level == 0 ? fit : ranges[level - 1];
}

char *row_age(double seconds, char out[32])
{
    if (seconds >= 2 * 86400)
        snprintf(out, 32, "%.0f days", floor(seconds / 86400));
    else if (seconds >= 2 * 3600)
        snprintf(out, 32, "%.0f hours", floor(seconds / 3600));
    else
        snprintf(out, 32, "%.0f min", floor(seconds / 60));
    return out;
}

char *row_age_short(double seconds, char out[NUMBER_MAX])
{
    if (seconds >= 2 * 86400)
        snprintf(out, NUMBER_MAX, "%.0fd", fmin(999, floor(seconds / 86400)));
    else if (seconds >= 2 * 3600)
        snprintf(out, NUMBER_MAX, "%.0fh", floor(seconds / 3600));
    else
        snprintf(out, NUMBER_MAX, "%.0fm", floor(seconds / 60));
    return out;
}

/* Figures of a thousand and more read better in the next unit. */
static double scale_of(const struct workload *w, double value, const char **unit)
{
    *unit = workload_unit(w);
    if (w->figure == FIGURE_MB_PER_S && value >= 1000) {
        *unit = "GB/s";
        return 1000;
    }
    if (w->figure == FIGURE_TIME_MS && value >= 10000) {
        *unit = "s";
        return 1000;
    }
    if (w->figure == FIGURE_TIME_US && value >= 10000) {
        *unit = "ms";
        return 1000;
    }
    if (w->figure == FIGURE_TIME_NS && value >= 10000) {
        *unit = "µs";
        return 1000;
    }
    return 1;
}

char *row_figure(const struct workload *w, double value, char out[32])
{
    char number[NUMBER_MAX];
    const char *unit;
    double scale = scale_of(w, value, &unit);
    snprintf(out, 32, "%s %s", number_short(number, value / scale), isfinite(value) ? unit : "");
    return out;
}

char *row_own_figure(const struct row *r, char out[32])
{
    char figure[32];
    snprintf(out, 32, "%s%.28s", r->emulated ? "~" : "",
             row_figure(r->metric->workload, r->cell->figure.value, figure));
    return out;
}

char *row_range(const struct workload *w, double value, double low, double high, char out[32])
{
    char a[NUMBER_MAX], b[NUMBER_MAX];
    const char *unit;
    double scale = scale_of(w, value, &unit);
    snprintf(out, 32, "%.8s–%.8s", number_short(a, low / scale), number_short(b, high / scale));
    return out;
}

bool row_statements(const struct figure_value *f, char out[STATEMENTS_TEXT])
{
    const struct statements *s = &f->statements;
    char all[NUMBER_MAX], reads[NUMBER_MAX], writes[NUMBER_MAX], others[NUMBER_MAX];
    if (!f->measured || !s->transactions)
        return false;
    snprintf(out, STATEMENTS_TEXT, "%s/s: %s read, %s write, %s other; errors %llu",
             number_short(all, figure_statements_per_s(f, statements_queries(s))),
             number_short(reads, figure_statements_per_s(f, s->reads)),
             number_short(writes, figure_statements_per_s(f, s->writes)),
             number_short(others, figure_statements_per_s(f, s->others)),
             (unsigned long long)s->errors);
    return true;
}

char *row_half(const struct row *r, enum unit_mode unit, char out[NUMBER_MAX])
{
    char number[NUMBER_MAX];
    out[0] = '\0';
    if (r->compared && r->bounded)
        snprintf(out, NUMBER_MAX, "±%.8s", number_half_width(number, 4, r->low, r->high, unit));
    else if (r->compared)
        snprintf(out, NUMBER_MAX, "±?");
    return out;
}

const char *row_ratio_heading(enum unit_mode unit, bool figures)
{
    if (unit == UNIT_RAW && !figures)
        return "guest";
    return unit == UNIT_TIMES ? "× time" : "% nat";
}

const char *row_half_heading(enum unit_mode unit, bool figures)
{
    return unit == UNIT_RAW && !figures ? "% nat" : "95%";
}

char *row_detectable(const struct row *r, char out[NUMBER_MAX])
{
    out[0] = '\0';
    if (r->compared && isfinite(r->detectable)) {
        double percent = r->detectable * 100;
        snprintf(out, NUMBER_MAX, percent < 9.95 ? "%.1f%%" : "%.0f%%", percent);
    }
    return out;
}

char *row_finds(const struct row *r, char out[NUMBER_MAX])
{
    char number[NUMBER_MAX];
    row_detectable(r, number);
    snprintf(out, NUMBER_MAX, r->brief && number[0] ? "(%.12s)" : "%.12s", number);
    return out;
}

void row_draw_ratio(struct canvas *c, int y, int x, int w, const struct row *r, enum unit_mode unit)
{
    if (unit == UNIT_RAW && r->measured) {
        char figure[32];
        row_own_figure(r, figure);
        enum style s = r->compared && !r->emulated ? style_of_verdict(r->verdict) : STYLE_DIM;
        int columns = canvas_columns(figure);
        if (columns < w) {
            canvas_text_right(c, y, x + w - 2, s, 0, figure);
            bool judged = r->compared && !r->emulated;
            canvas_put(c, y, x + w - 1,
                       judged ? glyph(c->glyphs, glyph_of_verdict(r->verdict)) : ' ', s,
                       judged ? attr_of_verdict(r->verdict) : 0);
            return;
        }
    }
    widget_ratio(c, y, x, w, r->ratio, r->verdict, unit, r->emulated);
}

bool row_subsystem_exists(enum subsystem sub)
{
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        if (w->subsystem == sub && w->figure != FIGURE_NONE)
            return true;
    return false;
}

size_t row_subsystem_rows(enum subsystem sub, enum profile profile)
{
    size_t count = 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        if (w->subsystem != sub || w->figure == FIGURE_NONE ||
            (w->profiles && !(w->profiles & profile)) || (w->needs & NEED_SPEC))
            continue; /* those of no profile are measured when their subsystem is, but for SPEC's */
        if (!w->points)
            count++;
        for (const struct point *p = w->points; p && p->params; p++)
            count += (p->profiles & profile) != 0;
    }
    return count;
}

size_t row_target(const struct snapshot *s, const struct view *v)
{
    if (v->target > 0 && v->target < s->target_count)
        return v->target;
    return s->target_count > 1 ? 1 : 0;
}

bool row_any(const struct snapshot *s, size_t target)
{
    for (size_t i = 0; i < s->metric_count; i++)
        for (size_t t = 0; t < s->target_count; t++)
            if ((target == SIZE_MAX || t == target) && s->metrics[i].cell[t].figure.measured)
                return true;
    return false;
}

double row_paper(const struct snapshot *s, const struct workload *w, const char *kind)
{
    static const char *const kinds[PAPER_COLUMNS] = {[PAPER_NATIVE] = "native",
                                                     [PAPER_OPENVZ] = "openvz",
                                                     [PAPER_XEN] = "xen",
                                                     [PAPER_KVM] = "kvm"};
    const struct paper_row *row = s->paper ? paper_find(s->paper, w) : NULL;
    for (size_t i = 0; row && i < PAPER_COLUMNS; i++)
        if (strcmp(kinds[i], kind) == 0)
            return row->us[i];
    return NAN;
}

double row_paper_relation(const struct snapshot *s, const struct workload *w, const char *params,
                          const char *kind)
{
    return s->paper ? paper_relation(s->paper, w, params, paper_column_of(kind)) : NAN;
}

int row_draw_paper(struct canvas *c, struct rect in, const struct snapshot *s, const struct view *v,
                   const struct workload *w)
{
    const struct paper_stated *stated = v->paper && s->paper && w
                                            ? paper_stated_find(s->paper, w, "", PAPER_COLUMNS)
                                            : NULL;
    char text[sizeof stated->text + 16];
    if (!stated || in.h < 4)
        return 0;
    snprintf(text, sizeof text, "paper 2010: %s", stated->text);
    in.h /= 3;
    in.h = in.h < 1 ? 1 : in.h;
    return prose(c, in, STYLE_DIM, 0, text);
}

void row_draw_ghosts(struct canvas *c, int y, int x, int w, const struct axis *a,
                     const struct snapshot *s, const struct workload *wl, const char *params)
{
    static const struct {
        const char *kind;
        uint32_t letter;
    } guests[] = {{"openvz", 'o'}, {"xen", 'x'}, {"kvm", 'k'}};
    for (size_t i = 0; i < sizeof guests / sizeof guests[0]; i++) {
        int off,
            at = axis_column(a, w, 100 * row_paper_relation(s, wl, params, guests[i].kind), &off);
        if (at >= 0)
            canvas_put(c, y, x + at, off < 0 ? glyph(c->glyphs, GLYPH_OFF_LEFT) : guests[i].letter,
                       STYLE_DIM, 0);
    }
}

void row_draw_mark(struct canvas *c, int y, int x, int w, const struct axis *a, const struct row *r)
{
    int off, at = axis_column(a, w, r->ratio * 100, &off);
    enum glyph g = off ? (off < 0 ? GLYPH_OFF_LEFT : GLYPH_OFF_RIGHT)
                       : glyph_of_kind(r->target->kind, !r->bounded || r->emulated);
    if (at >= 0)
        canvas_put(c, y, x + at, glyph(c->glyphs, g), style_of_kind(r->target->kind),
                   attr_of_mark(r->emulated));
}
