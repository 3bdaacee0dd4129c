/* A guest that exists already, through a command that runs a shell in it (reach.h). The command is
 * a child like every other target's; the stager (stager.h) puts the agent at its end. */
#include "config.h"

#include "target/reached.h"

#include "clock.h"
#include "stats.h"
#include "target/payload.h"
#include "target/reach.h"
#include "text.h"
#include "workloads/catalog.h"
#include "xalloc.h"

#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GRACE_S 2.0
#define TREE_S  30.0 /* to remove twenty thousand files on a busy machine */

static void probe(const struct target_kind *kind, const struct target_options *options,
                  struct target_probe *out)
{
    (void)options;
    struct reach_command c;
    struct error e;
    memset(out, 0, sizeof *out);
    snprintf(out->how, sizeof out->how, "%s", kind->way->id);
    if (reach_command(kind, &c, &e) < 0) {
        const char *remedy = strstr(e.text, ": apt");
        out->use = TARGET_UNUSABLE;
        snprintf(out->reason, sizeof out->reason, "%.*s",
                 (int)(remedy ? remedy - e.text : (ptrdiff_t)sizeof out->reason - 1), e.text);
        snprintf(out->remedy, sizeof out->remedy, "%s", remedy ? remedy + 2 : "");
        return;
    }
    if (c.words[0])
        snprintf(out->how, sizeof out->how, "%.63s", c.words[0]);
    out->use = TARGET_LIMITED;
    snprintf(out->reason, sizeof out->reason, "the guest's limits are its own");
}

int reached_init(struct reached *r, const struct target_kind *kind,
                 const struct target_options *options, struct ledger *ledger, char *name,
                 size_t name_size, struct error *e)
{
    struct target_options own = *options;
    own.limits = false;
    return local_init(&r->local, kind, &own, ledger, name, name_size, e);
}

void reached_end(struct reached *r)
{
    local_release(&r->local, r->tree ? TREE_S : GRACE_S);
}

static void stop(struct target *t)
{
    reached_end((struct reached *)t);
    free(t);
}

/* Runs the command. What is only the way to the guest stays off the workload's processors. */
static int launch(struct reached *r, const struct target_kind *guest,
                  const struct target_options *options, struct error *e)
{
    struct target_facts *facts = &r->local.target.facts;
    struct target_options own = *options;
    struct reach_command c;
    own.scratch = NULL; /* a directory of this machine */
    if (!guest->way->here) {
        own.cpu_count = 0;
        snprintf(facts->limits, sizeof facts->limits, "the guest's own");
        facts->flags |= FLAG_PLACEMENT;
    }
    if (reach_command(guest, &c, e) < 0)
        return -1;
    snprintf(facts->how, sizeof facts->how, "%.63s", c.words[0]);
    snprintf(facts->network, sizeof facts->network, "the guest's own");
    facts->own_network = true;
    return local_launch(&r->local, &own, c.words, -1, 0, e);
}

static void prepare_stager(struct reached *r, const struct target_options *options)
{
    r->stager = (struct stager){.name = r->local.target.kind->id,
                                .to = r->local.target.to_agent,
                                .from = r->local.target.from_agent,
                                .text = r->text,
                                .interrupt = options->waiter ? options->waiter->interrupt_fd : -1,
                                .patience_s = REACH_PATIENCE_S};
}

/* The stream ended: why is the command's last word of error, else the last line that it printed. */
static void explain_end(struct reached *r, struct error *e)
{
    char words[300];
    if (!r->stager.ended)
        return;
    spawn_wait_end(r->local.child, 0.5);
    spawn_last_words(r->local.child, words, sizeof words);
    bool own = strcmp(r->local.target.kind->way->id, "exec") == 0 && strstr(words, "/bin/sh:");
    error_set(e, ERROR_GUEST, "the command for %s %s%s%s%s", r->stager.name, words,
              r->stager.said[0] ? "; it printed: " : "", r->stager.said,
              own ? "; exec: is what stands before /bin/sh, which is added to it" : "");
}

/* The agent, the programs beside it, and what scratch directories begin with. */
struct cargo {
    struct stager_file files[STAGER_FILES_MAX];
    size_t count;
    char paths[STAGER_FILES_MAX][PATH_MAX];
    char names[STAGER_FILES_MAX][NAME_MAX + 1];
};

static void cargo_add_seed(struct cargo *c, const char *directory)
{
    DIR *d = directory ? opendir(directory) : NULL;
    for (struct dirent *entry; d && c->count < STAGER_FILES_MAX && (entry = readdir(d));) {
        char *path = c->paths[c->count], *name = c->names[c->count];
        int n = snprintf(path, PATH_MAX, "%s/%s", directory, entry->d_name);
        if (entry->d_name[0] == '.' || n >= PATH_MAX)
            continue;
        text_copy(name, NAME_MAX + 1, entry->d_name);
        c->files[c->count++] = (struct stager_file){.path = path, .name = name, .scratch = true};
    }
    if (d)
        closedir(d);
}

