/* Processor: programs that stand in for the members of SPEC CPU2006 (the paper's figures 1 and 2),
 * all targets on one axis per row; LINPACK over the size of its matrix (figure 3), the time of a
 * kernel's compilation (figure 4), and the selected row in full. `o` changes a box from one
 * processor to all of them; `i` and `f` go to a suite, `z` changes the axis. Where the user's own
 * SPEC CPU was measured, its members follow the stand-ins; their times are estimates. */
#include "ui/detail.h"
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/rowbox.h"
#include "ui/strips.h"
#include "ui/sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BOX_SUITES, BOX_LINPACK, BOX_COMPILE, BOX_COUNT };
enum { SUITE_INTEGER, SUITE_FLOAT, SUITE_SPEC_INTEGER, SUITE_SPEC_FLOAT, SUITE_COUNT };

#define LINPACK "linpack"
#define COMPILE "kbuild"

static const struct suite suites[SUITE_COUNT] = {
    [SUITE_INTEGER] = {"cint.", "int", false},
    [SUITE_FLOAT] = {"cfp.", "fp", false},
    [SUITE_SPEC_INTEGER] = {"spec.int", "SPEC int est.", true},
    [SUITE_SPEC_FLOAT] = {"spec.fp", "SPEC fp est.", true},
};

static uint64_t cpus_of(const struct view *v, size_t box)
{
    return v->other_view[box] ? 0 : 1;
}

static const char *processors(const struct view *v, size_t box)
{
    return v->other_view[box] ? "SMP" : "UP";
}

static struct strips strips_of(const struct snapshot *s, const struct view *v)
{
    return strips_read(s, v, suites, SUITE_COUNT, cpus_of(v, BOX_SUITES));
}

/* Rows of a workload of that name on as many processors; those without the parameter count. */
static size_t rows_of(const struct snapshot *s, const char *id, uint64_t cpus,
                      size_t out[SWEEP_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < s->metric_count && count < SWEEP_MAX; i++)
        if (strcmp(s->metrics[i].workload->id, id) == 0 &&
            row_param(&s->metrics[i], "cpus", cpus) == cpus)
            out[count++] = i;
    return count;
}

/* LINPACK's points of one kind of kernel, that with the most of them: those of different kinds make
 * no line. */
struct linpack {
    struct sweep sweep;
    char fixed[PARAMS_TEXT];
    char core[24]; /* "" if there is one kind only */
};

static void core_word(const struct board_metric *m, char out[24])
{
    const char *at = strstr(m->params, "core=");
    out[0] = '\0';
    if (at)
        snprintf(out, 24, "%.*s", (int)strcspn(at, " "), at);
}

static struct linpack linpack_of(const struct snapshot *s, const struct view *v)
{
    struct linpack l = {.sweep = {.id = LINPACK,
                                  .x = "size",
                                  .linear = true,
                                  .peaks = true,
                                  .smp = v->other_view[BOX_LINPACK],
                                  .label = "N"}};
    size_t list[SWEEP_MAX], count = rows_of(s, LINPACK, cpus_of(v, BOX_LINPACK), list), most = 0;
    snprintf(l.fixed, sizeof l.fixed, "cpus=%d", v->other_view[BOX_LINPACK] ? 0 : 1);
    for (size_t i = 0; i < count; i++) {
        char core[24], other[24];
        size_t alike = 0;
        core_word(&s->metrics[list[i]], core);
        for (size_t k = 0; k < count; k++) {
            core_word(&s->metrics[list[k]], other);
            alike += strcmp(core, other) == 0;
        }
        if (alike <= most)
            continue;
        most = alike;
        snprintf(l.core, sizeof l.core, "%s", core[0] && strcmp(core, "core=") ? core : "");
    }
    if (l.core[0])
        snprintf(l.fixed, sizeof l.fixed, "cpus=%d %s", v->other_view[BOX_LINPACK] ? 0 : 1, l.core);
    return l;
}

