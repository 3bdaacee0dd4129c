#include "config.h"

#include "target/openvz_stats.h"

#include "clock.h"
#include "text.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define LINE_MAX_BYTES 1024
#define FIELDS_MAX     40
#define CALIBRATE_NS   100000000u
#define UNIT_NEAR      0.01
#define UNIT_LEAST_NS  0.01 /* cycles of 100 GHz */
#define UNIT_MOST_NS   100.0

/* The next line's words. False at the end, with an empty line, and for a line that is cut off or
 * longer than any of these files has. */
static bool next_line(FILE *file, char line[LINE_MAX_BYTES], char *field[FIELDS_MAX], size_t *count)
{
    char *rest = NULL;
    *count = 0;
    line[0] = '\0';
    if (!fgets(line, LINE_MAX_BYTES, file) || !strchr(line, '\n'))
        return false;
    for (char *w = strtok_r(line, " \t\n", &rest); w; w = strtok_r(NULL, " \t\n", &rest)) {
        if (*count == FIELDS_MAX)
            return false;
        field[(*count)++] = w;
    }
    return true;
}

static bool is_version(char *const *field, size_t count)
{
    return count == 2 && strcmp(field[0], "Version:") == 0 && strncmp(field[1], "2.", 2) == 0;
}

static bool read_count(const char *text, uint64_t *out)
{
    return text_u64(text, COUNTER_VALUE_MAX, out);
}

bool openvz_read_failures(FILE *file, const char *id, uint64_t *out)
{
    static const char *const head[] = {"uid",     "resource", "held",   "maxheld",
                                       "barrier", "limit",    "failcnt"};
    char line[LINE_MAX_BYTES], *field[FIELDS_MAX];
    size_t count, length = strlen(id);
    uint64_t sum = 0, failures;
    bool ours = false, any = false;
    if (!next_line(file, line, field, &count) || !is_version(field, count) ||
        !next_line(file, line, field, &count) || count != 7)
        return false;
    for (size_t i = 0; i < 7; i++)
        if (strcmp(field[i], head[i]) != 0)
            return false;
    while (next_line(file, line, field, &count)) {
        /* The first of a container's rows begins with its number and a colon. */
        if (count == 7)
            ours = strncmp(field[0], id, length) == 0 && strcmp(field[0] + length, ":") == 0;
        if (!ours)
            continue;
        if ((count != 6 && count != 7) || !read_count(field[count - 1], &failures) ||
            sum > COUNTER_VALUE_MAX - failures)
            return false;
        sum += failures;
        any = true;
    }
    if (!any || line[0])
        return false;
    *out = sum;
    return true;
}

bool openvz_read_time(FILE *file, const char *id, struct openvz_time *out)
{
    char line[LINE_MAX_BYTES], *field[FIELDS_MAX];
    size_t count;
    struct openvz_time t;
    if (!next_line(file, line, field, &count) || !is_version(field, count) ||
        !next_line(file, line, field, &count) || count != 12 || strcmp(field[0], "VEID") != 0 ||
        strcmp(field[7], "uptime") != 0 || strcmp(field[8], "used") != 0)
        return false;
    while (next_line(file, line, field, &count)) {
        if (count == 0 || strcmp(field[0], id) != 0)
            continue;
        if (count != 12 || !text_u64(field[7], UINT64_MAX / 2, &t.uptime) ||
            !text_u64(field[8], UINT64_MAX / 2, &t.used))
            return false;
        *out = t;
        return true;
    }
    return false;
}

/* "101 1500/700 0/0 …": bytes in and out of each class of traffic. */
static bool sum_classes(char *const *field, size_t count, uint64_t *in, uint64_t *out)
{
    uint64_t a, b;
    *in = *out = 0;
    for (size_t i = 1; i < count; i++) {
        char *slash = strchr(field[i], '/');
        if (!slash)
            return false;
        *slash = '\0';
        if (!read_count(field[i], &a) || !read_count(slash + 1, &b) ||
            *in > COUNTER_VALUE_MAX - a || *out > COUNTER_VALUE_MAX - b)
            return false;
        *in += a;
        *out += b;
    }
    return count > 1;
}

bool openvz_read_bytes(FILE *file, const char *id, uint64_t *in, uint64_t *out)
{
    char line[LINE_MAX_BYTES], *field[FIELDS_MAX];
    size_t count;
    uint64_t a, b;
    while (next_line(file, line, field, &count)) {
        if (count == 0 || strcmp(field[0], id) != 0)
            continue;
        if (!sum_classes(field, count, &a, &b))
            return false;
        *in = a;
        *out = b;
        return true;
    }
    return false;
}

