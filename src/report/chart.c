#include <config.h>

#include "report/chart.h"

#include "analysis.h"
#include "report/svg.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the picture: labels, plot, figures. */
#define PLOT_LEFT  215.0
#define PLOT_RIGHT 572.0
#define FIGURES    586.0
#define HEAD       78.0
#define LANE       17.0
#define ROW_PAD    9.0
#define FOOT       14.0

static const struct ghost {
    enum paper_column column;
    enum svg_shape shape;
    const char *name;
} ghosts[] = {
    {PAPER_OPENVZ, SVG_CIRCLE, "OpenVZ"},
    {PAPER_XEN, SVG_DIAMOND, "Xen"},
    {PAPER_KVM, SVG_SQUARE, "KVM"},
};
#define GHOSTS (sizeof ghosts / sizeof *ghosts)

const char *chart_class(size_t target)
{
    static const char *const classes[] = {"t0", "t1", "t2", "t3", "t4"};
    return classes[target ? 1 + (target - 1) % 4 : 0];
}

static enum svg_shape shape_of(size_t target)
{
    return (enum svg_shape)((target + SVG_SHAPES - 1) % SVG_SHAPES);
}

/* ---- what is drawn ---- */

void chart_init(struct chart *c, const char *title, const char *ruler, const char *axis)
{
    *c = (struct chart){.ruler = ruler, .axis = axis};
    text_copy(c->title, sizeof c->title, title);
}

struct chart_series *chart_add_series(struct chart *c, const char *name, size_t target)
{
    struct chart_series *s = &c->series[c->series_count++];
    s->target = target;
    text_copy(s->name, sizeof s->name, name);
    return s;
}

/* The guests of a result, against native. */
static void begin(struct chart *c, const char *title, const struct result *r)
{
    chart_init(c, title, "native", "performance relative to native; left is slower");
    for (size_t t = 1; t < r->target_count; t++)
        chart_add_series(c, r->targets[t].id, t)->emulated = r->targets[t].emulated;
}

struct chart_row *chart_add_row(struct chart *c, const char *label, const char *detail)
{
    XGROW(c->rows, c->count, c->room);
    struct chart_row *row = &c->rows[c->count++];
    *row = (struct chart_row){.paper = {NAN, NAN, NAN, NAN}};
    text_copy(row->label, sizeof row->label, label);
    text_copy(row->detail, sizeof row->detail, detail);
    return row;
}

struct chart_mark chart_mark_of(const struct stats_estimate *e, enum verdict verdict, bool emulated)
{
    struct chart_mark m = {.verdict = verdict, .unjudged = emulated, .known = e->n > 0};
    if (m.known) {
        m.ratio = exp(e->centre);
        m.bounded = stats_telling(e);
        m.low = exp(e->low);
        m.high = exp(e->high);
    }
    return m;
}

void chart_overview(struct chart *c, const struct result *r)
{
    begin(c, "All subsystems", r);
    for (int s = -1; r->target_count > 1 && s < SUBSYSTEM_COUNT; s++) {
        struct subsystem_summary sum[TARGETS_MAX];
        bool all = s < 0, any = false;
        for (size_t t = 1; t < r->target_count; t++) {
            sum[t] = all ? analysis_overall(r, t) : analysis_subsystem(r, (enum subsystem)s, t);
            any |= sum[t].estimate.n > 0;
        }
        if (!any)
            continue;
        struct chart_row *row = chart_add_row(c, all ? "All" : subsystems[s].title, "");
        row->strong = all;
        row->margin = all ? 0 : subsystems[s].margin;
        for (size_t t = 1; t < r->target_count; t++)
            row->mark[t - 1] = chart_mark_of(&sum[t].estimate, sum[t].verdict,
                                             r->targets[t].emulated);
    }
}

