#include "ui/rowbox.h"

#include "ui/detail.h"
#include "ui/list.h"

size_t rowbox_count(const struct rowbox *b, const struct snapshot *s, const struct view *v)
{
    size_t list[ROWS_MAX];
    return row_list(s, v, b->subsystem, b->prefix, list);
}

size_t rowbox_metric(const struct rowbox *b, const struct snapshot *s, const struct view *v)
{
    size_t list[ROWS_MAX], count = row_list(s, v, b->subsystem, b->prefix, list);
    return v->row[b->index] < count ? list[v->row[b->index]] : SIZE_MAX;
}

void rowbox_draw(const struct rowbox *b, struct canvas *c, struct rect r, const struct snapshot *s,
                 const struct view *v, bool ghosts)
{
    static const struct hint plain[] = {
        {ACTION_UNITS, NULL}, {ACTION_TARGET, NULL}, {ACTION_FILTER, NULL}, {ACTION_NONE, NULL}};
    static const struct hint paper[] = {{ACTION_UNITS, NULL},
                                        {ACTION_PAPER, NULL},
                                        {ACTION_TARGET, NULL},
                                        {ACTION_FILTER, NULL},
                                        {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    size_t list[ROWS_MAX], count = row_list(s, v, b->subsystem, b->prefix, list);
    bool focus = v->box == b->index;
    struct box box = {.title = b->title,
                      .note = b->note,
                      .number = b->key,
                      .top = b->paper ? paper : plain,
                      .bottom = bottom,
                      .bottom_note = ghosts ? "o x k: the paper's OpenVZ, Xen, KVM (2010)" : NULL,
                      .focus = focus};
    struct rect in = widget_box(c, r, &box);
    size_t at = v->row[b->index] < count ? v->row[b->index] : 0;
    int told = count ? row_draw_paper(c, in, s, v, s->metrics[list[at]].workload) : 0;
    in.y += told;
    in.h -= told;
    if (count == 0)
        list_nothing(c, in, s, v, b->subsystem);
    else
        list_rows_draw(c, r, in, s, v, list, count, b->index, focus, ghosts);
}

void rowbox_draw_detail(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v, size_t metric)
{
    static const struct hint top[] = {{ACTION_WHY, NULL}, {ACTION_NONE, NULL}};
    struct box box = {.title = "this row", .top = top};
    detail_draw(c, widget_box(c, r, &box), s, v, metric);
}
