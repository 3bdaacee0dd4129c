#include <config.h>

#include "ui/layout.h"

#include "error.h"

#include <stdbool.h>

enum size_class layout_size(int h, int w)
{
    if (h < 16 || w < 60)
        return SIZE_TOO_SMALL;
    if (h < 24 || w < 80)
        return SIZE_TEXT;
    if (w < 110)
        return SIZE_SMALL;
    return w >= 150 && h >= 44 ? SIZE_HUGE : SIZE_WIDE;
}

enum size_class layout_area_size(struct rect area)
{
    return layout_size(area.h + 2, area.w);
}

struct layout layout_frame(int h, int w)
{
    if (layout_size(h, w) == SIZE_TOO_SMALL)
        return (struct layout){0};
    return (struct layout){{0, 0, 1, w}, {1, 0, h - 2, w}, {h - 1, 0, 1, w}};
}

#define PARTS_MAX 32

/* The part to drop: lowest priority, of equals the last. */
static size_t weakest(const struct part *parts, const int *size, size_t count)
{
    size_t found = count;
    for (size_t i = 0; i < count; i++)
        if (size[i] > 0 && (found == count || parts[i].priority <= parts[found].priority))
            found = i;
    return found;
}

static int grow_limit(const struct part *p)
{
    return p->max > 0 ? p->max : 1 << 20;
}

/* Hand out what is left by weight; a part that reaches its max leaves the rest to the others. */
static int grow(const struct part *parts, int *size, size_t count, int left)
{
    bool moved = true;
    while (left > 0 && moved) {
        int weights = 0, start = left;
        moved = false;
        for (size_t i = 0; i < count; i++)
            if (size[i] > 0 && size[i] < grow_limit(&parts[i]))
                weights += parts[i].weight;
        for (size_t i = 0; i < count && weights > 0 && left > 0; i++) {
            if (size[i] == 0 || parts[i].weight == 0 || size[i] >= grow_limit(&parts[i]))
                continue;
            int more = start * parts[i].weight / weights;
            more = more > 0 ? more : 1;
            if (more > left)
                more = left;
            if (more > grow_limit(&parts[i]) - size[i])
                more = grow_limit(&parts[i]) - size[i];
            size[i] += more;
            left -= more;
            moved = moved || more > 0;
        }
    }
    return left;
}

static void split(int total, const struct part *parts, size_t count, int *size)
{
    int need = 0;
    for (size_t i = 0; i < count; i++) {
        size[i] = parts[i].min > 0 ? parts[i].min : 1;
        need += size[i];
    }
    while (need > total) {
        size_t i = weakest(parts, size, count);
        if (i == count)
            return;
        need -= size[i];
        size[i] = 0;
    }
    int left = grow(parts, size, count, total - need);
    for (size_t i = count; i-- > 0 && left > 0;) /* nothing may grow: the last one is stretched */
        if (size[i] > 0) {
            int more = grow_limit(&parts[i]) - size[i];
            more = more < left ? more : left;
            size[i] += more;
            left -= more;
        }
}

void layout_rows(struct rect r, const struct part *parts, size_t count, struct rect *out)
{
    int size[PARTS_MAX];
    if (count > PARTS_MAX)
        BUG("too many parts in a layout");
    split(r.h > 0 && r.w > 0 ? r.h : 0, parts, count, size);
    int y = r.y;
    for (size_t i = 0; i < count; i++) {
        out[i] = size[i] > 0 ? (struct rect){y, r.x, size[i], r.w} : (struct rect){y, r.x, 0, 0};
        y += size[i];
    }
}

void layout_columns(struct rect r, const struct part *parts, size_t count, struct rect *out)
{
    int size[PARTS_MAX];
    if (count > PARTS_MAX)
        BUG("too many parts in a layout");
    split(r.h > 0 && r.w > 0 ? r.w : 0, parts, count, size);
    int x = r.x;
    for (size_t i = 0; i < count; i++) {
        out[i] = size[i] > 0 ? (struct rect){r.y, x, r.h, size[i]} : (struct rect){r.y, x, 0, 0};
        x += size[i];
    }
}

struct rect layout_center(struct rect r, int h, int w)
{
    h = h < r.h ? h : r.h;
    w = w < r.w ? w : r.w;
    return (struct rect){r.y + (r.h - h) / 2, r.x + (r.w - w) / 2, h, w};
}
