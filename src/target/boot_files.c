#include "config.h"

#include "target/boot_files.h"

#include "cache.h"
#include "target/initramfs.h"
#include "target/kinds.h"
#include "target/modules.h"
#include "target/spawn.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define VERSION_S 3.0
/* Less, and Debian's kernel does not come up. */
#define MEMORY_MIN (UINT64_C(128) << 20)
/* With the NUL, as results keep it. */
#define APPEND_MAX ((int)sizeof((struct target_facts *)0)->append)

bool boot_is(const char *value, const char *word)
{
    return value && strcmp(value, word) == 0;
}

void boot_stage(const struct target_options *o, const char *text)
{
    if (o->waiter && o->waiter->stage)
        o->waiter->stage(o->waiter->context, text);
}

void boot_made(const struct target_options *o, const struct target_facts *facts,
               const struct kernel *k)
{
    if (o->waiter && o->waiter->made)
        o->waiter->made(o->waiter->context, facts, k->version);
}

void boot_tell_probe(const struct error *e, struct target_probe *out)
{
    /* "what is wrong: what to do", or "--option: what is wrong with it" */
    const char *colon = strncmp(e->text, "--", 2) == 0 ? NULL : strstr(e->text, ": ");
    snprintf(out->remedy, sizeof out->remedy, "%.255s", colon ? colon + 2 : "");
    snprintf(out->reason, sizeof out->reason, "%.*s%s",
             colon && colon - e->text < 254 ? (int)(colon - e->text) : 254, e->text,
             colon ? "." : "");
}

