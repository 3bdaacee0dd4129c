/* The result document as text: schema vmtax.result/1.
 *
 * Every slot, every figure and every comparison stands in it, so that a reader needs no arithmetic
 * and a doubter can repeat it. Ratios and their intervals are performance relative to the reference
 * (1 is equal, below 1 is slower, for times too); "detectable" and "noise" are relative (0.03 is
 * 3 %); "variance" is that of the ratio's logarithm. A value that was not measured is null, and
 * `flags` holds "reason: ..." beside the ids of the flags that were raised. Counts above 2^53 are
 * strings of digits. */
#include <config.h>

#include "json.h"
#include "score.h"
#include "store.h"
#include "store_counters.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static cJSON *flag_array(uint32_t bits, const char *reason)
{
    cJSON *array = json_array();
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (bits & (1u << i))
            cJSON_AddItemToArray(array, cJSON_CreateString(flags[i].id));
    if (reason && reason[0]) {
        char text[REASON_MAX + sizeof STORE_REASON];
        snprintf(text, sizeof text, STORE_REASON "%s", reason);
        cJSON_AddItemToArray(array, cJSON_CreateString(text));
    }
    return array;
}

static void add_interval(cJSON *o, bool known, double low, double high)
{
    if (!known || !(low >= 0) || !(high <= STORE_VALUE_MAX)) {
        cJSON_AddNullToObject(o, "ci95");
        return;
    }
    cJSON *pair = cJSON_AddArrayToObject(o, "ci95");
    cJSON_AddItemToArray(pair, cJSON_CreateNumber(low));
    cJSON_AddItemToArray(pair, cJSON_CreateNumber(high));
}

static void add_latency(cJSON *o, const struct latency *l)
{
    if (!l->known) {
        cJSON_AddNullToObject(o, "latency_us");
        return;
    }
    cJSON *to = cJSON_AddObjectToObject(o, "latency_us");
    json_add_count(to, "count", l->count);
    json_add_number(to, "p50", l->p50_us);
    json_add_number(to, "p90", l->p90_us);
    json_add_number(to, "p99", l->p99_us);
    json_add_number(to, "p99_9", l->p99_9_us);
    json_add_number(to, "max", l->max_us);
}

/* Only of what may be lost. */
static void add_arrival(cJSON *o, const struct arrival *a)
{
    if (!a->sent)
        return;
    cJSON *to = cJSON_AddObjectToObject(o, "datagrams");
    json_add_count(to, "sent", a->sent);
    json_add_count(to, "received", a->received);
    json_add_count(to, "reordered", a->reordered);
    json_add_number(to, "loss", arrival_loss(a));
    if (a->sent_s > 0)
        json_add_number(to, "sent_s", a->sent_s);
}

/* Only of a database; of a web server, where it was measured, errors alone, be there any or not. */
static void add_statements(cJSON *o, const struct statements *s, const struct workload *w,
                           bool measured)
{
    bool web = measured && w && w->subsystem == SUBSYSTEM_WEB;
    if (!s->transactions && (web || s->errors))
        json_add_count(o, "errors", s->errors);
    if (!s->transactions)
        return;
    cJSON *to = cJSON_AddObjectToObject(o, "statements");
    json_add_count(to, "transactions", s->transactions);
    json_add_count(to, "reads", s->reads);
    json_add_count(to, "writes", s->writes);
    json_add_count(to, "others", s->others);
    json_add_count(to, "errors", s->errors);
}

/* Only rows that are told in ticks, too, have the key. */
static void add_ticks(cJSON *o, double tsc_per_op)
{
    if (tsc_per_op > 0)
        json_add_number(o, "tsc_per_op", tsc_per_op);
}

static void add_text_or_null(cJSON *o, const char *key, const char *text)
{
    if (text && text[0])
        cJSON_AddStringToObject(o, key, text);
    else
        cJSON_AddNullToObject(o, key);
}

/* How the guest's instructions run: what can be told from the kind and the emulation flag. */
static const char *acceleration(const struct result_target *t)
{
    if (t->emulated)
        return "tcg";
    return strcmp(t->kind, "kvm") == 0 && t->cpus ? "kvm" : "none"; /* without any: never started */
}

