#include <config.h>

#include "host.h"

#include "clock.h"
#include "fingerprint.h"
#include "quiet.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <statgrab.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- /proc/stat ---- */

#define NUMBERS_MAX 65536 /* a processor's number is less */
#define STAT_TEXT                                                                   \
    32768 /* the lines of some 400 processors; interrupts follow and are not needed \
           */

static ssize_t read_text(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    size_t used = 0;
    while (used < size - 1) {
        ssize_t n = read(fd, out + used, size - 1 - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    close(fd);
    out[used] = '\0';
    return (ssize_t)used;
}

/* " user nice system idle iowait irq softirq steal ..." up to the end of the line. */
static bool parse_ticks(const char *at, const char *end, struct host_ticks *out)
{
    uint64_t field[8] = {0};
    size_t count = 0;
    while (count < 8 && at < end && *at == ' ') {
        while (at < end && *at == ' ')
            at++;
        if (at >= end || *at < '0' || *at > '9')
            break;
        for (; at < end && *at >= '0' && *at <= '9'; at++)
            field[count] = field[count] * 10 + (uint64_t)(*at - '0');
        count++;
    }
    if (count < 4)
        return false;
    *out = (struct host_ticks){
        .busy = field[0] + field[1] + field[2],
        .idle = field[3] + field[4],
        .steal = field[7],
    };
    for (size_t i = 0; i < count; i++)
        out->total += field[i];
    return true;
}

void host_parse_times(const char *text, size_t length, struct host_times *out)
{
    memset(out, 0, sizeof *out);
    const char *end = text + length;
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        if (!line_end || line_end - text < 4 || memcmp(text, "cpu", 3) != 0)
            break; /* the processors come first; a line cut off is left out */
        const char *at = text + 3;
        if (*at == ' ') {
            out->known = parse_ticks(at, line_end, &out->all);
        } else {
            size_t number = 0;
            struct host_ticks beyond;
            for (; at < line_end && *at >= '0' && *at <= '9' && number < NUMBERS_MAX; at++)
                number = number * 10 + (size_t)(*at - '0');
            if (number < NUMBERS_MAX &&
                parse_ticks(at, line_end,
                            number < BOARD_CORES_MAX ? &out->core[number] : &beyond)) {
                out->in_use++;
                out->cores = number >= out->cores ? number + 1 : out->cores;
            }
        }
        text = line_end + 1;
    }
}

static void read_times(struct host_times *out)
{
    char *text = xcalloc(STAT_TEXT, 1);
    ssize_t length = read_text("/proc/stat", text, STAT_TEXT);
    host_parse_times(text, length > 0 ? (size_t)length : 0, out);
    free(text);
}

bool host_ticks_read(struct host_ticks *out)
{
    char text[256]; /* the first line is that of all processors */
    struct host_times t;
    ssize_t length = read_text("/proc/stat", text, sizeof text);
    host_parse_times(text, length > 0 ? (size_t)length : 0, &t);
    *out = t.all;
    return t.known;
}

struct host_steal host_steal_read(void)
{
    struct host_ticks t;
    bool known = host_ticks_read(&t);
    return (struct host_steal){.steal = t.steal, .total = t.total, .known = known};
}

double host_steal_share(struct host_steal from, struct host_steal to)
{
    if (!from.known || !to.known || to.total <= from.total || to.steal < from.steal)
        return NAN;
    return (double)(to.steal - from.steal) / (double)(to.total - from.total);
}

size_t host_cpus(int *cpus, size_t room)
{
    /* The kernel refuses a set smaller than its own. */
    for (int bits = 1024; bits <= 65536; bits *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)bits);
        size_t size = CPU_ALLOC_SIZE((size_t)bits), count = 0;
        if (!set)
            break;
        if (sched_getaffinity(0, size, set) == 0) {
            for (int i = 0; i < bits && count < room; i++)
                if (CPU_ISSET_S(i, size, set))
                    cpus[count++] = i;
            CPU_FREE(set);
            if (count)
                return count;
            break;
        }
        int failed = errno;
        CPU_FREE(set);
        if (failed != EINVAL)
            break;
    }
    if (room)
        cpus[0] = 0;
    return 1;
}

