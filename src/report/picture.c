#include <config.h>

#include "report/picture.h"

#include "report/chart.h"
#include "report/svg.h"
#include "xalloc.h"

#include <stdlib.h>

#define GAP 22.0

struct picture {
    struct chart overview, chart[SUBSYSTEM_COUNT];
    struct chart_sweep *sweeps[SUBSYSTEM_COUNT];
    size_t sweep_count[SUBSYSTEM_COUNT];
};

static void fill(struct picture *p, const struct result *r, const struct report_row *rows,
                 size_t count, enum subsystem only, const struct paper *paper)
{
    if (only == SUBSYSTEM_COUNT)
        chart_overview(&p->overview, r);
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        if (only == SUBSYSTEM_COUNT || (int)only == s) {
            chart_subsystem(&p->chart[s], r, rows, count, (enum subsystem)s, paper);
            p->sweeps[s] = chart_sweep_find(r, (enum subsystem)s, &p->sweep_count[s]);
        }
}

static void begin(FILE *out, double y)
{
    fprintf(out, "<g transform=\"translate(0 %.0f)\">\n", y);
}

/* Draws, or, if out is NULL, measures: the height. */
static double lay(const struct picture *p, const struct result *r, const struct report_row *rows,
                  FILE *out)
{
    double y = 0;
    for (int s = -1; s < SUBSYSTEM_COUNT; s++) {
        const struct chart *c = s < 0 ? &p->overview : &p->chart[s];
        size_t sweeps = s < 0 ? 0 : p->sweep_count[s];
        if (c->count) {
            if (out) {
                begin(out, y);
                chart_draw(c, out);
                fputs("</g>\n", out);
            }
            y += chart_height(c) + GAP;
        }
        if (sweeps) {
            char title[64];
            snprintf(title, sizeof title, "%s: sweeps", subsystems[s].title);
            if (out) {
                begin(out, y);
                svg_text(out, 8, 18, SVG_START, "title", title);
                fputs("</g>\n", out);
                begin(out, y + GAP);
                chart_sweep_draw(r, rows, p->sweeps[s], sweeps, out);
                fputs("</g>\n", out);
            }
            y += GAP + chart_sweep_height(sweeps) + GAP;
        }
    }
    return y;
}

int picture_write(const struct result *r, enum subsystem only, FILE *out, struct error *e)
{
    struct report_locale l;
    struct picture p = {0};
    struct error ignored;
    size_t count;
    report_begin(&l);
    struct report_row *rows = report_rows(r, &count);
    struct paper *paper = xcalloc(1, sizeof *paper);
    fill(&p, r, rows, count, only, paper_load(paper, &ignored) == 0 ? paper : NULL);
    double height = lay(&p, r, rows, NULL);
    char title[96];
    snprintf(title, sizeof title, "What does it cost?%s%s", only == SUBSYSTEM_COUNT ? "" : " ",
             only == SUBSYSTEM_COUNT ? "" : subsystems[only].title);
    svg_open(out, CHART_WIDTH, height > 0 ? height : 40, title,
             "Performance of guests relative to native; vmtax report --format html has the same "
             "figures as tables.",
             true);
    if (height > 0)
        lay(&p, r, rows, out);
    else
        svg_text(out, 8, 24, SVG_START, "", "Nothing was measured that can be drawn.");
    svg_close(out);
    chart_release(&p.overview);
    for (int s = 0; s < SUBSYSTEM_COUNT; s++) {
        chart_release(&p.chart[s]);
        free(p.sweeps[s]);
    }
    free(paper);
    free(rows);
    return report_end(&l, out, e);
}

static int write_svg(const struct result *r, FILE *out, struct error *e)
{
    return picture_write(r, SUBSYSTEM_COUNT, out, e);
}

const struct report_format report_svg = {
    .id = "svg",
    .what = "the charts alone, as a picture",
    .write = write_svg,
};
