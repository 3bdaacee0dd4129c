#include <config.h>

#include "recording/player.h"

#include "clock.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SPEED_MIN (-3) /* powers of 2 */
#define SPEED_MAX 6

struct player {
    const struct recording *recording;
    struct board *board;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop, paused;
    int speed;      /* power of 2 */
    double at_s;    /* where it is, when it was last looked at */
    uint64_t at_ns; /* and when that was */
    size_t shown;   /* frame on the board; SIZE_MAX: none yet */
};

static double factor(const struct player *p)
{
    return ldexp(1, p->speed);
}

/* Time goes by, unless it is paused; at the end it pauses. */
static void go_on(struct player *p)
{
    uint64_t now = clock_now_ns();
    if (!p->paused)
        p->at_s += (double)(now - p->at_ns) * 1e-9 * factor(p);
    p->at_ns = now;
    if (p->at_s >= recording_seconds(p->recording)) {
        p->at_s = recording_seconds(p->recording);
        p->paused = true;
    }
}

static void say_speed(const struct player *p, char *out, size_t size)
{
    if (p->paused)
        text_copy(out, size, p->at_s >= recording_seconds(p->recording) ? "at its end" : "paused");
    else if (p->speed < 0)
        snprintf(out, size, "1/%dx", 1 << -p->speed);
    else
        snprintf(out, size, "%dx", 1 << p->speed);
}

static void title(const struct player *p, char *out, size_t size)
{
    char whose[64], speed[16];
    say_speed(p, speed, sizeof speed);
    snprintf(out, size, "%s  %s", recording_title(p->recording, p->at_s, whose, sizeof whose),
             speed);
}

/* The frame of this moment, on the board. Forward from the one that is there, else from the first.
 */
static void show(struct player *p)
{
    size_t frame = recording_frame_at(p->recording, p->at_s);
    struct snapshot *s = board_edit(p->board);
    if (p->shown == SIZE_MAX || frame < p->shown) {
        recording_apply(p->recording, 0, s);
        p->shown = 0;
    }
    while (p->shown < frame)
        recording_apply(p->recording, ++p->shown, s);
    s->replayed = true;
    title(p, s->title, sizeof s->title);
    board_publish(p->board);
}

/* Nanoseconds until the next frame is due, and the title's next second; a long time when paused. */
static int64_t rest_ns(const struct player *p)
{
    const struct recording *r = p->recording;
    double rest = 0.5;
    if (p->paused)
        rest = 3600;
    else if (p->shown + 1 < r->count)
        rest = fmin(rest, (r->frames[p->shown + 1].at_s - p->at_s) / factor(p));
    return (int64_t)(fmax(rest, 0.02) * 1e9);
}

static void *play(void *context)
{
    struct player *p = context;
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        struct timespec until;
        go_on(p);
        show(p);
        clock_gettime(CLOCK_MONOTONIC, &until);
        int64_t ns = until.tv_nsec + rest_ns(p);
        until.tv_sec += ns / 1000000000;
        until.tv_nsec = ns % 1000000000;
        pthread_cond_timedwait(&p->wake, &p->lock, &until);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct player *player_start(const struct recording *recording, struct board *board, struct error *e)
{
    struct player *p = xcalloc(1, sizeof *p);
    *p = (struct player){
        .recording = recording, .board = board, .at_ns = clock_now_ns(), .shown = SIZE_MAX};
    pthread_mutex_init(&p->lock, NULL);
    clock_condition_init(&p->wake);
    show(p); /* the first screen has something */
    int failed = pthread_create(&p->thread, NULL, play, p);
    if (!failed)
        return p;
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p);
    error_errno(e, failed, "cannot start the thread that replays");
    return NULL;
}

void player_stop(struct player *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static void begin(struct player *p)
{
    pthread_mutex_lock(&p->lock);
    go_on(p);
}

static void end(struct player *p, char *words, size_t size)
{
    say_speed(p, words, size);
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

void player_step(struct player *p, int frames, char *words, size_t size)
{
    begin(p);
    size_t frame = recording_frame_at(p->recording, p->at_s), last = p->recording->count - 1;
    if (frames < 0)
        frame = frame > (size_t)-frames ? frame - (size_t)-frames : 0;
    else
        frame = last - frame > (size_t)frames ? frame + (size_t)frames : last;
    p->at_s = p->recording->frames[frame].at_s;
    p->paused = true;
    end(p, words, size);
}

void player_seek(struct player *p, double seconds, char *words, size_t size)
{
    begin(p);
    p->at_s = fmin(fmax(p->at_s + seconds, 0), recording_seconds(p->recording));
    end(p, words, size);
}

void player_speed(struct player *p, int steps, char *words, size_t size)
{
    begin(p);
    p->speed += steps;
    p->speed = p->speed < SPEED_MIN ? SPEED_MIN : p->speed > SPEED_MAX ? SPEED_MAX : p->speed;
    if (p->at_s < recording_seconds(p->recording))
        p->paused = false;
    end(p, words, size);
}

void player_pause(struct player *p, char *words, size_t size)
{
    begin(p);
    p->paused = !p->paused;
    if (p->at_s >= recording_seconds(p->recording)) {
        p->at_s = 0;
        p->paused = false;
    }
    end(p, words, size);
}
