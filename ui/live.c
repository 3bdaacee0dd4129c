#include "ui/live.h"

#include "text.h"
#include "ui/card.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BRIEF_S 0.5

/* A tick stands for the time since the one before; longer silence than this is shown as silence. */
#define HOLD_S 1.5

size_t live_guest(const struct snapshot *s)
{
    if (s->run.target > 0 && s->run.target < s->target_count)
        return s->run.target;
    return s->target_count > 1 ? 1 : 0;
}

static const struct board_rate *rate_at(const struct board_run *run, size_t i)
{
    return &run->rate[(run->rate_first + i) % BOARD_RATE_MAX];
}

bool live_brief(const struct snapshot *s)
{
    return s->run.slot_s > 0 && s->run.slot_s < BRIEF_S;
}

size_t live_slots(const struct snapshot *s, size_t target, double *value)
{
    size_t n = 0;
    for (size_t i = 0; i < s->run.rate_count; i++)
        if (rate_at(&s->run, i)->slot && rate_at(&s->run, i)->target == target) {
            *value = rate_at(&s->run, i)->value;
            n++;
        }
    return n;
}

/* Native's own figure of the metric that runs: today's, else its latest slot's, else the
 * baseline's; NAN. */
static double native_level(const struct snapshot *s)
{
    if (s->run.metric >= s->metric_count)
        return NAN;
    const struct board_metric *m = &s->metrics[s->run.metric];
    if (m->cell[0].figure.measured)
        return m->cell[0].figure.value;
    double latest;
    if (live_brief(s) && live_slots(s, 0, &latest) > 0)
        return latest;
    return m->baseline_known ? m->baseline_value : NAN;
}

/* The time that the graph shows. Its end lies on a grid of whole cells, a second or more apart, so
 * that the picture moves once in that time and only its newest cells change between: a graph that
 * crept on with every frame would be sent whole each time. The last cells are empty until their
 * time comes. */
struct window {
    double from_s, span_s;
    double base; /* dot columns from time 0 to from_s: a whole number */
};

#define SCROLL_S 1.0

static struct window window_of(const struct snapshot *s, double span_s, int cells)
{
    if (!(span_s > 0))
        span_s = 30;
    /* The ring is of the metric that runs, which may have begun a moment ago: use most of the
     * width. Thirds are round, for the axis. */
    if (s->run.rate_count > 0) {
        double age = s->now_s - rate_at(&s->run, 0)->at_s + SCROLL_S;
        double grain = age <= 30 ? 3 : age <= 120 ? 15 : 60;
        span_s = fmin(span_s, fmax(1, ceil(age / grain)) * grain);
    }
    double cell = span_s / cells, step = ceil(SCROLL_S / cell);
    double end = ceil(s->now_s / cell / step) * step;
    return (struct window){
        .from_s = (end - cells) * cell, .span_s = span_s, .base = 2 * (end - cells)};
}

/* The end of the scale above the highest value: round, so that it stays while values tremble. */
static double round_top(double highest)
{
    double unit = pow(10, floor(log10(highest))), top = highest / unit * 1.05;
    double step = top <= 2.5 ? 0.25 : top <= 5 ? 0.5 : 1;
    double rounded = ceil(top / step) * step * unit;
    return isfinite(rounded) ? rounded : highest;
}

/* One value a dot column for one target; NAN where it did not run. */
static void spread(const struct snapshot *s, size_t target, const struct window *window,
                   double *out, size_t columns)
{
    const struct board_run *run = &s->run;
    for (size_t i = 0; i < columns; i++)
        out[i] = NAN;
    double from = window->from_s, scale = (double)columns / window->span_s;
    for (size_t i = 0; i < run->rate_count; i++) {
        const struct board_rate *r = rate_at(run, i);
        if (r->target != target || !isfinite(r->value) || r->at_s < from)
            continue;
        double before = i > 0 ? rate_at(run, i - 1)->at_s : r->at_s - 0.25;
        double begin = fmax(r->at_s - before > HOLD_S ? r->at_s - 0.25 : before, from);
        double a = floor(begin * scale) - window->base + 1;
        double b = floor(r->at_s * scale) - window->base;
        if (a > b)
            a = b;
        for (double k = fmax(a, 0); k <= b && k < (double)columns; k++)
            out[(size_t)k] = r->value;
    }
}

