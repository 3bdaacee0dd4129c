/* fuzz_recording.c - a recorded session from anywhere, and the verdict in it, shown as `vmtax
 * replay` shows it.
 *
 * Held beside "no sanitizer complains": frames are in order of time, every one of them can be
 * applied, forward and after a jump back, and what is on the board then can be drawn. */
#include <config.h>

#include "recording/recording.h"
#include "tests/fuzz/fuzz.h"
#include "ui/scene.h"
#include "xalloc.h"

#include <math.h>
#include <string.h>

#define FRAMES_MAX 50 /* that are shown: a run is about parsing */

static void draw(const struct snapshot *s, const char *panel)
{
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
    struct scene scene = {.panel = panel_find(panel), .view = &view};
    struct canvas c;
    require(scene.panel != NULL);
    scene.tab = scene.panel->key;
    canvas_init(&c, GLYPHS_BRAILLE);
    scene_draw(&c, 40, 120, s, &scene);
    canvas_release(&c);
}

static void show(const struct recording *r)
{
    struct snapshot *s = xcalloc(1, sizeof *s);
    for (size_t i = 0; i < r->count && i < FRAMES_MAX; i++) {
        require(isfinite(r->frames[i].at_s) &&
                (i == 0 || r->frames[i].at_s >= r->frames[i - 1].at_s));
        recording_apply(r, i, s);
    }
    draw(s, "overview");
    draw(s, "log");
    draw(s, "verdict");
    recording_apply(r, 0, s);
    draw(s, "live");
    draw(s, "verdict");
    snapshot_release(s);
    free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recording r;
    struct error e = {0};
    char *text = malloc(size + 1);
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    if (recording_parse(&r, text, size, "input", &e) < 0) {
        require(e.text[0]);
    } else {
        require(r.count > 0 && recording_frame_at(&r, recording_seconds(&r)) < r.count);
        require_shown(r.remark);
        require_shown(r.host);
        show(&r);
        recording_release(&r);
    }
    free(text);
    return 0;
}
