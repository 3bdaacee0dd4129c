#include <config.h>

#include "place.h"

#include "clock.h"
#include "guest_address.h"
#include "target/reach.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define HELLO_TIMEOUT_S 10.0
/* A target that died is started again once; see place_revive(). */
#define STARTS_MAX 2

static void note_board(struct places *p, size_t t, enum board_target_state state,
                       const char *reason, const char *remedy)
{
    struct snapshot *s = board_edit(p->board);
    struct board_target *b = &s->targets[t];
    if (state == BOARD_TARGET_STARTING && b->state != state)
        b->since_s = board_now(p->board);
    b->state = state;
    snapshot_set_target(b, &p->result->targets[t]);
    b->emulated |= p->place[t].will_emulate;
    text_clean(b->reason, sizeof b->reason, reason ? reason : "");
    text_clean(b->remedy, sizeof b->remedy, remedy ? remedy : "");
    board_publish(p->board);
}

/* As soon as it is known, however long its start takes. */
static void show_as_emulated(struct places *p, size_t t)
{
    struct snapshot *s = board_edit(p->board);
    s->targets[t].emulated = true;
    board_publish(p->board);
}

/* Does a reached guest run on another machine than native, as far as can be told? Containers have
 * the host's kernel, and so its boot. A virtual machine has not, wherever it runs. */
static bool crosses_machines(const struct places *p, size_t t)
{
    const struct reach *way = p->place[t].kind->way;
    if (!way || way->hosted || !p->place[0].session)
        return false;
    const char *boot = session_hello(p->place[t].session)->boot;
    return strcmp(boot, "unknown") == 0 ||
           strcmp(boot, session_hello(p->place[0].session)->boot) != 0;
}

/* Guests of one kernel are on one machine. */
static uint32_t number_of_machine(const struct places *p, size_t t)
{
    const char *boot = session_hello(p->place[t].session)->boot;
    for (size_t i = 1; i < p->count; i++)
        if (i != t && p->result->targets[i].machine && p->place[i].session &&
            strcmp(boot, "unknown") != 0 &&
            strcmp(session_hello(p->place[i].session)->boot, boot) == 0)
            return p->result->targets[i].machine;
    return (uint32_t)t;
}

static void look_at_machine(struct places *p, size_t t)
{
    struct result_target *rt = &p->result->targets[t];
    if (!crosses_machines(p, t))
        return;
    if (text_in_list(p->options.judge, rt->id)) {
        snprintf(rt->remark, sizeof rt->remark,
                 "another kernel than native's, judged as asked for");
        return;
    }
    rt->flags |= FLAG_MACHINES;
    rt->machine = number_of_machine(p, t);
    snprintf(rt->remark, sizeof rt->remark,
             "another machine than native's, or a virtual one here: no verdict; --judge %s judges "
             "it all the same",
             p->place[t].kind->id);
    board_log(p->board, BOARD_LOG_WARN, rt->id, "the comparison crosses machines: %s", rt->remark);
}

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

/* What a target tells of itself. */
static void take_description(struct places *p, size_t t, const struct target_facts *f)
{
    struct result_target *rt = &p->result->targets[t];
    text_clean(rt->how, sizeof rt->how, f->how);
    text_clean(rt->network, sizeof rt->network, f->network);
    text_clean(rt->path, sizeof rt->path, f->path);
    if (p->options.wire && f->address[0] && !f->in_host) {
        append(rt->path, sizeof rt->path, ", NAT, wire");
        append(rt->network, sizeof rt->network, ", NAT, wire");
    }
    text_clean(rt->limits, sizeof rt->limits, f->limits);
    text_clean(rt->devices, sizeof rt->devices, f->devices);
    text_clean(rt->append, sizeof rt->append, f->append);
}

static void take_facts(struct places *p, size_t t)
{
    const struct place *place = &p->place[t];
    const struct target_facts *f = &place->target->facts;
    const struct session_hello *h = session_hello(place->session);
    struct result_target *rt = &p->result->targets[t];
    rt->cpus = h->cpus;
    rt->memory_mib = f->limited ? p->options.memory_bytes >> 20 : 0;
    take_description(p, t, f);
    /* Started again, what was said at first still holds. */
    if (f->remark[0] || place->starts == 1)
        text_clean(rt->remark, sizeof rt->remark, f->remark);
    text_copy(rt->kernel, sizeof rt->kernel, h->kernel);
    text_copy(rt->clocksource, sizeof rt->clocksource, h->clocksource);
    text_copy(rt->virt, sizeof rt->virt, h->virt);
    rt->emulated = f->emulated;
    rt->flags = f->flags | (f->emulated ? FLAG_EMULATED : 0);
    const char *below = result_fact(p->result, "hypervisor");
    if (t == 0 && below && strcmp(below, "none") != 0 && strcmp(below, "unknown") != 0)
        rt->flags |= FLAG_NESTED;
    look_at_machine(p, t);
}

