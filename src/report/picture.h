/* picture.h - the charts of a result as one SVG document. */
#ifndef VMTAX_REPORT_PICTURE_H
#define VMTAX_REPORT_PICTURE_H

#include "report/report.h"

/* Of one subsystem, or, if only is SUBSYSTEM_COUNT, of all, with their means above. As
 * report_format.write. */
int picture_write(const struct result *r, enum subsystem only, FILE *out, struct error *e);

#endif
