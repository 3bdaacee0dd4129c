#include "config.h"

#include "target/stager.h"

#include "clock.h"
#include "sha256.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define NOISE_MAX  (64u << 10)
#define ANSWER_MAX 600
#define SCRIPT_MAX 4095        /* what a terminal takes as one line */
#define PIECE      (57u << 10) /* bytes; whole lines of base64 */
#define MARK       "vmtax-reach "

/* The script is one line: a shell has read it wholly before it does any of it. It needs sh, uname,
 * mkdir, chmod, rm, head and wc, and base64 for a terminal; stat and sha256sum are used where they
 * are. */
#define LACKS                                                  \
    "; do [ -n \"$(command -v $d)\" ] || b=\"$b $d\"; done; "  \
    "[ -d /proc/self ] || b=\"$b /proc\"; "                    \
    "[ -c /dev/null ] || b=\"$b /dev/null\"; "                 \
    "[ -z \"$b\" ] || { echo \"" MARK "lacks$b\"; exit 1; }; " \
    "echo " MARK "system \"$(uname -s)\" \"$(uname -m)\"; "

/* $w: the agent's directory; $s: one on a disk, for what workloads write; $b: why a place was no
 * use; $n: the namespace that process numbers are of, because another guest may share the place.
 * What a killed shell of the same namespace left behind goes; of another one, as a guest has when
 * it was started anew, after two days: it may live. A shell inside the shell does it all: the outer
 * one may be vmtax's own child, which dies with it, and then the inner one cleans up. The outer one
 * ends with it, or nobody would hear that an agent was killed. f takes a file: its bytes on the
 * way, its place, its size, its SHA-256, and a word if it may be missing; users that servers run as
 * may execute it. All of its bytes are read, whatever becomes of them: others follow. */
#define SCRIPT_BEGIN                                                                           \
    "( LC_ALL=C; export LC_ALL; w=; s=; b=; "                                                  \
    "trap 'rm -rf \"$w\" \"$s\"' EXIT; trap 'exit 1' HUP INT TERM PIPE; "                      \
    "for d in uname mkdir chmod rm head wc%s" LACKS                                            \
    "n=$(readlink /proc/self/ns/pid 2>/dev/null); n=${n##*\\[}; n=vmtax-reach-${n%%]}; "       \
    "z=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do z=$z$z; done; "               \
    "for d in \"$TMPDIR\" /var/tmp /tmp \"$HOME\" /run /dev/shm; do "                          \
    "[ -n \"$d\" ] && [ -d \"$d\" ] || continue; "                                             \
    "for o in \"$d/$n\"-*.[0-9]*; do [ -O \"$o\" ] && [ ! -h \"$o\" ] && "                     \
    "! kill -0 \"${o##*.}\" 2>/dev/null && rm -rf \"$o\"; done; "                              \
    "find \"$d\"/vmtax-reach-*.[0-9]* -prune -type d -user \"$(id -u)\" -mtime +1 "            \
    "-exec rm -rf {} + 2>/dev/null; "                                                          \
    "t=$d/$n-data.$$; "                                                                        \
    "(umask 077; mkdir \"$t\") 2>/dev/null || { b=\"$b, $d is not writable\"; continue; }; "   \
    "case $(stat -f -c %%T \"$d\" 2>/dev/null) in tmpfs|ramfs|'') rm -rf \"$t\";; "            \
    "*) if [ -n \"$s\" ]; then rm -rf \"$t\"; else s=$t; fi;; esac; "                          \
    "[ -z \"$w\" ] || continue; w=$d/$n-run.$$; "                                              \
    "(umask 077; mkdir \"$w\" && echo '#!/bin/sh' >\"$w/agent\" && chmod 700 \"$w/agent\" && " \
    "\"$w/agent\") 2>/dev/null || { rm -rf \"$w\"; w=; b=\"$b, $d is noexec\"; continue; }; "  \
    "( i=0; while [ $i -le %zu ] && echo \"$z\"; do i=$((i + 1)); done ) 2>/dev/null "         \
    ">\"$w/agent\"; [ \"$(wc -c <\"$w/agent\")\" -ge %zu ] || "                                \
    "{ rm -rf \"$w\"; w=; b=\"$b, $d has no room for %zu KiB\"; }; "                           \
    "done; "                                                                                   \
    "[ -n \"$w\" ] || { echo \"" MARK "nowhere$b\"; exit 1; }; "                               \
    "f() { head -c $1%s | { head -c $3 >\"$2\" || wc -c >/dev/null; } 2>/dev/null; "           \
    "chmod 755 \"$2\" 2>/dev/null; [ \"$(wc -c 2>/dev/null <\"$2\")\" = $3 ] || "              \
    "{ rm -f \"$2\"; echo " MARK "short; [ -n \"$5\" ] && return; exit 1; }; "                 \
    "h=$(sha256sum 2>/dev/null <\"$2\") && [ \"${h%%%% *}\" != $4 ] && "                       \
    "{ echo " MARK "damaged; exit 1; }; "                                                      \
    "echo " MARK "loaded; }; "                                                                 \
    "echo " MARK "ready${s:+ disk}; "
