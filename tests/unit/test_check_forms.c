/* What the verdict of a check says to other programs and to readers: each form is read by a parser
 * of others, on verdicts of all kinds and on one whose every word is hostile. Golden files are
 * tests/golden/check.FORM; `make golden-update` writes them anew. */
#include <config.h>

#include "unit.h"

#include "check.h"
#include "fixture.h"
#include "foreign.h"
#include "golden.h"
#include "report/format.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOSTILE "</text></svg><script src=\"http://x.example/\">'&amp;\\\"\n\033[31m|\xff"
#define WHEN    1790000000
#define ROWS    6
#define NOW     3

/* ---- verdicts ---- */

static struct workload sysops = {.id = "sys.test",
                                 .title = "a system call",
                                 .subsystem = SUBSYSTEM_SYSOPS,
                                 .figure = FIGURE_TIME_US};
static struct workload memory = {
    .id = "ram.test", .title = "a copy", .subsystem = SUBSYSTEM_MEMORY, .figure = FIGURE_MB_PER_S};

/* Spread of sessions without a pattern: -1 .. 1. */
static double spread(size_t row, size_t session)
{
    return sin(12.9898 * (double)(row + 1) + 78.233 * (double)(session + 1) +
               (double)(row * session));
}

/* Native and guests; of the last guest the system calls move by so much. */
static void judge(struct check *c, size_t before, size_t guests, double moved)
{
    static const char *const names[] = {"native", "container", "kvm", "box"};
    struct series s;
    series_init(&s, before, NOW);
    for (size_t t = 0; t <= guests; t++)
        for (size_t i = 0; i < 2 * ROWS; i++) {
            char params[16];
            snprintf(params, sizeof params, "size=%u", (unsigned)i % ROWS);
            const struct workload *w = i < ROWS ? &sysops : &memory;
            double *values = series_add(&s, w, params, names[t]);
            for (size_t k = 0; k < before + NOW; k++)
                values[k] = (t ? -0.02 : 2) + 0.005 * spread(t * 100 + i, k) +
                            (k >= before && w == &sysops && t == guests ? moved : 0);
        }
    check_init(c);
    check_judge(c, &s, CHECK_FIND);
    series_release(&s);
    snprintf(c->baseline, sizeof c->baseline, "default");
    snprintf(c->before, sizeof c->before, "before  baseline \"default\": %zu sessions", before);
    snprintf(c->after, sizeof c->after, "after   3 sessions now; kernel 6.1.0-28");
    c->difference_count = 1;
    c->differences[0] = (struct fingerprint_difference){
        .class = FACT_WARN,
        .key = "kernel",
        .sentence = "the kernel changed from 6.1.0-25 to 6.1.0-28"};
    snprintf(c->advice[c->advice_count++], CHECK_ADVICE_TEXT, "Look next: vmtax run sys.test");
}

static void worse(struct check *c)
{
    judge(c, 5, 1, log(0.85));
}

static void three_guests(struct check *c)
{
    judge(c, 12, 3, log(0.85));
}

static void nothing(struct check *c)
{
    judge(c, 5, 1, 0);
    c->difference_count = c->advice_count = 0;
}

static void young(struct check *c)
{
    judge(c, 1, 1, log(0.5));
}

static void fatal(struct check *c)
{
    check_init(c);
    c->fatal = true;
    c->difference_count = 1;
    c->differences[0] = (struct fingerprint_difference){
        .class = FACT_FATAL, .key = "agent", .sentence = "the agent is another program"};
    snprintf(c->baseline, sizeof c->baseline, "default");
}

/* Cleaned, as all is that gets into a verdict. */
static void hostile(struct check *c)
{
    char words[sizeof HOSTILE + 8];
    worse(c);
    text_clean(words, sizeof words, HOSTILE);
    snprintf(c->baseline, sizeof c->baseline, "%.50s", words);
    snprintf(c->before, sizeof c->before, "before  %s", words);
    snprintf(c->after, sizeof c->after, "%s", words);
    snprintf(c->advice[0], CHECK_ADVICE_TEXT, "%s", words);
    snprintf(c->differences[0].sentence, sizeof c->differences[0].sentence, "%s", words);
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->rows[i].target, "container") == 0) {
            snprintf(c->rows[i].target, sizeof c->rows[i].target, "<b>&\"|");
            snprintf(c->rows[i].params, sizeof c->rows[i].params, "<u>|%.20s%zu", words, i);
        }
    for (size_t g = 0; g < c->group_count; g++)
        if (strcmp(c->groups[g].target, "container") == 0)
            snprintf(c->groups[g].target, sizeof c->groups[g].target, "<b>&\"|");
}

