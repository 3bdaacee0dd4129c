/* reading.h - a text that its row has no room for, whole, in a dialog. */
#ifndef VMTAX_READING_H
#define VMTAX_READING_H

#include "snapshot.h"
#include "ui/canvas.h"

/* A copy: the row may be gone while it is read. Clean text. */
struct reading {
    char title[48]; /* of the dialog */
    char head[96];  /* one line: when, what, of whom */
    char text[BOARD_LOG_TEXT];
};

void reading_draw(struct canvas *c, struct rect area, const struct reading *r);
/* As lines of text; the caller frees. */
char *reading_text(const struct reading *r);

#endif
