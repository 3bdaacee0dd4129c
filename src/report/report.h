/* report.h - a result document as text for people and programs: one const descriptor per format. */
#ifndef VMTAX_REPORT_H
#define VMTAX_REPORT_H

#include "result.h"

#include <stdio.h>

struct report_format {
    const char *id;   /* "json" */
    const char *what; /* one sentence for --help */
    int (*write)(const struct result *r, FILE *out, struct error *e);
};

/* Ends with NULL. */
extern const struct report_format *const report_formats[];
const struct report_format *report_find(const char *id);

/* Is everything written? 0, or -1 with a sentence. A reader of a pipe that went away has what it
 * wanted: that is no error. */
int report_flush(FILE *out, struct error *e);

#endif
