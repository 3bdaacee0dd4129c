#include "ui/detail.h"

#include "text.h"
#include "ui/costs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Behind two blanks, whole or not at all. Returns the column after it. */
static int text_if_fits(struct canvas *c, int y, int x, int end, const char *text)
{
    return x + 2 + canvas_columns(text) <= end ? canvas_text(c, y, x + 2, STYLE_DIM, 0, text) : x;
}

static void figure_line(struct page *p, const struct workload *w, const struct board_target *t,
                        const struct figure_value *f)
{
    char value[32], range[32], n[24];
    if (page_left(p) == 0)
        return;
    int x = p->r.x;
    struct rect former = canvas_clip(p->c, (struct rect){p->y, p->r.x, 1, p->r.w});
    int name = p->label + 2 > 12 ? p->label + 2 : 12;
    widget_target(p->c, p->y, x, name - 1, t);
    x += name;
    if (f->measured) {
        if (t->emulated)
            x = canvas_text(p->c, p->y, x, STYLE_DIM, 0, "~");
        x = canvas_text(p->c, p->y, x, t->emulated ? STYLE_DIM : STYLE_TEXT,
                        t->emulated ? 0 : ATTR_BOLD, row_figure(w, f->value, value));
        int end = p->r.x + p->r.w;
        if (!f->verified) { /* above all else */
            x = canvas_text(p->c, p->y, x, STYLE_WARN, 0, "  not verified");
        }
        if (f->bounded) /* whole, or not at all */
            x = text_if_fits(p->c, p->y, x, end, row_range(w, f->value, f->low, f->high, range));
        snprintf(n, sizeof n, "n %zu", f->n);
        text_if_fits(p->c, p->y, x, end, n);
    } else {
        widget_cut(p->c, p->y, x, p->r.x + p->r.w - x, STYLE_DIM, 0,
                   f->reason[0] ? f->reason : "— not measured");
    }
    canvas_unclip(p->c, former);
    p->y++;
}

static const char *verdict_words(const struct row *r)
{
    switch (r->verdict) {
    case VERDICT_BETTER:
        return "faster than native beyond its interval: ask why";
    case VERDICT_SAME:
        return "the whole interval lies within the margin of equivalence";
    case VERDICT_SLIGHTLY_WORSE:
        return "the whole interval lies below native, by less than 10 %";
    case VERDICT_WORSE:
        return "the whole interval lies below native, by more than 10 %";
    case VERDICT_NO_SIGN:
        return "measured too briefly for a verdict; nothing was seen";
    case VERDICT_INCONCLUSIVE:
        return "the interval does not decide";
    case VERDICT_NOT_MEASURED:
    case VERDICT_CANNOT:
    case VERDICT_NOT_COMPARABLE:
    case VERDICT_COUNT:
        break;
    }
    return "";
}

