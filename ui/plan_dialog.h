/* plan_dialog.h - the run planner on the screen: targets, workloads and options in three columns,
 * and below them what the marked ones take and need. */
#ifndef VMTAX_PLAN_DIALOG_H
#define VMTAX_PLAN_DIALOG_H

#include "planner.h"
#include "snapshot.h"
#include "ui/option_list.h"

enum plan_column { PLAN_TARGETS, PLAN_WORK, PLAN_OPTIONS, PLAN_COLUMNS };

struct plan_dialog {
    struct planner planner;
    bool ready; /* the planner is initialised */
    enum plan_column column;
    size_t row[PLAN_OPTIONS]; /* of the first two columns */
    struct option_list options;
};

/* Marks and options stay until it is released. */
void plan_dialog_init(struct plan_dialog *d, const struct options *options);
void plan_dialog_release(struct plan_dialog *d);

enum plan_event {
    PLAN_NOTHING,
    PLAN_CLOSE,
    PLAN_COUNT, /* marks or options changed: planner_count() is wanted */
    PLAN_LOOK,  /* options changed that decide what works: planner_look() */
    PLAN_START,
    PLAN_REFUSED, /* e says why */
    PLAN_UNKNOWN, /* the key means nothing here */
};
enum plan_event plan_dialog_key(struct plan_dialog *d, enum action a, int code, struct error *e);
/* A click on a row of a column: goes there; again: as the space bar. */
enum plan_event plan_dialog_click(struct plan_dialog *d, size_t column, size_t row,
                                  struct error *e);

void plan_dialog_draw(struct canvas *c, struct rect area, const struct snapshot *s,
                      const struct plan_dialog *d);

#endif
