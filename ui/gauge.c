#include "ui/gauge.h"

#include "ui/number.h"
#include "ui/widget.h"

#include <math.h>
#include <stdio.h>

const char *const gauge_titles[GAUGE_COUNT] = {"cpu", "mem", "disk", "net", "steal"};

static const float *ring_of(const struct board_host *h, enum gauge g)
{
    switch (g) {
    case GAUGE_CPU:
        return h->cpu;
    case GAUGE_MEMORY:
        return h->memory;
    case GAUGE_DISK:
        return h->disk;
    case GAUGE_NETWORK:
        return h->net;
    case GAUGE_STEAL:
    case GAUGE_COUNT:
        break;
    }
    return h->steal;
}

size_t gauge_values(const struct board_host *h, enum gauge g, double out[BOARD_HOST_MAX])
{
    const float *ring = ring_of(h, g);
    size_t count = h->count < BOARD_HOST_MAX ? h->count : BOARD_HOST_MAX;
    for (size_t i = 0; i < count; i++)
        out[i] = (double)ring[(h->first + i) % BOARD_HOST_MAX];
    return count;
}

static double last_value(const struct board_host *h, enum gauge g)
{
    double values[BOARD_HOST_MAX];
    size_t count = gauge_values(h, g, values);
    return count ? values[count - 1] : NAN;
}

double gauge_top(const struct board_host *h, enum gauge g)
{
    if (g == GAUGE_CPU || g == GAUGE_MEMORY)
        return 1;
    double values[BOARD_HOST_MAX], top = g == GAUGE_STEAL ? 0.05 : 1e6;
    size_t count = gauge_values(h, g, values);
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            top = fmax(top, values[i]);
    return top;
}

char *gauge_text(const struct board_host *h, enum gauge g, char out[32])
{
    char number[NUMBER_MAX];
    double value = last_value(h, g);
    snprintf(out, 32, "—");
    if (!h->known || !isfinite(value))
        return out;
    switch (g) {
    case GAUGE_CPU:
        snprintf(out, 32, "%.0f%%", value * 100);
        break;
    case GAUGE_STEAL:
        snprintf(out, 32, "%.1f%%", value * 100);
        break;
    case GAUGE_MEMORY: {
        double gib = 1024.0 * 1024 * 1024, total = (double)h->memory_total / gib;
        double used = (double)h->memory_used / gib;
        snprintf(out, 32, total >= 9.95 ? "%.0f/%.0fG" : "%.1f/%.1fG", used, total);
        break;
    }
    case GAUGE_DISK:
        snprintf(out, 32, "%s MB/s", number_short(number, value / 1e6));
        break;
    case GAUGE_NETWORK:
        snprintf(out, 32, "%s Mb/s", number_short(number, value * 8 / 1e6));
        break;
    case GAUGE_COUNT:
        break;
    }
    return out;
}

void gauge_row(struct canvas *c, int y, int x, int w, const struct board_host *h, enum gauge g)
{
    double values[BOARD_HOST_MAX];
    char text[32];
    size_t count = gauge_values(h, g, values);
    int right = 10, label = 5;
    if (w < 12)
        return;
    canvas_text(c, y, x, STYLE_DIM, 0, gauge_titles[g]);
    if (w - label - right > 3)
        widget_spark(c, y, x + label, w - label - right - 1, values, count, gauge_top(h, g),
                     STYLE_DIM);
    canvas_text_right(c, y, x + w - 1, STYLE_TEXT, 0, gauge_text(h, g, text));
}

void gauge_load(struct canvas *c, int y, int x, int w, const struct board_host *h)
{
    char text[96];
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    int at = canvas_text(c, y, x, STYLE_DIM, 0, "load ");
    at = canvas_textf(c, y, at, STYLE_TEXT, 0, "%.1f %.1f %.1f", h->load1, h->load5, h->load15);
    text[0] = '\0';
    if (isfinite(h->mhz) && h->mhz > 0)
        snprintf(text, sizeof text, "  %.2f GHz", h->mhz / 1000);
    if (at + canvas_columns(text) <= x + w)
        at = canvas_text(c, y, at, STYLE_DIM, 0, text);
    snprintf(text, sizeof text, "  %s", h->governor);
    if (h->governor[0] && at + canvas_columns(text) <= x + w)
        canvas_text(c, y, at, STYLE_DIM, 0, text);
    canvas_unclip(c, former);
}

