#include "config.h"

#include "target/qemu.h"

#include "executable.h"
#include "protocol.h"
#include "target/kernel_line.h"
#include "xalloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORDS_MAX 96
/* Mount tag of the host's files. */
#define ROOT_TAG "hostroot"

struct words {
    char *word[WORDS_MAX + 1];
    size_t count;
};

/* Takes over the word. */
static void own(struct words *w, char *word)
{
    if (w->count == WORDS_MAX)
        BUG("more words for QEMU than planned");
    w->word[w->count++] = word;
}

static void add(struct words *w, const char *word)
{
    own(w, xstrdup(word));
}

static void option(struct words *w, const char *name, const char *value)
{
    add(w, name);
    add(w, value);
}

static void option_own(struct words *w, const char *name, char *value)
{
    add(w, name);
    own(w, value);
}

const char *qemu_machine_name(enum qemu_machine m)
{
    static const char *const names[] = {
        [QEMU_MICROVM] = "microvm", [QEMU_Q35] = "q35", [QEMU_PC] = "pc"};
    return names[m];
}

const char *qemu_cache_name(enum qemu_cache c)
{
    static const char *const names[] = {[QEMU_CACHE_NONE] = "none",
                                        [QEMU_CACHE_WRITEBACK] = "writeback",
                                        [QEMU_CACHE_UNSAFE] = "unsafe"};
    return names[c];
}

bool qemu_disk_is_direct(const struct qemu_plan *p)
{
    return p->disk && p->cache == QEMU_CACHE_NONE;
}

/* A directory may be executable, too. */
static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool qemu_find(const char *wanted, char *out, size_t size)
{
    /* This program gets a device of the machine and, from root, its files. */
    static const char *const places[] = {
        "/usr/bin/qemu-system-x86_64",
        "/usr/local/bin/qemu-system-x86_64",
        "/usr/libexec/qemu-kvm",
        "/run/current-system/sw/bin/qemu-system-x86_64",
        NULL,
    };
    const char *found = executable_first(places);
    if (wanted)
        return is_program(wanted) && snprintf(out, size, "%s", wanted) < (int)size;
    return found && snprintf(out, size, "%s", found) < (int)size;
}

/* --- the kernel's command line ------------------------------------------------------------------
 */

static char *kernel_line(const struct qemu_plan *p)
{
    /* Panics restart at once, which QEMU is told to stop at. The kernel need not prove its ciphers
     * to itself, which emulated takes a second. */
    char *line = xasprintf("console=ttyS0 quiet panic=-1 random.trust_cpu=1 cryptomgr.notests%s",
                           p->machine == QEMU_MICROVM ? " reboot=t" : "");
    /* Emulated timers may come too late for the kernel's test of them, which then panics. */
    if (p->accel == QEMU_TCG && p->machine != QEMU_MICROVM)
        kernel_line_words(&line, "no_timer_check");
    /* TCG's time-stamp counters are the host's, all the same one; but its processors do not say so,
     * and a microvm has no timer to calibrate the rate by. Without this its clock would tick 250
     * times a second. */
    if (p->accel == QEMU_TCG && p->tsc_khz) {
        char rate[64];
        snprintf(rate, sizeof rate, "tsc_early_khz=%" PRIu64 " tsc=reliable", p->tsc_khz);
        kernel_line_words(&line, rate);
    }
    kernel_line_text(&line, "root", ROOT_TAG);
    if (p->disk)
        kernel_line_text(&line, "scratch", p->scratch);
    if (p->net != QEMU_NET_NONE)
        kernel_line_network(&line, p->address, p->gateway, p->prefix);
    if (p->shell) {
        kernel_line_number(&line, "shell", 1);
        kernel_line_number(&line, "rows", p->rows);
        kernel_line_number(&line, "columns", p->columns);
        kernel_line_text(&line, "term", p->term ? p->term : "");
    }
    kernel_line_words(&line, p->append);
    return line;
}

/* --- devices ------------------------------------------------------------------------------------
 */

/* "virtio-blk-pci", on a machine without PCI "virtio-blk-device". */
static void virtio(struct words *w, const struct qemu_plan *p, const char *type,
                   const char *properties)
{
    option_own(w, "-device",
               xasprintf("%s-%s%s%s", type, p->machine == QEMU_MICROVM ? "device" : "pci",
                         *properties ? "," : "", properties));
}

static void add_machine(struct words *w, const struct qemu_plan *p)
{
    static const char *const machines[] = {
        [QEMU_MICROVM] = "microvm,x-option-roms=off,isa-serial=on,rtc=on,acpi=on",
        [QEMU_Q35] = "q35,usb=off,vmport=off,hpet=off,graphics=off",
        [QEMU_PC] = "pc,usb=off,vmport=off,hpet=off,graphics=off",
    };
    option(w, "-machine", machines[p->machine]);
    if (p->machine == QEMU_MICROVM) {
        option(w, "-global", "virtio-mmio.force-legacy=false");
        /* The firmware that starts a kernel without option ROMs; which one QEMU takes by itself
         * depends on its version, and SeaBIOS finds nothing to boot then. */
        option(w, "-bios", "qboot.rom");
    }
    option(w, "-accel", p->accel == QEMU_KVM ? "kvm" : "tcg");
    option(w, "-cpu", p->accel == QEMU_KVM ? "host" : "max");
    option_own(w, "-smp", xasprintf("cpus=%u,sockets=1,cores=%u,threads=1", p->cpus, p->cpus));
    option_own(w, "-m", xasprintf("%" PRIu64 "K", p->memory_bytes / 1024));
}

