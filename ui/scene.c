#include <config.h>

#include "ui/scene.h"

#include "conf.h"
#include "ui/card.h"
#include "ui/help.h"
#include "ui/layout.h"
#include "ui/prose.h"
#include "ui/tour.h"
#include "ui/widget.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TAB_COUNT (sizeof TAB_KEYS - 1)
#define WIDE      110 /* columns from which names are long */

/* Tabs */

enum tab_names { TABS_LONG, TABS_SHORT, TABS_KEYS };

static int tab_columns(const struct tab *tab, enum tab_names names, bool active)
{
    if (names == TABS_KEYS && !active)
        return 2;
    const char *name = names == TABS_LONG ? tab->title : tab->short_title;
    int n = canvas_columns(name) + (name[0] == tab->key ? 0 : 1) + 1;
    return names == TABS_LONG || active ? n + 1 : n;
}

static int draw_tab(struct canvas *c, int y, int x, const struct tab *tab, enum tab_names names,
                    bool active)
{
    const char *name = names == TABS_LONG ? tab->title : tab->short_title;
    char key[2] = {tab->key, '\0'};
    int start = x, end = x + tab_columns(tab, names, active);
    enum style text = active ? STYLE_BAR_ACTIVE : STYLE_BAR_TEXT;
    enum style hot = active ? STYLE_BAR_ACTIVE : tab->panel ? STYLE_BAR_KEY : STYLE_BAR_TEXT;
    unsigned attr = active ? ATTR_BOLD : tab->panel ? 0 : ATTR_DIM;
    canvas_fill(c, (struct rect){y, x, 1, end - x}, ' ', active ? STYLE_BAR_ACTIVE : STYLE_BAR, 0);
    x = canvas_text(c, y, x + 1, hot, tab->panel ? attr | ATTR_BOLD : attr, key);
    if (names != TABS_KEYS || active)
        canvas_text(c, y, x, text, attr, name[0] == tab->key ? name + 1 : name);
    canvas_hit_key(c, (struct rect){y, start, 1, end - start}, tab->key);
    return end;
}

static void draw_tabs(struct canvas *c, struct rect r, char current, const char *right)
{
    struct tab tabs[TAB_COUNT];
    for (size_t i = 0; i < TAB_COUNT; i++)
        tabs[i] = tab_at(i);
    enum tab_names names = r.w >= WIDE ? TABS_LONG : TABS_SHORT;
    for (;; names++) {
        int n = 0;
        for (size_t i = 0; i < TAB_COUNT; i++)
            n += tab_columns(&tabs[i], names, tabs[i].key == current);
        if (n <= r.w || names == TABS_KEYS)
            break;
    }
    canvas_fill(c, r, ' ', STYLE_BAR, 0);
    int x = r.x;
    for (size_t i = 0; i < TAB_COUNT; i++)
        x = draw_tab(c, r.y, x, &tabs[i], names, tabs[i].key == current);
    if (*right && x + canvas_columns(right) + 2 <= r.x + r.w)
        canvas_text_right(c, r.y, r.x + r.w - 2, STYLE_BAR_TEXT, 0, right);
}

/* Footer */

/* What the program costs, in per cent of a processor, and drawing's part of it. */
static void share_text(char *out, size_t size, const struct board_self *self, bool wide)
{
    char all[NUMBER_MAX], ui[NUMBER_MAX];
    if (!isfinite(self->share))
        snprintf(out, size, "own —");
    else if (wide)
        snprintf(out, size, "own %s%% core, ui %s%%", number_fit(all, 4, 100 * self->share, 1),
                 number_fit(ui, 4, 100 * self->ui_share, 1));
    else
        snprintf(out, size, "own %s%%", number_fit(all, 4, 100 * self->share, 1));
}

/* What a screen says that stands still while a slot is timed: what that may be, and why. */
static void held_text(char *out, size_t size, const struct snapshot *s, const char *share, int w)
{
    const struct board_run *r = &s->run;
    bool named = w >= 80 && r->title[0] && r->target < s->target_count;
    snprintf(out, size, "%s%s%s%s%sdrawn between slots %s", s->self.recording ? "rec " : "",
             named ? r->title : "", named ? " on " : "", named ? s->targets[r->target].id : "",
             named ? ": " : "", share);
}

static void status_text(char *out, size_t size, const struct snapshot *s, const struct scene *scene,
                        int w)
{
    bool wide = w >= WIDE;
    const struct view *v = scene->view;
    char share[64], clock[16] = "";
    const char *mode = v->frozen       ? "frozen"
                       : s->stored     ? "stored"
                       : s->run.active ? "live"
                                       : "idle";
    if (s->replayed) { /* of another time, and perhaps another machine: plainly */
        snprintf(out, size, "recording: %s", s->title);
        return;
    }
    share_text(share, sizeof share, &s->self, wide);
    if (scene->held && s->run.active) {
        held_text(out, size, s, share, w);
        return;
    }
    time_t at = (time_t)s->clock;
    struct tm tm;
    if (wide && s->clock > 0 && localtime_r(&at, &tm))
        strftime(clock, sizeof clock, "  %H:%M:%S", &tm);
    const char *rec = s->self.recording ? "rec " : "";
    if (isfinite(s->self.frames_per_s) && s->self.frames_per_s > 0)
        snprintf(out, size, "%s%s %.0ffps%s %s%s", rec, mode, s->self.frames_per_s, wide ? " " : "",
                 share, clock);
    else
        snprintf(out, size, "%s%s%s %s%s", rec, mode, wide ? " " : "", share, clock);
}

