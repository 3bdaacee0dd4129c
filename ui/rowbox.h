/* rowbox.h - the box that a panel of one subsystem is built around: its rows with a cursor, and
 * beside them the selected one in full. */
#ifndef VMTAX_ROWBOX_H
#define VMTAX_ROWBOX_H

#include "ui/row.h"

#include <stdbool.h>
#include <stddef.h>

struct rowbox {
    enum subsystem subsystem;
    const char *prefix; /* of the ids of its workloads; "" = all of the subsystem */
    size_t index;       /* the box's number in its panel */
    char key;           /* of the panel, in the corner */
    const char *title, *note;
    bool paper; /* the paper has these rows: P shows its guests as ghost marks */
};

/* Rows that pass the filter. */
size_t rowbox_count(const struct rowbox *b, const struct snapshot *s, const struct view *v);
/* The metric under the cursor, SIZE_MAX if none. */
size_t rowbox_metric(const struct rowbox *b, const struct snapshot *s, const struct view *v);
/* ghosts: the paper's guests are to be shown. */
void rowbox_draw(const struct rowbox *b, struct canvas *c, struct rect r, const struct snapshot *s,
                 const struct view *v, bool ghosts);
/* The box "this row". */
void rowbox_draw_detail(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v, size_t metric);

#endif
