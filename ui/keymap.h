/* keymap.h - the user's own keys: lines `key.NAME = KEY ...` of vmtax.conf over the table of key.h.
 *
 * The table's rules hold for them, too: a key means one thing, digits and H W L only jump to
 * panels, h j k l only move. A line that breaks one, or makes no sense, is told and its action
 * keeps the table's keys. */
#ifndef VMTAX_KEYMAP_H
#define VMTAX_KEYMAP_H

#include "option.h"
#include "ui/key.h"

#include <stdbool.h>

/* tell is called for each line that is ignored, with a sentence that names it; may be NULL. */
void keymap_read(struct keymap *map, const struct option_key *lines, size_t count,
                 void (*tell)(void *context, const char *sentence), void *context);

/* The code of a key as it is written in the file: "s", "F5", "Tab", "Space", "^L"; 0: there is none
 * of that name. */
int keymap_code(const char *name);
#define KEYMAP_NAME 16
/* The name of a key that was pressed: "s", "F5", "^L", "PgUp". False: it is none that has one. */
bool keymap_name(int code, char out[KEYMAP_NAME]);

#endif