/* Side by side, in dot columns; at the left is the slot `first` of the row. */
struct steps {
    size_t first, each;
};

/* The slots of the row that have ended, and that which runs if a tick of it has come. */
static size_t steps_count(const struct board_run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->rate_count; i++)
        n += rate_at(run, i)->slot;
    return n + (run->rate_count > 0 && !rate_at(run, run->rate_count - 1)->slot);
}

/* In dot columns, whole cells; the last is blank. */
#define STEP_MIN 4
#define STEP_MAX 16

static struct steps steps_of(const struct snapshot *s, size_t columns)
{
    size_t n = steps_count(&s->run), all = 2 * s->target_count * (size_t)s->run.blocks;
    size_t each = columns / (all > n ? all : n > 0 ? n : 1);
    each = each < STEP_MIN ? STEP_MIN : each > STEP_MAX ? STEP_MAX : each / 2 * 2;
    size_t room = columns >= each ? columns / each : 1;
    return (struct steps){.first = n > room ? n - room : 0, .each = each};
}

static void spread_steps(const struct snapshot *s, size_t target, const struct steps *steps,
                         double *out, size_t columns)
{
    const struct board_run *run = &s->run;
    size_t n = 0;
    for (size_t i = 0; i < columns; i++)
        out[i] = NAN;
    for (size_t i = 0; i < run->rate_count; i++) {
        const struct board_rate *r = rate_at(run, i);
        if (!r->slot && i + 1 < run->rate_count)
            continue;
        size_t from = (n - steps->first) * steps->each;
        for (size_t k = 0; n >= steps->first && r->target == target && k + 1 < steps->each; k++)
            if (from + k < columns)
                out[from + k] = r->value;
        n++;
    }
}

static void draw_steps_scale(struct canvas *c, struct rect graph, const struct snapshot *s,
                             const struct steps *steps)
{
    size_t n = steps_count(&s->run);
    int y = graph.y + graph.h;
    int x = canvas_textf(c, y, graph.x, STYLE_DIM, 0, "slot %zu", steps->first + 1);
    int last = graph.x + (int)((n - steps->first) * steps->each / 2);
    if (n > steps->first + 1)
        canvas_textf(c, y, last > x + 1 ? last - 1 : x + 2, STYLE_DIM, 0, "%zu", n);
}

static double scale_top(const struct snapshot *s, double from_s)
{
    double top = native_level(s);
    if (!isfinite(top))
        top = 0;
    for (size_t i = 0; i < s->run.rate_count; i++) {
        const struct board_rate *r = rate_at(&s->run, i);
        if (isfinite(r->value) && r->at_s >= from_s)
            top = fmax(top, r->value);
    }
    return top > 0 ? round_top(top) : 0;
}

static double latest(const struct snapshot *s, size_t target)
{
    for (size_t i = s->run.rate_count; i-- > 0;)
        if (rate_at(&s->run, i)->target == target)
            return rate_at(&s->run, i)->value;
    return NAN;
}

static void draw_stalls(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct window *window)
{
    double first = NAN, last = NAN;
    for (size_t i = 0; i <= s->run.rate_count; i++) {
        const struct board_rate *rate = i < s->run.rate_count ? rate_at(&s->run, i) : NULL;
        if (rate && rate->stall && rate->at_s >= window->from_s) {
            if (!isfinite(first))
                first = i > 0 ? rate_at(&s->run, i - 1)->at_s : rate->at_s;
            last = rate->at_s;
            continue;
        }
        if (!isfinite(first))
            continue;
        double middle = (first + last) / 2;
        int x = r.x + (int)((middle - window->from_s) / window->span_s * r.w);
        char text[32];
        snprintf(text, sizeof text, "stall %.1f s ▼", last - first);
        int columns = canvas_columns(text);
        canvas_text(c, r.y, x - columns + 1 >= r.x ? x - columns + 1 : r.x, STYLE_WARN, 0, text);
        first = NAN;
    }
}

/* Where a label for value goes, beside the graph. */
static int label_row(const struct rect *r, double value, double top)
{
    double share = value / top; /* no number where nothing was ever above 0 */
    if (!(share > 0))
        return r->y + r->h - 1;
    return r->y + (share >= 1 ? 0 : r->h - 1 - (int)(share * r->h));
}

