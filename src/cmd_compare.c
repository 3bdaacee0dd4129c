/* vmtax compare: two stored results, or two baselines with their sessions. */
#include "analysis.h"
#include "baseline_file.h"
#include "command.h"
#include "compare.h"
#include "compare_json.h"
#include "report/report.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One side: the sessions of a baseline, or one result. */
static int load_side(struct baseline *b, const char *word, struct error *e)
{
    struct error none;
    /* A stored one goes before a file that happens to lie here, as everywhere. */
    if (store_check_name(word, &none) == 0 && baseline_load(b, word, &none) == 0)
        return 0;
    if (baseline_file_is(word))
        return baseline_file_read(b, word, e);
    char path[STORE_PATH_MAX];
    *b = (struct baseline){0};
    if (store_find(word, path, sizeof path, e) < 0)
        return -1;
    b->sessions = xcalloc(1, sizeof *b->sessions);
    b->count = 1;
    text_clean(b->name, sizeof b->name, word);
    result_init(&b->sessions[0]);
    if (store_load(&b->sessions[0], path, e) < 0) {
        baseline_release(b);
        return -1;
    }
    analysis_update(&b->sessions[0]);
    return 0;
}

static void print_row(const struct compare_row *row)
{
    bool native = strcmp(row->target, "native") == 0;
    char old[16], new[16], interval[32] = "none", find[16] = "n/a";
    char letters[FLAG_COUNT + 1];
    text_figure(old, sizeof old, native ? row->before : 100 * row->before);
    text_figure(new, sizeof new, native ? row->after : 100 * row->after);
    if (row->change.bounded)
        snprintf(interval, sizeof interval, "[%+.1f, %+.1f]", 100 * expm1(row->change.low),
                 100 * expm1(row->change.high));
    if (isfinite(row->detectable))
        snprintf(find, sizeof find, "%.1f", fmin(99.9, 100 * stats_loss(row->detectable)));
    printf("  %-10s %6s%s %6s%s %+7.1f %% %-18s %3zu %4s  %s%s%s\n", row->target, old,
           native ? " " : "%", new, native ? " " : "%", 100 * expm1(row->change.centre), interval,
           row->change.n, find, verdicts[row->verdict].title, row->flags ? " " : "",
           stats_flags(row->flags, letters));
}

static void print_text(const struct compare *c, const char *before, const char *after)
{
    printf("%s (%zu session%s) -> %s (%zu session%s)\n\n", before, c->sessions_before,
           c->sessions_before == 1 ? "" : "s", after, c->sessions_after,
           c->sessions_after == 1 ? "" : "s");
    for (size_t i = 0; i < c->difference_count; i++) {
        text_wrap(stdout, c->differences[i].sentence,
                  printf("%-6s ", fact_class_words[c->differences[i].class]), 7);
    }
    if (c->difference_count)
        putchar('\n');
    printf("  %-10s %7s %7s %9s %-18s %3s %4s  %s\n", "target", "before", "after", "change",
           "95 % interval", "n", "find", "verdict");
    for (size_t i = 0; i < c->count; i++) {
        const struct compare_row *row = &c->rows[i];
        if (i == 0 || row->workload != row[-1].workload || strcmp(row->params, row[-1].params) != 0)
            printf("%s%s%s, %s\n", row->workload->id, row->params[0] ? " " : "", row->params,
                   workload_unit(row->workload));
        print_row(row);
    }
    putchar('\n');
    text_wrap(
        stdout,
        "A change above 0 is faster. A guest's figure is its performance in % of native in the "
        "same session. n: sessions; where there are too few of them, blocks of a guest and slots "
        "of native. find: the change in % that would have been found with 80 % probability.",
        0, 0);
    if (c->young) {
        char sentence[256];
        snprintf(sentence, sizeof sentence,
                 "No verdicts (L): sessions differ by more than the blocks inside them show, and "
                 "fewer than %d sessions stand on each side. Record more: vmtax record --name NAME",
                 COMPARE_SESSIONS_MIN);
        text_wrap(stdout, sentence, 0, 0);
    }
    uint32_t used = 0;
    for (size_t i = 0; i < c->count; i++)
        used |= c->rows[i].flags;
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (used & 1u << i && 1u << i != FLAG_YOUNG) /* that is told above */
            printf("%c: %s\n", flags[i].letter, flags[i].meaning);
    char left_out[TARGETS_MAX * (TARGET_ID_MAX + 2) + 128];
    if (c->emulated_count)
        text_wrap(stdout, compare_emulated_text(c, left_out, sizeof left_out), 0, 0);
    if (c->only_before || c->only_after)
        printf("%zu metrics are only in the first, %zu only in the second.\n", c->only_before,
               c->only_after);
}

static void print_json(const struct compare *c, const char *before, const char *after)
{
    cJSON *o = json_object();
    cJSON_AddStringToObject(o, "schema", "vmtax.compare/1");
    cJSON_AddStringToObject(o, "before", before);
    cJSON_AddStringToObject(o, "after", after);
    json_add_count(o, "sessions_before", c->sessions_before);
    json_add_count(o, "sessions_after", c->sessions_after);
    cJSON_AddBoolToObject(o, "young", c->young);
    cJSON_AddItemToObject(o, "differences",
                          compare_differences_json(c->differences, c->difference_count));
    cJSON *notes = json_array();
    cJSON_AddItemToObject(o, "notes", notes);
    char left_out[TARGETS_MAX * (TARGET_ID_MAX + 2) + 128];
    if (c->emulated_count)
        cJSON_AddItemToArray(
            notes, cJSON_CreateString(compare_emulated_text(c, left_out, sizeof left_out)));
    cJSON_AddItemToObject(o, "rows", compare_rows_json(c->rows, c->count));
    char *text = cJSON_Print(o);
    printf("%s\n", text);
    free(text);
    cJSON_Delete(o);
}

static int run(const struct context *c, struct error *e)
{
    struct baseline before, after;
    struct compare compare;
    const char *const *words = c->options->words;
    if (load_side(&before, words[0], e) < 0)
        return -1;
    if (load_side(&after, words[1], e) < 0) {
        baseline_release(&before);
        return -1;
    }
    compare_results(&compare, before.sessions, before.count, after.sessions, after.count);
    if (c->options->json)
        print_json(&compare, before.name, after.name);
    else
        print_text(&compare, before.name, after.name);
    int code = compare_exit(&compare);
    if (code == EXIT_NOT_COMPARABLE)
        fprintf(stderr, "vmtax: the two are not comparable%s\n",
                compare.fatal || compare.count > 0 ? "; the reason stands above"
                                                   : ": they have no metric in common");
    compare_release(&compare);
    baseline_release(&before);
    baseline_release(&after);
    return code;
}

const struct command command_compare = {
    .name = "compare",
    .usage = "compare BEFORE AFTER [--json]",
    .summary = "two stored results or baselines: did anything get slower?",
    .words =
        "BEFORE and AFTER are baselines by name or file, results by name or file, or `last`. Exit "
        "code: 0 nothing worse, 1 something worse, 2 usage or set-up error, 3 inconclusive, 4 not "
        "comparable.",
    .bit = FOR_COMPARE,
    .plain_signals = true,
    .words_min = 2,
    .words_max = 2,
    .run = run,
};
