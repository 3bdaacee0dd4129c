/* vmtax complete: what the word that is being typed may become. Asked by the completion of shells
 * (data/completion), not by people, so --help does not name it.
 *
 *     vmtax complete -- WORD...
 *
 * The words are those after "vmtax" up to the cursor; the last one is being typed, and may be
 * empty. A line of the answer is the word as it may become, a TAB, and what that is. A word that
 * ends with = : or , goes on: no blank follows it. A line that begins with a TAB has "files" or
 * "directories", a TAB, and what stands before the name in the word: those the shell knows better.
 *
 * There is no table of its own: commands are those that are dispatched, options the rows that are
 * parsed, and what a word or a value may be is what the usage lines and the help call it. */
#include "check.h"
#include "report/report.h"
#include "store.h"
#include "target/reach.h"
#include "target/target.h"
#include "text.h"
#include "ui/dashboard.h"
#include "ui/panel.h"
#include "ui/theme_list.h"
#include "workloads/catalog.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* A word that is being typed. */
struct typed {
    const struct context *context;
    const char *word; /* all of it */
    size_t before;    /* bytes of it that stay: "--on=", "native," */
    unsigned command; /* whose word it is, of enum command_bit */
};

static const char *begun(const struct typed *t)
{
    return t->word + t->before;
}

/* One candidate, if it is what was begun: name of so many bytes, and what follows it. Names of
 * files may be anything: those that would break a line are left out. */
static void offer_part(const struct typed *t, const char *name, size_t length, const char *suffix,
                       const char *what)
{
    size_t wanted = strlen(begun(t));
    if (length < wanted || strncmp(name, begun(t), wanted) != 0)
        return;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 127)
            return;
    printf("%.*s%.*s%s\t%s\n", (int)t->before, t->word, (int)length, name, suffix, what);
}

static void offer(const struct typed *t, const char *name, const char *what)
{
    offer_part(t, name, strlen(name), "", what);
}

/* Each of "quick|standard|paper". */
static void offer_choices(const struct typed *t, const char *choices)
{
    for (const char *c = choices; *c; c += strspn(c, "|")) {
        offer_part(t, c, strcspn(c, "|"), "", "");
        c += strcspn(c, "|");
    }
}

static void offer_files(const struct typed *t)
{
    printf("\tfiles\t%.*s\n", (int)t->before, t->word);
}

static void offer_directories(const struct typed *t)
{
    printf("\tdirectories\t%.*s\n", (int)t->before, t->word);
}

/* "membw.frd:size=64K,cpus=": the parameters of a workload, and of a choice its words. */
static void offer_parameters(struct typed t)
{
    const char *colon = strchr(begun(&t), ':');
    char id[WORKLOAD_ID_MAX];
    text_copy(id, sizeof id, begun(&t));
    id[strcspn(id, ":")] = '\0';
    const struct workload *w = workload_find(id);
    const char *comma = strrchr(colon, ',');
    const char *name = comma ? comma + 1 : colon + 1;
    const char *equals = strchr(name, '=');
    t.before = (size_t)((equals ? equals + 1 : name) - t.word);
    for (const struct param *p = w ? w->params : NULL; p && p->name; p++) {
        if (!equals)
            offer_part(&t, p->name, strlen(p->name), "=", p->help);
        else if (p->type == PARAM_CHOICE && strncmp(p->name, name, strlen(p->name)) == 0 &&
                 name + strlen(p->name) == equals)
            offer_choices(&t, p->choices);
    }
}

static void offer_subsystems(const struct typed *t)
{
    for (size_t i = 0; i < SUBSYSTEM_COUNT; i++)
        offer(t, subsystems[i].id, subsystems[i].title);
}

static void offer_workloads(const struct typed *t)
{
    if (strchr(begun(t), ':')) {
        offer_parameters(*t);
        return;
    }
    offer(t, "all", "every subsystem");
    offer_subsystems(t);
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        offer(t, w->id, w->title);
}

