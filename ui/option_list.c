#include <config.h>

#include "ui/option_list.h"

#include "text.h"
#include "ui/entry.h"
#include "ui/theme_list.h"
#include "ui/widget.h"

#include <stdio.h>
#include <string.h>

#define VALUE_MAX   256
#define CHOICES_MAX (1 + THEMES_MAX)

void option_list_init(struct option_list *l, unsigned commands)
{
    memset(l, 0, sizeof *l);
    for (const struct option_row *r = option_rows; r->name && l->count < OPTION_LIST_MAX; r++)
        if ((r->commands & commands) == commands && !(r->commands & NOT_IN_CONF))
            l->rows[l->count++] = r;
}

const struct option_row *option_list_selected(const struct option_list *l)
{
    return l->rows[l->selected < l->count ? l->selected : 0];
}

char *option_list_default(const struct option_row *r, char *out, size_t size)
{
    static const char word[] = "default: ";
    const char *at = NULL;
    for (const char *p = r->help; (p = strstr(p, word)); p++)
        at = p + sizeof word - 1;
    text_copy(out, size, at ? at : r->type == OPTION_FLAG ? "no" : "");
    size_t n = strlen(out);
    if (n && out[n - 1] == ')')
        out[n - 1] = '\0';
    return out;
}

/* Changing */

static bool is_theme(const struct option_row *r)
{
    return strcmp(r->name, "theme") == 0;
}

/* The values to go through: "" (the default) and the choices, in room. 0: it has none. */
static size_t choices_of(const struct option_row *r, char room[CHOICES_MAX][VALUE_MAX])
{
    size_t n = 1;
    room[0][0] = '\0';
    if (r->type == OPTION_FLAG) {
        text_copy(room[n++], VALUE_MAX, "yes");
        return n;
    }
    for (const char *at = r->choices; at && n < CHOICES_MAX; n++) {
        const char *end = strchr(at, '|');
        snprintf(room[n], VALUE_MAX, "%.*s", end ? (int)(end - at) : (int)strlen(at), at);
        at = end ? end + 1 : NULL;
    }
    if (is_theme(r)) {
        struct theme_list themes;
        theme_list_all(&themes);
        for (size_t i = 0; i < themes.count && n < CHOICES_MAX; i++)
            text_copy(room[n++], VALUE_MAX, themes.name[i]);
    }
    return n > 1 ? n : 0;
}

static enum option_list_event give(struct options *o, const struct option_row *r, const char *value,
                                   struct error *e)
{
    if (!*value)
        option_unset(o, r);
    else if (option_set(o, r, value, e) < 0)
        return OPTION_LIST_REFUSED;
    return OPTION_LIST_CHANGED;
}

/* A count goes by its least value: blocks are even. Below that is the default. */
static enum option_list_event count_on(struct options *o, const struct option_row *r, int by,
                                       struct error *e)
{
    char value[32];
    double n = (double)*(const uint64_t *)((const char *)o + r->offset) + by * r->min;
    if (n < r->min) {
        option_unset(o, r);
        return OPTION_LIST_CHANGED;
    }
    snprintf(value, sizeof value, "%.0f", n);
    return give(o, r, value, e);
}

static enum option_list_event next_value(struct options *o, const struct option_row *r, int by,
                                         struct error *e)
{
    char choices[CHOICES_MAX][VALUE_MAX], now[VALUE_MAX];
    size_t count = choices_of(r, choices), at = 0;
    if (r->type == OPTION_COUNT || r->type == OPTION_EVEN)
        return count_on(o, r, by, e);
    if (count == 0) {
        error_set(e, ERROR_USAGE, "%s has no list of values: one is typed", r->name);
        return OPTION_LIST_REFUSED;
    }
    option_text(o, r, now, sizeof now);
    while (at < count && strcmp(choices[at], now) != 0)
        at++;
    return give(o, r, choices[(at + count + (size_t)(by + (int)count)) % count], e);
}

static enum option_list_event open_row(struct option_list *l, struct options *o, struct error *e)
{
    const struct option_row *r = option_list_selected(l);
    if (r->type == OPTION_FLAG || r->type == OPTION_CHOICE)
        return next_value(o, r, 1, e);
    option_text(o, r, l->text, sizeof l->text);
    l->editing = true;
    return OPTION_LIST_USED;
}