bool boot_ask_program(const char *program, char *said, size_t size)
{
    const char *const argv[] = {program, "--version", NULL};
    struct spawn_options how = {.argv = argv, .pass_fd = -1};
    size_t used = 0;
    int to, from;
    struct spawn *s = spawn_new(&how, NULL);
    said[0] = '\0';
    if (!s)
        return false;
    spawn_take_streams(s, &to, &from);
    close(to);
    while (used < size - 1 && spawn_wait_readable(s, from, VERSION_S) == 1) {
        ssize_t n = read(from, said + used, size - 1 - used);
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    /* It may have ended before it was listened to. */
    ssize_t n = used < size - 1 ? read(from, said + used, size - 1 - used) : 0;
    used += n > 0 ? (size_t)n : 0;
    said[used] = '\0';
    close(from);
    spawn_free(s);
    return used > 0;
}

bool boot_ask_aside(const char *const *argv, const char *before, char *version, size_t size)
{
    struct spawn_options how = {.argv = argv, .pass_fd = -1, .telling = before};
    char said[512];
    int to, from;
    struct spawn *s = spawn_new(&how, NULL);
    version[0] = said[0] = '\0';
    if (!s)
        return false;
    spawn_take_streams(s, &to, &from);
    close(to);
    if (spawn_wait_end(s, VERSION_S))
        spawn_last_line(s, said, sizeof said);
    close(from);
    spawn_free(s);
    const char *at = strstr(said, before);
    at = at ? strpbrk(at + strlen(before), "0123456789") : NULL;
    return at && text_clean_n(version, size, at, strcspn(at, "\" ,(")) && version[0];
}

bool boot_ask_version(const char *program, char *out, size_t size)
{
    char said[512];
    return boot_ask_program(program, said, sizeof said) && qemu_version_in(said, out, size);
}

/* A program that was named, and may be any. */
static int check_qemu(const char *program, struct error *e)
{
    char version[32], clean[200];
    if (boot_ask_version(program, version, sizeof version))
        return 0;
    return error_set(e, ERROR_USAGE,
                     "--qemu %s is not QEMU, as it does not tell QEMU's version: name a "
                     "qemu-system-x86_64, or leave the option out",
                     text_clean(clean, sizeof clean, program));
}

int boot_files_find(const struct target_options *o, struct boot_files *f, struct error *e)
{
    if (!local_find_program(BOOT_PROGRAM, o->agent_path, f->program, sizeof f->program))
        return error_set(e, ERROR_SYSTEM,
                         "the program " BOOT_PROGRAM
                         " is not installed: make install, or run vmtax "
                         "from its build tree");
    if (!qemu_find(o->machine.qemu, f->qemu, sizeof f->qemu))
        return o->machine.qemu
                   ? error_set(e, ERROR_USAGE,
                               "--qemu %s is no program that can be executed: name a "
                               "qemu-system-x86_64, or leave the option out",
                               o->machine.qemu)
                   : error_set(e, ERROR_SYSTEM,
                               "QEMU is not installed: apt-get install qemu-system-x86 (Fedora: "
                               "qemu-system-x86-core, Arch: qemu-base)");
    if (o->machine.qemu && check_qemu(f->qemu, e) < 0)
        return -1;
    return boot_kernel_find(o, &f->kernel, e);
}

int boot_kernel_find(const struct target_options *o, struct kernel *k, struct error *e)
{
    struct kernel_roots roots;
    if (o->memory_bytes && o->memory_bytes < MEMORY_MIN)
        return error_set(e, ERROR_USAGE,
                         "a virtual machine needs memory for a kernel of its own: --memory 128M at "
                         "least");
    if (o->machine.append && o->machine.append[strcspn(o->machine.append, "\n\r\t")])
        return error_set(e, ERROR_USAGE, "--append: words and blanks are wanted, no line ends");
    if (o->machine.append && strlen(o->machine.append) >= APPEND_MAX)
        return error_set(e, ERROR_USAGE, "--append: at most %d bytes", APPEND_MAX - 1);
    if (o->machine.append && strstr(o->machine.append, "vmtax."))
        return error_set(e, ERROR_USAGE, "--append: words that begin with vmtax. are vmtax's own");
    kernel_private_roots(&roots);
    return kernel_find(o->machine.kernel, roots.list, k, e);
}

enum qemu_machine boot_machine(const struct target_options *o)
{
    if (boot_is(o->machine.machine, "microvm"))
        return QEMU_MICROVM;
    if (boot_is(o->machine.machine, "q35"))
        return QEMU_Q35;
    if (boot_is(o->machine.machine, "pc") || boot_is(o->machine.devices, "emulated"))
        return QEMU_PC;
    return QEMU_MICROVM; /* no firmware's menu, no bus to look through */
}

static unsigned choose_modules(const struct target_options *o)
{
    bool emulated = boot_is(o->machine.devices, "emulated");
    /* No more than this machine has devices for: each module costs its time at every start. */
    unsigned sets = MODULES_BASE | MODULES_ROOT_9P | MODULES_OVERLAY;
    sets |= boot_machine(o) == QEMU_MICROVM ? MODULES_MMIO : MODULES_PCI;
    if (o->scratch)
        sets |= MODULES_SCRATCH_FS | (emulated ? MODULES_DISK_IDE : MODULES_DISK_VIRTIO);
    if (o->network)
        sets |= emulated ? MODULES_NET_E1000 : MODULES_NET_VIRTIO;
    return sets;
}

int boot_kernel_make(const struct target_options *o, const struct kernel *k, unsigned sets,
                     char image[PATH_MAX], char initramfs[PATH_MAX], struct error *e)
{
    char cache[PATH_MAX];
    if (cache_directory(cache, sizeof cache, e) < 0)
        return -1;
    boot_stage(o, "making the guest's kernel and first files ready");
    if (kernel_unpack(k, cache, image, PATH_MAX, e) < 0)
        return -1;
    return initramfs_make(o->agent_path, k, sets, cache, initramfs, PATH_MAX, e);
}

int boot_files_make(const struct target_options *o, struct boot_files *f, struct error *e)
{
    if (boot_files_find(o, f, e) < 0)
        return -1;
    return boot_kernel_make(o, &f->kernel, choose_modules(o), f->image, f->initramfs, e);
}