/* The sweep borrows the text of what is fixed. */
static size_t linpack_points(const struct snapshot *s, struct linpack *l, size_t out[SWEEP_MAX])
{
    l->sweep.fixed = l->fixed;
    return sweep_points(s, &l->sweep, out);
}

/* What the keys ask */

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s;
    return layout_area_size((struct rect){0, 0, h, w}) <= SIZE_TEXT ? 1 : BOX_COUNT;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    size_t list[SWEEP_MAX];
    if (box == BOX_COMPILE)
        return rows_of(s, COMPILE, cpus_of(v, BOX_COMPILE), list);
    return box == BOX_SUITES ? strips_of(s, v).count : 1;
}

static size_t columns(const struct snapshot *s, const struct view *v, size_t box)
{
    struct linpack l = linpack_of(s, v);
    size_t points[SWEEP_MAX];
    return box == BOX_LINPACK ? linpack_points(s, &l, points) : 1;
}

/* The program under the cursor, NULL if none. */
static const struct workload *program(const struct snapshot *s, const struct view *v)
{
    struct strips list = strips_of(s, v);
    return v->row[BOX_SUITES] < list.count ? list.row[v->row[BOX_SUITES]].workload : NULL;
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    size_t list[SWEEP_MAX], count;
    if (v->box == BOX_LINPACK) {
        struct linpack l = linpack_of(s, v);
        count = linpack_points(s, &l, list);
        return v->column[BOX_LINPACK] < count ? list[v->column[BOX_LINPACK]] : SIZE_MAX;
    }
    if (v->box == BOX_COMPILE) {
        count = rows_of(s, COMPILE, cpus_of(v, BOX_COMPILE), list);
        return v->row[BOX_COMPILE] < count ? list[v->row[BOX_COMPILE]] : SIZE_MAX;
    }
    struct strips strips = strips_of(s, v);
    return v->row[BOX_SUITES] < strips.count ? strips.row[v->row[BOX_SUITES]].metric : SIZE_MAX;
}

static bool measured(const struct snapshot *s)
{
    for (size_t i = 0; i < s->metric_count; i++)
        if (s->metrics[i].workload->subsystem == SUBSYSTEM_PROCESSOR)
            return true;
    return false;
}

/* The row, measured or not; before anything is measured the whole subsystem. */
static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    const struct workload *w = program(s, v);
    size_t m = metric(s, v);
    const char *id = v->box == BOX_LINPACK ? LINPACK : COMPILE;
    if (m < s->metric_count || !measured(s) || (v->box == BOX_SUITES && !w))
        row_word_or_subsystem(s, m, SUBSYSTEM_PROCESSOR, out, size);
    else if (v->box == BOX_SUITES)
        snprintf(out, size, "%s:cpus=%llu", w->id, (unsigned long long)cpus_of(v, BOX_SUITES));
    else if (workload_find(id))
        snprintf(out, size, "%s%s", id, v->other_view[v->box] ? ":cpus=0" : "");
    else
        snprintf(out, size, "%s is not in this version", id);
    return v->box == BOX_SUITES || m < s->metric_count || !measured(s) || workload_find(id);
}

static size_t suite_row(const struct snapshot *s, const struct view *v, bool of_floats,
                        size_t *scroll)
{
    struct strips list = strips_of(s, v);
    return strips_suite(&list, of_floats ? SUITE_FLOAT : SUITE_INTEGER, scroll);
}

/* Boxes */

static const struct hint *other_cpus(const struct view *v, size_t box)
{
    static const struct hint to_all[] = {
        {ACTION_OTHER_VIEW, " SMP"}, {ACTION_AXIS, NULL}, {ACTION_NONE, NULL}};
    static const struct hint to_one[] = {
        {ACTION_OTHER_VIEW, " UP"}, {ACTION_AXIS, NULL}, {ACTION_NONE, NULL}};
    const struct hint *list = v->other_view[box] ? to_one : to_all;
    return list;
}

