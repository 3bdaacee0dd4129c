/* fuzz_screen.c - every panel of the dashboard, drawn from a result document from anywhere.
 *
 * The first two bytes choose the size. Held beside "no sanitizer complains": each screen is text of
 * that many lines, without a control character that came from the document. */
#include <config.h>

#include "analysis.h"
#include "store.h"
#include "tests/fuzz/fuzz.h"
#include "ui/scene.h"
#include "xalloc.h"

#include <string.h>

static void check_screen(const struct canvas *c, int h)
{
    char *text = canvas_to_text(c);
    int lines = 0;
    for (const char *at = text; *at; at++) {
        require((unsigned char)*at >= ' ' || *at == '\n');
        require(*at != 127);
        lines += *at == '\n';
    }
    require(lines == h);
    free(text);
}

static void draw(const struct snapshot *s, int h, int w, enum glyph_set glyphs)
{
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
    struct canvas c;
    canvas_init(&c, glyphs);
    for (size_t i = 0; panels[i]; i++) {
        struct scene scene = {.panel = panels[i], .tab = panels[i]->key, .view = &view};
        scene_draw(&c, h, w, s, &scene);
        check_screen(&c, h);
    }
    canvas_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct result r;
    struct error e;
    if (size < 2)
        return 0;
    result_init(&r);
    if (store_from_json(&r, (const char *)data + 2, size - 2, "input", &e) == 0) {
        struct snapshot *s = xcalloc(1, sizeof *s);
        analysis_update(&r);
        s->stored = true;
        s->clock = r.started;
        snapshot_set_result(s, &r);
        draw(s, 3 + data[0] % 60, 20 + data[1] % 160, data[0] & 1 ? GLYPHS_ASCII : GLYPHS_BRAILLE);
        snapshot_release(s);
        free(s);
    }
    result_release(&r);
    return 0;
}