static void offer_targets(const struct typed *t)
{
    const struct options *o = t->context->options;
    for (const struct target_kind *const *k = target_kinds; *k; k++)
        offer(t, (*k)->id, (*k)->what);
    for (size_t i = 0; i < o->target_count; i++)
        offer(t, o->targets[i].name, o->targets[i].spec);
    for (const struct reach *way = reach_ways; way->id; way++)
        offer_part(t, way->id, strlen(way->id), ":", way->what);
}

/* By their names alone: store_list() would set aside what is damaged, and say so to nobody. */
static void offer_stored(const struct typed *t, enum store_family family, const char *ending,
                         const char *what)
{
    char path[STORE_PATH_MAX];
    struct error e;
    DIR *directory = store_directory(family, path, sizeof path, &e) < 0 ? NULL : opendir(path);
    if (!directory)
        return;
    for (const struct dirent *d; (d = readdir(directory));) {
        size_t length = strlen(d->d_name), end = strlen(ending);
        if (d->d_name[0] != '.' && length > end && strcmp(d->d_name + length - end, ending) == 0)
            offer_part(t, d->d_name, length - end, "", what);
    }
    closedir(directory);
}

static void offer_baselines(const struct typed *t)
{
    offer_stored(t, STORE_BASELINES, "", "baseline");
}

/* Where one of another machine is taken, too: as a file or a directory. */
static void offer_kept_baselines(const struct typed *t)
{
    offer_baselines(t);
    offer_files(t);
}

static void offer_results(const struct typed *t)
{
    offer(t, "last", "the newest result");
    offer_stored(t, STORE_RESULTS, ".json", "result");
    if (t->command == FOR_SCREEN)
        offer_stored(t, STORE_RECORDINGS, ".rec", "recording");
    offer_baselines(t);
    offer_files(t);
}

static void offer_recordings(const struct typed *t)
{
    offer(t, "last", "the newest recording");
    offer_stored(t, STORE_RECORDINGS, ".rec", "recording");
    offer_files(t);
}

static void offer_formats(const struct typed *t)
{
    for (size_t i = 0; t->command == FOR_SCREEN && screen_formats[i]; i++)
        offer(t, screen_formats[i], "");
    for (const struct check_form *f = check_forms; t->command == FOR_CHECK && f->id; f++)
        offer(t, f->id, "");
    if (t->command == FOR_SCREEN || t->command == FOR_CHECK)
        return;
    for (const struct report_format *const *f = report_formats; *f; f++)
        offer(t, (*f)->id, (*f)->what);
}

static void offer_themes(const struct typed *t)
{
    struct theme_list themes;
    theme_list_all(&themes);
    for (size_t i = 0; i < themes.count; i++)
        offer(t, themes.name[i], "");
}

static void offer_panels(const struct typed *t)
{
    for (const struct panel *const *p = panels; *p; p++)
        offer(t, (*p)->id, (*p)->title);
}

/* What usage lines and help call words and values. Other values are the user's own. */
static const struct {
    const char *name;
    void (*offer)(const struct typed *t);
} kinds[] = {
    {"WORKLOAD", offer_workloads},
    {"TARGET", offer_targets},
    {"RESULT", offer_results},
    {"BEFORE", offer_results},
    {"AFTER", offer_results},
    {"NAME", offer_baselines},
    {"BASELINE", offer_kept_baselines},
    {"RECORDING", offer_recordings},
    {"FORMAT", offer_formats},
    {"SUBSYSTEM", offer_subsystems},
    {"THEME", offer_themes},
    {"PANEL", offer_panels},
    {"FILE", offer_files},
    {"DIR", offer_directories},
};

/* kind is "TARGET", "TARGET,..." of a list, or the words themselves: "kvm|tcg". */
static void offer_kind(struct typed t, const char *kind)
{
    size_t length = strcspn(kind, ",");
    const char *comma = kind[length] ? strrchr(begun(&t), ',') : NULL;
    if (comma)
        t.before = (size_t)(comma + 1 - t.word);
    if (strchr(kind, '|'))
        offer_choices(&t, kind);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].name) == length && strncmp(kinds[i].name, kind, length) == 0)
            kinds[i].offer(&t);
}

