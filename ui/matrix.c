#include "ui/matrix.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NARROW 22 /* columns below which labels and cells stand close */

const char *const matrix_rows[MATRIX_ROWS] = {"2p", "4p", "8p", "16p", "64p"};
const char *const matrix_columns[MATRIX_COLUMNS] = {"0k", "16k", "64k"};

static const struct workload *workload_of(size_t row, size_t column)
{
    char id[WORKLOAD_ID_MAX];
    snprintf(id, sizeof id, "ctx.%s%s", matrix_rows[row], matrix_columns[column]);
    return workload_find(id);
}

size_t matrix_metric(const struct snapshot *s, size_t row, size_t column, bool cross)
{
    const struct workload *w = row < MATRIX_ROWS && column < MATRIX_COLUMNS
                                   ? workload_of(row, column)
                                   : NULL;
    for (size_t i = 0; w && i < s->metric_count; i++)
        if (s->metrics[i].workload == w &&
            (strstr(s->metrics[i].params, "placement=cross") != NULL) == cross)
            return i;
    return SIZE_MAX;
}

double matrix_us(const struct snapshot *s, const struct matrix *m, size_t row, size_t column)
{
    const struct workload *w = workload_of(row, column);
    if (!w)
        return NAN;
    if (m->paper)
        return row_paper(s, w, m->paper);
    size_t i = matrix_metric(s, row, column, m->cross);
    if (i == SIZE_MAX || !s->metrics[i].cell[m->target].figure.measured)
        return NAN;
    return s->metrics[i].cell[m->target].figure.value;
}

double matrix_times(const struct snapshot *s, const struct matrix *m, size_t row, size_t column)
{
    const struct workload *w = workload_of(row, column);
    if (!w)
        return NAN;
    if (m->paper)
        return row_paper(s, w, m->paper) / row_paper(s, w, "native");
    size_t i = matrix_metric(s, row, column, m->cross);
    if (i == SIZE_MAX)
        return NAN;
    if (m->target == 0)
        return s->metrics[i].cell[0].figure.measured ? 1 : NAN;
    return 1 / row_read(s, i, m->target).ratio;
}

static const char *unit_text(const struct matrix *m, enum unit_mode unit)
{
    bool native = m->paper ? strcmp(m->paper, "native") == 0 : m->target == 0;
    return native || unit == UNIT_RAW ? "µs" : unit == UNIT_TIMES ? "×nat" : "%nat";
}

void matrix_title(const struct snapshot *s, const struct matrix *m, enum unit_mode unit, int w,
                  char out[64])
{
    if (m->paper) {
        const char *name = strcmp(m->paper, "openvz") == 0 ? "OpenVZ"
                           : strcmp(m->paper, "xen") == 0  ? "Xen"
                           : strcmp(m->paper, "kvm") == 0  ? "KVM"
                                                           : m->paper;
        snprintf(out, 64, "%s %s %s", w >= 24 ? "paper 2010:" : "paper", name, unit_text(m, unit));
        if (w > 0 && canvas_columns(out) > w - 4)
            snprintf(out, 64, "paper %s %s", name, unit == UNIT_PERCENT ? "%" : "×");
        return;
    }
    const struct board_target *t = &s->targets[m->target];
    char mark[5];
    mark[text_encode(glyph(GLYPHS_BRAILLE, glyph_of_kind(t->kind, !snapshot_confirmed(t))), mark)] =
        '\0';
    if (w >= 28)
        snprintf(out, 64, "%s %.16s %s-cpu %s", mark, t->id, m->cross ? "cross" : "same",
                 unit_text(m, unit));
    else
        snprintf(out, 64, "%s %s-cpu %s", mark, m->cross ? "cross" : "same", unit_text(m, unit));
}

