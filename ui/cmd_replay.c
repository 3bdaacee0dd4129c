/* vmtax replay: a recorded session in the dashboard. */
#include <config.h>

#include "ui/dashboard.h"

#include "board.h"
#include "data.h"
#include "paper.h"
#include "recording/player.h"
#include "recording/recording.h"
#include "store.h"
#include "ui/app.h"
#include "ui/appearance.h"
#include "ui/keymap.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SEEK_S 10

static int move(void *context, enum app_move m, char *message, size_t size, struct error *e)
{
    struct player *p = context;
    char words[24];
    (void)e;
    switch (m) {
    case APP_STEP_BACK:
        player_step(p, -1, words, sizeof words);
        break;
    case APP_STEP:
        player_step(p, 1, words, sizeof words);
        break;
    case APP_SEEK_BACK:
        player_seek(p, -SEEK_S, words, sizeof words);
        break;
    case APP_SEEK:
        player_seek(p, SEEK_S, words, sizeof words);
        break;
    case APP_SLOWER:
        player_speed(p, -1, words, sizeof words);
        break;
    case APP_FASTER:
        player_speed(p, 1, words, sizeof words);
        break;
    case APP_PAUSE:
        player_pause(p, words, sizeof words);
        break;
    }
    snprintf(message, size, "replay: %s", words);
    return 0;
}

static int show(const struct options *o, const struct recording *recording, bool tour,
                struct error *e)
{
    struct board board;
    struct appearance look;
    struct app_options app = {0};
    struct error missing;
    int rc = -1;
    if (board_init(&board, e) < 0)
        return -1;
    struct paper *paper = xcalloc(1, sizeof *paper);
    if (paper_load(paper, &missing) == 0)
        board.current.paper = paper;
    struct keymap keymap;
    keymap_read(&keymap, o->keys, o->key_count, NULL, NULL); /* what is wrong the dashboard says */
    app.keymap = &keymap;
    app.tour = tour;
    app.tour_s = o->turn_s;
    appearance_from(&look, &app, o);
    struct app_actions actions = {.replay = move};
    actions.context = player_start(recording, &board, e);
    if (actions.context) {
        if (recording->remark[0])
            board_log(&board, BOARD_LOG_WARN, "", "%s", recording->remark);
        rc = app_run(&board, &app, &actions, e);
        player_stop(actions.context);
    }
    appearance_release(&look);
    board_release(&board);
    free(paper);
    return rc > 0 ? 128 + rc : rc;
}

int dashboard_replay(const struct options *o, const char *word, bool tour, struct error *e)
{
    char path[STORE_PATH_MAX];
    struct recording recording;
    if ((word ? store_find_recording(word, path, sizeof path, e)
              : data_find("example.rec.gz", path, sizeof path, e)) < 0)
        return -1;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(e, ERROR_USAGE, "a replay needs a terminal");
    app_block_signals();
    if (recording_load(&recording, path, e) < 0)
        return -1;
    int rc = show(o, &recording, tour, e);
    if (recording.remark[0])
        fprintf(stderr, "vmtax: %s: %s\n", recording.name, recording.remark);
    recording_release(&recording);
    return rc;
}

static int run(const struct context *c, struct error *e)
{
    const struct options *o = c->options;
    return dashboard_replay(o, o->word_count ? o->words[0] : NULL, false, e);
}

const struct command command_replay = {
    .name = "replay",
    .usage = "replay [RECORDING] [OPTION...]",
    .summary = "a recorded session in the dashboard, at any speed",
    .words =
        "RECORDING is a name of `vmtax list recordings`, a file, or last; without one an example "
        "is shown. Space pauses, , and . step, [ and ] jump 10 s, < and > change the speed.",
    .bit = FOR_REPLAY,
    .words_max = 1,
    .run = run,
};
