/* appearance.h - how the dashboard looks, from the options: for whichever command opens it. */
#ifndef VMTAX_UI_APPEARANCE_H
#define VMTAX_UI_APPEARANCE_H

#include "option.h"
#include "ui/app.h"
#include "ui/theme_list.h"

/* What app_options points to. */
struct appearance {
    struct theme_directories themes;
};

/* Fills screen, theme and mouse of to. a must outlive it. */
void appearance_from(struct appearance *a, struct app_options *to, const struct options *o);
/* The same again after the options changed. */
void appearance_fill(struct app_options *to, const struct options *o);
void appearance_release(struct appearance *a);

/* The theme that the options name, for who opens no dashboard. What is wrong in the file of one is
 * told on stderr; -1 with a sentence if there is no such theme. */
int appearance_theme(struct theme *t, const struct options *o, struct error *e);

#endif
