/* What on this machine would falsify figures. */
#include "doctor_look.h"

#include "blockdev.h"
#include "filesystem.h"
#include "host.h"
#include "load.h"
#include "scratch.h"
#include "target/cgroup.h"
#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NODES_MAX 256

void doctor_say(struct finding *f, enum finding_level level, const char *remedy, const char *format,
                ...)
{
    char text[sizeof f->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    f->level = level;
    text_clean(f->text, sizeof f->text, text);
    text_copy(f->remedy, sizeof f->remedy, remedy ? remedy : "");
}

/* First line of a small file; false if it cannot be read. */
static bool read_line(const char *path, char *out, size_t size)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    bool ok = fgets(out, (int)size, f) != NULL;
    fclose(f);
    if (ok)
        out[strcspn(out, "\n")] = '\0';
    return ok;
}

void doctor_look_processors(const struct target_options *o, struct finding *f)
{
    int all[TARGET_CPUS_MAX];
    size_t n = host_cpus(all, TARGET_CPUS_MAX);
    if (n > o->cpu_count)
        doctor_say(f, FINDING_OK, NULL,
                   "%zu processors: %zu for the workload, the rest for vmtax itself", n,
                   o->cpu_count);
    else if (n > 1)
        doctor_say(
            f, FINDING_NOTE, "vmtax run --cpus 1",
            "all %zu processors are measured: rows that use all of them share one with vmtax "
            "(flag P)",
            n);
    else {
        f->needs = NEED_TWO_CPUS;
        doctor_say(
            f, FINDING_HAZARD,
            "below a virtual machine: virsh setvcpus NAME 2 --config; of a container: docker "
            "update --cpuset-cpus 0-1 NAME; of this shell: taskset --pid --cpu-list 0-1 $$",
            "one processor: workload, agent and vmtax share it; context switches between "
            "processors cannot be measured");
    }
}

/* The memory node of a processor, or -1. */
static int node_of(int cpu)
{
    char path[96];
    for (int node = 0; node < NODES_MAX; node++) {
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/node%d", cpu, node);
        if (access(path, F_OK) == 0)
            return node;
    }
    return -1;
}

/* A process gets its memory from the node where it runs, as long as there is some. */
void doctor_look_nodes(const struct target_options *o, struct finding *f)
{
    char online[64], remedy[160];
    int first = node_of(o->cpus[0]), other = first;
    for (size_t i = 1; i < o->cpu_count && other == first; i++)
        other = node_of(o->cpus[i]);
    if (!read_line("/sys/devices/system/node/online", online, sizeof online) || first < 0)
        doctor_say(f, FINDING_OK, NULL, "no memory nodes are visible here");
    else if (strcmp(online, "0") == 0)
        doctor_say(f, FINDING_OK, NULL, "one memory node");
    else if (other == first)
        doctor_say(f, FINDING_OK, NULL,
                   "all processors that are measured lie on memory node %d of %s", first, online);
    else {
        snprintf(remedy, sizeof remedy,
                 "taskset --cpu-list $(cat /sys/devices/system/node/node%d/cpulist) vmtax ...",
                 first);
        doctor_say(
            f, FINDING_HAZARD, remedy,
            "the processors that are measured lie on several memory nodes (%d, %d, of %s): in "
            "rows that use all of them it is chance how far memory is",
            first, other, online);
    }
}

/* A stand-in whose memory the last cache holds says little of what memory costs a guest. */
void doctor_look_caches(const struct target_options *o, struct finding *f)
{
    (void)o;
    enum { SEVERAL = 2 };
    uint64_t bytes[BOARD_CACHES];
    const struct workload *largest = NULL;
    size_t level = BOARD_CACHES, held = 0, all = 0;
    host_caches(bytes);
    while (level > 0 && bytes[level - 1] == 0)
        level--;
    double last_mib = level ? (double)bytes[level - 1] / (1 << 20) : 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        if (!(w->set_mib > 0))
            continue;
        all++;
        held += w->set_mib <= last_mib;
        if (!largest || w->set_mib > largest->set_mib)
            largest = w;
    }
    if (level == 0 || !largest)
        doctor_say(f, FINDING_NOTE, NULL,
                   "the caches are not visible here: whether the stand-ins for SPEC's programs go "
                   "beyond them is not known");
    else if (largest->set_mib >= SEVERAL * last_mib)
        doctor_say(f, FINDING_OK, NULL,
                   "the last, of level %zu, has %.0f MiB and holds %zu of the %zu stand-ins for "
                   "SPEC's programs; %s works in %.1f times as much",
                   level, last_mib, held, all, largest->id, largest->set_mib / last_mib);
    else
        doctor_say(f, FINDING_NOTE, "vmtax run membw.frd:size=1G membw.fwr:size=1G --memory 2G",
                   "the last, of level %zu, has %.0f MiB and holds %zu of the %zu stand-ins for "
                   "SPEC's programs, and none works in several times as much (%s in %.0f MiB): "
                   "what memory costs a guest shows in them only as far as others use that cache, "
                   "and in rows of the memory",
                   level, last_mib, held, all, largest->id, largest->set_mib);
}