/* ---- the sampler ---- */

#define NAMES_MAX 64
/* Seconds between looks at all processes and the frequency: they cost most. */
#define LOOK_EVERY 5

/* Only devices that stand for hardware (real or emulated) count: what passes through a bridge, a
 * loop device or a volume would be counted twice. Sysfs is asked once for each name. */
struct device_names {
    struct device_name {
        char name[32];
        bool real;
    } list[NAMES_MAX];
    size_t count;
};

struct host_sampler {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum { SAMPLER_STARTING, SAMPLER_RUNNING, SAMPLER_FAILED, SAMPLER_STOPPING } state;
    char failure[128];
    struct board *board;
    /* of the thread alone */
    struct host_times before, now;
    struct quiet quiet;
    struct device_names disks, interfaces;
    unsigned tick;
    double mhz;
};

static bool is_real(struct device_names *names, const char *class, const char *name)
{
    char path[96];
    if (strlen(name) >= sizeof names->list[0].name)
        return false;
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->list[i].name, name) == 0)
            return names->list[i].real;
    snprintf(path, sizeof path, "/sys/class/%s/%s/device", class, name);
    bool real = access(path, F_OK) == 0;
    if (names->count == NAMES_MAX)
        names->count = 0; /* containers come and go with their interfaces: begin anew */
    text_copy(names->list[names->count].name, sizeof names->list[0].name, name);
    names->list[names->count++].real = real;
    return real;
}

/* What one second gives. */
struct sample {
    float cpu, steal, memory, disk, net;
    float core[BOARD_CORES_MAX];
    size_t cores;
    uint64_t memory_used, memory_total, swap_used, swap_total;
    double load1, load5, load15, uptime_s, mhz;
};

static void sample_statgrab(struct host_sampler *s, double elapsed, struct sample *to)
{
    size_t n = 0;
    const sg_cpu_stats *cpu = sg_get_cpu_stats_diff(&n);
    if (cpu && n) {
        unsigned long long busy = cpu->user + cpu->nice + cpu->kernel;
        unsigned long long all = busy + cpu->idle + cpu->iowait + cpu->swap;
        to->cpu = all ? (float)((double)busy / (double)all) : 0;
    }
    const sg_mem_stats *memory = sg_get_mem_stats(&n);
    if (memory && n && memory->total) {
        to->memory_used = memory->used;
        to->memory_total = memory->total;
        to->memory = (float)((double)memory->used / (double)memory->total);
    }
    const sg_swap_stats *swap = sg_get_swap_stats(&n);
    if (swap && n) {
        to->swap_used = swap->used;
        to->swap_total = swap->total;
    }
    const sg_load_stats *load = sg_get_load_stats(&n);
    if (load && n) {
        to->load1 = load->min1;
        to->load5 = load->min5;
        to->load15 = load->min15;
    }
    const sg_host_info *host = sg_get_host_info(&n);
    if (host && n)
        to->uptime_s = (double)host->uptime;
    double bytes = 0;
    const sg_disk_io_stats *disk = sg_get_disk_io_stats_diff(&n);
    for (size_t i = 0; disk && i < n; i++)
        if (is_real(&s->disks, "block", disk[i].disk_name))
            bytes += (double)disk[i].read_bytes + (double)disk[i].write_bytes;
    to->disk = (float)(bytes / elapsed);
    bytes = 0;
    const sg_network_io_stats *net = sg_get_network_io_stats_diff(&n);
    for (size_t i = 0; net && i < n; i++)
        if (is_real(&s->interfaces, "net", net[i].interface_name))
            bytes += (double)net[i].rx + (double)net[i].tx;
    to->net = (float)(bytes / elapsed);
}

static float share(uint64_t from, uint64_t to, uint64_t total_from, uint64_t total_to)
{
    if (to <= from || total_to <= total_from)
        return 0;
    return (float)fmin(1, (double)(to - from) / (double)(total_to - total_from));
}

