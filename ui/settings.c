#include <config.h>

#include "ui/settings.h"

#include "ui/layout.h"
#include "ui/prose.h"
#include "ui/widget.h"

#include <stdio.h>

#define DIALOG_W  92
#define HELP_ROWS 5

static enum settings_event event_of(enum option_list_event event)
{
    return event == OPTION_LIST_CHANGED   ? SETTINGS_CHANGED
           : event == OPTION_LIST_REFUSED ? SETTINGS_REFUSED
                                          : SETTINGS_NOTHING;
}

enum settings_event settings_key(struct option_list *l, enum action a, int code, struct options *o,
                                 struct error *e)
{
    enum option_list_event event = option_list_key(l, a, code, o, e);
    if (event != OPTION_LIST_UNUSED)
        return event_of(event);
    if (a == ACTION_BACK || a == ACTION_QUIT || a == ACTION_SETTINGS)
        return SETTINGS_CLOSE;
    return a == ACTION_EXPORT ? SETTINGS_WRITE : SETTINGS_UNKNOWN;
}

enum settings_event settings_click(struct option_list *l, size_t row, struct options *o,
                                   struct error *e)
{
    if (l->editing || row >= l->count)
        return SETTINGS_NOTHING;
    bool again = l->selected == row;
    l->selected = row;
    return again ? event_of(option_list_key(l, ACTION_OPEN, KEY_CODE_ENTER, o, e))
                 : SETTINGS_NOTHING;
}

void settings_draw(struct canvas *c, struct rect area, const struct option_list *l,
                   const struct options *o, const char *path)
{
    static const struct hint top[] = {{ACTION_BACK, " close"}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {{ACTION_OPEN, " change"},
                                         {ACTION_LEFT, "→ value"},
                                         {ACTION_EXPORT, " write"},
                                         {ACTION_NONE, NULL}};
    static const struct hint type[] = {
        {ACTION_TYPED_KEEP, " keep"}, {ACTION_TYPED_DROP, " as it was"}, {ACTION_NONE, NULL}};
    struct rect r = layout_center(area, (int)l->count + 1 + HELP_ROWS + 2, DIALOG_W);
    const struct box box = {
        .title = "settings", .top = top, .bottom = l->editing ? type : bottom, .focus = true};
    struct rect in = widget_box(c, r, &box);
    struct part parts[] = {{4, (int)l->count, 3, 3}, {1, 1, 0, 1}, {3, 0, 0, 2}};
    struct rect part[3];
    parts[2].min = in.h >= 16 ? HELP_ROWS : 3;
    layout_rows(in, parts, 3, part);
    size_t above, below;
    part[0].x++;
    part[0].w -= 2;
    below = option_list_draw(c, part[0], l, o, true, 0, &above);
    widget_more(c, r, above, below);
    canvas_fill(c, part[1], glyph(c->glyphs, GLYPH_FRAME_HORIZONTAL), STYLE_FRAME, 0);
    struct page page = page_begin(c, part[2]);
    const struct option_row *row = option_list_selected(l);
    page_textf(&page, STYLE_TEXT, 0, "%s: %s", row->name, row->help);
    page_textf(
        &page, STYLE_DIM, 0,
        "Backspace takes the default. A change holds at once: for runs from the next on, for "
        "rec from the next start%s%s%s%s",
        path[0] ? ". " : "", path[0] ? key_word(c->keymap, ACTION_EXPORT) : "",
        path[0] ? " writes all to " : "", path);
}
