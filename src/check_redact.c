/* A verdict without what tells whose machine it was. It was judged before: what is taken out here
 * was compared. */
#include <config.h>

#include "check.h"

#include "report/redact.h"
#include "text.h"

#include <string.h>

/* What these facts say goes whole, so of a change of theirs only that there was one stays. */
static const char *const whole[] = {"cmdline", "kernel.build", "spec.config", "guest.append"};

static void redact_difference(struct fingerprint_difference *d, const char *const *names)
{
    char *from = strstr(d->sentence, " changed from ");
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(d->key, whole[i]) == 0) {
            if (!from)
                from = strstr(d->sentence, " is known only ");
            if (from)
                from[strncmp(from, " changed", 8) == 0 ? 8 : 0] = '\0';
            strncat(d->sentence, " " REDACTED, sizeof d->sentence - strlen(d->sentence) - 1);
            return;
        }
    redact_text(d->sentence, sizeof d->sentence, names);
}

static void rename_all(struct check *c, const char *from, const char *to)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->rows[i].target, from) == 0)
            text_copy(c->rows[i].target, sizeof c->rows[i].target, to);
    for (size_t g = 0; g < c->group_count; g++)
        if (strcmp(c->groups[g].target, from) == 0)
            text_copy(c->groups[g].target, sizeof c->groups[g].target, to);
    for (size_t i = 0; i < c->difference_count; i++)
        redact_rename(c->differences[i].sentence, sizeof c->differences[i].sentence, from, to);
    for (size_t i = 0; i < c->advice_count; i++)
        redact_rename(c->advice[i], CHECK_ADVICE_TEXT, from, to);
}

static void rename_others(struct check *c, const struct result *r)
{
    for (size_t t = 0; t < r->target_count; t++) {
        char name[TARGET_ID_MAX];
        if (redact_target_name(r, t, name, sizeof name))
            rename_all(c, r->targets[t].id, name);
    }
    /* So does the name of a peer that is another machine. */
    const char *peer = result_fact(r, "peer");
    if (peer && peer[0] && strcmp(peer, "host") != 0)
        rename_all(c, peer, "peer");
}

void check_redact(struct check *c, const struct baseline *b, const struct result *now,
                  size_t now_count)
{
    struct redact_names names;
    redact_names_own(&names);
    /* A reason may be the words of whatever could not be reached: it goes whole. */
    for (size_t i = 0; c->lost_why[0] && i < c->advice_count; i++)
        redact_rename(c->advice[i], CHECK_ADVICE_TEXT, c->lost_why, REDACTED);
    if (c->lost_why[0])
        text_copy(c->lost_why, sizeof c->lost_why, REDACTED);
    for (size_t i = 0; i < now_count; i++)
        rename_others(c, &now[i]);
    for (size_t i = 0; i < b->count; i++)
        rename_others(c, &b->sessions[i]);
    for (size_t i = 0; i < c->difference_count; i++)
        redact_difference(&c->differences[i], names.list);
    for (size_t i = 0; i < c->advice_count; i++)
        redact_text(c->advice[i], CHECK_ADVICE_TEXT, names.list);
    redact_text(c->before, sizeof c->before, names.list);
    redact_text(c->after, sizeof c->after, names.list);
    redact_text(c->baseline, sizeof c->baseline, names.list);
}
