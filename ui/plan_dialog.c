#include <config.h>

#include "ui/plan_dialog.h"

#include "text.h"
#include "ui/layout.h"
#include "ui/prose.h"
#include "ui/widget.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIALOG_W  100
#define INFO_ROWS 7

void plan_dialog_init(struct plan_dialog *d, const struct options *options)
{
    memset(d, 0, sizeof *d);
    planner_init(&d->planner, options);
    option_list_init(&d->options, FOR_CHOOSING);
    /* Where is what the first column says. */
    size_t kept = 0;
    for (size_t i = 0; i < d->options.count; i++)
        if (strcmp(d->options.rows[i]->name, "on") != 0)
            d->options.rows[kept++] = d->options.rows[i];
    d->options.count = kept;
    d->ready = true;
}

void plan_dialog_release(struct plan_dialog *d)
{
    if (d->ready)
        planner_release(&d->planner);
    d->ready = false;
}

/* Keys */

static size_t count_of(const struct plan_dialog *d, enum plan_column column)
{
    return column == PLAN_TARGETS ? d->planner.target_count : SUBSYSTEM_COUNT;
}

static struct planner_choice *choice_at(struct plan_dialog *d, enum plan_column column, size_t row)
{
    return column == PLAN_TARGETS ? &d->planner.targets[row] : &d->planner.work[row];
}

static enum plan_event mark(struct plan_dialog *d, struct error *e)
{
    struct planner_choice *c = choice_at(d, d->column, d->row[d->column]);
    return planner_mark(&d->planner, c, e) < 0 ? PLAN_REFUSED : PLAN_COUNT;
}

/* All that can be, or, if they are, none. What would be emulated is marked by hand alone. */
static enum plan_event mark_all(struct plan_dialog *d)
{
    bool all = true;
    size_t from = d->column == PLAN_TARGETS; /* native stays */
    for (size_t i = from; i < count_of(d, d->column); i++) {
        const struct planner_choice *c = choice_at(d, d->column, i);
        all = all && (c->marked || !c->can || c->emulated);
    }
    for (size_t i = from; i < count_of(d, d->column); i++) {
        struct planner_choice *c = choice_at(d, d->column, i);
        c->marked = !all && c->can && (!c->emulated || c->marked);
    }
    return PLAN_COUNT;
}

static enum plan_event move(struct plan_dialog *d, enum action a)
{
    size_t *row = &d->row[d->column], count = count_of(d, d->column);
    if (a == ACTION_UP)
        *row -= *row > 0;
    else if (a == ACTION_DOWN)
        *row += *row + 1 < count;
    else if (a == ACTION_HOME || a == ACTION_PAGE_UP)
        *row = 0;
    else
        *row = count ? count - 1 : 0;
    return PLAN_NOTHING;
}

static enum plan_event option_key(struct plan_dialog *d, enum action a, int code, struct error *e,
                                  bool *used)
{
    const struct option_row *r = option_list_selected(&d->options);
    enum option_list_event event = option_list_key(&d->options, a, code, &d->planner.options, e);
    *used = event != OPTION_LIST_UNUSED;
    if (event == OPTION_LIST_REFUSED)
        return PLAN_REFUSED;
    if (event != OPTION_LIST_CHANGED)
        return PLAN_NOTHING;
    return (r->commands & FOR_DOCTOR) == FOR_DOCTOR ? PLAN_LOOK : PLAN_COUNT;
}

enum plan_event plan_dialog_key(struct plan_dialog *d, enum action a, int code, struct error *e)
{
    if (d->column == PLAN_OPTIONS) {
        bool used;
        enum plan_event event = option_key(d, a, code, e, &used);
        if (used)
            return event;
    }
    switch (a) {
    case ACTION_BACK:
    case ACTION_QUIT:
    case ACTION_PLAN:
        return PLAN_CLOSE;
    case ACTION_NEXT_BOX:
    case ACTION_RIGHT:
        d->column = (d->column + 1) % PLAN_COLUMNS;
        return PLAN_NOTHING;
    case ACTION_PREVIOUS_BOX:
    case ACTION_LEFT:
        d->column = (d->column + PLAN_COLUMNS - 1) % PLAN_COLUMNS;
        return PLAN_NOTHING;
    case ACTION_OPEN:
    case ACTION_RUN:
        return PLAN_START;
    case ACTION_UP:
    case ACTION_DOWN:
    case ACTION_HOME:
    case ACTION_END:
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        return move(d, a);
    case ACTION_FREEZE:
        return mark(d, e);
    case ACTION_ALL:
        if (d->column == PLAN_OPTIONS) {
            error_set(e, ERROR_USAGE, "options are not marked: only targets and workloads are");
            return PLAN_REFUSED;
        }
        return mark_all(d);
    default:
        return PLAN_UNKNOWN;
    }
}

