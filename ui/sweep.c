#include "ui/sweep.h"

#include "text.h"
#include "ui/prose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool has_word(const char *params, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = params; *at;) {
        size_t n = strcspn(at, " ");
        if (n == length && memcmp(at, word, n) == 0)
            return true;
        at += n;
        at += strspn(at, " ");
    }
    return false;
}

static bool has_all(const char *params, const char *fixed)
{
    char word[PARAMS_TEXT];
    for (fixed += strspn(fixed, " "); *fixed; fixed += strspn(fixed, " ")) {
        size_t n = strcspn(fixed, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, fixed);
        if (!has_word(params, word))
            return false;
        fixed += n;
    }
    return true;
}

size_t sweep_points(const struct snapshot *s, const struct sweep *w, size_t out[SWEEP_MAX])
{
    size_t count = 0;
    uint64_t at[SWEEP_MAX];
    for (size_t i = 0; i < s->metric_count && count < SWEEP_MAX; i++) {
        const struct board_metric *m = &s->metrics[i];
        if (strcmp(m->workload->id, w->id) != 0 || !has_all(m->params, w->fixed))
            continue;
        uint64_t x = row_param(m, w->x, 0);
        size_t k = count++;
        for (; k > 0 && at[k - 1] > x; k--) {
            at[k] = at[k - 1];
            out[k] = out[k - 1];
        }
        at[k] = x;
        out[k] = i;
    }
    return count;
}

static char *size_text(const struct sweep *w, uint64_t bytes, char out[16])
{
    if (w->linear || w->counts)
        snprintf(out, 16, "%llu", (unsigned long long)bytes);
    else if (bytes >= 1 << 30 && bytes % (1 << 30) == 0)
        snprintf(out, 16, "%lluG", (unsigned long long)bytes >> 30);
    else if (bytes >= 1 << 20 && bytes % (1 << 20) == 0)
        snprintf(out, 16, "%lluM", (unsigned long long)bytes >> 20);
    else if (bytes >= 1 << 10)
        snprintf(out, 16, "%lluk", (unsigned long long)bytes >> 10);
    else
        snprintf(out, 16, "%llu", (unsigned long long)bytes);
    return out;
}

/* What is known of the point with the cursor, in one row. */
static void draw_point(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                       const struct view *v, const struct sweep *sweep, size_t metric)
{
    char size[16], native[32] = "—", guest[32] = "", half[NUMBER_MAX], rest[NUMBER_MAX + 24];
    const struct board_metric *m = &s->metrics[metric];
    size_t target = row_target(s, v);
    struct row r = row_read(s, metric, target);
    if (m->cell[0].figure.measured)
        row_figure(m->workload, m->cell[0].figure.value, native);
    if (target > 0 && r.measured)
        row_own_figure(&r, guest);
    size_text(sweep, row_param(m, sweep->x, 0), size);
    /* What does not fit is left out whole: of the figures native's first. */
    int left = w - canvas_columns(size) - 1 - (target > 0 ? canvas_columns(guest) + 8 : 0);
    int at = canvas_textf(c, y, x, STYLE_STRONG, ATTR_BOLD, "%s ", size);
    if (canvas_columns(native) + 1 <= left) {
        at = canvas_textf(c, y, at, STYLE_NATIVE, 0, "%s ", native);
        left -= canvas_columns(native) + 1;
    }
    if (target == 0)
        return;
    at = canvas_text(c, y, at, style_of_kind(r.target->kind), 0, r.measured ? guest : "—");
    if (left < 0)
        return;
    widget_ratio(c, y, at, 8, r.ratio, r.verdict, v->unit == UNIT_RAW ? UNIT_PERCENT : v->unit,
                 r.emulated);
    snprintf(rest, sizeof rest, "%s n%zu", row_half(&r, v->unit, half), r.n);
    if (canvas_columns(rest) <= left)
        canvas_text(c, y, at + 8, STYLE_DIM, 0, rest);
}

size_t sweep_metric(const struct snapshot *s, const struct view *v, const struct sweep *w)
{
    size_t points[SWEEP_MAX], count = sweep_points(s, w, points);
    return v->column[v->box] < count ? points[v->column[v->box]] : SIZE_MAX;
}