static void sample_times(struct host_sampler *s, struct sample *to)
{
    read_times(&s->now);
    if (s->before.known && s->now.known) {
        const struct host_ticks *a = &s->before.all, *b = &s->now.all;
        to->steal = share(a->steal, b->steal, a->total, b->total);
        to->cores = s->now.cores;
        for (size_t i = 0; i < s->now.cores && i < BOARD_CORES_MAX; i++) {
            a = &s->before.core[i];
            b = &s->now.core[i];
            /* Time given to others below is no time of this processor. */
            to->core[i] = !b->total ? NAN
                                    : share(a->total - a->idle - a->steal,
                                            b->total - b->idle - b->steal, a->total, b->total);
        }
    }
    s->before = s->now;
}

/* Frequency of a processor that this process may use, from cpufreq or, without, /proc/cpuinfo. */
static double read_mhz(void)
{
    char path[96], text[4096];
    int cpu;
    host_cpus(&cpu, 1);
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq", cpu);
    if (read_text(path, text, sizeof text) > 0) {
        double khz = strtod(text, NULL);
        if (khz > 0)
            return khz / 1000;
    }
    if (read_text("/proc/cpuinfo", text, sizeof text) > 0) {
        const char *at = strstr(text, "cpu MHz");
        const char *colon = at ? strchr(at, ':') : NULL;
        /* Whole megahertz: no decimal point that a locale could spell otherwise. */
        double mhz = colon ? (double)strtoul(colon + 1, NULL, 10) : 0;
        if (mhz > 0)
            return mhz;
    }
    return NAN;
}

static void publish(struct host_sampler *s, const struct sample *from)
{
    struct board_host *h = &board_edit(s->board)->host;
    size_t at = snapshot_ring_push(&h->first, &h->count, BOARD_HOST_MAX);
    h->known = true;
    h->cpu[at] = from->cpu;
    h->steal[at] = from->steal;
    h->memory[at] = from->memory;
    h->disk[at] = from->disk;
    h->net[at] = from->net;
    memcpy(h->core, from->core, sizeof h->core);
    h->cores = from->cores;
    h->memory_used = from->memory_used;
    h->memory_total = from->memory_total;
    h->swap_used = from->swap_used;
    h->swap_total = from->swap_total;
    h->load1 = from->load1;
    h->load5 = from->load5;
    h->load15 = from->load15;
    h->uptime_s = from->uptime_s;
    h->mhz = from->mhz;
    h->processes = s->quiet.processes;
    h->quiet_known = s->quiet.known;
    h->quiet = s->quiet.known && s->quiet.calm;
    text_copy(h->quiet_why, sizeof h->quiet_why, s->quiet.why);
    board_publish_run(s->board);
}

void host_caches(uint64_t bytes[BOARD_CACHES])
{
    memset(bytes, 0, BOARD_CACHES * sizeof *bytes);
    for (int i = 0; i < 8; i++) {
        char path[96], type[32], text[32], suffix = 0;
        unsigned long level, size;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/type", i);
        if (read_text(path, type, sizeof type) < 0)
            return;
        if (strncmp(type, "Instruction", 11) == 0)
            continue;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", i);
        if (read_text(path, text, sizeof text) < 0 || sscanf(text, "%lu", &level) != 1)
            continue;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
        if (read_text(path, text, sizeof text) < 0 || sscanf(text, "%lu%c", &size, &suffix) < 1)
            continue;
        if (level >= 1 && level <= BOARD_CACHES && size < 1ul << 40)
            bytes[level - 1] = (uint64_t)size << (suffix == 'K' ? 10 : suffix == 'M' ? 20 : 0);
    }
}

/* What does not change while we run. */
static void publish_machine(struct host_sampler *s)
{
    static const char *const unknown = "unknown";
    struct result facts;
    result_init(&facts);
    fingerprint_read(&facts);
    const char *model = result_fact(&facts, "cpu.model");
    const char *kernel = result_fact(&facts, "kernel");
    const char *governor = result_fact(&facts, "governor");
    const char *virt = result_fact(&facts, "hypervisor");
    char name[64] = "";
    gethostname(name, sizeof name - 1);
    uint64_t caches[BOARD_CACHES];
    host_caches(caches);

    struct board_host *h = &board_edit(s->board)->host;
    text_clean(h->name, sizeof h->name, name);
    text_copy(h->cpu_model, sizeof h->cpu_model, model ? model : unknown);
    text_copy(h->kernel, sizeof h->kernel, kernel ? kernel : unknown);
    text_copy(h->governor, sizeof h->governor, governor ? governor : unknown);
    text_copy(h->virt, sizeof h->virt, virt ? virt : unknown);
    memcpy(h->cache_bytes, caches, sizeof h->cache_bytes);
    text_copy(h->quiet_why, sizeof h->quiet_why, s->quiet.why);
    board_publish_run(s->board);
    result_release(&facts);
}

