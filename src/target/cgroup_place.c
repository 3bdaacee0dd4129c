#include <config.h>

#include "target/cgroup_place.h"

#include "mountinfo.h"
#include "text.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool cgroup_has_word(const char *list, const char *word, char separator)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == separator) && (at[length] == separator || !at[length]))
            return true;
    return false;
}

/* Our path in the hierarchy with these controllers ("" for v2). */
static bool own_path(const char *file_name, const char *controllers, char *out, size_t size)
{
    FILE *file = fopen(file_name, "re");
    if (!file)
        return false;
    char line[PATH_MAX + 256];
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *names = strchr(line, ':');
        char *path = names ? strchr(names + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        names++;
        /* Controllers that are mounted together are listed in the same order in both places, but
         * the first one is enough to tell hierarchies apart. */
        size_t first = strcspn(names, ",");
        found = *controllers ? *names && !strncmp(names, controllers, first) &&
                                   strchr(",", controllers[first]) != NULL
                             : !*names;
        found = found && text_copy(out, size, path);
    }
    fclose(file);
    return found;
}

/* The controllers among the super block options of a v1 mount, in the order of the kernel. */
static void controllers_of(const char *options, char *out, size_t size)
{
    static const char *const other[] = {
        "rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "seclabel"};
    char copy[512], *save = NULL;
    snprintf(copy, sizeof copy, "%s", options);
    out[0] = '\0';
    for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
        bool skip = !strncmp(word, "release_agent=", 14);
        for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
            skip |= !strcmp(word, other[i]);
        size_t used = strlen(out);
        if (!skip)
            snprintf(out + used, size - used, "%s%s", used ? "," : "", word);
    }
}

/* One more place, if this mount is one. */
static void add(struct cgroup_places *p, const struct mount_entry *mount, const char *own_file)
{
    struct cgroup_place here = {.v2 = !strcmp(mount->type, "cgroup2")};
    char path[PATH_MAX];
    struct stat st;
    if (!here.v2 && strcmp(mount->type, "cgroup") != 0)
        return;
    if (!here.v2)
        controllers_of(mount->options, here.controllers, sizeof here.controllers);
    if (!own_path(own_file, here.controllers, path, sizeof path))
        return;
    for (size_t i = 0; i < p->count; i++)
        if (p->place[i].v2 == here.v2 && !strcmp(p->place[i].controllers, here.controllers))
            return;
    /* Only what is below the mounted part can be reached by a path. */
    size_t length = strcmp(mount->root, "/") ? strlen(mount->root) : 0;
    if (strncmp(path, mount->root, length) != 0 || (path[length] && path[length] != '/'))
        return;
    here.mount = xstrdup(mount->point);
    here.own = xasprintf("%s%s", mount->point, strcmp(path + length, "/") ? path + length : "");
    if (stat(here.own, &st) == 0 && S_ISDIR(st.st_mode)) {
        p->place[p->count++] = here;
    } else {
        free(here.mount);
        free(here.own);
    }
}

void cgroup_places_find(struct cgroup_places *p, const char *proc)
{
    char *mounts = xasprintf("%s/self/mountinfo", proc), *own = xasprintf("%s/self/cgroup", proc);
    struct mountinfo m;
    struct mount_entry mount;
    p->count = 0;
    if (mountinfo_open(&m, mounts)) {
        while (p->count < CGROUP_HIERARCHIES_MAX && mountinfo_next(&m, &mount))
            add(p, &mount, own);
        mountinfo_close(&m);
    }
    free(mounts);
    free(own);
}

void cgroup_places_release(struct cgroup_places *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->place[i].mount);
        free(p->place[i].own);
    }
    p->count = 0;
}

const struct cgroup_place *cgroup_places_v1(const struct cgroup_places *p, const char *controller)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->place[i].v2 && cgroup_has_word(p->place[i].controllers, controller, ','))
            return &p->place[i];
    return NULL;
}

const struct cgroup_place *cgroup_places_v2(const struct cgroup_places *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->place[i].v2)
            return &p->place[i];
    return NULL;
}
