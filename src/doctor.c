#include "doctor.h"

#include "host.h"
#include "scratch.h"
#include "spec.h"
#include "target/boot_files.h"
#include "target/cgroup.h"
#include "target/kernel.h"
#include "target/kinds.h"
#include "target/qemu.h"
#include "target/spawn.h"
#include "text.h"
#include "tree.h"
#include "workloads/database/mix.h"
#include "workloads/jbb/answer.h"
#include "workloads/jbb/java.h"
#include "workloads/payload/httpd.h"
#include "workloads/payload/linpack.h"
#include "workloads/payload/oltp.h"
#include "xalloc.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void say(struct finding *f, enum finding_level level, const char *remedy, const char *format,
                ...) __attribute__((format(printf, 4, 5)));

static void say(struct finding *f, enum finding_level level, const char *remedy, const char *format,
                ...)
{
    char text[512];
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

static void look_processors(const struct target_options *o, struct finding *f)
{
    int all[TARGET_CPUS_MAX];
    size_t n = host_cpus(all, TARGET_CPUS_MAX);
    if (n > o->cpu_count)
        say(f, FINDING_OK, NULL, "%zu processors: %zu for the workload, the rest for vmtax itself",
            n, o->cpu_count);
    else if (n > 1)
        say(f, FINDING_NOTE, "use --cpus 1 to keep one for vmtax",
            "all %zu processors are measured: rows that use all of them share one with vmtax "
            "(flag P)",
            n);
    else
        say(f, FINDING_HAZARD, NULL,
            "one processor: workload, agent and vmtax share it; context switches between "
            "processors cannot be measured");
}

static void look_nested(const struct target_options *o, struct finding *f)
{
    (void)o;
    char line[4096];
    bool hypervisor = false;
    FILE *cpuinfo = fopen("/proc/cpuinfo", "re");
    if (!cpuinfo) {
        say(f, FINDING_NOTE, NULL, "whether this machine is itself a guest is not known");
        return;
    }
    while (!hypervisor && fgets(line, sizeof line, cpuinfo))
        hypervisor = strncmp(line, "flags", 5) == 0 && strstr(line, " hypervisor");
    fclose(cpuinfo);
    if (hypervisor)
        say(f, FINDING_NOTE, NULL,
            "this machine is itself a virtual machine: \"native\" here is already one level "
            "virtualised (flag N)");
    else
        say(f, FINDING_OK, NULL, "no hypervisor below this machine is announced");
}

static void look_governor(const struct target_options *o, struct finding *f)
{
    char path[128], governor[64];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor",
             o->cpus[0]);
    if (!read_line(path, governor, sizeof governor))
        say(f, FINDING_NOTE, NULL, "the frequency governor is not visible here");
    else if (strcmp(governor, "performance") == 0)
        say(f, FINDING_OK, NULL, "governor performance");
    else
        say(f, FINDING_HAZARD, "cpupower frequency-set -g performance",
            "governor %s: the frequency follows the load, short slots may see a slow start",
            governor);
}

static void look_boost(const struct target_options *o, struct finding *f)
{
    (void)o;
    char value[16];
    if (read_line("/sys/devices/system/cpu/intel_pstate/no_turbo", value, sizeof value)) {
        if (value[0] == '0')
            say(f, FINDING_NOTE, "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo",
                "turbo is on: frequency depends on temperature and on the other processors");
        else
            say(f, FINDING_OK, NULL, "turbo is off");
    } else if (read_line("/sys/devices/system/cpu/cpufreq/boost", value, sizeof value)) {
        if (value[0] == '1')
            say(f, FINDING_NOTE, "echo 0 > /sys/devices/system/cpu/cpufreq/boost",
                "boost is on: frequency depends on temperature and on the other processors");
        else
            say(f, FINDING_OK, NULL, "boost is off");
    } else {
        say(f, FINDING_NOTE, NULL, "boost is not visible here");
    }
}

static void look_load(const struct target_options *o, struct finding *f)
{
    (void)o;
    double load[1];
    if (getloadavg(load, 1) < 1)
        say(f, FINDING_NOTE, NULL, "the load is not known");
    else if (load[0] > 0.5)
        say(f, FINDING_HAZARD, "see what runs: top",
            "the machine is busy: load %.2f in the last minute", load[0]);
    else
        say(f, FINDING_OK, NULL, "load %.2f in the last minute", load[0]);
}

static void look_steal(const struct target_options *o, struct finding *f)
{
    (void)o;
    struct host_steal from = host_steal_read();
    struct timespec wait = {.tv_nsec = 300000000};
    nanosleep(&wait, NULL);
    double share = host_steal_share(from, host_steal_read());
    if (isnan(share))
        say(f, FINDING_NOTE, NULL, "steal is not known");
    else if (share > 0.01)
        say(f, FINDING_HAZARD, NULL,
            "the hypervisor below takes %.1f %% of processor time (flag S)", share * 100);
    else
        say(f, FINDING_OK, NULL, "steal %.1f %%", share * 100);
}