#define LOOK_END   "exit 0 ); exit 0\n"
#define SCRIPT_END "read -r go && \"$w/agent\" ${s:+--scratch \"$s\"}; exit $? ); exit $?\n"

static const char *printed(const struct stager *s)
{
    return s->said[0] ? "; it printed: " : "";
}

static int ended(struct stager *s, struct error *e)
{
    s->ended = true;
    return error_set(e, ERROR_GUEST, "the command for %s ended%s%s", s->name, printed(s), s->said);
}

/* Waits for fd. 0 when it is ready. */
static int wait_for(struct stager *s, int fd, short events, double until, struct error *e)
{
    struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = s->interrupt, .events = POLLIN}};
    for (;;) {
        double left = until - clock_now_s();
        int n = poll(p, 2, left > 0 ? (int)(left * 1000) + 1 : 0);
        if (n > 0 && p[1].revents)
            return error_set(e, ERROR_INTERRUPTED, "interrupted");
        if (n > 0)
            return 0;
        s->silent = left <= 0;
        if (s->silent)
            return error_set(e, ERROR_GUEST, "no answer from a shell in %s within %.3g s%s%s",
                             s->name, s->patience_s, printed(s), s->said);
    }
}

/* The next line that is the script's, after its mark. Byte by byte: what follows "loaded" is the
 * agent's, and not ours to read. A line that is longer is cut. */
static int answer(struct stager *s, char line[ANSWER_MAX], struct error *e)
{
    double until = clock_now_s() + s->patience_s;
    size_t length = 0;
    for (;;) {
        char c;
        if (wait_for(s, s->from, POLLIN, until, e) < 0)
            return -1;
        ssize_t n = read(s->from, &c, 1);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n <= 0)
            return ended(s, e);
        if (++s->noise > NOISE_MAX)
            return error_set(e, ERROR_GUEST, "%s prints without end: no shell answers", s->name);
        if (c != '\n') {
            if (length < ANSWER_MAX - 1)
                line[length++] = c;
            continue;
        }
        line[length] = '\0';
        length = 0;
        if (strncmp(line, MARK, sizeof MARK - 1) == 0) {
            if (!s->text && line[strlen(line) - 1] == '\r')
                return error_set(e, ERROR_GUEST,
                                 "a terminal lies between here and %s and would change bytes: "
                                 "leave out the option that asks for one (-t, -tt, --tty)",
                                 s->name);
            memmove(line, line + sizeof MARK - 1, strlen(line) - (sizeof MARK - 2));
            return 0;
        }
        if (*line)
            text_clean(s->said, sizeof s->said, line);
    }
}

static int give(struct stager *s, const char *bytes, size_t size, struct error *e)
{
    double until = clock_now_s() + s->patience_s;
    while (size > 0) {
        ssize_t n = write(s->to, bytes, size);
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
            until = clock_now_s() + s->patience_s;
        } else if (n < 0 && errno == EAGAIN) {
            if (wait_for(s, s->to, POLLOUT, until, e) < 0)
                return -1;
        } else if (n < 0 && errno != EINTR) {
            return ended(s, e);
        }
    }
    return 0;
}

/* A shell that reads no more may have said why: then the answers are asked as if it had read. */
static int tell(struct stager *s, const char *words, size_t size, struct error *e)
{
    int failed = give(s, words, size, e);
    if (failed && !s->ended)
        return -1;
    s->ended = false;
    return 0;
}