static void add_disk(struct words *w, const struct qemu_plan *p)
{
    if (!p->disk)
        return;
    const char *direct = qemu_disk_is_direct(p) ? "on" : "off";
    const char *no_flush = p->cache == QEMU_CACHE_UNSAFE ? "on" : "off";
    option_own(w, "-add-fd", xasprintf("fd=%d,set=1", QEMU_DISK_FD));
    option_own(w, "-blockdev",
               xasprintf("driver=raw,node-name=disk,cache.direct=%s,cache.no-flush=%s,"
                         "file.driver=file,file.filename=/dev/fdset/1,file.locking=off,"
                         "file.aio=threads,file.cache.direct=%s,file.cache.no-flush=%s",
                         direct, no_flush, direct, no_flush));
    if (p->emulated_devices)
        option(w, "-device", "ide-hd,drive=disk,write-cache=on");
    else
        virtio(w, p, "virtio-blk", "drive=disk,write-cache=on");
}

static void add_network(struct words *w, const struct qemu_plan *p)
{
    if (p->net == QEMU_NET_NONE)
        return;
    if (p->net == QEMU_NET_TAP)
        option_own(w, "-netdev", xasprintf("tap,id=net,fd=%d", QEMU_TAP_FD));
    else
        option_own(w, "-netdev",
                   xasprintf("user,id=net,ipv6=off,net=%s/%u,host=%s,dhcpstart=%s", p->address,
                             p->prefix, p->gateway, p->address));
    if (p->emulated_devices)
        option(w, "-device", "e1000,netdev=net,romfile=");
    else
        virtio(w, p, "virtio-net",
               p->machine == QEMU_MICROVM ? "netdev=net" : "netdev=net,romfile=");
}

static void add_streams(struct words *w, const struct qemu_plan *p)
{
    option_own(w, "-chardev", xasprintf("socket,id=qmp,fd=%d", QEMU_MONITOR_FD));
    option(w, "-mon", "chardev=qmp,mode=control");
    /* Opened with append, because without it QEMU would cut the pipe to length 0. */
    option_own(w, "-add-fd", xasprintf("fd=%d,set=2", QEMU_CONSOLE_FD));
    option(w, "-chardev", "file,id=console,path=/dev/fdset/2,append=on");
    option(w, "-serial", "chardev:console");
    option(w, "-chardev", "stdio,id=agent,signal=off");
    virtio(w, p, "virtio-serial", "");
    if (p->shell)
        option(w, "-device", "virtconsole,chardev=agent");
    else
        option(w, "-device", "virtserialport,chardev=agent,name=" PROTOCOL_PORT);
}

static int check(const struct qemu_plan *p, struct error *e)
{
    if (p->machine == QEMU_MICROVM && p->emulated_devices)
        return error_set(
            e, ERROR_USAGE,
            "the machine type microvm has no IDE and no PCI: emulated devices need q35 "
            "or pc");
    return 0;
}

char **qemu_words(const struct qemu_plan *p, struct error *e)
{
    if (check(p, e) < 0)
        return NULL;
    struct words w = {0};
    add(&w, p->program);
    add(&w, "-nodefaults");
    add(&w, "-no-user-config");
    option(&w, "-display", "none");
    option(&w, "-name", "vmtax,debug-threads=on");
    option(&w, "-sandbox",
           "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
    add(&w, "-no-reboot");
    add_machine(&w, p);
    option_own(&w, "-kernel", xasprintf("/proc/self/fd/%d", QEMU_KERNEL_FD));
    option_own(&w, "-initrd", xasprintf("/proc/self/fd/%d", QEMU_INITRD_FD));
    option_own(&w, "-append", kernel_line(p));
    add_streams(&w, p);
    option(&w, "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap");
    virtio(&w, p, "virtio-9p", "fsdev=root,mount_tag=" ROOT_TAG);
    add_disk(&w, p);
    add_network(&w, p);
    char **out = xcalloc(w.count + 1, sizeof *out);
    memcpy(out, w.word, w.count * sizeof *out);
    return out;
}

void qemu_free_words(char **words)
{
    for (char **at = words; at && *at; at++)
        free(*at);
    free(words);
}

bool qemu_version_in(const char *said, char *out, size_t size)
{
    /* Many a program prints the version of its license. */
    static const char before[] = "QEMU emulator version ";
    const char *at = strstr(said, before);
    if (!at)
        return false;
    at += sizeof before - 1;
    size_t length = strspn(at, "0123456789.");
    if (length == 0 || at[0] == '.' || length >= size)
        return false;
    memcpy(out, at, length);
    out[length] = '\0';
    return true;
}
