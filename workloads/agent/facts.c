#include <config.h>

#include "workloads/agent/facts.h"

#include "text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

/* The beginning of a file, terminated; length or -1. */
static ssize_t slurp(const char *path, char *out, size_t size)
{
    size_t used = 0;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    do {
        n = read(fd, out + used, size - 1 - used);
        if (n > 0)
            used += (size_t)n;
    } while ((n > 0 && used < size - 1) || (n < 0 && errno == EINTR));
    close(fd);
    out[used] = '\0';
    return n < 0 ? -1 : (ssize_t)used;
}

static bool first_line(const char *path, char *out, size_t size)
{
    if (slurp(path, out, size) <= 0)
        return false;
    out[strcspn(out, "\n")] = '\0';
    return out[0] != '\0';
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a && (!b || a < b) ? a : b;
}

/* Bytes of a cgroup limit file; 0 for none ("max", a huge number, no such file). */
static uint64_t limit_of(const char *directory, const char *file)
{
    char path[4300];
    char text[64];
    snprintf(path, sizeof path, "%s/%s", directory, file);
    if (!first_line(path, text, sizeof text))
        return 0;
    uint64_t value = 0;
    return text_u64(text, UINT64_C(1) << 60, &value) ? value : 0;
}

/* The smallest limit on the way from a cgroup up to the root of what we see of the hierarchy. */
static uint64_t limit_on_the_way(const char *mount, const char *group, const char *file)
{
    char directory[4200];
    uint64_t limit = 0;
    snprintf(directory, sizeof directory, "%s%s", mount, strcmp(group, "/") == 0 ? "" : group);
    for (;;) {
        limit = smaller(limit_of(directory, file), limit);
        char *slash = strrchr(directory, '/');
        if (!slash || strlen(directory) <= strlen(mount))
            return limit;
        *slash = '\0';
    }
}

static uint64_t memory_limit(void)
{
    char text[8192];
    uint64_t limit = 0;
    if (slurp("/proc/self/cgroup", text, sizeof text) <= 0)
        return 0;
    /* hierarchy:controllers:path */
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path || strlen(path) > 4000)
            continue;
        *controllers++ = '\0';
        *path++ = '\0';
        if (!*controllers) {
            limit = smaller(limit_on_the_way("/sys/fs/cgroup", path, "memory.max"), limit);
            limit = smaller(limit_on_the_way("/sys/fs/cgroup/unified", path, "memory.max"), limit);
        } else if (strcmp(controllers, "memory") == 0) {
            limit = smaller(
                limit_on_the_way("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"), limit);
        }
    }
    return limit / 1024;
}

static uint64_t installed_memory(void)
{
    char text[4096];
    uint64_t kib = 0;
    if (slurp("/proc/meminfo", text, sizeof text) > 0) {
        const char *line = strstr(text, "MemTotal:");
        if (line)
            kib = strtoull(line + strlen("MemTotal:"), NULL, 10);
    }
    return kib;
}

/* Is this process inside a container? The first pid namespace of a kernel has a fixed inode number
 * (PROC_PID_INIT_INO); every container runtime makes another one. The files that runtimes leave are
 * asked only where that is not told: a virtual machine over the files of a container has them, too.
 */
static bool in_container(void)
{
    char text[64];
    ssize_t n = readlink("/proc/self/ns/pid", text, sizeof text - 1);
    if (n > 0) {
        text[n] = '\0';
        return strcmp(text, "pid:[4026531836]") != 0;
    }
    return access("/run/.containerenv", F_OK) == 0 || access("/.dockerenv", F_OK) == 0;
}

static void virtual_machine(char *out, size_t size)
{
    char text[64];
    if (first_line("/sys/hypervisor/type", text, sizeof text)) {
        text_clean(out, size, text); /* "xen" */
        return;
    }
#if defined(__x86_64__) || defined(__i386__)
    static const struct {
        char signature[13];
        const char *name;
    } known[] = {
        {"KVMKVMKVM\0\0\0", "kvm"}, {"XenVMMXenVMM", "xen"},        {"TCGTCGTCGTCG", "tcg"},
        {"VMwareVMware", "vmware"}, {"VBoxVBoxVBox", "virtualbox"}, {"Microsoft Hv", "hyperv"},
        {"bhyve bhyve ", "bhyve"},  {"prl hyperv  ", "parallels"},  {" lrpepyh vr", "parallels"},
        {"ACRNACRNACRN", "acrn"},
    };
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 31)) {
        text_copy(out, size, "none");
        return;
    }
    __cpuid(0x40000000, a, b, c, d);
    memcpy(text, &b, 4);
    memcpy(text + 4, &c, 4);
    memcpy(text + 8, &d, 4);
    text_copy(out, size, "unknown"); /* a hypervisor, but which? */
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (memcmp(known[i].signature, text, 12) == 0)
            text_copy(out, size, known[i].name);