enum plan_event plan_dialog_click(struct plan_dialog *d, size_t column, size_t row, struct error *e)
{
    if (column >= PLAN_COLUMNS || d->options.editing)
        return PLAN_NOTHING;
    size_t *at = column == PLAN_OPTIONS ? &d->options.selected : &d->row[column];
    enum plan_column clicked = (enum plan_column)column;
    bool again = d->column == clicked && *at == row;
    size_t count = clicked == PLAN_OPTIONS ? d->options.count : count_of(d, clicked);
    if (row >= count)
        return PLAN_NOTHING;
    d->column = clicked;
    *at = row;
    return again ? plan_dialog_key(d, ACTION_FREEZE, ' ', e) : PLAN_NOTHING;
}

/* Drawing */

static void draw_mark(struct canvas *c, int y, int x, const struct planner_choice *k)
{
    if (k->can)
        canvas_text(c, y, x, k->marked ? STYLE_STRONG : STYLE_DIM, k->marked ? ATTR_BOLD : 0,
                    k->marked ? "[x]" : "[ ]");
    else
        canvas_put(c, y, x + 1, glyph(c->glyphs, GLYPH_NOT_MEASURED), STYLE_DIM, 0);
}

static void draw_target(struct canvas *c, int y, int x, int w, const struct planner_choice *k)
{
    char note[96];
    enum style s = k->can ? STYLE_TEXT : STYLE_DIM;
    canvas_put(c, y, x + 4, glyph(c->glyphs, glyph_of_kind(k->kind, k->emulated)),
               k->can ? style_of_kind(k->kind) : STYLE_DIM, attr_of_mark(k->emulated || !k->can));
    int name = w >= 34 ? 10 : 9;
    widget_cut(c, y, x + 6, name, s, 0, k->id);
    snprintf(note, sizeof note, "%s%s%s", k->emulated ? "EMULATED" : "",
             k->emulated && k->note[0] ? ", " : "", k->note);
    widget_cut(c, y, x + 7 + name, w - 7 - name, k->emulated ? STYLE_WARN : STYLE_DIM, 0, note);
}

static void draw_work(struct canvas *c, int y, int x, int w, const struct planner_choice *k)
{
    char took[32];
    int end = x + 4 + canvas_columns(k->id) + 1;
    widget_cut(c, y, x + 4, w - 4, k->can ? STYLE_TEXT : STYLE_DIM, 0, k->id);
    if (!k->can)
        widget_cut(c, y, end, x + w - end, STYLE_DIM, 0, k->note);
    else if (k->rows && k->seconds > 0)
        canvas_text_right(c, y, x + w - 1, k->marked ? STYLE_TEXT : STYLE_DIM, 0,
                          text_duration(took, sizeof took, k->seconds));
}

/* Beside the column's title: what is not in sight. */
static void draw_more(struct canvas *c, struct rect column, int title, bool above, bool below)
{
    const char *more = above && below ? "↑↓ more" : above ? "↑ more" : "↓ more";
    if (above || below)
        widget_cut(c, column.y - 1, column.x + title, column.w - title, STYLE_DIM, 0, more);
}

static void draw_choices(struct canvas *c, struct rect r, const struct plan_dialog *d,
                         enum plan_column column, int title)
{
    const struct planner_choice *list = column == PLAN_TARGETS ? d->planner.targets
                                                               : d->planner.work;
    size_t count = count_of(d, column), visible = r.h > 0 ? (size_t)r.h : 0;
    size_t first = widget_scroll(0, d->row[column], visible, count);
    for (size_t i = 0; i < visible && first + i < count; i++) {
        int y = r.y + (int)i;
        widget_cursor(c, y, r.x, d->column == column && first + i == d->row[column]);
        draw_mark(c, y, r.x, &list[first + i]);
        if (column == PLAN_TARGETS)
            draw_target(c, y, r.x, r.w, &list[first + i]);
        else
            draw_work(c, y, r.x, r.w, &list[first + i]);
        canvas_hit_row(c, (struct rect){y, r.x, 1, r.w}, column, first + i, 0);
    }
    draw_more(c, r, title, first > 0, first + visible < count);
}