static void comparison_lines(struct page *p, const struct snapshot *s, const struct row *r,
                             enum unit_mode unit)
{
    char half[NUMBER_MAX], detectable[NUMBER_MAX], reason[REASON_TEXT];
    if (!r->compared) {
        row_reason(s, r, p->c->keymap, reason);
        page_text(p, r->target->state == BOARD_TARGET_FAILED ? STYLE_ERROR : STYLE_DIM, 0, reason);
        if (r->target->remedy[0] &&
            (r->target->state == BOARD_TARGET_FAILED || r->target->state == BOARD_TARGET_UNUSABLE))
            page_text(p, STYLE_TEXT, 0, r->target->remedy);
        return;
    }
    if (page_left(p) > 0) {
        struct mark m = row_mark(r);
        double ends[3] = {m.value, m.bounded ? m.low : m.value, m.bounded ? m.high : m.value};
        struct axis a = row_axis(ends, 3);
        int w = p->r.w - p->label - 9;
        if (p->label > 0)
            canvas_text(p->c, p->y, p->r.x, STYLE_DIM, 0, "% native");
        if (w >= 8)
            widget_whisker(p->c, p->y, p->r.x + p->label, w, &a, &m);
        widget_ratio(p->c, p->y, p->r.x + p->r.w - 8, 8, r->ratio, r->verdict,
                     unit == UNIT_RAW ? UNIT_PERCENT : unit, r->emulated);
        p->y++;
        if (w >= 20 && page_left(p) > 5) {
            widget_axis(p->c, p->y, p->r.x + p->label, w, &a, unit == UNIT_TIMES ? "%" : NULL);
            p->y++;
        }
    }
    row_half(r, UNIT_PERCENT, half);
    row_detectable(r, detectable);
    if (r->bounded && unit == UNIT_TIMES)
        page_field(p, "interval", STYLE_TEXT, "%s%.3f–%.3f × time, level %.1f%%%s",
                   r->emulated ? "~" : "", 1 / r->high, 1 / r->low,
                   r->cell->comparison.estimate.level * 100, r->approximate ? ", approximate" : "");
    else if (r->bounded)
        page_field(p, "interval", STYLE_TEXT, "%s%.1f–%.1f, level %.1f%%%s", r->emulated ? "~" : "",
                   r->low * 100, r->high * 100, r->cell->comparison.estimate.level * 100,
                   r->approximate ? ", approximate" : "");
    else if (r->cell->comparison.estimate.bounded)
        page_field(p, "interval", STYLE_WARN, "±?: from %zu blocks, wider than a factor of two",
                   r->n);
    else
        page_field(p, "interval", STYLE_WARN, "none: too few blocks, so the mark is hollow");
    page_field(p, "blocks", STYLE_TEXT, "n %zu%s%s%s", r->n,
               !detectable[0] ? ""
               : r->brief     ? ", would notice "
                              : ", would find ",
               detectable, detectable[0] ? " (80 % power)" : "");
    if (r->emulated)
        page_field(p, "verdict", STYLE_DIM, "none: %s",
                   r->target->remark[0] ? r->target->remark
                                        : "emulated by software, which is no hypervisor's figure");
    else
        page_field(p, "verdict", style_of_verdict(r->verdict), "%s: %s", verdicts[r->verdict].title,
                   r->cell->comparison.reason[0] ? r->cell->comparison.reason : verdict_words(r));
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (r->flags & 1u << i)
            page_field(p, "flag", STYLE_WARN, "%c %s", flags[i].letter, flags[i].meaning);
    if (isfinite(r->cell->comparison.p))
        page_field(p, "p", STYLE_TEXT, "%.3g %s", r->cell->comparison.p,
                   r->cell->comparison.stage == 2 ? "(Holm, over the rows of stage 2)" : "");
}

/* A figure that is not of this session says so, and one that is older than the rest of the screen
 * all the more. */
static void age_line(struct page *p, const struct snapshot *s, const struct row *r)
{
    char age[32];
    if (!r->stale)
        return;
    row_age(r->age_s, age);
    if (r->older)
        page_field(p, "age", STYLE_WARN, "%s ago: an earlier run, not %s", age,
                   s->stored ? "the last one" : "this one");
    else
        page_field(p, "age", STYLE_DIM, "%s: a stored result, not this session", age);
}

static void latency_lines(struct page *p, const struct latency *native, const struct latency *guest,
                          bool emulated)
{
    static const char *const names[] = {"p50", "p90", "p99", "p99.9", "max"};
    const double of_native[] = {native->p50_us, native->p90_us, native->p99_us, native->p99_9_us,
                                native->max_us};
    const double of_guest[] = {guest->p50_us, guest->p90_us, guest->p99_us, guest->p99_9_us,
                               guest->max_us};
    if (page_left(p) < 2 || (!native->known && !guest->known))
        return;
    canvas_text(p->c, p->y, p->r.x, STYLE_DIM, 0, "latency µs");
    int w = 7, x = p->r.x + 11;
    for (size_t i = 0; i < 5 && x + w <= p->r.x + p->r.w; i++, x += w)
        canvas_text_right(p->c, p->y, x + w - 1, STYLE_DIM, 0, names[i]);
    p->y++;
    for (int k = 0; k < 2 && page_left(p) > 0; k++) {
        if (!(k ? guest : native)->known)
            continue;
        canvas_text(p->c, p->y, p->r.x, k ? STYLE_TEXT : STYLE_NATIVE, 0, k ? "guest" : "native");
        x = p->r.x + 11;
        for (size_t i = 0; i < 5 && x + w <= p->r.x + p->r.w; i++, x += w) {
            char number[NUMBER_MAX];
            int first = canvas_text_right(p->c, p->y, x + w - 1, STYLE_TEXT, 0,
                                          number_short(number, k ? of_guest[i] : of_native[i]));
            if (k && emulated)
                canvas_put(p->c, p->y, first - 1, '~', STYLE_DIM, 0);
        }
        p->y++;
    }
}