size_t sweep_peak(const struct snapshot *s, const size_t *points, size_t count, size_t target)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct figure_value *f = &s->metrics[points[i]].cell[target].figure;
        if (f->measured && isfinite(f->value) &&
            (best == SIZE_MAX || f->value > s->metrics[best].cell[target].figure.value))
            best = points[i];
    }
    return best;
}

struct knee sweep_knee(const struct snapshot *s, const size_t *points, size_t count, size_t target)
{
    size_t peak = sweep_peak(s, points, count, target), measured = 0, last = SIZE_MAX;
    struct knee k = {.point = SIZE_MAX};
    for (size_t i = 0; i < count; i++) {
        const struct figure_value *f = &s->metrics[points[i]].cell[target].figure;
        if (!f->measured || !isfinite(f->value))
            continue;
        measured++;
        last = points[i];
        if (k.point == SIZE_MAX &&
            f->value >= SWEEP_KNEE * s->metrics[peak].cell[target].figure.value)
            k.point = points[i];
    }
    if (measured < 2)
        return (struct knee){.point = SIZE_MAX};
    k.rising = k.point == last;
    return k;
}

/* A dotted line over the whole height at column x. */
static void draw_vertical(struct canvas *c, const struct rect *g, int x, enum style s)
{
    for (int y = 0; y < g->h; y++)
        canvas_put(c, g->y + y, x, glyph(c->glyphs, GLYPH_BOUNDARY), s, 0);
}

/* Where native's knee stands in words: beside the foot of its line, which is drawn before, or that
 * there is none. */
static void draw_knee(struct canvas *c, const struct rect *g, int x, const struct snapshot *s,
                      const struct sweep *w, const struct knee *knee)
{
    char text[48];
    uint64_t value = row_param(&s->metrics[knee->point], w->x, 0);
    snprintf(text, sizeof text, "%s %llu %s", knee->rising ? "no knee up to" : "knee at",
             (unsigned long long)value, value == 1 ? w->one : w->many);
    int n = canvas_columns(text), y = g->y + g->h - 1;
    if (x + 2 + n <= g->x + g->w)
        canvas_text(c, y, x + 2, STYLE_DIM, 0, text);
    else if (x - 1 - n >= g->x)
        canvas_text(c, y, x - 1 - n, STYLE_DIM, 0, text);
}

/* The column of each cache's size; -1: beyond the axis, or not known. */
static int cache_column(const struct rect *g, const struct axis *ax, const struct snapshot *s,
                        size_t level)
{
    double size = (double)s->host.cache_bytes[level];
    int off, x = size > 0 ? axis_column(ax, g->w, size, &off) : -1;
    return x < 0 || off ? -1 : g->x + x;
}

/* Two maxima have no interval for their relation: what is said of it is the row's of the guest's.
 */
void sweep_draw_peaks(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                      const struct view *v, const size_t *points, size_t count)
{
    size_t target = row_target(s, v), native = sweep_peak(s, points, count, 0);
    size_t guest = target > 0 ? sweep_peak(s, points, count, target) : SIZE_MAX;
    char number[NUMBER_MAX];
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    int end = x + w;
    x = canvas_text(c, y, x, STYLE_DIM, 0, "peak ");
    if (native != SIZE_MAX)
        x = canvas_textf(c, y, x, STYLE_NATIVE, 0, "%s  ",
                         number_short(number, s->metrics[native].cell[0].figure.value));
    if (guest != SIZE_MAX) {
        const struct board_target *t = &s->targets[target];
        double value = s->metrics[guest].cell[target].figure.value;
        widget_mark(c, y, x, t);
        x = canvas_textf(c, y, x + 2, t->emulated ? STYLE_DIM : STYLE_TEXT, 0, "%s%s",
                         t->emulated ? "~" : "", number_short(number, value));
        struct row r = row_read(s, guest, target);
        char half[NUMBER_MAX], tail[2 * NUMBER_MAX + FLAG_COUNT + 24], letters[FLAG_COUNT + 1];
        snprintf(tail, sizeof tail, "  %s%s%s n%zu %s", t->emulated ? "~" : "",
                 number_ratio(number, 6, r.ratio, UNIT_PERCENT),
                 t->emulated ? "" : row_half(&r, UNIT_PERCENT, half), r.n,
                 stats_flags(r.flags & ~(uint32_t)FLAG_NESTED, letters));
        if (r.compared && x + canvas_columns(tail) <= end)
            canvas_text(c, y, x, STYLE_DIM, 0, tail);
    }
    canvas_unclip(c, former);
}

