/* cgroup_place.h - where this process is in the hierarchies of control groups: v1, one or more
 * controllers each; v2, one with all that no v1 has; or both (hybrid). Nothing is changed here. */
#ifndef VMTAX_CGROUP_PLACE_H
#define VMTAX_CGROUP_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#define CGROUP_HIERARCHIES_MAX 24
#define CGROUP_CONTROLLERS_MAX 128

struct cgroup_place {
    bool v2;
    char controllers[CGROUP_CONTROLLERS_MAX]; /* v1: "cpu,cpuacct"; v2: "" */
    char *mount;                              /* where the hierarchy is mounted */
    char *own; /* our own group's directory, at or below mount: there is one */
};

struct cgroup_places {
    struct cgroup_place place[CGROUP_HIERARCHIES_MAX];
    size_t count;
};

/* By proc/self/cgroup and proc/self/mountinfo, proc being "/proc" or like it; hierarchies in the
 * order in which they are mounted, each once. Release p. */
void cgroup_places_find(struct cgroup_places *p, const char *proc);
void cgroup_places_release(struct cgroup_places *p);
/* The one of v1 that has this controller, the one of v2; or NULL. */
const struct cgroup_place *cgroup_places_v1(const struct cgroup_places *p, const char *controller);
const struct cgroup_place *cgroup_places_v2(const struct cgroup_places *p);

/* Is word one of the list, which is separated by separator? */
bool cgroup_has_word(const char *list, const char *word, char separator);

#endif
