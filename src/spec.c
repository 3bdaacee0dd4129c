#include <config.h>

#include "spec.h"

#include "text.h"
#include "workloads/spec/suite.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX 64
#define SUFFIX    ".cfg"

static bool there(const char *directory, const char *a, const char *b)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s/%s", directory, a, b);
    return n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0;
}

/* ---- config files ---- */

struct names {
    char *list[NAMES_MAX]; /* owned, sorted */
    size_t count, own;     /* own: that are no examples of SPEC's; the last of them is chosen */
    const char *chosen;
};

static bool is_config(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > strlen(SUFFIX) &&
           strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_names(const char *directory, struct names *n)
{
    char path[PATH_MAX];
    *n = (struct names){.count = 0};
    snprintf(path, sizeof path, "%.*s/config", PATH_MAX - 16, directory);
    DIR *d = opendir(path);
    for (struct dirent *entry; d && n->count < NAMES_MAX && (entry = readdir(d));)
        if (is_config(entry->d_name))
            n->list[n->count++] = xstrdup(entry->d_name);
    if (d)
        closedir(d);
    if (n->count)
        qsort(n->list, n->count, sizeof *n->list, by_name);
    for (size_t i = 0; i < n->count; i++)
        if (strncasecmp(n->list[i], "example", strlen("example")) != 0) {
            n->chosen = n->list[i];
            n->own++;
        }
}

static void release_names(struct names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->list[i]);
}

/* "a.cfg, b.cfg and 3 more", cleaned. */
static void tell_names(const struct names *n, char *out, size_t size)
{
    size_t used = 0, i = 0;
    out[0] = '\0';
    for (; i < n->count && used + strlen(n->list[i]) + 24 < size; i++) {
        char clean[NAME_MAX + 1];
        text_clean(clean, sizeof clean, n->list[i]);
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", clean);
    }
    if (i < n->count)
        snprintf(out + used, size - used, "%s%zu%s", i ? " and " : "", n->count - i,
                 i ? " more" : " files");
}

static int no_config(const struct names *n, const char *wanted, const struct spec *s,
                     struct error *e)
{
    char all[240], clean[64];
    if (!n->count)
        return error_set(e, ERROR_USAGE,
                         "--spec: there is no config file in %.200s/config: SPEC's tools need one "
                         "(NAME.cfg) that says how its programs were built",
                         s->directory);
    tell_names(n, all, sizeof all);
    if (wanted)
        return error_set(e, ERROR_USAGE,
                         "--spec-config %s: there is no such file in SPEC's directory config, but "
                         "%s",
                         text_clean(clean, sizeof clean, wanted), all);
    return error_set(e, ERROR_USAGE,
                     "--spec: which config file? Name it by --spec-config: SPEC's directory config "
                     "has %s",
                     all);
}

static int find_config(struct spec *s, const char *wanted, struct error *e)
{
    struct names names;
    char name[NAME_MAX + 1] = "";
    read_names(s->directory, &names);
    if (!wanted && names.own == 1)
        text_copy(name, sizeof name, names.chosen);
    for (size_t i = 0; wanted && i < names.count; i++) {
        size_t stem = strlen(names.list[i]) - strlen(SUFFIX);
        if (strcmp(wanted, names.list[i]) == 0 ||
            (strlen(wanted) == stem && memcmp(wanted, names.list[i], stem) == 0))
            text_copy(name, sizeof name, names.list[i]);
    }
    int rc = name[0] ? 0 : no_config(&names, wanted, s, e);
    release_names(&names);
    if (rc < 0)
        return -1;
    int n = snprintf(s->config, sizeof s->config, "%s/config/%s", s->directory, name);
    if (n < 0 || (size_t)n >= sizeof s->config)
        return error_set(e, ERROR_USAGE, "--spec: the path is too long");
    return access(s->config, R_OK) < 0 ? error_errno(e, errno, "--spec: %.200s", s->config) : 0;
}

/* ---- the tree ---- */

/* Has a benchmark a program? Which one a config file means only SPEC's tools know. */
static bool is_built(const struct spec *s, const struct spec_suite *suite, const char *member,
                     int length)
{
    char path[PATH_MAX];
    bool found = false;
    int n = snprintf(path, sizeof path, "%s/benchspec/%s/%.*s/exe", s->directory, suite->directory,
                     length, member);
    DIR *d = n > 0 && (size_t)n < sizeof path ? opendir(path) : NULL;
    for (struct dirent *entry; d && !found && (entry = readdir(d));)
        found = strstr(entry->d_name, "_base") != NULL;
    if (d)
        closedir(d);
    return found;
}

static void count_built(struct spec *s)
{
    s->built = s->members = 0;
    for (const struct spec_suite *suite = spec_suites; suite->workload; suite++)
        for (const char *at = suite->members; strcmp(suite->product, s->product) == 0 && *at;) {
            size_t length = strcspn(at, "|");
            s->built += is_built(s, suite, at, (int)length);
            s->members++;
            at += length + (at[length] == '|');
        }
}

int spec_find(const char *directory, const char *config, struct spec *out, struct error *e)
{
    char clean[200];
    struct stat st;
    *out = (struct spec){.product = NULL};
    text_clean(clean, sizeof clean, *directory ? directory : "\"\"");
    if (!realpath(directory, out->directory))
        return error_errno(e, errno, "--spec %s", clean);
    if (stat(out->directory, &st) < 0 || !S_ISDIR(st.st_mode))
        return error_set(e, ERROR_USAGE, "--spec %s: that is no directory", clean);
    if (!there(out->directory, ".", "shrc"))
        return error_set(e, ERROR_USAGE,
                         "--spec %s: there is no shrc in it, so no SPEC CPU is installed there",
                         clean);
    for (const struct spec_suite *s = spec_suites; s->workload && !out->product; s++)
        if (there(out->directory, "bin", s->runner) &&
            there(out->directory, "benchspec", s->directory))
            out->product = s->product;
    if (!out->product)
        return error_set(e, ERROR_USAGE,
                         "--spec %s: that is neither SPEC CPU2006 (bin/runspec, benchspec/CPU2006) "
                         "nor SPEC CPU2017 (bin/runcpu, benchspec/CPU)",
                         clean);
    if (strpbrk(out->directory, " \t\n'\"$\\"))
        return error_set(e, ERROR_USAGE,
                         "--spec %s: SPEC's tools do not work in a path with blanks or quotes",
                         clean);
    count_built(out);
    return find_config(out, config, e);
}
