/* theme_list.h - which themes there are: those built in, in the order of the T key, then those of
 * the user's and the installed themes directory that have other names, by name. */
#ifndef VMTAX_THEME_LIST_H
#define VMTAX_THEME_LIST_H

#include "ui/theme.h"

#include <stddef.h>

#define THEMES_MAX 64 /* further files are no choice; by name they are found nevertheless */

struct theme_list {
    size_t count;
    char name[THEMES_MAX][THEME_NAME_MAX];
};

/* directories as of theme_load. Files whose names are too long or cannot be shown are left out. */
void theme_list_read(struct theme_list *l, const char *const *directories);
/* The place of a name; count if it is not there. */
size_t theme_list_find(const struct theme_list *l, const char *name);
/* There is no such theme: -1 with the nearest. */
int theme_list_unknown(const struct theme_list *l, const char *name, struct error *e);

/* Where themes lie: the user's directory first. */
struct theme_directories {
    char *user;
    const char *list[3]; /* ends with NULL */
};

void theme_directories_init(struct theme_directories *d);
void theme_directories_release(struct theme_directories *d);

/* Both at once, for who asks only for the names. */
void theme_list_all(struct theme_list *l);

#endif
