/* list.h - lists that several panels show: all rows ranked by what they lost, the rows of one
 * subsystem, the queue, the log. Each draws into the inside of a box and marks in its frame how
 * many lines do not fit. */
#ifndef VMTAX_LIST_H
#define VMTAX_LIST_H

#include "ui/prose.h"
#include "ui/row.h"

#define RANKED_MAX 1024
#define LIST_SORTS 3 /* by loss, by name, as measured */

struct ranked {
    size_t metric, target;
    int group; /* what can be compared, what cannot, emulated; by loss in each */
    double ratio;
};

/* Every comparison, in the view's order and filter. Returns how many. */
size_t list_rank(const struct snapshot *s, const struct view *v, struct ranked out[RANKED_MAX]);
void list_ranked_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                      const struct view *v, size_t index, bool focus);

/* Rows of one subsystem whose ids begin with prefix, dot and whisker on one axis, with figures in
 * units where there is room. paper: the paper's guests as ghost marks. */
void list_rows_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                    const struct view *v, const size_t *metrics, size_t count, size_t index,
                    bool focus, bool paper);

/* Instead of rows: why there are none and what to press. */
void list_nothing(struct canvas *c, struct rect in, const struct snapshot *s, const struct view *v,
                  enum subsystem sub);
/* The rows of a subsystem as one column of text, for the smallest terminals: a heading, the rows,
 * and the selected row's particulars below them if there is room. */
void list_text_draw(struct canvas *c, struct rect area, const struct snapshot *s,
                    const struct view *v, enum subsystem sub, const char *prefix);

void list_queue_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                     const struct view *v, size_t index, bool focus);

/* Log lines that pass the filter. */
size_t list_log_count(const struct snapshot *s, const struct view *v);
/* Newest at the bottom; with the focus the cursor walks, row 0 is the newest. */
void list_log_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                   const struct view *v, size_t index, bool focus);
/* The line under the cursor; NULL if there is none. */
const struct board_log_line *list_log_line(const struct snapshot *s, const struct view *v,
                                           size_t index);
/* "warn" */
const char *list_log_word(enum board_log_level level);

#endif