static void statements_line(struct page *p, const struct figure_value *f, const char *whose)
{
    char text[STATEMENTS_TEXT];
    if (row_statements(f, text))
        page_field(p, "queries", STYLE_TEXT, "%s %s", whose, text);
}

/* Short things are told in ticks, too, as others tell them. */
static void ticks_line(struct page *p, const struct workload *w, const struct figure_value *f,
                       const char *whose)
{
    if (w->figure == FIGURE_TIME_NS && f->measured && f->tsc_per_op > 0)
        page_field(p, "ticks", STYLE_TEXT, "%s %.0f ns, %.0f TSC ticks", whose, f->value,
                   f->tsc_per_op);
}

/* Long times are told as a rate, too. */
static void inverse_line(struct page *p, const struct workload *w, const struct figure_value *f,
                         const char *whose)
{
    char rate[NUMBER_MAX];
    if (w->figure == FIGURE_TIME_S && f->measured && f->value > 0)
        page_field(p, "inverse", STYLE_TEXT, "%s %s an hour", whose,
                   number_short(rate, 3600 / f->value));
}

/* "native 12.4k a second, kvm ~3.1k": records of a disk row. */
static void iops_line(struct page *p, const struct snapshot *s, const struct board_metric *m,
                      size_t target)
{
    char text[2][48] = {"", ""}, number[NUMBER_MAX];
    for (size_t k = 0; k < 2; k++) {
        size_t t = k ? target : 0;
        const struct figure_value *f = &m->cell[t].figure;
        double iops = workload_iops(m->workload, m->params, f->value);
        if ((k == 0 || target > 0) && f->measured && isfinite(iops))
            snprintf(text[k], sizeof text[k], "%s%.20s %s%s", k && text[0][0] ? ", " : "",
                     s->targets[t].id, s->targets[t].emulated ? "~" : "",
                     number_short(number, iops));
    }
    if (text[0][0] || text[1][0])
        page_field(p, "IOPS", STYLE_TEXT, "%s%s", text[0], text[1]);
}

/* Requests to a web server that had no page. */
static void errors_line(struct page *p, const struct board_metric *m, const struct snapshot *s,
                        size_t target)
{
    uint64_t native = m->cell[0].figure.statements.errors;
    uint64_t guest = m->cell[target].figure.statements.errors;
    enum style style = native || guest ? STYLE_WARN : STYLE_TEXT;
    if (m->workload->subsystem != SUBSYSTEM_WEB || !m->cell[target].figure.measured)
        return;
    if (target == 0)
        page_field(p, "errors", style, "native %llu", (unsigned long long)native);
    else
        page_field(p, "errors", style, "native %llu, %.20s %llu", (unsigned long long)native,
                   s->targets[target].id, (unsigned long long)guest);
}

/* What of the target's page cache goes between two slots of a disk row. */
static void caches_line(struct page *p, const struct board_metric *m, const struct board_target *t,
                        enum dropped dropped)
{
    const struct workload *w = m->workload;
    bool all = strcmp(t->caches, RESULT_ALL_DROPPED) == 0;
    /* Of a result that does not tell: what is written and never flushed keeps its file in the
     * cache. */
    bool kept = (w->disk & DISK_WRITES) && !row_param(m, "sync", 0) && !row_param(m, "direct", 0);
    if (dropped == DROPPED_UNKNOWN && w->disk && t->caches[0] && (all || !kept))
        dropped = all ? DROPPED_ALL : DROPPED_FILE;
    if (dropped > DROPPED_NOTHING)
        page_field(p, "dropped", STYLE_TEXT, "%.20s %s", t->id,
                   dropped == DROPPED_ALL ? RESULT_ALL_DROPPED
                   : all || !t->caches[0] ? "its file's alone"
                                          : t->caches);
}

/* Datagrams: "native 0.1 % of 1.21 GB/s sent, 0 % out of order; mean with lead-ins". The figure is
 * a median of slots alone, and may stand above what was sent. */