/* Hints in the table's footer order, as many as fit; help and quit come first. */
static void footer_hints(struct canvas *c, struct rect r, int limit)
{
    int x = r.x + 1;
    for (int place = 1; place < 64; place++)
        for (const struct key *k = keys; k->action; k++) {
            if (k->footer != place || (c->replayed && key_of_now(k->action)))
                continue;
            if (x + key_hint_columns(c, k->action, NULL) > limit)
                return;
            x = key_hint(c, r.y, x, k->action, NULL, true) + 2;
        }
}

static void draw_footer(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct scene *scene)
{
    char status[192];
    canvas_fill(c, r, ' ', STYLE_BAR, 0);
    bool finding = scene->overlay == OVERLAY_HELP && scene->typing;
    if (scene->overlay == OVERLAY_FILTER || finding) {
        int x = canvas_text(c, r.y, r.x + 1, STYLE_BAR_KEY, ATTR_BOLD, "/");
        x = canvas_text(c, r.y, x, STYLE_BAR_KEY, 0,
                        finding ? scene->help_find : scene->view->filter);
        canvas_put(c, r.y, x, '_', STYLE_BAR_KEY, ATTR_BOLD);
        canvas_cursor(c, r.y, x);
        int keep = key_hint_columns(c, ACTION_TYPED_KEEP, " keep");
        int right = r.x + r.w - 1 - key_hint_columns(c, ACTION_TYPED_DROP, " clear");
        key_hint(c, r.y, right, ACTION_TYPED_DROP, " clear", true);
        key_hint(c, r.y, right - 2 - keep, ACTION_TYPED_KEEP, " keep", true);
        return;
    }
    status_text(status, sizeof status, s, scene, r.w);
    int status_x = r.x + r.w - 1 - canvas_columns(status);
    if (scene->flash) {
        struct rect former = canvas_clip(c,
                                         (struct rect){r.y, r.x, 1, r.w - 2 > 0 ? r.w - 2 : r.w});
        int end = canvas_text(c, r.y, r.x + 1, scene->flash_error ? STYLE_BAR_KEY : STYLE_BAR_TEXT,
                              scene->flash_error ? ATTR_BOLD : 0, scene->flash);
        canvas_unclip(c, former);
        if (end + 2 <= status_x)
            canvas_text(c, r.y, status_x, STYLE_BAR_TEXT, 0, status);
        return;
    }
    canvas_text(c, r.y, status_x, STYLE_BAR_TEXT, 0, status);
    if (scene->overlay == OVERLAY_TOUR)
        tour_hints(c, r.y, r.x + 1, status_x - 1);
    else
        footer_hints(c, r, status_x - 1);
}

/* What lies over the screen */

static void draw_lines(struct canvas *c, struct rect area, const char *title,
                       const char *const *lines, const struct hint *bottom)
{
    int count = 0, widest = canvas_columns(title) + 8;
    for (; lines[count]; count++)
        if (canvas_columns(lines[count]) > widest)
            widest = canvas_columns(lines[count]);
    struct rect r = layout_center(area, count + 2, widest + 6);
    const struct box box = {.title = title, .bottom = bottom, .focus = true};
    struct rect in = widget_box(c, r, &box);
    for (int i = 0; i < count && i < in.h; i++)
        widget_cut(c, in.y + i, in.x + 1, in.w - 2, STYLE_TEXT, 0, lines[i]);
}

static void draw_quit(struct canvas *c, struct rect area, const struct snapshot *s)
{
    char what[160], question[96];
    static const struct hint hints[] = {
        {ACTION_OPEN, " quit"}, {ACTION_BACK, " stay"}, {ACTION_NONE, NULL}};
    snprintf(what, sizeof what, "%s is being measured.", s->run.title[0] ? s->run.title : "A run");
    snprintf(question, sizeof question, "Quit? %s or %s quits, %s stays.",
             key_word(c->keymap, ACTION_OPEN), key_word(c->keymap, ACTION_QUIT),
             key_word(c->keymap, ACTION_BACK));
    const char *const lines[] = {
        what, "Quitting stops it; guests are removed, what was measured is kept.", "", question,
        NULL};
    draw_lines(c, area, "a run is live", lines, hints);
}