static void add_target(cJSON *array, const struct result_target *t)
{
    cJSON *o = json_object();
    cJSON_AddItemToArray(array, o);
    cJSON_AddStringToObject(o, "id", t->id);
    cJSON_AddStringToObject(o, "kind", t->kind);
    json_add_count(o, "cpus", t->cpus);
    if (t->memory_mib)
        json_add_count(o, "memory_mib", t->memory_mib);
    else
        cJSON_AddNullToObject(o, "memory_mib"); /* no limit */
    cJSON_AddStringToObject(o, "accel", acceleration(t));
    cJSON_AddBoolToObject(o, "emulated", t->emulated);
    cJSON_AddStringToObject(o, "virt", t->virt);
    cJSON_AddStringToObject(o, "kernel", t->kernel);
    cJSON_AddStringToObject(o, "clocksource", t->clocksource);
    cJSON_AddStringToObject(o, "how", t->how);
    cJSON_AddStringToObject(o, "network", t->network);
    cJSON_AddStringToObject(o, "path", t->path);
    cJSON_AddStringToObject(o, "limits", t->limits);
    cJSON_AddStringToObject(o, "devices", t->devices);
    if (t->caches[0])
        cJSON_AddStringToObject(o, "caches", t->caches);
    cJSON_AddStringToObject(o, "append", t->append);
    cJSON_AddStringToObject(o, "remark", t->remark);
    cJSON_AddStringToObject(o, "given_up", t->given_up);
    json_add_number(o, "start_s", t->start_s);
    if (t->clock_known || t->clock_stepped) {
        cJSON *clock = cJSON_AddObjectToObject(o, "clock");
        json_add_number(clock, "rate", t->clock_rate);
        json_add_number(clock, "bound", t->clock_known ? t->clock_bound : NAN);
        cJSON_AddBoolToObject(clock, "stepped", t->clock_stepped);
    } else {
        cJSON_AddNullToObject(o, "clock");
    }
    cJSON_AddItemToObject(o, "flags", flag_array(t->flags, NULL));
    if (t->machine)
        json_add_count(o, "machine", t->machine);
}

static const char *target_id(const struct result *r, size_t target)
{
    return target < r->target_count ? r->targets[target].id : "";
}

static void add_row(cJSON *o, const struct metric *m)
{
    cJSON_AddStringToObject(o, "workload", m->workload);
    cJSON_AddStringToObject(o, "params", m->params);
}

static void add_dropped(cJSON *o, enum dropped dropped)
{
    if (dropped != DROPPED_UNKNOWN)
        cJSON_AddStringToObject(o, "dropped", dropped_name(dropped));
}

static cJSON *slot_json(const struct result *r, const struct slot *s)
{
    bool measured = s->measured && isfinite(s->value);
    cJSON *o = json_object();
    add_row(o, &r->metrics[s->metric]);
    cJSON_AddStringToObject(o, "target", target_id(r, s->target));
    json_add_count(o, "block", s->block);
    cJSON_AddStringToObject(o, "position", s->position);
    json_add_count(o, "stage", s->stage);
    json_add_number(o, "at_s", s->at_s);
    json_add_number(o, "host_s", s->host_s);
    json_add_number(o, "agent_s", s->agent_s);
    json_add_count(o, "ops", s->ops);
    json_add_number(o, "value", measured ? s->value : NAN);
    add_ticks(o, measured ? s->tsc_per_op : 0);
    add_latency(o, &s->latency);
    add_arrival(o, &s->arrival);
    add_statements(o, &s->statements, r->metrics[s->metric].row, measured);
    add_dropped(o, s->dropped);
    json_add_number(o, "steal", s->steal);
    store_add_slot_counters(o, s);
    const char *reason = s->reason;
    if (!measured && !reason[0])
        reason = s->measured ? "the figure is not a number" : "no reason was given";
    cJSON_AddItemToObject(o, "flags", flag_array(s->flags, reason));
    return o;
}

