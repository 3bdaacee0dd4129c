/* Where a process is in hierarchies of all kinds: what the kernel tells of machines with control
 * groups v1, v2 and both, inside containers and outside, as files of a root of their own. And the
 * list of mounts that it is read from. */
#include "target/cgroup_place.h"

#include "fixture_files.h"
#include "mountinfo.h"
#include "unit.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* %s is the root; the directories of the groups are made. */
struct machine {
    const char *name;
    const char *mounts, *own;
    const char *groups[6];
    const char *found; /* "controllers own" a line, v2 as "v2" */
    bool memory_v1;
};

static const struct machine machines[] = {
    {.name = "v2 alone, in a user's scope",
     .mounts = "22 1 0:20 / /sys rw - sysfs sysfs rw\n"
               "25 22 0:22 / %s/cg rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n",
     .own = "0::/user.slice/user-1000.slice/session-1.scope\n",
     .groups = {"cg/user.slice/user-1000.slice/session-1.scope"},
     .found = "v2 cg/user.slice/user-1000.slice/session-1.scope\n"},
    {.name = "v1, as Debian 10 had it",
     .mounts = "30 25 0:27 / %s/cg/systemd rw shared:9 - cgroup cgroup "
               "rw,xattr,release_agent=/lib/agent,name=systemd\n"
               "31 25 0:28 / %s/cg/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
               "32 25 0:29 / %s/cg/memory rw shared:11 - cgroup cgroup rw,seclabel,memory\n"
               "33 25 0:30 / %s/cg/cpuset rw shared:12 - cgroup cgroup rw,noprefix,cpuset\n",
     .own = "4:cpuset:/\n3:memory:/user.slice\n2:cpu,cpuacct:/user.slice\n1:name=systemd:/a/b\n",
     .groups = {"cg/systemd/a/b", "cg/cpu,cpuacct/user.slice", "cg/memory/user.slice", "cg/cpuset"},
     .found = "name=systemd cg/systemd/a/b\ncpu,cpuacct cg/cpu,cpuacct/user.slice\n"
              "memory cg/memory/user.slice\ncpuset cg/cpuset\n",
     .memory_v1 = true},
    {.name = "hybrid: v1 has the controllers, v2 the processes",
     .mounts = "30 25 0:27 / %s/cg/unified rw - cgroup2 cgroup2 rw,nsdelegate\n"
               "32 25 0:29 / %s/cg/memory rw - cgroup cgroup rw,memory\n",
     .own = "3:memory:/m\n0::/u\n",
     .groups = {"cg/unified/u", "cg/memory/m"},
     .found = "v2 cg/unified/u\nmemory cg/memory/m\n",
     .memory_v1 = true},
    {.name = "hybrid, memory left to v2",
     .mounts = "30 25 0:27 / %s/cg/unified rw - cgroup2 cgroup2 rw\n"
               "32 25 0:29 / %s/cg/freezer rw - cgroup cgroup rw,freezer\n",
     .own = "3:freezer:/\n0::/\n",
     .groups = {"cg/unified", "cg/freezer"},
     .found = "v2 cg/unified\nfreezer cg/freezer\n"},
    {.name = "a container whose root is a group of the host",
     .mounts = "500 499 0:29 /docker/4f2a %s/cg/memory ro - cgroup cgroup rw,memory\n"
               "501 499 0:27 /docker/4f2a %s/cg/unified ro - cgroup2 cgroup rw\n",
     .own = "5:memory:/docker/4f2a\n0::/docker/4f2a/inner\n",
     .groups = {"cg/memory", "cg/unified/inner"},
     .found = "memory cg/memory\nv2 cg/unified/inner\n",
     .memory_v1 = true},
    {.name = "another container's group is mounted: like ours, not ours",
     .mounts = "500 499 0:29 /docker/4f %s/cg/memory ro - cgroup cgroup rw,memory\n",
     .own = "5:memory:/docker/4f2a\n",
     .groups = {"cg/memory/2a", "cg/memory"},
     .found = ""},
    {.name = "mounted twice, and the first counts; a blank in its path",
     .mounts = "30 25 0:27 / %s/c\\040g rw - cgroup2 cgroup2 rw\n"
               "31 25 0:27 / %s/again rw - cgroup2 cgroup2 rw\n",
     .own = "0::/\n",
     .groups = {"c g", "again"},
     .found = "v2 c g\n"},
    {.name = "the group that we are said to be in cannot be seen",
     .mounts = "30 25 0:27 / %s/cg rw - cgroup2 cgroup2 rw\n",
     .own = "0::/../elsewhere\n",
     .groups = {"cg"},
     .found = ""},
    {.name = "nothing is mounted",
     .mounts = "1 1 0:1 / / rw - ext4 /dev/sda1 rw\n",
     .own = "0::/\n",
     .found = ""},
    {.name = "what no kernel writes",
     .mounts = "nonsense\n - cgroup2 x\n30 25 0:27 / %s/cg rw cgroup2 cgroup2 rw\n"
               "30 25 0:27 / %s/cg rw - cgroup2\n",
     .own = "0\n::\n0:::\n",
     .groups = {"cg"},
     .found = ""},
};

/* The template with every %s replaced; the caller frees. */
static char *fill(const char *template, const char *root)
{
    char *out = xcalloc(strlen(template) + 16 * strlen(root) + 1, 1), *to = out;
    for (; *template; template ++)
        if (template[0] == '%' && template[1] == 's')
            memcpy(to, root, strlen(root)), to += strlen(root), template ++;
        else
            *to++ = *template;
    return out;
}

