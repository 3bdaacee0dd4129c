/* Reading the facts: one function for each source. */
#include <config.h>

#include "fingerprint.h"

#include "sha256.h"
#include "text.h"
#include "xalloc.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

struct roots {
    const char *proc, *sys;
};

/* A small file of one line, cleaned, without the newline; false if it cannot be read. */
static bool read_line(const char *root, const char *path, char *out, size_t size)
{
    char full[256], text[4096];
    snprintf(full, sizeof full, "%s/%s", root, path);
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    size_t length = (size_t)n;
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    text_clean_n(out, size, text, length);
    return length > 0;
}

static void add(struct result *r, const char *key, const char *value)
{
    char clean[FACT_VALUE];
    text_clean(clean, sizeof clean, value && value[0] ? value : FINGERPRINT_UNKNOWN);
    result_add_fact(r, key, clean);
}

static void add_line(struct result *r, const char *key, const char *root, const char *path)
{
    char value[200];
    add(r, key, read_line(root, path, value, sizeof value) ? value : NULL);
}

/* Longer than anybody reads: cut, with a digest of the whole, so that no change is missed. */
static void add_long(struct result *r, const char *key, const char *value)
{
    char out[200], digest[65];
    if (strlen(value) < sizeof out) {
        add(r, key, value);
        return;
    }
    sha256_bytes(value, strlen(value), digest);
    snprintf(out, sizeof out, "%.150s ... (sha256 %.16s)", value, digest);
    add(r, key, out);
}

static void read_kernel(struct result *r, const struct roots *at)
{
    struct utsname u;
    char line[4096];
    if (uname(&u) == 0) {
        add(r, "kernel", u.release);
        add(r, "kernel.build", u.version);
        add(r, "machine", u.machine);
    } else {
        add(r, "kernel", NULL);
    }
    if (read_line(at->proc, "cmdline", line, sizeof line))
        add_long(r, "cmdline", line);
    else
        add(r, "cmdline", NULL);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_mitigations(struct result *r, const struct roots *at)
{
    char directory[256];
    char *names[64];
    size_t count = 0;
    snprintf(directory, sizeof directory, "%s/devices/system/cpu/vulnerabilities", at->sys);
    DIR *d = opendir(directory);
    if (!d) {
        add(r, "mitigations", NULL);
        return;
    }
    for (struct dirent *item = readdir(d); item && count < 64; item = readdir(d))
        if (item->d_name[0] != '.')
            names[count++] = xstrdup(item->d_name);
    closedir(d);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        char key[sizeof r->facts->key], clean[32];
        text_clean(clean, sizeof clean, names[i]);
        snprintf(key, sizeof key, "mitigations.%.24s", clean);
        add_line(r, key, directory, names[i]);
        free(names[i]);
    }
}

/* The value of the first line "name : value" of /proc/cpuinfo. */
static bool cpuinfo_field(const char *text, const char *name, char *out, size_t size)
{
    size_t length = strlen(name);
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) != 0)
            continue;
        const char *at = line + length + strspn(line + length, " \t");
        if (*at != ':')
            continue;
        at += 1 + strspn(at + 1, " \t");
        text_clean_n(out, size, at, strcspn(at, "\n"));
        return out[0];
    }
    return false;
}

/* A file of the frequency of the first processor in use: the others are set alike, and the first of
 * all may be switched off. */
static void add_frequency(struct result *r, const char *key, const struct roots *at, unsigned cpu,
                          const char *file)
{
    char path[96];
    snprintf(path, sizeof path, "devices/system/cpu/cpu%u/cpufreq/%s", cpu, file);
    add_line(r, key, at->sys, path);
}