void doctor_look_nested(const struct target_options *o, struct finding *f)
{
    (void)o;
    char line[4096];
    bool hypervisor = false;
    FILE *cpuinfo = fopen("/proc/cpuinfo", "re");
    if (!cpuinfo) {
        doctor_say(f, FINDING_NOTE, NULL, "whether this machine is itself a guest is not known");
        return;
    }
    while (!hypervisor && fgets(line, sizeof line, cpuinfo))
        hypervisor = strncmp(line, "flags", 5) == 0 && strstr(line, " hypervisor");
    fclose(cpuinfo);
    if (hypervisor)
        doctor_say(f, FINDING_NOTE, NULL,
                   "this machine is itself a virtual machine: \"native\" here is already one level "
                   "virtualised (flag N)");
    else
        doctor_say(f, FINDING_OK, NULL, "no hypervisor below this machine is announced");
}

void doctor_look_governor(const struct target_options *o, struct finding *f)
{
    char path[128], governor[64];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor",
             o->cpus[0]);
    if (!read_line(path, governor, sizeof governor))
        doctor_say(f, FINDING_NOTE, NULL, "the frequency governor is not visible here");
    else if (strcmp(governor, "performance") == 0)
        doctor_say(f, FINDING_OK, NULL, "governor performance");
    else
        doctor_say(f, FINDING_HAZARD,
                   "echo performance | tee "
                   "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
                   "governor %s: the frequency follows the load, short slots may see a slow start",
                   governor);
}

/* The hint that processors which choose their frequency themselves follow. */
void doctor_look_epp(const struct target_options *o, struct finding *f)
{
    char path[128], hint[64];
    snprintf(path, sizeof path,
             "/sys/devices/system/cpu/cpu%d/cpufreq/energy_performance_preference", o->cpus[0]);
    if (!read_line(path, hint, sizeof hint))
        doctor_say(f, FINDING_OK, NULL,
                   "no preference between energy and performance is visible here");
    else if (strcmp(hint, "performance") == 0)
        doctor_say(f, FINDING_OK, NULL, "the processor prefers performance");
    else
        doctor_say(f, FINDING_HAZARD,
                   "echo performance | tee "
                   "/sys/devices/system/cpu/cpu*/cpufreq/energy_performance_preference",
                   "the processor's preference is %s: it may save energy while vmtax measures",
                   hint);
}

void doctor_look_boost(const struct target_options *o, struct finding *f)
{
    (void)o;
    char value[16];
    if (read_line("/sys/devices/system/cpu/intel_pstate/no_turbo", value, sizeof value)) {
        if (value[0] == '0')
            doctor_say(f, FINDING_NOTE, "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo",
                       "turbo is on: frequency depends on temperature and on the other processors");
        else
            doctor_say(f, FINDING_OK, NULL, "turbo is off");
    } else if (read_line("/sys/devices/system/cpu/cpufreq/boost", value, sizeof value)) {
        if (value[0] == '1')
            doctor_say(f, FINDING_NOTE, "echo 0 > /sys/devices/system/cpu/cpufreq/boost",
                       "boost is on: frequency depends on temperature and on the other processors");
        else
            doctor_say(f, FINDING_OK, NULL, "boost is off");
    } else {
        doctor_say(f, FINDING_NOTE, NULL, "boost is not visible here");
    }
}

/* How often a processor that is measured was slowed down because it was too hot. */
void doctor_look_heat(const struct target_options *o, struct finding *f)
{
    char path[128], count[32];
    uint64_t times = 0, one;
    bool known = false;
    for (size_t i = 0; i < o->cpu_count; i++) {
        snprintf(path, sizeof path,
                 "/sys/devices/system/cpu/cpu%d/thermal_throttle/core_throttle_count", o->cpus[i]);
        if (read_line(path, count, sizeof count) && text_u64(count, UINT64_MAX / 2, &one)) {
            known = true;
            times = one > times ? one : times;
        }
    }
    if (!known)
        doctor_say(f, FINDING_NOTE, NULL, "whether heat slows the processors is not visible here");
    else if (times)
        doctor_say(f, FINDING_HAZARD,
                   "better cooling; whether it goes on: watch -d grep . "
                   "/sys/devices/system/cpu/cpu*/thermal_throttle/core_throttle_count",
                   "heat slowed a processor %" PRIu64
                   " times since the machine started: long rows may measure the cooling",
                   times);
    else
        doctor_say(f, FINDING_OK, NULL,
                   "no processor was slowed by heat since the machine started");
}