static void (*const verdicts_of[])(struct check *c) = {worse, three_guests, nothing,
                                                       young, fatal,        hostile};
#define VERDICTS (sizeof verdicts_of / sizeof *verdicts_of)

static char *written(const struct check *c, const char *form)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    check_form_find(form)->write(c, WHEN, f);
    fclose(f);
    return text;
}

/* ---- parsers of others ---- */

/* Every verdict in the form must please the tool; argv's "FILE" stands for it. */
static void accepted(const char *form, const char *const *argv)
{
    for (size_t i = 0; i < VERDICTS; i++) {
        struct check c;
        verdicts_of[i](&c);
        char *text = written(&c, form);
        check_release(&c);
        foreign_reads(text, form, i, argv);
    }
}

static void python_accepts(const char *form, const char *probe, const char *script)
{
    const char *const argv[] = {FOREIGN_PYTHON, "-c", script, "FILE", SOURCE_DATA, NULL};
    foreign_needs_python(probe);
    accepted(form, argv);
}

static void test_html(void **state)
{
    (void)state;
    static const char *const argv[] = {"tidy", "-quiet", "-errors", "--show-info",
                                       "no",   "FILE",   NULL};
    accepted("html", argv);
}

static void test_junit(void **state)
{
    (void)state;
    static const char *const argv[] = {
        "xmllint", "--nonet", "--noout", "--schema", SOURCE_TESTS "/junit.xsd", "FILE", NULL};
    accepted("junit", argv);
}

static void test_markdown(void **state)
{
    (void)state;
    static const char *const probe[] = {"cmark-gfm", "--version", NULL};
    static const char *const argv[] = {FOREIGN_PYTHON, SOURCE_TESTS "/markdown.py", "FILE", NULL};
    if (foreign_tool(probe) != 0) {
        print_message("cmark-gfm is not installed\n");
        skip();
    }
    accepted("md", argv);
}

static void test_openmetrics(void **state)
{
    (void)state;
    python_accepts("openmetrics", "import prometheus_client.openmetrics.parser",
                   "import sys\n"
                   "from prometheus_client import parser as old\n"
                   "from prometheus_client.openmetrics import parser as new\n"
                   "text=open(sys.argv[1],encoding='utf-8').read()\n"
                   "a=list(new.text_string_to_metric_families(text))\n"
                   "b=list(old.text_string_to_metric_families(text))\n"
                   "assert len(a)==len(b)>3\n");
}

static void test_json(void **state)
{
    (void)state;
    python_accepts("json", "import jsonschema; jsonschema.Draft202012Validator",
                   "import json,sys,jsonschema\n"
                   "schema=json.load(open(sys.argv[2]+'/schema/check.json'))\n"
                   "judge=jsonschema.Draft202012Validator(schema)\n"
                   "judge.validate(json.load(open(sys.argv[1],encoding='utf-8')))\n");
}

/* ---- what they say ---- */

static void test_golden(void **state)
{
    (void)state;
    static const char *const forms[] = {"html", "md", "text"};
    struct check c;
    worse(&c);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *text = written(&c, forms[i]);
        if (!golden_matches("check", forms[i], text))
            fail_msg("the verdict is another than tests/golden/check.%s; see make golden-update",
                     forms[i]);
        free(text);
    }
    check_release(&c);
}

static void has(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("no %s in %s", words, text);
}

static void test_the_page_says_it_first(void **state)
{
    (void)state;
    struct check c;
    worse(&c);
    char *text = written(&c, "html");
    has(text, "<b class=\"worse\">▼ WORSE</b>6 of 24 rows worse");
    has(text, "<b class=\"same\">the hypervisor</b>");
    /* A chart has its figures beside it, for who cannot see it. */
    has(text, "role=\"img\" aria-label=\"Subsystems relative to before.");
    has(text, "role=\"img\" aria-label=\"Rows on container relative to before.");
    assert_null(strstr(text, "aria-label=\"Rows on native"));
    has(text, "<th scope=\"row\">sys.test size=3</th>");
    has(text, "<li><b>warn</b> the kernel changed");
    assert_null(strstr(text, "src="));
    assert_null(strstr(text, "http"));
    assert_null(strstr(text, "href"));
    free(text);
    check_release(&c);

    nothing(&c);
    text = written(&c, "html");
    has(text, "<b class=\"same\">≈ NOTHING WORSE</b>0 of 24 rows worse");
    has(text, "<b class=\"same\">nothing</b>");
    assert_null(strstr(text, "Rows that changed"));
    has(text, "Nothing that is known.");
    free(text);
    check_release(&c);

    fatal(&c);
    text = written(&c, "html");
    has(text, "≠ NOT COMPARABLE");
    assert_null(strstr(text, "What would have been found?"));
    assert_null(strstr(text, "<table>"));
    free(text);
    text = written(&c, "md");
    has(text, "# ≠ NOT COMPARABLE");
    has(text, "- **FATAL** the agent is another program");
    free(text);
    check_release(&c);
}

