/* White-box: what the rows of a target took beside their operations, as the host and the target's
 * own kernel counted it: every row that was measured there against every counter that somebody
 * read, what nobody counts by name, and the selected row with native beside and its exits by
 * reason. */
#include "cost_reading.h"
#include "ui/costs.h"
#include "ui/layout.h"
#include "ui/row.h"

#include <stdio.h>
#include <string.h>

#define COLUMN 13 /* the longest name, and a blank */
#define LABEL  22

/* The most telling first: where not all fit, the arrows move along. */
static const enum counter counters[] = {COUNTER_EXITS,
                                        COUNTER_GUEST_SWITCHES,
                                        COUNTER_GUEST_INTERRUPTS,
                                        COUNTER_GUEST_FAULTS,
                                        COUNTER_VCPU_CPU,
                                        COUNTER_VMM_CPU,
                                        COUNTER_RUN_DELAY,
                                        COUNTER_CPU,
                                        COUNTER_EMULATED,
                                        COUNTER_INJECTED,
                                        COUNTER_HALT_POLL,
                                        COUNTER_STOLEN,
                                        COUNTER_GUEST_SHOOTDOWNS,
                                        COUNTER_DISK_READ,
                                        COUNTER_DISK_WRITTEN,
                                        COUNTER_THROTTLED,
                                        COUNTER_REFUSED,
                                        COUNTER_NET_RECEIVED,
                                        COUNTER_NET_SENT,
                                        COUNTER_VDISK_READ,
                                        COUNTER_VDISK_WRITTEN};
_Static_assert(sizeof counters / sizeof *counters == COUNTER_COUNT, "every counter");
#define ALL_COUNTERS ((UINT32_C(1) << COUNTER_COUNT) - 1)

/* `u`: what an operation took, where that can be said and is not tiny; all of an operation; all of
 * a second. */
static enum cost_unit unit_of(const struct view *v)
{
    return v->unit == UNIT_TIMES ? COST_PER_OPERATION
           : v->unit == UNIT_RAW ? COST_PER_SECOND
                                 : COST_CHOSEN;
}

static const struct figure_cost *cost_of(const struct snapshot *s, size_t metric, size_t target)
{
    return &s->metrics[metric].cell[target].figure.cost;
}

/* Rows that were measured on the target that is shown, and pass the filter. */
static size_t list_measured(const struct snapshot *s, const struct view *v, size_t list[ROWS_MAX])
{
    size_t count = 0, all = row_list(s, v, SUBSYSTEM_COUNT, "", list), target = row_target(s, v);
    for (size_t i = 0; i < all; i++)
        if (row_read(s, list[i], target).measured)
            list[count++] = list[i];
    return count;
}

/* The counters that any of the rows knows. */
static size_t list_known(const struct snapshot *s, size_t target, const size_t *rows, size_t count,
                         enum counter known[COUNTER_COUNT])
{
    uint32_t bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        bits |= cost_of(s, rows[i], target)->known;
    for (size_t i = 0; i < COUNTER_COUNT; i++)
        if (bits & 1u << counters[i])
            known[n++] = counters[i];
    return n;
}

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return 1;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    size_t list[ROWS_MAX];
    (void)box;
    return list_measured(s, v, list);
}

static size_t columns(const struct snapshot *s, const struct view *v, size_t box)
{
    size_t list[ROWS_MAX], count = list_measured(s, v, list);
    enum counter known[COUNTER_COUNT];
    (void)box;
    return list_known(s, row_target(s, v), list, count, known);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    size_t list[ROWS_MAX], count = list_measured(s, v, list);
    return v->row[0] < count ? list[v->row[0]] : SIZE_MAX;
}

static void say_nothing(struct canvas *c, struct rect in, const struct snapshot *s,
                        const struct view *v, bool measured)
{
    struct page p = page_begin(c, in);
    const char *id = s->target_count > 0 ? s->targets[row_target(s, v)].id : "any target";
    if (measured) {
        page_textf(&p, STYLE_STRONG, ATTR_BOLD, "Nothing is counted of %s.", id);
        page_gap(&p);
        page_text(&p, STYLE_TEXT, 0,
                  "Neither the host nor its kernel gave a reading with any of its rows.");
    } else if (v->filter[0]) {
        page_textf(&p, STYLE_DIM, 0, "No row of %s contains '%s'. %s removes the filter.", id,
                   v->filter, key_word(c->keymap, ACTION_BACK));
    } else {
        page_textf(&p, STYLE_STRONG, ATTR_BOLD, "No row was measured on %s yet.", id);
        page_gap(&p);
        page_text(&p, STYLE_TEXT, 0, "What rows took beside their operations comes with them.");
    }
}