/* What a cell says: in the view's unit, native always in microseconds. */
static void cell_text(const struct snapshot *s, const struct matrix *m, enum unit_mode unit,
                      size_t row, size_t column, int w, char out[48])
{
    char number[NUMBER_MAX];
    double times = matrix_times(s, m, row, column);
    double us = matrix_us(s, m, row, column);
    bool emulated = !m->paper && s->targets[m->target].emulated; /* "~" instead of a verdict */
    if (emulated)
        w--;
    const char *about = emulated && isfinite(times) ? "~" : "";
    if (strcmp(unit_text(m, unit), "µs") == 0)
        snprintf(out, 48, "%s%s", about,
                 w >= 6 ? number_short(number, us) : number_fit(number, w - 1, us, 2));
    else if (unit == UNIT_TIMES)
        snprintf(out, 48, "%s%s", about, number_fit(number, w - 1, times, w >= 5 ? 2 : 1));
    else
        snprintf(out, 48, "%s%s", about, number_fit(number, w >= 6 ? 5 : w - 1, 100 / times, 1));
    if (m->paper || m->target == 0 || emulated || w < 7)
        return;
    size_t i = matrix_metric(s, row, column, m->cross);
    if (i == SIZE_MAX)
        return;
    struct row r = row_read(s, i, m->target);
    if (!r.compared)
        return;
    static const char *const signs[VERDICT_COUNT] = {
        [VERDICT_BETTER] = "▲",        [VERDICT_SAME] = "≈",    [VERDICT_SLIGHTLY_WORSE] = "▽",
        [VERDICT_WORSE] = "▼",         [VERDICT_NO_SIGN] = "·", [VERDICT_INCONCLUSIVE] = "?",
        [VERDICT_NOT_COMPARABLE] = "≠"};
    size_t used = strlen(out);
    snprintf(out + used, 48 - used, "%s", signs[r.verdict] ? signs[r.verdict] : "");
}

/* Half the interval of native's own figure. */
static void spread_text(const struct snapshot *s, const struct matrix *m, size_t row, size_t column,
                        char out[48])
{
    char number[NUMBER_MAX];
    size_t i = matrix_metric(s, row, column, m->cross);
    out[0] = '\0';
    if (i == SIZE_MAX || !s->metrics[i].cell[m->target].figure.bounded)
        return;
    const struct figure_value *f = &s->metrics[i].cell[m->target].figure;
    double half = (f->high - f->low) / 2;
    snprintf(out, 48, "±%s", half < f->value ? number_short(number, half) : "?");
}

/* Heat says how good; what is emulated has its number alone. */
static void draw_cell(struct canvas *c, int y, int x, int w, double times, const char *text,
                      bool emulated)
{
    if (!emulated || isnan(times)) {
        widget_heat(c, y, x, w, times, text);
        return;
    }
    int n = canvas_columns(text), right = x + w - 1;
    canvas_fill(c, (struct rect){y, x, 1, w}, ' ', STYLE_DIM, 0);
    canvas_text_right(c, y, n < w ? right - WIDGET_HEAT_PAD(w) : right, STYLE_DIM, 0, text);
}

/* The cursor of a matrix: the cell itself, its colours exchanged. */
static void select_cell(struct canvas *c, struct rect r)
{
    canvas_cursor(c, r.y, r.x);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            if (y >= 0 && y < c->h && x >= 0 && x < c->w) {
                const struct cell *cell = &c->cells[y * c->w + x];
                if (cell->ch)
                    canvas_put(c, y, x, cell->ch, (enum style)cell->style, ATTR_REVERSE);
            }
}