#else
    text_copy(out, size, "unknown");
#endif
}

static void find_virt(char *out, size_t size)
{
    if (access("/proc/vz", F_OK) == 0 && access("/proc/bc", F_OK) != 0)
        text_copy(out, size, "openvz");
    else if (in_container())
        text_copy(out, size, "container");
    else
        virtual_machine(out, size);
}

static void take_address(const char *said, char *out, size_t size)
{
    size_t length = said ? strspn(said, "0123456789abcdefABCDEF.:") : 0;
    if (length == 0 || length >= size || said[length] != ' ')
        text_copy(out, size, "unknown");
    else
        snprintf(out, size, "%.*s", (int)length, said);
}

/* sshd says "ADDRESS PORT ADDRESS PORT": the client's first. */
static void find_ends(struct facts *f)
{
    const char *said = getenv("SSH_CONNECTION");
    take_address(said, f->client, sizeof f->client);
    if (strcmp(f->client, "unknown") == 0)
        said = NULL;
    for (int blanks = 0; said && blanks < 2; blanks++)
        said = strchr(said, ' ') ? strchr(said, ' ') + 1 : NULL;
    take_address(said, f->server, sizeof f->server);
}

static void find_network(struct facts *f)
{
    struct ifaddrs *list;
    size_t used = 0;
    char text[64];
    ssize_t n = readlink("/proc/self/ns/net", text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    if (sscanf(text, "net:[%31[0-9]]", f->netns) != 1)
        text_copy(f->netns, sizeof f->netns, "unknown");
    f->addresses[0] = '\0';
    if (getifaddrs(&list) < 0)
        return;
    for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
        struct sockaddr_in own;
        char address[INET_ADDRSTRLEN];
        if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET || at->ifa_flags & IFF_LOOPBACK)
            continue;
        memcpy(&own, at->ifa_addr, sizeof own);
        if (inet_ntop(AF_INET, &own.sin_addr, address, sizeof address) &&
            used + strlen(address) + 2 <= sizeof f->addresses)
            used += (size_t)snprintf(f->addresses + used, sizeof f->addresses - used, "%s%s",
                                     used ? "," : "", address);
    }
    freeifaddrs(list);
}

int facts_init(struct facts *f)
{
    struct utsname uts;
    size_t bits = 8 * sizeof f->cpu_mask[0];

    *f = (struct facts){
        .kernel = "unknown", .arch = "unknown", .clocksource = "unknown", .boot = "unknown"};
    find_ends(f);
    find_network(f);
    if (uname(&uts) == 0) {
        text_copy(f->kernel, sizeof f->kernel, uts.release);
        text_copy(f->arch, sizeof f->arch, uts.machine);
    }
    if (!first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                    f->clocksource, sizeof f->clocksource))
        text_copy(f->clocksource, sizeof f->clocksource, "unknown");
    if (!first_line("/proc/sys/kernel/random/boot_id", f->boot, sizeof f->boot))
        text_copy(f->boot, sizeof f->boot, "unknown");
    find_virt(f->virt, sizeof f->virt);
    cpu_features_format(cpu_features_read(), f->features);
    f->memory_kib = smaller(installed_memory(), memory_limit());

    if (sched_getaffinity(0, sizeof f->cpu_mask, (cpu_set_t *)(void *)f->cpu_mask) < 0)
        return -1;
    f->cpus = calloc(FACTS_CPUS_MAX, sizeof *f->cpus);
    if (!f->cpus)
        return -1;
    for (size_t i = 0; i < FACTS_CPUS_MAX; i++)
        if (f->cpu_mask[i / bits] >> i % bits & 1)
            f->cpus[f->cpu_count++] = (int)i;
    return f->cpu_count > 0 ? 0 : -1;
}

