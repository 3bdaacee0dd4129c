#include "config.h"

#include "target/ledger_kind.h"

#include "target/forward.h"
#include "target/undo.h"
#include "target/vzctl.h"
#include "target/xl.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

/* A domain takes a second; Xen's scripts for its devices, on a machine that is busy, far more. */
#define DOMAIN_PATIENCE_S 20.0

static const char *const names[] = {
    [LEDGER_PROCESS] = "process",     [LEDGER_MOUNT] = "mount",
    [LEDGER_CGROUP] = "cgroup",       [LEDGER_LINK] = "link",
    [LEDGER_DIRECTORY] = "directory", [LEDGER_FILE] = "file",
    [LEDGER_OPENVZ] = "openvz",       [LEDGER_DOMAIN] = "domain",
    [LEDGER_TABLE] = "table",         [LEDGER_FORWARDING] = "forwarding",
};

const char *ledger_kind_name(enum ledger_kind kind)
{
    return names[kind];
}

bool ledger_kind_find(const char *text, enum ledger_kind *kind, const char **argument)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(text, names[i], length) != 0 || text[length] != ' ')
            continue;
        *kind = (enum ledger_kind)i;
        *argument = text + length + 1;
        return true;
    }
    return false;
}

/* By its own name, or by where it lies. */
static bool is_ours(const char *directory, const char *path)
{
    if (path[0] != '/' || strstr(path, "/../") || strchr(path, '\n'))
        return false;
    const char *last = strrchr(path, '/') + 1;
    if (!strcmp(last, "..") || !strcmp(last, ".") || !*last)
        return false;
    size_t length = strlen(directory);
    return !strncmp(last, "vmtax", 5) ||
           (strncmp(path, directory, length) == 0 && path[length] == '/');
}

bool ledger_kind_accepts(enum ledger_kind kind, const char *directory, const char *argument)
{
    switch (kind) {
    case LEDGER_PROCESS:
        return argument[0] >= '1' && argument[0] <= '9' && strchr(argument, ' ');
    case LEDGER_LINK:
        return !strncmp(argument, "vmtax", 5) && strlen(argument) < 16 && !strchr(argument, '\n');
    case LEDGER_OPENVZ:
        return vzctl_is_ours(argument);
    case LEDGER_DOMAIN: {
        const char *blank = strchr(argument, ' ');
        return blank && strncmp(argument, "vmtax", 5) == 0 && !strchr(argument, '/') &&
               xl_is_uuid(blank + 1);
    }
    case LEDGER_TABLE:
        return forward_is_table(argument);
    case LEDGER_FORWARDING:
        return forward_is_switch(argument);
    default:
        return is_ours(directory, argument);
    }
}

int ledger_kind_undo(enum ledger_kind kind, const char *argument, double patience_s,
                     struct error *e)
{
    switch (kind) {
    case LEDGER_PROCESS: {
        char *end;
        long pid = strtol(argument, &end, 10);
        return undo_process((pid_t)pid, strtoull(end, NULL, 10), patience_s, e);
    }
    case LEDGER_MOUNT:
        return undo_mount(argument, e);
    case LEDGER_CGROUP:
        return undo_cgroup(argument, patience_s, e);
    case LEDGER_LINK:
        return undo_link(argument, e);
    case LEDGER_DIRECTORY:
        return undo_directory(argument, e);
    case LEDGER_FILE:
        return undo_file(argument, e);
    case LEDGER_OPENVZ:
        return vzctl_remove(argument, e);
    case LEDGER_DOMAIN: {
        char *name = xstrdup(argument), *uuid = strchr(name, ' ');
        *uuid++ = '\0';
        int rc = xl_destroy(name, uuid, DOMAIN_PATIENCE_S, e);
        free(name);
        return rc;
    }
    case LEDGER_TABLE:
        return forward_undo_table(argument, e);
    case LEDGER_FORWARDING:
        return forward_undo_switch(argument, e);
    }
    BUG("a ledger entry of no kind");
}