static int same_system(struct stager *s, struct error *e)
{
    struct utsname here;
    char line[ANSWER_MAX], want[ANSWER_MAX], clean[ANSWER_MAX];
    if (answer(s, line, e) < 0)
        return -1;
    if (strncmp(line, "lacks ", 6) == 0)
        return error_set(e, ERROR_GUEST,
                         "%s lacks%s, which bringing the agent in needs (tools: coreutils or "
                         "busybox; mount -t proc proc /proc; mknod -m 666 /dev/null c 1 3)",
                         s->name, text_clean(clean, 64, line + 5));
    if (strncmp(line, "system ", 7) != 0)
        return error_set(e, ERROR_GUEST, "%s does not say what system it is: %s", s->name,
                         text_clean(clean, 64, line));
    uname(&here);
    snprintf(want, sizeof want, "system Linux %s", here.machine);
    if (strcmp(line, want) == 0)
        return 0;
    return error_set(e, ERROR_GUEST,
                     "%s is another kind of machine:%s, and the agent is for Linux %s", s->name,
                     text_clean(clean, 64, line + strcspn(line, " ")), here.machine);
}

/* "nowhere, /tmp is noexec, /run is not writable" */
static int nowhere(struct stager *s, const char *line, struct error *e)
{
    char why[200];
    size_t length = strcspn(line, ",");
    text_clean(why, sizeof why, line[length] ? line + length + 1 : "");
    return error_set(e, ERROR_GUEST,
                     "%s has no directory with room that may be written and whose files may be "
                     "executed%s%s; mount one there (mount -t tmpfs tmpfs /run), or name one by "
                     "$TMPDIR",
                     s->name, why[0] ? ":" : "", why);
}

/* Lines of 76 characters, as everybody writes and reads them (RFC 2045): size bytes of a file's
 * piece, which begins at a whole line. The length of out, which has room. */
static size_t as_text(const unsigned char *bytes, size_t size, char *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t groups = (size + 2) / 3, at = 0;
    for (size_t g = 0; g < groups; g++) {
        unsigned long bits = 0;
        size_t have = size - 3 * g < 3 ? size - 3 * g : 3;
        for (size_t i = 0; i < 3; i++)
            bits = bits << 8 | (i < have ? bytes[3 * g + i] : 0);
        for (size_t i = 0; i < 4; i++)
            out[at++] = i <= have ? digit[bits >> (18 - 6 * i) & 63] : '=';
        if (g % 19 == 18 || g == groups - 1)
            out[at++] = '\n';
    }
    return at;
}

static size_t text_length(size_t size)
{
    size_t groups = (size + 2) / 3;
    return groups * 4 + (groups + 18) / 19;
}

/* A file on its way. */
struct load {
    const struct stager_file *file;
    int fd;
    size_t size, on_the_way; /* bytes of the file; of what is sent */
    char sha256[65];
};

static int load_open(struct load *l, const struct stager_file *file, bool text, struct error *e)
{
    struct stat st;
    l->file = file;
    l->fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (l->fd < 0 || fstat(l->fd, &st) < 0)
        return error_errno(e, errno, "cannot read %s", file->path);
    if (st.st_size <= 0 || (uintmax_t)st.st_size > STAGER_FILE_MAX)
        return error_set(e, ERROR_SYSTEM, "%s has %lld bytes: such a file is not sent", file->path,
                         (long long)st.st_size);
    l->size = (size_t)st.st_size;
    l->on_the_way = text ? text_length(l->size) : l->size;
    return sha256_file(file->path, l->sha256, e);
}

static int send_file(struct stager *s, const struct load *l, struct error *e)
{
    unsigned char *piece = xcalloc(PIECE, 1);
    char *text = s->text ? xcalloc(text_length(PIECE), 1) : NULL;
    int rc = 0;
    for (size_t sent = 0; rc == 0 && sent < l->size;) {
        size_t want = l->size - sent < PIECE ? l->size - sent : PIECE;
        ssize_t n = pread(l->fd, piece, want, (off_t)sent);
        if (n != (ssize_t)want)
            rc = error_set(e, ERROR_SYSTEM, "cannot read %s, or it has changed", l->file->path);
        else if (text)
            rc = tell(s, text, as_text(piece, want, text), e);
        else
            rc = tell(s, (const char *)piece, want, e);
        sent += want;
    }
    free(piece);
    free(text);
    return rc;
}