static void draw_suites(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v)
{
    struct strips list = strips_of(s, v);
    bool focus = v->box == BOX_SUITES, wide = r.w >= 56;
    const struct hint top[] = {{ACTION_PAPER, NULL},
                               {ACTION_UNITS, NULL},
                               {ACTION_TARGET, NULL},
                               {ACTION_FILTER, NULL},
                               {ACTION_NONE, NULL}};
    struct axis range = row_zoom((struct axis){0, 0, false}, v->zoom[BOX_SUITES]);
    char zoom[40] = "oom"; /* at level 0 the range is the figures' own, as printed below them */
    if (range.high > range.low && wide)
        snprintf(zoom, sizeof zoom, "oom %g–%g", range.low, range.high);
    const struct hint bottom[] = {{ACTION_INTEGER, NULL},
                                  {ACTION_FLOAT, NULL},
                                  {ACTION_ZOOM, zoom},
                                  {ACTION_OTHER_VIEW, v->other_view[BOX_SUITES] ? " UP" : " SMP"},
                                  {wide ? ACTION_OPEN : ACTION_NONE, NULL},
                                  {ACTION_RUN, NULL},
                                  {ACTION_NONE, NULL}};
    struct box box = {.title = "stand-ins for SPEC CPU2006",
                      .note = processors(v, BOX_SUITES),
                      .number = '2',
                      .top = top,
                      .bottom = bottom,
                      .focus = focus};
    struct rect in = widget_box(c, r, &box);
    if (!measured(s) || list.count == 0)
        list_nothing(c, in, s, v, SUBSYSTEM_PROCESSOR);
    else
        strips_draw(c, r, in, s, v, &list, BOX_SUITES, focus);
}

/* Why a box has no rows: the version, the number of processors, or nobody ran them. */
static void draw_absent(struct canvas *c, struct rect in, const struct snapshot *s,
                        const struct view *v, size_t box, const char *id)
{
    struct page p = page_begin(c, in);
    size_t list[SWEEP_MAX];
    const struct workload *w = workload_find(id);
    const char *run = key_word(c->keymap, ACTION_RUN);
    char runs[32] = "";
    if (!s->replayed)
        snprintf(runs, sizeof runs, "%s runs it, ", run);
    if (rows_of(s, id, 1 - cpus_of(v, box), list) > 0)
        page_textf(&p, STYLE_DIM, 0, "%s: not measured on %s processor%s: %s%s shows the others",
                   id, v->other_view[box] ? "all" : "one", v->other_view[box] ? "s" : "", runs,
                   key_word(c->keymap, ACTION_OTHER_VIEW));
    else if (!w)
        page_textf(&p, STYLE_DIM, 0, "%s is not in this version", id);
    else if (s->stored || s->replayed)
        page_text(&p, STYLE_DIM, 0,
                  s->stored ? "not in this result" : "not measured by this moment");
    else
        page_textf(&p, STYLE_DIM, 0,
                   s->run.active ? "not measured yet: its turn comes, or %s runs it later"
                                 : "not measured yet: %s runs it",
                   run);
    if (w && w->method && page_left(&p) > 1)
        page_text(&p, STYLE_DIM, 0, w->method);
}