static void sample_once(struct host_sampler *s, double elapsed)
{
    struct sample sample = {0};
    sample_statgrab(s, elapsed, &sample);
    sample_times(s, &sample);
    bool look = s->tick++ % LOOK_EVERY == 0;
    if (look)
        s->mhz = read_mhz();
    sample.mhz = s->mhz;
    if (look && s->now.known)
        quiet_look(&s->quiet, "/proc", getpid(), s->now.in_use, s->now.all.busy, s->now.all.total,
                   s->now.all.steal);
    publish(s, &sample);
}

static void set_state(struct host_sampler *s, int state)
{
    pthread_mutex_lock(&s->lock);
    if (s->state != SAMPLER_STOPPING)
        s->state = state;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

/* Sleeps to the deadline; false when told to stop. */
static bool wait_until(struct host_sampler *s, uint64_t deadline_ns)
{
    struct timespec at = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
                          .tv_nsec = (long)(deadline_ns % 1000000000u)};
    pthread_mutex_lock(&s->lock);
    while (s->state != SAMPLER_STOPPING)
        if (pthread_cond_timedwait(&s->changed, &s->lock, &at) == ETIMEDOUT)
            break;
    bool go_on = s->state != SAMPLER_STOPPING;
    pthread_mutex_unlock(&s->lock);
    return go_on;
}

static void *sampler_main(void *argument)
{
    struct host_sampler *s = argument;
    pthread_setname_np(pthread_self(), "vmtax-host");
    if (sg_init(1) != SG_ERROR_NONE) {
        text_clean(s->failure, sizeof s->failure, sg_str_error(sg_get_error()));
        set_state(s, SAMPLER_FAILED);
        return NULL;
    }
    /* The first readings only begin the differences. */
    size_t n;
    sg_get_cpu_stats_diff(&n);
    sg_get_disk_io_stats_diff(&n);
    sg_get_network_io_stats_diff(&n);
    read_times(&s->before);
    publish_machine(s);
    set_state(s, SAMPLER_RUNNING);

    uint64_t last = clock_now_ns(), next = last + 1000000000u;
    while (wait_until(s, next)) {
        uint64_t now = clock_now_ns();
        sample_once(s, (double)(now - last) / 1e9);
        last = now;
        next += 1000000000u;
        if (next < now)
            next = now + 1000000000u; /* after a stop, no burst to catch up */
    }
    sg_shutdown();
    return NULL;
}

static void sampler_free(struct host_sampler *s)
{
    quiet_release(&s->quiet);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

struct host_sampler *host_sampler_start(struct board *board, struct error *e)
{
    struct host_sampler *s = xcalloc(1, sizeof *s);
    sigset_t all, old;
    s->board = board;
    quiet_init(&s->quiet);
    pthread_mutex_init(&s->lock, NULL);
    clock_condition_init(&s->changed);

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failed = pthread_create(&s->thread, NULL, sampler_main, s);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failed) {
        error_errno(e, failed, "cannot start the thread that watches the host");
        sampler_free(s);
        return NULL;
    }
    pthread_mutex_lock(&s->lock);
    while (s->state == SAMPLER_STARTING)
        pthread_cond_wait(&s->changed, &s->lock);
    bool running = s->state == SAMPLER_RUNNING;
    pthread_mutex_unlock(&s->lock);
    if (!running) {
        pthread_join(s->thread, NULL);
        error_set(e, ERROR_SYSTEM, "cannot watch the host: libstatgrab says: %s", s->failure);
        sampler_free(s);
        return NULL;
    }
    return s;
}

void host_sampler_stop(struct host_sampler *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->state = SAMPLER_STOPPING;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    sampler_free(s);
}