static void cargo_fill(struct cargo *c, const struct target_options *options)
{
    c->files[0] = (struct stager_file){.path = options->agent_path, .name = "agent"};
    c->count = 1;
    for (const char *const *name = payload_programs; *name && c->count < STAGER_FILES_MAX; name++) {
        char *path = c->paths[c->count];
        if (payload_find(options->agent_path, *name, path, PATH_MAX))
            c->files[c->count++] = (struct stager_file){.path = path, .name = *name};
    }
    cargo_add_seed(c, options->scratch_seed);
}

/* What is brought, without what is left out where there is no room. */
static size_t cargo_bytes(const struct cargo *c, bool scratch)
{
    struct stat st;
    size_t bytes = 0;
    for (size_t i = 0; i < c->count; i++)
        if ((scratch || !c->files[i].scratch) && stat(c->files[i].path, &st) == 0)
            bytes += (size_t)st.st_size;
    return bytes;
}

static int bring(struct reached *r, const struct target_options *options, struct error *e)
{
    struct cargo *c = xcalloc(1, sizeof *c);
    char stage[64];
    cargo_fill(c, options);
    prepare_stager(r, options);
    r->tree = options->scratch_seed != NULL;
    snprintf(stage, sizeof stage, "copying %.1f MB into it", (double)cargo_bytes(c, true) * 1e-6);
    if (options->waiter && options->waiter->stage)
        options->waiter->stage(options->waiter->context, stage);
    int rc = stager_bring(&r->stager, c->files, c->count, e);
    free(c);
    if (rc == 0 && r->stager.no_room)
        snprintf(r->local.target.facts.remark, sizeof r->local.target.facts.remark,
                 "no room for the kernel's sources in its directory on a disk: kbuild cannot be "
                 "measured there");
    if (rc < 0)
        explain_end(r, e);
    return rc;
}

int reached_enter(struct reached *r, const struct target_kind *guest,
                  const struct target_options *options, struct error *e)
{
    return launch(r, guest, options, e) < 0 ? -1 : bring(r, options, e);
}

static struct target *start(const struct target_kind *kind, const struct target_options *options,
                            struct ledger *ledger, struct error *e)
{
    double from = clock_now_s();
    struct reached *r = xcalloc(1, sizeof *r);
    char name[64];
    if (reached_init(r, kind, options, ledger, name, sizeof name, e) < 0 ||
        reached_enter(r, kind, options, e) < 0) {
        stop(&r->local.target);
        return NULL;
    }
    r->local.target.facts.start_s = clock_now_s() - from;
    return &r->local.target;
}

/* One that is tried; without a target there is nothing to wait for. */
struct trial {
    struct reached reached;
    int rc;
    struct error e;
};

static void trial_begin(struct trial *t, const struct target_kind *kind,
                        const struct target_options *options)
{
    struct reached *r = &t->reached;
    r->local.target = (struct target){.kind = kind, .to_agent = -1, .from_agent = -1};
    t->rc = launch(r, kind, options, &t->e);
    prepare_stager(r, options);
    struct cargo *c = xcalloc(1, sizeof *c);
    if (options->agent_path)
        cargo_fill(c, options);
    r->stager.room = cargo_bytes(c, false);
    free(c);
    if (t->rc == 0)
        t->rc = stager_ask(&r->stager, &t->e);
}

static void trial_end(struct trial *t, double until, struct target_probe *out)
{
    struct stager *s = &t->reached.stager;
    size_t used = strlen(out->reason);
    s->patience_s = fmax(0.01, until - clock_now_s());
    if (t->rc == 0)
        t->rc = stager_look(s, &t->e);
    if (t->rc < 0) {
        explain_end(&t->reached, &t->e);
        out->use = TARGET_UNUSABLE;
        out->silent = s->silent;
        snprintf(out->reason, sizeof out->reason, "%.255s", t->e.text);
    } else if (!s->disk) {
        snprintf(out->reason + used, sizeof out->reason - used,
                 "; none of its directories is on a disk");
    }
}

void reach_try(const struct target_kind *const *kinds, size_t count,
               const struct target_options *options, double patience_s, struct target_probe *out)
{
    struct trial *trials = xcalloc(count ? count : 1, sizeof *trials);
    double until = clock_now_s() + patience_s;
    for (size_t i = 0; i < count; i++) {
        memset(&out[i], 0, sizeof out[i]);
        kinds[i]->probe(kinds[i], options, &out[i]);
        if (kinds[i]->where && out[i].use != TARGET_UNUSABLE)
            trial_begin(&trials[i], kinds[i], options);
    }
    for (size_t i = 0; i < count; i++)
        if (trials[i].reached.local.target.kind)
            trial_end(&trials[i], until, &out[i]);
    for (size_t i = 0; i < count; i++)
        if (trials[i].reached.local.target.kind)
            local_release(&trials[i].reached.local, fmin(GRACE_S, patience_s));
    free(trials);
}

const struct target_kind target_reached = {
    .only_by_name = true,
    .start_s = 1,
    .probe = probe,
    .start = start,
    .last_words = local_last_words,
    .stop = stop,
};
