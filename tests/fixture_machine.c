/* Snapshots with a virtual machine: measured, emulated, booting, once more, not to be had; and
 * a host that is larger than others. */
#include <config.h>

#include "tests/fixture_board.h"

#include "text.h"

#include <math.h>
#include <stdio.h>

void fixture_many(struct snapshot *s)
{
    struct board_host *h = &s->host;
    fixture_container(s);
    h->cores = BOARD_CORES_MAX;
    for (size_t i = 0; i < h->cores; i++)
        h->core[i] = i % 7 == 6 ? NAN : (float)(i % 101) / 100;
}

void fixture_kvm(struct snapshot *s)
{
    fixture_live(s, "kvm");
}

void fixture_tcg(struct snapshot *s)
{
    fixture_live(s, "tcg");
    s->log_count = 0;
    snapshot_log(s, BOARD_LOG_WARN, "kvm", "%s", s->targets[2].remark);
    snapshot_log(s, BOARD_LOG_OK, "tcg", "ready after 19900 ms: %s", s->targets[2].how);
    for (size_t i = 0; i < s->log_count; i++)
        s->log[i].at = s->clock - 30;
}

static void boots(struct board_target *t, double since_s, bool emulated)
{
    t->state = BOARD_TARGET_STARTING;
    t->since_s = since_s;
    t->emulated = emulated;
    t->remark[0] = '\0';
    snprintf(t->reason, sizeof t->reason, "waiting for the guest's kernel%s",
             emulated ? ", emulated" : "");
}

/* What is known of a machine that has not started yet. */
static struct board_target *add_machine(struct snapshot *s)
{
    struct board_target *t = &s->targets[s->target_count++];
    text_copy(t->id, sizeof t->id, "kvm");
    text_copy(t->kind, sizeof t->kind, "kvm");
    return t;
}

static void boots_first(struct snapshot *s, bool emulated)
{
    fixture_starting(s);
    s->targets[1].state = BOARD_TARGET_READY;
    struct board_target *t = add_machine(s);
    boots(t, s->now_s - 12.3, emulated);
    s->run.title[0] = '\0';
    snprintf(s->run.phase, sizeof s->run.phase, "kvm: %.60s", t->reason);
    s->run.elapsed_s = 13;
    s->run.done = 0;
}

void fixture_booting(struct snapshot *s)
{
    boots_first(s, true);
}

void fixture_unconfirmed(struct snapshot *s)
{
    boots_first(s, false);
}

void fixture_revived(struct snapshot *s)
{
    fixture_kvm(s);
    boots(&s->targets[2], s->now_s - 2.3, false);
    snprintf(s->run.phase, sizeof s->run.phase, "kvm: %.60s", s->targets[2].reason);
    snapshot_log(s, BOARD_LOG_WARN, "kvm", "the guest's kernel panicked or restarted");
    s->log[s->log_count - 1].at = s->clock - 2;
}

void fixture_no_machine(struct snapshot *s)
{
    fixture_container(s);
    struct board_target *t = add_machine(s);
    t->state = BOARD_TARGET_UNUSABLE;
    text_copy(t->reason, sizeof t->reason, "QEMU is not installed.");
    text_copy(t->remedy, sizeof t->remedy,
              "apt-get install qemu-system-x86 (Fedora: qemu-system-x86-core, Arch: qemu-base)");
}