/* "* the whole machine's  not counted here: exits, vCPU" */
static void foot_words(char *out, size_t size, const struct board_target *t,
                       const enum counter *known, size_t known_count)
{
    char names[200];
    size_t used = 0;
    bool starred = false;
    out[0] = '\0';
    for (size_t k = 0; k < known_count; k++)
        starred |= counter_is_kernels(known[k]);
    if (starred)
        used = (size_t)snprintf(out, size, "* %s  ", costs_whose(t));
    uint32_t missing = ALL_COUNTERS;
    for (size_t k = 0; k < known_count; k++)
        missing &= ~(1u << known[k]);
    if (missing && used < size)
        snprintf(out + used, size - used, "not counted here: %s",
                 cost_names(names, sizeof names, missing));
}

static void draw_row(struct canvas *c, int y, struct rect in, int label, const struct row *r,
                     const struct figure_cost *native, const enum counter *known, size_t shown,
                     enum cost_unit unit, bool selected)
{
    char text[LABEL_MAX];
    widget_cursor(c, y, in.x, selected);
    row_label(r->metric, text);
    widget_cut(c, y, in.x, label - 1, r->older ? STYLE_DIM : STYLE_TEXT, selected ? ATTR_BOLD : 0,
               text);
    for (size_t i = 0; i < shown; i++) {
        int right = in.x + label + (int)(i + 1) * COLUMN - 1;
        cost_value_in(text, sizeof text, &r->cell->figure.cost, native, known[i], unit);
        widget_figure(c, y, right, text[0] == '-' ? NULL : text, r->emulated);
    }
}

/* box: the frame, for what is hidden. */
static void draw_list(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                      const struct view *v)
{
    size_t list[ROWS_MAX], count = list_measured(s, v, list), target = row_target(s, v);
    enum counter known[COUNTER_COUNT];
    size_t known_count = list_known(s, target, list, count, known);
    if (in.h < 2 || known_count == 0) {
        say_nothing(c, in, s, v, count > 0);
        return;
    }
    char words[200];
    foot_words(words, sizeof words, &s->targets[target], known, known_count);
    bool foot = words[0] && in.h >= 5;
    size_t shown = (size_t)(in.w - LABEL) / COLUMN, from = v->column[0];
    shown = shown < known_count ? shown : known_count;
    from = from + shown > known_count ? known_count - shown : from;
    int label = in.w - (int)shown * COLUMN;
    label = label < 36 ? label : 36;
    for (size_t i = 0; i < shown; i++) {
        char name[COLUMN + 4];
        snprintf(name, sizeof name, "%s%s", counter_kinds[known[from + i]].name,
                 counter_is_kernels(known[from + i]) ? "*" : "");
        canvas_text_right(c, in.y, in.x + label + (int)(i + 1) * COLUMN - 1, STYLE_DIM, 0, name);
    }
    if (shown < known_count)
        canvas_textf(c, in.y, in.x, STYLE_DIM, 0, "%zu-%zu of %zu ←→", from + 1, from + shown,
                     known_count);
    size_t visible = (size_t)(in.h - 1 - foot);
    /* Without a frame what is hidden is told in a line of its own. */
    bool more = box.h == in.h && count > visible && visible > 1;
    visible -= more;
    size_t first = widget_scroll(v->scroll[0], v->row[0], visible, count);
    for (size_t i = 0; i < visible && first + i < count; i++) {
        int y = in.y + 1 + (int)i;
        struct row r = row_read(s, list[first + i], target);
        draw_row(c, y, in, label, &r, target > 0 ? cost_of(s, list[first + i], 0) : NULL,
                 known + from, shown, unit_of(v), first + i == v->row[0]);
        canvas_hit_row(c, (struct rect){y, in.x, 1, in.w}, 0, first + i, 0);
    }
    if (foot)
        widget_cut(c, in.y + in.h - 1 - more, in.x, in.w, STYLE_DIM, 0, words);
    widget_more(c, box, first, count > first + visible ? count - first - visible : 0);
}