static void add_figure(cJSON *array, const struct result *r, const struct figure_value *f)
{
    const struct metric *m = &r->metrics[f->metric];
    const struct workload *w = m->row;
    bool measured = f->measured && isfinite(f->value);
    cJSON *o = json_object();
    cJSON_AddItemToArray(array, o);
    add_row(o, m);
    add_text_or_null(o, "subsystem", w ? subsystems[w->subsystem].id : NULL);
    add_text_or_null(o, "target", target_id(r, f->target));
    add_text_or_null(o, "unit", w ? workload_unit(w) : NULL);
    add_text_or_null(o, "better", !w ? NULL : workload_lower_is_better(w) ? "lower" : "higher");
    json_add_count(o, "n", f->n);
    json_add_number(o, "value", measured ? f->value : NAN);
    add_interval(o, measured && f->bounded, f->low, f->high);
    if (w && isfinite(workload_iops(w, m->params, f->value)))
        json_add_number(o, "iops", measured ? workload_iops(w, m->params, f->value) : NAN);
    double sent = w ? workload_datagrams_mb_per_s(w, m->params, arrival_sent_per_s(&f->arrival))
                    : (double)NAN;
    if (isfinite(sent))
        json_add_number(o, "sent_mb_per_s", sent);
    json_add_number(o, "noise", f->noise);
    cJSON_AddBoolToObject(o, "verified", f->verified);
    add_ticks(o, measured ? f->tsc_per_op : 0);
    const char *engine = w ? result_engine(r, w->id, m->params) : NULL;
    add_text_or_null(o, "engine", engine ? engine : w ? "vmtax-agent" : NULL);
    add_latency(o, &f->latency);
    add_arrival(o, &f->arrival);
    add_statements(o, &f->statements, w, measured);
    add_dropped(o, f->dropped);
    store_add_cost(o, &f->cost);
    const char *reason = f->reason;
    if (!measured && !reason[0])
        reason = f->measured ? "the figure is not a number" : "no reason was given";
    cJSON_AddItemToObject(o, "flags", flag_array(0, reason));
}

static cJSON *comparison_json(const struct result *r, const struct comparison *c)
{
    const struct stats_estimate *s = &c->estimate;
    cJSON *o = json_object();
    add_row(o, &r->metrics[c->metric]);
    cJSON_AddStringToObject(o, "target", target_id(r, c->target));
    cJSON_AddStringToObject(o, "reference", target_id(r, c->reference));
    json_add_number(o, "ratio", s->n ? exp(s->centre) : NAN);
    add_interval(o, s->n && s->bounded, exp(s->low), exp(s->high));
    json_add_number(o, "level", s->n && s->bounded ? s->level : NAN);
    cJSON_AddBoolToObject(o, "approximate", s->approximate);
    json_add_count(o, "n", s->n);
    json_add_count(o, "outliers", s->outliers);
    json_add_number(o, "detectable", isfinite(c->detectable) ? stats_loss(c->detectable) : NAN);
    json_add_number(o, "p", c->p);
    json_add_number(o, "variance", s->n ? c->variance : NAN);
    json_add_count(o, "stage", c->stage);
    cJSON_AddStringToObject(o, "verdict", verdicts[c->verdict].id);
    cJSON_AddItemToObject(o, "flags", flag_array(c->flags, c->reason));
    return o;
}

/* Every metric on every target has a row, so that what was planned and not measured is seen too. */
static void add_metrics(cJSON *root, const struct result *r)
{
    cJSON *array = cJSON_AddArrayToObject(root, "metrics");
    size_t cells = r->metric_count * TARGETS_MAX;
    const struct figure_value **at = xcalloc(cells, sizeof *at);
    for (size_t i = 0; i < r->figure_count; i++)
        at[r->figures[i].metric * TARGETS_MAX + r->figures[i].target] = &r->figures[i];
    for (size_t m = 0; m < r->metric_count; m++) {
        for (size_t t = 0; t < r->target_count || t == 0; t++) {
            struct figure_value none = {.metric = m,
                                        .target = r->target_count ? t : TARGETS_MAX,
                                        .noise = NAN,
                                        .reason = ""};
            const struct figure_value *f = at[m * TARGETS_MAX + t];
            if (!f)
                text_copy(none.reason, sizeof none.reason, result_absence(r, t));
            add_figure(array, r, f ? f : &none);
        }
    }
    free(at);
}