static void test_hostile_words_stay_words(void **state)
{
    (void)state;
    static const char *const never[] = {"<script", "url(", "@import", "<b>&", "<u>|", "\033"};
    struct check c;
    hostile(&c);
    for (const struct check_form *f = check_forms; f->id; f++) {
        bool markup = strcmp(f->id, "html") == 0 || strcmp(f->id, "junit") == 0;
        char *text = written(&c, f->id);
        for (size_t k = 0; k < sizeof never / sizeof *never; k++)
            if ((markup || never[k][0] == '\033') && strstr(text, never[k]))
                fail_msg("%s in %s", never[k], f->id);
        free(text);
    }
    check_release(&c);
}

/* Nothing that tells whose machine it was, in any form; what was found is still there. */
static void test_redacted(void **state)
{
    (void)state;
    static const char *const secrets[] = {"ssh:me@secret-box", "192.0.2.77",
                                          "LABEL=carol",       "/home/carol",
                                          "loader-of-carol",   "box.carol.example"};
    struct check c;
    struct result sessions[1], now;
    struct baseline b = {.name = "/home/carol/x", .sessions = sessions, .count = 1};
    fixture_result(&sessions[0]);
    fixture_result(&now);
    for (int i = 0; i < 2; i++) {
        struct result_target *t = &(i ? &now : &sessions[0])->targets[1];
        snprintf(t->id, sizeof t->id, "ssh:me@secret-box");
        snprintf(t->kind, sizeof t->kind, "ssh");
    }
    result_add_fact(&now, "peer", "loader-of-carol");
    worse(&c);
    c.differences[c.difference_count++] = (struct fingerprint_difference){
        .class = FACT_WARN,
        .key = "peer",
        .sentence = "the peer changed from host to loader-of-carol"};
    for (size_t i = 0; i < c.count; i++)
        if (strcmp(c.rows[i].target, "container") == 0)
            snprintf(c.rows[i].target, sizeof c.rows[i].target, "ssh:me@secret-box");
    for (size_t g = 0; g < c.group_count; g++)
        if (strcmp(c.groups[g].target, "container") == 0)
            snprintf(c.groups[g].target, sizeof c.groups[g].target, "ssh:me@secret-box");
    snprintf(c.baseline, sizeof c.baseline, "%s", b.name);
    snprintf(c.before, sizeof c.before, "before  baseline \"/home/carol/x\"");
    snprintf(c.advice[0], CHECK_ADVICE_TEXT, "Look next: vmtax run x --on ssh:me@secret-box");
    snprintf(c.advice[c.advice_count++], CHECK_ADVICE_TEXT, "192.0.2.77 uses 80 %%");
    snprintf(c.lost_why, sizeof c.lost_why, "other: no route to box.carol.example");
    snprintf(c.advice[c.advice_count++], CHECK_ADVICE_TEXT,
             "1 guest could not be measured now: %s.", c.lost_why);
    c.differences[c.difference_count++] = (struct fingerprint_difference){
        .class = FACT_WARN,
        .key = "cmdline",
        .sentence =
            "the kernel's command line changed from root=LABEL=carol to quiet: mitigations"};
    for (int pass = 0; pass < 2; pass++) {
        bool found[sizeof secrets / sizeof *secrets] = {false};
        for (const struct check_form *f = check_forms; f->id; f++) {
            char *text = written(&c, f->id);
            for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
                found[i] |= strstr(text, secrets[i]) != NULL;
                if (pass && strstr(text, secrets[i]))
                    fail_msg("%s is in the redacted %s", secrets[i], f->id);
            }
            free(text);
        }
        for (size_t i = 0; !pass && i < sizeof secrets / sizeof *secrets; i++)
            if (!found[i])
                fail_msg("%s is in no form: nothing is tested", secrets[i]);
        check_redact(&c, &b, &now, 1);
    }
    char *text = written(&c, "text");
    has(text, "ssh-1");
    has(text, "the kernel's command line changed (redacted)");
    has(text, "could not be measured now: (redacted).");
    has(text, "the kernel changed from 6.1.0-25 to");
    free(text);
    assert_string_equal(c.lost_why, "(redacted)"); /* a recording has it, too */
    check_release(&c);
    result_release(&sessions[0]);
    result_release(&now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_junit),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_openmetrics),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_the_page_says_it_first),
        cmocka_unit_test(test_hostile_words_stay_words),
        cmocka_unit_test(test_redacted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