void matrix_draw(struct canvas *c, struct rect in, const struct snapshot *s, const struct matrix *m,
                 enum unit_mode unit, size_t selected_row, size_t selected_column)
{
    /* Where columns are dear the letter of the rows stands in the corner once. */
    bool narrow = in.w < NARROW;
    int label = narrow ? 2 : 4, w = (in.w - label) / MATRIX_COLUMNS;
    if (in.h < 2 || w < 3)
        return;
    if (narrow)
        canvas_text(c, in.y, in.x + 1, STYLE_DIM, 0, "p");
    int tall = in.h >= 2 * MATRIX_ROWS + 3 && w >= 7 ? 2 : 1;
    struct rect former = canvas_clip(c, (struct rect){in.y, in.x - 1, in.h, in.w + 1});
    for (size_t k = 0; k < MATRIX_COLUMNS; k++)
        canvas_text_right(c, in.y, in.x + label + w * (int)(k + 1) - 1 - WIDGET_HEAT_PAD(w),
                          STYLE_DIM, 0, matrix_columns[k]);
    bool emulated = !m->paper && s->targets[m->target].emulated;
    double worst = 0, sum = 0;
    size_t count = 0;
    for (size_t r = 0; r < MATRIX_ROWS; r++) {
        int y = in.y + 1 + (int)r * tall;
        char name[8];
        snprintf(name, sizeof name, "%.*s", narrow ? (int)strcspn(matrix_rows[r], "p") : 4,
                 matrix_rows[r]);
        canvas_text_right(c, y, in.x + label - 1 - !narrow,
                          r == selected_row ? STYLE_STRONG : STYLE_DIM, 0, name);
        for (size_t k = 0; k < MATRIX_COLUMNS; k++) {
            char text[48], number[NUMBER_MAX];
            int x = in.x + label + w * (int)k;
            double times = matrix_times(s, m, r, k);
            cell_text(s, m, unit, r, k, w, text);
            draw_cell(c, y, x, w, times, text, emulated);
            if (tall > 1 && isfinite(times) && m->target == 0 && !m->paper) {
                spread_text(s, m, r, k, text);
                draw_cell(c, y + 1, x, w, times, text, emulated);
            } else if (tall > 1 && isfinite(times)) {
                snprintf(text, sizeof text, w >= 9 ? "%s%sµs" : "%s%s", emulated ? "~" : "",
                         number_short(number, matrix_us(s, m, r, k)));
                bool native = strcmp(unit_text(m, unit), "µs") == 0;
                draw_cell(c, y + 1, x, w, times, native ? "" : text, emulated);
            }
            if (!m->paper)
                canvas_hit_row(c, (struct rect){y, x, tall, w}, 0, r, k);
            if (r == selected_row && k == selected_column && !m->paper)
                select_cell(c, (struct rect){y, x, tall, w});
            if (isfinite(times)) {
                worst = fmax(worst, times);
                sum += log(times);
                count++;
            }
        }
    }
    int y = in.y + 1 + MATRIX_ROWS * tall + (tall > 1);
    bool native = m->paper ? strcmp(m->paper, "native") == 0 : m->target == 0;
    if (y < in.y + in.h && count == 0)
        widget_cut(c, y, in.x, in.w, STYLE_DIM, 0, "— not measured");
    else if (y < in.y + in.h && native)
        widget_cut(c, y, in.x, in.w, STYLE_DIM, 0, "p procs, k size");
    else if (y < in.y + in.h) {
        char text[64];
        const char *about = emulated ? "~" : "";
        double mean = exp(sum / (double)count);
        snprintf(text, sizeof text, "mean %s%.2f×  worst %s%.2f×", about, mean, about, worst);
        if (canvas_columns(text) > in.w)
            snprintf(text, sizeof text, "%s %s%.2f×", emulated ? "mean" : "geomean", about, mean);
        widget_cut(c, y, in.x, in.w, m->paper || emulated ? STYLE_DIM : STYLE_TEXT, 0, text);
    }
    canvas_unclip(c, former);
}

void matrix_small_draw(struct canvas *c, struct rect in, const struct snapshot *s,
                       const struct view *v)
{
    struct matrix list[TARGETS_MAX * 2 + 3];
    size_t count = 0;
    for (size_t t = 1; t < s->target_count; t++)
        list[count++] = (struct matrix){.target = t};
    if (s->target_count == 2)
        list[count++] = (struct matrix){.target = 1, .cross = true};
    list[count++] = (struct matrix){.paper = "xen"};
    list[count++] = (struct matrix){.paper = "kvm"};
    int w = in.w / (int)(in.w / 18 > 1 ? in.w / 18 : 1);
    for (size_t i = 0; i < count && (int)(i + 1) * w <= in.w; i++) {
        struct rect r = {in.y + 1, in.x + (int)i * w, in.h - 1, w - 1};
        if (list[i].paper) {
            char title[64];
            matrix_title(s, &list[i], UNIT_TIMES, 0, title);
            widget_cut(c, in.y, r.x + 4, w - 5, STYLE_DIM, 0, title);
        } else {
            int end = widget_target(c, in.y, r.x + 4, s->target_count == 2 ? 2 : w - 5,
                                    &s->targets[list[i].target]);
            if (s->target_count == 2)
                widget_cut(c, in.y, end, w - 6, STYLE_TEXT, 0,
                           list[i].cross ? "cross-cpu" : "same-cpu");
        }
        matrix_draw(c, r, s, &list[i], v->unit == UNIT_PERCENT ? UNIT_TIMES : v->unit, MATRIX_ROWS,
                    0);
    }
}

void matrix_ramp(struct canvas *c, int y, int x, int w)
{
    static const double ticks[] = {1, 2, 4, 8};
    int label = 9, ramp = w - label;
    if (ramp < 16)
        return;
    if (ramp > 60)
        ramp = 60;
    canvas_text(c, y, x, STYLE_DIM, 0, "×native");
    for (int i = 0; i < ramp; i++)
        widget_heat(c, y, x + label + i, 1, exp2(3.0 * i / (ramp - 1)), "");
    for (size_t i = 0; i < 4; i++) {
        int at = x + label + (int)(log2(ticks[i]) / 3 * (ramp - 1));
        canvas_textf(c, y + 1, at, STYLE_DIM, 0, "%.0f%s", ticks[i], i == 3 ? "+" : "");
    }
    if (label + ramp + 58 < w)
        canvas_text(c, y, x + label + ramp + 3, STYLE_DIM, 0,
                    "time against native; every cell carries its number");
}
