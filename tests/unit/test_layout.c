#include <config.h>

#include "tests/unit/unit.h"
#include "ui/layout.h"

#include <stdio.h>
#include <string.h>

/* No two rectangles share a cell, none lies outside of r. */
static void check_apart(struct rect r, const struct rect *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (out[i].h == 0 || out[i].w == 0)
            continue;
        assert_true(out[i].h > 0 && out[i].w > 0);
        assert_true(out[i].y >= r.y && out[i].x >= r.x);
        assert_true(out[i].y + out[i].h <= r.y + r.h);
        assert_true(out[i].x + out[i].w <= r.x + r.w);
        for (size_t j = 0; j < i; j++)
            assert_true(out[j].h == 0 || out[j].w == 0 || out[i].y >= out[j].y + out[j].h ||
                        out[j].y >= out[i].y + out[i].h || out[i].x >= out[j].x + out[j].w ||
                        out[j].x >= out[i].x + out[i].w);
    }
}

static int total(const struct rect *out, size_t count, bool rows)
{
    int n = 0;
    for (size_t i = 0; i < count; i++)
        n += rows ? out[i].h : out[i].w;
    return n;
}

static const struct part overview[] = {{13, 14, 1, 9}, {9, 0, 2, 5}, {8, 20, 1, 3}};
static const struct part fixed[] = {{5, 5, 0, 1}, {3, 0, 0, 1}, {4, 6, 0, 2}};
static const struct part columns[] = {{24, 0, 0, 9}, {8, 8, 0, 2}, {6, 6, 0, 1}, {20, 0, 1, 5}};

static void every_size_is_tiled(void **state)
{
    static const struct {
        const struct part *parts;
        size_t count;
    } sets[] = {{overview, 3}, {fixed, 3}, {columns, 4}};
    (void)state;
    for (int h = 1; h <= 80; h++)
        for (int w = 1; w <= 250; w++) {
            struct layout f = layout_frame(h, w);
            const struct rect three[] = {f.tabs, f.area, f.footer};
            check_apart((struct rect){0, 0, h, w}, three, 3);
            if (layout_size(h, w) != SIZE_TOO_SMALL) {
                assert_int_equal(total(three, 3, true), h);
                assert_int_equal(layout_area_size(f.area), layout_size(h, w));
            }
            for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
                struct rect out[8], r = {3, 7, h, w};
                layout_rows(r, sets[i].parts, sets[i].count, out);
                check_apart(r, out, sets[i].count);
                layout_columns(r, sets[i].parts, sets[i].count, out);
                check_apart(r, out, sets[i].count);
                for (size_t k = 0; k < sets[i].count; k++)
                    assert_true(out[k].w == 0 ||
                                (out[k].w >= sets[i].parts[k].min &&
                                 (sets[i].parts[k].max == 0 || out[k].w <= sets[i].parts[k].max)));
            }
            struct rect middle = layout_center((struct rect){1, 1, h, w}, 20, 60);
            check_apart((struct rect){1, 1, h, w}, &middle, 1);
        }
}

static void size_classes(void **state)
{
    static const struct {
        int h, w;
        enum size_class size;
    } cases[] = {{15, 200, SIZE_TOO_SMALL}, {16, 59, SIZE_TOO_SMALL}, {16, 60, SIZE_TEXT},
                 {23, 200, SIZE_TEXT},      {24, 79, SIZE_TEXT},      {24, 80, SIZE_SMALL},
                 {60, 109, SIZE_SMALL},     {24, 110, SIZE_WIDE},     {43, 150, SIZE_WIDE},
                 {44, 149, SIZE_WIDE},      {44, 150, SIZE_HUGE}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(layout_size(cases[i].h, cases[i].w), cases[i].size);
}

static void parts_disappear_whole(void **state)
{
    struct rect out[4];
    (void)state;
    layout_columns((struct rect){0, 0, 1, 58}, columns, 4, out); /* all just fit */
    assert_int_equal(total(out, 4, false), 58);
    layout_columns((struct rect){0, 0, 1, 57}, columns, 4, out); /* the weakest goes */
    assert_int_equal(out[2].w, 0);
    assert_int_equal(out[1].w, 8);
    assert_int_equal(out[3].w, 25); /* and what it left goes to the one that grows */
    layout_columns((struct rect){0, 0, 1, 24}, columns, 4, out);
    assert_int_equal(out[0].w, 24);
    assert_int_equal(out[3].w, 0);
    layout_columns((struct rect){0, 0, 1, 23}, columns, 4, out);
    assert_int_equal(total(out, 4, false), 0);
    layout_rows((struct rect){0, 0, 40, 9}, overview, 3, out); /* grows fill the height */
    assert_int_equal(total(out, 3, true), 40);
    assert_int_equal(out[0].h, 14);
    layout_rows((struct rect){0, 0, 40, 9}, fixed, 3, out); /* nothing grows: max holds */
    assert_int_equal(out[2].h, 6);
    assert_int_equal(out[1].h, 29);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_is_tiled),
        cmocka_unit_test(size_classes),
        cmocka_unit_test(parts_disappear_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
