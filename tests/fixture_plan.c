#include "fixture_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct planner_choice targets[] = {
    {.id = "native", .kind = "native", .can = true, .note = "cgroup v2"},
    {.id = "twin", .kind = "twin", .can = true, .note = "cgroup v2"},
    {.id = "container",
     .kind = "container",
     .can = true,
     .note = "bubblewrap 0.8.0, rootless",
     .reason = "it has no network of its own: network and web rows run over the host's loopback",
     .remedy = "run vmtax as root"},
    {.id = "kvm",
     .kind = "kvm",
     .note = "/dev/kvm is not there",
     .reason = "/dev/kvm is not there: the processor's virtualization is off, or this is a guest",
     .remedy = "modprobe kvm_intel; switch VT-x on in the firmware"},
    {.id = "tcg",
     .kind = "tcg",
     .can = true,
     .emulated = true,
     .note = "qemu 7.2.22, microvm",
     .reason = "it runs without the hardware's help"},
};

/* Rows and seconds of a block on one target. */
static const struct {
    size_t rows;
    double seconds;
} work[SUBSYSTEM_COUNT] = {{29, 12.1}, {44, 9.4}, {14, 8.8}, {9, 6.2},  {4, 17.5},
                           {4, 21.0},  {5, 14.9}, {12, 2.9}, {26, 6.6}, {4, 1.2}};

static void look(struct planner *p)
{
    p->target_count = sizeof targets / sizeof *targets;
    for (size_t i = 0; i < p->target_count; i++) {
        bool marked = p->targets[i].marked;
        p->targets[i] = targets[i];
        p->targets[i].marked = i == 0 || (p->looked ? marked : i == 2);
    }
    for (size_t s = 0; s < SUBSYSTEM_COUNT; s++) {
        struct planner_choice *c = &p->work[s];
        snprintf(c->id, sizeof c->id, "%s", subsystems[s].id);
        c->can = s != SUBSYSTEM_JAVA && s != SUBSYSTEM_EXITS;
        c->marked = c->can && (p->looked ? c->marked : true);
    }
    struct planner_choice *java = &p->work[SUBSYSTEM_JAVA], *exits = &p->work[SUBSYSTEM_EXITS];
    snprintf(java->note, sizeof java->note, "no jbb");
    snprintf(java->reason, sizeof java->reason, "there is no JVM: no jbb");
    snprintf(java->remedy, sizeof java->remedy, "apt-get install default-jre-headless");
    snprintf(exits->note, sizeof exits->note, "no /dev/kvm");
    snprintf(exits->reason, sizeof exits->reason,
             "exits are measured on /dev/kvm, which cannot be opened here");
    p->looked = true;
}

static void count(struct planner *p)
{
    p->rows = p->marked_targets = p->marked_work = 0;
    p->blocks = p->options.blocks ? (uint32_t)p->options.blocks : 8;
    p->budget_s = p->options.budget > 0 ? p->options.budget : INFINITY;
    p->seconds = 0;
    p->problem[0] = '\0';
    for (size_t i = 0; i < p->target_count; i++)
        p->marked_targets += p->targets[i].marked;
    for (size_t s = 0; s < SUBSYSTEM_COUNT; s++) {
        struct planner_choice *c = &p->work[s];
        c->rows = work[s].rows;
        c->seconds = work[s].seconds * p->blocks * (double)p->marked_targets;
        p->rows += c->marked ? c->rows : 0;
        p->seconds += c->marked ? c->seconds : 0;
        p->marked_work += c->marked;
    }
    p->seconds = fmin(p->seconds, p->budget_s);
    if (!p->marked_work)
        snprintf(p->problem, sizeof p->problem,
                 "no workload is marked: mark a subsystem with the space bar");
    p->note_count = 2;
    snprintf(p->notes[0], PLANNER_TEXT,
             "rows take up to 64 MiB on each target, 128 MiB in all below /var/tmp (free: 212 "
             "GiB), and give it back");
    snprintf(p->notes[1], PLANNER_TEXT, "container: %s -> %s", targets[2].reason,
             targets[2].remedy);
}

void fixture_plan(struct planner *p, enum plan_request request)
{
    if (request == PLAN_REQUEST_LOOK)
        look(p);
    count(p);
}