/* The paper's peaks as letters at the right, scaled to today's native. */
static void draw_stated(struct canvas *c, const struct rect *g, const struct axis *ay,
                        const struct snapshot *s, const size_t *points, size_t count)
{
    static const struct {
        const char *kind;
        uint32_t letter;
    } guests[] = {{"openvz", 'o'}, {"xen", 'x'}, {"kvm", 'k'}};
    size_t native = sweep_peak(s, points, count, 0);
    int taken = -1;
    for (size_t i = 0; native != SIZE_MAX && i < sizeof guests / sizeof guests[0]; i++) {
        double relation = row_paper_relation(s, s->metrics[native].workload,
                                             s->metrics[native].params, guests[i].kind);
        int row = axis_row(ay, g->h, relation * s->metrics[native].cell[0].figure.value);
        if (row < 0)
            continue;
        int x = g->x + g->w - 2 - (row == taken ? (int)i : 0); /* two of one height: side by side */
        canvas_put(c, g->y + row, x, guests[i].letter, STYLE_DIM, 0);
        taken = row;
    }
}

/* Each point is a target for the mouse as far as half of the way to its neighbours. */
static void make_clickable(struct canvas *c, const struct rect *g, const struct axis *ax,
                           const double *xs, size_t count, size_t box)
{
    int from = g->x;
    for (size_t i = 0; i < count; i++) {
        int at = g->x + axis_column(ax, g->w, xs[i], NULL), end = g->x + g->w;
        if (i + 1 < count)
            end = (at + g->x + axis_column(ax, g->w, xs[i + 1], NULL) + 1) / 2;
        canvas_hit_row(c, (struct rect){g->y, from, g->h + 2, end - from}, box, 0, i);
        from = end;
    }
}

/* Each guest's mark where its line ends, that of the chosen one first; two that end in one row
 * stand side by side, and a third in a row beside it. rows: -1 without a line. */
static void draw_marks(struct canvas *c, const struct rect *g, int x, const struct snapshot *s,
                       const int rows[TARGETS_MAX], size_t chosen)
{
    static const struct {
        int y, x;
    } places[] = {{0, 0}, {0, 1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {2, 0}, {-2, 0}};
    struct {
        int y, x;
    } taken[TARGETS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->target_count; i++) {
        size_t t = i == 0 ? chosen : i;
        if (t == 0 || t >= s->target_count || (i > 0 && t == chosen) || rows[t] < 0)
            continue;
        for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
            int y = rows[t] + places[p].y, column = x + places[p].x;
            bool is_free = y >= 0 && y < g->h;
            for (size_t k = 0; k < count; k++)
                is_free = is_free && (taken[k].y != y || taken[k].x != column);
            if (!is_free)
                continue;
            taken[count].y = y;
            taken[count++].x = column;
            widget_mark(c, g->y + y, column, &s->targets[t]);
            break;
        }
    }
}

/* Labels beside the curves, each in a row of its own; where two meet, the ends go first. */
static void draw_ticks(struct canvas *c, const struct rect *g, const struct axis *a,
                       const double *ticks, size_t count, double by)
{
    int last = count ? axis_row(a, g->h, ticks[count - 1]) : -1, taken = -1;
    for (size_t i = 0; i < count; i++) {
        char number[NUMBER_MAX];
        int row = axis_row(a, g->h, ticks[i]);
        if (row == taken || (row == last && i + 1 < count))
            continue;
        taken = row;
        canvas_text_right(c, g->y + row, g->x - 2, STYLE_DIM, 0,
                          number_short(number, ticks[i] / by));
    }
}

/* Nothing but a cache's line is there. */
static bool is_free(const struct canvas *c, int y, int x)
{
    const struct cell *cell = &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
    return cell->ch == ' ' || cell->style == STYLE_GROOVE;
}