static void draw_labels(struct canvas *c, struct rect graph, int right, const struct snapshot *s,
                        double top)
{
    double native = native_level(s);
    size_t guest = s->run.target < s->target_count ? s->run.target : 0;
    double now = latest(s, guest);
    char number[NUMBER_MAX];
    int native_y = -1;
    if (isfinite(native)) {
        native_y = label_row(&graph, native, top);
        canvas_textf(c, native_y, right, STYLE_NATIVE, 0, "%s nat", number_short(number, native));
    }
    if (isfinite(now)) {
        int y = label_row(&graph, now, top);
        if (y == native_y)
            y += y + 1 < graph.y + graph.h ? 1 : -1;
        bool emulated = s->targets[guest].emulated;
        canvas_textf(c, y, right, style_of_kind(s->targets[guest].kind), attr_of_mark(emulated),
                     "%s%s now", emulated ? "~" : "",
                     emulated && now >= 9999.5 ? number_fit(number, 4, now, 0)
                                               : number_short(number, now));
    }
}

static void draw_scale(struct canvas *c, struct rect graph, double top)
{
    struct axis a = {.low = 0, .high = top};
    double ticks[8];
    size_t count = axis_ticks(&a, graph.h >= 10 ? 4 : 2, ticks, 8);
    for (size_t i = 0; i < count; i++) {
        char number[NUMBER_MAX];
        int y = graph.y + axis_row(&a, graph.h, ticks[i]);
        canvas_text_right(c, y, graph.x - 2, STYLE_DIM, 0, number_short(number, ticks[i]));
    }
}

static void draw_times(struct canvas *c, struct rect graph, double span_s)
{
    int y = graph.y + graph.h;
    for (int i = 0; i <= 3; i++) {
        char text[16];
        double ago = span_s * (3 - i) / 3;
        if (i == 3)
            snprintf(text, sizeof text, "now");
        else
            snprintf(text, sizeof text, span_s < 10 ? "-%.1fs" : "-%.0fs", ago);
        int x = graph.x + (graph.w - 1) * i / 3;
        int n = canvas_columns(text);
        canvas_text(c, y, i == 3 ? x - n + 1 : x, STYLE_DIM, 0, text);
    }
}

void live_graph(struct canvas *c, struct rect r, const struct snapshot *s, double span_s)
{
    if (r.h < 1 || r.w < 4)
        return;
    struct rect former = canvas_clip(c, r);
    bool side = r.w >= 30, scale = r.w >= 60 && r.h >= 8;
    struct rect graph = r;
    if (side)
        graph.w -= 10;
    if (scale) {
        graph.x += 7;
        graph.w -= 7;
        graph.h -= 1;
    }
    struct window window = window_of(s, span_s, graph.w);
    bool brief = live_brief(s);
    double top = scale_top(s, brief ? -INFINITY : window.from_s);
    if (!(top > 0)) {
        char now[REASON_TEXT];
        if (strcmp(s->run.phase, BOARD_PHASE_PREPARE) == 0 && row_running(s, s->run.metric, now))
            widget_cut(c, r.y + r.h / 2, r.x + 1, r.w - 1, STYLE_DIM, 0, now);
        else
            canvas_text(c, r.y + r.h / 2, r.x + 1, STYLE_DIM, 0,
                        s->run.active ? "waiting for the first tick…" : "nothing runs");
        canvas_unclip(c, former);
        return;
    }
    size_t columns = 2 * (size_t)graph.w;
    struct steps steps = steps_of(s, columns);
    double *values = xcalloc(columns + 1, sizeof *values), *xs = xcalloc(columns + 1, sizeof *xs);
    for (size_t i = 0; i < columns; i++)
        xs[i] = (double)i;
    struct plot p;
    plot_init(&p, graph.h, graph.w);
    struct axis ax = {.low = 0, .high = (double)columns - 1}, ay = {.low = 0, .high = top};
    plot_level(&p, native_level(s), top, STYLE_NATIVE);
    for (size_t t = 1; t < s->target_count; t++) {
        if (brief)
            spread_steps(s, t, &steps, values, columns);
        else
            spread(s, t, &window, values, columns);
        if (s->targets[t].emulated) /* hollow, as its mark */
            plot_dashed(&p, &ax, &ay, xs, values, columns, style_of_kind(s->targets[t].kind));
        else
            plot_area(&p, values, columns, top, style_of_kind(s->targets[t].kind));
    }
    if (brief)
        spread_steps(s, 0, &steps, values, columns);
    else
        spread(s, 0, &window, values, columns);
    plot_series(&p, &ax, &ay, xs, values, columns, STYLE_NATIVE);
    plot_blit(&p, c, graph.y, graph.x);
    plot_release(&p);
    free(values);
    free(xs);
    if (!brief)
        draw_stalls(c, graph, s, &window);
    if (side)
        draw_labels(c, graph, graph.x + graph.w + 1, s, top);
    if (scale)
        draw_scale(c, graph, top);
    if (scale && brief)
        draw_steps_scale(c, graph, s, &steps);
    else if (scale)
        draw_times(c, graph, window.span_s);
    canvas_unclip(c, former);
}