/* What stands between a reason and its remedy: not every reason ends its sentence. */
static const char *glue(const struct target_probe *probe)
{
    size_t n = strlen(probe->reason);
    return !probe->remedy[0] ? "" : n == 0 || probe->reason[n - 1] == '.' ? " " : ": ";
}

int place_probe(struct places *p, struct error *e)
{
    /* Equal conditions: if one target cannot have limits, nobody gets any. */
    p->options.limits = !p->options.unlimited;
    for (size_t t = 0; t < p->count; t++) {
        const struct target_kind *kind = p->place[t].kind;
        struct target_probe probe;
        char why[sizeof probe.reason + sizeof probe.remedy + 4];
        memset(&probe, 0, sizeof probe);
        kind->probe(kind, &p->options, &probe);
        if (probe.use == TARGET_UNUSABLE) {
            p->place[t].lost = true;
            snprintf(why, sizeof why, "%s%s%s", probe.reason, glue(&probe), probe.remedy);
            text_clean(p->result->targets[t].given_up, sizeof p->result->targets[t].given_up, why);
            note_board(p, t, BOARD_TARGET_UNUSABLE, probe.reason, probe.remedy);
            if (t == 0 || p->count == 2)
                return error_set(e, ERROR_SYSTEM, "%s cannot be used here: %s", kind->id, why);
            board_log(p->board, BOARD_LOG_ERROR, kind->id, "%s", why);
            continue;
        }
        p->place[t].will_emulate = probe.emulated;
        if (probe.emulated) {
            text_clean(p->place[t].remedy, sizeof p->place[t].remedy, probe.remedy);
            show_as_emulated(p, t);
        }
        if (!probe.limits && p->options.limits) {
            p->options.limits = false;
            board_log(p->board, BOARD_LOG_NOTE, kind->id,
                      "no limits here, so no target gets any: %s", probe.reason);
        }
    }
    return 0;
}

/* What a target that takes its time to start is at. */
static void show_stage(void *context, const char *text)
{
    struct places *p = context;
    char phase[80];
    snprintf(phase, sizeof phase, "%s: %s", p->place[p->starting].kind->id, text);
    if (p->phase && text[0])
        p->phase(p->context, phase);
    note_board(p, p->starting, BOARD_TARGET_STARTING, text, NULL);
}

/* Said at once: an emulated boot may take long. */
static void show_emulated(void *context, const char *why)
{
    struct places *p = context;
    struct place *place = &p->place[p->starting];
    place->will_emulate = true;
    show_as_emulated(p, p->starting);
    if (!place->told)
        board_log(p->board, BOARD_LOG_WARN, place->kind->id, "EMULATED, because %s", why);
    place->told = true;
}

/* The card of what boots; should it fail, of what has not. */
static void show_made(void *context, const struct target_facts *facts, const char *kernel)
{
    struct places *p = context;
    struct result_target *rt = &p->result->targets[p->starting];
    take_description(p, p->starting, facts);
    text_clean(rt->kernel, sizeof rt->kernel, kernel);
    struct snapshot *s = board_edit(p->board);
    snapshot_set_target(&s->targets[p->starting], rt);
    s->targets[p->starting].emulated |= p->place[p->starting].will_emulate;
    board_publish(p->board);
}

/* A kind may have started as another: kvm, where it does not work, emulated. Then that is what is
 * measured, by its own name, unless it is measured already. */
static int take_kind(struct places *p, size_t t, struct error *e)
{
    struct place *place = &p->place[t];
    const struct target_kind *is = place->target->kind;
    const char *remark = place->target->facts.remark;
    if (remark[0] && !place->told)
        board_log(p->board, BOARD_LOG_WARN, place->kind->id, "%s", remark);
    if (remark[0] && place->remedy[0])
        board_log(p->board, BOARD_LOG_NOTE, place->kind->id, "what would let it run by KVM: %s",
                  place->remedy);
    if (is == place->kind)
        return 0;
    for (size_t i = 0; i < p->count; i++)
        if (p->place[i].kind == is)
            return error_set(e, ERROR_SYSTEM, "%s; %s is among the targets already", remark,
                             is->id);
    place->kind = is;
    struct result_target *rt = &p->result->targets[t];
    text_copy(rt->id, sizeof rt->id, is->id);
    text_copy(rt->kind, sizeof rt->kind, target_kind_name(is));
    return 0;
}

static int open_session(struct places *p, size_t t, const struct target_waiter *waiter,
                        struct error *e)
{
    struct place *place = &p->place[t];
    if (take_kind(p, t, e) < 0)
        return -1;
    place->session = session_open(place->target, p->result->agent_sha256, HELLO_TIMEOUT_S, waiter,
                                  e);
    return place->session ? session_audit_clock(place->session, e) : -1;
}