static bool names_fit(const struct canvas *c, int y, const int columns[BOARD_CACHES])
{
    for (size_t i = 0; i < BOARD_CACHES; i++)
        if (columns[i] > 0 && !(is_free(c, y, columns[i] - 1) && is_free(c, y, columns[i])))
            return false;
    return true;
}

/* Names of the caches above their lines, or all of them below if the curve is above. columns: -1,
 * nowhere. */
static void draw_caches(struct canvas *c, const struct rect *g, const int columns[BOARD_CACHES])
{
    int y = g->y, below = g->y + g->h - 1;
    if (!names_fit(c, y, columns) && names_fit(c, below, columns))
        y = below;
    for (size_t i = 0; i < BOARD_CACHES; i++)
        if (columns[i] > 0)
            canvas_textf(c, y, columns[i] - 1, STYLE_DIM, 0, "L%zu", i + 1);
}

void sweep_draw(struct canvas *c, struct rect in, const struct snapshot *s, const struct view *v,
                const struct sweep *w, size_t box, size_t selected)
{
    bool log_axis = v->log_axis[box];
    size_t points[SWEEP_MAX], count = sweep_points(s, w, points);
    if (in.h < 5 || in.w < 24)
        return;
    double xs[SWEEP_MAX], ys[TARGETS_MAX][SWEEP_MAX], all[SWEEP_MAX * TARGETS_MAX];
    size_t values = 0;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        xs[i] = (double)row_param(&s->metrics[points[i]], w->x, 1);
        for (size_t t = 0; t < s->target_count; t++) {
            const struct figure_value *f = &s->metrics[points[i]].cell[t].figure;
            ys[t][i] = f->measured ? f->value : NAN;
            any = any || f->measured;
            all[values++] = ys[t][i];
        }
    }
    if (!any) {
        char why[REASON_TEXT];
        struct page p = page_begin(c, in);
        row_missing(s, points, count, w->id, c->keymap, why);
        page_text(&p, STYLE_DIM, 0, why);
        return;
    }
    struct axis ay = axis_over(all, values, log_axis ? NAN : 0, log_axis);
    struct axis ax = {.low = xs[0], .high = xs[count - 1], .log = !w->linear};
    if (!(ax.high > ax.low)) {
        ax.low = xs[0] / 2;
        ax.high = xs[0] * 2;
    }
    int left = 6, right = 2, below = w->bare ? 2 : 3;
    struct rect g = {in.y, in.x + left, in.h - below, in.w - left - right};
    if (g.h < 2 || g.w < 8)
        return;
    struct rect former = canvas_clip(c, in);
    make_clickable(c, &g, &ax, xs, count, box);
    /* Lines lie below the curves, words above them. */
    for (size_t i = 0; w->caches && i < BOARD_CACHES; i++) {
        int x = cache_column(&g, &ax, s, i);
        if (x >= 0)
            draw_vertical(c, &g, x, STYLE_GROOVE);
    }
    struct knee knee = {.point = SIZE_MAX};
    int knee_x = 0;
    if (w->many)
        knee = sweep_knee(s, points, count, 0);
    if (knee.point != SIZE_MAX) {
        double value = (double)row_param(&s->metrics[knee.point], w->x, 0);
        knee_x = g.x + axis_column(&ax, g.w, value, NULL);
    }
    if (knee.point != SIZE_MAX && !knee.rising)
        draw_vertical(c, &g, knee_x, STYLE_GROOVE);
    if (selected < count)
        draw_vertical(c, &g, g.x + axis_column(&ax, g.w, xs[selected], NULL), STYLE_STRONG);
    struct plot p;
    plot_init(&p, g.h, g.w);
    int rows[TARGETS_MAX];
    size_t chosen = row_target(s, v);
    /* Of a single point native is a level all the same, and the guests' marks stand over it. */
    bool single = count == 1;
    const double ends[2] = {ax.low, ax.high}, level[2] = {ys[0][0], ys[0][0]};
    int middle = single ? g.x + axis_column(&ax, g.w, xs[0], NULL) : 0;
    plot_dotted(&p, &ax, &ay, single ? ends : xs, single ? level : ys[0], single ? 2 : count,
                STYLE_NATIVE);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t t = 1; t < s->target_count; t++)
            if ((t == chosen) == (pass == 1))
                rows[t] = (s->targets[t].emulated ? plot_dashed : plot_series)(
                    &p, &ax, &ay, xs, ys[t], count, style_of_kind(s->targets[t].kind));
    plot_dotted(&p, &ax, &ay, single ? ends : xs, single ? level : ys[0], single ? 2 : count,
                STYLE_NATIVE);
    plot_blit(&p, c, g.y, g.x);
    plot_release(&p);
    int caches[BOARD_CACHES];
    for (size_t i = 0; i < BOARD_CACHES; i++)
        caches[i] = w->caches ? cache_column(&g, &ax, s, i) : -1;
    draw_caches(c, &g, caches);
    if (knee.point != SIZE_MAX)
        draw_knee(c, &g, knee_x, s, w, &knee);
    if (w->peaks && v->paper && !w->smp)
        draw_stated(c, &g, &ay, s, points, count);
    draw_marks(c, &g, single ? middle : g.x + g.w, s, rows, chosen);
    double ticks[8];
    size_t tick_count = axis_ticks(&ay, g.h >= 8 ? 4 : 2, ticks, 8);
    bool giga = workload_unit(s->metrics[points[0]].workload)[0] == 'M' && ay.high >= 2000;
    draw_ticks(c, &g, &ay, ticks, tick_count, giga ? 1000 : 1);
    /* Sizes, each under its point, while they do not touch; the ends first. */
    int y = g.y + g.h, taken = in.x;
    char text[16];
    size_text(w, (uint64_t)xs[count - 1], text);
    int last = single ? middle : g.x + g.w - canvas_columns(text);
    canvas_text(c, y, last, STYLE_DIM, 0, text);
    for (size_t i = 0; i + 1 < count; i++) {
        size_text(w, (uint64_t)xs[i], text);
        int n = canvas_columns(text), x = g.x + axis_column(&ax, g.w, xs[i], NULL) - n / 2;
        x = x < g.x ? g.x : x;
        if (x < taken || x + n >= last)
            continue;
        canvas_text(c, y, x, STYLE_DIM, 0, text);
        taken = x + n + 3;
    }
    canvas_text(c, y, in.x, STYLE_DIM, 0,
                w->label ? w->label
                : giga   ? "GB/s"
                         : workload_unit(s->metrics[points[0]].workload));
    /* Verdicts. */
    y++;
    if (chosen > 0) {
        widget_mark(c, y, in.x, &s->targets[chosen]);
        for (size_t i = 0; i < count; i++) {
            struct row r = row_read(s, points[i], chosen);
            canvas_put(c, y, g.x + axis_column(&ax, g.w, xs[i], NULL),
                       r.emulated ? '~' : glyph(c->glyphs, glyph_of_verdict(r.verdict)),
                       r.emulated ? STYLE_DIM : style_of_verdict(r.verdict),
                       attr_of_verdict(r.verdict));
        }
    }
    for (size_t i = 0; i < count && s->run.active; i++)
        if (points[i] == s->run.metric) /* what it had before will not stay */
            canvas_put(c, y, g.x + axis_column(&ax, g.w, xs[i], NULL), glyph(c->glyphs, GLYPH_NOW),
                       STYLE_STRONG, ATTR_BOLD);
    if (w->bare)
        ; /* the last row is the verdicts' */
    else if (selected < count)
        draw_point(c, y + 1, in.x, in.w, s, v, w, points[selected]);
    else if (w->peaks)
        sweep_draw_peaks(c, y + 1, in.x, in.w, s, v, points, count);
    else if (chosen > 0) {
        size_t worst = count;
        double lowest = INFINITY;
        for (size_t i = 0; i < count; i++) {
            struct row r = row_read(s, points[i], chosen);
            if (r.compared && r.ratio < lowest) {
                lowest = r.ratio;
                worst = i;
            }
        }
        if (worst < count) {
            int at = canvas_text(c, y + 1, in.x, STYLE_DIM, 0, lowest < 1 ? "worst " : "least ");
            draw_point(c, y + 1, at, in.x + in.w - at, s, v, w, points[worst]);
        }
    }
    canvas_unclip(c, former);
}
