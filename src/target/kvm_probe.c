#include "config.h"

#include "target/kvm_probe.h"

#include "protocol.h"
#include "target/kinds.h"
#include "text.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

static void unusable(struct kvm_probe *out, const char *reason)
{
    out->usable = false;
    text_clean(out->reason, sizeof out->reason, reason);
}

void kvm_probe_read(char *line, unsigned long length, struct kvm_probe *out)
{
    struct record r;
    struct error e;
    uint64_t usable, runs;
    const char *reason, *remedy;
    memset(out, 0, sizeof *out);
    if (record_parse(&r, line, length, &e) < 0 || strcmp(r.verb, "probe") != 0 ||
        record_u64(&r, "usable", 0, 1, &usable, &e) < 0) {
        unusable(out, "the probe of KVM said nothing that makes sense");
        return;
    }
    out->usable = usable;
    out->runs = usable || (record_u64(&r, "runs", 0, 1, &runs, &e) == 0 && runs);
    if (usable)
        return;
    reason = record_text(&r, "reason");
    remedy = record_text(&r, "remedy");
    unusable(out, reason && *reason ? reason : "KVM cannot be used here");
    text_clean(out->remedy, sizeof out->remedy, remedy ? remedy : "");
}

/* All that it prints, until it ends or the time is over. */
static size_t read_all(struct spawn *s, char *out, size_t size)
{
    int to, from;
    size_t used = 0;
    spawn_take_streams(s, &to, &from);
    close(to);
    while (used < size && spawn_wait_readable(s, from, KVM_PROBE_S) == 1) {
        ssize_t n = read(from, out + used, size - used);
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    close(from);
    return used;
}

void kvm_probe(const char *agent, struct kvm_probe *out)
{
    char program[PATH_MAX], line[LINE_MAX_BYTES + 1];
    struct error e;
    memset(out, 0, sizeof *out);
    if (!local_find_program("vmtax-machine", agent, program, sizeof program)) {
        unusable(out, "the program vmtax-machine is not installed");
        return;
    }
    const char *const argv[] = {program, "probe", NULL};
    struct spawn_options how = {.argv = argv, .pass_fd = -1};
    struct spawn *s = spawn_new(&how, &e);
    if (!s) {
        unusable(out, e.text);
        return;
    }
    size_t length = read_all(s, line, LINE_MAX_BYTES);
    bool ended = spawn_wait_end(s, KVM_PROBE_S);
    char words[200];
    spawn_last_words(s, words, sizeof words);
    spawn_free(s);
    if (!ended) {
        unusable(out, "KVM is there but does not come back: a guest of two instructions hangs in "
                      "it");
    } else if (length == 0) {
        char reason[256];
        snprintf(reason, sizeof reason, "the probe of KVM %s", words);
        unusable(out, reason);
    } else {
        if (line[length - 1] == '\n')
            length--;
        kvm_probe_read(line, length, out);
    }
}