static enum option_list_event type(struct option_list *l, int code, struct options *o,
                                   struct error *e)
{
    enum entry_event event = entry_key(l->text, sizeof l->text, code);
    if (event == ENTRY_TYPED)
        return OPTION_LIST_USED;
    if (event == ENTRY_KEPT) {
        enum option_list_event changed = give(o, option_list_selected(l), l->text, e);
        l->editing = changed == OPTION_LIST_REFUSED; /* to be mended */
        return changed;
    }
    l->editing = false;
    return OPTION_LIST_USED;
}

enum option_list_event option_list_key(struct option_list *l, enum action a, int code,
                                       struct options *o, struct error *e)
{
    const struct option_row *r = option_list_selected(l);
    if (l->editing)
        return type(l, code, o, e);
    if (code == KEY_CODE_BACKSPACE)
        return give(o, r, "", e);
    switch (a) {
    case ACTION_UP:
        l->selected -= l->selected > 0;
        return OPTION_LIST_USED;
    case ACTION_DOWN:
        l->selected += l->selected + 1 < l->count;
        return OPTION_LIST_USED;
    case ACTION_HOME:
        l->selected = 0;
        return OPTION_LIST_USED;
    case ACTION_END:
        l->selected = l->count - 1;
        return OPTION_LIST_USED;
    case ACTION_PAGE_UP:
        l->selected = l->selected > 8 ? l->selected - 8 : 0;
        return OPTION_LIST_USED;
    case ACTION_PAGE_DOWN:
        l->selected = l->selected + 8 < l->count ? l->selected + 8 : l->count - 1;
        return OPTION_LIST_USED;
    case ACTION_LEFT:
        return next_value(o, r, -1, e);
    case ACTION_RIGHT:
        return next_value(o, r, 1, e);
    case ACTION_OPEN:
    case ACTION_FREEZE:
        return open_row(l, o, e);
    default:
        return OPTION_LIST_UNUSED;
    }
}

/* Drawing */

static void draw_row(struct canvas *c, int y, int x, int name, int w, const struct option_list *l,
                     const struct option_row *r, const struct options *o, bool selected)
{
    char value[VALUE_MAX];
    widget_cursor(c, y, x, selected);
    widget_cut(c, y, x, name - 1, STYLE_TEXT, selected ? ATTR_BOLD : 0, r->name);
    if (selected && l->editing) {
        struct rect former = canvas_clip(c, (struct rect){y, x + name, 1, w - name});
        int columns = canvas_columns(l->text), room = w - name - 1;
        int end = canvas_text(c, y, x + name - (columns > room ? columns - room : 0), STYLE_STRONG,
                              ATTR_UNDERLINE, l->text);
        canvas_put(c, y, end, '_', STYLE_STRONG, ATTR_BOLD);
        canvas_unclip(c, former);
        return;
    }
    bool given = *option_text(o, r, value, sizeof value);
    if (!given)
        option_list_default(r, value, sizeof value);
    widget_cut(c, y, x + name, w - name, given ? STYLE_STRONG : STYLE_DIM, given ? ATTR_BOLD : 0,
               *value ? value : "—");
}

size_t option_list_draw(struct canvas *c, struct rect r, const struct option_list *l,
                        const struct options *o, bool focus, size_t hit_box, size_t *above)
{
    size_t visible = r.h > 0 ? (size_t)r.h : 0;
    size_t first = widget_scroll(0, l->selected, visible, l->count);
    int name = r.w >= 34 ? 13 : r.w >= 20 ? 11 : r.w / 2;
    for (size_t i = 0; i < visible && first + i < l->count; i++) {
        int y = r.y + (int)i;
        draw_row(c, y, r.x, name, r.w, l, l->rows[first + i], o, focus && first + i == l->selected);
        canvas_hit_row(c, (struct rect){y, r.x, 1, r.w}, hit_box, first + i, 0);
    }
    *above = first;
    return l->count > first + visible ? l->count - first - visible : 0;
}