/* A limit on processor time around vmtax itself, as containers have one: the root of what is seen
 * of the control groups is then not the machine's. */
void doctor_look_quota(const struct target_options *o, struct finding *f)
{
    char line[64];
    double quota = 0, period = 0;
    (void)o;
    if (read_line("/sys/fs/cgroup/cpu.max", line, sizeof line)) {
        sscanf(line, "%lf %lf", &quota, &period);
    } else if (read_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", line, sizeof line)) {
        quota = strtod(line, NULL);
        if (read_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us", line, sizeof line))
            period = strtod(line, NULL);
    }
    if (quota > 0 && period > 0)
        doctor_say(f, FINDING_HAZARD,
                   "start the container around vmtax without a limit on processors",
                   "all that runs here gets %.2f processors, by a quota: who has used it up stands "
                   "still for a while",
                   quota / period);
    else
        doctor_say(f, FINDING_OK, NULL, "no quota of processor time holds for all of vmtax");
}

void doctor_look_load(const struct target_options *o, struct finding *f)
{
    struct load now;
    struct timespec wait = {.tv_sec = 1};
    double load[1] = {NAN};
    (void)o;
    load_begin(&now, 0);
    nanosleep(&wait, NULL);
    load_look(&now, 1, true);
    getloadavg(load, 1);
    if (!now.quiet.known)
        doctor_say(f, FINDING_NOTE, NULL, "what else runs is not known: %s", now.quiet.why);
    else if (!now.quiet.calm)
        doctor_say(f, FINDING_HAZARD,
                   "what runs, the busiest first: top -b -n 1 -o %CPU | head -n 17; of a service: "
                   "systemctl stop NAME",
                   "the machine is busy: %s; load %.2f in the last minute", now.quiet.why, load[0]);
    else if (load[0] > 0.5)
        doctor_say(f, FINDING_NOTE, "sleep 60; vmtax doctor",
                   "quiet just now (%s), but load %.2f in the last minute", now.quiet.why, load[0]);
    else
        doctor_say(f, FINDING_OK, NULL, "quiet: %s; load %.2f in the last minute", now.quiet.why,
                   load[0]);
    load_release(&now);
}

/* Time is counted in ticks, a hundred a second: one of them alone must not be above a percent. */
#define STEAL_LOOK_S 2

void doctor_look_steal(const struct target_options *o, struct finding *f)
{
    (void)o;
    struct host_steal from = host_steal_read();
    struct timespec wait = {.tv_sec = STEAL_LOOK_S};
    nanosleep(&wait, NULL);
    double share = host_steal_share(from, host_steal_read());
    if (isnan(share))
        doctor_say(f, FINDING_NOTE, NULL, "steal is not known");
    else if (share > 0.01)
        doctor_say(
            f, FINDING_HAZARD,
            "in the hypervisor below, processors for this machine alone: virsh vcpupin NAME 0 "
            "CPU, or xl vcpu-pin NAME 0 CPU; and no others there",
            "the hypervisor below takes %.1f %% of processor time (flag S)", share * 100);
    else
        doctor_say(f, FINDING_OK, NULL, "steal %.1f %%", share * 100);
}

void doctor_look_swap(const struct target_options *o, struct finding *f)
{
    (void)o;
    char line[256];
    unsigned long long total = 0, unused = 0;
    FILE *meminfo = fopen("/proc/meminfo", "re");
    while (meminfo && fgets(line, sizeof line, meminfo)) {
        sscanf(line, "SwapTotal: %llu", &total);
        sscanf(line, "SwapFree: %llu", &unused);
    }
    if (meminfo)
        fclose(meminfo);
    if (total > unused)
        doctor_say(f, FINDING_HAZARD, "swapoff -a",
                   "%llu MiB of swap are in use: memory rows may measure the disk",
                   (total - unused) >> 10);
    else
        doctor_say(f, FINDING_OK, NULL, total ? "swap is not in use" : "no swap");
}

void doctor_look_huge_pages(const struct target_options *o, struct finding *f)
{
    (void)o;
    char value[64];
    if (!read_line("/sys/kernel/mm/transparent_hugepage/enabled", value, sizeof value))
        doctor_say(f, FINDING_NOTE, NULL, "transparent huge pages are not visible here");
    else if (strstr(value, "[always]"))
        doctor_say(f, FINDING_NOTE, "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
                   "transparent huge pages: %s; whether a large page is free is chance", value);
    else
        doctor_say(f, FINDING_OK, NULL, "transparent huge pages: %s", value);
}

void doctor_look_merging(const struct target_options *o, struct finding *f)
{
    (void)o;
    char value[16];
    if (read_line("/sys/kernel/mm/ksm/run", value, sizeof value) && value[0] == '1')
        doctor_say(f, FINDING_HAZARD, "echo 0 > /sys/kernel/mm/ksm/run",
                   "equal pages of guests are merged (KSM): the search takes processor time, and "
                   "the first write to such a page is slow");
    else
        doctor_say(f, FINDING_OK, NULL, "equal pages of guests are not merged (KSM)");
}

#define CLOCK_SLOW_NS 150 /* what a system call costs at least */

/* A source that programs can read themselves, if the kernel offers one beside that. */
static const char *faster_clock(const char *source)
{
    static const struct {
        const char *name, *command;
    } fast[] = {
#define CLOCK_SOURCE "/sys/devices/system/clocksource/clocksource0/"
        {"tsc", "echo tsc > " CLOCK_SOURCE "current_clocksource"},
        {"kvm-clock", "echo kvm-clock > " CLOCK_SOURCE "current_clocksource"},
    };
    char available[256];
    if (read_line(CLOCK_SOURCE "available_clocksource", available, sizeof available))
        for (size_t i = 0; i < sizeof fast / sizeof *fast; i++)
            if (strcmp(source, fast[i].name) != 0 && strstr(available, fast[i].name))
                return fast[i].command;
    return "the kernel offers no better one; why: dmesg | grep -i -e tsc -e clocksource";
}

/* A clock that is not read in user space costs a system call at every reading. */
void doctor_look_clock(const struct target_options *o, struct finding *f)
{
    (void)o;
    enum { READINGS = 20000 };
    char source[64] = "unknown";
    read_line(CLOCK_SOURCE "current_clocksource", source, sizeof source);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < READINGS; i++)
        clock_gettime(CLOCK_MONOTONIC, &to);
    double ns = ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
                (double)READINGS;
    if (ns > CLOCK_SLOW_NS)
        doctor_say(f, FINDING_HAZARD, faster_clock(source),
                   "clock source %s costs %.0f ns a reading: it is not read in user space, "
                   "latencies carry that cost",
                   source, ns);
    else
        doctor_say(f, FINDING_OK, NULL, "clock source %s, %.0f ns a reading", source, ns);
}