static void draw_linpack(struct canvas *c, struct rect r, const struct snapshot *s,
                         const struct view *v)
{
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    struct linpack l = linpack_of(s, v);
    bool focus = v->box == BOX_LINPACK;
    size_t points[SWEEP_MAX], count = linpack_points(s, &l, points);
    char note[64];
    const char *core = l.core + strcspn(l.core, "=");
    bool named = r.w >= 48 && core[0] && strcmp(core, "=auto") != 0;
    snprintf(note, sizeof note, "%s ↑ %s%s%s",
             count ? workload_unit(s->metrics[points[0]].workload) : "GFLOPS",
             processors(v, BOX_LINPACK), named ? " " : "", named ? core + 1 : "");
    bool letters = v->paper && count && !l.sweep.smp &&
                   isfinite(row_paper_relation(s, s->metrics[points[0]].workload,
                                               s->metrics[points[0]].params, "kvm"));
    struct box box = {.title = "LINPACK",
                      .note = note,
                      .top = other_cpus(v, BOX_LINPACK),
                      .bottom = focus ? bottom : NULL,
                      .bottom_note = letters ? "o x k: paper 2010" : NULL,
                      .focus = focus};
    struct rect in = widget_box(c, r, &box);
    if (count == 0)
        draw_absent(c, in, s, v, BOX_LINPACK, LINPACK);
    else
        sweep_draw(c, in, s, v, &l.sweep, BOX_LINPACK, focus ? v->column[BOX_LINPACK] : SIZE_MAX);
}

/* One target's time from zero, with native's as the ruler; in raw units builds an hour as well. */
static void draw_time(struct canvas *c, int y, struct rect in, const struct axis *a,
                      const struct snapshot *s, const struct view *v, size_t m, size_t target)
{
    char figure[32], reason[REASON_TEXT], rate[NUMBER_MAX];
    struct row r = row_read(s, m, target);
    const struct figure_value *f = &r.cell->figure;
    int name = in.w >= 44 ? 12 : 2, ratio = in.w >= 34 ? 8 : 0, value = 10;
    int w = in.w - name - value - ratio;
    widget_target(c, y, in.x, name > 2 ? name - 1 : 1, r.target);
    if (!f->measured || w < 4) {
        row_own_reason(s, &r, c->keymap, reason);
        widget_cut(c, y, in.x + name, in.w - name, STYLE_DIM, 0, reason);
        return;
    }
    const struct figure_value *native = &r.metric->cell[0].figure;
    struct mark mark = {.value = f->value,
                        .low = f->low,
                        .high = f->high,
                        .bounded = f->bounded,
                        .native = native->measured ? native->value : NAN,
                        .kind = r.target->kind,
                        .emulated = r.emulated,
                        .line = target == 0 ? STYLE_NATIVE : style_of_verdict(r.verdict),
                        .marks_native = target == 0};
    widget_lollipop(c, y, in.x + name, w - 1, a, &mark);
    canvas_text_right(c, y, in.x + name + w + value - 2, r.emulated ? STYLE_DIM : STYLE_TEXT, 0,
                      row_own_figure(&r, figure));
    if (ratio && v->unit == UNIT_RAW && f->value > 0)
        canvas_textf(c, y, in.x + in.w - ratio, STYLE_DIM, 0, "%6s/h",
                     number_short(rate, 3600 / f->value));
    else if (ratio && target > 0)
        widget_ratio(c, y, in.x + in.w - ratio, ratio, r.ratio, r.verdict, v->unit, r.emulated);
}

/* From zero to the slowest; those that are emulated lie beyond, unless they are all there is. */
static struct axis time_axis(const struct snapshot *s, size_t m)
{
    double times[TARGETS_MAX] = {0};
    size_t guests = 0;
    for (size_t t = 0; t < s->target_count; t++) {
        struct row r = row_read(s, m, t);
        bool counts = r.measured && (!r.emulated || s->target_count < 3);
        times[t] = counts ? r.cell->figure.value : NAN;
        guests += counts;
    }
    struct axis a = axis_over(times, s->target_count, 0, false);
    return guests > 0 && a.low >= 0 ? a : (struct axis){0, 1, false};
}