/* Only where there is one. */
static void add_scores(cJSON *root, const struct result *r)
{
    struct score scores[SCORES_MAX];
    size_t count = score_of(r, scores);
    cJSON *array = count ? cJSON_AddArrayToObject(root, "scores") : NULL;
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < r->target_count; t++) {
            cJSON *o = json_object();
            cJSON_AddItemToArray(array, o);
            cJSON_AddStringToObject(o, "workload", SCORE_WORKLOAD);
            cJSON_AddStringToObject(o, "target", target_id(r, t));
            json_add_count(o, "cpus", scores[i].cpus);
            json_add_count(o, "processors", scores[i].processors);
            json_add_count(o, "from", scores[i].from);
            json_add_count(o, "to", scores[i].to);
            json_add_count(o, "n", scores[i].count);
            json_add_number(o, "value", scores[i].value[t]);
        }
}

static char *print_line(cJSON *o, const char *kind)
{
    cJSON_AddStringToObject(o, "type", kind);
    char *text = cJSON_PrintUnformatted(o);
    cJSON_Delete(o);
    return text;
}

char *store_slot_to_json(const struct result *r, const struct slot *s)
{
    return print_line(slot_json(r, s), "slot");
}

char *store_comparison_to_json(const struct result *r, const struct comparison *c)
{
    return print_line(comparison_json(r, c), "comparison");
}

char *store_to_json(const struct result *r, bool pretty)
{
    cJSON *root = json_object();
    cJSON_AddStringToObject(root, "schema", RESULT_SCHEMA);
    cJSON *tool = cJSON_AddObjectToObject(root, "tool");
    cJSON_AddStringToObject(tool, "version", r->tool_version);
    cJSON_AddStringToObject(tool, "agent_sha256", r->agent_sha256);
    char started[32];
    cJSON_AddStringToObject(root, "started", store_time(started, sizeof started, r->started));
    json_add_number(root, "elapsed_s", r->elapsed_s);
    cJSON_AddStringToObject(root, "profile", r->profile);
    cJSON_AddStringToObject(root, "name", r->name);
    cJSON_AddBoolToObject(root, "partial", r->partial);
    cJSON_AddBoolToObject(root, "two_stage", r->two_stage);
    json_add_number(root, "slot_s", r->slot_s > 0 ? r->slot_s : NAN);
    json_add_number(root, "slot_scale", r->slot_scale > 0 ? r->slot_scale : NAN);
    cJSON *late = cJSON_AddObjectToObject(root, "out_of_time");
    json_add_count(late, "rows", r->late.rows);
    json_add_count(late, "second_looks", r->late.looks);
    cJSON *load = cJSON_AddObjectToObject(root, "load");
    json_add_count(load, "looks", r->load.looks);
    json_add_count(load, "not_quiet", r->load.busy);
    json_add_number(load, "others_cpus", r->load.looks ? r->load.others : NAN);
    cJSON_AddStringToObject(load, "why", r->load.why);

    cJSON *host = cJSON_AddObjectToObject(root, "host");
    for (size_t i = 0; i < r->fact_count; i++)
        cJSON_AddStringToObject(host, r->facts[i].key, r->facts[i].value);
    cJSON *targets = cJSON_AddArrayToObject(root, "targets");
    for (size_t i = 0; i < r->target_count; i++)
        add_target(targets, &r->targets[i]);
    cJSON *slots = cJSON_AddArrayToObject(root, "slots");
    for (size_t i = 0; i < r->slot_count; i++)
        cJSON_AddItemToArray(slots, slot_json(r, &r->slots[i]));
    add_metrics(root, r);
    cJSON *comparisons = cJSON_AddArrayToObject(root, "comparisons");
    for (size_t i = 0; i < r->comparison_count; i++)
        cJSON_AddItemToArray(comparisons, comparison_json(r, &r->comparisons[i]));

    add_scores(root, r);
    cJSON *self = cJSON_AddObjectToObject(root, "self");
    json_add_number(self, "cpu_s", r->self_cpu_s);
    json_add_count(self, "max_rss_kib", r->self_max_rss_kib);
    json_add_count(self, "frames", r->self_frames);

    char *text = pretty ? cJSON_Print(root) : cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    if (!text)
        BUG("the result document cannot be printed");
    return text;
}
