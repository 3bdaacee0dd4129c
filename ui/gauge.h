/* gauge.h - the host's state in rows of label, spark and figure: used by the overview and the host
 * panel. */
#ifndef VMTAX_GAUGE_H
#define VMTAX_GAUGE_H

#include "ui/panel.h"

enum gauge { GAUGE_CPU, GAUGE_MEMORY, GAUGE_DISK, GAUGE_NETWORK, GAUGE_STEAL, GAUGE_COUNT };

extern const char *const gauge_titles[GAUGE_COUNT]; /* "cpu", ... */

/* The ring of samples, oldest first, into out; returns how many. */
size_t gauge_values(const struct board_host *h, enum gauge g, double out[BOARD_HOST_MAX]);
/* What the upper edge of its graph stands for. */
double gauge_top(const struct board_host *h, enum gauge g);
/* "37%", "39/63G", "84 MB/s", "112 Mb/s". */
char *gauge_text(const struct board_host *h, enum gauge g, char out[32]);
/* "load 3.1 2.7 2.2  2.33 GHz"; "quiet? yes  steal 0.0%". One row each. */
void gauge_load(struct canvas *c, int y, int x, int w, const struct board_host *h);
void gauge_quiet(struct canvas *c, int y, int x, int w, const struct board_host *h);
/* label, spark, figure in one row. */
void gauge_row(struct canvas *c, int y, int x, int w, const struct board_host *h, enum gauge g);
/* All processors in one row, a level each. */
void gauge_cores_row(struct canvas *c, int y, int x, int w, const struct board_host *h);
/* One bar a processor, as many as fit; a last row says how many more. */
void gauge_cores(struct canvas *c, struct rect r, const struct board_host *h);

#endif
