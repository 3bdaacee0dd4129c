/* fuzz_paper.c - the figures of a paper, as somebody wrote them.
 *
 * Held beside "no sanitizer complains": what was read can be shown and asked for every workload;
 * what is refused has a sentence and leaves nothing. */
#include <config.h>

#include "paper.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>

static void check_texts(const struct paper *p)
{
    require(p->row_count <= PAPER_ROWS_MAX && p->stated_count <= PAPER_STATED_MAX);
    require(p->explained_count <= PAPER_EXPLAINED_MAX);
    require_shown(p->title);
    require_shown(p->machine);
    for (size_t i = 0; i < p->row_count; i++)
        require_shown(p->rows[i].key);
    for (size_t i = 0; i < p->stated_count; i++)
        require_shown(p->stated[i].text);
    for (size_t i = 0; i < p->explained_count; i++) {
        require(p->explained[i].row_count <= PAPER_EXPLAINED_ROWS);
        require_shown(p->explained[i].text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct paper p;
    struct error e = {.text = ""};
    if (paper_parse(&p, (const char *)data, size, "input", &e) < 0) {
        require(p.row_count == 0 && p.stated_count == 0 && p.explained_count == 0);
        require(e.text[0] != '\0');
        require_shown(e.text);
        return 0;
    }
    check_texts(&p);
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        for (int c = 0; c <= PAPER_COLUMNS; c++) {
            if (c < PAPER_COLUMNS) {
                double relation = paper_relation(&p, w, "", (enum paper_column)c);
                require(isnan(relation) || relation >= 0);
            }
            (void)paper_stated_find(&p, w, "", (enum paper_column)c);
            (void)paper_explain(&p, w, (enum paper_column)c);
        }
    return 0;
}
