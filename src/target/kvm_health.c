#include "config.h"

#include "target/kvm_health.h"

#include "target/kvm_stats.h"
#include "target/qmp.h"

#include <string.h>

/* A monitor that is late answers the next question; whoever waits listens to the user, too. */
#define ANSWER_S 1.0

/* Instructions that KVM emulates in a second of a boot, of all virtual processors. With the
 * hardware's help only accesses to devices are, some ten thousand while firmware and drivers look
 * around; a KVM that interprets the guest does millions, and nothing else. */
#define EMULATED_PER_S_MAX 400000.0
#define LOOKS_IN_A_ROW     4

int kvm_health_judge(struct kvm_health *h, double now_s, const struct counters *c, struct error *e)
{
    if (!counters_have(c, COUNTER_EMULATED))
        return 0; /* a QEMU before 7.1, or a kernel before 5.14 */
    uint64_t emulated = c->value[COUNTER_EMULATED];
    double rate = h->looked && now_s > h->at_s && emulated >= h->emulated
                      ? (double)(emulated - h->emulated) / (now_s - h->at_s)
                      : 0;
    h->suspicious = rate > EMULATED_PER_S_MAX ? h->suspicious + 1 : 0;
    h->looked = true;
    h->at_s = now_s;
    h->emulated = emulated;
    if (h->suspicious < LOOKS_IN_A_ROW)
        return 0;
    return error_set(e, ERROR_SYSTEM,
                     "KVM is there but interprets the guest instead of running it (%.1f million "
                     "emulated instructions a second)",
                     rate * 1e-6);
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

int kvm_health_look(struct kvm_health *h, struct qmp *q, double now_s, struct error *e)
{
    struct counters c = {0};
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