/* Lists of processors and memory nodes, which can be long: "0,2,4,6 ...". Returns the first. */
static unsigned add_list(struct result *r, const char *key, const struct roots *at,
                         const char *path)
{
    char text[4096];
    bool there = read_line(at->sys, path, text, sizeof text);
    if (there)
        add_long(r, key, text);
    else
        add(r, key, NULL);
    return there ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static void read_processor(struct result *r, const struct roots *at)
{
    char *text = xcalloc(16384, 1);
    char value[200], path[256];
    snprintf(path, sizeof path, "%s/cpuinfo", at->proc);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, 16383);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        text[0] = '\0';
    bool model = cpuinfo_field(text, "model name", value, sizeof value) ||
                 cpuinfo_field(text, "cpu model", value, sizeof value);
    add(r, "cpu.model", model ? value : NULL);
    add(r, "microcode", cpuinfo_field(text, "microcode", value, sizeof value) ? value : NULL);
    char *features = xcalloc(FACT_VALUE, 1);
    bool known = cpuinfo_field(text, "flags", features, FACT_VALUE) ||
                 cpuinfo_field(text, "Features", features, FACT_VALUE);
    add(r, "cpu.flags", known ? features : NULL);
    free(features);
    free(text);

    unsigned first = add_list(r, "cpu.online", at, "devices/system/cpu/online");
    add_list(r, "memory.nodes", at, "devices/system/node/online");
    bool smt = read_line(at->sys, "devices/system/cpu/smt/active", value, sizeof value);
    add(r, "smt", !smt ? NULL : value[0] == '1' ? "on" : "off");
    add_frequency(r, "governor", at, first, "scaling_governor");
    add_frequency(r, "frequency.driver", at, first, "scaling_driver");
    add_frequency(r, "epp", at, first, "energy_performance_preference");
    if (read_line(at->sys, "devices/system/cpu/intel_pstate/no_turbo", value, sizeof value))
        add(r, "boost", value[0] == '1' ? "off" : "on");
    else if (read_line(at->sys, "devices/system/cpu/cpufreq/boost", value, sizeof value))
        add(r, "boost", value[0] == '1' ? "on" : "off");
    else
        add(r, "boost", NULL);
}

static void read_huge_pages(struct result *r, const struct roots *at)
{
    char value[200];
    bool there = read_line(at->sys, "kernel/mm/transparent_hugepage/enabled", value, sizeof value);
    add(r, "thp", there ? text_chosen(value) : NULL);
}

static void read_merging(struct result *r, const struct roots *at)
{
    char value[200];
    bool known = read_line(at->sys, "kernel/mm/ksm/run", value, sizeof value);
    add(r, "ksm", !known ? NULL : value[0] == '1' ? "on" : "off");
}

static bool meminfo_kib(const char *text, const char *name, uint64_t *kib)
{
    const char *at = strstr(text, name);
    return at && sscanf(at + strlen(name), ": %" SCNu64 " kB", kib) == 1;
}

static void read_memory(struct result *r, const struct roots *at)
{
    char path[256], text[4096], value[40];
    uint64_t total, swap_total, swap_free;
    snprintf(path, sizeof path, "%s/meminfo", at->proc);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = '\0';
    if (meminfo_kib(text, "MemTotal", &total)) {
        snprintf(value, sizeof value, "%" PRIu64, total / 1024);
        add(r, "memory_mib", value);
    } else {
        add(r, "memory_mib", NULL);
    }
    if (meminfo_kib(text, "SwapTotal", &swap_total) && meminfo_kib(text, "SwapFree", &swap_free))
        add(r, "swap", !swap_total ? "none" : swap_free < swap_total ? "in use" : "not in use");
    else
        add(r, "swap", NULL);
}

/* Who runs below us. The processor says it best; where it cannot, the kernel may. "none" is only
 * said when the processor says so. */
static void read_hypervisor(struct result *r, const struct roots *at)
{
    char value[200];
#if defined __x86_64__ || defined __i386__
    static const struct {
        const char *signature, *name;
    } known[] = {
        {"KVMKVMKVM", "KVM"},           {"Linux KVM Hv", "KVM"},     {"XenVMMXenVMM", "Xen"},
        {"VMwareVMware", "VMware"},     {"Microsoft Hv", "Hyper-V"}, {"VBoxVBoxVBox", "VirtualBox"},
        {"TCGTCGTCGTCG", "QEMU (TCG)"}, {"bhyve bhyve ", "bhyve"},   {"ACRNACRNACRN", "ACRN"},
        {" lrpepyh  vr", "Parallels"},
    };
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        if (!(c & (1u << 31))) {
            /* A Xen PV guest sees the host's processor as it is. */
            if (read_line(at->sys, "hypervisor/type", value, sizeof value))
                add(r, "hypervisor", value);
            else
                add(r, "hypervisor", "none");
            return;
        }
        char signature[13] = "";
        __cpuid(0x40000000, a, b, c, d);
        memcpy(signature, &b, 4);
        memcpy(signature + 4, &c, 4);
        memcpy(signature + 8, &d, 4);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            if (strcmp(signature, known[i].signature) == 0) {
                add(r, "hypervisor", known[i].name);
                return;
            }
        }
        snprintf(value, sizeof value, "of unknown kind \"%s\"", signature);
        add(r, "hypervisor", value);
        return;
    }
