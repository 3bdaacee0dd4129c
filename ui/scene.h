/* scene.h - one whole screen: tabs, panel, footer, and what lies over them. A pure function of the
 * snapshot and the state given; the dashboard, `vmtax screen` and the golden tests all draw with
 * it. */
#ifndef VMTAX_SCENE_H
#define VMTAX_SCENE_H

#include "ui/panel.h"
#include "ui/plan_dialog.h"
#include "ui/settings.h"

enum overlay {
    OVERLAY_NONE,
    OVERLAY_WELCOME,
    OVERLAY_HELP,
    OVERLAY_QUIT, /* a run is live: really? */
    OVERLAY_FILTER,
    OVERLAY_PLAN,
    OVERLAY_SETTINGS,
    OVERLAY_READING,
    OVERLAY_TOUR, /* in place of everything */
};

struct scene {
    const struct panel *panel; /* NULL: the version has none; the area says so */
    char tab;                  /* the tab to light; a panel without one keeps its caller's */
    const struct view *view;   /* never NULL */
    enum overlay overlay;
    size_t help_page, help_first;
    const char *help_find;              /* only lines with it; NULL or "": all */
    bool typing;                        /* that */
    const struct plan_dialog *plan;     /* of OVERLAY_PLAN */
    const struct option_list *settings; /* of OVERLAY_SETTINGS */
    const struct options *options;
    const struct reading *reading; /* of OVERLAY_READING */
    const char *const *welcome;    /* lines of OVERLAY_WELCOME, ends with NULL */
    const char *flash;             /* takes the footer's place; NULL: none */
    bool flash_error;
    size_t slide; /* of OVERLAY_TOUR */
    bool held;    /* while a slot is timed nothing is drawn: what moves by itself is left out */
};

/* Resize the canvas and draw. Returns the largest help_first that makes sense (0 without help). */
size_t scene_draw(struct canvas *c, int h, int w, const struct snapshot *s,
                  const struct scene *scene);

#endif