double openvz_unit_ns(uint64_t units, uint64_t ns)
{
    double unit = units > 0 ? (double)ns / (double)units : 0;
    if (fabs(unit - 1) < UNIT_NEAR)
        return 1;
    return unit >= UNIT_LEAST_NS && unit <= UNIT_MOST_NS ? unit : 0;
}

/* --- reading ----------------------------------------------------------------------------------
 */

static FILE *open_below(const struct openvz_stats *s, const char *path)
{
    char full[PATH_MAX];
    int n = snprintf(full, sizeof full, "%s%s", s->root, path);
    return n > 0 && n < (int)sizeof full ? fopen(full, "re") : NULL;
}

static bool read_time(const struct openvz_stats *s, struct openvz_time *out)
{
    FILE *file = open_below(s, "/proc/vz/vestat");
    bool read = file && openvz_read_time(file, s->id, out);
    if (file)
        fclose(file);
    return read;
}

void openvz_stats_init(struct openvz_stats *s, const char *root, const char *id)
{
    *s = (struct openvz_stats){.root = root};
    text_copy(s->id, sizeof s->id, id);
    uint64_t now = clock_now_ns();
    if (read_time(s, &s->first))
        s->first_ns = now;
}

/* The file does not say its unit, but its uptime is in it. */
static void count_time(struct openvz_stats *s, struct counters *out)
{
    struct openvz_time t;
    uint64_t now = clock_now_ns();
    if (!s->first_ns || !read_time(s, &t) || t.uptime <= s->first.uptime)
        return;
    if (!(s->unit_ns > 0) && now - s->first_ns >= CALIBRATE_NS)
        s->unit_ns = openvz_unit_ns(t.uptime - s->first.uptime, now - s->first_ns);
    double ns = (double)t.used * s->unit_ns;
    if (s->unit_ns > 0 && ns < (double)COUNTER_VALUE_MAX)
        counters_add(out, COUNTER_CPU, (uint64_t)ns);
}

static void count_failures(const struct openvz_stats *s, struct counters *out)
{
    uint64_t value;
    FILE *file = open_below(s, "/proc/user_beancounters");
    if (file && openvz_read_failures(file, s->id, &value))
        counters_add(out, COUNTER_REFUSED, value);
    if (file)
        fclose(file);
}

static void count_bytes(const struct openvz_stats *s, struct counters *out)
{
    static const char *const files[] = {"/proc/vz/venetstat", "/proc/vz/venetstat_v6"};
    uint64_t in, gone;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        FILE *file = open_below(s, files[i]);
        if (file && openvz_read_bytes(file, s->id, &in, &gone)) {
            counters_add(out, COUNTER_NET_RECEIVED, in);
            counters_add(out, COUNTER_NET_SENT, gone);
        }
        if (file)
            fclose(file);
    }
}

/* A file of a controller that is one number, or with key has a line "key number". */
static bool read_group(const struct openvz_stats *s, const char *format, const char *controller,
                       const char *name, const char *key, uint64_t *out)
{
    char group[128], path[256], line[LINE_MAX_BYTES], *field[FIELDS_MAX];
    size_t count;
    bool found = false;
    snprintf(group, sizeof group, format, s->id);
    snprintf(path, sizeof path, "/sys/fs/cgroup/%s/%s/%s", controller, group, name);
    FILE *file = open_below(s, path);
    while (file && !found && next_line(file, line, field, &count))
        found = key ? count == 2 && strcmp(field[0], key) == 0 && read_count(field[1], out)
                    : count == 1 && read_count(field[0], out);
    if (file)
        fclose(file);
    return found;
}

static void count_groups(const struct openvz_stats *s, struct counters *out)
{
    static const struct {
        enum counter counter;
        const char *controller, *name, *key;
    } sources[] = {
        {COUNTER_CPU, "cpuacct", "cpuacct.usage", NULL},
        {COUNTER_THROTTLED, "cpu", "cpu.stat", "throttled_time"},
        {COUNTER_REFUSED, "memory", "memory.failcnt", NULL},
    };
    static const char *const groups[] = {"vz-%s", "machine.slice/%s"};
    uint64_t value;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
            if (!counters_have(out, sources[i].counter) &&
                read_group(s, groups[g], sources[i].controller, sources[i].name, sources[i].key,
                           &value))
                counters_add(out, sources[i].counter, value);
}

void openvz_stats_count(struct openvz_stats *s, struct counters *out)
{
    count_time(s, out);
    count_failures(s, out);
    count_bytes(s, out);
    /* vestat is there, and its clock is not known yet: another source now would be a jump. */
    if (!s->first_ns || counters_have(out, COUNTER_CPU))
        count_groups(s, out);
}
