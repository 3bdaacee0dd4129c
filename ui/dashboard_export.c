#include "ui/dashboard_parts.h"

#include "check.h"
#include "report/report.h"
#include "written.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

/* A new file of the user's, named by the time. */
static FILE *new_file(const char *name, char *path, size_t size, struct error *e)
{
    struct tm t;
    time_t now = time(NULL);
    localtime_r(&now, &t);
    if (strftime(path, size, name, &t) == 0)
        BUG("no room for the name of a report");
    FILE *f = fopen(path, "wxe");
    if (!f)
        error_errno(e, errno, "cannot write %s", path);
    return f;
}

/* rc, e: of what was written. */
static int close_file(FILE *f, const char *path, int rc, char *message, size_t size,
                      struct error *e)
{
    int failed = rc == 0 ? written_flush(f) : 0;
    if (fclose(f) != 0 && !failed)
        failed = errno;
    if (rc < 0)
        error_prefix(e, "%s", path);
    else if (failed)
        rc = error_errno(e, failed, "cannot write %s", path);
    if (rc == 0)
        snprintf(message, size, "written: %s", path);
    return rc;
}

int dashboard_export(void *context, char *message, size_t size, struct error *e)
{
    struct dashboard *d = context;
    struct error earlier;
    dashboard_reap(d, &earlier);
    /* What stands on the screen is half of a run then, and what is kept is the one before it. */
    if (d->job)
        return error_set(e, ERROR_USAGE, "a run is live: its report can be written when it ends");
    if (!d->last.slot_count)
        return error_set(e, ERROR_USAGE, "nothing was measured yet");
    char path[64];
    FILE *f = new_file("vmtax-%Y%m%d-%H%M%S.md", path, sizeof path, e);
    if (!f)
        return -1;
    return close_file(f, path, report_find("md")->write(&d->last, f, e), message, size, e);
}

int dashboard_export_check(void *context, char *message, size_t size, struct error *e)
{
    struct dashboard *d = context;
    char path[64];
    FILE *f = new_file("vmtax-check-%Y%m%d-%H%M%S.md", path, sizeof path, e);
    if (!f)
        return -1;
    check_write_markdown(d->checking.verdict, (int64_t)time(NULL), f);
    return close_file(f, path, 0, message, size, e);
}