/* What goes with the time that the row takes longer, and what the paper's authors said of it. */
static void draw_reading(struct page *p, const struct snapshot *s, size_t m, size_t target)
{
    static const char *const names[PAPER_COLUMNS] = {
        [PAPER_OPENVZ] = "OpenVZ", [PAPER_XEN] = "Xen", [PAPER_KVM] = "KVM"};
    const struct board_target *t = &s->targets[target];
    enum paper_column column = paper_column_of(t->kind);
    struct cost_reading reading = {.count = 0};
    if (target > 0)
        cost_reading_make(&reading, cost_of(s, m, target), cost_of(s, m, 0), t->emulated);
    for (size_t i = 0; i < reading.count; i++)
        page_text(p, STYLE_TEXT, 0, reading.line[i]);
    const struct paper_explained *x = target > 0 && s->paper
                                          ? paper_explain(s->paper, s->metrics[m].workload, column)
                                          : NULL;
    if (x)
        page_textf(p, STYLE_DIM, 0, "The paper, of %s in 2010: %s",
                   x->column < PAPER_COLUMNS ? names[x->column] : "all three", x->text);
    if (reading.count || x)
        page_gap(p);
}

static void draw_detail(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v)
{
    size_t m = metric(s, v), target = row_target(s, v);
    char label[LABEL_MAX] = "";
    if (m < s->metric_count)
        row_label(&s->metrics[m], label);
    struct box box = {.title = "this row", .note = label};
    struct rect in = widget_box(c, r, &box), part[2];
    const struct part across[2] = {{.min = 35, .max = 36, .weight = 1, .priority = 2},
                                   {.min = 36, .max = 80, .weight = 1, .priority = 1}};
    if (m >= s->metric_count) {
        widget_cut(c, in.y, in.x, in.w, STYLE_DIM, 0, "no row here");
        return;
    }
    const struct figure_cost *cost = cost_of(s, m, target);
    layout_columns(in, across, 2, part);
    struct page left = page_begin(c, part[0]), right = page_begin(c, part[1]);
    if (target > 0)
        costs_lines(&left, cost_of(s, m, 0), cost, s->targets[target].emulated, unit_of(v), 0);
    if (!cost->known)
        return;
    draw_reading(&right, s, m, target);
    costs_reasons(&right, cost);
    if (cost->reason_count)
        page_gap(&right);
    page_text(&right, STYLE_DIM, 0, "Counted while the row was measured.");
    char note[160], names[200];
    if (cost->known != ALL_COUNTERS)
        page_textf(&right, STYLE_DIM, 0, "Not counted: %s.",
                   cost_names(names, sizeof names, ALL_COUNTERS & ~cost->known));
    if (costs_kernels(cost->known))
        page_text(&right, STYLE_DIM, 0,
                  costs_note(note, sizeof note, &s->targets[0], &s->targets[target]));
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    static const struct hint top[] = {
        {ACTION_UNITS, NULL}, {ACTION_TARGET, NULL}, {ACTION_FILTER, NULL}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    enum size_class size = layout_area_size(area);
    if (size <= SIZE_TEXT) {
        draw_list(c, area, (struct rect){area.y, area.x + 1, area.h, area.w - 2}, s, v);
        return;
    }
    struct rect part[2];
    const struct part down[2] = {{.min = 9, .weight = 3, .priority = 2},
                                 {.min = 11, .max = 20, .weight = 3, .priority = 1}};
    layout_rows(area, down, v->expanded ? 1 : 2, part);
    char note[TARGET_ID_MAX + 40] = "";
    if (s->target_count > 0) {
        const struct board_target *t = &s->targets[row_target(s, v)];
        const char *unit = cost_units[unit_of(v)];
        snprintf(note, sizeof note, "%s%s%s%s", t->id, t->emulated ? " EMULATED" : "",
                 unit[0] ? "  " : "", unit);
    }
    struct box box = {
        .title = "white-box", .note = note, .top = top, .bottom = bottom, .focus = true};
    draw_list(c, part[0], widget_box(c, part[0], &box), s, v);
    if (!v->expanded && part[1].h > 0)
        draw_detail(c, part[1], s, v);
}

const struct panel panel_whitebox = {
    .id = "whitebox",
    .key = 'W',
    .title = "Whitebox",
    .short_title = "Whitebox",
    .boxes = boxes,
    .rows = rows,
    .columns = columns,
    .metric = metric,
    .draw = draw,
};
