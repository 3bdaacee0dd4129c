#include <config.h>

#include "ui/reading.h"

#include "ui/layout.h"
#include "ui/prose.h"
#include "ui/widget.h"
#include "xalloc.h"

#define DIALOG_W 92

void reading_draw(struct canvas *c, struct rect area, const struct reading *r)
{
    static const struct hint top[] = {{ACTION_BACK, " close"}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_UP, "↓ next line"}, {ACTION_COPY, NULL}, {ACTION_NONE, NULL}};
    const struct box box = {.title = r->title, .top = top, .bottom = bottom, .focus = true};
    int w = layout_center(area, 1, DIALOG_W).w;
    int rows = prose_rows(c, w - 6, r->text);
    struct rect frame = layout_center(area, rows + 4, w), in = widget_box(c, frame, &box);
    in.x++;
    in.w -= 2;
    widget_cut(c, in.y, in.x, in.w, STYLE_DIM, 0, r->head);
    prose_whole(c, (struct rect){in.y + 2, in.x, in.h - 2, in.w}, STYLE_TEXT, 0, r->text);
}

char *reading_text(const struct reading *r)
{
    return xasprintf("%s\n%s\n", r->head, r->text);
}
