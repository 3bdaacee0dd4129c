/* option_list.h - rows of the option table with a cursor and their values to be changed: the
 * settings, and the options of the planner. */
#ifndef VMTAX_OPTION_LIST_H
#define VMTAX_OPTION_LIST_H

#include "option.h"
#include "ui/canvas.h"
#include "ui/key.h"

#define OPTION_LIST_MAX 64

struct option_list {
    const struct option_row *rows[OPTION_LIST_MAX]; /* in the order of the table */
    size_t count, selected;
    bool editing; /* the selected row's value is typed */
    char text[128];
};

/* Those that vmtax.conf may have and all these commands take. */
void option_list_init(struct option_list *l, unsigned commands);
const struct option_row *option_list_selected(const struct option_list *l);

enum option_list_event {
    OPTION_LIST_UNUSED, /* the key means nothing here */
    OPTION_LIST_USED,
    OPTION_LIST_CHANGED, /* a value */
    OPTION_LIST_REFUSED, /* e says why */
};
/* Up and down move, left and right go through the values, Enter and the space bar type one or
 * toggle, Backspace takes it back to the default. */
enum option_list_event option_list_key(struct option_list *l, enum action a, int code,
                                       struct options *o, struct error *e);

/* Values that are not the default stand out; with the focus the cursor shows. hit_box: of the rows,
 * for the mouse. Returns how many rows are hidden below, and above in *above. */
size_t option_list_draw(struct canvas *c, struct rect r, const struct option_list *l,
                        const struct options *o, bool focus, size_t hit_box, size_t *above);
/* What holds where nothing was given, as the table says it; "" if it does not. */
char *option_list_default(const struct option_row *r, char *out, size_t size);

#endif