static void draw_compile(struct canvas *c, struct rect r, const struct snapshot *s,
                         const struct view *v)
{
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    size_t list[SWEEP_MAX], count = rows_of(s, COMPILE, cpus_of(v, BOX_COMPILE), list);
    size_t at = v->row[BOX_COMPILE] < count ? v->row[BOX_COMPILE] : 0, chosen = row_target(s, v);
    const struct workload *w = count ? s->metrics[list[at]].workload : workload_find(COMPILE);
    const struct paper_stated *stated = w && s->paper
                                            ? paper_stated_find(s->paper, w, "", PAPER_COLUMNS)
                                            : NULL;
    char note[80], params[PARAMS_TEXT] = "";
    if (count)
        row_params(&s->metrics[list[at]], params);
    snprintf(note, sizeof note, "%s↓ %s%s%s", r.w >= 48 ? "time " : "",
             v->other_view[BOX_COMPILE] && params[0] ? "" : processors(v, BOX_COMPILE),
             v->other_view[BOX_COMPILE] ? "" : " ", params); /* they say "smp" themselves */
    bool focus = v->box == BOX_COMPILE;
    static const struct hint smp[] = {{ACTION_OTHER_VIEW, " SMP"}, {ACTION_NONE, NULL}};
    static const struct hint up[] = {{ACTION_OTHER_VIEW, " UP"}, {ACTION_NONE, NULL}};
    struct box box = {.title = "kernel make",
                      .note = note,
                      .top = v->other_view[BOX_COMPILE] ? up : smp,
                      .bottom = focus ? bottom : NULL,
                      .focus = focus};
    struct rect in = widget_box(c, r, &box);
    if (count == 0) {
        draw_absent(c, in, s, v, BOX_COMPILE, COMPILE);
        return;
    }
    struct axis a = time_axis(s, list[at]);
    struct page p = page_begin(c, in);
    for (size_t t = 0; t < s->target_count && page_left(&p) > 0; t++) {
        if (page_left(&p) == 1 && t < chosen) /* the last line is the chosen one's */
            t = chosen;
        draw_time(c, p.y, in, &a, s, v, list[at], t);
        canvas_hit_row(c, (struct rect){p.y, in.x, 1, in.w}, BOX_COMPILE, at, 0);
        p.y++;
    }
    if (v->paper && stated)
        page_textf(&p, STYLE_DIM, 0, "paper 2010: %s", stated->text);
}

/* A program that was never measured: what it is, and how it is run. */
static void draw_unmeasured(struct canvas *c, struct rect in, const struct snapshot *s,
                            const struct view *v, const struct workload *w)
{
    static const char *const kinds[] = {"openvz", "xen", "kvm"};
    static const char *const titles[] = {"OpenVZ", "Xen", "KVM"};
    struct page p = page_begin(c, in);
    page_textf(&p, STYLE_STRONG, ATTR_BOLD, "%s  %s", w->title, processors(v, BOX_SUITES));
    if (s->stored || s->replayed)
        page_text(&p, STYLE_TEXT, 0,
                  s->stored ? "not in this result" : "not measured by this moment");
    else
        page_textf(&p, STYLE_TEXT, 0,
                   measured(s) ? "not measured yet: %s runs it"
                               : "not measured yet: %s runs all of this panel",
                   key_word(c->keymap, ACTION_RUN));
    page_field(&p, "method", STYLE_DIM, "%s", w->method ? w->method : "");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        double relation = row_paper_relation(s, w, "", kinds[i]);
        if (isfinite(relation) && cpus_of(v, BOX_SUITES) == 1) /* of which the paper speaks */
            page_field(&p, "paper", STYLE_DIM, "2010: %s %.2f %% of its native", titles[i],
                       100 * relation);
    }
}

static void draw_detail(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v)
{
    static const struct hint top[] = {{ACTION_WHY, NULL}, {ACTION_NONE, NULL}};
    const struct workload *w = v->box == BOX_SUITES ? program(s, v) : NULL;
    const char *title = w && w->mirrors ? strstr(w->mirrors, "stand-in") : NULL;
    struct box box = {.title = title ? title : "this row", .top = top};
    struct rect in = widget_box(c, r, &box);
    size_t m = metric(s, v);
    if (m < s->metric_count || !w)
        detail_draw(c, in, s, v, m);
    else
        draw_unmeasured(c, in, s, v, w);
}

