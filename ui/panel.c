/* The list of panels, and what the tabs say about those that this version does not have. */
#include <config.h>

#include "ui/panel.h"

#include "ui/key.h"

#include <string.h>
#include <strings.h>

extern const struct panel panel_overview, panel_processor, panel_memory, panel_disk, panel_network,
    panel_web, panel_database, panel_java, panel_sysops, panel_ctxsw, panel_host, panel_whitebox,
    panel_log;

/* One a line. */
/* clang-format off */
const struct panel *const panels[] = {
    &panel_overview,
    &panel_processor,
    &panel_memory,
    &panel_disk,
    &panel_network,
    &panel_web,
    &panel_database,
    &panel_java,
    &panel_sysops,
    &panel_ctxsw,
    &panel_host,
    &panel_whitebox,
    &panel_log,
    &panel_live,
    &panel_verdict,
    NULL,
};
/* clang-format on */

static const struct tab tab_names[] = {
    {'1', "Overview", "Over", NULL}, {'2', "Processor", "Cpu", NULL},
    {'3', "Memory", "Mem", NULL},    {'4', "Disk", "Disk", NULL},
    {'5', "Network", "Net", NULL},   {'6', "Web", "Web", NULL},
    {'7', "Database", "Db", NULL},   {'8', "Jvm", "Jvm", NULL},
    {'9', "SysOps", "Sys", NULL},    {'0', "CtxSwitch", "Ctx", NULL},
    {'H', "Host", "Host", NULL},     {'W', "Whitebox", "Whitebox", NULL},
    {'L', "Log", "Log", NULL},
};
_Static_assert(sizeof tab_names / sizeof tab_names[0] == sizeof TAB_KEYS - 1,
               "a name for each tab");

const struct panel *panel_find(const char *id)
{
    for (size_t i = 0; panels[i]; i++)
        if (strcmp(panels[i]->id, id) == 0)
            return panels[i];
    /* The tabs' names are what is read on the screen. */
    for (size_t i = 0; panels[i]; i++) {
        const struct panel *p = panels[i];
        if (strcasecmp(p->title, id) == 0 || strcasecmp(p->short_title, id) == 0)
            return p;
    }
    return NULL;
}

struct tab tab_at(size_t place)
{
    struct tab tab = tab_names[place];
    for (size_t i = 0; panels[i]; i++)
        if (panels[i]->key == tab.key) {
            tab.title = panels[i]->title;
            tab.short_title = panels[i]->short_title;
            tab.panel = panels[i];
        }
    return tab;
}
