/* appearance.h - how the dashboard looks, from the options: for whichever command opens it. */
#ifndef VMTAX_UI_APPEARANCE_H
#define VMTAX_UI_APPEARANCE_H

#include "option.h"
#include "ui/app.h"

/* What app_options points to. */
struct appearance {
    char *user_themes;
    const char *directories[3];
};

/* Fills screen, theme and mouse of to. a must outlive it. */
void appearance_from(struct appearance *a, struct app_options *to, const struct options *o);
/* The same again after the options changed. */
void appearance_fill(struct app_options *to, const struct options *o);
void appearance_release(struct appearance *a);

#endif