/* The smallest terminals: the list, and a line each for what has a box elsewhere. */
static void draw_text(struct canvas *c, struct rect area, const struct snapshot *s,
                      const struct view *v)
{
    struct strips list = strips_of(s, v);
    struct linpack l = linpack_of(s, v);
    struct rect in = {area.y, area.x + 1, area.h, area.w - 2};
    size_t points[SWEEP_MAX], target = row_target(s, v);
    if (in.h < 1 || in.w < 1)
        return;
    int x = canvas_text(c, in.y, in.x, STYLE_STRONG, ATTR_BOLD, "stand-ins for SPEC CPU2006");
    canvas_textf(c, in.y, x, STYLE_DIM, 0, "  %s", processors(v, BOX_SUITES));
    if (target > 0 && in.w > 50)
        widget_target(c, in.y, in.x + in.w - 18, 18, &s->targets[target]);
    in.y++;
    in.h--;
    if (!measured(s) || list.count == 0) {
        list_nothing(c, in, s, v, SUBSYSTEM_PROCESSOR);
        return;
    }
    size_t count = rows_of(s, COMPILE, cpus_of(v, BOX_COMPILE), points);
    if (in.h >= 10 && count > 0) {
        struct axis a = time_axis(s, points[0]);
        in.h--;
        x = canvas_text(c, in.y + in.h, in.x, STYLE_DIM, 0, "compile ");
        draw_time(c, in.y + in.h, (struct rect){0, x, 1, in.x + in.w - x}, &a, s, v, points[0],
                  target);
    }
    count = linpack_points(s, &l, points);
    if (in.h >= 10 && count > 0) {
        in.h--;
        x = canvas_text(c, in.y + in.h, in.x, STYLE_DIM, 0, "LINPACK ");
        sweep_draw_peaks(c, in.y + in.h, x, in.x + in.w - x, s, v, points, count);
    }
    strips_draw(c, in, in, s, v, &list, BOX_SUITES, true);
}

static void draw_right(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v, bool detail)
{
    int targets = s->target_count > 1 ? (int)s->target_count : 2, room = r.h >= 30 ? 7 : 3;
    int lines = (targets < room ? targets : room) + 2;
    struct rect part[3];
    const struct part down[3] = {{.min = 8, .weight = 2, .priority = 2},
                                 {.min = lines, .max = lines + 2, .weight = 1, .priority = 1},
                                 {.min = 8, .weight = 2, .priority = 3}};
    layout_rows(r, down, detail ? 3 : 2, part);
    if (part[0].h > 0)
        draw_linpack(c, part[0], s, v);
    if (part[1].h > 0)
        draw_compile(c, part[1], s, v);
    if (detail && part[2].h > 0)
        draw_detail(c, part[2], s, v);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    if (size <= SIZE_TEXT) {
        draw_text(c, area, s, v);
        return;
    }
    if (v->expanded) {
        if (v->box == BOX_LINPACK)
            draw_linpack(c, area, s, v);
        else if (v->box == BOX_COMPILE)
            draw_compile(c, area, s, v);
        else
            draw_suites(c, area, s, v);
        return;
    }
    struct rect part[3];
    bool third = size >= SIZE_HUGE;
    const struct part across[3] = {{.min = 44, .weight = 5, .priority = 3},
                                   {.min = 36, .weight = 3, .priority = 2},
                                   {.min = 36, .weight = 3, .max = 60, .priority = 1}};
    layout_columns(area, across, third ? 3 : 2, part);
    draw_suites(c, part[0], s, v);
    if (part[1].w > 0)
        draw_right(c, part[1], s, v, !third);
    if (third && part[2].w > 0)
        draw_detail(c, part[2], s, v);
}

const struct panel panel_processor = {
    .id = "processor",
    .key = '2',
    .title = "Processor",
    .short_title = "Cpu",
    .boxes = boxes,
    .rows = rows,
    .columns = columns,
    .metric = metric,
    .word = word,
    .suite = suite_row,
    .draw = draw,
};