/* What answers a key there, in the place of the first line where there is no other. */
static bool draw_small_answer(struct canvas *c, int y, const struct scene *scene)
{
    bool asks = scene->overlay == OVERLAY_QUIT;
    char question[80];
    snprintf(question, sizeof question, "A run is live. %s quits, %s stays",
             key_word(c->keymap, ACTION_QUIT), key_word(c->keymap, ACTION_BACK));
    const char *text = asks                  ? question
                       : scene->flash        ? scene->flash
                       : scene->view->frozen ? "frozen"
                                             : NULL;
    int below = y + 2 < c->h ? y + 2 : y;
    if (!text)
        return false;
    prose(c, (struct rect){below, 0, c->h - below, c->w},
          asks || scene->flash_error ? STYLE_WARN : STYLE_TEXT, 0, text);
    return below == y;
}

/* Below 60x16: one line, still live. */
static void draw_small(struct canvas *c, const struct snapshot *s, const struct scene *scene)
{
    char text[128], number[NUMBER_MAX];
    int y = c->h > 1 ? (c->h - 2) / 2 : 0, x = 0;
    if (draw_small_answer(c, y, scene))
        return;
    snprintf(text, sizeof text, "need 60x16, have %dx%d", c->w, c->h);
    if (canvas_columns(text) > c->w)
        snprintf(text, sizeof text, "need 60x16");
    canvas_text(c, y, 0, STYLE_STRONG, ATTR_BOLD, text);
    for (size_t t = 1; t < s->target_count; t++) {
        const struct subsystem_summary_cell *cell = &s->summary.cell[SUBSYSTEM_COUNT][t];
        if (!cell->known || s->targets[t].emulated)
            continue;
        widget_mark(c, y + 1, x, &s->targets[t]);
        x = canvas_text(c, y + 1, x + 2, style_of_verdict(cell->verdict),
                        attr_of_verdict(cell->verdict),
                        number_ratio(number, 6, cell->ratio, UNIT_PERCENT));
        canvas_put(c, y + 1, x, glyph(c->glyphs, glyph_of_verdict(cell->verdict)),
                   style_of_verdict(cell->verdict), attr_of_verdict(cell->verdict));
        x += 2;
    }
    size_t starting = card_starting(s);
    char wait[CARD_TEXT];
    if (x > 0)
        canvas_text(c, y + 1, x, STYLE_DIM, 0, "% native");
    else if (starting < s->target_count)
        canvas_textf(c, y + 1, 0, STYLE_WARN, 0, "%s %s", s->targets[starting].id,
                     card_wait(wait, s, &s->targets[starting], c->w - 8));
}

static size_t draw_overlay(struct canvas *c, struct layout frame, const struct snapshot *s,
                           const struct scene *scene)
{
    static const struct hint welcome[] = {
        {ACTION_OPEN, " run it"}, {ACTION_BACK, " look around"}, {ACTION_NONE, NULL}};
    char path[PATH_MAX];
    struct error none;
    if (scene->overlay == OVERLAY_NONE || scene->overlay == OVERLAY_FILTER)
        return 0;
    canvas_dim(c);
    if (scene->flash || scene->typing)
        draw_footer(c, frame.footer, s, scene); /* that is not below */
    switch (scene->overlay) {
    case OVERLAY_HELP:
        return help_draw(c, frame.area, scene->help_page, scene->help_first, scene->help_find,
                         scene->typing);
    case OVERLAY_QUIT:
        draw_quit(c, frame.area, s);
        break;
    case OVERLAY_WELCOME:
        if (scene->welcome)
            draw_lines(c, frame.area, "vmtax", scene->welcome, welcome);
        break;
    case OVERLAY_PLAN:
        plan_dialog_draw(c, frame.area, s, scene->plan);
        break;
    case OVERLAY_SETTINGS:
        if (conf_path(path, sizeof path, &none) < 0)
            path[0] = '\0';
        settings_draw(c, frame.area, scene->settings, scene->options, path);
        break;
    case OVERLAY_READING:
        reading_draw(c, frame.area, scene->reading);
        break;
    case OVERLAY_NONE:
    case OVERLAY_FILTER:
    case OVERLAY_TOUR:
        break;
    }
    return 0;
}

size_t scene_draw(struct canvas *c, int h, int w, const struct snapshot *s,
                  const struct scene *scene)
{
    canvas_resize(c, h, w);
    c->replayed = s->replayed;
    struct layout frame = layout_frame(h, w);
    if (frame.area.h <= 0) {
        draw_small(c, s, scene);
        return 0;
    }
    if (scene->overlay == OVERLAY_TOUR) {
        tour_draw(c, frame.tabs, frame.area, s, scene->slide);
        draw_footer(c, frame.footer, s, scene);
        return 0;
    }
    char right[96];
    snprintf(right, sizeof right, "%s", s->stored ? s->title : s->host.name);
    draw_tabs(c, frame.tabs, scene->tab, right);
    if (scene->panel) {
        struct rect former = canvas_clip(c, frame.area);
        scene->panel->draw(c, frame.area, s, scene->view);
        canvas_unclip(c, former);
    } else {
        canvas_text(c, frame.area.y + 1, frame.area.x + 2, STYLE_DIM, 0,
                    "no panel to show in this version");
    }
    draw_footer(c, frame.footer, s, scene);
    return draw_overlay(c, frame, s, scene);
}