static void look_swap(const struct target_options *o, struct finding *f)
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
        say(f, FINDING_HAZARD, "swapoff -a",
            "%llu MiB of swap are in use: memory rows may measure the disk",
            (total - unused) >> 10);
    else
        say(f, FINDING_OK, NULL, total ? "swap is not in use" : "no swap");
}

static void look_huge_pages(const struct target_options *o, struct finding *f)
{
    (void)o;
    char value[64];
    if (!read_line("/sys/kernel/mm/transparent_hugepage/enabled", value, sizeof value))
        say(f, FINDING_NOTE, NULL, "transparent huge pages are not visible here");
    else
        say(f, strstr(value, "[always]") ? FINDING_NOTE : FINDING_OK, NULL,
            "transparent huge pages: %s", value);
}

/* A clock that is not read in user space costs a system call at every reading. */
static void look_clock(const struct target_options *o, struct finding *f)
{
    (void)o;
    enum { READINGS = 20000 };
    char source[64] = "unknown";
    read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", source,
              sizeof source);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < READINGS; i++)
        clock_gettime(CLOCK_MONOTONIC, &to);
    double ns = ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
                (double)READINGS;
    if (ns > 150)
        say(f, FINDING_HAZARD, NULL,
            "clock source %s costs %.0f ns a reading: it is not read in user space, latencies "
            "carry that cost",
            source, ns);
    else
        say(f, FINDING_OK, NULL, "clock source %s, %.0f ns a reading", source, ns);
}

static void look_scratch(const struct target_options *o, struct finding *f)
{
    const char *path = o->scratch ? o->scratch : "/var/tmp";
    const char *fs = scratch_filesystem(path);
    if (strcmp(fs, "tmpfs") == 0 || strcmp(fs, "ramfs") == 0)
        say(f, FINDING_HAZARD, "--scratch DIR",
            "%s is on %s, which is memory: disk workloads look for another place", path, fs);
    else if (access(path, W_OK) < 0)
        say(f, FINDING_HAZARD, "--scratch DIR", "%s cannot be written", path);
    else
        say(f, FINDING_OK, NULL, "scratch below %s on %s", path, fs);
}

/* Groups that a run in another pid namespace may have made a moment ago: said, never removed. */
static void look_left(const struct target_options *o, struct finding *f)
{
    char directory[128];
    (void)o;
    size_t count = cgroup_left(directory, sizeof directory);
    if (!count) {
        say(f, FINDING_OK, NULL, "no cgroup was left by a run that was killed with its container");
        return;
    }
    say(f, FINDING_NOTE,
        "while no vmtax runs: find /sys/fs/cgroup -depth -type d -path '*/vmtax-*' -delete",
        "%zu cgroup%s of runs whose ledger is lost, without a process, the first in %s", count,
        count == 1 ? "" : "s", directory);
}

/* The kernel that virtual machines would boot. */
static void look_guest_kernel(const struct target_options *o, struct finding *f)
{
    struct kernel_roots roots;
    struct kernel *k = xcalloc(1, sizeof *k);
    struct error e = {0};
    kernel_private_roots(&roots);
    if (kernel_find(o->machine.kernel, roots.list, k, &e) == 0) {
        say(f, FINDING_OK, NULL, "Linux %s for virtual machines: %s", k->version, k->source);
    } else {
        /* "what is wrong: what to do" */
        const char *colon = strstr(e.text, ": ");
        say(f, FINDING_NOTE, colon ? colon + 2 : NULL, "%.*s",
            colon ? (int)(colon - e.text) : (int)sizeof e.text, e.text);
    }
    free(k);
}

static void look_qemu(const struct target_options *o, struct finding *f)
{
    char program[4096], version[32];
    if (!qemu_find(o->machine.qemu, program, sizeof program))
        say(f, FINDING_NOTE,
            "apt-get install qemu-system-x86 (Fedora: qemu-system-x86-core, Arch: qemu-base)",
            o->machine.qemu ? "--qemu names no program that can be executed"
                            : "QEMU is not installed: no virtual machines");
    else if (!boot_ask_version(program, version, sizeof version))
        say(f, FINDING_NOTE, NULL, "%s does not tell its version", program);
    else
        say(f, FINDING_OK, NULL, "QEMU %s, %s", version, program);
}

static void look_spec(const struct target_options *o, struct finding *f)
{
    struct spec spec;
    struct error e;
    if (!o->spec)
        say(f, FINDING_NOTE, "--spec DIR", "no SPEC CPU was named: spec.* are not measured");
    else if (spec_find(o->spec, o->spec_config, &spec, &e) < 0)
        say(f, FINDING_CANNOT, NULL, "%s", e.text);
    else if (!spec.built)
        say(f, FINDING_CANNOT, "in its directory: . ./shrc, then build with --action=build",
            "%s, %s: none of its benchmarks is built", spec.product, spec.config);
    else
        say(f, FINDING_OK, NULL, "%s, %s: %zu of %zu benchmarks are built", spec.product,
            spec.config, spec.built, spec.members);
}

