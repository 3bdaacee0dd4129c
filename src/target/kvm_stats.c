#include <config.h>

#include "target/kvm_stats.h"

#include "json.h"

#include <stdio.h>
#include <string.h>

#define OBJECTS_MAX 4096 /* vCPUs; KVM's own limit */
#define STATS_MAX   512  /* of one of them; there are 50 */
#define VALUE_MAX   ((uint64_t)1 << 53)

/* Statistics that are a counter of ours each; polling has two, for when it paid and when not, and
 * what is injected is an interrupt or one that cannot be masked. */
static const struct {
    const char *name;
    enum counter counter;
} plain[] = {
    {"exits", COUNTER_EXITS},
    {"insn_emulation", COUNTER_EMULATED},
    {"irq_injections", COUNTER_INJECTED},
    {"nmi_injections", COUNTER_INJECTED},
    {"halt_poll_success_ns", COUNTER_HALT_POLL},
    {"halt_poll_fail_ns", COUNTER_HALT_POLL},
};

/* Reasons whose names do not say that they are. */
static const char *const reasons[][2] = {
    {"hypercalls", "hypercall"},
    {"pf_taken",
     "page_fault"}, /* of the second level, as a rule: pages that the host has to give */
    {"invlpg", "invlpg"},
    {"mmio_exit_user", "mmio_user"}, /* arm64, riscv */
    {"mmio_exit_kernel", "mmio_kernel"},
    {"csr_exit_user", "csr_user"}, /* riscv */
    {"csr_exit_kernel", "csr_kernel"},
};

static bool ends_with(const char *name, const char *end, size_t *rest)
{
    size_t length = strlen(name), tail = strlen(end);
    if (length <= tail || strcmp(name + length - tail, end) != 0)
        return false;
    *rest = length - tail;
    return true;
}

/* "io_exits" (x86), "wfi_exit_stat" (arm64, riscv), "exit_null" (s390): "io", "wfi", "null". False
 * if the statistic counts no exits of one kind. */
static bool reason_of(const char *name, char *out, size_t size)
{
    size_t length;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(name, reasons[i][0]) == 0) {
            snprintf(out, size, "%s", reasons[i][1]);
            return true;
        }
    if (strncmp(name, "exit_", 5) == 0)
        snprintf(out, size, "%s", name + 5);
    else if (ends_with(name, "_exits", &length) || ends_with(name, "_exit_stat", &length))
        snprintf(out, size, "%.*s", (int)length, name);
    else
        return false;
    return true;
}

/* Values are fetched for the names that matter only: others may be histograms. */
static void take_stat(struct counters *c, struct json_reader *r, const cJSON *stat)
{
    char name[64], reason[64];
    if (!cJSON_IsObject(stat)) {
        json_fault(r, "", "must be an object");
        return;
    }
    json_get_text(r, stat, "name", name, sizeof name, JSON_REQUIRED);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(name, plain[i].name) == 0) {
            uint64_t value = json_get_count(r, stat, "value", VALUE_MAX, JSON_REQUIRED);
            if (!r->failed)
                counters_add(c, plain[i].counter, value);
            return;
        }
    if (reason_of(name, reason, sizeof reason)) {
        uint64_t value = json_get_count(r, stat, "value", VALUE_MAX, JSON_REQUIRED);
        /* What has not happened needs no place in a list of bounded length. */
        if (!r->failed && value > 0)
            counters_add_reason(c, reason, value);
    }
}

static void take_object(struct counters *c, struct json_reader *r, const cJSON *object)
{
    char provider[32];
    if (!cJSON_IsObject(object)) {
        json_fault(r, "", "must be an object");
        return;
    }
    json_get_text(r, object, "provider", provider, sizeof provider, JSON_REQUIRED);
    const cJSON *stats = json_get_array(r, object, "stats", STATS_MAX, JSON_REQUIRED);
    if (r->failed || strcmp(provider, "kvm") != 0)
        return;
    for (const cJSON *stat = stats->child; stat && !r->failed; stat = stat->next)
        take_stat(c, r, stat);
}

int kvm_stats_add(struct counters *c, const cJSON *reply, struct error *e)
{
    struct counters sum = *c;
    struct error fault;
    struct json_reader r = {.name = "QEMU's answer to query-stats", .e = &fault};
    if (!cJSON_IsArray(reply) || cJSON_GetArraySize(reply) > OBJECTS_MAX)
        return error_set(e, ERROR_GUEST, "%s is no list of at most %d objects", r.name,
                         OBJECTS_MAX);
    size_t index = 0;
    for (const cJSON *o = reply->child; o && !r.failed; o = o->next) {
        json_at(&r, "", index++);
        take_object(&sum, &r, o);
    }
    if (r.failed)
        return error_set(e, ERROR_GUEST, "%s", fault.text);
    *c = sum;
    return 0;
}

cJSON *kvm_stats_question(const char *target)
{
    cJSON *question = json_object();
    cJSON_AddStringToObject(question, "target", target);
    cJSON *providers = cJSON_AddArrayToObject(question, "providers");
    cJSON *provider = json_object();
    cJSON_AddStringToObject(provider, "provider", "kvm");
    cJSON_AddItemToArray(providers, provider);
    return question;
}