int place_start(struct places *p, size_t t, struct error *e)
{
    struct place *place = &p->place[t];
    struct result_target *rt = &p->result->targets[t];
    struct target_waiter waiter = {.context = p,
                                   .stage = show_stage,
                                   .emulated = show_emulated,
                                   .made = show_made,
                                   .interrupt_fd = p->interrupt_fd};
    struct target_options options = p->options;
    char phase[48];
    options.waiter = &waiter;
    p->starting = t;
    snprintf(phase, sizeof phase, "starting %s", place->kind->id);
    if (p->phase)
        p->phase(p->context, phase);
    note_board(p, t, BOARD_TARGET_STARTING, NULL, NULL);
    place->starts++;
    place->warm[0] = '\0';
    uint64_t from = clock_now_ns();
    place->target = target_start(place->kind, &options, p->ledger, e);
    if (!place->target)
        return -1;
    if (open_session(p, t, &waiter, e) < 0) {
        place_stop(p, t);
        return -1;
    }
    rt->start_s = (double)(clock_now_ns() - from) * 1e-9;
    if (p->options.network) {
        struct guest_address_host host;
        guest_address_host(&host);
        guest_address_find(&host, session_hello(place->session), place->kind, p->options.wire,
                           &place->target->facts);
    }
    take_facts(p, t);
    place->will_emulate = rt->emulated;
    note_board(p, t, BOARD_TARGET_READY, NULL, rt->emulated ? place->remedy : NULL);
    char ms[32];
    snprintf(ms, sizeof ms, "%.0f ms", rt->start_s * 1e3);
    board_log(p->board, BOARD_LOG_OK, place->kind->id, "ready after %s: %s", ms, rt->how);
    return 0;
}

void place_stop(struct places *p, size_t t)
{
    struct place *place = &p->place[t];
    session_close(place->session);
    place->session = NULL;
    target_stop(place->target);
    place->target = NULL;
}

void place_drop(struct places *p, size_t t, const char *why)
{
    p->place[t].lost = true;
    note_board(p, t, BOARD_TARGET_FAILED, why, NULL);
}

void place_lose(struct places *p, size_t t, const char *why)
{
    text_clean(p->result->targets[t].given_up, sizeof p->result->targets[t].given_up, why);
    place_drop(p, t, why);
    board_log(p->board, BOARD_LOG_ERROR, p->place[t].kind->id, "given up: %s", why);
}

/* Another guest than before: whoever reads the result learns it, and why. */
static void note_restart(struct places *p, size_t t, const char *why)
{
    struct result_target *rt = &p->result->targets[t];
    char first[sizeof rt->remark];
    text_copy(first, sizeof first, rt->remark);
    snprintf(rt->remark, sizeof rt->remark, "%s%sstarted again in the run: %s", first,
             first[0] ? "; " : "", why);
    note_board(p, t, BOARD_TARGET_READY, NULL, rt->emulated ? p->place[t].remedy : NULL);
}

bool place_revive(struct places *p, size_t t, const char *why)
{
    struct place *place = &p->place[t];
    struct error e;
    if (!*why)
        why = "it does not answer any more";
    place_stop(p, t);
    board_log(p->board, BOARD_LOG_WARN, place->kind->id, "%s", why);
    if (place->starts >= STARTS_MAX) {
        place_lose(p, t, why);
        return false;
    }
    if (place_start(p, t, &e) < 0) {
        if (e.kind == ERROR_INTERRUPTED)
            place_drop(p, t, e.text);
        else
            place_lose(p, t, e.text);
        return false;
    }
    note_restart(p, t, why);
    return true;
}

enum place_kernel place_kernel(const struct places *p, size_t t)
{
    static const char *const shared[] = {"none", "container", "openvz", "unknown"};
    if (!p->place[0].session)
        return PLACE_KERNEL_ELSE;
    const struct session_hello *host = session_hello(p->place[0].session);
    const struct session_hello *guest = session_hello(p->place[t].session);
    if (t == 0 || (strcmp(host->boot, "unknown") != 0 && strcmp(host->boot, guest->boot) == 0))
        return PLACE_KERNEL_HOST;
    /* LXC gives its containers a boot of their own: one that we made has the host's kernel. */
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (strcmp(guest->virt, shared[i]) == 0)
            return p->place[t].kind->way ? PLACE_KERNEL_ELSE : PLACE_KERNEL_HOST;
    return strcmp(host->boot, "unknown") == 0 || strcmp(guest->boot, "unknown") == 0
               ? PLACE_KERNEL_ELSE
               : PLACE_KERNEL_OWN;
}

double place_count(const struct place *p, struct counters *out)
{
    double from = clock_now_s();
    *out = (struct counters){.known = 0};
    if (p->target->kind->counters)
        p->target->kind->counters(p->target, out);
    return (from + clock_now_s()) / 2;
}
