/* vmtax baseline: what a stored reference is, and the ways of one to another machine. */
#include "baseline_file.h"
#include "baseline_words.h"
#include "check_run.h"
#include "command.h"
#include "replace.h"
#include "report/report.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int list(const struct context *c, struct error *e)
{
    return listing_baselines.write(c->options, stdout, e) < 0 ? -1 : EXIT_DONE;
}

static int show(const struct context *c, struct error *e)
{
    const struct options *o = c->options;
    struct baseline b;
    if (baseline_load(&b, o->word_count > 1 ? o->words[1] : "default", e) < 0)
        return -1;
    struct baseline_fit *fit = xcalloc(1, sizeof *fit);
    int rc = check_fit(fit, &b, NULL, NULL, e);
    if (rc == 0 && o->json) {
        cJSON *document = baseline_to_json(&b, fit);
        char *text = cJSON_Print(document);
        printf("%s\n", text);
        free(text);
        cJSON_Delete(document);
    } else if (rc == 0) {
        baseline_write_text(&b, fit, (int64_t)time(NULL), stdout);
    }
    free(fit);
    baseline_release(&b);
    return rc < 0 ? -1 : EXIT_DONE;
}

/* What is there already is lost only to a whole file. It names the machine, as the store does. */
static int write_file(const struct baseline *b, const char *path, struct error *e)
{
    struct replace file;
    if (replace_begin(&file, path, 0600, e) < 0)
        return -1;
    if (baseline_file_write(b, file.out, e) == 0)
        return replace_end(&file, e);
    replace_drop(&file);
    return error_prefix(e, "%s", path);
}

static int export(const struct context *c, struct error *e)
{
    const char *path = c->options->words[2];
    struct baseline b;
    if (!path[0])
        return error_set(e, ERROR_USAGE, "cannot write \"\": a file is wanted");
    if (baseline_load(&b, c->options->words[1], e) < 0)
        return -1;
    int rc = strcmp(path, "-") == 0 ? baseline_file_write(&b, stdout, e) : write_file(&b, path, e);
    baseline_release(&b);
    return rc < 0 ? -1 : EXIT_DONE;
}

/* Sessions that no check here could be compared with would stand in the store for nothing. */
static int refuse(const struct baseline *b, const struct baseline_fit *f)
{
    fprintf(stderr, "vmtax: the baseline \"%s\" is not imported: it cannot be compared with here\n",
            b->name);
    baseline_write_fatal(f, stderr);
    text_wrap(stderr,
              "The same build of vmtax on both machines has the same agent; a baseline of this "
              "machine itself makes vmtax record.",
              fprintf(stderr, "vmtax: "), 0);
    return EXIT_NOT_COMPARABLE;
}

static int put(const struct context *c, struct baseline *b, const struct baseline_fit *fit,
               struct error *e)
{
    const struct options *o = c->options;
    char kept[64];
    if (o->name)
        text_copy(b->name, sizeof b->name, o->name);
    for (size_t i = 0; i < b->count; i++)
        text_copy(b->sessions[i].name, sizeof b->sessions[i].name, b->name);
    if (store_put_baseline(b->name, b->sessions, b->count, o->anew, kept, sizeof kept, e) < 0)
        return -1;
    if (kept[0] && !o->quiet)
        fprintf(stderr, "vmtax: the baseline of before is kept as \"%s\"\n", kept);
    if (!o->quiet)
        baseline_write_text(b, fit, (int64_t)time(NULL), stdout);
    return EXIT_DONE;
}

static int import(const struct context *c, struct error *e)
{
    const struct options *o = c->options;
    struct baseline b;
    if (o->name && store_check_name(o->name, e) < 0)
        return -1;
    if (baseline_file_read(&b, o->words[1], e) < 0)
        return -1;
    struct baseline_fit *fit = xcalloc(1, sizeof *fit);
    int code = check_fit(fit, &b, NULL, NULL, e);
    if (code == 0)
        code = fit->fatal ? refuse(&b, fit) : put(c, &b, fit, e);
    free(fit);
    baseline_release(&b);
    return code;
}

static int drop(const struct context *c, struct error *e)
{
    return store_remove_baseline(c->options->words[1], e) < 0 ? -1 : EXIT_DONE;
}

static const struct verb {
    const char *name;
    size_t words_min, words_max; /* with the verb */
    const char *usage;
    int (*run)(const struct context *c, struct error *e);
} verbs[] = {
    {"list", 1, 1, "list [--json]", list},
    {"show", 1, 2, "show [BASELINE] [--json]", show},
    {"export", 3, 3, "export BASELINE FILE", export},
    {"import", 2, 2, "import FILE [--name NAME] [--new]", import},
    {"remove", 2, 2, "remove BASELINE", drop},
};
#define VERBS (sizeof verbs / sizeof *verbs)

static int run(const struct context *c, struct error *e)
{
    const struct options *o = c->options;
    const char *names[VERBS + 1] = {NULL};
    char clean[64];
    for (size_t i = 0; i < VERBS; i++) {
        names[i] = verbs[i].name;
        if (strcmp(o->words[0], verbs[i].name) != 0)
            continue;
        if (o->word_count < verbs[i].words_min || o->word_count > verbs[i].words_max)
            return error_set(e, ERROR_USAGE, "%s; usage: vmtax baseline %s",
                             o->word_count < verbs[i].words_min ? "something is missing"
                                                                : "one word too many",
                             verbs[i].usage);
        return verbs[i].run(c, e);
    }
    const char *near = text_nearest(o->words[0], names);
    text_clean(clean, sizeof clean, o->words[0]);
    return error_set(e, ERROR_USAGE, "a baseline cannot be asked to \"%s\"%s%s%s", clean,
                     near ? "; did you mean \"" : "; see vmtax baseline --help", near ? near : "",
                     near ? "\"?" : "");
}

const struct command command_baseline = {
    .name = "baseline",
    .usage = "baseline list|show|export|import|remove [BASELINE] [FILE]",
    .summary = "a stored baseline: what it is, to and from a file, away with it",
    .words = "show [BASELINE] tells its sessions and whether a check here could compare with it. "
             "export BASELINE FILE writes all of it into one file, import FILE brings that into "
             "another machine's store, and refuses what could not be compared with there; - is "
             "standard output or input. remove BASELINE deletes it. BASELINE is a name of `vmtax "
             "list baselines`, or, to show or export, a path.",
    .bit = FOR_BASELINE,
    .plain_signals = true,
    .words_min = 1,
    .words_max = 3,
    .run = run,
};
