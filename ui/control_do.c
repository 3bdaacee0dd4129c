#include <config.h>

#include "ui/control_parts.h"

#include "check.h"
#include "text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LONG_S       240.0
#define LONG_ASKED_S 8.0

static void report(struct control *c, int status, const struct error *e, double now_s,
                   const char *done)
{
    if (status)
        control_flash(c, now_s, true, "%s", e->text);
    else
        control_flash(c, now_s, false, "%s", done);
}

void control_start(struct control *c, const char *const *words, size_t count,
                   const struct snapshot *s, double now_s)
{
    struct error e = {0};
    char done[192];
    if (s->run.active) {
        control_flash(c, now_s, true, "%s is being measured: %s stops it first",
                      s->run.title[0] ? s->run.title : "a run", key_word(c->keymap, ACTION_ABORT));
        return;
    }
    if (!c->actions || !c->actions->start) {
        control_flash(c, now_s, true, "nothing can be run from here");
        return;
    }
    /* What takes longer than somebody who explores would wait is started when it is asked for
     * twice. */
    bool again = count && strcmp(c->long_word, words[0]) == 0 && now_s < c->long_until_s;
    double takes_s;
    c->long_word[0] = '\0';
    int status = c->actions->start(c->actions->context, words, count,
                                   count && !again ? LONG_S : INFINITY, &takes_s, &e);
    if (status == 0 && takes_s > 0) {
        char duration[32];
        text_copy(c->long_word, sizeof c->long_word, words[0]);
        c->long_until_s = now_s + LONG_ASKED_S;
        control_flash(c, now_s, false, "%s takes about %s: the same key again starts it", words[0],
                      text_duration(duration, sizeof duration, takes_s));
        return;
    }
    snprintf(done, sizeof done, "starting %s", count ? words[0] : "the quick comparison");
    report(c, status, &e, now_s, done);
}

void control_run_row(struct control *c, const struct snapshot *s, double now_s)
{
    const struct panel *p = control_panel(c);
    char word[WORKLOAD_ID_MAX + PARAMS_TEXT + 2] = "";
    size_t metric = control_metric(c, s);
    if (p && p->word) {
        if (!p->word(s, control_view(c), word, sizeof word)) {
            control_flash(c, now_s, true, "%s", word[0] ? word : "no row to run here");
            return;
        }
    } else if (metric == SIZE_MAX) {
        control_flash(c, now_s, true, "no row to run here; %s runs the quick comparison",
                      key_word(c->keymap, ACTION_RUN_ALL));
        return;
    } else {
        const struct board_metric *m = &s->metrics[metric];
        snprintf(word, sizeof word, "%s%s%s", m->workload->id, m->params[0] ? ":" : "", m->params);
        for (char *blank = word; (blank = strchr(blank, ' '));)
            *blank = ',';
    }
    control_start(c, (const char *const[]){word}, 1, s, now_s);
}

void control_abort(struct control *c, double now_s)
{
    struct error e = {0};
    /* Whether something runs is not asked of the board: while targets start, no row is live yet. */
    if (!c->actions || !c->actions->abort)
        control_flash(c, now_s, true, "the run cannot be stopped from here");
    else
        report(c, c->actions->abort(c->actions->context, &e), &e, now_s,
               "stopping; what was measured is kept");
}

static void call(struct control *c, int (*action)(void *, struct error *), double now_s,
                 const char *done, const char *missing)
{
    struct error e = {0};
    if (action)
        report(c, action(c->actions->context, &e), &e, now_s, done);
    else
        control_flash(c, now_s, true, "%s", missing);
}

/* To the verdict that is there, or is being made; from there: a new check. */
void control_check(struct control *c, const struct snapshot *s, double now_s)
{
    struct error e = {0};
    if (!c->actions || !c->actions->check) {
        control_flash(c, now_s, true, "no check from here: `vmtax check` makes one");
        return;
    }
    bool there = c->verdict && !c->live;
    if (!s->check.active && (there || !s->check.verdict)) {
        int status = c->actions->check(c->actions->context, &e);
        report(c, status, &e, now_s, "checking against the baseline");
        if (status)
            return;
    }
    control_go_verdict(c);
}

static void say_live(struct control *c, double now_s)
{
    control_flash(c, now_s, true, "a run is live: %s stops it first",
                  key_word(c->keymap, ACTION_ABORT));
}

/* A second try at what was in doubt would only be repeated until it is green: what is measured
 * again is a session of the whole check. */
void control_doubt(struct control *c, const struct snapshot *s, double now_s)
{
    const char *check = key_word(c->keymap, ACTION_CHECK);
    size_t doubtful = s->check.verdict ? s->check.verdict->verdicts[VERDICT_INCONCLUSIVE] : 0;
    if (!s->check.verdict)
        control_flash(c, now_s, true, "no check was made yet: %s makes one", check);
    else if (!doubtful)
        control_flash(c, now_s, true, "no row of the check is in doubt; %s makes a new check",
                      check);
    else if (!s->check.active && !s->run.active) {
        control_go_verdict(c);
        control_check(c, s, now_s);
    } else {
        say_live(c, now_s);
    }
}

void control_baseline(struct control *c, const struct snapshot *s, double now_s)
{
    if (s->run.active)
        say_live(c, now_s);
    else
        call(c, c->actions ? c->actions->baseline : NULL, now_s,
             "recording sessions of the baseline", "`vmtax record` records the baseline");
}

/* In the panel of the verdict that, else the result. */
void control_export(struct control *c, const struct snapshot *s, double now_s)
{
    struct error e = {0};
    char message[192] = "";
    bool verdict = c->verdict && !c->live && s->check.verdict;
    int (*write)(void *, char *, size_t, struct error *) = !c->actions ? NULL
                                                           : verdict   ? c->actions->export_check
                                                                       : c->actions->export;
    if (!write)
        control_flash(c, now_s, true, "reports are written by `vmtax report`");
    else
        report(c, write(c->actions->context, message, sizeof message, &e), &e, now_s, message);
}

void control_quit(struct control *c, const struct snapshot *s, unsigned request)
{
    if ((s->run.active || s->check.active) && !s->replayed) {
        c->overlay = OVERLAY_QUIT;
        c->quit = request;
    } else {
        c->requests |= request;
    }
}

void control_answer_quit(struct control *c, enum action a, bool yes)
{
    if (yes)
        c->requests |= a == ACTION_QUIT_LEAVE ? REQUEST_QUIT_LEAVE : c->quit;
    c->overlay = c->tour ? OVERLAY_TOUR : OVERLAY_NONE;
}

void control_replay(struct control *c, enum action a, double now_s)
{
    char message[160] = "";
    struct error e;
    enum app_move m = a == ACTION_FREEZE ? APP_PAUSE : (enum app_move)(a - ACTION_STEP_BACK);
    if (!c->actions || !c->actions->replay)
        control_flash(c, now_s, true, "only in a replay: `vmtax replay` shows a recorded session");
    else if (c->actions->replay(c->actions->context, m, message, sizeof message, &e) < 0)
        control_flash(c, now_s, true, "%s", e.text);
    else
        control_flash(c, now_s, false, "%s", message);
}
