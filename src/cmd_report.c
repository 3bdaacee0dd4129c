/* vmtax report: a stored result in another form. */
#include "analysis.h"
#include "command.h"
#include "replace.h"
#include "report/picture.h"
#include "report/redact.h"
#include "report/report.h"
#include "store.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* SUBSYSTEM_COUNT: all. -1 with a sentence if the one that is named cannot be had. */
static int find_subsystem(const struct options *o, const struct report_format *format,
                          struct error *e)
{
    const char *names[SUBSYSTEM_COUNT + 1] = {NULL};
    char clean[64];
    if (!o->subsystem)
        return SUBSYSTEM_COUNT;
    text_clean(clean, sizeof clean, o->subsystem);
    if (format != report_find("svg"))
        return error_set(e, ERROR_USAGE,
                         "--subsystem %s: only --format svg draws a part of a result", clean);
    enum subsystem s = subsystem_find(o->subsystem);
    if (s != SUBSYSTEM_COUNT)
        return (int)s;
    for (int i = 0; i < SUBSYSTEM_COUNT; i++)
        names[i] = subsystems[i].id;
    const char *near = text_nearest(o->subsystem, names);
    return error_set(e, ERROR_USAGE, "there is no subsystem \"%s\"; %s%s%s", clean,
                     near ? "did you mean \"" : "see vmtax list workloads", near ? near : "",
                     near ? "\"?" : "");
}

static int write_report(const struct result *r, const struct report_format *format, int subsystem,
                        FILE *out, struct error *e)
{
    return subsystem == SUBSYSTEM_COUNT ? format->write(r, out, e)
                                        : picture_write(r, (enum subsystem)subsystem, out, e);
}

/* What is there already is lost only to a whole report. */
static int write_file(const struct result *r, const struct report_format *format, int subsystem,
                      const char *path, struct error *e)
{
    struct replace file;
    if (!path[0])
        return error_set(e, ERROR_USAGE, "cannot write \"\": a file is wanted");
    if (replace_begin(&file, path, 0644, e) < 0)
        return -1;
    if (write_report(r, format, subsystem, file.out, e) == 0)
        return replace_end(&file, e);
    replace_drop(&file);
    return error_prefix(e, "%s", path);
}

/* Another target takes native's place. */
static int set_base(struct result *r, const struct options *o, struct error *e)
{
    const char *names[TARGETS_MAX + 1] = {NULL};
    char clean[TARGET_ID_MAX];
    size_t t = result_find_target(r, o->base);
    for (size_t i = 0; i < r->target_count; i++)
        names[i] = r->targets[i].id;
    if (t < r->target_count) {
        result_set_base(r, t);
        return 0;
    }
    const char *near = text_nearest(o->base, names);
    return error_set(e, ERROR_USAGE, "--base %s: the result has no such target%s%s%s",
                     text_clean(clean, sizeof clean, o->base), near ? "; did you mean \"" : "",
                     near ? near : "", near ? "\"?" : "");
}

static int run(const struct context *c, struct error *e)
{
    const struct options *o = c->options;
    const struct report_format *format = report_find(o->format ? o->format : "text");
    if (!format)
        return command_unknown_format(o->format, e);
    int subsystem = find_subsystem(o, format, e);
    if (subsystem < 0)
        return -1;
    if (o->base && format != report_find("text") && format != report_find("csv"))
        return error_set(e, ERROR_USAGE, "--base %.40s: only text and csv have another base",
                         o->base);
    char path[4096];
    struct result r;
    if (store_find(o->words[0], path, sizeof path, e) < 0)
        return -1;
    result_init(&r);
    int rc = store_load(&r, path, e);
    if (rc == 0 && o->base)
        rc = set_base(&r, o, e);
    if (rc == 0) {
        analysis_update(&r);
        if (o->redact)
            redact_result(&r);
        rc = o->output ? write_file(&r, format, subsystem, o->output, e)
                       : write_report(&r, format, subsystem, stdout, e);
    }
    result_release(&r);
    return rc < 0 ? -1 : EXIT_DONE;
}

const struct command command_report = {
    .name = "report",
    .usage = "report RESULT [OPTION...]",
    .summary = "a stored result as text, a page, a picture, or for other programs",
    .words = "RESULT is a name of `vmtax list results`, a file, or `last`.",
    .bit = FOR_REPORT,
    .plain_signals = true,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
