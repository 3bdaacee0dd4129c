/* vmtax report: a stored result in another form. */
#include "analysis.h"
#include "command.h"
#include "report/report.h"
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int run(const struct context *c, struct error *e)
{
    const struct options *o = c->options;
    const struct report_format *format = report_find(o->format ? o->format : "text");
    if (!format)
        return command_unknown_format(o->format, e);
    char path[4096];
    struct result r;
    if (store_find(o->words[0], path, sizeof path, e) < 0)
        return -1;
    result_init(&r);
    int rc = store_load(&r, path, e);
    if (rc == 0) {
        analysis_update(&r);
        FILE *out = o->output ? fopen(o->output, "we") : stdout;
        if (!out)
            rc = error_errno(e, errno, "cannot write %s", o->output[0] ? o->output : "\"\"");
        else
            rc = format->write(&r, out, e);
        if (out && out != stdout && fclose(out) != 0 && rc == 0)
            rc = error_errno(e, errno, "cannot write %s", o->output[0] ? o->output : "\"\"");
    }
    result_release(&r);
    return rc < 0 ? -1 : EXIT_DONE;
}

const struct command command_report = {
    .name = "report",
    .usage = "report RESULT [OPTION...]",
    .summary = "a stored result as text, JSON, CSV or Markdown",
    .words = "RESULT is a name of `vmtax list results`, a file, or `last`.",
    .bit = FOR_REPORT,
    .plain_signals = true,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