static void places_of_machines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        const struct machine *m = &machines[i];
        char root[64], said[1024] = "";
        struct cgroup_places p;
        fixture_home(root, sizeof root);
        char *mounts = fill(m->mounts, root), *proc = xasprintf("%s/proc", root);
        fixture_put(root, "proc/self/mountinfo", mounts);
        fixture_put(root, "proc/self/cgroup", m->own);
        for (size_t k = 0; k < 6 && m->groups[k]; k++) {
            char *file = xasprintf("%s/cgroup.procs", m->groups[k]);
            fixture_put(root, file, "");
            free(file);
        }
        cgroup_places_find(&p, proc);
        for (size_t k = 0; k < p.count; k++) {
            const struct cgroup_place *at = &p.place[k];
            assert_int_equal(strncmp(at->own, at->mount, strlen(at->mount)), 0);
            assert_int_equal(strncmp(at->own, root, strlen(root)), 0);
            snprintf(said + strlen(said), sizeof said - strlen(said), "%s %s\n",
                     at->v2 ? "v2" : at->controllers, at->own + strlen(root) + 1);
        }
        if (strcmp(said, m->found) != 0)
            fail_msg("%s: found %s, not %s", m->name, said, m->found);
        assert_int_equal(cgroup_places_v1(&p, "memory") != NULL, m->memory_v1);
        assert_int_equal(cgroup_places_v2(&p) != NULL, strstr(m->found, "v2 ") != NULL);
        assert_null(cgroup_places_v1(&p, "mem"));
        cgroup_places_release(&p);
        free(mounts);
        free(proc);
        fixture_remove(root);
    }
}

/* More hierarchies than are kept: the first ones, and no byte beyond. */
static void more_than_are_kept(void **state)
{
    (void)state;
    char root[64], *mounts = NULL, *own = NULL;
    size_t sizes[2];
    FILE *mount_list = open_memstream(&mounts, &sizes[0]),
         *own_list = open_memstream(&own, &sizes[1]);
    assert_true(mount_list && own_list);
    struct cgroup_places p;
    fixture_home(root, sizeof root);
    fixture_put(root, "cg/cgroup.procs", "");
    for (int i = 0; i < CGROUP_HIERARCHIES_MAX + 8; i++) {
        fprintf(mount_list, "30 25 0:27 / %s/cg rw - cgroup cgroup rw,name=n%d\n", root, i);
        fprintf(own_list, "%d:name=n%d:/\n", i, i);
    }
    fclose(mount_list);
    fclose(own_list);
    fixture_put(root, "proc/self/mountinfo", mounts);
    fixture_put(root, "proc/self/cgroup", own);
    free(mounts);
    free(own);
    char *proc = xasprintf("%s/proc", root);
    cgroup_places_find(&p, proc);
    assert_int_equal(p.count, CGROUP_HIERARCHIES_MAX);
    assert_string_equal(p.place[0].controllers, "name=n0");
    cgroup_places_release(&p);
    assert_int_equal(p.count, 0);
    free(proc);
    fixture_remove(root);
    cgroup_places_find(&p, "/nonexistent");
    assert_int_equal(p.count, 0);
}

static void words_of_lists(void **state)
{
    (void)state;
    assert_true(cgroup_has_word("cpu,cpuacct", "cpu", ','));
    assert_true(cgroup_has_word("cpu,cpuacct", "cpuacct", ','));
    assert_true(cgroup_has_word("io memory pids", "memory", ' '));
    assert_false(cgroup_has_word("cpuset,cpuacct", "cpu", ','));
    assert_false(cgroup_has_word("hugememory", "memory", ','));
    assert_false(cgroup_has_word("", "cpu", ','));
}

static void mounts_are_read(void **state)
{
    (void)state;
    static const char text[] =
        "36 35 98:7 /mnt1 /mnt2\\040x rw,noatime master:1 shared:2 - ext4 /dev/a\\134b rw,errors=continue\n"
        "half a line - ext4\n"
        "37 35 0:44 / /bare rw - tmpfs tmpfs\n"
        "38 35 0:45 / /end rw - proc proc rw";
    char root[64];
    struct mountinfo m;
    struct mount_entry e;
    fixture_home(root, sizeof root);
    fixture_put(root, "mounts", text);
    char *path = xasprintf("%s/mounts", root);
    assert_true(mountinfo_open(&m, path));
    assert_true(mountinfo_next(&m, &e));
    assert_int_equal(e.major, 98);
    assert_int_equal(e.minor, 7);
    assert_string_equal(e.root, "/mnt1");
    assert_string_equal(e.point, "/mnt2 x");
    assert_string_equal(e.type, "ext4");
    assert_string_equal(e.source, "/dev/a\\b");
    assert_string_equal(e.options, "rw,errors=continue");
    assert_true(mountinfo_next(&m, &e));
    assert_string_equal(e.point, "/bare");
    assert_string_equal(e.options, "");
    assert_true(mountinfo_next(&m, &e));
    assert_string_equal(e.type, "proc");
    assert_false(mountinfo_next(&m, &e));
    mountinfo_close(&m);
    assert_false(mountinfo_next(&m, &e));
    free(path);
    fixture_remove(root);
    assert_false(mountinfo_open(&m, "/nonexistent"));
    assert_false(mountinfo_next(&m, &e));
    assert_true(mountinfo_open(&m, NULL));
    assert_true(mountinfo_next(&m, &e));
    mountinfo_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_of_machines),
        cmocka_unit_test(more_than_are_kept),
        cmocka_unit_test(words_of_lists),
        cmocka_unit_test(mounts_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