/* The program for linpack beside the agent, and whether its library is here. */
static void look_openblas(const struct target_options *o, struct finding *f)
{
    char program[4096], said[64];
    f->lacks = "linpack";
    if (!local_find_program(LINPACK_PROGRAM, o->agent_path, program, sizeof program)) {
        say(f, FINDING_NOTE, "apt-get install libopenblas-dev, then configure and make vmtax anew",
            "vmtax was built without OpenBLAS: no linpack");
    } else if (!boot_ask_program(program, said, sizeof said)) {
        say(f, FINDING_NOTE, "apt-get install libopenblas0-pthread",
            LINPACK_PROGRAM " cannot be started, as OpenBLAS is not installed: no linpack");
    } else {
        said[strcspn(said, "\n")] = '\0';
        f->lacks = NULL;
        say(f, FINDING_OK, NULL, "%s, for linpack", said);
    }
}

/* The first of these files that can be executed; NULL: none. */
static const char *first_of(const char *const files[])
{
    while (*files && access(*files, X_OK) != 0)
        files++;
    return *files;
}

/* nginx, or the program on libmicrohttpd beside the agent. */
static void look_web(const struct target_options *o, struct finding *f)
{
    char program[4096], said[64];
    const char *nginx = first_of(web_servers);
    if (nginx)
        say(f, FINDING_OK, NULL, "nginx (%s), for web", nginx);
    else if (local_find_program(HTTPD_PROGRAM, o->agent_path, program, sizeof program) &&
             boot_ask_program(program, said, sizeof said))
        say(f, FINDING_NOTE, "apt-get install nginx", "nginx is not installed: web runs on %.*s",
            (int)strcspn(said, "\n"), said);
    else {
        f->lacks = "web";
        say(f, FINDING_NOTE, "apt-get install nginx",
            "nginx is not installed, nor libmicrohttpd: no web");
    }
}

/* MariaDB and sysbench, or the program for SQLite beside the agent. */
static void look_database(const struct target_options *o, struct finding *f)
{
    char program[4096], said[64];
    const char *server = first_of(mix_servers);
    if (server && first_of(mix_loads))
        say(f, FINDING_OK, NULL, "MariaDB (%s) and sysbench, for oltp", server);
    else if (local_find_program(OLTP_PROGRAM, o->agent_path, program, sizeof program) &&
             boot_ask_program(program, said, sizeof said))
        say(f, FINDING_NOTE, "apt-get install mariadb-server-core sysbench",
            "MariaDB or sysbench is not installed: oltp runs on %.*s", (int)strcspn(said, "\n"),
            said);
    else {
        f->lacks = "oltp";
        say(f, FINDING_NOTE, "apt-get install mariadb-server-core sysbench",
            "MariaDB or sysbench is not installed, nor SQLite: no oltp");
    }
}

/* The program for jbb beside the agent, and a JVM for it. */
static void look_java(const struct target_options *o, struct finding *f)
{
    char jar[4096];
    bool built = local_find_program(JBB_PROGRAM, o->agent_path, jar, sizeof jar);
    if (!built || !jbb_java())
        f->lacks = "jbb";
    if (!built)
        say(f, FINDING_NOTE,
            "apt-get install default-jdk-headless, then configure and make vmtax anew",
            "vmtax was built without a JDK: no jbb");
    else if (!jbb_java())
        say(f, FINDING_NOTE, "apt-get install default-jre-headless", "there is no JVM: no jbb");
    else
        say(f, FINDING_OK, NULL, "%s, for jbb", jbb_java());
}

static void look_compile(const struct target_options *o, struct finding *f)
{
    char packages[TREE_PACKAGES_MAX], remedy[TREE_PACKAGES_MAX + 32];
    if (tree_missing(o->tree, packages)) {
        f->lacks = "kbuild";
        snprintf(remedy, sizeof remedy, "apt-get install %s", packages);
        say(f, FINDING_NOTE, remedy, "no kernel can be compiled: no kbuild%s",
            strcmp(packages, "linux-source") == 0 ? " without --tree DIR" : "");
    } else {
        say(f, FINDING_OK, NULL, "the tools and sources for kbuild are here");
    }
}

const struct doctor_check doctor_checks[] = {
    {"processors", "processors", look_processors},
    {"nested", "below this machine", look_nested},
    {"governor", "frequency governor", look_governor},
    {"boost", "boost", look_boost},
    {"load", "load", look_load},
    {"steal", "steal", look_steal},
    {"swap", "swap", look_swap},
    {"huge-pages", "huge pages", look_huge_pages},
    {"clock", "clock", look_clock},
    {"scratch", "scratch disk", look_scratch},
    {"left", "left by killed runs", look_left},
    {"qemu", "QEMU", look_qemu},
    {"guest-kernel", "guests' kernel", look_guest_kernel},
    {"spec", "SPEC CPU", look_spec},
    {"openblas", "OpenBLAS", look_openblas},
    {"web", "web server", look_web},
    {"database", "database", look_database},
    {"java", "Java", look_java},
    {"compile", "kernel compile", look_compile},
    {0},
};