static void loss_line(struct page *p, const struct board_metric *m, const struct board_target *t,
                      const struct figure_value *f)
{
    const struct arrival *a = &f->arrival;
    double loss = arrival_loss(a);
    double rate = workload_datagrams_mb_per_s(m->workload, m->params, arrival_sent_per_s(a));
    char sent[40], figure[32], order[40] = "", share[16] = "all";
    if (isnan(loss))
        return;
    if (a->received) {
        snprintf(share, sizeof share, "%.2f %%", 100 * loss);
        snprintf(order, sizeof order, ", %.2f %% out of order", 100 * arrival_disorder(a));
    }
    if (isfinite(rate))
        snprintf(sent, sizeof sent, "%s sent", row_figure(m->workload, rate, figure));
    else
        snprintf(sent, sizeof sent, "%llu datagrams", (unsigned long long)a->sent);
    page_field(p, "lost", loss >= 0.01 ? STYLE_WARN : STYLE_TEXT, "%.20s %s%s of %s%s%s", t->id,
               t->emulated ? "~" : "", share, sent, order,
               isfinite(rate) ? "; mean with lead-ins" : "");
}

/* What a stand-in works in, against the last cache of this machine, if it was measured here. */
static void set_line(struct page *p, const struct snapshot *s, const struct workload *w)
{
    size_t level = s->stored ? 0 : BOARD_CACHES;
    char size[32];
    if (!(w->set_mib > 0))
        return;
    while (level > 0 && s->host.cache_bytes[level - 1] == 0)
        level--;
    double last_mib = level ? (double)s->host.cache_bytes[level - 1] / (1 << 20) : NAN;
    if (level == 0)
        page_field(p, "works in", STYLE_DIM, "%.1f MiB", w->set_mib);
    else if (w->set_mib <= last_mib)
        page_field(p, "works in", STYLE_DIM, "%.1f MiB: the L%zu of %s holds it", w->set_mib, level,
                   text_bytes(size, sizeof size, s->host.cache_bytes[level - 1]));
    else
        page_field(p, "works in", STYLE_DIM, "%.1f MiB, %.1f times the L%zu", w->set_mib,
                   w->set_mib / last_mib, level);
}

#define RULE_ROWS 2 /* left for what is said last */

/* The paper's text speaks of one processor. */
static void paper_line(struct page *p, const struct snapshot *s, const struct board_metric *m)
{
    const struct workload *w = m->workload;
    static const char *const kinds[] = {"openvz", "xen", "kvm"};
    static const char *const titles[] = {"OpenVZ", "Xen", "KVM"};
    double native = row_paper(s, w, "native");
    char text[160] = "";
    size_t used = 0;
    if (row_param(m, "cpus", 1) != 1)
        return;
    if (isfinite(native))
        used = (size_t)snprintf(text, sizeof text, "native %.4g µs", native);
    for (size_t i = 0; i < 3; i++) {
        double relation = row_paper_relation(s, w, m->params, kinds[i]);
        if (isfinite(relation) && used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %.*f %%",
                                     used ? "  " : "", titles[i], isfinite(native) ? 1 : 2,
                                     100 * relation); /* as exactly as its text says it */
    }
    if (used == 0)
        return;
    page_field(p, "paper", STYLE_DIM, "2010: %s of its native (%s)", text, w->mirrors);
}

/* By which rule the row was judged, and so how often such a verdict is wrong. */
static const char *rule_words(const struct board_cell *cell)
{
    if (!cell->compared || cell->comparison.stage == 0)
        return "Per row, uncorrected: about 1 row in 20 will be wrong.";
    return cell->comparison.stage == 1
               ? "First look of two: no verdict but \"no sign\" is given from it."
               : "Second look, fresh blocks: any false verdict in at most 2 % of such runs.";
}

/* What stood behind the figure, and whose it was. */
static void costs(struct page *p, const struct snapshot *s, const struct board_metric *m,
                  size_t target)
{
    const struct figure_cost *native = &m->cell[0].figure.cost;
    const struct figure_cost *guest = &m->cell[target].figure.cost;
    bool note = costs_kernels(guest->known);
    char text[160];
    int from = p->y;
    costs_lines(p, native, guest, s->targets[target].emulated, COST_CHOSEN, RULE_ROWS + note);
    if (p->y == from) /* for a line and the note there is no room: for a line there may be */
        costs_lines(p, native, guest, s->targets[target].emulated, COST_CHOSEN, RULE_ROWS);
    else if (note && page_left(p) > RULE_ROWS)
        page_text(p, STYLE_DIM, 0,
                  costs_note(text, sizeof text, &s->targets[0], &s->targets[target]));
}