/* Does the text of parameters have this one? */
static bool has_word(const char *params, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = strstr(params, word); at; at = strstr(at + 1, word))
        if ((at == params || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* The sweeps of a subsystem: what stands there is no row. */
struct swept {
    struct chart_sweep *sweeps;
    size_t count;
};

/* The parameters that tell a row from the workload's others; all of them where it is the only one.
 */
static void telling_params(const struct result *r, const struct metric *m,
                           const struct swept *swept, char out[PARAMS_TEXT])
{
    char all[PARAMS_TEXT], *save = NULL;
    size_t used = 0;
    text_copy(all, sizeof all, m->params);
    out[0] = '\0';
    for (char *word = strtok_r(all, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        bool tells = false;
        for (size_t i = 0; i < r->metric_count && !tells; i++)
            tells = r->metrics[i].row == m->row && !has_word(r->metrics[i].params, word) &&
                    !chart_sweep_has(swept->sweeps, swept->count, i);
        if (tells)
            used += (size_t)snprintf(out + used, PARAMS_TEXT - used, "%s%s", used ? " " : "", word);
    }
    if (!used)
        text_copy(out, PARAMS_TEXT, m->params);
}

void chart_subsystem(struct chart *c, const struct result *r, const struct report_row *rows,
                     size_t count, enum subsystem s, const struct paper *paper)
{
    struct swept swept;
    swept.sweeps = chart_sweep_find(r, s, &swept.count);
    begin(c, subsystems[s].title, r);
    for (size_t i = 0; i < count; i += r->target_count) {
        const struct metric *m = rows[i].metric;
        if (!m->row || m->row->subsystem != s || r->target_count < 2 ||
            chart_sweep_has(swept.sweeps, swept.count, (size_t)(m - r->metrics)))
            continue;
        char detail[PARAMS_TEXT];
        telling_params(r, m, &swept, detail);
        struct chart_row *row = chart_add_row(c, m->row->title, detail);
        row->margin = workload_margin(m->row);
        for (size_t t = 1; t < r->target_count; t++) {
            const struct comparison *k = rows[i + t].comparison;
            if (k)
                row->mark[t - 1] = chart_mark_of(&k->estimate, k->verdict, r->targets[t].emulated);
            else
                row->mark[t - 1].verdict = VERDICT_NOT_MEASURED;
        }
        for (size_t g = 0; paper && g < GHOSTS; g++)
            row->paper[ghosts[g].column] = paper_relation(paper, m->row, m->params,
                                                          ghosts[g].column);
    }
    free(swept.sweeps);
}

void chart_release(struct chart *c)
{
    free(c->rows);
    *c = (struct chart){0};
}

/* ---- the axis ---- */

struct axis {
    double low, high; /* log units */
};

static double at(const struct axis *a, double ratio)
{
    double share = (log(ratio) - a->low) / (a->high - a->low);
    return PLOT_LEFT + share * (PLOT_RIGHT - PLOT_LEFT);
}

static void include(struct axis *a, double ratio)
{
    if (!isfinite(ratio) || ratio <= 0)
        return;
    a->low = fmin(a->low, log(ratio));
    a->high = fmax(a->high, log(ratio));
}

/* Every centre is on it; a whisker that would make the rest small is cut, and says so. */
static struct axis axis_of(const struct chart *c)
{
    struct axis a = {.low = -0.05, .high = 0.02};
    for (size_t i = 0; i < c->count; i++) {
        for (size_t t = 0; t < c->series_count; t++)
            if (c->rows[i].mark[t].known)
                include(&a, c->rows[i].mark[t].ratio);
        for (size_t g = 0; g < GHOSTS; g++)
            include(&a, c->rows[i].paper[ghosts[g].column]);
    }
    double room = fmax(0.06, 0.25 * (a.high - a.low));
    struct axis wide = a;
    for (size_t i = 0; i < c->count; i++)
        for (size_t t = 0; t < c->series_count; t++)
            if (c->rows[i].mark[t].known && c->rows[i].mark[t].bounded) {
                include(&wide, c->rows[i].mark[t].low);
                include(&wide, c->rows[i].mark[t].high);
            }
    a.low = fmax(wide.low, a.low - room);
    a.high = fmin(wide.high, a.high + room);
    double pad = 0.03 * (a.high - a.low);
    return (struct axis){a.low - pad, a.high + pad};
}

static void draw_tick(FILE *out, const struct axis *a, double percent, double bottom,
                      const char *ruler)
{
    char label[24];
    double x = at(a, percent / 100);
    bool whole = fabs(percent - 100) < 1e-6;
    snprintf(label, sizeof label, "%.10g %%", percent);
    svg_line(out, x, HEAD - 6, x, bottom, whole ? "ruler" : "grid");
    svg_text(out, x, HEAD - 12, SVG_MIDDLE, whole ? "small strong" : "small",
             whole ? ruler : label);
}

static void draw_axis(FILE *out, const struct axis *a, double bottom, const char *ruler)
{
    double low = 100 * exp(a->low), high = 100 * exp(a->high);
    if (high > 4 * low) {
        /* As many to a decade as there is room for. */
        static const double marks[][5] = {{1, 2, 3, 5, 7}, {1, 2, 5}, {1}};
        static const size_t counts[] = {5, 3, 1};
        double decades = (a->high - a->low) / log(10);
        size_t set = decades < 1.3 ? 0 : decades < 2.5 ? 1 : 2;
        for (double power = pow(10, floor(log10(low))); power <= high; power *= 10)
            for (size_t i = 0; i < counts[set]; i++) {
                double percent = power * marks[set][i];
                if (percent >= low && percent <= high)
                    draw_tick(out, a, percent, bottom, ruler);
            }
        return;
    }
    static const double steps[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50};
    size_t s = 0;
    while (s + 1 < sizeof steps / sizeof *steps && (high - low) / steps[s] > 6)
        s++;
    for (double k = ceil(low / steps[s]); k * steps[s] <= high; k++)
        draw_tick(out, a, k * steps[s], bottom, ruler);
}

/* ---- the rows ---- */

static bool has_paper(const struct chart_row *row)
{
    for (size_t g = 0; g < GHOSTS; g++)
        if (isfinite(row->paper[ghosts[g].column]))
            return true;
    return false;
}

static bool any_paper(const struct chart *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (has_paper(&c->rows[i]))
            return true;
    return false;
}

static double row_height(const struct chart *c, const struct chart_row *row)
{
    return ROW_PAD + LANE * (double)(c->series_count + has_paper(row));
}

double chart_height(const struct chart *c)
{
    double height = HEAD + FOOT;
    for (size_t i = 0; i < c->count; i++)
        height += row_height(c, &c->rows[i]);
    return height;
}

/* A whisker's end: a bar, or, where it goes on beyond the axis, an arrow. */
static void draw_end(FILE *out, double x, double y, bool beyond, double way, const char *class)
{
    if (beyond)
        fprintf(out, "<path d=\"M%.1f %.1fl%.1f 4l%.1f 4\" class=\"whisker %s\"/>\n", x - way * 4,
                y - 4, way * 4, -way * 4, class);
    else
        svg_line(out, x, y - 3.5, x, y + 3.5, class);
}

static void draw_mark(FILE *out, const struct axis *a, const struct chart_mark *m,
                      const struct chart_series *who, double y)
{
    char class[32], tip[160], centre[16], low[16], high[16];
    const char *colour = chart_class(who->target);
    report_percent(centre, sizeof centre, m->ratio);
    if (m->bounded) {
        bool below = log(m->low)<a->low, above = log(m->high)> a->high;
        double left = below ? PLOT_LEFT : at(a, m->low),
               right = above ? PLOT_RIGHT : at(a, m->high);
        svg_line(out, left, y, right, y, colour);
        draw_end(out, left, y, below, -1, colour);
        draw_end(out, right, y, above, 1, colour);
        snprintf(tip, sizeof tip, "%s: %s %% (%s .. %s), %s", who->name, centre,
                 report_percent(low, sizeof low, m->low),
                 report_percent(high, sizeof high, m->high), verdicts[m->verdict].title);
    } else {
        snprintf(tip, sizeof tip, "%s: %s %%, %s", who->name, centre, verdicts[m->verdict].title);
    }
    snprintf(class, sizeof class, "mark %s%s", colour, m->unjudged || !m->bounded ? " hollow" : "");
    svg_mark(out, at(a, m->ratio), y, shape_of(who->target), class, tip);
}

static void draw_figure(FILE *out, const struct chart_mark *m, double y)
{
    char text[96], ratio[16] = "";
    if (m->known)
        report_percent(ratio, sizeof ratio, m->ratio);
    if (m->known) {
        snprintf(text, sizeof text, "%s%s %%", m->unjudged ? "~" : "", ratio);
        svg_text(out, FIGURES + 50, y + 4, SVG_END, "", text);
    }
    snprintf(text, sizeof text, "%s %s", report_signs[m->verdict].utf8, verdicts[m->verdict].title);
    svg_text(out, FIGURES + 58, y + 4, SVG_START, "small", text);
}

static void draw_paper(FILE *out, const struct axis *a, const struct chart_row *row, double y)
{
    for (size_t g = 0; g < GHOSTS; g++) {
        double ratio = row->paper[ghosts[g].column];
        char tip[64], percent[16];
        if (!isfinite(ratio))
            continue;
        snprintf(tip, sizeof tip, "%s in the paper: %s %%", ghosts[g].name,
                 report_percent(percent, sizeof percent, ratio));
        svg_mark(out, at(a, ratio), y, ghosts[g].shape, "ghost", tip);
    }
    svg_text(out, FIGURES + 58, y + 4, SVG_START, "small", "the paper");
}

static void draw_band(FILE *out, const struct axis *a, double margin, double y, double height)
{
    double left = fmax(PLOT_LEFT, at(a, exp(-margin)));
    double right = fmin(PLOT_RIGHT, at(a, exp(margin)));
    svg_rect(out, left, y, right - left, height, "band");
}

/* The parameters beside the name as far as there is room; the table has them whole. */
static void draw_label(FILE *out, const struct chart_row *row, double y)
{
    char detail[PARAMS_TEXT + 4];
    size_t room = 31, used = strlen(row->label) + 2, length = strlen(row->detail);
    svg_text(out, 8, y, SVG_START, row->strong ? "strong" : "", row->label);
    room = used < room ? room - used : 0;
    if (length == 0 || room < 6)
        return;
    snprintf(detail, sizeof detail, "%.*s%s", (int)(length > room ? room - 1 : length), row->detail,
             length > room ? "…" : "");
    svg_text(out, PLOT_LEFT - 12, y, SVG_END, "small", detail);
}

static void draw_row(const struct chart *c, const struct axis *a, const struct chart_row *row,
                     double y, FILE *out)
{
    double lane = y + ROW_PAD / 2 + LANE / 2;
    if (row->margin > 0)
        draw_band(out, a, row->margin, y, row_height(c, row));
    draw_label(out, row, lane + 4);
    for (size_t t = 0; t < c->series_count; t++, lane += LANE) {
        if (row->mark[t].known)
            draw_mark(out, a, &row->mark[t], &c->series[t], lane);
        draw_figure(out, &row->mark[t], lane);
    }
    if (has_paper(row))
        draw_paper(out, a, row, lane);
}

/* Who is who; the width of words is a guess, which leaves room. */
static void draw_legend(const struct chart *c, FILE *out)
{
    double x = PLOT_LEFT;
    for (size_t t = 0; t < c->series_count; t++) {
        char class[32], words[64];
        const struct chart_series *who = &c->series[t];
        snprintf(class, sizeof class, "mark %s%s", chart_class(who->target),
                 who->emulated ? " hollow" : "");
        snprintf(words, sizeof words, "%s%s", who->name, who->emulated ? " (emulated)" : "");
        svg_mark(out, x + 5, 40, shape_of(who->target), class, NULL);
        svg_text(out, x + 15, 44, SVG_START, "", words);
        x += 32 + 6.6 * (double)strlen(words);
    }
    if (!any_paper(c))
        return;
    svg_text(out, x, 44, SVG_START, "small", "in the paper:");
    x += 80;
    for (size_t g = 0; g < GHOSTS; g++) {
        svg_mark(out, x + 5, 40, ghosts[g].shape, "ghost", NULL);
        svg_text(out, x + 15, 44, SVG_START, "small", ghosts[g].name);
        x += 28 + 6.4 * (double)strlen(ghosts[g].name);
    }
}

void chart_draw(const struct chart *c, FILE *out)
{
    struct axis a = axis_of(c);
    double y = HEAD;
    if (c->title[0])
        svg_text(out, 8, 22, SVG_START, "title", c->title);
    svg_text(out, PLOT_RIGHT, 22, SVG_END, "small", c->axis);
    draw_legend(c, out);
    for (size_t i = 0; i < c->count; i++) {
        double height = row_height(c, &c->rows[i]);
        if (i % 2 == 0)
            svg_rect(out, 0, y, CHART_WIDTH, height, "stripe");
        y += height;
    }
    draw_axis(out, &a, y, c->ruler);
    y = HEAD;
    for (size_t i = 0; i < c->count; i++) {
        draw_row(c, &a, &c->rows[i], y, out);
        y += row_height(c, &c->rows[i]);
    }
}