bool live_preparing(const struct snapshot *s)
{
    return s->run.active && s->run.metric >= s->metric_count;
}

void live_targets(struct canvas *c, struct rect r, const struct snapshot *s)
{
    size_t starting = card_starting(s);
    int y = r.y, end = r.y + r.h;
    for (size_t t = 0; t < s->target_count && y < end; t++)
        if (t != starting) /* the title says it of that one */
            card_line(c, y++, r.x, r.w, s, t);
    /* unless it was too long for the title */
    if (starting < s->target_count && canvas_columns(s->targets[starting].reason) + 30 > r.w) {
        y += end - y > 2; /* a blank row, if there is one to spare */
        struct page p = page_begin(c, (struct rect){y, r.x, end - y, r.w});
        char wait[CARD_TEXT];
        page_text(&p, STYLE_WARN, 0, card_reason(wait, &s->targets[starting], CARD_TEXT));
    }
}

static void draw_start_title(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                             size_t target)
{
    const struct board_target *t = &s->targets[target];
    char seconds[CARD_TEXT], text[CARD_TEXT], wait[CARD_TEXT];
    card_seconds(seconds, s, t);
    int first = canvas_text_right(c, y, x + w - 1, STYLE_STRONG, ATTR_BOLD, seconds);
    int at = widget_target(c, y, x, w < 30 ? 3 : 14, t) + 1;
    card_reason(wait, t, first - at - 11);
    snprintf(text, sizeof text, "starting%s%.240s", wait[0] ? ": " : "", wait);
    widget_cut(c, y, at, first - at - 1, STYLE_WARN, ATTR_BOLD, text);
}

void live_title(struct canvas *c, int y, int x, int w, const struct snapshot *s)
{
    const struct board_run *run = &s->run;
    char right[96], eta[24] = "", label[LABEL_MAX];
    size_t starting = card_starting(s);
    if (starting < s->target_count) {
        draw_start_title(c, y, x, w, s, starting);
        return;
    }
    if (run->eta_s >= 0)
        text_duration(eta, sizeof eta, run->eta_s);
    snprintf(right, sizeof right, "block %u/%u  eta %s", run->block + 1, run->blocks,
             eta[0] ? eta : "—");
    if (run->blocks == 0)
        snprintf(right, sizeof right, "eta %s", eta[0] ? eta : "—");
    int first = x + w;
    if (canvas_columns(right) + 12 < w && !(run->silent_s > 0)) /* which needs the room */
        first = canvas_text_right(c, y, x + w - 1, STYLE_DIM, 0, right);
    int at = x;
    if (run->target < s->target_count && !live_preparing(s))
        at = widget_target(c, y, x, w < 30 ? 3 : 14, &s->targets[run->target]) + 1;
    if (run->metric < s->metric_count)
        row_label(&s->metrics[run->metric], label);
    else
        snprintf(label, sizeof label, "%s", run->title);
    if (run->silent_s > 0)
        snprintf(label, sizeof label, LIVE_SILENT, run->silent_s);
    widget_cut(c, y, at, first - at - 1, run->silent_s > 0 ? STYLE_WARN : STYLE_TEXT, ATTR_BOLD,
               label[0] ? label : run->phase);
}

/* Microseconds in the unit that reads best. */
static char *duration_short(double us, char out[NUMBER_MAX])
{
    char number[NUMBER_MAX];
    if (us >= 1e6)
        snprintf(out, NUMBER_MAX, "%.6s s", number_short(number, us / 1e6));
    else if (us >= 1000)
        snprintf(out, NUMBER_MAX, "%.6sms", number_short(number, us / 1000));
    else
        snprintf(out, NUMBER_MAX, "%.6sµs", number_short(number, us));
    return out;
}

