/* settings.h - the settings on the screen: all options that hold for the dashboard, from the table
 * of options. */
#ifndef VMTAX_SETTINGS_H
#define VMTAX_SETTINGS_H

#include "ui/option_list.h"

enum settings_event {
    SETTINGS_NOTHING,
    SETTINGS_CLOSE,
    SETTINGS_CHANGED,
    SETTINGS_WRITE,   /* to the file */
    SETTINGS_REFUSED, /* e says why */
    SETTINGS_UNKNOWN, /* the key means nothing here */
};
enum settings_event settings_key(struct option_list *l, enum action a, int code, struct options *o,
                                 struct error *e);
/* A click on a row: goes there; again: as Enter. */
enum settings_event settings_click(struct option_list *l, size_t row, struct options *o,
                                   struct error *e);
/* path: of the file, for the foot. */
void settings_draw(struct canvas *c, struct rect area, const struct option_list *l,
                   const struct options *o, const char *path);

#endif
