#include "config.h"

#include "target/kvm_health.h"

#include "target/kvm_stats.h"
#include "target/qmp.h"

#include <math.h>
#include <string.h>

/* A monitor that is late answers the next question; whoever waits listens to the user, too. */
#define ANSWER_S 1.0

/* Instructions that KVM emulates in a second of a boot, of all virtual processors. With the
 * hardware's help only accesses to devices are, some ten thousand while firmware and drivers look
 * around; a KVM that interprets the guest does millions, and nothing else. */
#define EMULATED_PER_S_MAX 400000.0
#define LOOKS_IN_A_ROW     4

/* A kernel that waits has timers and is woken by them many times a second. Processors that take
 * next to no time, neither running nor waiting for their turn, and leave the guest no more often
 * than our own questions make them, are not run. That long, and of a look that comes late no more
 * than this: while a whole machine is stopped, nobody runs. */
#define STILL_S        2.5
#define STILL_LOOK_S   0.5
#define STILL_SHARE    0.01
#define EXITS_PER_LOOK 2 /* of each processor */

static bool stands_still(const struct kvm_health *h, double passed_s, uint64_t exits,
                         uint64_t work_ns)
{
    return h->looked && exits >= h->exits && work_ns >= h->work_ns &&
           exits - h->exits <= EXITS_PER_LOOK * (uint64_t)h->cpus &&
           (double)(work_ns - h->work_ns) * 1e-9 <= STILL_SHARE * passed_s;
}

static int judge_stillness(struct kvm_health *h, double passed_s, const struct counters *c,
                           struct error *e)
{
    if (!counters_have(c, COUNTER_EXITS) || !counters_have(c, COUNTER_VCPU_CPU) ||
        !counters_have(c, COUNTER_RUN_DELAY))
        return 0;
    uint64_t exits = c->value[COUNTER_EXITS];
    uint64_t work_ns = c->value[COUNTER_VCPU_CPU] + c->value[COUNTER_RUN_DELAY];
    bool still = stands_still(h, passed_s, exits, work_ns);
    h->still_s = still ? h->still_s + fmin(passed_s, STILL_LOOK_S) : 0;
    h->exits = exits;
    h->work_ns = work_ns;
    if (h->still_s < STILL_S)
        return 0;
    return error_set(
        e, ERROR_SYSTEM,
        "KVM is there but does not run the guest: for %.1f s its processors have taken "
        "no time and left it no more often than they were asked",
        h->still_s);
}

static int judge_emulation(struct kvm_health *h, double now_s, const struct counters *c,
                           struct error *e)
{
    if (!counters_have(c, COUNTER_EMULATED))
        return 0; /* a QEMU before 7.1, or a kernel before 5.14 */
    uint64_t emulated = c->value[COUNTER_EMULATED];
    double rate = h->looked && now_s > h->at_s && emulated >= h->emulated
                      ? (double)(emulated - h->emulated) / (now_s - h->at_s)
                      : 0;
    h->suspicious = rate > EMULATED_PER_S_MAX ? h->suspicious + 1 : 0;
    h->emulated = emulated;
    if (h->suspicious < LOOKS_IN_A_ROW)
        return 0;
    return error_set(e, ERROR_SYSTEM,
                     "KVM is there but interprets the guest instead of running it (%.1f million "
                     "emulated instructions a second)",
                     rate * 1e-6);
}

int kvm_health_judge(struct kvm_health *h, double now_s, const struct counters *c, struct error *e)
{
    double passed_s = h->looked ? now_s - h->at_s : 0;
    int rc = judge_emulation(h, now_s, c, e);
    if (rc == 0)
        rc = judge_stillness(h, passed_s, c, e);
    h->looked = true;
    h->at_s = now_s;
    return rc;
}

int kvm_health_status(struct qmp *q, bool *answered, struct error *e)
{
    cJSON *reply;
    struct error ignored;
    *answered = qmp_command(q, "query-status", NULL, ANSWER_S, &reply, &ignored) == 0;
    if (!*answered)
        return 0;
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(reply, "status");
    bool broken = cJSON_IsString(status) && strcmp(status->valuestring, "internal-error") == 0;
    cJSON_Delete(reply);
    return broken ? error_set(e, ERROR_SYSTEM,
                              "KVM is there but cannot run this guest: QEMU stopped it with an "
                              "internal error of KVM")
                  : 0;
}

int kvm_health_look(struct kvm_health *h, struct qmp *q, double now_s, const struct counters *work,
                    struct error *e)
{
    struct counters c = *work;
    struct error ignored;
    cJSON *reply, *question = kvm_stats_question("vcpu");
    int rc = qmp_command(q, "query-stats", question, ANSWER_S, &reply, &ignored);
    cJSON_Delete(question);
    if (rc < 0)
        return 0;
    rc = kvm_stats_add(&c, reply, &ignored);
    cJSON_Delete(reply);
    return rc < 0 ? 0 : kvm_health_judge(h, now_s, &c, e);
}