static void draw_columns(struct canvas *c, struct rect r, const struct plan_dialog *d)
{
    static const char *const titles[] = {"TARGETS", "WORKLOADS", "OPTIONS"};
    static const struct part parts[] = {{17, 0, 4, 1}, {22, 24, 1, 1}, {17, 0, 3, 1}};
    struct rect column[PLAN_COLUMNS];
    int title[PLAN_COLUMNS];
    size_t above;
    layout_columns(r, parts, PLAN_COLUMNS, column);
    for (size_t i = 0; i < PLAN_COLUMNS; i++) {
        bool focus = d->column == i;
        canvas_text(c, column[i].y, column[i].x + 1, focus ? STYLE_STRONG : STYLE_DIM,
                    focus ? ATTR_BOLD : 0, titles[i]);
        title[i] = canvas_columns(titles[i]) + 2;
        column[i].y++;
        column[i].h--;
        column[i].x++; /* the cursor's column */
        column[i].w -= 2;
    }
    draw_choices(c, column[PLAN_TARGETS], d, PLAN_TARGETS, title[PLAN_TARGETS]);
    draw_choices(c, column[PLAN_WORK], d, PLAN_WORK, title[PLAN_WORK]);
    size_t below = option_list_draw(c, column[PLAN_OPTIONS], &d->options, &d->planner.options,
                                    d->column == PLAN_OPTIONS, PLAN_OPTIONS, &above);
    draw_more(c, column[PLAN_OPTIONS], title[PLAN_OPTIONS], above > 0, below > 0);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* The answer first: how much, how long, or why not. */
static void draw_total(struct page *page, const struct planner *p)
{
    char each[32], all[32], budget[32], limit[64] = "";
    if (p->problem[0]) {
        page_text(page, STYLE_ERROR, ATTR_BOLD, p->problem);
        return;
    }
    if (isfinite(p->budget_s))
        snprintf(limit, sizeof limit, ", stops after %s",
                 text_duration(budget, sizeof budget, p->budget_s));
    page_textf(page, STYLE_STRONG, ATTR_BOLD,
               "%zu target%s × %zu row%s of %zu subsystem%s × %u blocks: %s each, total ~%s%s",
               p->marked_targets, plural(p->marked_targets), p->rows, plural(p->rows),
               p->marked_work, plural(p->marked_work), p->blocks,
               text_duration(each, sizeof each,
                             p->marked_targets ? p->seconds / (double)p->marked_targets : 0),
               text_duration(all, sizeof all, p->seconds), limit);
}

static void draw_selected(struct page *page, const struct plan_dialog *d)
{
    if (d->column == PLAN_OPTIONS) {
        const struct option_row *r = option_list_selected(&d->options);
        page_textf(page, STYLE_TEXT, 0, "%s: %s", r->name, r->help);
        return;
    }
    const struct planner_choice *k = d->column == PLAN_TARGETS
                                         ? &d->planner.targets[d->row[PLAN_TARGETS]]
                                         : &d->planner.work[d->row[PLAN_WORK]];
    if (k->reason[0])
        page_textf(page, k->can ? STYLE_TEXT : STYLE_WARN, 0, "%s%s: %s%s%s", k->id,
                   k->can ? "" : " cannot be marked", k->reason, k->remedy[0] ? " → " : "",
                   k->remedy);
    else if (d->column == PLAN_WORK)
        page_textf(page, STYLE_TEXT, 0, "%s: %zu rows with these options", k->id, k->rows);
    else
        page_textf(page, STYLE_TEXT, 0, "%s works here%s%s", k->id, k->note[0] ? ": " : "",
                   k->note);
}

static void draw_info(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct plan_dialog *d)
{
    const struct planner *p = &d->planner;
    struct page page = page_begin(c, r);
    draw_total(&page, p);
    draw_selected(&page, d);
    for (size_t i = 0; i < p->note_count; i++)
        page_text(&page, STYLE_DIM, 0, p->notes[i]);
    if (s->host.quiet_known && !s->host.quiet)
        page_textf(&page, STYLE_WARN, 0, "the machine is not quiet: %s", s->host.quiet_why);
}

void plan_dialog_draw(struct canvas *c, struct rect area, const struct snapshot *s,
                      const struct plan_dialog *d)
{
    static const struct hint top[] = {{ACTION_BACK, " close"}, {ACTION_NONE, NULL}};
    static const struct hint choose[] = {{ACTION_FREEZE, " mark"},
                                         {ACTION_NEXT_BOX, " column"},
                                         {ACTION_ALL, " all or none"},
                                         {ACTION_OPEN, " start"},
                                         {ACTION_NONE, NULL}};
    static const struct hint set[] = {{ACTION_LEFT, "→ value"},
                                      {ACTION_OPEN, " type"},
                                      {ACTION_NEXT_BOX, " column"},
                                      {ACTION_RUN, "un it"},
                                      {ACTION_NONE, NULL}};
    static const struct hint type[] = {
        {ACTION_TYPED_KEEP, " keep"}, {ACTION_TYPED_DROP, " as it was"}, {ACTION_NONE, NULL}};
    size_t lines = d->planner.target_count > SUBSYSTEM_COUNT ? d->planner.target_count
                                                             : SUBSYSTEM_COUNT;
    struct rect r = layout_center(area, (int)lines + 1 + 1 + INFO_ROWS + 2 + 2, DIALOG_W);
    const struct box box = {.title = "plan a run",
                            .top = top,
                            .bottom = d->options.editing          ? type
                                      : d->column == PLAN_OPTIONS ? set
                                                                  : choose,
                            .focus = true};
    struct rect in = widget_box(c, r, &box);
    static const struct part parts[] = {{4, 0, 2, 3}, {1, 1, 0, 1}, {4, 0, 1, 2}};
    struct part fitted[3];
    struct rect part[3];
    memcpy(fitted, parts, sizeof parts);
    fitted[0].max = (int)lines + 1;
    layout_rows(in, fitted, 3, part);
    draw_columns(c, part[0], d);
    canvas_fill(c, part[1], glyph(c->glyphs, GLYPH_FRAME_HORIZONTAL), STYLE_FRAME, 0);
    draw_info(c, part[2], s, d);
}
