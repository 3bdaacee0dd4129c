#include <config.h>

#include "report/format.h"
#include "report/report.h"
#include "store.h"

#include <stdlib.h>

static int write_json(const struct result *r, FILE *out, struct error *e)
{
    struct report_locale l;
    report_begin(&l);
    char *text = store_to_json(r, true);
    fputs(text, out);
    fputc('\n', out);
    free(text);
    return report_end(&l, out, e);
}

const struct report_format report_json = {
    .id = "json",
    .what = "the whole result document (" RESULT_SCHEMA ")",
    .write = write_json,
};
