#include "command.h"

#include "report/report.h"
#include "text.h"

#include <string.h>

int command_unknown_format(const char *name, struct error *e)
{
    const char *names[16];
    char all[128] = "", clean[64];
    size_t n = 0;
    for (const struct report_format *const *f = report_formats; *f && n < 15; f++) {
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", n ? ", " : "", (*f)->id);
        names[n++] = (*f)->id;
    }
    names[n] = NULL;
    const char *near = text_nearest(name, names);
    text_clean(clean, sizeof clean, name);
    if (near)
        return error_set(e, ERROR_USAGE, "there is no format \"%s\"; did you mean \"%s\"?", clean,
                         near);
    return error_set(e, ERROR_USAGE, "there is no format \"%s\"; there are %s", clean, all);
}

int command_exit(const struct error *e)
{
    return e->kind == ERROR_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_USAGE_OR_SETUP;
}