#endif
    add(r, "hypervisor", read_line(at->sys, "hypervisor/type", value, sizeof value) ? value : NULL);
}

/* What decides how guests' memory is mapped, which exits there are, and how a processor that has
 * nothing to do waits. Of each word the first module that has it. */
static void read_kvm_parameters(struct result *r, const struct roots *at)
{
    static const char *const modules[] = {"kvm", "kvm_intel", "kvm_amd"};
    static const char *const names[] = {"ept",
                                        "npt",
                                        "vpid",
                                        "enable_apicv",
                                        "avic",
                                        "nested",
                                        "nx_huge_pages",
                                        "tdp_mmu",
                                        "unrestricted_guest",
                                        "ple_gap",
                                        "halt_poll_ns_grow",
                                        "halt_poll_ns_shrink",
                                        "vmentry_l1d_flush",
                                        "preemption_timer"};
    char text[1024] = "", path[96], value[32];
    size_t used = 0;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        for (size_t m = 0; m < sizeof modules / sizeof *modules; m++) {
            snprintf(path, sizeof path, "module/%s/parameters/%s", modules[m], names[n]);
            if (!read_line(at->sys, path, value, sizeof value))
                continue;
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s=%.16s", used ? " " : "",
                                     names[n], value);
            break;
        }
    add_line(r, "kvm.halt_poll_ns", at->sys, "module/kvm/parameters/halt_poll_ns");
    add_long(r, "kvm.parameters", text);
}

/* Who runs guests here: the exits are those of this module. */
static void read_kvm(struct result *r, const struct roots *at)
{
    static const char *const modules[] = {"kvm_intel", "kvm_amd", "kvm_pvm"};
    char path[256];
    snprintf(path, sizeof path, "%s/module", at->sys);
    const char *found = access(path, F_OK) == 0 ? "none" : NULL;
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        snprintf(path, sizeof path, "%s/module/%s", at->sys, modules[i]);
        if (access(path, F_OK) == 0)
            found = modules[i];
    }
    add(r, "kvm", found);
    read_kvm_parameters(r, at);
}

/* Are we in a container ourselves? Said only when something says so. */
static void read_container(struct result *r)
{
    char value[64];
    if (read_line("/run", "systemd/container", value, sizeof value))
        add(r, "inside", value);
    else if (access("/.dockerenv", F_OK) == 0)
        add(r, "inside", "docker");
    else if (access("/run/.containerenv", F_OK) == 0)
        add(r, "inside", "podman");
    else
        add(r, "inside", "no sign of a container");
}

static void read_userland(struct result *r)
{
    char value[200], digest[65];
    snprintf(value, sizeof value, "glibc %s", gnu_get_libc_version());
    add(r, "libc", value);
    char *shell = realpath("/bin/sh", NULL);
    if (shell && sha256_file(shell, digest, NULL) == 0) {
        snprintf(value, sizeof value, "%.120s (sha256 %.16s)", shell, digest);
        add(r, "sh", value);
    } else {
        add(r, "sh", NULL);
    }
    free(shell);
}

void fingerprint_read_from(struct result *r, const char *proc, const char *sys)
{
    const struct roots at = {.proc = proc, .sys = sys};
    read_kernel(r, &at);
    read_mitigations(r, &at);
    read_processor(r, &at);
    read_huge_pages(r, &at);
    read_merging(r, &at);
    read_memory(r, &at);
    add_line(r, "clocksource", sys, "devices/system/clocksource/clocksource0/current_clocksource");
    read_hypervisor(r, &at);
    read_kvm(r, &at);
    read_container(r);
    read_userland(r);
}

void fingerprint_read(struct result *r)
{
    fingerprint_read_from(r, "/proc", "/sys");
}