void detail_draw(struct canvas *c, struct rect r, const struct snapshot *s, const struct view *v,
                 size_t metric)
{
    struct page p = page_begin(c, r);
    if (metric >= s->metric_count) {
        if (v->filter[0])
            page_textf(&p, STYLE_DIM, 0, "no row here contains '%s': %s removes the filter",
                       v->filter, key_word(c->keymap, ACTION_BACK));
        else if (s->replayed)
            page_text(&p, STYLE_DIM, 0, "no row here");
        else
            page_textf(&p, STYLE_DIM, 0, "no row here yet: %s or %s measures",
                       key_word(c->keymap, ACTION_RUN), key_word(c->keymap, ACTION_RUN_ALL));
        return;
    }
    const struct board_metric *m = &s->metrics[metric];
    const struct workload *w = m->workload;
    size_t target = row_target(s, v);
    char label[LABEL_MAX], value[32];
    row_label(m, label);
    struct rect former = canvas_clip(c, r);
    if (page_left(&p) > 0) {
        int x = canvas_text(c, p.y, r.x, STYLE_STRONG, ATTR_BOLD, label);
        bool lower = workload_lower_is_better(w);
        char way[48];
        snprintf(way, sizeof way, "%s%s", lower ? workload_unit(w) : "",
                 lower ? " ↓ lower is better" : "↑ higher is better");
        if (x + 2 + canvas_columns(way) > r.x + r.w)
            snprintf(way, sizeof way, "%s%s", lower ? workload_unit(w) : "", lower ? " ↓" : "↑");
        canvas_textf(c, p.y, x, STYLE_DIM, 0, "  %s", way);
        p.y++;
    }
    if (s->target_count > 0)
        figure_line(&p, w, &s->targets[0], &m->cell[0].figure);
    if (target > 0) {
        struct row row = row_read(s, metric, target);
        if (row.measured)
            figure_line(&p, w, row.target, &row.cell->figure);
        comparison_lines(&p, s, &row, v->unit);
        age_line(&p, s, &row);
        latency_lines(&p, &m->cell[0].figure.latency, &row.cell->figure.latency, row.emulated);
    } else {
        struct row row = row_read(s, metric, 0);
        page_text(&p, STYLE_DIM, 0, "no guest to compare with");
        age_line(&p, s, &row);
        latency_lines(&p, &m->cell[0].figure.latency, &(struct latency){.known = false}, false);
    }
    statements_line(&p, &m->cell[0].figure, "native");
    if (target > 0)
        statements_line(&p, &m->cell[target].figure, s->targets[target].id);
    errors_line(&p, m, s, target);
    if (m->engine[0])
        page_field(&p, "engine", STYLE_TEXT, "%s", m->engine);
    ticks_line(&p, w, &m->cell[0].figure, "native");
    if (target > 0)
        ticks_line(&p, w, &m->cell[target].figure, s->targets[target].id);
    inverse_line(&p, w, &m->cell[0].figure, "native");
    if (target > 0)
        inverse_line(&p, w, &m->cell[target].figure, s->targets[target].id);
    iops_line(&p, s, m, target);
    if (s->target_count > 0)
        caches_line(&p, m, &s->targets[target], m->cell[target].figure.dropped);
    if (s->target_count > 0)
        loss_line(&p, m, &s->targets[0], &m->cell[0].figure);
    if (target > 0)
        loss_line(&p, m, &s->targets[target], &m->cell[target].figure);
    paper_line(&p, s, m);
    if (m->baseline_known) {
        char range[32];
        page_field(&p, "baseline", STYLE_TEXT, "native then %s, %s",
                   row_figure(w, m->baseline_value, value),
                   row_range(w, m->baseline_value, m->baseline_low, m->baseline_high, range));
    }
    set_line(&p, s, w);
    char method[METHOD_MAX];
    if (w->method)
        page_field(&p, "method", STYLE_DIM, "%s", workload_method(w, m->params, method));
    if (target > 0 && m->cell[target].figure.measured)
        costs(&p, s, m, target);
    if (page_left(&p) > 1 && target > 0) {
        page_gap(&p);
        page_text(&p, STYLE_DIM, 0, rule_words(&m->cell[target]));
    }
    canvas_unclip(c, former);
}