void live_latency(struct canvas *c, int y, int x, int w, const struct snapshot *s)
{
    size_t t = s->run.target < TARGETS_MAX ? s->run.target : 0;
    const struct latency *l = &s->run.latency[t], *native = &s->run.latency[0];
    char text[NUMBER_MAX];
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    if (!l->known) {
        int at = canvas_text(c, y, x, STYLE_DIM, 0, s->run.phase);
        if (s->run.stages > 1)
            at = canvas_textf(c, y, at, STYLE_DIM, 0, "  stage %u of %u", s->run.stage,
                              s->run.stages);
        if (s->run.paused)
            canvas_text(c, y, at, STYLE_WARN, ATTR_BOLD, "  paused");
        canvas_unclip(c, former);
        return;
    }
    const double of[] = {l->p50_us, l->p99_us, l->p99_9_us};
    const double ref[] = {native->p50_us, native->p99_us, native->p99_9_us};
    static const char *const names[] = {"p50", "p99", "p99.9"};
    int at = x;
    for (size_t i = 0; i < 3; i++) {
        bool emulated = t < s->target_count && s->targets[t].emulated;
        bool far = t > 0 && !emulated && native->known && of[i] > 2 * ref[i];
        at = canvas_textf(c, y, at, STYLE_DIM, 0, "%s ", names[i]);
        at = canvas_textf(c, y, at, far ? STYLE_WARN : STYLE_TEXT, far ? ATTR_BOLD : 0, "%s%s  ",
                          emulated ? "~" : "", duration_short(of[i], text));
    }
    if (t > 0 && native->known && at + 24 < x + w)
        canvas_textf(c, y, at, STYLE_DIM, 0, "native p99 %s", duration_short(native->p99_us, text));
    canvas_unclip(c, former);
}

void live_versus(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                 enum unit_mode unit)
{
    size_t guest = live_guest(s);
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    canvas_text(c, y, x, STYLE_DIM, 0, "vs native");
    if (guest == 0 || s->run.metric >= s->metric_count) {
        canvas_text(c, y, x + 10, STYLE_DIM, 0, "— no guest yet");
        canvas_unclip(c, former);
        return;
    }
    struct row r = row_read(s, s->run.metric, guest);
    if (!r.compared || r.stale) { /* what an earlier run found is not of this one */
        canvas_text(c, y, x + 10, STYLE_DIM, 0, "— after the first whole block");
        canvas_unclip(c, former);
        return;
    }
    char half[NUMBER_MAX];
    row_half(&r, unit, half);
    int right = w >= 40 ? 14 : 8;
    struct mark m = row_mark(&r);
    double ends[3] = {m.value, r.bounded ? m.low : m.value, r.bounded ? m.high : m.value};
    struct axis a = row_axis(ends, 3);
    widget_whisker(c, y, x + 10, w - 10 - right - 1, &a, &m);
    widget_ratio(c, y, x + w - right, 8, r.ratio, r.verdict, unit == UNIT_RAW ? UNIT_PERCENT : unit,
                 r.emulated);
    if (right > 8)
        canvas_text_right(c, y, x + w - 1, STYLE_DIM, 0, r.emulated ? "excl" : half);
    canvas_unclip(c, former);
}

void live_progress(struct canvas *c, int y, int x, int w, const struct snapshot *s)
{
    char text[64], eta[24], elapsed[24];
    double done = s->run.done > 0 ? fmin(s->run.done, 1) : 0;
    if (s->run.eta_s >= 0)
        snprintf(text, sizeof text, "%3.0f %%  eta %s of %s", done * 100,
                 text_duration(eta, sizeof eta, s->run.eta_s),
                 text_duration(elapsed, sizeof elapsed, s->run.elapsed_s + s->run.eta_s));
    else
        snprintf(text, sizeof text, "%3.0f %%  %s so far", done * 100,
                 text_duration(elapsed, sizeof elapsed, s->run.elapsed_s));
    int n = canvas_columns(text);
    if (n + 10 > w) {
        snprintf(text, sizeof text, "%3.0f %%", done * 100);
        n = canvas_columns(text);
    }
    widget_progress(c, y, x, w - n - 2, done, STYLE_DIM);
    canvas_text_right(c, y, x + w - 1, STYLE_TEXT, 0, text);
}