/* One file, after the guest is ready for it. */
static int bring_file(struct stager *s, const struct load *l, bool first, struct error *e)
{
    char line[ANSWER_MAX];
    const char *what = first ? "the agent" : l->file->name;
    if (send_file(s, l, e) < 0 || answer(s, line, e) < 0)
        return -1;
    if (strcmp(line, "damaged") == 0)
        return error_set(e, ERROR_GUEST,
                         "%s arrived damaged in %s: its SHA-256 is another; the command must "
                         "pass every byte, without a terminal",
                         what, s->name);
    if (l->file->scratch && strcmp(line, "short") == 0) {
        s->no_room = true;
        return 0;
    }
    if (strcmp(line, "loaded") != 0)
        return error_set(e, ERROR_GUEST,
                         "%s did not take all of %s, %zu KiB: no room, or no program head", s->name,
                         what, l->size >> 10);
    return 0;
}

__attribute__((format(printf, 3, 4))) static void append(char words[SCRIPT_MAX + 1], size_t *used,
                                                         const char *format, ...)
{
    va_list list;
    size_t room = SCRIPT_MAX + 1 - *used;
    va_start(list, format);
    int n = vsnprintf(words + *used, room, format, list);
    va_end(list);
    if (n < 0 || (size_t)n >= room)
        BUG("the script of the stager is too long");
    *used += (size_t)n;
}

static size_t begin_script(const struct stager *s, size_t room, char words[SCRIPT_MAX + 1])
{
    size_t used = 0;
    append(words, &used, SCRIPT_BEGIN, s->text ? " base64" : "", room >> 16, room,
           (room + 1023) >> 10, s->text ? " | base64 -d" : "");
    return used;
}

/* What the guest is, and where it has room. */
int stager_look(struct stager *s, struct error *e)
{
    char line[ANSWER_MAX];
    if (same_system(s, e) < 0 || answer(s, line, e) < 0)
        return -1;
    s->disk = strcmp(line, "ready disk") == 0;
    return s->disk || strcmp(line, "ready") == 0 ? 0 : nowhere(s, line, e);
}

int stager_ask(struct stager *s, struct error *e)
{
    char words[SCRIPT_MAX + 1];
    size_t used = begin_script(s, s->room, words);
    append(words, &used, LOOK_END);
    return tell(s, words, used, e);
}

/* The script for these files; its length. */
static size_t write_script(const struct stager *s, const struct load *loads, size_t count,
                           char words[SCRIPT_MAX + 1])
{
    size_t room = 0;
    for (const struct load *l = loads; l < loads + count; l++)
        room += l->file->scratch ? 0 : l->size;
    size_t used = begin_script(s, room, words);
    for (const struct load *l = loads; l < loads + count; l++)
        append(words, &used, "%sf %zu \"$%c/%s\" %zu %.64s%s; ",
               l->file->scratch ? "[ -z \"$s\" ] || " : "", l->on_the_way,
               l->file->scratch ? 's' : 'w', l->file->name, l->size, l->sha256,
               l->file->scratch ? " may" : "");
    append(words, &used, SCRIPT_END);
    return used;
}

static int bring_all(struct stager *s, const struct load *loads, size_t count, struct error *e)
{
    char words[SCRIPT_MAX + 1];
    if (tell(s, words, write_script(s, loads, count, words), e) < 0 || stager_look(s, e) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if ((s->disk || !loads[i].file->scratch) && bring_file(s, &loads[i], i == 0, e) < 0)
            return -1;
    return give(s, "go\n", 3, e);
}

int stager_bring(struct stager *s, const struct stager_file *files, size_t count, struct error *e)
{
    struct load loads[STAGER_FILES_MAX];
    size_t n = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count && n < STAGER_FILES_MAX; i++)
        if (!files[i].scratch || !s->text)
            rc = load_open(&loads[n++], &files[i], s->text, e);
    if (rc == 0)
        rc = bring_all(s, loads, n, e);
    while (n > 0)
        if (loads[--n].fd >= 0)
            close(loads[n].fd);
    return rc;
}
