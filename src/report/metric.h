/* metric.h - the lines of an OpenMetrics text: gauges named vmtax_... */
#ifndef VMTAX_REPORT_METRIC_H
#define VMTAX_REPORT_METRIC_H

#include <stdbool.h>
#include <stdio.h>

/* What begins a family; unit may be "", else the name ends with it. */
void metric_head(FILE *out, const char *name, const char *unit, const char *help);
/* name="value", escaped; the first one after a brace, the others after a comma. */
void metric_label(FILE *out, bool first, const char *name, const char *value);
/* What ends a line with labels. */
void metric_sample(FILE *out, double value);
/* A family of one, without labels; none if the value is not finite. */
void metric_number(FILE *out, const char *name, const char *unit, const char *help, double value);

#endif
