#include <config.h>

#include "workloads/agent/reply.h"

#include "sha256.h"
#include "text.h"
#include "workloads/workload.h"

#include <unistd.h>

int reply_hello(struct output *o, const struct facts *f)
{
    char sha256[65];
    struct error e;
    if (sha256_file("/proc/self/exe", sha256, &e) < 0)
        text_copy(sha256, sizeof sha256, "unknown");
    struct record_writer *w = output_begin(o, "hello");
    record_add_text(w, "magic", PROTOCOL_MAGIC);
    record_add_u64(w, "proto", PROTOCOL_VERSION);
    record_add_text(w, "version", PACKAGE_VERSION);
    record_add_text(w, "sha256", sha256);
    record_add_text(w, "arch", f->arch);
    record_add_text(w, "kernel", f->kernel);
    record_add_u64(w, "cpus", f->cpu_count);
    record_add_u64(w, "memory_kib", f->memory_kib);
    record_add_text(w, "clocksource", f->clocksource);
    record_add_text(w, "virt", f->virt);
    record_add_text(w, "boot", f->boot);
    record_add_text(w, "client", f->client);
    record_add_text(w, "server", f->server);
    record_add_text(w, "netns", f->netns);
    record_add_text(w, "addresses", f->addresses);
    record_add_text(w, "features", f->features);
    record_add_u64(w, "pid", (uint64_t)getpid());
    return output_end(o);
}

int reply_note(struct output *o, const char *text)
{
    record_add_text(output_begin(o, "note"), "text", text);
    return output_end(o);
}

int reply_clock(struct output *o, uint64_t id)
{
    struct record_writer *w = output_begin(o, "clock");
    record_add_u64(w, "id", id);
    record_add_u64(w, "ns", work_now_ns());
    return output_end(o);
}

int reply_rest(struct output *o, uint64_t id)
{
    struct record_writer *w = output_begin(o, "rest");
    record_add_u64(w, "id", id);
    return output_end(o);
}

static uint64_t jiffy_ns(void)
{
    long per_s = sysconf(_SC_CLK_TCK);
    return UINT64_C(1000000000) / (uint64_t)(per_s > 0 ? per_s : 100);
}

static void add_counts(struct record_writer *w, const struct facts_counts *counts)
{
    if (counts->intr_known)
        record_add_u64(w, "intr", counts->intr);
    if (counts->ctxt_known)
        record_add_u64(w, "ctxt", counts->ctxt);
    if (counts->pgfault_known)
        record_add_u64(w, "pgfault", counts->pgfault);
    if (counts->tlb_known)
        record_add_u64(w, "tlb", counts->tlb);
    if (counts->steal_known)
        record_add_u64(w, "stolen_ns", counts->stolen * jiffy_ns());
}

int reply_count(struct output *o, uint64_t id, const struct facts_counts *counts)
{
    struct record_writer *w = output_begin(o, "count");
    record_add_u64(w, "id", id);
    add_counts(w, counts);
    return output_end(o);
}

int reply_begin(struct output *o, uint64_t slot)
{
    record_add_u64(output_begin(o, "begin"), "slot", slot);
    return output_end(o);
}

int reply_end(struct output *o, uint64_t slot)
{
    struct record_writer *w = output_begin(o, "end");
    record_add_u64(w, "slot", slot);
    return output_end(o);
}

int reply_tick(struct output *o, uint64_t slot, const struct worker_shared *worker)
{
    uint64_t ops, ns;
    worker_progress(worker, &ops, &ns);
    struct record_writer *w = output_begin(o, "tick");
    record_add_u64(w, "slot", slot);
    record_add_u64(w, "ops", ops);
    record_add_u64(w, "ns", ns);
    return output_end(o);
}

int reply_result(struct output *o, const struct request *r, const struct worker_outcome *outcome,
                 const struct facts_counts *counts)
{
    struct record_writer *w = output_begin(o, "result");
    record_add_u64(w, "slot", r->slot);
    record_add_u64(w, "ops", outcome->ops);
    record_add_u64(w, "bytes", outcome->bytes);
    record_add_u64(w, "ns", outcome->ns);
    record_add_u64(w, "start_ns", outcome->start_ns);
    record_add_u64(w, "end_ns", outcome->end_ns);
    record_add_u64(w, "overhead_ns", outcome->overhead_ns);
    record_add_u64(w, "overhead_ops", outcome->overhead_ops);
    if (outcome->tsc)
        record_add_u64(w, "tsc", outcome->tsc);
    record_add_u64(w, "lanes", r->cpus);
    record_add_u64(w, "lat_n", outcome->latency_count);
    if (outcome->latency_count > 0) {
        record_add_u64(w, "p50_ns", outcome->p50_ns);
        record_add_u64(w, "p90_ns", outcome->p90_ns);
        record_add_u64(w, "p99_ns", outcome->p99_ns);
        record_add_u64(w, "p99_9_ns", outcome->p99_9_ns);
        record_add_u64(w, "max_ns", outcome->max_ns);
    }
    if (outcome->statements.transactions) {
        record_add_u64(w, "transactions", outcome->statements.transactions);
        record_add_u64(w, "reads", outcome->statements.reads);
        record_add_u64(w, "writes", outcome->statements.writes);
        record_add_u64(w, "others", outcome->statements.others);
    }
    if (outcome->statements.transactions || outcome->statements.errors)
        record_add_u64(w, "errors", outcome->statements.errors);
    record_add_u64(w, "verified", outcome->verified);
    if (outcome->unsteady)
        record_add_u64(w, "unsteady", 1);
    if (outcome->dropped > DROPPED_NOTHING)
        record_add_u64(w, "dropped", outcome->dropped == DROPPED_ALL);
    if (outcome->sent) {
        record_add_u64(w, "sent", outcome->sent);
        record_add_u64(w, "sent_ns", outcome->sent_ns);
        record_add_u64(w, "received", outcome->received);
        record_add_u64(w, "reordered", outcome->reordered);
    }
    if (outcome->engine[0])
        record_add_text(w, "engine", outcome->engine);
    if (outcome->product[0])
        record_add_text(w, "product", outcome->product);
    if (counts->steal_known)
        record_add_double(w, "steal", (double)counts->stolen / (double)counts->jiffies);
    add_counts(w, counts);
    record_add_u64(w, "minflt", outcome->minflt);
    record_add_u64(w, "majflt", outcome->majflt);
    record_add_u64(w, "nvcsw", outcome->nvcsw);
    record_add_u64(w, "nivcsw", outcome->nivcsw);
    return output_end(o);
}

int reply_serving(struct output *o, uint64_t slot, const struct endpoint *endpoint)
{
    char ports[ENDPOINT_PORTS_TEXT];
    ports_format(endpoint->ports, ports);
    struct record_writer *w = output_begin(o, "serving");
    record_add_u64(w, "slot", slot);
    record_add_text(w, "ports", ports);
    return output_end(o);
}

int reply_fail(struct output *o, uint64_t slot, const char *reason)
{
    struct record_writer *w = output_begin(o, "fail");
    record_add_u64(w, "slot", slot);
    record_add_text(w, "reason", reason);
    return output_end(o);
}
