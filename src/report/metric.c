#include "report/metric.h"

#include "text.h"

#include <math.h>

void metric_head(FILE *out, const char *name, const char *unit, const char *help)
{
    fprintf(out, "# TYPE vmtax_%s gauge\n", name);
    if (unit[0])
        fprintf(out, "# UNIT vmtax_%s %s\n", name, unit);
    fprintf(out, "# HELP vmtax_%s %s\n", name, help);
}

void metric_label(FILE *out, bool first, const char *name, const char *value)
{
    char clean[256]; /* without controls: no line ends in it */
    fprintf(out, "%s%s=\"", first ? "{" : ",", name);
    text_clean(clean, sizeof clean, value);
    for (const char *c = clean; *c; c++) {
        if (*c == '\\' || *c == '"')
            fputc('\\', out);
        fputc(*c, out);
    }
    fputc('"', out);
}

void metric_sample(FILE *out, double value)
{
    fprintf(out, "} %.9g\n", value);
}

void metric_number(FILE *out, const char *name, const char *unit, const char *help, double value)
{
    if (!isfinite(value))
        return;
    metric_head(out, name, unit, help);
    fprintf(out, "vmtax_%s %.15g\n", name, value);
}