#define WHY_LEAST 16 /* columns of a reason that say something */

void gauge_quiet(struct canvas *c, int y, int x, int w, const struct board_host *h)
{
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    double steal = last_value(h, GAUGE_STEAL);
    int at = canvas_text(c, y, x, STYLE_DIM, 0, "quiet? ");
    if (h->quiet_known)
        at = canvas_text(c, y, at, h->quiet ? STYLE_OK : STYLE_WARN, ATTR_BOLD,
                         h->quiet ? "yes" : "no");
    else
        at = canvas_text(c, y, at, STYLE_DIM, 0, "—");
    /* Why it is not quiet is worth more than a little steal, where there is no room for both. */
    bool why = !h->quiet && h->quiet_why[0];
    int left = x + w - at - 2, need = canvas_columns(h->quiet_why);
    bool both = !why || left - (int)sizeof " steal 99.9 %" >= (need < WHY_LEAST ? need : WHY_LEAST);
    if (isfinite(steal) && (both || steal > 0.01)) {
        at = canvas_text(c, y, at, STYLE_DIM, 0, "  steal ");
        at = canvas_textf(c, y, at, steal > 0.01 ? STYLE_WARN : STYLE_TEXT, 0, "%.1f%%",
                          steal * 100);
    }
    if (why && at + 4 < x + w)
        widget_cut(c, y, at + 2, x + w - at - 2, h->quiet_known ? STYLE_WARN : STYLE_DIM, 0,
                   h->quiet_why);
    canvas_unclip(c, former);
}

void gauge_cores_row(struct canvas *c, int y, int x, int w, const struct board_host *h)
{
    size_t kept = h->cores < BOARD_CORES_MAX ? h->cores : BOARD_CORES_MAX;
    unsigned levels = glyph_levels(c->glyphs);
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    int at = canvas_text(c, y, x, STYLE_DIM, 0, "cores ");
    for (size_t i = 0; i < kept && at < x + w - 4; i++) {
        if (isnan(h->core[i]))
            continue;
        double share = fmin(fmax((double)h->core[i], 0), 1);
        canvas_put(c, y, at++, glyph_level(c->glyphs, 1 + (unsigned)(share * (levels - 1) + 0.5)),
                   STYLE_TEXT, 0);
    }
    canvas_textf(c, y, at + 1, STYLE_DIM, 0, "%zu", snapshot_processors(h));
    canvas_unclip(c, former);
}

void gauge_cores(struct canvas *c, struct rect r, const struct board_host *h)
{
    size_t kept = h->cores < BOARD_CORES_MAX ? h->cores : BOARD_CORES_MAX;
    size_t cores = snapshot_processors(h);
    if (r.h < 1 || r.w < 12)
        return;
    int across = r.w / 24 > 0 ? r.w / 24 : 1;
    if ((size_t)r.h >= cores)
        across = 1;
    int w = r.w / across;
    size_t room = (size_t)across * (size_t)r.h;
    size_t shown = cores <= room ? cores : room - 1;
    size_t at = 0;
    for (size_t i = 0; i < kept && at < shown; i++) {
        if (isnan(h->core[i]))
            continue;
        int y = r.y + (int)(at % (size_t)r.h), x = r.x + (int)(at / (size_t)r.h) * w;
        at++;
        canvas_textf(c, y, x, STYLE_DIM, 0, "c%zu", i);
        widget_bar(c, y, x + 5, w - 11, (double)h->core[i], STYLE_DIM);
        char text[32];
        snprintf(text, sizeof text, "%.0f%%", (double)h->core[i] * 100);
        canvas_text_right(c, y, x + w - 2, STYLE_TEXT, 0, text);
    }
    if (at < cores)
        canvas_textf(c, r.y + r.h - 1, r.x + (across - 1) * w, STYLE_DIM, 0, "%zu more",
                     cores - at);
}