void doctor_look_scratch(const struct target_options *o, struct finding *f)
{
    const char *path = o->scratch ? o->scratch : "/var/tmp";
    const char *fs = filesystem_name(path);
    struct blockdev device;
    char image[160], place[PATH_MAX];
    struct error e;
    bool none = scratch_find(o->scratch, place, &e) < 0;
    if (none)
        f->needs = NEED_SCRATCH;
    if (filesystem_in_memory(path) && none)
        doctor_say(f, FINDING_HAZARD, "vmtax run disk --scratch DIR",
                   "%s is on %s, which has no disk, and there is no other place for disk workloads",
                   path, fs);
    else if (filesystem_in_memory(path))
        doctor_say(f, FINDING_HAZARD, "vmtax run disk --scratch DIR",
                   "%s is on %s, which has no disk: disk workloads write below %s", path, fs,
                   place);
    else if (access(path, W_OK) < 0)
        doctor_say(f, FINDING_HAZARD, "vmtax run disk --scratch DIR", "%s cannot be written", path);
    else if (blockdev_find(&device, path, &e) == 0 && blockdev_sparse(&device, image, sizeof image))
        doctor_say(f, FINDING_HAZARD,
                   "all of it at once: fallocate --length SIZE FILE; or elsewhere: vmtax run disk "
                   "--scratch DIR",
                   "%s is on %s, on a file with holes (%s): the first write to each place is slow",
                   path, device.name, image);
    else
        doctor_say(f, FINDING_OK, NULL, "scratch below %s on %s", path, fs);
}

/* Groups that a run in another pid namespace may have made a moment ago: said, never removed. */
void doctor_look_left(const struct target_options *o, struct finding *f)
{
    char directory[128];
    (void)o;
    size_t count = cgroup_left(directory, sizeof directory);
    if (!count) {
        doctor_say(f, FINDING_OK, NULL,
                   "no cgroup was left by a run that was killed with its container");
        return;
    }
    doctor_say(f, FINDING_NOTE,
               "while no vmtax runs: find /sys/fs/cgroup -depth -type d -path '*/vmtax-*' -delete",
               "%zu cgroup%s of runs whose ledger is lost, without a process, the first in %s",
               count, count == 1 ? "" : "s", directory);
}