void facts_release(struct facts *f)
{
    free(f->cpus);
    f->cpus = NULL;
}

/* A line of /proc/stat about one of these processors. False if the kernel does not count steal. */
static bool add_cpu(char *line, const int *cpus, size_t count, struct facts_counts *out,
                    size_t *found)
{
    char *p;
    long cpu = strtol(line + 3, &p, 10);
    bool ours = false;
    for (size_t i = 0; i < count && !ours; i++)
        ours = cpus[i] == cpu;
    if (!ours)
        return true;
    /* user nice system idle iowait irq softirq steal; guest time is part of user's */
    uint64_t value[8] = {0};
    for (int i = 0; i < 8; i++) {
        char *end;
        value[i] = strtoull(p, &end, 10);
        if (end == p)
            return false;
        p = end;
        out->jiffies += value[i];
    }
    out->stolen += value[7];
    (*found)++;
    return true;
}

/* The number after the word that the line begins with. */
static bool number_after(const char *line, const char *word, uint64_t *out)
{
    size_t length = strlen(word);
    if (strncmp(line, word, length) != 0 || line[length] != ' ')
        return false;
    char *end;
    *out = strtoull(line + length, &end, 10);
    return end != line + length;
}

static void count_stat(const int *cpus, size_t count, struct facts_counts *out)
{
    /* The line of interrupts has one number for each that there may be: its first is the sum. */
    char text[128 << 10];
    size_t found = 0;
    if (slurp("/proc/stat", text, sizeof text) <= 0)
        return;
    bool steal = true;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "cpu", 3) == 0 && line[3] >= '0' && line[3] <= '9')
            steal = steal && add_cpu(line, cpus, count, out, &found);
        else if (number_after(line, "intr", &out->intr))
            out->intr_known = true;
        else if (number_after(line, "ctxt", &out->ctxt))
            out->ctxt_known = true;
    }
    out->steal_known = steal && found == count;
}

static void count_vmstat(struct facts_counts *out)
{
    char text[32 << 10];
    if (slurp("/proc/vmstat", text, sizeof text) <= 0)
        return;
    const char *line = strstr(text, "\npgfault ");
    out->pgfault_known = line && number_after(line + 1, "pgfault", &out->pgfault);
}

/* One number for each processor, in a file that has a line for every interrupt there may be. */
static void count_shootdowns(struct facts_counts *out)
{
    FILE *f = fopen("/proc/interrupts", "re");
    char *line = NULL;
    size_t room = 0;
    while (f && !out->tlb_known && getline(&line, &room, f) > 0) {
        const char *at = line + strspn(line, " ");
        if (strncmp(at, "TLB:", 4) != 0)
            continue;
        char *end;
        out->tlb_known = true;
        for (at += 4;; at = end) {
            uint64_t value = strtoull(at, &end, 10);
            if (end == at)
                break;
            out->tlb += value;
        }
    }
    free(line);
    if (f)
        fclose(f);
}

void facts_count(const int *cpus, size_t count, struct facts_counts *out)
{
    *out = (struct facts_counts){.steal_known = false};
    count_stat(cpus, count, out);
    count_vmstat(out);
    count_shootdowns(out);
}

void facts_counted(const struct facts_counts *before, const struct facts_counts *after,
                   struct facts_counts *out)
{
    struct facts_counts d = {
        .steal_known = before->steal_known && after->steal_known &&
                       after->stolen >= before->stolen && after->jiffies > before->jiffies &&
                       after->stolen - before->stolen <= after->jiffies - before->jiffies,
        .stolen = after->stolen - before->stolen,
        .jiffies = after->jiffies - before->jiffies,
        .intr_known = before->intr_known && after->intr_known && after->intr >= before->intr,
        .intr = after->intr - before->intr,
        .ctxt_known = before->ctxt_known && after->ctxt_known && after->ctxt >= before->ctxt,
        .ctxt = after->ctxt - before->ctxt,
        .pgfault_known = before->pgfault_known && after->pgfault_known &&
                         after->pgfault >= before->pgfault,
        .pgfault = after->pgfault - before->pgfault,
        .tlb_known = before->tlb_known && after->tlb_known && after->tlb >= before->tlb,
        .tlb = after->tlb - before->tlb,
    };
    *out = d;
}