/* The clause of a help text that says what it is. */
static void offer_options(const struct typed *t, unsigned command)
{
    for (const struct option_row *r = option_rows; r->name; r++) {
        char name[40], what[128];
        if (!(r->commands & command))
            continue;
        snprintf(name, sizeof name, "--%s", r->name);
        text_copy(what, sizeof what, r->help);
        what[strcspn(what, ";:(")] = '\0';
        offer_part(t, name, strlen(name), r->type == OPTION_FLAG ? "" : "=", what);
    }
}

static void offer_value(const struct typed *t, const struct option_row *r)
{
    if (r->type != OPTION_FLAG)
        offer_kind(*t, r->type == OPTION_CHOICE ? r->choices : r->argument);
}

static void offer_commands(const struct typed *t)
{
    for (const struct command *const *c = t->context->commands; *c; c++)
        offer(t, (*c)->name, (*c)->summary);
}

/* What the usage line calls the word at a place: WORKLOAD of "run WORKLOAD... [OPTION...]", for
 * every place. false: there can be none. */
static bool word_kind(const struct command *c, size_t place, char *out, size_t size)
{
    const char *at = c->usage;
    if (place >= c->words_max)
        return false;
    for (size_t i = 0;; i++) {
        at += strcspn(at, " ");
        at += strspn(at, " [");
        size_t length = strcspn(at, " ]");
        bool repeated = length > 3 && strncmp(at + length - 3, "...", 3) == 0;
        if (!length)
            return false;
        if (i == place || repeated) {
            snprintf(out, size, "%.*s", (int)(repeated ? length - 3 : length), at);
            return true;
        }
    }
}

/* The option whose value is the word after this one; NULL: none. */
static const struct option_row *wants_value(const char *word)
{
    const struct option_row *r = NULL;
    if (word[1] == '-')
        r = option_find(word + 2, strlen(word + 2));
    else if (word[2] == '\0')
        r = option_find_letter(word[1]);
    return r && r->type != OPTION_FLAG ? r : NULL;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

/* The words of c before the one that is typed decide what that is. */
static void complete(struct typed *t, const struct command *c, const char *const *words, size_t n)
{
    const struct option_row *of = NULL;
    bool only_words = false;
    size_t place = 0;
    for (size_t i = 0; i < n; i++) {
        if (of)
            of = NULL;
        else if (only_words || !is_option(words[i]))
            place++;
        else if (strcmp(words[i], "--") == 0)
            only_words = true;
        else
            of = wants_value(words[i]);
    }
    char kind[160];
    t->command = c->bit;
    bool has_word = word_kind(c, place, kind, sizeof kind);
    const char *equals = strchr(t->word, '=');
    if (of) {
        offer_value(t, of);
    } else if (!only_words && t->word[0] == '-' && t->word[1] == '-' && equals) {
        of = option_find(t->word + 2, (size_t)(equals - t->word - 2));
        t->before = (size_t)(equals + 1 - t->word);
        if (of && of->commands & c->bit)
            offer_value(t, of);
    } else if (!only_words && (t->word[0] == '-' || !has_word)) {
        offer_options(t, c->bit);
    } else if (has_word) {
        offer_kind(*t, kind);
    }
}

static int run(const struct context *context, struct error *e)
{
    const struct options *o = context->options;
    size_t last = o->word_count - 1;
    struct typed t = {.context = context, .word = o->words[last]};
    (void)e;
    if (last == 0 && t.word[0] != '-') {
        offer_commands(&t);
        offer(&t, "help", "what a command does");
        return EXIT_DONE;
    }
    if (strcmp(o->words[0], "help") == 0) {
        if (last == 1)
            offer_commands(&t);
        return EXIT_DONE;
    }
    if (o->words[0][0] == '-') {
        complete(&t, &command_dashboard, o->words, last);
        return EXIT_DONE;
    }
    for (const struct command *const *c = context->commands; *c; c++)
        if (strcmp((*c)->name, o->words[0]) == 0)
            complete(&t, *c, o->words + 1, last - 1);
    return EXIT_DONE;
}

const struct command command_complete = {
    .name = "complete",
    .usage = "complete -- WORD...",
    .summary = "what the last word may become, for shells",
    .bit = FOR_COMPLETE,
    .plain_signals = true,
    .words_min = 1,
    .words_max = 4096,
    .run = run,
};
